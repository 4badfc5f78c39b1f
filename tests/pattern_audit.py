"""Which regular expressions can take more than linear time, told from the expression alone.

An expression becomes an automaton: one state for each place of the pattern that takes a character. A search that fails
takes quadratic time where some text can be read in two ways that differ in when they leave one loop for another: there
are loops P and Q and a text V with P -V-> P, P -V-> Q and Q -V-> Q. The search for where a match begins is a loop, too,
which is why `\\S+::\\S+` is quadratic as a search and linear as a match. It is exponential where one loop reads V in two
ways. See Weber & Seidl, "On the degree of ambiguity of finite automata" (1991).

Anchors, word boundaries and look-arounds of one character are followed; longer ones and back-references are taken to
hold, so an expression may be accused wrongly, never acquitted. Repeats up to `MANY` times count as no loop.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any, NamedTuple

try:
    from re import _constants as codes
    from re import _parser as parser
except ImportError:  # Python 3.10
    import sre_constants as codes
    import sre_parse as parser

MANY = 500  # a repeat bounded below that only multiplies the time
_UNROLLED = 2
_IGNORECASE, _MULTILINE, _DOTALL = int(re.IGNORECASE), int(re.MULTILINE), int(re.DOTALL)
_MOST_STATES = 100_000  # of one product; none of ours comes near
_ACCEPT = -1
_EXTRA = "aZ0_ \t\n\r-.:/'\"é✓\x1b"


class Finding(NamedTuple):
    """What is wrong with an expression: "quadratic" or "exponential", and a piece of text to repeat."""

    degree: str
    text: str


class _Automaton:
    """States that take characters; `edges` between them and markers, walked without taking any."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.tree = parser.parse(pattern, flags)
        self.flags = int(self.tree.state.flags)
        self.alphabet = _alphabet(self.tree, _EXTRA)
        self.everything = (1 << len(self.alphabet)) - 1
        self.newline = 1 << self.alphabet.index("\n")
        self.word = sum(1 << at for at, char in enumerate(self.alphabet) if re.match(r"\w", char))
        self.takes: list[int] = []  # by node; 0 for a node that takes nothing
        self.kind: list[str] = []  # "char", "eps" or an assertion
        self.next: list[list[int]] = []
        self.known: dict[str, int] = {}
        self.behind: list[int] = []  # the sets of characters that look-behinds name
        self.accept = self.node("eps")
        self.start = self.sequence(list(self.tree), self.accept, self.flags)

    def node(self, kind: str, takes: int = 0, *following: int) -> int:
        self.kind.append(kind)
        self.takes.append(takes)
        self.next.append(list(following))
        return len(self.kind) - 1

    def sequence(self, items: list[Any], after: int, flags: int) -> int:
        for item in reversed(items):
            after = self.item(item, after, flags)
        return after

    def item(self, item: Any, after: int, flags: int) -> int:
        op, value = item
        if op in (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN):
            return self.node("char", self.chars(op, value, flags), after)
        if op is codes.BRANCH:
            return self.node("eps", 0, *(self.sequence(list(branch), after, flags) for branch in value[1]))
        if op is codes.SUBPATTERN:
            _, add, remove, inner = value
            return self.sequence(list(inner), after, (flags | int(add)) & ~int(remove))
        if op is getattr(codes, "ATOMIC_GROUP", None):
            return self.sequence(list(value), after, flags)
        if op in (codes.MAX_REPEAT, codes.MIN_REPEAT, getattr(codes, "POSSESSIVE_REPEAT", None)):
            return self.repeat(value, after, flags)
        if op is codes.AT:
            return self.node(_anchor(value, flags), 0, after)
        if op in (codes.ASSERT, codes.ASSERT_NOT):
            return self.looked(op, value, after, flags)
        if op is codes.GROUPREF_EXISTS:
            _, yes, no = value
            options = [self.sequence(list(yes), after, flags), self.sequence(list(no), after, flags) if no else after]
            return self.node("eps", 0, *options)
        return self.node("maybe", 0, after)  # a back-reference may hold

    def looked(self, op: Any, value: Any, after: int, flags: int) -> int:
        """Return the node of a look-around: exact for one character, else one that may hold."""
        direction, inner = value
        items = list(inner)
        if len(items) == 1 and items[0][0] in (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN):
            bits = self.chars(*items[0], flags)
            kind = ("ahead" if direction > 0 else "behind") + ("" if op is codes.ASSERT else " not")
            if direction < 0:
                self.behind.append(bits)
            return self.node(kind, bits, after)
        return self.node("maybe", 0, after)

    def repeat(self, value: Any, after: int, flags: int) -> int:
        low, high, inner = value
        items = list(inner)
        if high is codes.MAXREPEAT or high > MANY:
            again = self.node("eps")
            body = self.sequence(items, again, flags)
            self.next[again] += [body, after]
            entry = again if low == 0 else body
            for _ in range(min(max(low - 1, 0), _UNROLLED)):
                entry = self.sequence(items, entry, flags)
            return entry
        for _ in range(min(high - low, _UNROLLED)):
            after = self.node("eps", 0, self.sequence(items, after, flags), after)
        for _ in range(min(low, _UNROLLED)):
            after = self.sequence(items, after, flags)
        return after

    def chars(self, op: Any, value: Any, flags: int) -> int:
        """Return the characters (as bits) that one item of the pattern takes."""
        key = f"{op} {value} {flags}"
        if key in self.known:
            return self.known[key]
        bits = 0
        for at, char in enumerate(self.alphabet):
            options = {char, char.lower(), char.upper()} if flags & _IGNORECASE else {char}
            if any(_takes(op, value, option, flags) for option in options):
                bits |= 1 << at
        self.known[key] = bits
        return bits


def _anchor(value: Any, flags: int) -> str:
    if value is codes.AT_BEGINNING:
        return "line start" if flags & _MULTILINE else "start"
    if value is codes.AT_BEGINNING_STRING:
        return "start"
    if value is codes.AT_BOUNDARY:
        return "boundary"
    if value is codes.AT_END and flags & _MULTILINE:
        return "line end"
    return "maybe"


def _takes(op: Any, value: Any, char: str, flags: int) -> bool:
    if op is codes.LITERAL:
        return len(char) == 1 and ord(char) == value
    if op is codes.NOT_LITERAL:
        return len(char) == 1 and ord(char) != value
    if op is codes.ANY:
        return bool(flags & _DOTALL) or char != "\n"
    negate = bool(value) and value[0][0] is codes.NEGATE
    return negate != any(_in(kind, inner, char) for kind, inner in value if kind is not codes.NEGATE)


def _in(kind: Any, inner: Any, char: str) -> bool:
    if len(char) != 1:
        return False
    if kind is codes.LITERAL:
        return ord(char) == inner
    if kind is codes.RANGE:
        return bool(inner[0] <= ord(char) <= inner[1])
    return bool(re.match(_CATEGORY[inner], char))


_CATEGORY = {
    codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_NOT_DIGIT: r"\D", codes.CATEGORY_SPACE: r"\s", codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_WORD: r"\w", codes.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def _alphabet(tree: Any, extra: str) -> list[str]:
    """Return characters that stand for all: those the pattern names, the neighbours of its ranges, and some of each class."""
    found = set(map(ord, extra))

    def visit(node: Any) -> None:
        if isinstance(node, (parser.SubPattern, list)):
            for inner in node:
                visit(inner)
        elif isinstance(node, tuple):
            if len(node) == 2 and node[0] in (codes.LITERAL, codes.NOT_LITERAL):
                found.add(node[1])
            elif len(node) == 2 and node[0] is codes.RANGE:
                found.update((node[1][0] - 1, node[1][0], node[1][1], node[1][1] + 1))
            else:
                for inner in node:
                    visit(inner)

    visit(tree)
    return [chr(code) for code in sorted(found) if 0 <= code < 0x110000 and not 0xD800 <= code < 0xE000]


def audit(pattern: str, flags: int = 0, *, use: str) -> Finding | None:
    """Return how `pattern` can take more than linear time, None where it cannot.

    `use`: "match" (it begins where the text does), "search" (anywhere, once) or "all" (as in `finditer` and `sub`)."""
    graph = _Graph(_Automaton(pattern, flags), use)
    return graph.exponential() or graph.quadratic()


def digits_told_apart(pattern: str, flags: int = 0) -> list[str]:
    """Return what in an expression tells digits from 1 to 9 from each other."""
    told: list[str] = []

    def walk(item: Any) -> None:
        if isinstance(item, tuple) and len(item) == 2 and item[0] in (codes.LITERAL, codes.NOT_LITERAL):
            if chr(item[1]) in "123456789":
                told.append(chr(item[1]))
        elif isinstance(item, tuple) and len(item) == 2 and item[0] is codes.RANGE:
            inside = [digit for digit in "123456789" if item[1][0] <= ord(digit) <= item[1][1]]
            if 0 < len(inside) < 9:
                told.append(f"[{chr(item[1][0])}-{chr(item[1][1])}]")
        elif isinstance(item, (tuple, list, parser.SubPattern)):
            for inner in item:
                walk(inner)

    walk(parser.parse(pattern, flags))
    return told


class _Graph:
    """The automaton without its empty steps.

    `follows`: for each state the states whose character may come next, each once for every way to it, with the characters
    that may be it there."""

    def __init__(self, automaton: _Automaton, use: str) -> None:
        self.alphabet = automaton.alphabet
        self.use = use
        states = [node for node, kind in enumerate(automaton.kind) if kind == "char"]
        number = {node: at for at, node in enumerate(states)}
        takes = [automaton.takes[node] for node in states]
        closures = [_closure(automaton, automaton.next[node], automaton.takes[node]) for node in states]
        self.starts: set[int] = set()
        if use != "match":
            # What the search has passed over: one state for each sort of character that an assertion tells apart.
            sorts = _sorts(automaton)
            self.starts = set(range(len(states), len(states) + len(sorts)))
            passing = list(zip(sorted(self.starts), sorts, strict=True))
            takes += sorts
            closures += [_closure(automaton, [automaton.start], sort) for sort in sorts]
        self.follows: list[list[tuple[int, int]]] = []
        self.accepts: list[bool] = []
        for state, (found, accepts) in enumerate(closures):
            following = [(number[node], mask & takes[number[node]]) for node, mask in found]
            if state in self.starts:
                following = [*passing, *following]
                accepts = False
            self.follows.append([(node, mask) for node, mask in following if mask])
            self.accepts.append(accepts)
        self.component = _components([sorted({node for node, _ in following}) for following in self.follows])
        self.edges = [sorted(set(following)) for following in self.follows]

    def loops(self) -> list[int]:
        """Return the states that lie on a loop, one for all those that the search passes over."""
        sizes: dict[int, int] = {}
        for component in self.component:
            sizes[component] = sizes.get(component, 0) + 1
        return [
            state for state, component in enumerate(self.component)
            if sizes[component] > 1 or any(state == node for node, _ in self.follows[state])
        ]  # fmt: skip

    def quadratic(self) -> Finding | None:
        loops = self.loops()
        reach = [self._reached(state) for state in range(len(self.follows))]
        for p in loops:
            for q in loops:
                if (
                    q not in reach[p] or self.accepts[q] or self.component[p] == self.component[q]
                ):  # one loop: exponential
                    continue
                text = self._shared(p, q, reach)
                if text is not None:
                    return Finding("quadratic", text)
        return None

    def _reached(self, state: int) -> frozenset[int]:
        seen: set[int] = set()
        open_ = [node for node, _ in self.follows[state]]
        while open_:
            at = open_.pop()
            if at not in seen:
                seen.add(at)
                open_.extend(node for node, _ in self.follows[at])
        return frozenset(seen)

    def _shared(self, p: int, q: int, reach: list[frozenset[int]]) -> str | None:
        """Return a text that leads from P to P, from P to Q and from Q to Q, None where there is none.

        A loop Q through an end of the pattern costs nothing: the match is found. Nor does a search go on after one."""
        start = (p, p, q)
        before: dict[Any, Any] = {}
        open_ = deque([start])
        seen = {start}
        once = self.use == "search" and p in self.starts
        while open_:
            here = open_.popleft()
            x, y, z = here
            for x2, mask_x in self.edges[x]:
                if self.component[x2] != self.component[p]:
                    continue
                for z2, mask_z in self.edges[z]:
                    if self.component[z2] != self.component[q] or self.accepts[z2] or not mask_x & mask_z:
                        continue
                    for y2, mask_y in self.edges[y]:
                        shared = mask_x & mask_z & mask_y
                        if not shared or not (y2 == q or q in reach[y2]) or (once and self.accepts[y2]):
                            continue
                        there = (x2, y2, z2)
                        char = self.alphabet[(shared & -shared).bit_length() - 1]
                        if there == (p, q, q):
                            return _told(before, here, char)
                        if there not in seen and len(seen) < _MOST_STATES:
                            seen.add(there)
                            before[there] = (here, char)
                            open_.append(there)
        return None

    def exponential(self) -> Finding | None:
        for p in self.loops():
            if p in self.starts or self.accepts[p]:
                continue
            inside = self.component[p]
            seen = {(p, p, False)}
            open_ = deque(seen)
            before: dict[Any, Any] = {}
            while open_:
                here = open_.popleft()
                x, y, apart = here
                follow_x = [
                    edge for edge in self.follows[x] if self.component[edge[0]] == inside and not self.accepts[edge[0]]
                ]
                follow_y = [
                    edge for edge in self.follows[y] if self.component[edge[0]] == inside and not self.accepts[edge[0]]
                ]
                for x2, mask_x in set(follow_x):
                    for y2, mask_y in set(follow_y):
                        shared = mask_x & mask_y
                        if not shared:
                            continue
                        twice = x == y and x2 == y2 and sum(1 for node, _ in follow_x if node == x2) > 1
                        there = (x2, y2, apart or x2 != y2 or twice)
                        char = self.alphabet[(shared & -shared).bit_length() - 1]
                        if there == (p, p, True):
                            return Finding("exponential", _told(before, here, char))
                        if there not in seen:
                            seen.add(there)
                            before[there] = (here, char)
                            open_.append(there)
        return None


def _told(before: dict[Any, Any], here: Any, char: str) -> str:
    told = [char]
    while here in before:
        here, char = before[here]
        told.append(char)
    return "".join(reversed(told))


def _sorts(automaton: _Automaton) -> list[int]:
    """Return the characters (as bits) in sorts that the pattern's anchors and look-behinds tell apart."""
    everything = automaton.everything
    sorts = [everything]
    for told_apart in (automaton.newline, automaton.word, *automaton.behind):
        sorts = [part for sort in sorts for part in (sort & told_apart, sort & ~told_apart) if part]
    return sorts


def _closure(automaton: _Automaton, nodes: list[int], before: int) -> tuple[list[tuple[int, int]], bool]:
    """Return the character nodes reached from `nodes` without taking one, each once for every way, with the characters
    that assertions on the way let them take; and whether the end is reached for sure. `before`: the last character's bits."""
    found: list[tuple[int, int]] = []
    accepts = False
    everything = automaton.everything

    def walk(node: int, path: frozenset[int], mask: int, sure: bool) -> None:
        nonlocal accepts
        kind = automaton.kind[node]
        if kind == "char":
            if sum(1 for earlier, _ in found if earlier == node) < 2:
                found.append((node, mask))
            return
        if node == automaton.accept:
            accepts = accepts or sure
            return
        if node in path:
            return
        if kind != "eps":
            sure = False
            mask = mask & _let(automaton, kind, automaton.takes[node], before)
            if not mask:
                return
        for following in automaton.next[node]:
            walk(following, path | {node}, mask, sure)

    for node in nodes:
        walk(node, frozenset(), everything, True)
    return found, accepts


def _let(automaton: _Automaton, kind: str, bits: int, before: int) -> int:
    """Return the characters that an assertion lets come next, after one of `before`."""
    everything = automaton.everything
    if kind == "start" or (kind == "line start" and not before & automaton.newline):
        return 0
    if kind == "line end":
        return automaton.newline
    if kind == "ahead":
        return bits
    if kind == "ahead not":
        return everything & ~bits
    if kind == "behind":
        return everything if before & bits else 0
    if kind == "behind not":
        return everything if before & ~bits else 0
    if kind == "boundary":
        word = automaton.word
        return (everything & ~word if before & word else 0) | (word if before & ~word else 0)
    return everything


def _components(follows: list[list[int]]) -> list[int]:
    """Return the strongly connected component of each state (Tarjan), numbered in any order."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    component = [-1] * len(follows)
    stack: list[int] = []
    count = 0
    for root in range(len(follows)):
        if root in index:
            continue
        work = [(root, 0)]
        while work:
            node, at = work.pop()
            if at == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
            for position in range(at, len(follows[node])):
                following = follows[node][position]
                if following not in index:
                    work.append((node, position + 1))
                    work.append((following, 0))
                    break
                if component[following] < 0:
                    low[node] = min(low[node], index[following])
            else:
                if low[node] == index[node]:
                    while True:
                        member = stack.pop()
                        component[member] = count
                        if member == node:
                            break
                    count += 1
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
    return component
