"""Text that came from data, made safe to show: nothing in it can steer a terminal, and nothing is there that nobody sees.

An escape sequence in a note or a file name would set a terminal's title, move its cursor, write its clipboard. Characters
without a shape (tags, variation selectors, zero-width and bidi controls) carry words that a model reads and a person does
not. For people they are spelled out, for models they are left out.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.late import re

# Controls but tab and newline; what Unicode says to ignore where it has no shape; fillers that look like nothing;
# halves of surrogate pairs, noncharacters and private use, whose shape nobody knows.
_UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800"
    "\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U00013430-\U0001343f\U0001d173-\U0001d17a\U000e0000-\U0010ffff"
)
UNSEEN = late.pattern(f"[{_UNSEEN}]")


def left_out(text: str) -> str:
    """Return `text` without what nobody sees, for a model: what is left is what a person reads."""
    return UNSEEN.sub("", text)


def spelled_out(text: str) -> str:
    r"""Return `text` with what nobody sees as \x1b, \u202e, \U000e0041: for a terminal, where it does nothing then."""
    return UNSEEN.sub(_escape, text)


def spelled_in_json(text: str) -> str:
    r"""Return JSON with what nobody sees as \u001b, \ud83d\ude00: the same value, in characters that can be seen."""
    return UNSEEN.sub(_json_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
