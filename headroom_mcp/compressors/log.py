"""Logs: system, server and application logs, one event a line.

Lines of one statement share a template (see `templates`). A log is read for what is rare in it: every failure and every
rare template is shown by a line of it, with its number; templates that repeat are counted, with one example and the range
they span, and with the extremes of a number that jumps. In place of

    1,000 lines of `sshd[123]: session opened for user news by (uid=0)` and one `kernel: Out of memory: Killed process 77`

the model reads the one line, its number, and `999× 1-1000 sshd[123]: session opened …`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom_mcp.compressors import _failure_parts
from headroom_mcp.facts import blocks
from headroom_mcp.facts import find as facts_module
from headroom_mcp.text import lines as text
from headroom_mcp.text import templates, tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_MIN_LINES = 12
_SAMPLE_LINES = 60
_MAX_LINE_CHARS = 400
_EXAMPLE_CHARS = 160
_MIN_SPREAD, _MAX_SPREAD = 8, 20_000  # lines of a template in which a number that jumps is news, and is looked for
_MAX_DIGITS = 12
_RARE = 2  # a template that occurs so often is rare in any log

# 2026-01-01 12:00:00 | 2026/01/01T12:00 | Jan  1 12:00:00 | [12:00:00] | 12:00:00.123 | 081109 203615 | 1117838570 2005.06.03 | 17/06/09 20:10:40
_STAMP = re.compile(
    r"^.{0,40}?(?:\d{4}[-/.]\d\d[-/.]\d\d[T _-]\d\d[:.]\d\d|\d\d[-/]\d\d(?:[-/]\d\d(?:\d\d)?)?[ T]\d\d:\d\d:\d\d|[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d|"
    r"\[?\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b|\b\d{6} \d{6} \d+ [A-Z]|\[ *\d+\.\d{6}\]|\b1[0-9]{9}(?:\.\d+)?\b)"
)
_LEVEL = re.compile(
    r"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE|Info|Warning|Error|Debug)\b|\blevel=\w+|^[VDIWEF]/|^[IWEF]\d{4} "
)

_SERVICE = re.compile(r"##\[(?:group|section)\]|travis_fold:|section_start:\d")
_ACCESS = re.compile(r'"[A-Z]{3,10} \S+(?: HTTP/[\d.]+)?" \d{3}\b')


def score(output: ToolOutput) -> float:
    """Return how many sampled lines begin with a time, or name a level."""
    sampled = _sampled(output.lines)
    if not sampled:
        return 0.0
    if sum(1 for line in sampled if _ACCESS.search(line)) * 2 > len(sampled):
        return 0.2  # requests: access_log counts them by status and path
    if _SERVICE.search(output.text[:20_000]):
        return 0.3  # a job of a CI service, stamped line by line: build reads its steps
    stamped = sum(1 for line in sampled if _STAMP.match(line))
    levelled = sum(1 for line in sampled if _LEVEL.search(line[:80]))
    return round(min(0.9, 0.95 * stamped / len(sampled) + 0.3 * levelled / len(sampled)), 3)


def facts(output: ToolOutput) -> list[Fact]:
    """Return lines that tell of a failure; `compress` chooses among them by template."""
    return _failure_parts.facts(output.lines, blocks.blocks(output.lines, errors=False))


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show failures, query matches and rare templates by number; count the rest by template."""
    lines = output.lines
    if len(lines) < _MIN_LINES:
        return None
    forms = templates.masked(lines)
    members: dict[str, list[int]] = {}
    for index, form in enumerate(forms):
        members.setdefault(form, []).append(index)
    shown, spent = _choose(output, forms, members, budget)
    counted = [at for form, at in members.items() if any(i not in shown for i in at)]
    table = _table(lines, counted, shown, max(budget // 4, budget - spent))
    parts: list[Part] = []
    position = 0
    for index in sorted(shown):
        if index > position:
            parts.append(Part(position, index, "render", note="counted below"))
        parts.append(Part(index, index + 1, "render", f"{index + 1}\t{text.clip_middle(lines[index], _MAX_LINE_CHARS)}",
                          lossless=len(lines[index]) <= _MAX_LINE_CHARS))  # fmt: skip
        position = index + 1
    if position < len(lines):
        parts.append(Part(position, len(lines), "render", note="counted below"))
    head = f"[log of {len(lines):,} lines, {len(members):,} kinds of line; {len(shown):,} lines by their numbers, then the others counted]"
    whole = [Part(0, 0, "render", head), *parts, Part(len(lines), len(lines), "render", table)]
    return Compressed(whole, range(len(lines)))


def _choose(
    output: ToolOutput, forms: Sequence[str], members: dict[str, list[int]], budget: int
) -> tuple[set[int], int]:
    """Return the lines to show within `budget` and what they cost: failures, then answers, then one of each rare template."""
    lines = output.lines
    shown: set[int] = set()
    spent = 0

    def take(order: Sequence[int], room: int) -> None:
        nonlocal spent
        for index in order:
            if index in shown or not lines[index].strip():
                continue
            cost = tokens.estimate(lines[index][:_MAX_LINE_CHARS]) + 3
            if cost > room:
                continue
            room -= cost
            spent += cost
            shown.add(index)

    # One line of each template is worth more than a second of any.
    failing = facts_module.failures(lines)
    first_of: dict[str, int] = {}
    for index in failing:
        first_of.setdefault(forms[index], index)
    take(list(first_of.values()), budget * 2 // 5)
    take(facts_module.matches(output.query, lines), budget // 5)
    rare = sorted((len(at), -at[-1], at) for at in members.values())
    take([at[0] for count, _, at in rare if count <= _RARE], budget * 4 // 5 - spent)
    take([at[-1] for count, _, at in rare if count == _RARE], budget // 10)
    take([at[0] for count, _, at in rare if count > _RARE], budget * 9 // 10 - spent)
    take([0, len(lines) - 1], 200)
    return shown, spent


def _table(lines: Sequence[str], counted: Sequence[Sequence[int]], shown: set[int], room: int) -> str:
    """Return a line for each template of which lines are not shown: count, range and an example, the most frequent first."""
    rows: list[str] = []
    rest_kinds = rest_lines = 0
    for at in sorted(counted, key=lambda at: (-len(at), at[0])):
        hidden = sum(1 for i in at if i not in shown)
        row = f"{hidden:,}× {at[0] + 1}" + (f"-{at[-1] + 1}" if len(at) > 1 else "")
        example = next((i for i in at if i in shown), None)
        if example is not None:
            row += f" like {example + 1}"
        elif not lines[at[0]].strip():
            row += " (blank)"
        else:
            row += f" {text.clip_middle(lines[at[0]], _EXAMPLE_CHARS)}"
        spread = _spread(lines, at)
        row += f" ({spread})" if spread else ""
        room -= tokens.estimate(row) + 1
        if room < 0:
            rest_kinds += 1
            rest_lines += hidden
        else:
            rows.append(row)
    if rest_kinds:
        rows.append(f"[… {rest_lines:,} more lines of {rest_kinds:,} other kinds]")
    return "\n".join(rows)


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# duration: 48211.170 ms · took 12s · 91% · wrote 4096 bytes
_MEASURE = re.compile(r"(?<!\d)(\d+(?:\.\d+)?) ?(ms|s|us|µs|sec|secs|seconds|[kKMG]i?B|bytes|%)(?![\w/])")


def _spread(lines: Sequence[str], at: Sequence[int]) -> str:
    """Return the extremes of a number that jumps within a template ("1.5 … 48211.2 ms, at 171"), "" where none does."""
    if len(at) < _MIN_SPREAD or len(at) > _MAX_SPREAD:
        return ""
    measured = _MEASURE.search(lines[at[0]][:_MAX_LINE_CHARS])
    values: list[tuple[float, int]] = []
    for index in at:
        if measured:
            match = _MEASURE.search(lines[index][:_MAX_LINE_CHARS])
            number = match.group(1) if match and match.group(2) == measured.group(2) else ""
        else:
            found = _NUMBER.findall(lines[index][-60:])
            number = found[-1] if found else ""
        if not number or len(number) > _MAX_DIGITS:
            return ""
        values.append((float(number), index))
    values.sort()
    low, middle, high = values[0][0], values[len(values) // 2][0], values[-1]
    usual = values[-2][0] if len(values) < 50 else middle
    if middle > 0 and high[0] > 20 and high[0] > 8 * max(1.0, usual):
        unit = f" {measured.group(2)}" if measured else ""
        return f"{'' if measured else 'last number '}{low:.10g} … {high[0]:.10g}{unit}, at {high[1] + 1}"
    return ""


def _sampled(lines: Sequence[str]) -> list[str]:
    step = max(1, len(lines) // _SAMPLE_LINES)
    return [line for line in lines[::step] if line.strip()][:_SAMPLE_LINES]
