"""The pure half of the flow: output → router → compressor → gate → parts, with no store and no clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from headroom_mcp import compressors
from headroom_mcp.flow import gate
from headroom_mcp.flow.budget import budget_for, limit_chars
from headroom_mcp.routing import router
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact, Omission, Part, Section, Shown

GIANT_CHARS = 12_000_000  # beyond, an output is read closely at its ends only: a host waits for seconds at most
FOOTER_CHARS = 120  # room for the footer in a text that must not exceed the host's limit


class Plan(NamedTuple):
    """A compression before it is stored: the body without its footer, and what it does not show."""

    body: str
    sections: list[Section]
    parts: list[Part]
    omitted: tuple[Omission, ...]
    kept_lines: int
    total_lines: int


def plan(output: ToolOutput, settings: Settings, earlier: Sequence[Shown] = (), *, numbered: bool = False) -> Plan:
    """Return the best compression of `output` that keeps its facts.

    `earlier` is what the same context has been shown: runs of lines that stand there are left out. `numbered` puts its
    true line number before every kept line, as a file viewer does.
    """
    budget = settings.budget_tokens or budget_for(max(1, output.tokens))
    output.prose_model = settings.prose_model
    output.limit_chars = limit_chars(settings, output.tool_name)
    lines = output.lines
    sections, parts, found = _compressed(output, budget) if len(output.text) <= GIANT_CHARS else _giant(output, budget)
    render.check(parts, len(lines))
    shown = tokens.estimate(render.render(lines, parts))
    found.sort(key=lambda fact: fact.rank)
    parts = gate.restore(lines, parts, found, max(budget - shown, budget // 3))
    parts = render.close_cheap_gaps(lines, parts)
    if earlier:
        parts = _leave_out_repeats(output, settings, parts, found, earlier)
    body = render.render(lines, parts, numbered=numbered)
    kept = sum(part.stop - part.start for part in parts if part.action == "keep")
    return Plan(body, sections, parts, render.omissions(parts), kept, len(lines))


def plan_within(output: ToolOutput, settings: Settings, earlier: Sequence[Shown], numbered: bool) -> Plan | None:
    """Return a plan that the host shows in full (see `limit_chars`), by ever smaller budgets; None where there is none."""
    budget = settings.budget_tokens or budget_for(max(1, output.tokens))
    limit = limit_chars(settings, output.tool_name)
    for attempt in (1, 2, 4):
        tighter = settings._replace(budget_tokens=max(200, budget // attempt))
        planned = plan(output, tighter, earlier, numbered=numbered)
        if not limit or len(planned.body) + FOOTER_CHARS <= limit:
            return planned
    return None


def _compressed(output: ToolOutput, budget: int, start: int = 0) -> tuple[list[Section], list[Part], list[Fact]]:
    """Return the sections of `output`, what becomes of its lines and its facts, all numbered from `start`."""
    total_tokens = max(1, output.tokens)
    sections = router.route(output)
    parts: list[Part] = []
    found: list[Fact] = []
    for section in sections:
        piece = output.section(section.start, section.stop)
        share = max(100, budget * max(1, piece.tokens) // total_tokens)
        compressor = compressors.load(section.kind)
        find = getattr(compressor, "facts", None)
        if not callable(find):  # a module that imports facts.py has it under the same name
            from headroom_mcp.facts import (
                find as facts,  # compiling its expressions costs what reading a source file has no use for
            )

            find = facts.find
        by = start + section.start
        found.extend(_shifted(find(piece), by))
        compressed = compressor.compress(piece, share)
        if compressed is None:
            parts.append(Part(by, start + section.stop, "keep"))
        else:
            parts.extend(part._replace(start=part.start + by, stop=part.stop + by) for part in compressed.parts)
    moved = [section._replace(start=section.start + start, stop=section.stop + start) for section in sections]
    return moved, parts, found


def _giant(output: ToolOutput, budget: int) -> tuple[list[Section], list[Part], list[Fact]]:
    """Return the same of an output too big to be read closely: its two ends are, its middle is only searched."""
    from headroom_mcp.flow import huge

    sections: list[Section] = []
    parts: list[Part] = []
    found: list[Fact] = []
    position, total = 0, len(output.lines)
    for start, stop in [*huge.windows(output.lines), (total, total)]:
        if start > position:
            sections.append(Section(position, start, "general", "too big to be read closely"))
            parts.append(Part(position, start, "omit", note="searched for failures only"))
            found.extend(huge.facts(output, position, start))
        if stop > start:
            of_end, parts_of_end, facts_of_end = _compressed(output.section(start, stop), budget // 3, start)
            sections += of_end
            parts += parts_of_end
            found += facts_of_end
        position = stop
    return sections, parts, found


def _shifted(found: Sequence[Fact], by: int) -> list[Fact]:
    return [fact._replace(line=fact.line + by, start=fact.start + by, stop=fact.stop + by) for fact in found]


def _leave_out_repeats(
    output: ToolOutput,
    settings: Settings,
    parts: list[Part],
    found: Sequence[Fact],
    earlier: Sequence[Shown],
) -> list[Part]:
    from headroom_mcp.flow import repeats

    lines = output.lines
    runs = repeats.find(lines, earlier)
    if not runs:
        return parts
    failures = {line for fact in found if fact.rank == 0 for line in range(fact.start, fact.stop)}
    if tokens.estimate(render.render(lines, parts)) > output.tokens * (1 - settings.min_saving):
        parts = [Part(0, len(lines), "keep")]  # not worth compressing: only what stands above goes
    return repeats.fold(lines, parts, runs, earlier, failures)
