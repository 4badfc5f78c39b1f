r"""Line numbers that a viewer put before the lines: `nl -ba`, `cat -n`, `grep -n`, an editor's window.

    "  1010\tdef f():"  →  number 1010, text "def f():"

A number costs three or four tokens on every line. A run of following lines needs fewer: its first number and every fifth
say the others, so such a run can be shown thinner without losing anything. Where a block begins (a definition, mostly) the
number stays, too: the next range that is asked for begins there.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.text import marker
from headroom_mcp.types import Part

#   1010<TAB>text     12:text   11-text     120→text
_FORMS = (late.pattern(r"^ *(\d+)(\t)(.*)$", re.DOTALL), late.pattern(r"^ *(\d+)([:\-→|])(.*)$", re.DOTALL))
#   120<TAB>code (nl, cat -n, Read)     120:code and 120-code (grep -n)
_NUMBERED = late.pattern(r"^\s*(\d{1,8})(?:\t|[:\-](?=.))(.*)$")
MIN_THIN_LINES = 50  # a shorter window was chosen by its numbers, and the next one will be, too
MIN_VIEWED_LINES = 12  # where a viewer numbers whatever it shows, nobody chose by numbers: its editor goes by text
MIN_RUN_LINES = 3
_SAMPLE_LINES = 40
_MIN_LINES = 8
_COLUMN = 6  # characters: `nl` and `cat -n` pad numbers to it
EVERY = 5  # nobody miscounts four lines
LEGEND = f"[line numbers: every {EVERY}th, and where blocks begin]"


class Numbered(NamedTuple):
    """The lines without their numbers; `numbers` has 0 for a line that bore none. `joint` is "\t" for viewers."""

    lines: list[str]
    numbers: list[int]
    joint: str


def read(lines: Sequence[str]) -> Numbered | None:
    """Return `lines` without their numbers, None where they bear none (nine of ten must, and the numbers ascend)."""
    if len(lines) < _MIN_LINES:
        return None
    for form in _FORMS:
        sample = [line for line in lines[:_SAMPLE_LINES] if line.strip()]
        if sum(1 for line in sample if form.match(line)) * 10 < len(sample) * 8:
            continue
        numbered = _strip(lines, form)
        if numbered is not None:
            return numbered
    return None


def _strip(lines: Sequence[str], form: re.Pattern[str]) -> Numbered | None:
    plain: list[str] = []
    numbers: list[int] = []
    joint = ""
    last = bare = 0
    for line in lines:
        match = form.match(line)
        number = int(match[1]) if match is not None else 0
        if match is None or number <= last:
            bare += bool(line.strip())
            plain.append(line)
            numbers.append(0)
            continue
        joint = joint or match[2]
        last = number
        plain.append(match[3])
        numbers.append(number)
    if bare * 10 > len(lines):
        return None
    return Numbered(plain, numbers, joint)


def of_each(lines: Sequence[str]) -> tuple[list[int | None], list[str]]:
    """Return the number and the text of each line by itself; a line without a number is its whole text. Trailing blanks go."""
    numbers: list[int | None] = []
    texts: list[str] = []
    for line in lines:
        match = _NUMBERED.match(line) if line[:12].lstrip()[:1].isdigit() else None
        numbers.append(int(match[1]) if match else None)
        texts.append((match[2] if match else line).rstrip())
    return numbers, texts


def filled(lines: Sequence[str], numbers: Sequence[int | None]) -> list[int | None]:
    """Return the numbers of lines that `thinned` shows, those of the lines between two numbered ones included.

    What follows the last number of a run has one only where a marker of ours ends the run: another line may not be part
    of it.
    """
    found = list(numbers)
    known = -1
    for row, number in enumerate(numbers):
        is_gap = number is None and marker.is_gap(lines[row])
        if number is None and not is_gap:
            continue
        before = found[known] if known >= 0 else None
        if before is not None and row - known <= EVERY and (number is None or number - before == row - known):
            found[known:row] = range(before, before + row - known)
        known = row
    return found


def is_padded(text: str) -> bool:
    """Tell whether the first line of `text` bears a number as `nl` and `cat -n` write it, with blanks before it."""
    return text[_COLUMN : _COLUMN + 1] == "\t" and text[:1] == " " and text[:_COLUMN].lstrip(" ").isdecimal()


def unpadded(lines: Sequence[str], parts: Sequence[Part]) -> list[Part]:
    """Return `parts` with the blanks cut that `nl` and `cat -n` write before the numbers of kept lines.

    They cost two tokens a line, two thirds of what a number costs, and say nothing: the column is six characters wide.
    """
    made: list[Part] = []
    for part in parts:
        if part.action != "keep" or part.text:
            made.append(part)
            continue
        at = part.start
        while at < part.stop:
            start, padded = at, is_padded(lines[at])
            while at < part.stop and is_padded(lines[at]) == padded:
                at += 1
            if padded:
                made.append(Part(start, at, "render", bare(lines[start:at]), lossless=True))
            else:
                made.append(Part(start, at, "keep"))
    return made


def bare(lines: Sequence[str]) -> str:
    """Return `lines` as one text, without the blanks before padded numbers."""
    return "\n".join(line.lstrip(" ") if is_padded(line) else line for line in lines)


def runs(numbered: Numbered, start: int, stop: int) -> list[tuple[int, int]]:
    """Return lines `start` … `stop - 1` as runs whose numbers follow one another, and the runs without any between them."""
    found: list[tuple[int, int]] = []
    numbers = numbered.numbers
    begin = start
    for row in range(start + 1, stop + 1):
        if row < stop and _follows(numbers[row - 1], numbers[row]):
            continue
        found.append((begin, row))
        begin = row
    return found


def _follows(before: int, number: int) -> bool:
    return number == before + 1 if before else not number


def thinned(numbered: Numbered, start: int, stop: int) -> str | None:
    """Return lines `start` … `stop - 1` with their numbers on the first, every fifth and the first of each block, None
    where the numbers do not follow one another or are too few."""
    numbers = numbered.numbers
    first = numbers[start]
    if (
        not first
        or stop - start < MIN_RUN_LINES
        or any(numbers[row] != first + row - start for row in range(start, stop))
    ):
        return None
    shown: list[str] = []
    for row in range(start, stop):
        number = numbers[row]
        text = numbered.lines[row]
        begins = row > start and row + 1 < stop and _begins_block(*numbered.lines[row - 1 : row + 2])
        # A line that itself begins like "12<TAB>" keeps its number, or it would be read as one.
        if row == start or begins or number % EVERY == 0 or text.lstrip()[:1].isdigit():
            shown.append(f"{number}{numbered.joint}{text}")
        else:
            shown.append(text)
    return "\n".join(shown)


def _begins_block(before: str, line: str, after: str) -> bool:
    """Tell whether `line` stands below a blank one and above a deeper one, as the head of a definition does."""
    return not before.strip() and bool(line.strip()) and _indent(after) > _indent(line)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
