"""Build and CI logs: compilers, make, npm, pip, cargo, docker, Maven, Gradle; Travis, GitHub Actions, GitLab, Jenkins.

A failed build is read for the first cause and the last words: the lines before the verdict ("exited with 1"), every error
with what follows it, failing tests, and what made the step begin. Steps that went well are left out by line ranges. A time
stamp at the head of every line is cut and said once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from headroom_mcp import late
from headroom_mcp.compressors import _budget, _failure_parts
from headroom_mcp.facts import blocks as _failures
from headroom_mcp.facts import find as facts_module
from headroom_mcp.facts import test_run, test_verdicts
from headroom_mcp.facts import verdicts as _verdicts
from headroom_mcp.records import survey
from headroom_mcp.records.surprise import Evidence
from headroom_mcp.text import failure_words, heads, marker, tokens
from headroom_mcp.text.lines import Judged, alike
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_MIN_LINES = 10
# what begins a step: a command echoed, a fold, a task, a plugin
_STEP = late.pattern(
    r"^(?:\$ \S|\+ \S|travis_fold:start|##\[(?:group|section)\]|> Task |\[INFO\] --- |#\d+ \[|Step \d+/\d+ |=== |==> |-- |section_start:|\[Pipeline\] |> (?=\S+@\S)\S+ \S)"
)
_SIGNS = late.pattern(
    r"^(?:\S+: (?:error|warning|fatal error): |(?:gcc|g\+\+|cc|clang|ld|ar|cargo|npm|yarn) |make(?:\[\d+\])?: |\[\s*\d+%\] |\s*(?:CC|CXX|LD|AR|Compiling|Downloading|Downloaded|Installing|"
    r"Collecting|Building|Linking|Requirement already|Unpacking|Setting up|Fetching|Resolving|Using) +\S|npm (?:ERR!|WARN|error|warn)|\[(?:INFO|ERROR|WARNING)\]|> Task :|#\d+ (?:\[|\d+\.\d|DONE|CACHED|ERROR|sha256:|[a-z]+ing )|Step \d+/\d+ |"
    r"##\[|travis_(?:fold|time):|\$ \S|\+ \S|\S+:\d+:\d+: (?:error|warning|note): |error(?:\[E\d+\])?: |warning: |Started by |\[Pipeline\])"
)
_TAIL_LINES = 60
_CONTEXT_LINES = 12
_MIN_UNDERSTOOD = 0.5
_SMALL_TOKENS = 600  # below, only steps that went well go
_MAX_RECORD_LINES = 8
_RARE = 2  # times
_MAX_TOTALS = 20  # of test runs
_MAX_WARNINGS = 40
_LINE_CHARS = 400  # what a line's price counts


def score(output: ToolOutput) -> float:
    """Return how many sampled lines a build prints, and whether a CI service's own marks stand among them."""
    lines = output.lines
    if len(lines) < 4:
        return 0.0
    step = max(1, len(lines) // 200)
    sampled = [line for line in bare(lines)[::step] if line.strip()][:220]
    signs = sum(1 for line in sampled if _SIGNS.match(line[:300]))
    share = signs / max(1, len(sampled))
    head = output.text[:4000]  # as received: a terminal hides Travis' marks behind "\r"
    service = (
        0.35
        if "travis_fold:" in head or "##[group]" in head or "Started by" in head or "Running with gitlab" in head
        else 0.0
    )
    return round(min(0.85, service + 1.2 * share), 3)


def facts(output: ToolOutput) -> list[Fact]:
    """Return what says that a step failed, and the counts; `compress` chooses among them."""
    lines = bare(output.lines)
    return _failure_parts.facts(lines, _failures.blocks(lines, errors=True))


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show the last words before each verdict, every distinct error, failing tests, then warnings, steps and answers."""
    original = output.lines
    if len(original) < _MIN_LINES:
        return None
    if output.tokens < _SMALL_TOKENS:
        budget = output.tokens
    read = heads.read(original)
    lines, display = (read.bare, read.shown) if read else (original, original)
    found = _failures.blocks(lines, errors=True)
    tail = _last_words(lines)
    essential = _failure_parts.essential_tokens(lines, found, budget * 2)
    room = max(budget * 3 // 5, min(essential + 200, budget * 6 // 5))
    shown = _failure_parts.parts_of(display, found, room, first=_causes(lines, found, tail), offset=output.offset)
    covered = _failure_parts.covered(found)
    kept: set[int] = set()
    left = budget

    def take(order: Iterable[int], room: int) -> None:
        nonlocal left
        offered = (
            (index, tokens.estimate(lines[index][:_LINE_CHARS]) + 2)
            for index in order
            if index not in kept and index not in covered and lines[index].strip()
        )
        for index, cost in _budget.within(room, offered, to_the_first=True):
            left -= cost
            kept.add(index)

    take([i for i in tail if not _verdicts.passes(lines[i])], budget // 3)
    told = facts_module.failures(lines, covered)
    take(told, budget // 4)
    take(facts_module.matches(output.query, lines), budget // (5 if _has_parts(output.query) else 8))
    warned = facts_module.warned(lines)
    warnings = facts_module.warnings(lines)[:_MAX_WARNINGS]
    take(warnings, budget // 6 if found or told else budget * 2 // 3)  # where nothing fails, they are the news
    take(_unlike(output if read is None else output.with_lines(list(lines))), budget // 4)
    run = test_run.told(lines)
    named = [*zip(run.failed, test_verdicts.names_of(lines, run.failed), strict=True)]
    take(_verdicts.unnamed(lines, named, (lines[block.start] for block in found)), budget // 4)
    take(run.totals[:_MAX_TOTALS], budget // 8)
    take(facts_module.summaries(lines)[:10], budget // 10)
    step = Judged(lambda shape: _STEP.match(shape) is not None)
    steps = [i for i, shape in enumerate(alike(lines).every) if step[shape]]
    around = [steps[n] for n in {_before(steps, part.start) for part in shown} if n >= 0]
    take(sorted(around), budget // 10)
    take([0, 1, *range(len(lines) - 1, max(-1, len(lines) - 8), -1)], budget // 10)
    # What is left of the budget goes to what stands around the failures: labels, calls, the command's own words.
    left = min(
        left, budget - sum(tokens.estimate(part.text or "\n".join(lines[part.start : part.stop])) for part in shown)
    )
    failing = list(filter(set(told).__contains__, kept))
    near = _surroundings(lines, [(part.start, part.stop) for part in shown] + [(i, i + 1) for i in failing])
    passing: Judged[bool] = Judged(_verdicts.passes)
    every = alike(lines).every
    take((i for i in near if not passing[every[i]]), left)
    take(warnings, left)
    note = _failure_parts.counting(lines, found, shown, _told_of(lines, warned))
    parts = _failure_parts.around(lines, shown, kept, note)
    if read is None or display == original:
        return Compressed(parts, range(len(lines)))
    cut = Part(0, 0, "render", "[the time stamps at the head of the lines are cut]")
    return Compressed([cut, *_without_stamps(display, parts)], range(len(lines)))


def _has_parts(question: str) -> bool:
    """Tell whether more than one thing is asked."""
    if not question:
        return False
    from headroom_mcp.query import clauses

    return len(clauses.parts(question)) > 1


def bare(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines without what a CI service puts before every one; `lines` itself where there is nothing."""
    read = heads.read(lines)
    return read.bare if read else lines


def _last_words(lines: Sequence[str]) -> list[int]:
    """Return the lines before and at each verdict, the first verdict's nearest lines first."""
    verdicts = [
        i
        for i in facts_module.touched(lines, failure_words.CONCLUDING_STEMS)
        if failure_words.CONCLUDING.search(lines[i][:300])
    ]
    order: list[int] = []
    for verdict in [*verdicts[:1], *verdicts[-1:]]:
        start = max(0, verdict - _TAIL_LINES)
        for index in range(verdict, start - 1, -1):
            order.append(index)
            if index < verdict and _STEP.match(lines[index]):
                break
    order.extend(verdicts[:6])
    return list(dict.fromkeys(order))


def _surroundings(lines: Sequence[str], spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Yield the lines around `spans`, nearest first, those after a span before those ahead of it."""
    seen: set[int] = set()
    total = len(lines)
    for distance in range(_CONTEXT_LINES):
        for start, stop in spans:
            for index in (stop + distance, start - 1 - distance):
                if 0 <= index < total and index not in seen:
                    seen.add(index)
                    yield index


def _causes(lines: Sequence[str], found: Sequence[_failures.Block], tail: Sequence[int]) -> list[int]:
    """Return the numbers of the blocks to show whole before others: those among the last words, the first, the last."""
    words = set(tail)
    near = [n for n, block in enumerate(found) if any(i in words for i in range(block.start, block.stop))]
    ends = [0, len(found) - 1] if found else []
    return list(dict.fromkeys([*reversed(near), *ends]))


def _told_of(lines: Sequence[str], warned: Sequence[int]) -> Callable[[int, int], str]:
    """Return what says of left-out lines how their tests went and how many of them warn."""

    def told(start: int, stop: int) -> str:
        warn = bisect_left(warned, stop) - bisect_left(warned, start)
        said = [_verdicts.counts(lines[start:stop]), marker.among(warn, "warnings") if warn else ""]
        return ", ".join(filter(None, said))

    return told


def _unlike(output: ToolOutput) -> list[int]:
    """Return the lines of records unlike the others: the step that was not like a hundred others."""
    found = output.survey
    if found.understood < _MIN_UNDERSTOOD:
        return []
    rare = (one for one in survey.telling(found) if _times(one.evidence[0]) <= _RARE)
    telling = (found.records[one.record] for one in rare)
    # Where most lines are steps, they head nothing: what they say is all there is.
    found_alike = alike(output.lines)
    are_steps = [_STEP.match(shape) is not None for shape in found_alike.shapes]
    headings = sum(map(are_steps.__getitem__, found_alike.of)) * 2 <= len(output.lines)
    return [
        i
        for start, stop in telling
        if stop - start <= _MAX_RECORD_LINES and not (headings and _STEP.match(output.lines[start]))
        for i in range(start, stop)
    ]


def _times(evidence: Evidence) -> int:
    """Return how often the value of `evidence` stands in its slot: what begins and ends every step is not news."""
    return evidence.slot.counts.get(evidence.value, 0)


def _before(steps: Sequence[int], line: int) -> int:
    """Return the number of the last step at or before `line`, -1 where there is none."""
    from bisect import bisect_right

    return bisect_right(steps, line) - 1


def _without_stamps(lines: Sequence[str], parts: Sequence[Part]) -> list[Part]:
    return [
        part._replace(action="render", text="\n".join(lines[part.start : part.stop]), note="time stamps cut")
        if part.action == "keep"
        else part
        for part in parts
    ]
