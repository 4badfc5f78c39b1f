"""What Python prints for rows (`[{'id': 1, 'at': None}, …]`), read like the JSON it nearly is.

    {'a': 'it', "b": (1, None)}                     →  {"a": "it", "b": [1, null]}
    {1: Decimal('2.50'), 'at': datetime.date(…)}    →  {"1": "Decimal('2.50')", "at": "datetime.date(…)"}

One pass of one expression turns the tokens that differ, then the JSON scanner reads the result; nothing is evaluated.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.compressors.json import parse
from headroom_mcp.compressors.json.parse import Document
from headroom_mcp.late import re

_OPENS = late.pattern(r"""\s*(?:\[\s*)?[({\[]\s*['"({\[\dNTF-]""")
# What differs from JSON outside of its brackets and commas: strings, names, calls (Decimal('2.50')), keys that are numbers
_TOKEN = late.pattern(
    r"""(?P<string>[bBrRuU]{0,2}'(?:[^'\\]|\\.)*(?:'|\\?\Z)|[bB]?"(?:[^"\\]|\\.)*(?:"|\\?\Z))"""
    r"""|(?P<call>[A-Za-z_][\w.]{0,80}\([^()\n]{0,300}\))|(?P<name>[A-Za-z_]\w{0,80})"""
    r"""|(?P<key>-?\d[\w.]{0,40}(?=: ))|(?P<opened>\()|(?P<closed>,?\s{0,8}\))""",
    re.DOTALL,
)
_NAMES = {"None": "null", "True": "true", "False": "false", "nan": "NaN", "inf": "Infinity"}
_NEAR_END_CHARS = 400  # what fails there was cut off
_MIN_CUT_CHARS = 200
_ESCAPE = late.pattern(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "v": "\v"}  # fmt: skip


def documents(text: str) -> list[Document]:
    """Return the Python lists, tuples and dictionaries that `text` is: one, or one on each of some lines. A last one that
    is cut off is salvaged as far as it goes. [] where the text holds anything else. Raises: RecursionError."""
    if not _OPENS.match(text):
        return []
    start = len(text) - len(text.lstrip())
    whole = _read(text, start, len(text.rstrip()))
    if whole is not None:
        return [whole]
    found: list[Document] = []
    position = 0
    for line in text.split("\n"):
        if line.strip():
            read = _read(text, position, position + len(line.rstrip())) if _OPENS.match(line) else None
            if read is None or read.cut is not None:
                return []
            found.append(read)
        position += len(line) + 1
    return found


def _read(text: str, start: int, stop: int) -> Document | None:
    known: dict[str, str] = {}  # the keys of rows come again in each

    unended = False

    def as_json(match: re.Match[str]) -> str:
        nonlocal unended
        token = match.group()
        unended = unended or (match.end() == stop - start and token[-1] not in "'\")]}")
        written = known.get(token)
        if written is None:
            written = known[token] = _as_json(token, match.lastgroup or "")
        return written

    translated = _TOKEN.sub(as_json, text[start:stop])
    try:
        value = parse.loads(translated)
    except ValueError as error:
        near = getattr(error, "pos", 0) >= len(translated) - _NEAR_END_CHARS or unended
        if not near or stop < len(text.rstrip()) or len(translated) < _MIN_CUT_CHARS:
            return None
        salvaged = parse.salvage(translated, 0, len(translated))
        return None if salvaged is None else Document(start, stop, salvaged.value, salvaged.cut)
    return Document(start, stop, value) if isinstance(value, (tuple, list)) else None


def _as_json(token: str, sort: str) -> str:
    if sort == "string":
        return _string(token)
    if sort == "name":
        return _NAMES.get(token) or parse.quote(token)
    if sort == "opened":
        return "["
    return "]" if sort == "closed" else parse.quote(token)


def _string(token: str) -> str:
    opener = token.lstrip("bBrRuU")[:1]
    if len(token) < 2 or not token.endswith(opener):
        return token  # cut off: no JSON either, so the salvage begins before it
    if token[0] != opener:
        return parse.quote(token)  # b'\x00' is shown as Python writes it
    inner = token[1:-1]
    if inner.isalnum() and inner.isascii():
        return f'"{inner}"'
    return parse.quote(_ESCAPE.sub(_unescaped, inner) if "\\" in inner else inner)


def _unescaped(match: re.Match[str]) -> str:
    escape = match.group()[1:]
    if escape[0] in "xuU" and len(escape) > 1:
        code = int(escape[1:], 16)
        return chr(code) if code <= 0x10FFFF else match.group()
    if escape[0] in "01234567":
        return chr(int(escape, 8))
    return _PLAIN_ESCAPES.get(escape, match.group())
