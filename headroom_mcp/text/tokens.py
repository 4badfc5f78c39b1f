"""How many tokens a text costs.

`estimate` is for decisions: no imports, some 70 MB/s, a linear fit over character classes against o200k on tool outputs
(mean error about 9 %; characters/4 is wrong by 40-60 % on JSON and logs). `count` is for figures that people read: o200k
by tiktoken where its ranks are on this machine already, the estimate otherwise; `method()` says which. Nothing is ever
fetched. Neither is Claude's own tokenizer, which is not public.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from headroom_mcp import late

_LOWER = bytes(range(ord("a"), ord("z") + 1))
_UPPER = bytes(range(ord("A"), ord("Z") + 1))
_DIGIT = b"0123456789"
_SPACE = b" \t\r\n\x0b\x0c"
_CONTINUATION = bytes(range(0x80, 0xC0))
_ASCII = bytes(range(0x80))

# Each byte as the mark of its class.
_MARKS = bytearray(b"." * 0x80 + b"\x80" * 0x40 + b"\xc0" * 0x40)
for _mark, _ours in zip(b"a 0A", (_LOWER, _SPACE, _DIGIT, _UPPER), strict=True):
    for _byte in _ours:
        _MARKS[_byte] = _mark

# Where tiktoken keeps the ranks of o200k once it has fetched them, by the name it gives the file.
_RANKS = "fb374d419588a4632f3f557e76b4b70aebbca790"
_RANKS_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_SHORT_BYTES = 500
_DIGIT_COST = 0.804
BLANK_COST = 0.068
_NUMBERS = late.pattern(r"\n(\d{1,7})\t")
_HEAD_CHARS, _HEAD_LINES = 600, 6  # where numbered lines are looked for first
_NUMBER_CHARS = 8  # a line number with its tab
_LESS = [_DIGIT_COST * size - (size + 2) // 3 for size in range(_NUMBER_CHARS)]  # by how many digits a number has
_SAMPLE_CHARS = 20_000  # a text that is numbered at its head is numbered to its end
_CHUNK_CHARS = 50_000  # tiktoken's time grows faster than the text in one long piece

_counter: Callable[[str], int] | None = None
_method = ""


def estimate(text: str) -> int:
    """Return the estimated number of o200k tokens of `text`; 0 for an empty text."""
    if not text:
        return 0
    data = text.encode("utf-8", "surrogatepass")
    cost = _cost(data) if len(data) > _SHORT_BYTES else _cost_of_marks(data.translate(_MARKS))
    if "\t" in text:
        cost -= _of_line_numbers(text)
    return 1 + int(cost)


def _cost(left: bytes) -> float:
    """Return what a long text costs."""
    counts = []
    for ours in (_LOWER, _SPACE, _DIGIT, _UPPER):  # what has been counted is taken out: each pass has less to read
        size = len(left)
        left = left.translate(None, ours)
        counts.append(size - len(left))
    lower, space, digit, upper = counts
    wide = b"" if left.isascii() else left.translate(None, _ASCII)
    lead = len(wide.translate(None, _CONTINUATION))
    return _sum(lower, space, digit, upper, lead, len(left) - len(wide))


@lru_cache(maxsize=1 << 12)  # lines are weighed several times on their way, and many are alike but for their letters
def _cost_of_marks(marks: bytes) -> float:
    """Return what a short text costs, each of whose bytes is given by the mark of its class."""
    count = marks.count
    lower, space, digit, upper, lead = count(b"a"), count(b" "), count(b"0"), count(b"A"), count(b"\xc0")
    return _sum(lower, space, digit, upper, lead, count(b"."))


def _sum(lower: int, space: int, digit: int, upper: int, lead: int, other: int) -> float:
    letters = 0.757 * upper + 0.259 * lower + 0.648 * lead
    return letters + _DIGIT_COST * digit + 0.369 * other + BLANK_COST * space


def _of_line_numbers(text: str) -> float:
    """Return how much less the numbers cost that stand at the heads of lines, before a tab, than digits elsewhere.

    Three digits on end are one token. Where blanks stand before a number, they cost what the digits do not.
    """
    if "\n" not in text:
        return _LESS[_number_chars(text)]
    if not any(_number_chars(line) for line in text[:_HEAD_CHARS].split("\n", _HEAD_LINES)[:_HEAD_LINES]):
        return 0.0
    sample = f"\n{text[:_SAMPLE_CHARS]}"
    less = sum(_LESS[len(number)] for number in _NUMBERS.findall(sample))
    return less * len(text) / min(len(text), _SAMPLE_CHARS)


def _number_chars(line: str) -> int:
    """Return how many digits `line` begins with, before a tab; 0 where it begins otherwise."""
    at = line.find("\t", 1, _NUMBER_CHARS)
    return at if at > 0 and line[:at].isdecimal() else 0


def count(text: str) -> int:
    """Return the number of tokens of `text` by the best counter that can be had (see `method`)."""
    global _counter, _method
    if _counter is None:
        _counter, _method = _load()
    return _counter(text)


def method() -> str:
    """Return how `count` counts: "o200k" or "estimate"."""
    if _counter is None:
        count("")
    return _method


def _load() -> tuple[Callable[[str], int], str]:
    if not _ranks_are_at_hand():
        return estimate, "estimate"
    try:
        import tiktoken

        encode = tiktoken.get_encoding("o200k_base").encode_ordinary
    except Exception:  # a library that is broken or of another make: a figure is not worth an error
        return estimate, "estimate"

    def by_tiktoken(text: str) -> int:
        clean = text.encode("utf-8", "replace").decode("utf-8")
        return sum(len(encode(clean[i : i + _CHUNK_CHARS])) for i in range(0, len(clean), _CHUNK_CHARS))

    return by_tiktoken, "o200k"


def _ranks_are_at_hand() -> bool:
    """Return whether tiktoken has its ranks on disk, whole: without them, and with damaged ones, it would fetch them."""
    import hashlib
    import os
    import tempfile

    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if folder is None:
        folder = os.path.join(tempfile.gettempdir(), "data-gym-cache")
    if not folder:  # an empty name switches tiktoken's cache off
        return False
    try:
        with open(os.path.join(folder, _RANKS), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest() == _RANKS_SHA256
    except OSError:
        return False
