"""Logs: system, server and application logs, one event a line.

Lines of one statement share a template (see `templates`). A log is read for what is rare in it: every failure and every
rare template is shown by a line of it, with its number; templates that repeat are counted, with one example and the range
they span, and with the extremes of a number that jumps. In place of

    1,000 lines of `sshd[123]: session opened for user news by (uid=0)` and one `kernel: Out of memory: Killed process 77`

the model reads the one line, its number, and `999× 1-1000 sshd[123]: session opened …`.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors import _by_record, _failure_parts
from headroom_mcp.facts import blocks
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact

_MIN_LINES = 12
_SAMPLE_LINES = 60
_SMALL_TOKENS = 1_500  # below, every record is shown or counted by what it is; what is not understood stays

# 2026-01-01 12:00:00 | 2026/01/01T12:00 | Jan  1 12:00:00 | [12:00:00] | 12:00:00.123 | 081109 203615 | 1117838570 2005.06.03 | 17/06/09 20:10:40
_STAMP = late.pattern(
    r"^.{0,40}?(?:\d{4}[-/.]\d\d[-/.]\d\d[T _-]\d\d[:.]\d\d|\d\d[-/]\d\d(?:[-/]\d\d(?:\d\d)?)?[ T]\d\d:\d\d:\d\d|[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d|"
    r"\[?\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b|\b\d{6} \d{6} \d+ [A-Z]|\[ *\d+\.\d{6}\]|\b1[0-9]{9}(?:\.\d+)?\b)"
)
_LEVEL = late.pattern(
    r"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE|Info|Warning|Error|Debug)\b|\blevel=\w+|^[VDIWEF]/|^[IWEF]\d{4} "
)

_SERVICE = late.pattern(r"##\[(?:group|section)\]|travis_fold:|section_start:\d")
_ACCESS = late.pattern(r'"[A-Z]{3,10} \S+(?: HTTP/[\d.]+)?" \d{3}\b')


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
    """Show failures, query matches and what is unlike the other lines by number; count the rest by template."""
    if len(output.lines) < _MIN_LINES:
        return None
    if output.tokens < _SMALL_TOKENS:
        if not _by_record.fits(output):
            return None
        budget = output.tokens
    return _by_record.compress(output, budget, "log")


def _sampled(lines: Sequence[str]) -> list[str]:
    step = max(1, len(lines) // _SAMPLE_LINES)
    return [line for line in lines[::step] if line.strip()][:_SAMPLE_LINES]
