r"""Lines and what is noise in them.

A line ends at "\n" and nowhere else, so line numbers agree with `sed -n`, editors and the store. What a terminal would
not show any more (colours, cursor moves, the states of a progress bar before the last "\r") is noise: it is removed from
what is shown and kept in the original.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from headroom_mcp import late
from headroom_mcp.late import Any, NamedTuple, re
from headroom_mcp.text import failure_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Item = TypeVar("Item")
    Read = TypeVar("Read")
    Told = TypeVar("Told")

# `     1→text`, `  12<TAB>text`: what `cat -n` and a tool that reads files put before each line (see `numbering` for more)
VIEWER_NUMBER = late.pattern(r"^ *\d+[\t→]", re.MULTILINE)
_NUMBERED_SAMPLE = 200  # lines
_STATE_CHARS = 400  # of one state of a line, looked at for words of failure
# ESC [ … letter | ESC ] … BEL or ESC \ | ESC ( B and other two-byte escapes
_ESCAPE = late.pattern(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()#][A-Za-z0-9]|[@-Z\\^_=>78])")
# Control characters that no text has; terminals' logs have the others: tab, line ends, backspace, escape …
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x07\x08\x0b\x0c\x1b"))
_BINARY_SAMPLE = 1 << 20  # characters
_LEAST_CONTROLS, _LEAST_UNDECODED = 50, 20  # one in so many
_DIGITS = bytes.maketrans(b"23456789", b"1" * 8)
_MUCH_LONGER = 8  # times


def is_binary(text: str) -> bool:
    """Tell whether `text` was no text in any encoding before it was decoded: control characters and bytes that are not UTF-8,
    much of both.

    Text in an older encoding has the latter alone, UTF-16 and the logs of terminals the former. Bytes that could not be decoded
    are replacement characters, halves of surrogate pairs or, read as Latin-1, controls beyond ASCII."""
    if text.isascii():
        return False
    sample = text[:_BINARY_SAMPLE]
    data = sample.encode("utf-8", "surrogatepass")
    if (len(data) - len(data.translate(None, _CONTROLS))) * _LEAST_CONTROLS <= len(sample):
        return False
    undecoded = sum(
        1 for char in sample if char == "\ufffd" or "\ud800" <= char <= "\udfff" or "\x80" <= char <= "\x9f"
    )
    return undecoded * _LEAST_UNDECODED > len(sample)


_memories: list[list[Any]] = []  # of each reader made by `once`


def once(read: Callable[[Sequence[Item]], Read]) -> Callable[[Sequence[Item]], Read]:
    """Return `read` with a memory of the last lines it was given: several steps ask the same of one output.

    What is asked of a few lines in between, a failure's own, is not remembered. Neither the lines nor the answer may be
    changed afterwards.
    """
    last: list[tuple[Sequence[Item], int, Read]] = []
    _memories.append(last)

    def remembering(lines: Sequence[Item]) -> Read:
        held = last[:]  # another thread may forget meanwhile
        for known, count, answer in held:
            if known is lines and count == len(lines):
                return answer
        answer = read(lines)
        if not held or len(lines) * _MUCH_LONGER > held[0][1]:
            last[:] = [(lines, len(lines), answer)]
        return answer

    remembering.__doc__ = read.__doc__
    return remembering


def forget() -> None:
    """Forget the lines that `once` remembers: an output is done. Beside a long one, a shorter one that comes after it in the
    same process would never be remembered, and be read again for each of its failures."""
    for last in _memories:
        last.clear()


class Alike(NamedTuple):
    """Lines by what they are but for their digits: `every` line with "1" for each digit but 0, the different ones of these
    (`shapes`, in order of first appearance), and for each line the number `of` its shape.

    Whoever knows digits only as such, as 0 or as one of 1 to 9, finds the same at the same places in a line and in its shape:
    what is asked of ten thousand numbered lines is asked of a few.
    """

    every: list[str]
    shapes: list[str]
    of: list[int]

    @property
    def few(self) -> bool:
        """Whether most lines are alike: then it pays to look at the shapes first."""
        return len(self.shapes) * 2 <= len(self.of)

    def where(self, judge: Callable[[str], object]) -> list[int]:
        """Return the lines of whose shape `judge` says yes, in order."""
        wanted = {number for number, shape in enumerate(self.shapes) if judge(shape)}
        return list(compress(range(len(self.of)), map(wanted.__contains__, self.of))) if wanted else []


def by_shape(lines: Sequence[str]) -> Alike:
    """Return `lines` by their shapes."""
    every = shapes(lines)
    different = list(dict.fromkeys(every))
    number_of = dict(zip(different, range(len(different)), strict=True))
    return Alike(every, different, list(map(number_of.__getitem__, every)))


alike = once(by_shape)


def shapes(lines: Sequence[str]) -> list[str]:
    """Return the shape of each line."""
    every = _without_digits("\n".join(lines)).split("\n")
    # None, or lines with breaks of their own.
    return every if len(every) == len(lines) else [_without_digits(line) for line in lines]


def _without_digits(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").translate(_DIGITS).decode("utf-8", "surrogatepass")


class Judged(dict[str, "Told"]):
    """What `judge` says of shapes (see `Alike`), each asked once."""

    def __init__(self, judge: Callable[[str], Told]) -> None:
        super().__init__()
        self._judge = judge

    def __missing__(self, shape: str) -> Told:
        told = self[shape] = self._judge(shape)
        return told


def clean_line(line: str) -> str:
    r"""Return what a terminal shows of `line`: no escape sequences, only the last state before "\r"; a final "\r" goes."""
    if "\x1b" in line:
        line = _ESCAPE.sub("", line)
    if "\r" in line:
        line = line.rstrip("\r")
        head, _, tail = line.rpartition("\r")
        if any(failure_words.is_failure(state[:_STATE_CHARS]) for state in head.split("\r")):
            return line  # a failure that the next state overwrites would be hidden without a word
        line = tail or head
    if "\b" in line:
        line = _apply_backspaces(line)
    return line


def split_lines(text: str, *, terminal: bool = True) -> list[str]:
    r"""Return the lines of `text` as shown on a terminal. A final "\n" does not begin another line; "" has no lines.

    `terminal` is False for what was read from a file: there nothing is noise but the "\r" of a "\r\n".
    """
    if not text:
        return []
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if "\0" in text and text.count("\0") * 3 > len(
        text
    ):  # UTF-16 read as bytes: every other one is a NUL, which nobody sees
        lines = [line.replace("\0", "") for line in lines]
    if not terminal:
        return [line[:-1] if line.endswith("\r") else line for line in lines] if "\r" in text else lines
    if "\x1b" in text or "\r" in text or "\b" in text:
        return [clean_line(line) for line in lines]
    return lines


def without_numbers(lines: Sequence[str]) -> Sequence[str]:
    """Return `lines` without a viewer's line numbers, where nine in ten have one."""
    sampled = [line for line in lines[:_NUMBERED_SAMPLE] if line.strip()]
    if sampled and sum(1 for line in sampled if VIEWER_NUMBER.match(line)) >= 0.9 * len(sampled):
        return [VIEWER_NUMBER.sub("", line, count=1) for line in lines]
    return lines


def clip_middle(line: str, max_chars: int) -> str:
    """Return `line` with its middle replaced by a count, if it is longer than `max_chars`."""
    if len(line) <= max_chars:
        return line
    mark = f"[… {len(line) - max_chars + 24:,} chars …]"
    room = max(0, max_chars - len(mark))
    head = room * 2 // 3
    tail = room - head
    left_out = len(line) - head - tail
    return f"{line[:head]}[… {left_out:,} chars …]{line[len(line) - tail :] if tail else ''}"


def _apply_backspaces(line: str) -> str:
    shown: list[str] = []
    for char in line:
        if char == "\b":
            if shown:
                shown.pop()
        else:
            shown.append(char)
    return "".join(shown)
