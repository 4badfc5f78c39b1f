"""Text whose lines stand in another form: in a wrapper of JSON (`{"content": "…"}`, `{"result": ["…", "…"]}`, content blocks), or
records all on one line (see `divided`).

Servers hand over a file, a page or a log as one string of a JSON object, on one line and with every line end escaped. What
matters is that text: it is opened, and its lines are the lines that are shown, numbered and given back.

    {"path":"a.log","content":"first\\nsecond\\n"}   →   {"path":"a.log","content":"(below)"}  and the lines  first, second
"""

from __future__ import annotations

from collections.abc import Iterator

from headroom_mcp import late
from headroom_mcp.late import Any, NamedTuple, json

_MIN_CHARS = 400  # a shorter text is best read where it stands
_MIN_LINES = 5
_LONG_CHARS = 2_000  # is a text of its own however few lines it has
_MIN_SHARE = 0.5  # of the characters must be those of the texts
_MAX_TEXTS = 60
_BESIDE_ONE = 40  # other values around one text
_BESIDE_EACH = 4  # … and for each of several: more, and it is a table whose cells are long
_MOST_BESIDE = max(_BESIDE_ONE, _BESIDE_EACH * (_MAX_TEXTS + 1))
_MAX_CHARS = 8_000_000
_MAX_DEPTH = 6
_MAX_WRAPPERS = 3
# {"a"  ["a"  [1  [{"a"  [{'a'
_JSON = late.pattern(r"""\s*(?:\{\s*"|\[\s*(?:["\d-]|\{\s*["']))""")
DIVIDED = "[long lines divided where their records end]"
_VIEWERS = frozenset(("Read", "NotebookRead"))  # what they show has the numbers of the file's own lines


class Inner(NamedTuple):
    """One text: where it stands in the JSON, and its lines `start` … `stop - 1` among those of all texts."""

    path: str
    start: int
    stop: int


class Opened(NamedTuple):
    """The `lines` of all texts in a wrapper, and the wrapper itself as JSON without them ("" where it says nothing). Where long
    lines are `divided`, a line says so; no wrapper need stand around these."""

    outer: str
    texts: list[Inner]
    lines: list[str]
    divided: bool = False


def opened(text: str, tool_name: str = "") -> Opened | None:
    """Return what `text` wraps or holds on one line; None where it does neither, or where `tool_name` shows files by their line
    numbers."""
    if tool_name in _VIEWERS:
        return None
    found = _open(text, _MAX_WRAPPERS) if _may_wrap(text) else None
    if found is None:
        rows = _divided(text)
        return None if rows is None else Opened(DIVIDED, [Inner("", 0, len(rows))], rows, divided=True)
    outers, texts = found
    lines: list[str] = []
    inner: list[Inner] = []
    for path, content in texts:
        start = len(lines)
        rows = _divided(content)
        lines.extend(_lines(content) if rows is None else rows)
        inner.append(Inner(path, start, len(lines)))
        if rows is not None and DIVIDED not in outers:
            outers.append(DIVIDED)
    return Opened("\n".join(outer for outer in outers if outer), inner, lines, DIVIDED in outers)


def _divided(text: str) -> list[str] | None:
    if len(text) < _LONG_CHARS or text.count("\n") * _LONG_CHARS > len(text) * 2 or _JSON.match(text):
        return None  # no line is long, or it is read as JSON
    from headroom_mcp.text import divided

    return divided.lines(text)


def _may_wrap(text: str) -> bool:
    if not _MIN_CHARS <= len(text) <= _MAX_CHARS:
        return False
    head, tail = text[:64].lstrip(), text[-64:].rstrip()
    return head[:1] in ("{", "[", '"') and tail[-1:] in ("}", "]", '"') and ("\\n" in text or len(text) >= _LONG_CHARS)


def _open(text: str, wrappers: int) -> tuple[list[str], list[tuple[str, str]]] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and "nbformat" in value:
        return None  # a notebook is a kind of its own
    texts: list[tuple[str, str]] = []
    beside = _find(value, "", texts, 0)
    held = sum(len(content) for _, content in texts)
    if not 0 < len(texts) <= _MAX_TEXTS or beside > _room_beside(len(texts)) or held < _MIN_SHARE * len(text):
        return None
    many = len(texts) > 1
    at = iter(range(1, len(texts) + 1))
    outer = json.dumps(_without(value, at, many, 0), ensure_ascii=False, separators=(",", ":"))
    outer = "" if outer == '"(below)"' else outer
    if not many and wrappers > 1 and _may_wrap(texts[0][1]):
        deeper = _open(texts[0][1], wrappers - 1)
        if deeper is not None:
            return [outer, *deeper[0]], deeper[1]
    return [outer], texts


def _room_beside(texts: int) -> int:
    return _BESIDE_ONE if texts == 1 else _BESIDE_EACH * (texts + 1)


def _is_text(value: Any) -> bool:
    if not isinstance(value, str) or len(value) < _MIN_CHARS:
        return False
    return len(value) >= _LONG_CHARS or value.count("\n") >= _MIN_LINES or _may_wrap(value)


def _find(value: Any, path: str, texts: list[tuple[str, str]], depth: int) -> int:
    """Put the texts in `value` into `texts`; return how many other values there are, no longer counted where they are too
    many for any wrapper."""
    if _is_text(value):
        texts.append((path, value))
        return 0
    if not value or depth >= _MAX_DEPTH or not isinstance(value, (dict, list)):
        return _count(value)
    beside = 0
    of_object = isinstance(value, dict)
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        inner = f"{path}[{key}]" if not of_object else f"{path}.{key}" if path else str(key)
        beside += _find(item, inner, texts, depth + 1)
        if beside > _MOST_BESIDE:
            break
    return beside


def _count(value: Any) -> int:
    count = 1
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            count += _count(item)
            if count > _MOST_BESIDE:
                break
    return count


def _without(value: Any, at: Iterator[int], many: bool, depth: int) -> Any:
    """Return `value` with "(below)" in place of each text."""
    if _is_text(value):
        return f"({next(at)}, below)" if many else "(below)"
    if isinstance(value, dict) and depth < _MAX_DEPTH:
        return {key: _without(item, at, many, depth + 1) for key, item in value.items()}
    if isinstance(value, list) and depth < _MAX_DEPTH:
        return [_without(item, at, many, depth + 1) for item in value]
    return value


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    return lines
