"""Acts on an event: compresses its texts, stores their originals, remembers which files a context has seen shortened.

Returns the texts that replace the event's own, None for those that stay; None for "no answer at all".
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.flow.compress import compress_output
from headroom_mcp.hook import event as decide
from headroom_mcp.settings import environment, switches
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.types import Origin, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headroom_mcp.store import Store


def respond(event: decide.Event, settings: Settings | None = None) -> list[str | None] | None:
    """Return a replacement for each of `event.texts` (None: it stays), or None where nothing is replaced.

    Raises: StoreError, SettingsError; the host then keeps its original.
    """
    settings = settings or load_settings(project=environment.project_dir(cwd=event.cwd))
    if switches.is_off(settings, event.session) or is_tool_off(event.tool_name, settings.tools_off):
        return None
    context = f"{event.session}/{event.agent}" if event.agent else event.session
    with open_store(settings) as store:
        if event.tool == "edit":
            if event.session and event.path:
                store.sessions.note_file(context, event.path, "edited")
            return None
        if event.unchanged:
            return _whole_again(event, context, store)
        if event.tool == "read" and not event.oversize and store.sessions.file_state(context, event.path) is not None:
            # The model looks a second time, or looks at its own edit: it wants all of it.
            store.sessions.note_file(context, event.path, "whole")
            return None
        prompt = store.sessions.query(event.session) if event.session else ""
        answers = [_compress(event, index, prompt, context, store, settings) for index in range(len(event.texts))]
    return answers if any(answer is not None for answer in answers) else None


def is_tool_off(tool_name: str, patterns: Sequence[str]) -> bool:
    """Tell whether the user wants this tool's outputs as they are; `*` in a pattern stands for anything."""
    if not patterns:
        return False
    from fnmatch import fnmatchcase

    return any(fnmatchcase(tool_name, pattern) for pattern in patterns)


def _compress(
    event: decide.Event, index: int, prompt: str, context: str, store: Store, settings: Settings
) -> str | None:
    text = event.texts[index]
    if not decide.is_large(text, settings.min_tokens):
        return None
    reading = event.tool == "read"
    result = compress_output(
        text,
        tool_name=event.tool_name,
        tool_input=event.tool_input,
        query=decide.query_of(event, prompt),
        store=store,
        settings=settings,
        origin=Origin(event.session, event.agent, environment.project_dir(cwd=event.cwd), event.tool_use_id),
        view=View(event.limit_chars, event.tokens_host[index], numbered=reading, kinds=decide.kinds_for(event)),
    )
    if result.outcome != "compressed":
        return None
    if reading and event.session:
        store.sessions.note_file(context, event.path, "shortened", result.ref or "")
    return result.text


def _whole_again(event: decide.Event, context: str, store: Store) -> list[str | None] | None:
    """Return the whole file where the earlier result, to which the host refers the model, was a shortened one."""
    seen = store.sessions.file_state(context, event.path)
    if seen is None or seen.state != "shortened":
        return None
    original = store.get(seen.ref)
    store.sessions.note_file(context, event.path, "whole", seen.ref)
    return [original.text]
