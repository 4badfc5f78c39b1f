"""The hook behind the running server: the same answers, hidden from the model, and never beside the command."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.hook import endpoint, entry
from headroom_mcp.install import claude_code
from headroom_mcp.types import SettingsError
from tests.hook.host import bash, event, log

_HERS = '{\n  "model": "sonnet",\n  "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "true"}]}]}\n}\n'


@pytest.fixture(name="claude")
def _claude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "settings.json").write_text(_HERS)
    return tmp_path


def _as_host(payload: dict[str, Any]) -> dict[str, str]:
    """Return what Claude Code fills our input with: objects as compact JSON, texts raw, what is missing empty."""
    filled = {"event": payload["hook_event_name"]}
    for field in endpoint.FIELDS[payload["hook_event_name"]]:
        value = payload.get(field, "")
        filled[field] = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return filled


def test_both_transports_answer_every_recorded_event_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    monkeypatch.setenv("HEADROOM_REPEATS", "off")
    recorded = json.loads((Path(__file__).parent / "samples-2.1.330.json").read_text(encoding="utf-8"))
    payloads = [one for one in _objects(recorded) if one.get("hook_event_name") in endpoint.FIELDS]

    assert len(payloads) > 30
    for payload in payloads:
        try:
            by_command = entry.answer(json.dumps(payload).encode()).decode()
        except ValueError:
            by_command = ""
        assert endpoint.call(_as_host(payload)) == by_command


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the events in the file of samples, wherever they stand in it."""
    if isinstance(value, list):
        return [found for item in value for found in _objects(item)]
    if not isinstance(value, dict):
        return []
    if "hook_event_name" in value:
        return [value]
    return [found for item in value.values() for found in _objects(item)]


@pytest.mark.parametrize(
    "payload",
    [
        bash(log(900)),
        bash('{"stdout": "is JSON itself"}\n' * 300),
        bash("small"),
        event("mcp__other__rows", [{"type": "text", "text": log(700)}], {"count": 3}),
        event("mcp__other__rows", json.dumps({"rows": log(700).splitlines()}), {"count": 3}),
        event("mcp__other__rows", json.dumps([{"id": n, "name": "row"} for n in range(600)]), {}),
        event("Bash", {"odd": 1}, {"command": "x"}),
    ],
)
def test_the_server_answers_as_the_command_does(payload: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_REPEATS", "off")
    by_server = endpoint.call(_as_host(payload))
    try:
        by_command = entry.answer(json.dumps(payload).encode()).decode()
    except ValueError:  # logged by either
        by_command = ""

    assert by_server == by_command


def test_the_hidden_tool_answers_but_is_in_no_list() -> None:
    from mcp import Client

    from headroom_mcp.server.app import server

    serving = server({endpoint.TOOL: endpoint.call})

    async def run() -> tuple[list[str], list[str]]:
        async with Client(serving) as client:
            listed = [tool.name for tool in (await client.list_tools()).tools]
            calls = (client.call_tool(endpoint.TOOL, _as_host(bash(log(600 + n)))) for n in range(4))
            return listed, [str(getattr(answer.content[0], "text", "")) for answer in await asyncio.gather(*calls)]

    listed, answers = asyncio.run(run())

    assert endpoint.TOOL not in listed
    assert all("updatedToolOutput" in json.loads(answer)["hookSpecificOutput"] for answer in answers)


def test_one_transport_replaces_the_other_and_uninstall_goes_back_to_the_byte(claude: Path) -> None:
    for transport in ("command", "mcp", "command", "mcp"):
        claude_code.apply_install("user", "/nowhere", claude_code.plan_install("user", "/nowhere", transport))
        text = (claude / "settings.json").read_text()

        assert claude_code.transport_of(str(claude / "settings.json")) == transport
        assert text.count(endpoint.TOOL) == (len(endpoint.FIELDS) if transport == "mcp" else 0)
        assert len(json.loads(text)["hooks"]["PostToolUse"]) == 1

    claude_code.apply_uninstall(None, "/nowhere", claude_code.plan_uninstall(None, "/nowhere"))

    assert (claude / "settings.json").read_text() == _HERS


def test_the_other_transport_in_another_scope_is_refused(claude: Path, tmp_path: Path) -> None:
    claude_code.apply_install("user", str(tmp_path), claude_code.plan_install("user", str(tmp_path), "command"))

    with pytest.raises(SettingsError, match="both at once"):
        claude_code.plan_install("project", str(tmp_path), "mcp")


def test_a_server_of_the_users_own_is_not_asked_for_our_hook(claude: Path) -> None:
    (claude / ".claude.json").write_text('{"mcpServers": {"headroom": {"command": "hers"}}}')

    with pytest.raises(SettingsError, match="of your own"):
        claude_code.plan_install("user", "/nowhere", "mcp")


def test_an_empty_answer_of_a_server_is_an_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The host leaves an empty field out; a tool that answered nothing is no event of an unknown shape."""
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    sent = _as_host(event("mcp__other__rows", "", {"count": 3}))

    assert endpoint.payload(sent)["tool_response"] == ""
    assert endpoint.call(sent) == ""
    assert not (tmp_path / "failures.log").exists()
