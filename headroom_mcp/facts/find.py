"""What must survive: the lines an agent acts on.

`find` reads any output and names its facts: failures first (errors, assertions, failing tests, panics, exit codes), then
lines that match the query, then totals and summaries. The gate puts back what a compressor dropped. Of failures that
differ only in numbers and names the first few and the last are facts; so a thousand equal errors cannot push out one that
stands alone.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import accumulate, compress, count, islice
from operator import add

from headroom_mcp import late
from headroom_mcp.late import re
from headroom_mcp.query import bm25
from headroom_mcp.text import failure_words, templates
from headroom_mcp.text.lines import Judged, alike, once
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact

# "=== 3 failed, 97 passed in 1.2s ===", "Found 4 errors", "Passed checks: 69, Failed checks: 20", "Total: 12", "1,210 (100%) in total" (the digits are bounded: "1,1,1,…" is quadratic)
_SUMMARY = late.pattern(
    r"\b\d[\d,]{0,15} (?:passed|passing|failed|failing|errors?|warnings?|skipped|pending|tests?(?! +#)|examples?|problems?|issues|files? changed|packages?|vulnerabilities)\b"
    r"|^\s*(?:Tests|Test Suites|Total|Found|Summary)\b.{0,80}\d|\bexit(?:ed)?(?: with)?(?: status| code)\b|\bBUILD (?:SUCCESS|FAIL)|^Ran \d|^\s*\d[\d.,]*[A-Za-z%]{0,3}[ \t(][^\n]{0,60}\btotals?\s*$"
    r"|\b(?:passed|failed|skipped|errors|failures|warnings|succeeded)(?: [a-z]{2,12})?[:=] ?\d{1,12}\b[^\n]{1,30}\b(?:passed|failed|skipped|errors|failures|warnings|succeeded)(?: [a-z]{2,12})?[:=] ?\d",
    re.IGNORECASE,
)
_SUMMARY_STEMS = (
    " pass",
    " fail",
    " err",
    " warn",
    " skip",
    " pend",
    " test",
    " exam",
    " prob",
    " issu",
    " file",
    " pack",
    " vuln",
    "passed",
    "failed",
    "failures",
    "total",
    "found",
    "summary",
    "tests",
    "test suites",
    "exit",
    "build ",
    "ran ",
)
_DIGITS = frozenset("123456789")
_OF_TESTS = ("test", "passed", "passing", "succeeded", "spec", "examples", "scenario", "assert")
_MAX_QUERY_FACTS = 40
_MAX_SUMMARIES = 60
_PER_TEMPLATE = 3
_MAX_LINE_CHARS = 2_000
_MAX_RANKED_LINES = 60_000  # beyond, only lines that hold a rare word of the query are ranked


def find(output: ToolOutput) -> list[Fact]:
    """Return the facts of `output`: by rank, within a rank the most telling first."""
    lines = output.lines
    found = [Fact(i, 0, "failures", i, i + 1) for i in failures(lines)]
    found.extend(Fact(i, 1, "query matches", i, i + 1) for i in matches(output.query, lines))
    found.extend(Fact(i, 2, "summary lines", i, i + 1) for i in summaries(lines))
    return found


def failures(lines: Sequence[str], apart_from: Collection[int] = ()) -> list[int]:
    """Return the lines that tell of a failure, the most telling first: strong before weak, rare before frequent.

    `apart_from`: lines that are not looked at."""
    if not apart_from:
        return list(_failures(lines))
    return _ranked(lines, [i for i in touched(lines, failure_words.STEMS) if i not in apart_from])


@once
def _failures(lines: Sequence[str]) -> list[int]:
    return _ranked(lines, touched(lines, failure_words.STEMS))


def _ranked(lines: Sequence[str], at: Sequence[int]) -> list[int]:
    """Return those of the lines `at` that tell of a failure, the most telling first."""
    told = [lines[i] if len(lines[i]) <= _MAX_LINE_CHARS else lines[i][:_MAX_LINE_CHARS] for i in at]
    by_template: dict[str, list[tuple[int, bool]]] = {}
    every = alike(lines).every
    shapes = [every[i][:_MAX_LINE_CHARS] for i in at]
    strong: Judged[bool] = Judged(failure_words.is_strong)
    failing: Judged[bool] = Judged(failure_words.is_failure)
    for index, shape, template in zip(at, shapes, templates.masked(told), strict=True):
        if failing[shape]:
            by_template.setdefault(template, []).append((index, strong[shape]))
    ranked: list[tuple[int, int, int]] = []
    for members in by_template.values():
        picked = members if len(members) <= _PER_TEMPLATE else [*members[: _PER_TEMPLATE - 1], members[-1]]
        for order, (index, is_strong) in enumerate(picked):
            # A template's first line comes before any template's second; among equals the strong and the rare.
            frequency = 0 if len(members) <= 3 else 1 if len(members) <= 20 else 2
            ranked.append((order * 4 + (0 if is_strong else 2) + frequency // 2, frequency, index))
    ranked.sort()
    return [index for _, _, index in ranked]


def all_failures(lines: Sequence[str]) -> list[int]:
    """Return the lines that tell of a failure, in order: all lines of a template, not some of each as `failures` does."""
    failing = Judged(lambda shape: failure_words.is_failure(shape[:_MAX_LINE_CHARS]))
    every = alike(lines).every
    return [i for i in touched(lines, failure_words.STEMS) if failing[every[i]]]


def warned(lines: Sequence[str]) -> list[int]:
    """Return the lines that warn, in order."""
    warning = Judged(lambda shape: failure_words.WARNING.search(shape[:200]) is not None)
    every = alike(lines).every
    return [i for i in touched(lines, ("warn", "\nw: ", "\nw ")) if warning[every[i]]]


def warnings(lines: Sequence[str]) -> list[int]:
    """Return the first line of each template of those that warn, rare ones first."""
    at = warned(lines)
    members: dict[str, list[int]] = {}
    for index, form in zip(at, templates.masked([lines[i] for i in at]), strict=True):
        members.setdefault(form, []).append(index)
    return [group[0] for group in sorted(members.values(), key=lambda group: (len(group), -group[-1]))]


def summaries(lines: Sequence[str]) -> list[int]:
    """Return lines that count or conclude, the last ones first."""
    counting = Judged(lambda shape: _SUMMARY.search(shape[:_MAX_LINE_CHARS]) is not None)
    every = alike(lines).every
    told = (i for i in reversed(touched(lines, _SUMMARY_STEMS, counted=True)) if counting[every[i]])
    return list(islice(told, _MAX_SUMMARIES))


def concludes(line: str) -> bool:
    """Tell whether `line` counts or concludes."""
    return _SUMMARY.search(line[:_MAX_LINE_CHARS]) is not None


def may_count_tests(lines: Sequence[str]) -> bool:
    """Tell by a few words whether lines may say how a run of tests went: reading that costs an import, too."""
    text = "\n".join(lines).lower()
    return any(word in text for word in _OF_TESTS)


def matches(query: str, lines: Sequence[str]) -> list[int]:
    """Return the lines that match the query best, best first: the best of each of its parts, then the second best of each."""
    if not query:
        return []
    candidates: Sequence[int] = range(len(lines))
    if len(lines) > _MAX_RANKED_LINES:
        words = sorted(bm25.query_terms(query), key=len, reverse=True)[:12]
        if not words:
            return []
        candidates = touched(lines, words, most=_MAX_RANKED_LINES)
    from headroom_mcp.query import clauses  # only what asks has use for it

    parts = clauses.parts(query)
    asked = [*parts, query] if len(parts) > 1 else [query]
    ranked: list[list[int]] = []
    for scores in bm25.rank_each(asked, [lines[i][:_MAX_LINE_CHARS] for i in candidates]):
        best = sorted((-score, i) for score, i in zip(scores, candidates, strict=True) if score > 0)
        ranked.append([i for _, i in best[:_MAX_QUERY_FACTS]])
    return list(dict.fromkeys([*of_numbered(query, lines), *clauses.in_turn(ranked)]))[:_MAX_QUERY_FACTS]


def of_numbered(query: str, lines: Sequence[str]) -> list[int]:
    """Return the lines that speak of a line by the number that `query` gives it (see `places`)."""
    if "line" not in query.lower():
        return []
    from headroom_mcp.query import places  # few questions have use for it

    return places.of(query, lines)


@once
def _lowered(lines: Sequence[str]) -> tuple[str, list[int]]:
    """Return a line break and `lines` in lower case as one text, and where each ends in it; no ends where a letter grows
    when lowered, since offsets are not shared then."""
    text = "\n" + "\n".join(lines).lower()
    ends = list(map(add, accumulate(map(len, lines)), count(1)))
    return text, ends if ends and len(text) == ends[-1] else []


def touched(lines: Sequence[str], stems: Sequence[str], *, counted: bool = False, most: int = sys.maxsize) -> list[int]:
    """Return the lines in which one of `stems` occurs in lower case, in order; a stem that begins with a line break, at
    the line's beginning; with `counted`, one that begins with a blank after a number. The first `most` of them. Each stem is one
    fast search over the whole text."""
    found = alike(lines)
    if not found.few or not _for_any_digit(tuple(stems)):
        return _touched(lines, stems, counted, most)
    shapes = set(_touched(found.shapes, stems, counted))
    return list(islice(compress(count(), map(shapes.__contains__, found.of)), most)) if shapes else []


@lru_cache(maxsize=64)
def _for_any_digit(stems: tuple[str, ...]) -> bool:
    """Tell whether stems know digits only as such: those with one of 1 to 9 come nine by nine."""
    numbered = {stem for stem in stems if not _DIGITS.isdisjoint(stem)}
    if not numbered:
        return True
    single = all(sum(map(stem.count, _DIGITS)) == 1 for stem in numbered)
    return single and len(numbered) == 9 * len({re.sub("[1-9]", "1", stem) for stem in numbered})


def _touched(lines: Sequence[str], stems: Sequence[str], counted: bool, most: int = sys.maxsize) -> list[int]:
    text, ends = _lowered(lines)
    if not ends:
        wanted = [stem.lstrip("\n") for stem in stems]
        return [i for i, line in enumerate(lines) if any(stem in line.lower() for stem in wanted)][:most]
    touched: set[int] = set()
    for stem in stems:
        lead = stem.startswith("\n")
        at = text.find(stem)
        number = counted and stem.startswith(" ")
        found: list[int] = []
        while at >= 0 and len(found) < most:
            if number and not (text[at - 1].isdecimal() or text[at - 1] == ","):
                at = text.find(stem, at + 1)
                continue
            index = bisect_left(ends, at + lead)
            found.append(index)
            at = text.find(stem, ends[index])
        touched.update(found)
    return sorted(touched)[:most]


def met(lines: Sequence[str], expressions: Sequence[re.Pattern[str] | late.LatePattern]) -> list[int]:
    """Return the lines that one of `expressions` finds in lower case, in order; none may reach over a line break but one that
    begins with it, or know a digit from another. Each is one search over the whole text."""
    alike_lines = alike(lines)
    if not alike_lines.few:
        return _met(lines, expressions)
    shapes = set(_met(alike_lines.shapes, expressions))
    return [i for i, shape in enumerate(alike_lines.of) if shape in shapes]


def _met(lines: Sequence[str], expressions: Sequence[re.Pattern[str] | late.LatePattern]) -> list[int]:
    text, ends = _lowered(lines)
    if not ends:
        return [i for i, line in enumerate(lines) if any(one.search(f"\n{line.lower()}") for one in expressions)]
    found: set[int] = set()
    for one in expressions:
        match = one.search(text)
        while match is not None:
            index = bisect_left(ends, match.end() - 1)
            found.add(index)
            match = one.search(text, ends[index])
    return sorted(found)
