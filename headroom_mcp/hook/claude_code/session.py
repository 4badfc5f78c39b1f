"""Claude Code's session events (see `hook.session`), and the trap for failing commands, which a session's start sets."""

from __future__ import annotations

from headroom_mcp.hook import session
from headroom_mcp.hook.claude_code import trap
from headroom_mcp.settings import fault_log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Payload = dict[str, Any]


def answer(payload: Payload) -> dict[str, object] | str | None:
    """Return what to print for a session event: an object, plain text, or None for nothing. Raises: StoreError."""
    event = session.of(payload)
    if event.event == "SessionStart" and event.id:
        _set_trap(payload, event.project)
    said = session.told(event)
    if not said:
        return None
    if event.event == "PreCompact":
        return said
    return {"hookSpecificOutput": {"hookEventName": event.event, "additionalContext": said}}


def _set_trap(payload: Payload, project: str) -> None:
    try:
        trap.install(payload, project)
    except OSError as error:  # failing commands are then shown as the host shows them
        fault_log.record("env file", error)
