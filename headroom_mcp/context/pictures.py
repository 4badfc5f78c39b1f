"""The images in tool results: what of each is shown, by what stands above it. `images.choose` decides about the pixels.

An image in a result of Anthropic's, OpenAI's Responses' or Converse's becomes a line of text, or a line and smaller images in
its place. Like a text's, its original is stored first, and what becomes of it depends on nothing that comes later.
"""

from __future__ import annotations

import base64
import binascii
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from headroom_mcp.context import calls, shapes
from headroom_mcp.context.calls import Asked
from headroom_mcp.context.result import Decision, Reason
from headroom_mcp.images import choose
from headroom_mcp.images.choose import Choice, Earlier
from headroom_mcp.settings import fault_log
from headroom_mcp.types import StoreError

if TYPE_CHECKING:
    from headroom_mcp.store import Store
    from headroom_mcp.types import Origin

_MOST_NODES = 100_000  # of the tools' schemas; a cycle must not hold us for ever
_WHOLE = 6  # whole images above that a new one is compared with: each is decoded again
_REASON_OF: dict[str, Reason] = {reason: cast("Reason", f"image_{reason}") for reason in choose.REASONS}
_STANDS = ("keep", "level", "trim")  # what leaves all of an image before the reader: later ones may lean on it


class _Found(NamedTuple):
    at: int
    data: bytes
    block: Any


class Pictures:
    """The images of one walk over a conversation.

    `same_only`: nothing but pointers to the same image. `points`: a program acts on coordinates from the start.
    `above`: whether what stands above may be named; the provider may take it out of the context. `way_back`: see `View`.
    """

    def __init__(
        self, model: str, *, same_only: bool = False, points: bool = False, above: bool = True, way_back: str = ""
    ) -> None:
        self._model = model
        self._way_back = way_back
        self._same_only = same_only
        self._above: deque[bytes] = deque(maxlen=_WHOLE if above else 0)
        self._points = points
        self._begins_with_points = points

    def __repr__(self) -> str:
        return f"images for {self._model} {self._same_only} {self._begins_with_points} {self._above.maxlen}"

    def called(self, call: Asked) -> None:
        """Note a call: where any acts on coordinates, images are not made smaller from then on."""
        self._points |= choose.acts_on_coordinates(call.name, call.given)

    def take(
        self,
        row: Decision,
        result: shapes.Returned,
        call: Asked | None,
        question: str,
        store: Callable[[], Store | None],
        origin: Origin,
    ) -> tuple[dict[shapes.Path, shapes.Several], list[Decision]]:
        """Return what stands in the place of images of `result`, and a decision for each. `row` says where it stands."""
        changes: dict[shapes.Path, shapes.Several] = {}
        decisions = []
        for found in _images(result.content):
            if call is None or calls.is_own(call):
                decisions.append(row._replace(reason="orphan" if call is None else "own_tool"))
                continue
            earlier = [Earlier(str(number), data) for number, data in enumerate(self._above)]
            choice = choose.choose(
                found.data,
                self._model,
                detail=level if isinstance(level := found.block.get("detail"), str) else None,
                earlier=earlier,
                question=question,
                coordinates=self._points,
                only_same=self._same_only,
                levels="detail" in found.block or found.block.get("type") == "input_image",
            )
            blocks = self._blocks(found, choice, store, origin) if choice.action != "keep" else None
            shown = choice.tokens_before if blocks is None else choice.tokens_after
            decisions.append(
                row._replace(
                    before=choice.tokens_before,
                    after=shown,
                    action="kept" if blocks is None else "shortened",
                    reason=_REASON_OF[choice.reason] if blocks is not None or choice.action == "keep" else "failed",
                )
            )
            if blocks is not None:
                path = (*result.at, found.at)
                changes[path] = shapes.Several(blocks)
            if blocks is None or choice.action in _STANDS:
                self._above.append(found.data)
        return changes, decisions

    def _blocks(
        self, found: _Found, choice: Choice, store: Callable[[], Store | None], origin: Origin
    ) -> list[Any] | None:
        """Return the blocks that stand in the image's place, None where its original cannot be stored."""
        if choice.action == "level":
            return [{**found.block, "detail": choice.detail}]
        opened = store()
        if opened is None:
            return None
        try:
            if choice.of:
                choice = choice._replace(of=opened.put(self._above[int(choice.of)], kind="image", origin=origin))
            ref = opened.put(
                found.data,
                kind="image",
                origin=origin,
                shown=lambda ref: choice.note(ref, self._way_back),
                tokens_before=choice.tokens_before,
                tokens_after=choice.tokens_after,
            )
        except StoreError as error:
            fault_log.record("compress", error, opened.settings)
            return None
        plain = {key: value for key, value in found.block.items() if key != "cache_control"}
        blocks = [_text(plain, choice.note(ref, self._way_back)), *[_image(plain, one.data) for one in choice.pieces]]
        if "cache_control" in found.block:  # a request may hold only four
            blocks[-1] = {**blocks[-1], "cache_control": found.block["cache_control"]}
        return blocks


def offer_coordinates(tools: Any) -> bool:
    """Tell whether one of a request's `tools`, in any provider's shape, acts on places in an image. Raises nothing."""
    stack, seen = [tools], 0
    while stack and seen < _MOST_NODES:
        seen += 1
        node = stack.pop()
        if isinstance(node, Mapping):
            kind, properties = node.get("type"), node.get("properties")
            if isinstance(kind, str) and kind.startswith("computer"):
                return True
            if isinstance(properties, Mapping) and choose.acts_on_coordinates("", properties):
                return True
            stack.extend(value for value in node.values() if isinstance(value, (Mapping, list, tuple)))
        elif isinstance(node, (list, tuple)):
            stack.extend(node)
    return False


def _images(content: Any) -> Iterator[_Found]:
    for at, block in enumerate(content if isinstance(content, (list, tuple)) else ()):
        data = _data(block)
        if data:
            yield _Found(at, data, block)


def _data(block: Any) -> bytes:
    """Return the bytes of an image block, empty for any other and for an image that is only named by a URL."""
    if not isinstance(block, Mapping):
        return b""
    coded: Any = None
    if block.get("type") == "image" and isinstance(block.get("source"), Mapping):
        coded = block["source"].get("data")
    elif block.get("type") == "image":  # MCP's own
        coded = block.get("data")
    elif block.get("type") == "input_image" and isinstance(url := block.get("image_url"), str):
        head, _, coded = url.partition(";base64,")
        coded = coded if head.startswith("data:image/") else None
    elif isinstance(image := block.get("image"), Mapping) and isinstance(image.get("source"), Mapping):
        coded = image["source"].get("bytes")
        if isinstance(coded, bytes):  # the library's own; in a request's body they are coded
            return coded
    try:
        return base64.b64decode(coded, validate=True) if isinstance(coded, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _text(like: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return a block of text of the shape that `like`, an image, has its neighbours in."""
    if "image" in like:
        return {"text": text}
    return {"type": "input_text" if like.get("type") == "input_image" else "text", "text": text}


def _image(like: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    """Return `like` with another image, a PNG, in it."""
    coded = base64.b64encode(data).decode("ascii")
    if "image" in like:
        given: Any = data if isinstance(like["image"]["source"]["bytes"], bytes) else coded
        return {**like, "image": {**like["image"], "format": "png", "source": {"bytes": given}}}
    if like.get("type") == "input_image":
        return {**like, "image_url": f"data:image/png;base64,{coded}"}
    if isinstance(like.get("source"), Mapping):
        return {**like, "source": {**like["source"], "type": "base64", "media_type": "image/png", "data": coded}}
    return {**like, "data": coded, "mimeType": "image/png"}
