"""What a failing thing says of itself, somewhere below a value that there is no room to enter: a report on tests has it six
levels down, and the row of the test would only say that it holds so many values."""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.compressors.json.parse import Embedded, Value

_OF_ERROR = late.pattern(
    r"(?:^|_)(?:err|errors?|failures?|exceptions?|failure_?messages?|stderr)$|(?:Error|Failure|FailureMessage|Exception)s?$"
)
_SAYING = ("message", "msg", "reason", "detail", "description", "text", "title")
_MAX_NODES = 4_000
_MAX_CHARS = 200
_COLOURS = late.pattern(r"\x1b\[[\d;]*m")


def said(value: Value) -> str:
    """Return the first line of what is said below `value` under a key that speaks of an error; "" where nothing is."""
    stack = [value]
    for _ in range(_MAX_NODES):
        if not stack:
            break
        item = stack.pop()
        if type(item) is tuple:
            for key, inner in item:
                told = _told(inner) if _OF_ERROR.search(key) else ""
                if told:
                    return told
            stack.extend([inner for _, inner in reversed(item)])
        elif type(item) is list:
            stack.extend(reversed(item))
        elif type(item) is Embedded:
            stack.append(item.value)
    return ""


def _told(value: Value) -> str:
    """Return the first line of words in what stands under an error's key: a text, its message, or the first of several."""
    while type(value) is list and value:
        value = value[0]
    if type(value) is tuple:
        fields = dict(value)
        value = next((fields[key] for key in _SAYING if type(fields.get(key)) is str), "")
    if type(value) is not str:
        return ""
    first = next((line.strip() for line in _COLOURS.sub("", value).splitlines() if line.strip()), "")
    if " " not in first:
        return ""
    return first if len(first) <= _MAX_CHARS else f"{first[:_MAX_CHARS]}…"
