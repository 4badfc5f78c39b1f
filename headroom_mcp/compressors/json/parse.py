"""From text to values that lose nothing, by the C scanner of the standard library.

An object is a tuple of (key, value) pairs, so duplicate keys and key order survive; an array is a list; a string is a
`str`; a number is a `Num`, its literal as written; the rest are True, False and None. A string that itself holds a JSON
object or array becomes an `Embedded`.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.late import Any, NamedTuple, json, re

Value = Any
"""tuple of pairs (object) · list (array) · str · Num · Embedded · True · False · None."""


class Num(str):
    """A number as it is written: "1.50", "1e400", "-0" and integers of any length stay what they are."""

    __slots__ = ()


class Embedded(NamedTuple):
    """JSON inside a string. `style` says how it was spaced, so that the string can be rebuilt."""

    value: Value
    style: str


class Document(NamedTuple):
    """One JSON document in a text: characters `start` … `stop - 1`. `cut` is the text after the last complete value of
    a document that ends too early, "" for a whole one; None where the document is whole."""

    start: int
    stop: int
    value: Value
    cut: str | None = None


_decoder = json.JSONDecoder(object_pairs_hook=tuple, parse_float=Num, parse_int=Num, parse_constant=Num)
_SPACE = late.pattern(r"[ \t\n\r]*")
# a string, or one structural character
_TOKEN = late.pattern(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_MAX_PREFIX_CHARS = 120  # "data: {", "2026-01-01 INFO response={": JSON may begin after a prefix this long
_MAX_MISSES = 40  # places where JSON seems to begin and does not, before a text counts as no JSON
_MIN_DOCUMENT_CHARS = 2
_MAX_EMBEDDED_DEPTH = 3
_MAX_STYLED_CHARS = 150_000
_STYLES = {"": (",", ":"), "s": (", ", ": ")}


def loads(text: str) -> Value:
    """Return the one value that `text` holds. Raises: ValueError, RecursionError (nested too deeply)."""
    return _decoder.decode(text)


def documents(text: str) -> list[Document]:
    """Return the JSON objects and arrays in `text`, in order: one document, several in a row, one a line, or among log
    lines and banners. A last one that is cut off is salvaged as far as it goes. [] where there is none.

    Raises: RecursionError for nesting beyond the scanner's depth.
    """
    found: list[Document] = []
    position = 0
    misses = 0
    while True:
        start = _next_start(text, position)
        if start < 0 or misses > _MAX_MISSES:
            return found
        try:
            value, stop = _decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            # A document that fails far from its beginning near the end of the text was cut off there, or in a string
            # that has no end.
            near = error.pos >= len(text) - 400 or error.msg.startswith("Unterminated string")
            if near and len(text) - start > 200:
                salvaged = salvage(text, start, error.pos)
                if salvaged is not None:
                    found.append(salvaged)
                    return found
            misses += 1
            line_end = text.find("\n", max(start, error.pos))
            position = len(text) if line_end < 0 else line_end + 1
            continue
        if isinstance(value, (tuple, list)):
            found.append(Document(start, stop, value))
        position = stop


def _next_start(text: str, position: int) -> int:
    """Return where the next document may begin: after space, at a line's first bracket, or -1."""
    space = _SPACE.match(text, position)
    at = space.end() if space else position
    if at >= len(text):
        return -1
    if text[at] in "{[":
        return at
    while at < len(text):
        line_end = text.find("\n", at)
        stop = len(text) if line_end < 0 else line_end
        room = min(stop, at + _MAX_PREFIX_CHARS)
        brace, bracket = text.find("{", at, room), text.find("[", at, room)
        starts = [i for i in (brace, bracket) if i >= 0]
        # "[INFO] {…": a bracket that holds no JSON is passed over for the brace behind it
        if brace >= 0 and bracket >= 0 and bracket < brace and not _opens_array(text, bracket):
            return brace
        if starts and (min(starts) == brace or _opens_array(text, min(starts))):
            return min(starts)
        at = stop + 1
    return -1


def _opens_array(text: str, at: int) -> bool:
    space = _SPACE.match(text, at + 1)
    following = text[space.end() : space.end() + 1] if space else ""
    return following in '{["-0123456789tfn]' and following != ""


def salvage(text: str, start: int, stop: int) -> Document | None:
    """Return the document that begins at `start` and is cut off, closed after its last complete value; else None."""
    stack: list[str] = []
    good = -1
    good_depth = 0
    for match in _TOKEN.finditer(text, start, stop):
        token = match.group()
        if token in "{[":
            stack.append("}" if token == "{" else "]")
        elif token in "}]":
            if not stack:
                return None
            stack.pop()
            good, good_depth = match.end(), len(stack)
        elif token == ",":
            good, good_depth = match.start(), len(stack)
    if good < 0 or not good_depth:
        return None
    try:
        value = _decoder.decode(text[start:good] + "".join(reversed(stack[:good_depth])))
    except (json.JSONDecodeError, RecursionError):
        return None
    cut = text[good:].lstrip(", \n\t\r")
    return Document(start, len(text), value, cut)


def plain(value: Value) -> Any:
    """Return `value` as `json.loads` would give it (the last of duplicate keys wins); numbers stay literals."""
    if type(value) is tuple:
        return {key: plain(item) for key, item in value}
    if type(value) is list:
        return [plain(item) for item in value]
    return value


def may_embed(text: str) -> bool:
    """Tell whether a string in `text` may hold JSON: that has quotes of its own, escaped."""
    return '\\"' in text


def embed(value: Value, depth: int = 0) -> Value:
    """Return `value` with every string that holds a JSON object or array opened, where it can be rebuilt exactly."""
    kind = type(value)
    if kind is str:
        if len(value) > 20 and value[0] in "{[" and value[-1] in "}]\n" and depth < _MAX_EMBEDDED_DEPTH:
            return _open_string(value, depth)
        return value
    if kind is tuple:
        return tuple([(key, embed(item, depth)) for key, item in value])
    if kind is list:
        return [embed(item, depth) for item in value]
    return value


def _open_string(text: str, depth: int) -> Value:
    try:
        value = _decoder.decode(text)
    except (json.JSONDecodeError, RecursionError):
        return text
    if not isinstance(value, (tuple, list)) or not value:
        return text
    if len(text) > _MAX_STYLED_CHARS:
        return Embedded(embed(value, depth + 1), "")  # too long to be shown whole anyway
    for style in ("n", "sn", "2n", "4n") if text[-1] == "\n" else ("", "s", "2", "4"):
        if dumps(value, style) == text:
            return Embedded(embed(value, depth + 1), style)
    return text


def dumps(value: Value, style: str = "") -> str:
    """Return `value` as JSON: `style` "" minified, "s" spaced after separators, "2" or "4" indented; then "n" for a
    line end behind it."""
    if style.endswith("n"):
        return dumps(value, style[:-1]) + "\n"
    if style in _STYLES:
        comma, colon = _STYLES[style]
        return _flat(value, comma, colon)
    return _indented(value, " " * int(style), "\n")


def _flat(value: Value, comma: str, colon: str) -> str:
    kind = type(value)
    if kind is str:
        return quote(value)
    if kind is Num:
        return str(value)
    if kind is tuple:  # a number is text already, and the commonest of what is not a string
        return "{" + comma.join([
            f"{quote(key)}{colon}{item if type(item) is Num else _flat(item, comma, colon)}" for key, item in value
        ]) + "}"  # fmt: skip
    if kind is list:
        return "[" + comma.join([item if type(item) is Num else _flat(item, comma, colon) for item in value]) + "]"
    if kind is Embedded:
        return quote(dumps(value.value, value.style))
    return "null" if value is None else "true" if value else "false"


def _indented(value: Value, unit: str, line: str) -> str:
    deeper = line + unit
    if type(value) is tuple and value:
        rows = [quote(key) + ": " + _indented(item, unit, deeper) for key, item in value]
        return "{" + deeper + ("," + deeper).join(rows) + line + "}"
    if type(value) is list and value:
        return "[" + deeper + ("," + deeper).join([_indented(item, unit, deeper) for item in value]) + line + "]"
    return _flat(value, ",", ":")


_encode_string = json.encoder.encode_basestring
# What cannot be encoded, and what ends a line for some reader
_ESCAPED = late.pattern("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def quote(text: str) -> str:
    """Return `text` as a JSON string on one line; a lone surrogate stays an escape, so that the result can be encoded."""
    quoted = _encode_string(text)
    if quoted.isascii() and "\x7f" not in quoted:  # as nearly all are: that is known without a search
        return quoted
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)
