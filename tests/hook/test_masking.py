"""With redact = "model" no secret reaches the model, by whatever way an output takes: generated secrets, tools, sizes and
outcomes. Less compression is never less masking."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from headroom_mcp.hook import entry
from headroom_mcp.hook.claude_code import oversize
from tests import long_form
from tests.hook.host import event

# 14 situations × 22 ways × sizes × rounds: 602, or 5,544 in the long form
_ROUNDS = long_form.count(1, 3)
_LETTERS = string.ascii_letters + string.digits


def _word(rng: Random, size: int, alphabet: str = _LETTERS) -> str:
    return "".join(rng.choice(alphabet) for _ in range(size - 3)) + "aB3"


SECRETS: list[Callable[[Random], tuple[str, str]]] = [  # (the secret, a line that holds it)
    lambda rng: _in("export TOKEN={}", "ghp_" + _word(rng, 36)),
    lambda rng: _in("key {} is in use", "AKIA" + _word(rng, 16, string.ascii_uppercase + string.digits).upper()),
    lambda rng: _in("gitlab: {}", "glpat-" + _word(rng, 20)),
    lambda rng: _in('slack = "{}"', "xoxb-" + _word(rng, 30)),
    lambda rng: _in("charge with {}", "sk_live_" + _word(rng, 24)),
    lambda rng: _in("AI: {}", "sk-ant-api03-" + _word(rng, 60)),
    lambda rng: _in("npm login {}", "npm_" + _word(rng, 36)),
    lambda rng: _in("jwt {}", f"eyJ{_word(rng, 20)}.eyJ{_word(rng, 40)}.{_word(rng, 30)}"),
    lambda rng: _in("postgres://app:{}@db.internal:5432/shop", _word(rng, 14)),
    lambda rng: _in("Authorization: Bearer {}", _word(rng, 40)),
    lambda rng: _in("DB_PASSWORD={}", _word(rng, 12)),
    lambda rng: _in('"client_secret": "{}"', _word(rng, 24)),
    lambda rng: _in("ERROR: login failed, password: {}", _word(rng, 9)),
]


def _in(line: str, secret: str) -> tuple[str, str]:
    return secret, line.format(secret)


def _text(rng: Random, line: str, lines: int) -> str:
    writers = [
        lambda i: f"2026-01-01T00:00:{i % 60:02d}Z INFO worker {rng.randrange(9)} did job {i}",
        lambda i: f"def function_{i}(value):\n    return value * {i}",
        lambda i: f"src/file_{i % 40}.py:{i}: value = compute({rng.randrange(999)})",
        lambda i: f"plain words of line {i} that say nothing of note {rng.random():.6f}",
    ]
    write = rng.choice(writers)
    body = [write(i) for i in range(lines)]
    body.insert(rng.randrange(lines + 1), line)
    return "\n".join(body)


def _bash(text: str, **more: Any) -> dict[str, Any]:
    response = {"stdout": text, "stderr": "", "interrupted": False, "isImage": False, "noOutputExpected": False, **more}
    return event("Bash", response, {"command": "make deploy"})


def _read(text: str, path: str, start: int = 1, total: int | None = None, **given: Any) -> dict[str, Any]:
    count = text.count("\n") + 1
    file = {"filePath": path, "content": text, "numLines": count, "startLine": start, "totalLines": total or count}
    return event("Read", {"type": "text", "file": file}, {"file_path": path, **given})


WAYS: dict[str, Callable[[str, Path], dict[str, Any]]] = {
    "shell": lambda text, home: _bash(text),
    "stderr": lambda text, home: _bash("", stderr=text),
    "interrupted": lambda text, home: _bash(text, interrupted=True),
    "structured": lambda text, home: _bash("", structuredContent=[{"type": "text", "text": text}]),
    "grep without a match": lambda text, home: _bash(text, returnCodeInterpretation="No matches found"),
    "persisted, not readable": lambda text, home: _bash(text, persistedOutputPath="/gone/x.txt", persistedOutputSize=9),
    "our own command": lambda text, home: {**_bash(text), "tool_input": {"command": "headroom retrieve 0123456789ab"}},
    "a comment of ours": lambda text, home: {**_bash(text), "tool_input": {"command": "cat .env # headroom retrieve"}},
    "a short file": lambda text, home: _read(text, "/p/notes.txt"),
    "a part of a file": lambda text, home: _read(text, "/p/app.log", start=40, total=90_000, offset=40, limit=100),
    "a source file": lambda text, home: _read(text, "/p/shop.py"),
    "a data file": lambda text, home: _read(text, "/p/.env"),
    "a file too large": lambda text, home: _oversize(text, home),
    "a notebook": lambda text, home: event(
        "Read",
        {"type": "notebook", "file": {"filePath": "/p/n.ipynb", "cells": [{"cellType": "code", "source": text}]}},
        {"file_path": "/p/n.ipynb"},
    ),
    "search": lambda text, home: event("Grep", {"mode": "content", "numFiles": 0, "filenames": [], "content": text}),
    "names": lambda text, home: event(
        "Grep", {"mode": "files_with_matches", "filenames": text.split("\n"), "numFiles": 2}
    ),
    "list": lambda text, home: event("Glob", {"filenames": text.split("\n"), "durationMs": 1, "numFiles": 2, "truncated": False}),
    "page": lambda text, home: event("WebFetch", {"bytes": 1, "code": 200, "codeText": "OK", "result": text, "url": "u"}),
    "agent": lambda text, home: event("Agent", {"status": "completed", "content": [{"type": "text", "text": text}]}),
    "server": lambda text, home: event("mcp__db__query", [{"type": "text", "text": text}]),
    "server, structured": lambda text, home: event("mcp__db__query", json.dumps({"rows": text.split("\n")})),
    "server, other blocks": lambda text, home: event(
        "mcp__db__query", [{"type": "resource", "resource": {"uri": "x://y", "text": text}}, {"type": "text", "text": "ok"}]
    ),
}  # fmt: skip

SITUATIONS: dict[str, tuple[str, str]] = {  # the user's config.toml, the project's .headroom.toml
    "nothing else set": ("", ""),
    "originals masked too": ('redact = "both"', ""),
    "a high threshold": ("min_tokens = 100000", ""),
    "no saving is enough": ("min_saving = 0.99", ""),
    "denied by the user": ('deny = ["."]', ""),
    "tool off": ('tools_off = ["*"]', ""),
    "project off": ("", "enabled = false"),
    "project: tool off": ("", 'tools_off = ["*"]'),
    "project: denied": ("", 'deny = ["."]'),
    "project: hostile": ("", 'deny = ["(a+)+$", "(.*)(.*)(.*)x"]'),
    "project: a high threshold": ("", "min_tokens = 1000000"),
    "project: not valid": ("", "enabled = maybe"),
    "project: not its business": ("", "retention_days = 1"),
    "no store": ("", ""),
}
_SIZES = (0, 3, 12, 60, 450, 1_500)


def _oversize(text: str, home: Path) -> dict[str, Any]:
    path = home / "large.log"
    whole = text + "\n" + "2026-01-01 INFO worker 1 did its job again and again\n" * 6_000
    path.write_text(whole, encoding="utf-8")
    shown = "\n".join(whole.split("\n")[: oversize.LIMIT_LINES])
    return _read(shown, str(path), total=whole.count("\n"), limit=oversize.LIMIT_LINES)


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("way", WAYS)
def test_no_secret_reaches_the_model(way: str, situation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    project.mkdir()
    users, projects = SITUATIONS[situation]
    (home / "config.toml").write_text(users if "redact" in users else f'redact = "model"\n{users}\n')
    if projects:
        (project / ".headroom.toml").write_text(projects)
    if situation == "no store":
        (home / "headroom.db").mkdir()
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    rng = Random(f"{way} {situation}")
    leaked: list[str] = []
    # A file too large is as large whatever stands before it.
    for size in _SIZES if long_form.FULL else rng.sample(_SIZES, 1 if way == "a file too large" else 2):
        for _ in range(_ROUNDS):
            secret, line = rng.choice(SECRETS)(rng)
            payload = WAYS[way](_text(rng, line, size), tmp_path)
            payload["cwd"] = str(project)

            if secret in _seen(payload):
                leaked.append(f"{size} lines: {line}")

    assert leaked == []


def _seen(payload: dict[str, Any]) -> str:
    """Return what the model is shown of the answer, as JSON."""
    reply = entry.handle(payload)
    if reply is None:
        return json.dumps(payload["tool_response"])
    assert isinstance(reply, dict)
    return json.dumps(reply["hookSpecificOutput"]["updatedToolOutput"])  # type: ignore[index]


def test_a_second_look_and_an_unchanged_file_are_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    monkeypatch.setenv("HEADROOM_REDACT", "model")
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    rng = Random(5)
    for number in range(20):
        secret, line = rng.choice(SECRETS)(rng)
        path = f"/p/app{number}.log"
        text = "\n".join([*(f"2026-01-01 INFO worker {i % 7} did job {i}" for i in range(900)), line])
        unchanged = event("Read", {"type": "file_unchanged", "file": {"filePath": path}}, {"file_path": path})
        for payload in (_read(text, path), unchanged, _read(text, path), unchanged):
            assert secret not in _seen(payload)


def test_a_masked_file_keeps_its_shape_and_its_line_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    monkeypatch.setenv("HEADROOM_REDACT", "model")
    payload = _read("one\nDB_PASSWORD=S3cr3tPassw0rd\nthree", "/p/.env", start=7, total=40, offset=7, limit=3)

    reply = entry.handle(payload)

    assert isinstance(reply, dict)
    file = reply["hookSpecificOutput"]["updatedToolOutput"]["file"]  # type: ignore[index]
    assert file == {
        **payload["tool_response"]["file"], "content": "one\nDB_PASSWORD=[secret: value of db_password]\nthree"
    }  # fmt: skip


def test_what_holds_no_secret_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    monkeypatch.setenv("HEADROOM_REDACT", "model")

    assert [way for way in WAYS if way != "a file too large" and entry.handle(WAYS[way]("all is well", tmp_path))] == []
