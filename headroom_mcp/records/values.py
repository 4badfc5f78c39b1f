"""What a single value is: a number with its unit, a time, a word, nothing at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress, repeat
from operator import le

from headroom_mcp import late
from headroom_mcp.text.lines import Alike, by_shape

# 1234,5 · 1.234,56: the comma is the decimal sign
_COMMA = late.pattern(r"[-+−]?(?:\d{1,3}(?:\.\d{3})+|\d+),(?:\d{1,2}|\d{4,})")
# -12.5 · $3,200 · 12ms · 91% · 1.5GiB
_NUMBER = late.pattern(r"([-+−]?)[$€£¥]?(\d[\d_]*(?:,\d{3})*(?:\.\d+)?|\.\d+)(?:[eE]([-+]\d{1,2}))?([A-Za-zµ%°]{0,5})")
_TIME = late.pattern(
    r"\d{4}[-/.]\d\d?[-/.]\d\d?(?:[T_ ].*)?|[0-5]?\d:[0-5]\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}/[A-Z][a-z]{2}/\d{4}\S*|1[5-9]\d{8}(?:\.\d+|\d{3})?"
    r"|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
)
_UNITS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "secs": 1.0, "m": 60.0, "min": 60.0, "mins": 60.0,
    "h": 3600.0, "d": 86400.0, "b": 1.0, "k": 1e3, "kb": 1e3, "kib": 1024.0, "ki": 1024.0, "mb": 1e6, "mib": 1048576.0,
    "mi": 1048576.0, "g": 1e9, "gb": 1e9, "gib": 1073741824.0, "gi": 1073741824.0, "t": 1e12, "tb": 1e12, "tib": 1.1e12,
}  # fmt: skip
_NOTHING = frozenset(("null", "none", "nil", "n/a", "na", "<none>", "(none)", "nan", "undefined", "(null)"))
_UNIT_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZµ%°"
_MAX_NUMBER_CHARS, _MAX_UNIT_CHARS = 32, 5
_HEX, _HEX_CHARS = b"0123456789abcdefABCDEF", 4
_MOSTLY = 0.8
_PREFIXES = ("0x", "0b")
_PADDED, _MIN_PADDED = 0.9, 8  # share of figures that begin with a zero, and how many tell
_QUOTES = "\"'"
_MANY, _SAMPLE = 1_000, 200  # from so many values on, so many tell whether most of them are alike
_BEFORE_DIGITS = "-+−$€£¥."
_ID_DIGITS = 4  # figures that are all of so many digits, or more, are names
_COUNTING = 0.8  # of figures are at least as large as the one before: they go on from each other

NUMBER, HEX = "number", "hex"
Shape = str
"""What a value looks like: "number", "zero", "negative", "word", "words", "path", "all" (3/3), "some" (2/3), "mixed", "text",
"nothing"; among ids "hex"."""


def numbers(told: Sequence[str]) -> Sequence[float | None]:
    """Return the number that each value is, most of them met for the first time."""
    plain = _plain(told, "\n".join(told))
    if plain or not told:
        return plain
    return _by_shape(told, by_shape(told)) if _few_shapes(told) else _one_by_one(told)


def looks(told: Sequence[str]) -> tuple[Sequence[float | None], Sequence[Shape]]:
    """Return the number that each value is, in quotes or not, and its shape; where most are hex ids of one length, they are of
    one shape, those of digits or letters alone, too."""
    text = "\n".join(told)
    ids = _are_ids(told, text)
    bare = told
    if '"' in text or "'" in text:
        bare = [value.strip(_QUOTES) for value in told]
        text = "\n".join(bare)
    figures: Sequence[float | None]
    if padded := _padded(bare):
        return padded, list(map(_sign, padded))
    if plain := _plain(bare, text):
        figures = plain
        shapes = [NUMBER] * len(told) if min(plain) > 0 else list(map(_sign, plain))
    elif _few_shapes(told):
        # A value looks like all that differ from it in digits alone, as long as these are 0 where its own are.
        found = by_shape(told)
        figures = _by_shape(bare, found)
        judged = ["" if is_share(one) else shape(one, number(one.strip(_QUOTES))) for one in found.shapes]
        shapes = list(map(judged.__getitem__, found.of))
        if "" in judged:
            shapes = [one or _of_all(value) for one, value in zip(shapes, told, strict=True)]
    else:
        figures = _one_by_one(bare)
        known = ids or repeat(False)
        shapes = [
            HEX if is_id else shape(value, figure) for is_id, value, figure in zip(known, told, figures, strict=False)
        ]
    if ids:
        shapes = [HEX if is_id else one for is_id, one in zip(ids, shapes, strict=True)]
    return figures, shapes


def _are_ids(told: Sequence[str], text: str) -> list[bool]:
    """Return which values, which stand line by line in `text`, are hex ids of one length, where most are; nothing where not."""
    others = text.encode("utf-8", "surrogatepass").translate(None, _HEX).split(b"\n")  # what of each is no digit
    if others.count(b"") < _MOSTLY * len(told):
        return []
    lengths = list(map(len, told))
    length, times = Counter(lengths).most_common(1)[0]
    if length < _HEX_CHARS or times < _MOSTLY * len(told):
        return []
    ids = [size == length and not other for size, other in zip(lengths, others, strict=True)]
    return ids if sum(ids) >= _MOSTLY * len(told) else []


def _padded(told: Sequence[str]) -> list[float]:
    """Return the numbers of a column of hexadecimal or binary figures of one length, most of which begin with a zero: these
    measure something, as "0x0000197C" does, while an id begins with any digit. An empty list for another."""
    if len(told) < _MIN_PADDED:
        return []
    prefix = next((one for one in _PREFIXES if told[0][:2].lower() == one), "")
    begins = len(prefix)
    sample = told[:_SAMPLE]
    if sum(value[begins : begins + 1] == "0" for value in sample) < _PADDED * len(sample):
        return []
    if len(told[0]) < begins + _HEX_CHARS or len(set(map(len, told))) > 1:
        return []
    if any(value[:begins].lower() != prefix for value in told):
        return []
    if not prefix and sum(map(str.isdecimal, told)) * 2 > len(told):
        return []  # decimal
    try:
        return [float(int(value[begins:], 2 if prefix == "0b" else 16)) for value in told]
    except ValueError:
        return []


def _one_by_one(told: Sequence[str]) -> list[float | None]:
    read = number if len(told) < _MANY else number.__wrapped__
    return [
        float(value)
        # Digits with a point among them, or before them, are a number as they stand.
        if value.replace(".", "", 1).isdecimal()
        and value.isascii()
        and len(value) <= _MAX_NUMBER_CHARS
        and value[-1] != "."
        else None
        # Nor is an id: digits and letters, more of which follow than a unit has.
        if value[:1].isalpha() or (value.isalnum() and not (value[:-_MAX_UNIT_CHARS] or "0").isdecimal())
        else read(value)
        for value in told
    ]


def _few_shapes(told: Sequence[str]) -> bool:
    """Tell whether there are so many values, most of them alike but for their digits, that it pays to look at each shape once."""
    return len(told) >= _MANY and by_shape(told[:: len(told) // _SAMPLE]).few


def _by_shape(told: Sequence[str], found: Alike) -> Sequence[float | None]:
    """Return the number that each of `told`, which are of the shapes `found` but for quotes, is: its shape says whether it is one."""
    units = [_unit(one.strip(_QUOTES)) for one in found.shapes]
    figures: list[float | None] = [None] * len(told)
    for unit in dict.fromkeys(units):
        if unit is None:
            continue
        of_unit = [one == unit for one in units]
        places = list(compress(range(len(told)), map(of_unit.__getitem__, found.of)))
        own = [told[at] for at in places]
        for at, figure in zip(places, _plain(own, "\n".join(own)) or _one_by_one(own), strict=True):
            figures[at] = figure
    return figures


def _unit(value: str) -> str | None:
    """Return what stands behind the digits of a number; None where `value` is none."""
    return None if number(value) is None else value[len(value.rstrip(_UNIT_LETTERS)) :]


def _plain(told: Sequence[str], text: str) -> list[float]:
    """Return the numbers of a column, which stands line by line in `text`, in which all values are digits, with a point and a
    sign or without, and one unit behind all of them or none; an empty list for another."""
    last = told[-1] if told else ""
    unit = last[len(last.rstrip(_UNIT_LETTERS)) :]
    if len(unit) > _MAX_UNIT_CHARS or not text.isascii() or not last.rstrip(_UNIT_LETTERS)[-1:].isdecimal():
        return []
    if unit:
        size = len(text) - len(unit) * len(told)
        text = text[: -len(unit)].replace(f"{unit}\n", "\n")
        if len(text) != size:
            return []
    data = text.encode()
    if not data.translate(None, b"\n.+-").isdigit() or data.count(b"\n") != len(told) - 1 or b".\n" in data:
        return []
    if max(map(len, told)) > _MAX_NUMBER_CHARS:
        return []
    try:
        figures = list(map(float, text.split("\n") if unit else told))
    except ValueError:  # an empty one, or one with two points
        return []
    factor = _factor(unit)
    return figures if factor == 1.0 else [figure * factor for figure in figures]


@lru_cache(maxsize=1 << 14)  # logs say the same words on every line
def number(value: str) -> float | None:
    """Return the number that `value` is, in seconds or bytes where its unit says so, None for anything else."""
    if not value or len(value) > _MAX_NUMBER_CHARS or not (value[0].isdecimal() or value[0] in _BEFORE_DIGITS):
        return None
    if not value.isascii():
        return _parsed(value)
    digits = value.rstrip(_UNIT_LETTERS)
    whole, point, rest = digits.partition(".")
    if (whole.isdecimal() or not whole) and (rest.isdecimal() or not point):
        unit = value[len(digits) :]
        return float(digits) * _factor(unit) if len(unit) <= _MAX_UNIT_CHARS else None
    return None if value.isalnum() else _parsed(value)


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
    figure *= _factor(unit)
    return -figure if sign in ("-", "−") else figure


def _factor(unit: str) -> float:
    return 1e6 if unit == "M" else _UNITS.get(unit.lower(), 1.0)


def is_time(value: str) -> bool:
    """Tell whether `value` is a date, a time of day, an epoch or the name of a month or day."""
    return _TIME.fullmatch(value.strip("[]\"'")) is not None


def is_share(value: str) -> bool:
    """Tell whether `value` is so many of so many: "2/3"."""
    part, _, whole = value.partition("/")
    return part.isdecimal() and whole.isdecimal()


def _of_all(value: str) -> Shape:
    """Return whether a value that is so many of so many says all of them, or some."""
    part, _, whole = value.partition("/")
    return "all" if part == whole else "some"


def shape(value: str, figure: float | None) -> Shape:
    """Return what `value`, which is the number `figure` (None: it is none), looks like."""
    if figure is not None:
        return _sign(figure)
    if value.isalpha():
        return "nothing" if value.lower() in _NOTHING else "word"
    if not any(map(str.isalnum, value[:80])) or value.lower() in _NOTHING:
        return "nothing"
    if " " in value:
        return "text"
    if "/" in value:
        if is_share(value):
            return _of_all(value)
        return "path"
    return "mixed" if any(map(str.isdigit, value[:80])) else "words"


def alone_at_the_top(told: Sequence[str]) -> int | None:
    """Return the place of the largest of the figures `told`; None where some are none, two are as large, or they go on from
    each other."""
    if not told[0][:1].isdecimal() or not told[-1][:1].isdecimal():
        return None
    if len(told[0]) >= _ID_DIGITS and told[0].isdecimal() and len({len(value) for value in told}) == 1:
        return None  # ids
    figures = numbers(told)
    known = [figure for figure in figures if figure is not None]
    if len(known) < len(told):
        return None
    top = max(known)
    if known.count(top) > 1 or sum(map(le, known, known[1:])) >= _COUNTING * (len(known) - 1):
        return None
    return known.index(top)


def _sign(figure: float) -> Shape:
    return NUMBER if figure > 0 else "zero" if figure == 0 else "negative"
