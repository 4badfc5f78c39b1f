"""The verdicts of a test run that are of whole files and suites, not of one test: counted once more, they would be too many."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.facts.test_verdicts import LOOKED_AT, Verdict, name_of, names_of
from headroom_mcp.text.lines import Judged, alike

_HAS_WORD = late.pattern(r"[^\W_]")
# PASS src/a.test.ts · ok  example.org/barn  0.1s · ✓ src/a.test.ts (12 tests) · t/a.t .. ok: how a whole file went
_OF_FILE = late.pattern(
    r"^\s*(?:PASS|FAIL)\s+(?=\S*[./\\])\S+(?:\s+\(?[\d.]{1,12} ?m?s\)?)?\s*$|^(?:ok|FAIL)\s+[\w./-]+\s+(?:\d|\(cached\))|\(\d+ tests?\b|^\W*[✔✖✓✗]\s+\S+\.\w{1,5}\s+\d|^\S+\.t \.{2,}|^//\S+ +[A-Z]+ "
)
_INNER = late.pattern(r"(?<=\w)(?:\.|::|/| [>›»:] )(?=\w)")  # between the names of a suite and of one inside it
_AROUND_HEADINGS = " \t▶:>"
_MOSTLY = 0.8


def named(lines: Sequence[str], verdicts: dict[int, Verdict]) -> set[int]:
    """Return the verdicts that are of a whole file or suite: its name stands alone on an earlier line, as a heading."""
    suites: set[int] = set()
    headings: set[str] = set()
    shapes_of_headings: set[str] = set()
    leading = _leading(lines, verdicts)
    every = alike(lines).every
    of_file = Judged(lambda shape: _OF_FILE.search(shape[:LOOKED_AT]) is not None)
    name_of_shape = Judged(name_of)
    for index, shape in enumerate(every):
        if index not in verdicts:
            if leading[index]:
                headings.add(lines[index].strip(_AROUND_HEADINGS))
                shapes_of_headings.add(shape.strip(_AROUND_HEADINGS))
        elif of_file[shape] or (
            shapes_of_headings
            and name_of_shape[shape] in shapes_of_headings
            and names_of(lines, [index])[0] in headings
        ):
            suites.add(index)
    suites |= _that_hold(lines, verdicts, suites)
    return suites | _of_their_level(lines, verdicts, suites) | _that_close(lines, verdicts, suites)


def above_totals(verdicts: dict[int, Verdict], suites: set[int], totals: Sequence[int]) -> set[int]:
    """Return the verdicts before the first suite's that stand right above a total, where those of all suites do: with the head of an
    output the heading of its first suite may be cut off."""
    counted = {index - 1 for index in totals}
    if not suites or not suites <= counted:
        return set()
    first = min(suites)
    return {index for index in verdicts if index in counted and index < first}


def _that_hold(lines: Sequence[str], verdicts: dict[int, Verdict], suites: set[int]) -> set[int]:
    """Return the verdicts whose name begins the name of a suite: they are of what holds that suite ("Barn" of "Barn.Pens")."""
    holders: set[str] = set()
    for name in names_of(lines, suites):
        holders.update(name[: match.start()] for match in _INNER.finditer(name))
    if not holders:
        return set()
    return {index for index, name in zip(verdicts, names_of(lines, verdicts), strict=True) if name in holders}


def _of_their_level(lines: Sequence[str], verdicts: dict[int, Verdict], suites: set[int]) -> set[int]:
    """Return the verdicts that are as far out as suites and nothing else are: the head of an output may be cut, and with it
    the heading of its first suite."""
    levels: dict[int, list[int]] = {}
    for index in verdicts if suites else ():
        levels.setdefault(len(lines[index]) - len(lines[index].lstrip()), []).append(index)
    if len(levels) < 2:
        return set()
    outermost = levels[min(levels)]
    of_suites = sum(1 for index in outermost if index in suites)
    return set(outermost) if of_suites >= max(2, _MOSTLY * len(outermost)) else set()


def _that_close(lines: Sequence[str], verdicts: dict[int, Verdict], suites: set[int]) -> set[int]:
    """Return the verdicts that stand less deep than all above them, where those of suites stand below what is deeper: of such a
    suite, too, the heading may be cut off with the head of an output."""
    closed = {_indent(lines[index]) for index in suites if index and _indent(lines[index - 1]) > _indent(lines[index])}
    found: set[int] = set()
    least = -1
    for index, line in enumerate(lines if closed else ()):
        depth = _indent(line)
        if 0 <= depth < least and depth in closed and index in verdicts:
            found.add(index)
        if depth >= 0:
            least = depth if least < 0 else min(least, depth)
        if least == 0:
            break
    return found


def _leading(lines: Sequence[str], verdicts: dict[int, Verdict]) -> list[bool]:
    """Return which lines stand right above a verdict, or above a deeper line that does: only they can be headings. The name
    of a test stands alone, too, above what it says of its failure."""
    leading = [False] * len(lines)
    below, depth, leads = False, -1, False  # the next line with words: a verdict? its indent; does it lead to one?
    found = alike(lines)
    indents = [_indent(shape) for shape in found.shapes]
    for index in range(len(lines) - 1, -1, -1):
        indent = indents[found.of[index]]
        if indent < 0:
            continue
        if index in verdicts:
            below, depth, leads = True, indent, False
            continue
        leading[index] = len(lines[index]) <= LOOKED_AT and (below or (leads and depth > indent))
        below, depth, leads = False, indent, leading[index]
    return leading


def _indent(line: str) -> int:
    """Return how far `line` is indented; -1 for one without a word."""
    return len(line) - len(line.lstrip()) if _HAS_WORD.search(line) else -1
