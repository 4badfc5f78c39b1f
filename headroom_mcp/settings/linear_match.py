"""Regular expressions that somebody else wrote, searched in time linear in the text.

Python's `re` goes back and tries again: `(a+)+$` costs seconds on 30 characters, and `a*b` costs the square of a long line.
A repository's patterns are therefore followed by all their ways at once (Thompson's construction, with the sets of states
remembered), character by character. What cannot be followed that way (backreferences, lookaround) is refused when the
file is read. Work is bounded as well: a pattern that makes too many sets of states counts as found, which here is the
safe answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from headroom_mcp import late
from headroom_mcp.late import Any, NamedTuple, re

try:
    from re import _parser as parser  # type: ignore[attr-defined]  # Python 3.11 and later
except ImportError:
    import sre_parse as parser

_MAX_NODES = 1_500
_MAX_WORK = 400_000  # nodes visited while new sets of states are made: a tenth of a second or so
_MAX_CHARS = 4_000_000  # of text, read through for all patterns together: half a second or so
_MIN_WORD_CHARS = 3

_CATEGORIES = {
    "CATEGORY_DIGIT": late.pattern(r"\d"), "CATEGORY_NOT_DIGIT": late.pattern(r"\D"), "CATEGORY_SPACE": late.pattern(r"\s"),
    "CATEGORY_NOT_SPACE": late.pattern(r"\S"), "CATEGORY_WORD": late.pattern(r"\w"), "CATEGORY_NOT_WORD": late.pattern(r"\W"),
}  # fmt: skip
_WORD = _CATEGORIES["CATEGORY_WORD"]

Accepts = Callable[[str], bool]
Holds = Callable[[str, str], bool]  # of the characters before and after a place, "" at an end of the text


class UnsupportedPattern(ValueError):
    """A pattern that cannot be searched in linear time, or is too large."""


class _Node(NamedTuple):
    """A place in a pattern: reads a character (`accepts`), or passes where `holds` (None: always) to `next`."""

    accepts: Accepts | None
    holds: Holds | None
    next: list[int]


class Pattern:
    """One pattern. `search` tells whether it occurs in a text."""

    def __init__(self, source: str) -> None:
        try:
            parsed = parser.parse(source)
        except (re.error, RecursionError, OverflowError) as error:
            raise UnsupportedPattern(str(error)) from error
        self._nodes: list[_Node] = []
        self._flags: int = parsed.state.flags
        self._end = self._add(None, None, [])
        self._start = self._sequence(parsed, self._end, self._flags)
        self._word = "" if self._flags & re.IGNORECASE else _longest_word(parsed)

    def may_be_in(self, text: str) -> bool:
        """Tell whether a word that every match holds occurs in `text`: much faster than to search it."""
        return self._word in text

    def search(self, text: str) -> bool:
        """Tell whether the pattern occurs in `text`, or would cost too much to tell."""
        run = _Run(self._nodes, self._start, self._end)
        state = run.first
        for char in text:
            known = state.get(char)
            if known is None:
                known = run.step(state, char)
                if known is None:
                    return True
            state = known
        return run.step(state, "") is None

    def _add(self, accepts: Accepts | None, holds: Holds | None, following: list[int]) -> int:
        if len(self._nodes) >= _MAX_NODES:
            msg = "it is too large"
            raise UnsupportedPattern(msg)
        self._nodes.append(_Node(accepts, holds, following))
        return len(self._nodes) - 1

    def _sequence(self, items: Iterable[Any], following: int, flags: int) -> int:
        """Add nodes for `items`, which lead to the node `following`; return the first of them."""
        for operator, argument in reversed(list(items)):
            following = self._item(str(operator), argument, following, flags)
        return following

    def _item(self, operator: str, argument: Any, following: int, flags: int) -> int:
        if operator in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return self._add(_accepts(operator, argument, flags), None, [following])
        if operator == "BRANCH":
            return self._add(None, None, [self._sequence(way, following, flags) for way in argument[1]])
        if operator == "SUBPATTERN":
            _, added, removed, inner = argument
            return self._sequence(inner, following, (flags | added) & ~removed)
        if operator in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = argument
            return self._repeat(least, most, inner, following, flags)
        if operator == "AT":
            return self._add(None, _place(str(argument), flags), [following])
        msg = f"{operator.lower().replace('_', ' ')} is not supported"
        raise UnsupportedPattern(msg)

    def _repeat(self, least: int, most: Any, inner: Any, following: int, flags: int) -> int:
        if str(most) == "MAXREPEAT" or most == parser.MAXREPEAT:
            loop = self._add(None, None, [following])
            self._nodes[loop].next.append(self._sequence(inner, loop, flags))
            following = loop
        else:
            after = following
            for _ in range(int(most) - least):
                following = self._add(None, None, [after, self._sequence(inner, following, flags)])
        for _ in range(least):
            following = self._sequence(inner, following, flags)
        return following


def any_found(sources: Iterable[str], text: str) -> bool:
    """Tell whether one of the patterns `sources` occurs in `text`, or all together would cost too much to tell.

    Raises: UnsupportedPattern."""
    left = _MAX_CHARS
    for source in sources:
        pattern = _compiled(source)
        if pattern.may_be_in(text):
            left -= len(text)
            if left < 0 or pattern.search(text):
                return True
    return False


@lru_cache(maxsize=64)
def _compiled(source: str) -> Pattern:
    return Pattern(source)


class _State(dict[str, "_State"]):
    """A set of places, and which set each character leads to, as far as that is known."""

    def __init__(self, places: frozenset[int], before: str) -> None:
        super().__init__()
        self.places = places
        self.before = before


class _Run:
    """One search: the sets of states met in it, and what they have cost."""

    def __init__(self, nodes: list[_Node], start: int, end: int) -> None:
        self._nodes, self._start, self._end = nodes, start, end
        self._states: dict[tuple[frozenset[int], str], _State] = {}
        self._work = 0
        self.first = self._state(frozenset((start,)), "")

    def step(self, state: _State, char: str) -> _State | None:
        """Return the state after `char` ("": the end of the text); None where the pattern is found, or costs too much."""
        reached: set[int] = set()
        seen: set[int] = set()
        stack = list(state.places)
        while stack:
            place = stack.pop()
            if place in seen:
                continue
            seen.add(place)
            if place == self._end:
                return None
            node = self._nodes[place]
            if node.accepts is not None:
                if char and node.accepts(char):
                    reached.update(node.next)
            elif node.holds is None or node.holds(state.before, char):
                stack.extend(node.next)
        self._work += len(seen) + 1
        if self._work > _MAX_WORK:
            return None
        reached.add(self._start)  # a match may begin anywhere
        following = self._state(frozenset(reached), char)
        state[char] = following
        return following

    def _state(self, places: frozenset[int], before: str) -> _State:
        # Anchors ask of the character before only whether it is a line break or a part of a word.
        kind = before if before in ("", "\n") else "w" if _WORD.match(before) else "."
        return self._states.setdefault((places, kind), _State(places, kind))


def _accepts(operator: str, argument: Any, flags: int) -> Accepts:
    if operator == "ANY":
        return (lambda char: True) if flags & re.DOTALL else (lambda char: char != "\n")
    members = argument if operator == "IN" else [("LITERAL", argument)]
    negated = operator == "NOT_LITERAL" or (operator == "IN" and str(members[0][0]) == "NEGATE")

    def one(char: str) -> bool:
        for kind, value in members:
            name = str(kind)
            if name == "LITERAL" and ord(char) == value:
                return True
            if name == "RANGE" and value[0] <= ord(char) <= value[1]:
                return True
            if name == "CATEGORY" and _CATEGORIES[str(value)].match(char):
                return True
        return False

    if not flags & re.IGNORECASE:
        return lambda char: one(char) != negated
    return lambda char: any(one(form) for form in {char, *char.lower()[:1], *char.upper()[:1]}) != negated


def _place(name: str, flags: int) -> Holds:
    lines = bool(flags & re.MULTILINE)
    if name == "AT_BEGINNING":
        return lambda before, after: not before or (lines and before == "\n")
    if name == "AT_BEGINNING_STRING":
        return lambda before, after: not before
    if name == "AT_END":  # also ahead of a last line break: looked for at any, which finds a little more
        return lambda before, after: not after or after == "\n"
    if name == "AT_END_STRING":
        return lambda before, after: not after
    if name in ("AT_BOUNDARY", "AT_NON_BOUNDARY"):
        wanted = name == "AT_BOUNDARY"
        return lambda before, after: (bool(_WORD.match(before)) != bool(_WORD.match(after))) == wanted
    msg = f"{name.lower().replace('_', ' ')} is not supported"
    raise UnsupportedPattern(msg)


def _longest_word(items: Iterable[Any]) -> str:
    """Return the longest run of characters that every match holds, "" where there is none worth looking for."""
    best, run = "", ""
    for operator, argument in items:
        if str(operator) == "LITERAL":
            run += chr(argument)
        else:
            inner = _longest_word(argument[3]) if str(operator) == "SUBPATTERN" and not argument[1] else ""
            best, run = max(best, run, inner, key=len), ""
    best = max(best, run, key=len)
    return best if len(best) >= _MIN_WORD_CHARS else ""
