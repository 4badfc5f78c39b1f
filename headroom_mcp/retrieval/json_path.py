"""Slices of an original by JSON path: the part of RFC 9535 that picks things out.

    $.items[60:70]    $.items[-1].name    $['a key'].x    $..name    $.items[*].id    $.items[0,2,5]
    $.items[?@.status=='failed']    $.spans[?@.duration > 1000 && @.error]    $.labels[?@ != 'bug']

Names, indexes, slices, wildcards, unions, descendants, and filters of comparisons joined by && || and !. Functions are left
out. One match is shown as it is; several, one a line. Numbers stay as they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from headroom_mcp import late
from headroom_mcp.compressors.json import parse
from headroom_mcp.compressors.json.parse import Num, Value
from headroom_mcp.late import NamedTuple
from headroom_mcp.types import SliceError

_NAME = late.pattern(r"[^\W\d][\w-]*")
_INTEGER = late.pattern(r"-?\d+")
_SLICE = late.pattern(r"\s*(?:(-?\d+)\s*)?:\s*(?:(-?\d+)\s*)?(?::\s*(?:(-?\d+)\s*)?)?")
_NUMBER = late.pattern(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_OPERATOR = late.pattern(r"==|!=|<=|>=|<|>")
_CODE = late.pattern(r"u([0-9a-fA-F]{4})")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_MAX_MATCHES = 20_000
_EXAMPLES = "$.items[60:70], $.items[?@.status=='failed'].name, $..id"

Nodes = list[Value]
Test = Callable[[Value], bool]
Select = Callable[[Value], Iterator[Value]]


class _Operand(NamedTuple):
    """One side of a comparison: a literal, or a path from the current value ("@") or the document ("$")."""

    literal: Value
    path: list[Select] | None
    from_root: bool


def select_text(text: str, path: str) -> str:
    """Return what `path` selects in the JSON of `text`: the value itself, or one value a line.

    Several documents (JSON lines) count as one array. Raises: SliceError.
    """
    try:
        documents = parse.documents(text)
    except RecursionError as exc:
        msg = 'The JSON of this original is nested too deeply for a path. Ask for lines="1-100" or by query.'
        raise SliceError(msg) from exc
    if not documents:
        msg = 'This original holds no JSON. Ask for lines="1-100" or by query.'
        raise SliceError(msg)
    root: Value = documents[0].value if len(documents) == 1 else [document.value for document in documents]
    try:
        found = select(root, path)
        if not found:
            raise SliceError(f"{path} selects nothing. {_outline(root)}")
        if len(found) == 1:
            return _shown(found[0])
        return "\n".join(map(parse.dumps, found))
    except RecursionError as exc:
        msg = f"{path} reaches values nested too deeply to show. Ask for a deeper path or for lines."
        raise SliceError(msg) from exc


def select(root: Value, path: str) -> Nodes:
    """Return the values that `path` selects, in document order. Raises: SliceError for a path that cannot be read."""
    steps = _Reader(path, root).path()
    nodes: Nodes = [root]
    for step in steps:
        found: Nodes = []
        for node in nodes:
            for value in step(node):
                found.append(value)
                if len(found) > _MAX_MATCHES:
                    msg = f"{path} selects more than {_MAX_MATCHES:,} values; add a slice such as [0:20]."
                    raise SliceError(msg)
        nodes = found
    return nodes


def longest_array(text: str) -> str:
    """Return the path of the longest array in the JSON of `text`, at most two levels down; "" where there is none."""
    try:
        documents = parse.documents(text)
    except RecursionError:
        return ""
    root: Value = documents[0].value if len(documents) == 1 else [document.value for document in documents]
    level, arrays = [("$", root)], []
    for _ in range(3):
        arrays += [(len(value), path) for path, value in level if type(value) is list]
        level = [
            (f"{path}.{key}" if _NAME.fullmatch(key) else f"{path}[{key!r}]", item)
            for path, value in level if type(value) is tuple for key, item in value
        ]  # fmt: skip
    return max(arrays, key=lambda found: (found[0], -len(found[1])), default=(0, ""))[1]


def _shown(value: Value) -> str:
    if type(value) is str:
        return value
    if type(value) is list and value:
        return "[\n" + ",\n".join(map(parse.dumps, value)) + "\n]"
    flat = parse.dumps(value)
    return flat if len(flat) <= 200 else parse.dumps(value, "2")


def _outline(value: Value) -> str:
    """Return what there is at the top, for a path that missed."""
    if type(value) is tuple:
        names = ", ".join([key for key, _ in value[:12]]) + (", …" if len(value) > 12 else "")
        return f"The top holds {names}."
    if type(value) is list:
        first = next((item for item in value if type(item) is tuple), None)
        keys = f", whose first object has {', '.join([key for key, _ in first[:12]])}" if first else ""
        return f"The top is an array of {len(value):,} items ($[0] to $[{len(value) - 1}]){keys}."
    return "The top is a single value: $"


class _Reader:
    """Reads a path into steps; each step gives the values one further."""

    def __init__(self, text: str, root: Value) -> None:
        self.text = text.strip()
        self.root = root
        self.at = 0

    def path(self) -> list[Select]:
        if self.text.startswith("$"):
            self.at = 1
        elif not self.text.startswith(("[", ".")):
            self.text = "." + self.text  # "items[0]" is meant as "$.items[0]"
        steps = self.steps()
        if self.at < len(self.text):
            self.fail("expected . or [")
        return steps

    def fail(self, what: str) -> None:
        msg = f"Cannot read the JSON path {self.text!r} at character {self.at + 1}: {what}. Examples: {_EXAMPLES}"
        raise SliceError(msg)

    def steps(self) -> list[Select]:
        found: list[Select] = []
        while self.at < len(self.text):
            if self.text.startswith("..", self.at):
                self.at += 2
                found.append(_descendants)
                if not self.text.startswith("[", self.at):
                    found.append(self.dotted())
            elif self.text.startswith(".", self.at):
                self.at += 1
                found.append(self.dotted())
            elif self.text.startswith("[", self.at):
                self.at += 1
                found.append(self.bracketed())
            else:
                break
        return found

    def dotted(self) -> Select:
        if self.text.startswith("*", self.at):
            self.at += 1
            return _children
        match = _NAME.match(self.text, self.at)
        if match is None:
            self.fail("expected a name; write names with other characters as ['the name']")
            raise AssertionError
        self.at = match.end()
        return _named(match.group())

    def bracketed(self) -> Select:
        selectors = [self.selector()]
        while self.peek(","):
            selectors.append(self.selector())
        if not self.peek("]"):
            self.fail("expected ]")
        if len(selectors) == 1:
            return selectors[0]

        def union(value: Value) -> Iterator[Value]:
            for selector in selectors:
                yield from selector(value)

        return union

    def selector(self) -> Select:
        self.space()
        char = self.text[self.at : self.at + 1]
        if char == "*":
            self.at += 1
            return _children
        if char in ("'", '"'):
            return _named(self.quoted())
        if char == "?":
            self.at += 1
            return _filtered(self.either())
        match = _SLICE.match(self.text, self.at)
        if match is not None and ":" in match.group():
            self.at = match.end()
            parts = [int(part) if part else None for part in match.groups()]
            if parts[2] == 0:
                self.fail("the step of a slice cannot be 0")
            return _sliced(slice(*parts))
        match = _INTEGER.match(self.text, self.at)
        if match is None:
            self.fail("expected an index, a slice, a quoted name, * or ?")
            raise AssertionError
        self.at = match.end()
        return _indexed(int(match.group()[:18]))

    def either(self) -> Test:
        tests = [self.both()]
        while self.peek("||"):
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)

    def both(self) -> Test:
        tests = [self.negated()]
        while self.peek("&&"):
            tests.append(self.negated())
        return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)

    def negated(self) -> Test:
        if self.peek("!"):
            inner = self.negated()
            return lambda value: not inner(value)
        if self.peek("("):
            grouped = self.either()
            if not self.peek(")"):
                self.fail("expected )")
            return grouped
        return self.comparison()

    def comparison(self) -> Test:
        left = self.operand()
        self.space()
        match = _OPERATOR.match(self.text, self.at)
        if match is None:
            return lambda value: bool(self.values(left, value))
        self.at = match.end()
        operator = match.group()
        right = self.operand()

        def test(value: Value) -> bool:
            ours, theirs = self.values(left, value), self.values(right, value)
            if operator == "!=":
                return not _compare("==", ours, theirs)
            return _compare(operator, ours, theirs)

        return test

    def values(self, operand: _Operand, current: Value) -> Nodes:
        if operand.path is None:
            return [operand.literal]
        nodes: Nodes = [self.root if operand.from_root else current]
        for step in operand.path:
            nodes = [found for node in nodes for found in step(node)]
        return nodes

    def operand(self) -> _Operand:
        self.space()
        char = self.text[self.at : self.at + 1]
        if char in ("@", "$"):
            self.at += 1
            return _Operand(None, self.steps(), char == "$")
        if char in ("'", '"'):
            return _Operand(self.quoted(), None, False)
        match = _NUMBER.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
            return _Operand(Num(match.group()), None, False)
        for word, literal in (("true", True), ("false", False), ("null", None)):
            if self.peek(word):
                return _Operand(literal, None, False)
        self.fail("expected @, $, a quoted string, a number, true, false or null")
        raise AssertionError

    def quoted(self) -> str:
        quote = self.text[self.at]
        stop = self.at + 1
        found: list[str] = []
        while stop < len(self.text) and self.text[stop] != quote:
            if self.text[stop] == "\\" and stop + 1 < len(self.text):
                stop += 1
                code = _CODE.match(self.text, stop)
                if code is not None:
                    stop = code.end() - 1
                    found.append(chr(int(code[1], 16)))
                else:
                    found.append(_ESCAPES.get(self.text[stop], self.text[stop]))
            else:
                found.append(self.text[stop])
            stop += 1
        if stop >= len(self.text):
            self.fail(f"the {quote} is not closed")
        self.at = stop + 1
        return "".join(found)

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t\n\r":
            self.at += 1

    def peek(self, word: str) -> bool:
        """Consume `word` if it comes next."""
        self.space()
        if self.text.startswith(word, self.at):
            self.at += len(word)
            return True
        return False


def _named(name: str) -> Select:
    def step(value: Value) -> Iterator[Value]:
        if type(value) is tuple:
            for key, item in value:
                if key == name:
                    yield item

    return step


def _indexed(index: int) -> Select:
    def step(value: Value) -> Iterator[Value]:
        if type(value) is list and -len(value) <= index < len(value):
            yield value[index]

    return step


def _sliced(bounds: slice) -> Select:
    def step(value: Value) -> Iterator[Value]:
        if type(value) is list:
            yield from value[bounds]

    return step


def _filtered(test: Test) -> Select:
    def step(value: Value) -> Iterator[Value]:
        for item in _children(value):
            if test(item):
                yield item

    return step


def _children(value: Value) -> Iterator[Value]:
    if type(value) is tuple:
        for _, item in value:
            yield item
    elif type(value) is list:
        yield from value


def _descendants(value: Value) -> Iterator[Value]:
    stack = [value]
    while stack:
        item = stack.pop()
        yield item
        stack.extend(reversed(list(_children(item))))


def _compare(operator: str, ours: Nodes, theirs: Nodes) -> bool:
    """Compare two single values; nothing equals only nothing, and only numbers or strings have an order."""
    if not ours or not theirs:
        return operator in ("==", "<=", ">=") and not ours and not theirs
    left, right = ours[0], theirs[0]
    if type(left) is Num and type(right) is Num:
        return _ordered(operator, _number(left), _number(right))
    if type(left) is str and type(right) is str:
        return _ordered(operator, left, right)
    equal = type(left) is type(right) and left == right
    return equal if operator in ("==", "<=", ">=") else False


def _number(literal: str) -> float:
    try:
        return float(literal)
    except (ValueError, OverflowError):
        return float("nan")


def _ordered(operator: str, left: float | str, right: float | str) -> bool:
    if operator == "==":
        return left == right
    if isinstance(left, str) != isinstance(right, str):
        return False
    if operator == "<":
        return left < right  # type: ignore[operator]
    if operator == "<=":
        return left <= right  # type: ignore[operator]
    if operator == ">":
        return left > right  # type: ignore[operator]
    return operator == ">=" and left >= right  # type: ignore[operator]
