"""Claude Code's session events: the user's prompt, a compaction, the end.

UserPromptSubmit             the prompt is what the session's outputs are asked about from now on; notes about it are told
PreCompact                   nothing shown so far counts as shown any more; the summary is asked to keep live refs
SessionStart                 the trap for failing commands is set
SessionStart (compact)       a short table of this session's refs, since the summary may have lost them
SessionStart (clear)         nothing shown so far counts as shown any more
SessionStart (not resume)    the project's most useful notes
SessionEnd                   retention may take what is too old
"""

from __future__ import annotations

from headroom_mcp.hook import learn as memory
from headroom_mcp.hook.claude_code import trap
from headroom_mcp.settings import environment, fault_log, switches
from headroom_mcp.settings.load import in_force
from headroom_mcp.store import open_store
from headroom_mcp.text import tokens
from headroom_mcp.types import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headroom_mcp.store import Store

    Payload = dict[str, Any]

MAX_REFS = 12  # about 400 tokens; older ones are seldom asked for
_MAX_PROMPT_CHARS = 4_000
_LABEL_CHARS = 100
_EXPIRE_S = 0.4  # the host waits for 1.5 s at its end; what is left is for the next session


def answer(payload: Payload) -> dict[str, object] | str | None:
    """Return what to print for a session event: an object, plain text, or None for nothing. Raises: StoreError."""
    session, cwd = _word(payload, "session_id"), _word(payload, "cwd")
    project = environment.project_dir(cwd=cwd)
    if payload.get("hook_event_name") == "SessionStart" and session:
        _set_trap(payload, project)
    found = in_force(project)
    settings = found.here
    if found.problem is not None:
        fault_log.record("settings", found.problem)
        if session and _loses(payload):  # the one thing that may not wait until the project's file is mended
            with open_store(found.user) as store:
                _forget(store, session)
        return None
    if not session or switches.is_off(settings, session):
        return None
    with open_store(settings) as store:
        match payload.get("hook_event_name"):
            case "UserPromptSubmit":
                prompt = _word(payload, "prompt")
                # A finished background task speaks as a prompt too; it asks nothing.
                if prompt and not prompt.lstrip().startswith("<task-notification>"):
                    store.sessions.set_query(session, project, prompt[:_MAX_PROMPT_CHARS])
                    return _context(
                        store, session, project, "UserPromptSubmit", memory.at_prompt(store, project, session, prompt)
                    )
            case "PreCompact":
                # Before, not after: forgetting too early only costs a saving, too late would name what is gone.
                _forget(store, session)
                return _request(store, session)
            case "SessionStart":
                source = payload.get("source")
                if _loses(payload):
                    _forget(store, session)
                table = _table(store, session) if source == "compact" else ""
                # What a resumed conversation was told still stands in it.
                told = memory.at_start(store, project, session) if source != "resume" else ""
                return _context(store, session, project, "SessionStart", table, told)
            case "SessionEnd":
                _forget(store, session)
                store.sessions.end(session)
                store.expire(within_s=_EXPIRE_S)
    return None


def _loses(payload: Payload) -> bool:
    """Tell whether what a session was shown is gone from its context with this event."""
    event = payload.get("hook_event_name")
    return event in ("PreCompact", "SessionEnd") or payload.get("source") in ("compact", "clear")


def _set_trap(payload: Payload, project: str) -> None:
    try:
        trap.install(payload, project)
    except OSError as error:  # failing commands are then shown as the host shows them
        fault_log.record("env file", error)


def _forget(store: Store, session: str) -> None:
    store.contexts.forget_shown(session)
    store.sessions.forget_files(session)


def _request(store: Store, session: str) -> str | None:
    refs = store.sessions.refs(session, MAX_REFS)
    if not refs:
        return None
    return (
        "Where the summary speaks of a shortened output whose rest may still be needed, keep its ref as it stands "
        f"(such as {refs[0].ref}): headroom_retrieve gives the original back by it."
    )


def _table(store: Store, session: str) -> str:
    refs = store.sessions.refs(session, MAX_REFS)
    if not refs:
        return ""
    rows = [f"{row.ref}  {row.label[:_LABEL_CHARS]} ({row.tokens_before:,} tokens)" for row in refs]
    return "Originals of shortened outputs before the compaction, for headroom_retrieve, latest first:\n" + "\n".join(
        rows
    )


def _context(store: Store, session: str, project: str, event: str, *told: str) -> dict[str, object] | None:
    """Return the answer that adds what is told to the conversation and charge it, None where there is nothing to tell."""
    said = "\n\n".join(text for text in told if text)
    if not said:
        return None
    try:
        store.ledger.charge("context added", tokens.estimate(said), session=session, project=project)
    except StoreError as error:  # what is told is worth more than its record
        fault_log.record("charge", error, store.settings)
    return {"hookSpecificOutput": {"hookEventName": event, "additionalContext": said}}


def _word(payload: Payload, key: str) -> str:
    value = payload.get(key)
    return value if isinstance(value, str) else ""
