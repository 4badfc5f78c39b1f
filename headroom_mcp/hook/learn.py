"""Memory at the hook: what a conversation is told when it begins or asks, and what is learnt while it works.

SessionStart        the project's most useful notes
UserPromptSubmit    the notes that the prompt is about; and what the user wants always, if learning is on
PostToolUse         a command that passed, a file that was changed: learnt, never answered
PostToolUseFailure  a command that failed: the same

Learning is off until the user turns `auto_memory` on. Whatever goes wrong here is logged and costs the event nothing.
"""

from __future__ import annotations

import os

from headroom_mcp import late
from headroom_mcp.memory import learn as coding
from headroom_mcp.memory import session_context
from headroom_mcp.settings import environment, fault_log, redaction, switches
from headroom_mcp.settings.load import in_force
from headroom_mcp.settings.table import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headroom_mcp.store import Store

    Payload = dict[str, Any]

_EDITS = frozenset(("Edit", "Write", "MultiEdit", "NotebookEdit"))
# Exit code 3
_EXIT_LINE = late.pattern(r"\AExit code \d+\n?")


def at_start(store: Store, project: str, session: str) -> str:
    """Return what a conversation that begins is told, "" for nothing."""
    try:
        return session_context.at_start(store, project, session)
    except Exception as error:  # a note is not worth an event
        fault_log.record("memory at start", error, store.settings)
        return ""


def at_prompt(store: Store, project: str, session: str, prompt: str) -> str:
    """Return what is told beside `prompt`, "" for nothing."""
    try:
        told = session_context.for_prompt(store, project, session, prompt)
        if store.settings.auto_memory and not _is_denied(store.settings, prompt):
            coding.said(store, project=project, session=session, prompt=prompt)
        return told
    except Exception as error:  # as above
        fault_log.record("memory at prompt", error, store.settings)
        return ""


def answer(payload: Payload) -> None:
    """Learn from a finished tool call; there is no answer to it. Raises nothing."""
    settings = None
    try:
        tool = payload.get("tool_name")
        if tool != "Bash" and tool not in _EDITS:
            return
        session = _word(payload, "session_id")
        project = environment.project_dir(cwd=_word(payload, "cwd"))
        settings = in_force(project).here
        if not settings.auto_memory or switches.is_off(settings, session):
            return
        from headroom_mcp.store import open_store

        with open_store(settings) as store:
            if tool == "Bash":
                _command(store, project, session, payload)
            else:
                _edit(store, project, session, payload)
    except Exception as error:  # as above
        fault_log.record("memory", error, settings)


def _command(store: Store, project: str, session: str, payload: Payload) -> None:
    command = _word(_object(payload, "tool_input"), "command")
    response = _object(payload, "tool_response")
    if not command or payload.get("is_interrupt") or response.get("interrupted"):
        return
    failed: bool | None = payload.get("hook_event_name") == "PostToolUseFailure"
    output = _EXIT_LINE.sub("", _word(payload, "error")) if failed else _word(response, "stdout")
    if "backgroundTaskId" in response or "returnCodeInterpretation" in response:
        failed = None  # still running, or an exit code that says "nothing found"
    if _is_denied(store.settings, command, output):
        return
    coding.command_ran(
        store,
        project=project,
        session=session,
        command=command,
        failed=failed,
        output=output,
        ref=store.ref_of_call(_word(payload, "tool_use_id")),
    )


def _edit(store: Store, project: str, session: str, payload: Payload) -> None:
    given = _object(payload, "tool_input")
    path = _word(given, "file_path") or _word(given, "notebook_path")
    if path and payload.get("hook_event_name") == "PostToolUse" and not _is_denied(store.settings, path):
        # the host resolves links in its own paths, or not: the project is the resolved one
        coding.file_changed(store, project=project, session=session, path=os.path.realpath(path))


def _is_denied(settings: Settings, *texts: str) -> bool:
    """Tell whether the user wants any of this kept out of the store."""
    return redaction.is_denied(settings, "\n".join(texts), None)


def _object(payload: Payload, key: str) -> Payload:
    value = payload.get(key)
    return value if isinstance(value, dict) else {}


def _word(payload: Payload, key: str) -> str:
    value = payload.get(key)
    return value if isinstance(value, str) else ""
