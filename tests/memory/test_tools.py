"""The memory tools as a model calls them, on the real server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from headroom_mcp.server.app import server


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    monkeypatch.chdir(tmp_path)


def _call(name: str, **arguments: Any) -> tuple[str, bool]:
    async def call() -> tuple[str, bool]:
        async with Client(server()) as client:
            result = await client.call_tool(name, arguments)
            return "".join(getattr(block, "text", "") for block in result.content), bool(result.is_error)

    return asyncio.run(call())


def test_a_note_is_saved_found_and_forgotten() -> None:
    said, _ = _call("memory_save", text="the staging server is reset every night", tags="ops, staging")
    note_id = said.split()[2].rstrip(".")
    found, _ = _call("memory_search", query="when is staging reset", limit=3)
    listed, _ = _call("memory_search")
    forgot, _ = _call("memory_forget", id=note_id)
    empty, _ = _call("memory_search", query=None)

    assert "[agent noted, " in found
    assert "the staging server is reset every night" in found
    assert note_id in listed
    assert forgot.startswith(f"Forgot {note_id}")
    assert empty == "No notes here yet."


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("memory_save", {"text": "key ghp_" + "a1B2" * 9}, "secret"),
        ("memory_save", {"text": "x", "scope": "galaxy"}, "galaxy"),
        ("memory_save", {"text": "x", "replaces": "0000000000"}, "No note"),
        ("memory_forget", {"id": "0000000000"}, "No note"),
    ],
)
def test_an_error_tells_the_model_what_to_do(name: str, arguments: dict[str, str], message: str) -> None:
    said, failed = _call(name, **arguments)

    assert failed
    assert message in said
