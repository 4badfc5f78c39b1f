"""Stack traces: Java, Python, JavaScript, Go, Rust, .NET and similar.

Each trace is shown by its exception, its causes and the first frames that are the project's own; equal ones once, with the
names of the others; libraries' frames are counted. As far as the budget goes, traces are shown whole.
"""

from __future__ import annotations

from headroom_mcp.compressors import _budget, _failure_parts
from headroom_mcp.facts import blocks as _failures
from headroom_mcp.facts import find as facts_module
from headroom_mcp.facts import frames as _frames
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact

_MIN_LINES = 8
_MAX_LINE_CHARS = 400
# Of a small one every frame of the project may be the place to mend, and few lines would be saved by leaving some out.
_SMALL_TOKENS, _SMALL_SHARE = 1_500, 9


def score(output: ToolOutput) -> float:
    """Return the share of frames among the sampled lines."""
    lines = [line for line in output.lines[:600] if line.strip()]
    if len(lines) < 4:
        return 0.0
    frames = sum(1 for line in lines if _frames.is_frame(line))
    return round(min(0.85, 1.1 * frames / len(lines)), 3)


def facts(output: ToolOutput) -> list[Fact]:
    """Return what the traces say, then failures and counts outside them."""
    return _failure_parts.facts(output.lines, _failures.blocks(output.lines, errors=False))


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show every distinct trace by what it says, then whole as far as the budget goes."""
    lines = output.lines
    if len(lines) < _MIN_LINES:
        return None
    found = _failures.blocks(lines, errors=False)
    if not found:
        return None
    if output.tokens < _SMALL_TOKENS:
        budget = max(budget, output.tokens * _SMALL_SHARE // 10)
    essential = _failure_parts.essential_tokens(lines, found, budget * 2)
    shown = _failure_parts.parts_of(
        lines, found, max(budget * 3 // 4, min(essential + 100, budget * 2)), offset=output.offset
    )
    kept = {0, len(lines) - 1, *facts_module.summaries(lines)[:8]}
    covered = _failure_parts.covered(found)
    spent = sum(tokens.estimate(part.text or "\n".join(lines[part.start : part.stop])) for part in shown)
    outside = [i for i in range(len(lines)) if i not in covered and lines[i].strip()]
    # What stands around traces is short mostly: a summary, what ran, where to look further.
    order = [*facts_module.failures(lines, covered), *facts_module.matches(output.query, lines), *reversed(outside)]
    offered = (
        (index, tokens.estimate(lines[index][:_MAX_LINE_CHARS]) + 2)
        for index in order
        if index not in kept and index not in covered
    )
    for index, _ in _budget.within(max(budget // 4, budget - spent), offered, to_the_first=True):
        kept.add(index)
    note = _failure_parts.counting(lines, found, shown)
    return Compressed(_failure_parts.around(lines, shown, kept, note), covered, note)
