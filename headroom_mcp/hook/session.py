"""A session's events, whatever the host: what is noted of them, and what the model is told at each.

UserPromptSubmit             the prompt is what the session's outputs are asked about from now on; notes about it are told
PreCompact                   nothing shown so far counts as shown any more; the summary is asked to keep live refs
SessionStart (compact)       a short table of this session's refs, since the summary may have lost them
SessionStart (clear)         nothing shown so far counts as shown any more
SessionStart (not resume)    the project's most useful notes
SessionEnd                   retention may take what is too old

These are Claude Code's names; another host's file calls its own events by them.
"""

from __future__ import annotations

from headroom_mcp.hook import learn as memory
from headroom_mcp.late import NamedTuple
from headroom_mcp.settings import environment, fault_log, switches
from headroom_mcp.settings.load import in_force
from headroom_mcp.store import open_store
from headroom_mcp.text import tokens
from headroom_mcp.types import Origin, StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headroom_mcp.store import Store

MAX_REFS = 12  # about 400 tokens; older ones are seldom asked for
_MAX_PROMPT_CHARS = 4_000
_LABEL_CHARS = 100
_EXPIRE_S = 0.4  # the host waits for 1.5 s at its end; what is left is for the next session


class Happened(NamedTuple):
    """An event of the session `id` in the resolved folder `project`. `source`: how a session starts, "" for anew."""

    event: str
    id: str
    project: str
    prompt: str = ""
    source: str = ""


def of(payload: dict[str, Any], event: str = "") -> Happened:
    """Return what happened, by a payload with Claude Code's names; `event` is its name there, where the host has another."""
    words = {key: value for key, value in payload.items() if isinstance(value, str)}
    project = environment.project_dir(cwd=words.get("cwd", ""))
    name = event or words.get("hook_event_name", "")
    return Happened(name, words.get("session_id", ""), project, words.get("prompt", ""), words.get("source", ""))


def told(event: Happened) -> str:
    """Return what the model is told at an event, "" for nothing. Raises: StoreError, SettingsError."""
    found = in_force(event.project)
    settings = found.here
    if found.problem is not None:
        fault_log.record("settings", found.problem)
        if event.id and _loses(event):  # the one thing that may not wait until the project's file is mended
            with open_store(found.user) as store:
                _forget(store, event.id)
        return ""
    if not event.id or switches.is_off(settings, event.id):
        return ""
    with open_store(settings) as store:
        if event.event == "PreCompact":
            # Before, not after: forgetting too early only costs a saving, too late would name what is gone.
            _forget(store, event.id)
            return _request(store, event.id)
        said = _said(store, event)
        if said:
            _charge(store, event, said)
    return said


def _said(store: Store, event: Happened) -> str:
    session, project = event.id, event.project
    match event.event:
        case "UserPromptSubmit":
            # A finished background task speaks as a prompt too; it asks nothing.
            if event.prompt and not event.prompt.lstrip().startswith("<task-notification>"):
                store.sessions.set_query(session, project, event.prompt[:_MAX_PROMPT_CHARS])
                return memory.at_prompt(store, project, session, event.prompt)
        case "SessionStart":
            if _loses(event):
                _forget(store, session)
            table = _table(store, session) if event.source == "compact" else ""
            # What a resumed conversation was told still stands in it.
            notes = memory.at_start(store, project, session) if event.source != "resume" else ""
            return "\n\n".join(text for text in (table, notes) if text)
        case "SessionEnd":
            _forget(store, session)
            store.sessions.end(session)
            store.expire(within_s=_EXPIRE_S)
            _deliver(store)
    return ""


def _deliver(store: Store) -> None:
    """Begin to send what was kept to the team's store, where there is one; nobody waits for it."""
    if not store.settings.store:
        return
    from headroom_mcp.store import delivery

    try:
        delivery.start_detached(store.settings)
    except OSError as error:  # the next session's end does it, too
        fault_log.record("deliver", error, store.settings)


def _loses(event: Happened) -> bool:
    """Tell whether what a session was shown is gone from its context with this event."""
    return event.event in ("PreCompact", "SessionEnd") or event.source in ("compact", "clear")


def _forget(store: Store, session: str) -> None:
    store.contexts.forget_shown(session)
    store.sessions.forget_files(session)


def _request(store: Store, session: str) -> str:
    refs = store.sessions.refs(session, MAX_REFS)
    if not refs:
        return ""
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


def _charge(store: Store, event: Happened, said: str) -> None:
    try:
        store.ledger.charge("context added", tokens.estimate(said), Origin(event.id, project=event.project))
    except StoreError as error:  # what is told is worth more than its record
        fault_log.record("charge", error, store.settings)
