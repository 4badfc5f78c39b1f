"""What each line of a test run is: one test's verdict, a total, routine, or news.

What is neither verdict (`test_verdicts`) nor total (`test_totals`) is routine if lines of its mould come again and again (steps,
"started", rules), else news.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.facts import find as facts
from headroom_mcp.facts import moulds, test_suites, test_totals, test_verdicts
from headroom_mcp.facts import verdicts as known
from headroom_mcp.facts.test_totals import OFTEN
from headroom_mcp.facts.test_verdicts import LOOKED_AT, Verdict
from headroom_mcp.late import NamedTuple
from headroom_mcp.text.lines import Judged, alike

# .....F..x [ 42%] · ●●◼● · ..F-...
_PROGRESS = late.pattern(r"^(?:\S+\.\w{1,5} +)?[.FEsxXSRPUuWN*●◼○,-]+(?:\s+(?:\d+ / \d+ \( *\d+%\)|\[ *\d+%\]))?\s*$")
_MIN_NAMES = 8
_SAYS = late.pattern(r"^\d+ [*\s]*[^*\s]")  # a mould with something of its own


class Reading(NamedTuple):
    """Line numbers (0-based): each test's verdict; which of them are of whole suites or files; the totals; what comes again
    and again. The other lines are news."""

    verdicts: dict[int, Verdict]
    suites: set[int]
    totals: list[int]
    """Rare ones first: those that every suite has come last."""
    routine: dict[int, int]
    """Each routine line, and how many lines of its mould there are (0: blank lines and rows of dots)."""

    @property
    def failed(self) -> list[int]:
        """The lines that name a failing test, in order."""
        return sorted(i for i, verdict in self.verdicts.items() if verdict == "failed" and i not in self.suites)

    def news(self, lines: Sequence[str]) -> list[int]:
        """Return the lines that are neither a verdict nor a total nor routine, in order."""
        known = {*self.routine, *self.verdicts, *self.totals}
        return [index for index in range(len(lines)) if index not in known]


def read(lines: Sequence[str]) -> Reading:
    """Return what the lines of a run are."""
    run = told(lines)
    return run._replace(routine=_routine(lines, run.verdicts, set(run.totals)))


def told(lines: Sequence[str]) -> Reading:
    """Return verdicts and totals alone: in a log of many things, what is not one of them need not be news."""
    verdicts, only_failed = test_verdicts.read(lines)
    every = test_totals.that_count(lines)
    counted = test_totals.counts_of_failed(lines, every) if only_failed else ()
    for at in only_failed if counted else ():
        if len(at) in counted or len({*test_verdicts.names_of(lines, at)}) in counted:
            verdicts.update(dict.fromkeys(at, "failed"))
    for index, _ in known.failing(lines):  # runners that are known: they may name nothing but what failed
        verdicts.setdefault(index, "failed")
    suites, totals = test_suites.named(lines, verdicts), test_totals.rarest_first(lines, every, verdicts)
    return Reading(verdicts, suites | test_suites.above_totals(verdicts, suites, totals), totals, {})


def looks_like(lines: Sequence[str]) -> float:
    """Return how surely (0 … 1) a sample of lines is of a test run: by its totals, its verdicts, its rows of dots."""
    verdicts = test_verdicts.of(lines)
    every = test_totals.rarest_first(lines, test_totals.that_count(lines), verdicts)
    totals = sum(1 for i in every if test_totals.is_of_tests(lines[i]))
    bare = [lines[i] for i in every if test_totals.is_bare(lines[i])]
    if not totals and test_totals.is_of_tests("; ".join(bare)):
        totals = min(2, len(bare) - 1)  # a count a line
    if not totals:
        return 0.0
    rows = sum(1 for line in lines if len(line) >= 10 and _PROGRESS.match(line[:LOOKED_AT]))
    told = sum(1 for line in lines if line.strip())
    sure = 0.25 * min(2, totals) + (0.2 if rows else 0.0)
    share = len(verdicts) / max(1, told)
    return min(0.9, sure + (0.5 if share > 0.4 else 0.35 if share > 0.12 else 0.2 if len(verdicts) > 4 else 0.0))


def _routine(lines: Sequence[str], verdicts: dict[int, Verdict], totals: set[int]) -> dict[int, int]:
    """Return the lines whose mould comes again and again, and not only around tests that failed."""
    routine: dict[int, int] = {}
    rest: list[int] = []
    idle = Judged(_is_idle)
    for index, shape in enumerate(alike(lines).every):
        if idle[shape]:
            routine[index] = 0
        elif index not in verdicts and index not in totals:
            rest.append(index)
    forms = moulds.of([lines[i][:LOOKED_AT] for i in rest])
    members: dict[str, list[int]] = {}
    for index, form in zip(rest, forms, strict=True):
        members.setdefault(form, []).append(index)
    judged = sorted(verdicts)
    for form, at in members.items():
        # Bare names are a list only below something; at the margin they are sentences.
        often = len(at) >= (OFTEN if _SAYS.search(form) else _MIN_NAMES) and (form[0] != "0" or _SAYS.search(form))
        if often and not _follow_failures(at, judged, verdicts):
            routine.update(dict.fromkeys(at, len(at)))
    for index in facts.failures(lines, apart_from=set(verdicts) | totals):
        routine.pop(index, None)
    return routine


def _is_idle(line: str) -> bool:
    """Tell whether a line is blank, or a row of dots."""
    return not line or line.isspace() or _PROGRESS.match(line[:LOOKED_AT]) is not None


def _follow_failures(at: Sequence[int], judged: Sequence[int], verdicts: dict[int, Verdict]) -> bool:
    """Tell whether lines stand below failing tests, or above them, or after the last test: there the details are."""
    if not judged:
        return False
    below = above = 0
    for index in at:
        place = bisect_left(judged, index)
        below += place == len(judged) or (place > 0 and verdicts[judged[place - 1]] == "failed")
        above += place < len(judged) and verdicts[judged[place]] == "failed"
    return max(below, above) >= 0.8 * len(at)
