"""Acts on an event: compresses its texts, stores their originals, remembers which files a context has seen shortened.

Returns what replaces the event's own texts, None for those that stay; None for "no answer at all".
"""

from __future__ import annotations

from headroom_mcp import tool_output
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.hook import event as decide
from headroom_mcp.late import NamedTuple
from headroom_mcp.settings import environment, redaction, sizes, switches
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.text import tokens
from headroom_mcp.types import Origin, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headroom_mcp.store import Store

_NO_TEXT = frozenset(
    ("base64", "data", "filePath", "persistedOutputPath", "cell_id")
)  # bytes, and names the host needs


class Replacement(NamedTuple):
    """A text to show instead of one of an event's. `whole`: line by line the same, but for secrets that are masked."""

    text: str
    whole: bool


def respond(event: decide.Event, settings: Settings) -> list[Replacement | None] | None:
    """Return a replacement for each of `event.texts` (None: it stays), or None where nothing is replaced.

    Raises: StoreError, SettingsError; the host then keeps its original.
    """
    if switches.is_off(settings, event.session) or switches.is_tool_off(event.tool_name, settings.tools_off):
        return None
    context = f"{event.session}/{event.agent}" if event.agent else event.session
    with open_store(settings) as store:
        if event.tool == "edit":
            if event.session and event.path:
                store.sessions.note_file(context, event.path, "edited")
            return None
        if event.unchanged:
            return _whole_again(event, context, store)
        seen = store.sessions.file_state(context, event.path) if event.tool == "read" and not event.oversize else None
        if seen is not None:
            store.sessions.note_file(context, event.path, "whole")
            if seen.state != "edited":  # the model looks a second time: it wants all of it
                if seen.state == "shortened":
                    store.retrieved(seen.ref, tokens.estimate(event.texts[0]), origin=_origin(event))
                return None
            event.partial = True  # it looks at its own edit: it wants all that it has not been shown
        way_back = event.way_back()
        if way_back is None:
            return None
        prompt = store.sessions.query(event.session) if event.session else ""
        call = _Call(event, prompt, context, way_back)
        answers = [_compress(call, index, store, settings) for index in range(len(event.texts))]
    return answers if any(answer is not None for answer in answers) else None


class _Call(NamedTuple):
    """An event, the user's last prompt, its context's name in the store, and the way back to its originals."""

    event: decide.Event
    prompt: str
    context: str
    way_back: str


def _compress(call: _Call, index: int, store: Store, settings: Settings) -> Replacement | None:
    event = call.event
    text = event.texts[index]
    least = sizes.noted(settings.min_tokens) if settings.repeats else settings.min_tokens
    if not decide.is_large(text, least):
        return None
    reading = event.tool == "read"
    part = reading and (event.partial or decide.is_short_file(event, text))
    result = compress_output(
        text,
        tool_name=event.tool_name,
        tool_input=event.tool_input,
        query=tool_output.query_of(event.tool_input, call.prompt),
        store=store,
        settings=settings,
        origin=_origin(event),
        view=View(
            event.limit_chars,
            event.tokens_host[index],
            numbered=event.first_line if reading else 0,
            kinds=decide.kinds_for(event),
            way_back=call.way_back,
            part=part,
        ),
    )
    if result.outcome != "compressed":
        return None
    if result.kind == "redacted":
        # The whole of a file that the host shows in part is no replacement for that part.
        return None if event.oversize else Replacement(result.text, whole=True)
    if reading and not part and event.session:
        store.sessions.note_file(call.context, event.path, "shortened", result.ref or "")
    return Replacement(result.text, whole=False)


def _origin(event: decide.Event) -> Origin:
    project = environment.project_dir(cwd=event.cwd)
    return Origin(event.session, event.agent, project, event.tool_use_id, event.in_front, event.host)


def _whole_again(event: decide.Event, context: str, store: Store) -> list[Replacement | None] | None:
    """Return the whole file where the earlier result, to which the host refers the model, was a shortened one."""
    seen = store.sessions.file_state(context, event.path)
    if seen is None or seen.state != "shortened":
        return None
    text = redaction.for_model(store.settings, store.get(seen.ref).text)
    store.sessions.note_file(context, event.path, "whole", seen.ref)
    store.retrieved(seen.ref, tokens.estimate(text), origin=_origin(event))
    return [Replacement(text, whole=True)]


def masked(value: Any, event: decide.Event, settings: Settings) -> Any:
    """Return the tool's answer `value` with the secrets in its texts masked, at any depth; itself where there are none.

    The last step for every answer, whatever was decided before. Raises: nothing that `compress_output` does not.
    """
    if isinstance(value, str):
        result = compress_output(
            value, tool_name=event.tool_name, tool_input=event.tool_input, settings=settings, origin=_origin(event),
            view=View(whole=True),
        )  # fmt: skip
        return result.text
    if isinstance(value, list):
        return [masked(item, event, settings) for item in value]
    if isinstance(value, dict):
        return {key: item if key in _NO_TEXT else masked(item, event, settings) for key, item in value.items()}
    return value


def sayable(text: str) -> str:
    """Return `text` as it can be sent: a lone surrogate, from bytes that are not valid UTF-8, becomes U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
