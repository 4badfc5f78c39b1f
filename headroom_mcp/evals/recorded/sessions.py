"""Recorded agent sessions: would the agent's next action still have been possible?

    headroom replay --sessions DIR [--json]

The measure is next-action preservation (after the idea "keep a compression only if the next action is unchanged"): of
the strings that an agent used in a later command, or that its final patch rests on, and that it can only have learnt
from a tool output, the share that stands in what we would have shown before it used them. Shown to be lost is counted
once per use.

A session file is an object with `task`, `steps` (each with `tool_name`, `tool_input.command`, `output`) and
`final_patch`. Queries are the task and the tool input only: nothing the agent thought or did afterwards.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from headroom_mcp.flow.compress import compress_output
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.text import tokens
from headroom_mcp.types import SettingsError, View

# what carries meaning from an output to an action: identifiers, paths, numbers with their joints (a.b, a/b.py, x-1.2)
_STRING = re.compile(r"[A-Za-z_][\w./\-:]*[\w]|\b\d{2,}\b")
_MIN_CHARS = 4
_SPACE = re.compile(r"\s+")


class Loss(NamedTuple):
    """A string that the agent used at `used_at` (step number, -1: the final patch) and we had not shown."""

    session: str
    used_at: int
    seen_at: int
    string: str


class SessionScore(NamedTuple):
    """The figures of one session. Tokens are of tool outputs only."""

    session: str
    used: int
    preserved: int
    tokens_before: int
    tokens_after: int
    losses: tuple[Loss, ...]


class Step(NamedTuple):
    """One tool call of a session and what it printed."""

    tool_name: str
    tool_input: dict[str, Any]
    output: str


def read_sessions(folder: str) -> list[dict[str, Any]]:
    """Return the sessions of `folder`, one per *.json, by name. Raises: SettingsError with the file that is none."""
    if not os.path.isdir(folder):
        msg = f"{folder} is not a folder. Give a folder of recorded sessions, one JSON file each."
        raise SettingsError(msg)
    found: list[dict[str, Any]] = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        path = os.path.join(folder, name)
        try:
            with open(path, encoding="utf-8") as stream:
                session = json.load(stream)
            session["steps"], session["task"]
        except (OSError, ValueError, TypeError, KeyError) as error:
            msg = f"{path} is not a recorded session ({type(error).__name__}: {error}): it needs task, steps, final_patch."
            raise SettingsError(msg) from error
        session.setdefault("id", name[:-5])
        found.append(session)
    if not found:
        msg = f"{folder} holds no *.json files. Give a folder of recorded sessions, one JSON file each."
        raise SettingsError(msg)
    return found


def score(
    session: dict[str, Any],
    count: Callable[[str], int] = tokens.count,
    whole: Callable[[str, Sequence[Step], Store, Settings], list[str]] | None = None,
) -> SessionScore:
    """Replay one session through the flow, in a store of its own, and return its figures.

    `whole` gives what is shown of every step, from the conversation as a whole; by default each output is compressed alone.
    """
    steps = steps_of(session)
    with tempfile.TemporaryDirectory(prefix="headroom-replay-") as home:
        settings = Settings(home=home)
        with open_store(settings) as store:
            if whole is not None:
                shown = whole(session["task"], steps, store, settings)
            else:
                shown = [_shown(step, session, store, settings) for step in steps]
    before = sum(count(step.output) for step in steps)
    after = sum(
        count(step.output) if text == step.output else count(text) for step, text in zip(steps, shown, strict=True)
    )
    used = 0
    losses: list[Loss] = []
    for use in uses(session, steps):
        used += 1
        until = len(steps) if use.used_at < 0 else use.used_at
        if not any(holds(shown[i], use.string) for i in range(use.seen_at, until)):
            losses.append(use)
    return SessionScore(session["id"], used, used - len(losses), before, after, tuple(losses))


def summary(scores: Sequence[SessionScore]) -> dict[str, object]:
    """Return the figures of all sessions together; percentages are of sums, not means of percentages."""
    used = sum(score.used for score in scores)
    before = sum(score.tokens_before for score in scores)
    return {
        "next_action_preserved_pct": round(100 * sum(score.preserved for score in scores) / max(1, used), 2),
        "saved_pct": round(100 * (1 - sum(score.tokens_after for score in scores) / max(1, before)), 2),
        "used": used,
        "tokens_before": before,
        "tokens_after": sum(score.tokens_after for score in scores),
        "counted_by": tokens.method(),
    }


def steps_of(session: dict[str, Any]) -> list[Step]:
    """Return the steps of a session as they were recorded."""
    return [_step(raw) for raw in session["steps"]]


def _step(raw: dict[str, Any]) -> Step:
    return Step(str(raw.get("tool_name") or "Bash"), dict(raw.get("tool_input") or {}), str(raw.get("output") or ""))


def _shown(step: Step, session: dict[str, Any], store: Store, settings: Settings) -> str:
    return compress_output(
        step.output,
        tool_name=step.tool_name,
        tool_input=step.tool_input,
        query=session["task"],
        session=session["id"],
        store=store,
        settings=settings,
        view=View(limits.limit_chars(step.tool_name)),
    ).text


def uses(session: dict[str, Any], steps: Sequence[Step]) -> Iterator[Loss]:
    """Yield each (use, string) whose string the agent first met in a tool output."""
    first_seen: dict[str, int] = {}
    own: set[str] = set(_strings(session["task"]))  # what the agent was told or wrote itself needs no output
    for number, step in enumerate(steps):
        command = json.dumps(step.tool_input, ensure_ascii=False) if not _command(step) else _command(step)
        for string in dict.fromkeys(_strings(command)):
            if string in own:
                continue
            if string in first_seen:
                yield Loss(session["id"], number, first_seen[string], string)
            else:
                own.add(string)
        for string in _strings(step.output):
            if string not in own:
                first_seen.setdefault(string, number)
    squeezed = [_SPACE.sub(" ", step.output) for step in steps]
    for line in dict.fromkeys(_patch_lines(session.get("final_patch") or "")):
        seen = next((i for i, text in enumerate(squeezed) if line in text), None)
        if seen is not None:
            yield Loss(session["id"], -1, seen, line)


def _strings(text: str) -> Iterator[str]:
    for match in _STRING.finditer(text):
        string = match.group()
        if len(string) >= _MIN_CHARS or string.isdigit():
            yield string


def _command(step: Step) -> str:
    command = step.tool_input.get("command", "")
    return command if isinstance(command, str) else ""


def _patch_lines(patch: str) -> Iterator[str]:
    """Yield the lines that the patch rests on: what it removes and the context around it, without indentation."""
    for line in patch.split("\n"):
        if line.startswith(("---", "+++", "@@", "diff ", "index ", "+")):
            continue
        body = _SPACE.sub(" ", line[1:]).strip()
        if len(body) >= 8:
            yield body


def holds(text: str, string: str) -> bool:
    """Tell whether `string` stands in `text`, whatever the spaces."""
    return string in text or string in _SPACE.sub(" ", text)
