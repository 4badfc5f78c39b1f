"""`shorten_body`: the JSON body of a request, its tool results made small and every other byte as the client wrote it.

A body that is parsed and written again is another one: numbers, key order, escapes and signed thinking change. So it is
parsed only to find where texts of tool results are; `find` gives the places of their strings in the text of the body, and
only these are written anew. Linear in the size of the body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]  # the reader of JSON strings, in C where there is one
from typing import TYPE_CHECKING, Any, NamedTuple

from headroom_mcp.context import calls, checkpoint, shapes, way_back
from headroom_mcp.context.walk import Shortener, without_reminders
from headroom_mcp.settings import fault_log, switches
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings

if TYPE_CHECKING:
    from headroom_mcp.store import Store
    from headroom_mcp.types import ToolInput

_LISTS = ("messages", "input", "contents")  # Anthropic, OpenAI chat, Converse · Responses · Gemini
_SPACE = " \t\n\r"
_decode = json.JSONDecoder().raw_decode


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
        text, request = _read(body)
        key = _list_of(request)
        if key is None:
            return None
        if _drops_results(request):
            settings = settings._replace(repeats=False)  # what stands above may be gone when this is read
        orphans = bool(request.get("previous_response_id"))  # the provider has the calls

        def shortener() -> Shortener:
            return Shortener(
                settings,
                session=session,
                project=project,
                store=store,
                orphans=orphans,
                way_back=way_back.of(request.get("tools")),
            )

        walk, _ = checkpoint.walked(request[key], shortener, store)
        changes: dict[shapes.Path, str] = {
            (key, index, *path): new for index, texts in enumerate(walk.changes) for path, new in texts.items()
        }
        if not changes:
            return None
        left_out = sum(decision.before - decision.after for made in walk.decisions for decision in made)
        return Short(_spliced(text, changes), left_out)
    except Exception as error:  # law 8: the request goes out as it came
        fault_log.record("shorten_body", error, settings)
        return None


def spans(body: bytes) -> list[Span]:
    """Return the texts of tool results in `body`, in order, with what is known of each. Raises: ValueError for no JSON."""
    text, request = _read(body)
    key = _list_of(request)
    if key is None:
        return []
    known: dict[shapes.Path, Span] = {}
    asked: dict[str, calls.Asked] = {}
    said = ""
    for index, message in enumerate(request[key]):
        for event in shapes.events(message) or []:
            if isinstance(event, shapes.Said):
                said = without_reminders(event.text) or said
            elif isinstance(event, shapes.Call):
                asked[event.id] = calls.asked(event.id, event.name, event.arguments)
            else:
                call = asked.get(event.id, calls.Asked("", event.name, {}, ""))
                for place in event.places:
                    path: shapes.Path = (key, index, *place.path)
                    known[path] = Span(0, 0, place.text, call.name, call.given, said)
    found = find(text, list(known))
    placed = [known[path]._replace(start=start, stop=stop) for path, (start, stop) in found.items()]
    return sorted(placed, key=lambda span: span.start)


def find(text: str, paths: Sequence[shapes.Path]) -> dict[shapes.Path, tuple[int, int]]:
    """Return where the strings at these paths stand in the JSON `text`. Raises: ValueError where one of them is no string,
    or an object on the way has a key twice: readers differ in which one they take."""
    tree: dict[str | int, Any] = {}
    for path in paths:
        node = tree
        for step in path:
            node = node.setdefault(step, {})
    found: dict[shapes.Path, tuple[int, int]] = {}
    _find(text, _skip(text, 0), tree, (), found)
    if len(found) != len(set(paths)):
        msg = "a text is not where it was read"
        raise ValueError(msg)
    return found


def _find(
    text: str, at: int, tree: Mapping[str | int, Any], path: shapes.Path, found: dict[shapes.Path, tuple[int, int]]
) -> int:
    """Note where the strings of `tree` stand in the value that begins at `at`; return where the value ends."""
    if not tree:
        _, stop = scanstring(text, at + 1, False)
        if text[at] != '"':
            msg = "not a string"
            raise ValueError(msg)
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


def _read(body: bytes) -> tuple[str, Any]:
    """Return a body as text and as the request it is; {} for what is no object. Raises: ValueError, RecursionError."""
    text = body.decode("utf-8")
    request = json.loads(text)
    return text, request if isinstance(request, dict) else {}


def _list_of(request: Mapping[str, Any]) -> str | None:
    return next((key for key in _LISTS if isinstance(request.get(key), list)), None)


def _drops_results(request: Mapping[str, Any]) -> bool:
    """Tell whether the provider is asked to take old tool results out of the context by itself."""
    return any("clear_tool_uses" in json.dumps(request[key]) for key in ("context_management",) if key in request)


def _spliced(text: str, changes: Mapping[shapes.Path, str]) -> bytes:
    where = find(text, list(changes))
    pieces: list[str] = []
    at = 0
    for path, (start, stop) in sorted(where.items(), key=lambda item: item[1]):
        pieces += text[at:start], _as_json(changes[path], ascii_only=text.isascii())
        at = stop
    return "".join([*pieces, text[at:]]).encode("utf-8")


def _as_json(text: str, *, ascii_only: bool) -> str:
    """Return `text` as a JSON string, escaped as the body is; half a surrogate pair always is."""
    written = json.dumps(text, ensure_ascii=ascii_only)
    try:
        written.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(text)
    return written
