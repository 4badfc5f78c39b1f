"""What a single value is: a number with its unit, a time, a word, nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from headroom_mcp import late

# 1234,5 · 1.234,56: the comma is the decimal sign
_COMMA = late.pattern(r"[-+−]?(?:\d{1,3}(?:\.\d{3})+|\d+),(?:\d{1,2}|\d{4,})")
# -12.5 · $3,200 · 12ms · 91% · 1.5GiB
_NUMBER = late.pattern(r"([-+−]?)[$€£¥]?(\d[\d_]*(?:,\d{3})*(?:\.\d+)?|\.\d+)(?:[eE]([-+]\d{1,2}))?([A-Za-zµ%°]{0,5})")
_TIME = late.pattern(
    r"\d{4}[-/.]\d\d?[-/.]\d\d?(?:[T_ ].*)?|\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}/[A-Z][a-z]{2}/\d{4}\S*|1[5-9]\d{8}(?:\.\d+|\d{3})?"
    r"|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
)
_UNITS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "secs": 1.0, "m": 60.0, "min": 60.0, "mins": 60.0,
    "h": 3600.0, "d": 86400.0, "b": 1.0, "k": 1e3, "kb": 1e3, "kib": 1024.0, "ki": 1024.0, "mb": 1e6, "mib": 1048576.0,
    "mi": 1048576.0, "g": 1e9, "gb": 1e9, "gib": 1073741824.0, "gi": 1073741824.0, "t": 1e12, "tb": 1e12, "tib": 1.1e12,
}  # fmt: skip
_NOTHING = frozenset(("null", "none", "nil", "n/a", "na", "<none>", "(none)", "nan", "undefined", "(null)"))
_MAX_NUMBER_CHARS = 32
_BEFORE_DIGITS = "-+−$€£¥."

NUMBER = "number"
Shape = str
"""What a value looks like: "number", "zero", "negative", "word", "words", "path", "mixed", "text", "nothing"."""


def numbers(told: Sequence[str]) -> Sequence[float | None]:
    """Return the number that each value is, most of them met for the first time."""
    return _plain(told) or [
        float(value)
        # Digits with a point among them, or before them, are a number as they stand.
        if value.replace(".", "", 1).isdecimal()
        and value.isascii()
        and len(value) <= _MAX_NUMBER_CHARS
        and value[-1] != "."
        else None
        if value[:1].isalpha()
        else number(value)
        for value in told
    ]


def _plain(told: Sequence[str]) -> list[float]:
    """Return the numbers of a column in which all values are digits, with or without a point; an empty list for another."""
    text = "\n".join(told)
    digits = text.replace("\n", "").replace(".", "")
    if not (digits.isascii() and digits.isdecimal()) or ".\n" in text or text.endswith("."):
        return []
    if text.count("\n") != len(told) - 1 or max(map(len, told)) > _MAX_NUMBER_CHARS:
        return []
    try:
        return list(map(float, told))
    except ValueError:  # an empty one, or one with two points
        return []


@lru_cache(maxsize=1 << 14)  # logs say the same words on every line
def number(value: str) -> float | None:
    """Return the number that `value` is, in seconds or bytes where its unit says so, None for anything else."""
    if not value or len(value) > _MAX_NUMBER_CHARS or not (value[0].isdecimal() or value[0] in _BEFORE_DIGITS):
        return None
    whole, point, rest = value.partition(".")
    if (whole.isdecimal() or not whole) and (rest.isdecimal() or not point) and value.isascii():
        return float(value)
    return _parsed(value)


def _parsed(value: str) -> float | None:
    if "," in value and _COMMA.fullmatch(value):
        value = value.replace(".", "").replace(",", ".")
    match = _NUMBER.fullmatch(value)
    if match is None:
        return None
    sign, digits, power, unit = match.groups()
    figure = float(digits.replace(",", "").replace("_", ""))
    if power:
        figure *= 10.0 ** int(power)
    if unit:
        figure *= 1e6 if unit == "M" else _UNITS.get(unit.lower(), 1.0)
    return -figure if sign in ("-", "−") else figure


def is_time(value: str) -> bool:
    """Tell whether `value` is a date, a time of day, an epoch or the name of a month or day."""
    return _TIME.fullmatch(value.strip("[]\"'")) is not None


def shape(value: str, figure: float | None) -> Shape:
    """Return what `value`, which is the number `figure` (None: it is none), looks like."""
    if figure is not None:
        return NUMBER if figure > 0 else "zero" if figure == 0 else "negative"
    if value.isalpha():
        return "nothing" if value.lower() in _NOTHING else "word"
    if not any(map(str.isalnum, value[:80])) or value.lower() in _NOTHING:
        return "nothing"
    if " " in value:
        return "text"
    if "/" in value:
        return "path"
    return "mixed" if any(map(str.isdigit, value[:80])) else "words"
