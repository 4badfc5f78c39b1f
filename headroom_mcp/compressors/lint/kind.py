"""Linters and type checkers: one problem a line, or one with its code frame.

Ruff, flake8, pylint, mypy, pyright, eslint, tsc, shellcheck, golangci-lint, rubocop, phpstan and their like. Rules that
fire once or twice are shown in full, errors before style; the others once with their count and their places by file:

    ×120 E501 Line too long (96 > 88): a.py:3,9,22 b.py:14
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from headroom_mcp.compressors.lint import digest
from headroom_mcp.compressors.lint.problems import is_serious, names_a_file, names_a_place, problems
from headroom_mcp.facts import find as facts_module
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_MIN_PROBLEMS = 6
_SMALL_TOKENS = 900  # below, every problem is told
_SHORT = 12  # lines around the problems that are shown as they are
_SHORT_CHARS = 600  # the same of lines that say little each
_LONG = 40  # lines between two problems that are no frame of the first
_LAST_LINES = 5
_MAX_BETWEEN = 40
_MAX_TOTALS = 3  # of what is said before the first problem


def score(output: ToolOutput) -> float:
    """Return the share of sampled lines that state a problem, or are the frame of one."""
    lines = output.lines[:400]
    said = [i for i, line in enumerate(lines) if line.strip()]
    if len(said) < 3:
        return 0.0
    found = problems(lines)
    coded = sum(1 for problem in found if problem.code)
    if len(found) < 2 or coded * 2 < len(found):
        return 0.0
    covered = {i for problem in found for i in range(problem.start, problem.stop)}
    return round(min(0.92, 0.95 * len(covered.intersection(said)) / len(said)), 3)


def facts(output: ToolOutput) -> list[Fact]:
    """Return serious problems, the tool's own failures and the counts; `compress` chooses among problems by rule."""
    lines = output.lines
    stated = problems(lines)
    covered = {i for problem in stated for i in range(problem.start, problem.stop)}
    serious = (problem for problem in stated if is_serious(problem))
    found = [Fact(problem.start, 0, "problems", problem.start, problem.stop) for problem in serious]
    found += _around_problems(lines, covered)
    return found


def _around_problems(lines: Sequence[str], covered: Collection[int]) -> list[Fact]:
    found = [Fact(i, 0, "failures", i, i + 1) for i in facts_module.failures(lines)[:200] if i not in covered]
    found.extend(Fact(i, 1, "summary lines", i, i + 1) for i in facts_module.summaries(lines)[:12] if i not in covered)
    return found


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show rare problems in full, then the others by rule and place, as far as the budget goes."""
    lines = output.lines
    found = problems(lines)
    if len(found) < _MIN_PROBLEMS:
        return None
    if output.tokens < _SMALL_TOKENS:
        budget = output.tokens
    said, told = digest.of(lines, found, output.query, budget)
    covered = {i for problem in found for i in range(problem.start, problem.stop)}
    telling = {fact.line for fact in _around_problems(lines, covered)[:_MAX_BETWEEN]}
    first, last = found[0].start, found[-1].stop
    parts = _head(lines, first)
    parts.append(Part(first, found[0].stop, "render", said, note="by rule"))
    position = found[0].stop
    for problem in found[1:]:
        parts.extend(_between(lines, position, problem.start, telling))
        parts.append(Part(problem.start, problem.stop, "render", note="by rule", elsewhere=problem.start in told))
        position = problem.stop
    return Compressed([*parts, *_tail(lines, last)])


def _head(lines: Sequence[str], stop: int) -> list[Part]:
    """Return parts for what a linter says before its first problem: file names go, of a longer text the totals stay."""
    if not stop:
        return []
    said = [line for line in lines[:stop] if line.strip()]
    if all(map(names_a_place, said[-2:])) and len(said) <= 2:
        return [Part(0, stop, "render", note="named below", elsewhere=True)]
    if len(said) <= _SHORT:
        return [Part(0, stop, "keep")]
    return render.from_kept([i for i in facts_module.summaries(lines) if i < stop][:_MAX_TOTALS], stop)


def _between(lines: Sequence[str], start: int, stop: int, telling: set[int]) -> list[Part]:
    """Return parts for what stands between two problems: names of files and frames of code go, what tells stays."""
    if start == stop:
        return []
    if stop - start > _LONG:
        return [Part(start, stop, "omit")]
    parts: list[Part] = []
    for index in range(start, stop):
        if index in telling and not names_a_file(lines[index]):
            parts.append(Part(index, index + 1, "keep"))
        elif parts and parts[-1].action == "render":
            parts[-1] = parts[-1]._replace(stop=index + 1)
        else:
            parts.append(Part(index, index + 1, "render", note="around problems"))
    return parts


def _tail(lines: Sequence[str], start: int) -> list[Part]:
    """Return parts for what a linter says after its last problem: all of it where it is short, else its last lines."""
    if start == len(lines):
        return []
    if sum(1 for line in lines[start:] if line.strip()) <= _SHORT or _is_short_text(lines[start:]):
        return [Part(start, len(lines), "keep")]
    end = max(start, len(lines) - _LAST_LINES)
    return [Part(start, end, "omit"), Part(end, len(lines), "keep")]


def _is_short_text(lines: Sequence[str]) -> bool:
    """Tell whether `lines` are the figures of a run, short whatever their number."""
    return sum(map(len, lines)) <= _SHORT_CHARS
