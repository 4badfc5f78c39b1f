"""The walk over a conversation: what has been called, said and shown so far, and what the next tool result becomes."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from headroom_mcp import tool_output
from headroom_mcp.context import attachments, calls, memo, query_echo, shapes
from headroom_mcp.context.above import Above
from headroom_mcp.context.calls import Asked
from headroom_mcp.context.counting import Counter
from headroom_mcp.context.result import Action, Decision, Reason
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.settings import environment, fault_log, redaction, sizes, switches
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import codec, open_store
from headroom_mcp.text import marker
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Origin, Outcome, StoreError, View

if TYPE_CHECKING:
    from headroom_mcp.context.pictures import Pictures
    from headroom_mcp.store import Store

_MAX_BEHIND = 1_200  # characters behind a footer: a closing tag, a reminder; less than is worth shortening


class _Rendering(NamedTuple):
    """What a text became. `text` is None where it stays; `digest` is that of what is shown."""

    text: str | None
    reason: Reason
    digest: bytes = b""


class _Seen(NamedTuple):
    """A text of a tool result, its digest and its estimated tokens: worked out once, it may be long."""

    text: str
    digest: bytes
    tokens: int


_renderings: memo.Memo[_Rendering] = memo.Memo()

_REASON_OF: dict[Outcome, Reason] = {
    "compressed": "shortened",
    "small": "small",
    "no_gain": "no_gain",
    "already": "already",
    "unknown": "refused",
    "failed": "failed",
}


class Shortener:
    """One walk over one conversation, message by message; `next` takes them in order."""

    def __init__(
        self,
        settings: Settings,
        *,
        query: str | None = None,
        session: str = "",
        project: str = "",
        keep: Collection[str] = (),
        store: Store | None = None,
        orphans: bool = False,
        counter: Counter | None = None,
        echo: bool = False,
        way_back: str = "",
        attachments_from: int = 0,
        pictures: Pictures | None = None,
    ) -> None:
        """`store`: where originals will go, see `using` · `orphans`: results without a call are shortened too (the provider
        keeps the calls) · `echo`: the question is repeated behind much that was printed since, see `query_echo` ·
        `way_back`: see `View` · `attachments_from`: what users paste is shortened, too, from so many tokens on; 0: never ·
        `pictures`: what looks at images in results."""
        self._counter = counter or Counter()
        self._settings = settings
        self._query = query
        self._origin = Origin(session, project=project)
        self._keep = tuple(keep)
        self._orphans = orphans
        self._store: Store | None = None
        self._broken = False
        self._way_back = way_back
        self._place = _place_of(settings, store, session, project, way_back)
        self._calls: dict[str, Asked] = {}
        self._waiting: dict[str, deque[Asked]] = {}
        self._answered: set[str] = set()
        self._said = ""
        self._echo = echo
        self._attachments = attachments_from
        self._pictures = pictures
        self._between = 0  # tokens of results since the user spoke, until the question was repeated
        self._above = Above()
        self._digests: dict[int, tuple[str, bytes]] = {}  # of the texts of the latest message, by their identity
        self._answers: dict[tuple[str, str, int], str] = {}
        self._last: tuple[str, str, int] | None = None
        self.name = self._named()

    @contextmanager
    def using(self, store: Store | None) -> Iterator[None]:
        """Keep originals in `store`; by default in one that is opened when it is needed, and closed afterwards."""
        self._store = store
        self._broken = False
        try:
            yield
        finally:
            if self._store is not None and self._store is not store:
                self._store.close()
            self._store = None

    def next(
        self, index: int, message: Any, *, wanted: bool = True
    ) -> tuple[Any, dict[shapes.Path, Any], list[Decision]]:
        """Return what becomes of the next message, the texts that change in it, and why. Raises nothing.

        `wanted`: without it, the message comes back as it is, and only the texts tell what becomes of it.
        """
        role = ""
        self._digests.clear()
        try:
            role = shapes.role_of(message)
            events = shapes.events(message)
            if events is None:
                return message, {}, [Decision(index, role, "", 0, 0, "kept", "unknown_shape")]
            texts: dict[shapes.Path, Any] = {}
            decisions: list[Decision] = []
            for event in events:
                decisions.extend(self._take(index, role, event, texts))
            new = shapes.replaced(message, texts) if texts and wanted else message
        except Exception as error:  # law 8: an object that raises, a bug of ours; the message stays as it came
            fault_log.record("compress", error, self._settings)
            return message, {}, [Decision(index, role, "", 0, 0, "kept", "failed")]
        return new, texts, decisions or [Decision(index, role, "", 0, 0, "kept", "not_a_result")]

    def _take(self, index: int, role: str, event: shapes.Event, texts: dict[shapes.Path, Any]) -> list[Decision]:
        if isinstance(event, shapes.Said):
            said = attachments.without_reminders(attachments.beside(event.text) if self._attachments else event.text)
            if said:
                self._said, self._between = said, 0
        if isinstance(event, (shapes.Said, shapes.Attached)):
            return self._attached(index, role, event, texts) if self._attachments else []
        if isinstance(event, shapes.Call):
            call = calls.asked(event.id, event.name, event.arguments)
            if self._pictures is not None:
                self._pictures.called(call)
            if event.id:
                self._calls[event.id] = call
            self._waiting.setdefault(event.name, deque()).append(call)
            return []
        found = self._call_of(event)
        name = found.name if found else event.name
        decisions: list[Decision] = []
        if self._pictures is not None:
            row = Decision(index, role, name, 0, 0, "kept", "no_gain")
            pieces, decisions = self._pictures.take(row, event, found, self._question(), self._opened, self._origin)
            texts.update(pieces)
        if not event.places:
            return decisions or [Decision(index, role, name, 0, 0, "kept", "no_text")]
        for number, place in enumerate(event.places):
            decision, text = self._decided(
                Decision(index, role, name, 0, 0, "kept", "no_gain"), found, number, place.text
            )
            decisions.append(decision)
            if text is not None:
                texts[place.path] = text
        return decisions

    def _attached(
        self, index: int, role: str, event: shapes.Said | shapes.Attached, texts: dict[shapes.Path, Any]
    ) -> list[Decision]:
        """Make the large texts small that the user has put between fences, or into a document."""
        whole = event.text
        found = attachments.fenced(whole) if isinstance(event, shapes.Said) else [(0, len(whole))]
        decisions, pieces, at = [], [], 0
        for number, (start, stop) in enumerate(found):
            if memo.count(whole[start:stop]) < self._attachments:
                continue
            row = Decision(index, role, attachments.ASKED.name, 0, 0, "kept", "no_gain")
            decision, text = self._decided(row, attachments.ASKED, number, whole[start:stop])
            decisions.append(decision)
            if text is not None:
                pieces += [whole[at:start], text]
                at = stop
        if pieces:
            texts[event.path] = "".join([*pieces, whole[at:]])
        return decisions

    def _decided(self, row: Decision, call: Asked | None, number: int, text: str) -> tuple[Decision, str | None]:
        """Return what becomes of a text, the one of this number in the result of `call`, and the new text, None where it
        stays. `row` says where it stands."""
        digest = memo.digest_of(text)
        self._digests[id(text)] = text, digest  # held, so that no other text gets its identity
        seen = _Seen(text, digest, memo.count(text, digest=digest))
        made = self._rendered(call, number, seen)
        like = self._counter.form(text, digest)
        before = seen.tokens if self._counter.estimates else self._counter.count(text, like, digest)
        if made.text is None or made.text == text:
            return row._replace(before=before, after=before, reason=made.reason), None
        action: Action = "shortened" if made.reason == "shortened" else "masked"
        after = self._counter.count(made.text, like, made.digest)
        return row._replace(before=before, after=after, action=action, reason=made.reason), made.text

    def _named(self) -> bytes | None:
        """Return what tells walks apart whose results could differ; None where that is not known."""
        if self._place is None:
            return None
        counted = f"{self._counter.method} {self._counter.family}"
        asked = "" if self._query is None else f"?{self._query}"
        return memo.digest_of(
            self._place,
            counted,
            asked,
            f"{self._orphans} {self._echo} {self._attachments} {self._pictures}",
            *self._keep,
        )

    def count(self, message: Any) -> int:
        """Return the tokens of the texts in a message, the latest or any; of what cannot be read, nothing is counted."""
        try:
            return sum(self._counter.count(text, None, self._digest(text)) for text in shapes.texts_of(message))
        except Exception:  # the attribute of somebody's object: a figure is not worth an error
            return 0

    def _digest(self, text: str) -> bytes | None:
        """Return the digest of a text of the latest message, where it has been worked out."""
        known = self._digests.get(id(text))
        return known[1] if known else None

    def _call_of(self, result: shapes.Returned) -> Asked | None:
        """Return the call that `result` answers: by its id; by the tool's name where one of them has no id."""
        if result.id and result.id in self._calls:
            self._answered.add(result.id)
            return self._calls[result.id]
        waiting = self._waiting.get(result.name) if result.name else None
        while waiting and waiting[0].id in self._answered:
            waiting.popleft()
        if waiting and not (result.id and waiting[0].id):
            return waiting.popleft()
        return Asked(result.id, result.name, {}, "") if self._orphans else None

    def _rendered(self, call: Asked | None, number: int, seen: _Seen) -> _Rendering:
        """Return what a text, the one of this number in the result of `call`, becomes."""
        key = (call.name, call.words, number) if call is not None and call.words else None
        why = self._stays(call, key, seen)
        made = self._echoed(self._once(call, seen, why), seen)
        shown = seen.text if made.text is None else made.text
        if key is not None:
            refs = marker.refs(shown)[-1:] if made.reason in ("shortened", "already") else []
            self._answers[key] = refs[0] if refs else ""
            self._last = key
        if call is not None and why != "own_tool" and seen.tokens >= self._min_noted(made):
            self._above.add(ToolOutput("", call.name, call.given).label, shown, made.digest or seen.digest)
        return made

    def _echoed(self, made: _Rendering, seen: _Seen) -> _Rendering:
        """Return a rendering with the question in it, where that is wanted, far enough above, and not repeated yet."""
        if not self._echo or self._between < 0:
            return made
        shown = seen.tokens if made.text is None else memo.count(made.text, digest=made.digest)
        self._between += shown
        if made.reason != "shortened" or made.text is None or self._between < query_echo.MIN_BETWEEN:
            return made
        text = query_echo.echoed(made.text, self._question())
        if text is None or memo.count(text) >= seen.tokens:
            return made
        self._between = -1
        return made._replace(text=text, digest=memo.digest_of(text))

    def _min_noted(self, made: _Rendering) -> int:
        """Our own short texts are noted whatever their size: so is what they are made of, the first time."""
        return 0 if made.reason == "already" else sizes.noted(self._settings.min_tokens)

    def _stays(self, call: Asked | None, key: tuple[str, str, int] | None, seen: _Seen) -> Reason | None:
        """Return why a text stays whole, without a look at what it says; None where the flow decides."""
        text = seen.text
        if call is None:
            return "orphan"
        if calls.is_own(call):
            return "own_tool"
        if _ends_as_ours(text):
            return "already"
        if switches.is_tool_off(call.name, (*self._settings.tools_off, *self._keep)) or (
            call.id and call.id in self._keep
        ):
            return "tool_off"
        if "<keep>" in text and "</keep>" in text:
            return "keep_tag"
        path = calls.path_read(call)
        if path and calls.asks_for_a_part(call):
            return "part_of_a_file"
        if path and seen.tokens >= self._settings.min_tokens and tool_output.is_short_file(text, path):
            return "short_file"
        return "asked_again" if key is not None and self._is_asked_again(key, text) else None

    def _is_asked_again(self, key: tuple[str, str, int], text: str) -> bool:
        """Tell whether the reader has asked for this before, got it in short, and asks again: at once, or for the same."""
        ref = self._answers.get(key)
        if not ref:
            return False
        if key == self._last:
            return True
        import hashlib

        return hashlib.sha256(codec.encode(text)).hexdigest().startswith(ref)

    def _once(self, call: Asked | None, seen: _Seen, why: Reason | None) -> _Rendering:
        """Return what the flow makes of a text, from memory where it has been asked before. `why` it stays whole, if so."""
        if why is not None and not redaction.masks_model(self._settings):
            return _Rendering(None, why)
        key = self._key(call, seen, why)
        known = _renderings.get(key) if key else None
        if known is not None:
            return known
        made = self._through_the_flow(call, seen, why)
        if made.text is not None:
            made = made._replace(digest=memo.digest_of(made.text))
        if key:
            _renderings.put(key, made, len(made.text or ""))
        return made

    def _key(self, call: Asked | None, seen: _Seen, why: Reason | None) -> bytes | None:
        """Return the digest of everything that the rendering depends on; None where it is not known."""
        if self._place is None or (call is not None and call.given and not call.words):
            return None
        above = self._above.digest if why is None and self._settings.repeats else b""
        name, words = (call.name, call.words) if call else ("", "")
        return memo.digest_of(seen.digest, name, words, self._question(), above, why or "", self._place)

    def _question(self) -> str:
        return self._said if self._query is None else self._query

    def _through_the_flow(self, call: Asked | None, seen: _Seen, why: Reason | None) -> _Rendering:
        text = seen.text
        store = self._opened() if why is None and seen.tokens >= self._settings.min_tokens else self._store
        if self._broken:
            return _Rendering(redaction.for_model(self._settings, text), why or "failed")
        path = calls.path_read(call) if call else ""
        kinds = tool_output.kinds_of_file(path) if path else ()
        view = View(kinds=kinds, whole=why is not None, way_back=self._way_back)
        call = call or Asked("", "", {}, "")
        result = compress_output(
            text,
            tool_name=call.name,
            tool_input=call.given,
            query=calls.query_of(call, self._question()),
            settings=self._settings,
            origin=self._origin._replace(tool_use_id=call.id),
            store=store,
            view=view,
            earlier=tuple(self._above.latest) if self._settings.repeats else (),
        )
        if result.outcome == "compressed":
            return _Rendering(result.text, "masked" if result.kind == "redacted" else "shortened")
        return _Rendering(result.text if result.text != text else None, why or _REASON_OF[result.outcome])

    def _opened(self) -> Store | None:
        """Return the store, opened for the first text that may need it: one that is locked is waited for once."""
        if self._store is None and not self._broken:
            try:
                self._store = open_store(self._settings)
            except StoreError as error:
                fault_log.record("compress", error, self._settings)
                self._broken = True
        return self._store


def _ends_as_ours(text: str) -> bool:
    """Tell whether a footer of ours ends the text, but for the little that a host may have put behind it.

    The store is not asked: it forgets, and then the text would change.
    """
    at = text.rfind("\n[headroom ") + 1
    footer, _, behind = text[at:].partition("\n")
    return footer.startswith("[headroom ") and bool(marker.refs(footer)) and len(behind) <= _MAX_BEHIND


_numbers: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
_count = itertools.count()


def _place_of(settings: Settings, store: Store | None, session: str, project: str, way_back: str) -> bytes | None:
    """Return what tells the store, the settings and what is filed under from others in a memo; None for a store that cannot be told apart."""
    try:
        where = environment.data_home(settings) if store is None else str(_numbers.setdefault(store, next(_count)))
    except TypeError:  # somebody's own store, to which nothing can be attached
        return None
    return memo.digest_of(where, repr(settings), session, project, way_back)
