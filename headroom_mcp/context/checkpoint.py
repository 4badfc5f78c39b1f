"""A walk that goes on where the last one ended: a conversation is sent again and again, each time a little longer.

What was given is kept as a copy that nobody can change, whose texts are those of the caller; the next list is compared with it
message by message. Where it begins with the very same messages, the walk goes on behind them.
"""

from __future__ import annotations

import copy
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from headroom_mcp.context import shapes
from headroom_mcp.context.result import Decision
from headroom_mcp.context.walk import Shortener

if TYPE_CHECKING:
    from headroom_mcp.store import Store

_MOST = 64  # conversations
_MOST_CHARS = 64 << 20  # of all that they hold together
_MAX_AGE_S = (
    6 * 3600.0
)  # then everything is asked once more, and originals are stored anew where retention has taken them


class Outcome(NamedTuple):
    """What a walk over some messages came to, one item per message. `out` and `tokens` are empty where nobody asked for them.

    `changes`: other texts, by their path in the message.
    """

    changes: list[dict[shapes.Path, Any]]
    decisions: list[list[Decision]]
    out: list[Any]
    tokens: list[int]


class Walked:
    """A walk over the messages so far: for each, what was given, which texts change, why, and its tokens."""

    def __init__(self, shortener: Shortener) -> None:
        self.shortener = shortener
        self.given: list[Any] = []
        self.changes: list[dict[shapes.Path, Any]] = []
        self.decisions: list[list[Decision]] = []
        self.tokens: list[int] = []  # those of the first messages: of a request's bytes, nobody asks for them
        self.chars = 0
        self.began_s = time.monotonic()
        self.can_go_on = True

    def go_on(self, messages: Sequence[Any], sizes: Sequence[int] | None) -> Outcome:
        """Walk over what is new in `messages`, which begin with what was given.

        `sizes`: about how many characters each keeps in memory, where nobody else holds them; then only the changes are wanted.
        """
        known, own = len(self.changes), sizes is not None
        out = [] if own else list(map(_changed, messages, self.changes))
        for index in range(known, len(messages)):
            message = messages[index]
            new, changes, decisions = self.shortener.next(index, message, wanted=not own)
            if not own:
                out.append(new)
                if len(self.tokens) == index:
                    self.tokens.append(self.shortener.count(message))
            self.changes.append(changes)
            self.decisions.append(decisions)
            if sizes is None:
                self._keep_copy(message)
            else:
                self._keep(message, sizes[index])
        if not own:
            self.tokens.extend(map(self.shortener.count, messages[len(self.tokens) :]))
        return Outcome(list(self.changes), list(self.decisions), out, [] if own else list(self.tokens))

    def _keep_copy(self, message: Any) -> None:
        if not self.can_go_on:
            return
        try:
            kept = _copied(message)
            self.can_go_on = bool(kept == message)
            self._keep(kept, _size(kept))
        except Exception:  # somebody's object that cannot be copied or compared
            self.can_go_on = False

    def _keep(self, message: Any, size: int) -> None:
        if self.can_go_on:
            self.given.append(message)
            self.chars += size

    def begins(self, messages: Sequence[Any]) -> bool:
        """Tell whether `messages` begin with all that was given."""
        count = len(self.given)
        return 0 < count <= len(messages) and all(map(_same, self.given, messages))


def _same(one: Any, other: Any) -> bool:
    try:
        return type(one) is type(other) and bool(one == other)
    except Exception:  # somebody's object that cannot be compared
        return False


def _changed(message: Any, changes: Mapping[shapes.Path, Any]) -> Any:
    return shapes.replaced(message, changes) if changes else message


def _copied(value: Any) -> Any:
    """Return a copy that shares nothing with `value` that could change."""
    kind = type(value)
    if kind is str or value is None or kind is int or kind is bool or kind is float:
        return value
    if kind is dict:
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if kind is list else copy.deepcopy(value)


def _size(value: Any) -> int:
    """Return about how many characters `value` keeps in memory: images and signatures too, which no one counts as text."""
    size, seen, stack = 0, 0, [value]
    while stack and seen < 1_000_000:  # a cycle must not hold us for ever
        seen += 1
        item = stack.pop()
        if isinstance(item, (str, bytes)):
            size += len(item)
            continue
        size += 8
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, (list, tuple)):
            stack.extend(item)
        elif item is None or isinstance(item, (int, float)):
            continue
        elif isinstance(item, Mapping):
            stack.extend(item.values())
        elif isinstance(fields := getattr(item, "__dict__", None), dict):
            stack.extend(fields.values())
    return size


_held: OrderedDict[bytes, list[Walked]] = OrderedDict()
_lock = Lock()


def walked(
    messages: Sequence[Any], shortener: Callable[[], Shortener], store: Store | None, sizes: Sequence[int] | None = None
) -> Outcome:
    """Return what a walk over `messages` comes to. It goes on from a former one where that is possible. `sizes`: see `go_on`."""
    fresh = shortener()
    walk = _take(fresh.name, messages) or Walked(fresh)
    with walk.shortener.using(store):
        outcome = walk.go_on(messages, sizes)
    _give(walk)
    return outcome


def clear() -> None:
    """Forget every walk."""
    with _lock:
        _held.clear()


def _take(name: bytes | None, messages: Sequence[Any]) -> Walked | None:
    """Take out the longest former walk over the beginning of `messages`: nobody else goes on from it meanwhile."""
    if name is None:
        return None
    with _lock:
        own = _held.get(name, [])
        for walk in sorted(own, key=lambda walk: -len(walk.given)):
            if time.monotonic() - walk.began_s < _MAX_AGE_S and walk.begins(messages):
                own.remove(walk)
                return walk
    return None


def _give(walk: Walked) -> None:
    name = walk.shortener.name
    if name is None or not walk.can_go_on or not walk.given:
        return
    with _lock:
        _held.setdefault(name, []).append(walk)
        _held.move_to_end(name)
        while (
            sum(map(len, _held.values())) > _MOST or sum(w.chars for own in _held.values() for w in own) > _MOST_CHARS
        ):
            oldest = next(iter(_held))
            _held[oldest].pop(0)
            if not _held[oldest]:
                del _held[oldest]
            if not _held:
                return
