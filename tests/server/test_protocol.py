"""The MCP server as a client sees it: in memory for behaviour, once over stdio for the wire."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from headroom_mcp import compress_output, open_store
from headroom_mcp.server.app import server
from headroom_mcp.server.tools import TOOLS
from headroom_mcp.text import tokens
from headroom_mcp.types import Origin

TOOLS_LIST_TOKENS = {"o200k": 600, "estimate": 660}  # the estimate is within 10 %


@pytest.fixture(name="project")
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(project))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    monkeypatch.setenv("CLAUDE_CODE_SESSION_ID", "session-1")
    return project


def _log(lines: int = 900) -> str:
    body = [f"2026-01-01 INFO worker {i % 7} finished job {i}" for i in range(lines)]
    body[500] = "2026-01-01 ERROR payment gateway refused the connection"
    return "\n".join(body) + "\n"


async def _answer(client: Client, tool: str, **arguments: Any) -> tuple[str, bool]:
    result = await client.call_tool(tool, arguments)
    assert result.structured_content is None
    return "\n".join(block.text for block in result.content if block.type == "text"), bool(result.is_error)


def _call(tool: str, **arguments: Any) -> tuple[str, bool]:
    async def run() -> tuple[str, bool]:
        async with Client(server()) as client:
            return await _answer(client, tool, **arguments)

    return asyncio.run(run())


def _ref(text: str) -> str:
    return text.rsplit("[headroom ", 1)[1].split(":")[0]


async def _tools_list(mode: str) -> list[dict[str, Any]]:
    async with Client(server(), mode=mode) as client:
        listed = await client.list_tools()
        return [tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in listed.tools]


def test_the_schemas_of_all_tools_stay_within_their_budget() -> None:
    listed = asyncio.run(_tools_list("auto"))
    wire = json.dumps({"tools": listed}, ensure_ascii=False, separators=(",", ":"))

    assert tokens.count(wire) <= TOOLS_LIST_TOKENS[tokens.method()]


def test_both_handshakes_list_the_same_tools() -> None:
    legacy, modern = (asyncio.run(_tools_list(mode)) for mode in ("legacy", "2026-07-28"))

    assert [tool["name"] for tool in legacy] == [row.function.__name__ for row in TOOLS]
    assert legacy == modern


def test_retrieval_is_marked_so_that_claude_code_loads_and_shows_it_whole() -> None:
    [tool] = [tool for tool in asyncio.run(_tools_list("legacy")) if tool["name"] == "headroom_retrieve"]

    assert tool["_meta"] == {"anthropic/maxResultSizeChars": 500_000, "anthropic/alwaysLoad": True}
    assert tool["annotations"] == {"readOnlyHint": True}


def test_a_file_of_the_project_is_answered_compressed_and_its_lines_come_back(project: Path) -> None:
    (project / "app.log").write_text(_log())

    shown, failed = _call("compress", path="app.log")
    slice_, _ = _call("headroom_retrieve", ref=_ref(shown), lines="101-103")

    assert not failed
    assert "ERROR payment gateway refused" in shown
    assert len(shown) < len(_log()) / 3
    assert slice_.splitlines()[1:] == _log().splitlines()[100:103]


def test_text_that_is_too_small_comes_back_as_it_is(project: Path) -> None:
    assert _call("compress", text="hello\n") == ("hello\n", False)


def test_what_cannot_be_made_small_is_stored_and_paged(project: Path) -> None:
    (project / ".headroom.toml").write_text("min_saving = 0.999999\n")  # nothing is worth compressing
    (project / "noise.txt").write_text(_noise())
    lines = _noise().splitlines()

    shown, failed = _call("compress", path="noise.txt")

    assert not failed
    assert tokens.estimate(shown) < 5_000
    with open_store() as store:
        [(ref, size)] = store.connection.execute("SELECT ref, size_bytes FROM original").fetchall()
    assert size == len(_noise())
    known = set(lines)
    page = [line for line in shown.splitlines() if line in known]
    assert page == lines[: len(page)]
    assert len(page) > 50
    following, failed = _call("headroom_retrieve", ref=ref, lines=f"{len(page) + 1}-{len(page) + 3}")
    assert not failed
    assert following.splitlines()[-3:] == lines[len(page) : len(page) + 3]
    assert ref in shown


def _noise() -> str:
    return "\n".join(f"{(i * 2654435761) % 2**32:08x}{(i * 40503) % 2**31:09x}" for i in range(12_000))


def test_what_the_user_denies_to_the_store_is_not_stored_in_order_to_be_paged(project: Path) -> None:
    (project / ".headroom.toml").write_text('deny = ["top secret"]\n')
    (project / "noise.txt").write_text(f"top secret\n{_noise()}")

    answer, failed = _call("compress", path="noise.txt")

    assert failed
    assert "settings say not to store it" in answer
    with open_store() as store:
        assert store.connection.execute("SELECT COUNT(*) FROM original").fetchone() == (0,)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "Give text, or the path"),
        ({"text": "x", "path": "y"}, "not both"),
        ({"path": "missing.txt"}, "No such file"),
        ({"path": "../outside.txt"}, "outside the project"),
        ({"path": "/etc/passwd"}, "outside the project"),
        ({"path": "link.txt"}, "outside the project"),
        ({"path": "pipe"}, "not a regular file"),
        ({"path": "."}, "is a folder"),
        ({"path": "photo.png"}, "is not a text file"),
        ({"path": "a\0b"}, "is not a path"),
        ({"path": "secrets/key.pem"}, "the user's rule"),
        ({"path": ".env"}, "the user's rule"),
        ({"path": "deep/in/prod.tfstate"}, "the user's rule"),
    ],
)
def test_compress_refuses_what_is_not_a_file_of_the_project(
    project: Path, arguments: dict[str, str], said: str
) -> None:
    (project.parent / "outside.txt").write_text("secret")
    (project / "link.txt").symlink_to(project.parent / "outside.txt")
    os.mkfifo(project / "pipe")
    (project / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (project / "secrets").mkdir()
    (project / "secrets" / "key.pem").write_text("secret")
    (project / ".env").write_text("secret")
    (project / ".claude").mkdir()
    rules = {"permissions": {"deny": ["Read(./secrets/**)", "Read(.env)", "Bash(rm *)"], "ask": ["Read(*.tfstate)"]}}
    (project / ".claude" / "settings.json").write_text(json.dumps(rules))

    answer, failed = _call("compress", **arguments)

    assert failed
    assert said in answer
    assert "secret" not in answer.replace("secrets/key.pem", "").replace("Read(./secrets/**)", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"ref": "000000000000"}, "run the tool again"),
        ({"lines": "9999"}, "lines 1-900"),
        ({"lines": "a-b"}, 'write lines="120-180"'),
    ],
)
def test_a_retrieval_that_cannot_be_says_what_to_do_next(project: Path, arguments: dict[str, str], said: str) -> None:
    shown, _ = _call("compress", text=_log())

    answer, failed = _call("headroom_retrieve", **{"ref": _ref(shown), **arguments})

    assert failed
    assert said in answer


def test_a_query_that_nothing_matches_is_answered_with_the_beginning(project: Path) -> None:
    shown, _ = _call("compress", text=_log())

    answer, failed = _call("headroom_retrieve", ref=_ref(shown), query="zebra")

    assert not failed
    assert "zebra" in answer.splitlines()[0]
    assert _log().splitlines()[:3] == answer.splitlines()[2:5]


def test_a_json_path_gives_a_part_of_a_json_original(project: Path) -> None:
    rows = [{"id": i, "name": f"user {i}", "mail": f"u{i}@example.com"} for i in range(500)]
    shown, _ = _call("compress", text=json.dumps(rows))

    answer, failed = _call("headroom_retrieve", ref=_ref(shown), json_path="$[321].mail")

    assert not failed
    assert "u321@example.com" in answer


def test_null_and_numbers_are_understood_where_a_model_writes_them(project: Path) -> None:
    shown, _ = _call("compress", text=_log())

    answer, failed = _call("headroom_retrieve", ref=f"[headroom {_ref(shown)}: …]", lines=501, query=None)

    assert not failed
    assert "ERROR payment gateway" in answer


def test_an_original_of_another_project_is_not_found(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store() as store:
        other = compress_output(_log(), store=store, origin=Origin("session-9", project="/elsewhere"))

    answer, failed = _call("headroom_retrieve", ref=other.ref)

    assert failed
    assert "in this project" in answer


def test_bytes_that_are_no_text_do_not_break_the_answer(project: Path) -> None:
    (project / "bad.bin").write_bytes(b"\xff\xfe ok\n")

    assert _call("compress", path="bad.bin") == ("�� ok\n", False)


def test_stats_subtract_retrievals(project: Path) -> None:
    before, _ = _call("headroom_stats")
    shown, _ = _call("compress", text=_log())
    _call("headroom_retrieve", ref=_ref(shown), lines="1-50")

    after, _ = _call("headroom_stats")

    assert "This session: nothing compressed yet." in before
    assert "This session: 1 output, " in after
    assert "1 retrieval cost" in after


def test_parallel_calls_each_open_the_store_for_themselves(project: Path) -> None:
    async def run() -> list[tuple[str, bool]]:
        async with Client(server()) as client:
            return await asyncio.gather(*(_answer(client, "compress", text=_log(600 + i)) for i in range(8)))

    answers = asyncio.run(run())

    assert [failed for _, failed in answers] == [False] * 8
    assert len({_ref(text) for text, _ in answers}) == 8


def test_the_server_speaks_over_stdio(project: Path) -> None:
    (project / "app.log").write_text(_log())
    keep = {name: os.environ[name] for name in os.environ if name.startswith(("CLAUDE_", "HEADROOM_", "PATH"))}
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "headroom_mcp", "serve"],
        env={**keep, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=str(project),
    )

    async def run() -> tuple[str, tuple[str, bool]]:
        async with Client(parameters) as client:
            return client.instructions or "", await _answer(client, "compress", path="app.log")

    instructions, (shown, failed) = asyncio.run(run())

    assert "headroom_retrieve" in instructions
    assert not failed
    assert "ERROR payment gateway refused" in shown
