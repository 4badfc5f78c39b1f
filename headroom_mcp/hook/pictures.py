"""The images of a tool's result, for a hook: what is shown instead of each, by what its context was shown before.

An image that a context has before it whole is stored, and noted as a line with its digest among the texts it was shown: so it
is forgotten with them after a compaction, and looked for in the transcript like them before it is called "above".
"""

from __future__ import annotations

import base64
import binascii
import time

from headroom_mcp.flow import repeats
from headroom_mcp.hook import event as decide
from headroom_mcp.images import choose
from headroom_mcp.late import NamedTuple
from headroom_mcp.settings import environment, redaction, switches
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.text import sha256
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Origin, Shown, UnknownRef

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from headroom_mcp.images.choose import Choice, Earlier
    from headroom_mcp.store import Store

MODEL = "claude"  # a hook is not told which one; the current one is what most run
_WHOLE = 4  # images above that a new one is compared with pixel by pixel: each is decoded again
_LABEL = "image "  # before the ref, in the labels of what was shown
_LINE = "image sha256:"
_STANDS = ("keep", "trim")  # what leaves all of an image before the reader


class Picture(NamedTuple):
    """What stands in the place of an image: a line of text, then these PNGs."""

    note: str
    pieces: tuple[bytes, ...]


def line_of(data: bytes) -> str:
    """Return the line by which an image that was shown is known; "" for none."""
    return f"{_LINE}{sha256.of(data)}" if data else ""


def decoded(coded: Any) -> bytes:
    """Return the bytes of an image that is written in base64; empty where it is not."""
    try:
        return base64.b64decode(coded, validate=True) if isinstance(coded, str) else b""
    except (binascii.Error, ValueError):
        return b""


def replaced(
    images: Sequence[bytes], event: decide.Event, settings: Settings, coordinates: Callable[[], bool]
) -> list[Picture | None]:
    """Return what stands in the place of each of `images`, None for one that stays.

    `coordinates`: whether a program acts on places in them. Raises: StoreError; the host then keeps all of them.
    """
    stays: list[Picture | None] = [None] * len(images)
    if settings.images == "none" or switches.is_off(settings, event.session):
        return stays
    if switches.is_tool_off(event.tool_name, settings.tools_off) or decide.is_own_tool(event.tool_name):
        return stays
    if redaction.is_denied(settings, "", event.tool_input):
        return stays
    way_back = event.way_back()
    if way_back is None:
        return stays
    with open_store(settings) as store:
        question = store.sessions.query(event.session) if event.session else ""
        call = _Call(event, settings, store, way_back, question, coordinates)
        return [call.shown(data) if data else None for data in images]


class _Call(NamedTuple):
    """A call, the store, the way back to what it keeps, the user's last prompt, and whether programs act on coordinates."""

    event: decide.Event
    settings: Settings
    store: Store
    way_back: str
    question: str
    coordinates: Callable[[], bool]

    @property
    def origin(self) -> Origin:
        event = self.event
        project = environment.project_dir(cwd=event.cwd)
        return Origin(event.session, event.agent, project, event.tool_use_id, event.in_front, event.host)

    def shown(self, data: bytes) -> Picture | None:
        """Return what stands in the place of the image `data`, None where it stays; note what stands there now."""
        choice = self._standing(data)
        if not choice.tokens_before or choice.reason == "few_tokens":
            return None
        if choice.action == "keep":
            ref = self.store.put(data, kind="image", origin=self.origin)
            self._note(ref, data)
            return None
        ref = self.store.put(
            data,
            kind="image",
            origin=self.origin,
            shown=lambda ref: choice.note(ref, self.way_back),
            tool_name=self.event.tool_name,
            label=ToolOutput("", self.event.tool_name, self.event.tool_input).label,
            tokens_before=choice.tokens_before,
            tokens_after=choice.tokens_after,
        )
        if choice.action in _STANDS:
            self._note(ref, choice.pieces[0].data)
        return Picture(choice.note(ref, self.way_back), tuple(piece.data for piece in choice.pieces))

    def _note(self, ref: str, data: bytes) -> None:
        event = self.event
        if self.settings.repeats:
            self.store.contexts.note_shown(
                event.session, event.agent, f"{_LABEL}{ref}", line_of(data), event.tool_use_id
            )

    def _standing(self, data: bytes) -> Choice:
        """Return the choice for an image; what it leans on is in front of the reader now, as far as that can be seen."""
        above = self._above() if self.settings.repeats else []
        choice = self._chosen(data, above)
        in_front = self.event.in_front
        if not choice.of or in_front is None:
            return choice
        named = [shown for shown in above if shown.label == f"{_LABEL}{choice.of}"]
        if in_front(named):
            return choice
        return self._chosen(data, in_front([shown for shown in above if shown not in named]))

    def _above(self) -> list[Shown]:
        """Return the lines of the images that this context was shown, oldest first."""
        event = self.event
        known = self.store.contexts.shown_in(event.session, event.agent)
        return [shown for shown in repeats.recent(known, self.origin, time.time()) if shown.text.startswith(_LINE)]

    def _chosen(self, data: bytes, above: Sequence[Shown]) -> Choice:
        return choose.choose(
            data,
            MODEL,
            earlier=self._earlier(data, above),
            question=self.question,
            coordinates=bool(self.coordinates()),
            only_same=self.settings.images == "same",
        )

    def _earlier(self, data: bytes, above: Sequence[Shown]) -> list[Earlier]:
        """Return the latest images of `above`, and the one whose bytes are these, however long ago it was shown."""
        refs = list(dict.fromkeys(shown.label[len(_LABEL) :] for shown in reversed(above)))
        digest = sha256.of(data)
        same = [ref for ref in refs if digest.startswith(ref)]
        found = []
        for ref in dict.fromkeys([*refs[:_WHOLE], *same]):
            try:
                found.append(choose.Earlier(ref, self.store.get(ref).body))
            except UnknownRef:  # retention has taken it
                continue
        found.reverse()
        return found
