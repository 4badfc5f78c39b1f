"""`shorten_body`: the JSON body of a request, its tool results made small and every other byte as the client wrote it.

A body that is parsed and written again is another one: numbers, key order, escapes and signed thinking change. So it is
parsed only to find where texts of tool results are, message by message with the places where each begins, and only their
strings are written anew. Linear in the size of the body: it is parsed once, and messages that change are read a second time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]  # the reader of JSON strings, in C where there is one
from typing import TYPE_CHECKING, Any, NamedTuple

from headroom_mcp.context import calls, checkpoint, shapes, way_back
from headroom_mcp.context.attachments import without_reminders
from headroom_mcp.context.walk import Shortener
from headroom_mcp.settings import fault_log, switches
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings

if TYPE_CHECKING:
    from headroom_mcp.context.pictures import Pictures
    from headroom_mcp.store import Store
    from headroom_mcp.types import ToolInput

_LISTS = ("messages", "input", "contents")  # Anthropic, OpenAI chat, Converse · Responses · Gemini
_SPACE = " \t\n\r"
_decode = json.JSONDecoder().raw_decode
_unescaped = json.JSONEncoder(ensure_ascii=False).encode


class Span(NamedTuple):
    """A text of a tool result in a body: `body_text[start:stop]` is its JSON string, quotes included.

    `tool`, `given`, `query`: the call it answers ("" and {} where it is not there) and what the user had said before it.
    """

    start: int
    stop: int
    text: str
    tool: str
    given: ToolInput
    query: str


class Short(NamedTuple):
    """A body with short tool results, and the tokens (an estimate) that it lacks."""

    body: bytes
    tokens_left_out: int


def shorten_body(
    body: bytes,
    *,
    settings: Settings | None = None,
    session: str = "",
    store: Store | None = None,
    project: str = "",
) -> bytes | None:
    """Return `body` with the texts of its tool results made small, None where nothing is to be done or it is not ours to read.

    Each becomes what `compress` makes of it. Raises nothing.
    """
    short = shortened(body, settings=settings, session=session, store=store, project=project)
    return short.body if short else None


def shortened(
    body: bytes,
    *,
    settings: Settings | None = None,
    session: str = "",
    store: Store | None = None,
    project: str = "",
) -> Short | None:
    """Return what `shorten_body` returns, with what was left out. Raises nothing."""
    try:
        settings = settings or load_settings()
        if switches.is_off(settings, session):
            return None
        read = _read(body)
        request = read.request
        if not read.key:
            return None
        if _drops_results(request):  # what stands above may be gone when this is read
            settings = settings._replace(repeats=False)
        orphans = bool(request.get("previous_response_id"))  # the provider has the calls

        def shortener() -> Shortener:
            return Shortener(
                settings,
                session=session,
                project=project,
                store=store,
                orphans=orphans,
                way_back=way_back.of_request(request),
                pictures=_pictures(request, settings),
            )

        outcome = checkpoint.walked(request[read.key], shortener, store, read.sizes())
        if not any(outcome.changes):
            return None
        left_out = sum(decision.before - decision.after for made in outcome.decisions for decision in made)
        return Short(_spliced(read, outcome.changes), left_out)
    except Exception as error:  # law 8: the request goes out as it came
        fault_log.record("shorten_body", error, settings)
        return None


def spans(body: bytes) -> list[Span]:
    """Return the texts of tool results in `body`, in order, with what is known of each. Raises: ValueError for no JSON."""
    read = _read(body)
    found: list[Span] = []
    asked: dict[str, calls.Asked] = {}
    said = ""
    for start, message in zip(read.starts, read.request.get(read.key, ()), strict=True):
        known: dict[shapes.Path, Span] = {}
        for event in shapes.events(message) or []:
            if isinstance(event, shapes.Said):
                said = without_reminders(event.text) or said
            elif isinstance(event, shapes.Call):
                asked[event.id] = calls.asked(event.id, event.name, event.arguments)
            elif isinstance(event, shapes.Returned):
                call = asked.get(event.id, calls.Asked("", event.name, {}, ""))
                for place in event.places:
                    known[place.path] = Span(0, 0, place.text, call.name, call.given, said)
        if known:
            places = _places(read.text, start, known)
            found.extend(known[path]._replace(start=at, stop=stop) for at, stop, path in places)
    return found


def _places(text: str, start: int, paths: Iterable[shapes.Path]) -> list[tuple[int, int, shapes.Path]]:
    """Return in their order where the strings (or image blocks) at these paths stand in the message that begins at `start`.

    Raises: ValueError where one of them is neither, or an object on the way has a key twice: readers differ in which one they
    take.
    """
    tree: dict[str | int, Any] = {}
    wanted = 0
    for path in paths:
        node = tree
        for step in path:
            node = node.setdefault(step, {})
        wanted += 1
    found: dict[shapes.Path, tuple[int, int]] = {}
    _find(text, start, tree, (), found)
    if len(found) != wanted:
        msg = "a text is not where it was read"
        raise ValueError(msg)
    return sorted((start, stop, path) for path, (start, stop) in found.items())


def _find(
    text: str, at: int, tree: Mapping[str | int, Any], path: shapes.Path, found: dict[shapes.Path, tuple[int, int]]
) -> int:
    """Note where the strings of `tree` stand in the value that begins at `at`; return where the value ends."""
    if not tree:
        if text[at] not in '"{':
            msg = "neither a string nor a block"
            raise ValueError(msg)
        stop = scanstring(text, at + 1, False)[1] if text[at] == '"' else _decode(text, at)[1]
        found[path] = (at, stop)
        return int(stop)
    closing = {"{": "}", "[": "]"}.get(text[at])
    if closing is None:
        msg = "neither an object nor a list"
        raise ValueError(msg)
    at, seen, index = _skip(text, at + 1), set[str](), 0
    while text[at] != closing:
        step: str | int = index
        if closing == "}":
            step, at = scanstring(text, at + 1, False)
            at = _skip(text, _skip(text, at) + 1)  # the colon
            if step in seen and step in tree:
                msg = f"the key {step!r} stands twice in one object"
                raise ValueError(msg)
            seen.add(str(step))
        below = tree.get(step)
        at = _decode(text, at)[1] if below is None else _find(text, at, below, (*path, step), found)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
        index += 1
    return at + 1


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at


class _Read(NamedTuple):
    """The text of a body, the request it is ({} for what is no object), the key of its list of messages ("": there is none),
    and where each of these begins in the text."""

    text: str
    request: dict[str, Any]
    key: str
    starts: list[int]

    def sizes(self) -> list[int]:
        """Return about how many characters each message has."""
        return [after - start for start, after in zip(self.starts, [*self.starts[1:], len(self.text)], strict=False)]


def _read(body: bytes) -> _Read:
    """Return a body as it is read. Raises: ValueError, RecursionError."""
    text = body.decode("utf-8")
    try:
        at = _skip(text, 0)
        if text[at] != "{":
            json.loads(text)
            return _Read(text, {}, "", [])
        request, lists = _members(text, at)
    except IndexError as error:
        msg = "the body ends in the middle"
        raise ValueError(msg) from error
    key = next((key for key in _LISTS if key in lists), "")
    return _Read(text, request, key, lists.get(key, []))


def _members(text: str, at: int) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Return the object that is the whole of `text` from `at` on, and where the items of its lists of messages begin."""
    request: dict[str, Any] = {}
    lists: dict[str, list[int]] = {}
    at = _skip(text, at + 1)
    while text[at] != "}":
        _expect(text, at, '"')
        key, at = scanstring(text, at + 1)
        at = _skip(text, at)
        _expect(text, at, ":")
        at = _skip(text, at + 1)
        if key in _LISTS and key in request:
            msg = f"the key {key!r} stands twice in the request"
            raise ValueError(msg)
        if key in _LISTS and text[at] == "[":
            request[key], lists[key], at = _items(text, at)
        else:
            request[key], at = _decode(text, at)
        at = _after_comma(text, at, "}")
    if _skip(f"{text[at + 1 :]}.", 0) != len(text) - at - 1:
        msg = "there is more behind the request"
        raise ValueError(msg)
    return request, lists


def _items(text: str, at: int) -> tuple[list[Any], list[int], int]:
    """Return the list that begins at `at`, where its items begin, and where it ends."""
    items: list[Any] = []
    starts: list[int] = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        starts.append(at)
        item, at = _decode(text, at)
        items.append(item)
        at = _after_comma(text, at, "]")
    return items, starts, at + 1


def _after_comma(text: str, at: int, closing: str) -> int:
    """Return where the next member begins, or where `closing` stands. Raises: ValueError."""
    at = _skip(text, at)
    if text[at] == closing:
        return at
    _expect(text, at, ",")
    at = _skip(text, at + 1)
    if text[at] == closing:
        msg = "a comma, and nothing behind it"
        raise ValueError(msg)
    return at


def _expect(text: str, at: int, what: str) -> None:
    if text[at] != what:
        msg = f"not valid JSON: {text[at]!r} at {at}, not {what!r}"
        raise ValueError(msg)


def _pictures(request: Mapping[str, Any], settings: Settings) -> Pictures | None:
    """Return what looks at the images of a request, None where they are left alone."""
    if settings.images == "none":
        return None
    from headroom_mcp.context import pictures

    model = request.get("model")
    return pictures.Pictures(
        model if isinstance(model, str) and model else "claude",
        same_only=settings.images == "same",
        points=pictures.offer_coordinates(request.get("tools")),
        above=settings.repeats,
        way_back=way_back.of_request(request),
    )


def _drops_results(request: Mapping[str, Any]) -> bool:
    """Tell whether the provider is asked to take old tool results out of the context by itself."""
    return any("clear_tool_uses" in json.dumps(request[key]) for key in ("context_management",) if key in request)


def _spliced(read: _Read, changes: Sequence[Mapping[shapes.Path, Any]]) -> bytes:
    text, at = read.text, 0
    pieces: list[str] = []
    for begins, texts in zip(read.starts, changes, strict=True):
        if texts:
            for start, stop, path in _places(text, begins, texts):
                pieces += text[at:start], _written(texts[path], text, start)
                at = stop
    return "".join([*pieces, text[at:]]).encode("utf-8")


def _written(new: Any, text: str, start: int) -> str:
    """Return what is written in the place of the value that begins at `start`: a text's string, or blocks in a block's place."""
    if isinstance(new, shapes.Several) != (text[start] == "{"):
        msg = "a text stands where a block was read, or a block where a text was"
        raise ValueError(msg)
    if isinstance(new, shapes.Several):
        return ", ".join(json.dumps(item) for item in new.items)
    return _as_json(new, ascii_only=text.isascii())


def _as_json(text: str, *, ascii_only: bool) -> str:
    """Return `text` as a JSON string, escaped as the body is; half a surrogate pair always is."""
    if ascii_only:
        return json.dumps(text)
    written = _unescaped(text)
    try:
        written.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(text)
    return written
