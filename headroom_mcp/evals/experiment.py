"""What an experiment has shown: the transcripts of sessions held out beside those of the others.

A transcript tells what the provider billed for each request (`usage`), which tools were called and what failed. A session
counts when it began while the experiment ran. Figures are means of sessions; differences come with 95 % intervals, and
where an interval holds 0 the report says how many sessions it would take.
"""

from __future__ import annotations

import datetime
import math
import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from headroom_mcp.context import prices
from headroom_mcp.evals import statistics
from headroom_mcp.evals.recorded import transcripts
from headroom_mcp.settings.holdout import Experiment
from headroom_mcp.text import tokens

MIN_SESSIONS = 5  # in each group: of fewer, no interval means anything
_WANTED_EFFECT = 0.10  # what a user would want to see: a tenth


class Session(NamedTuple):
    """What one session's transcript tells. `tokens_shown`: of tool results, estimated; `dollars` None where no price is known."""

    id: str
    started_s: float
    model: str
    requests: int
    turns: int
    calls: int
    reruns: int
    retrievals: int
    failures: int
    tokens_shown: int
    tokens_input: int
    tokens_written: int
    tokens_read: int
    tokens_output: int
    dollars: float | None


class Row(NamedTuple):
    """A measure in both groups: means, the difference (compressed less held out) with its interval, what it says in words."""

    measure: str
    held_out: float
    compressed: float
    difference: float
    low: float
    high: float
    said: str


class Report(NamedTuple):
    """What there is to say: sessions in each group, a row for each measure, and whether the data suffice."""

    held_out: int
    compressed: int
    rows: tuple[Row, ...]
    verdict: str


_MEASURES: dict[str, Callable[[Session], float | None]] = {
    "tokens of tool results": lambda one: one.tokens_shown,
    "input tokens, no cache": lambda one: one.tokens_input,
    "tokens written to the cache": lambda one: one.tokens_written,
    "tokens read from the cache": lambda one: one.tokens_read,
    "output tokens": lambda one: one.tokens_output,
    "dollars": lambda one: one.dollars,
    "requests": lambda one: one.requests,
    "turns of the user": lambda one: one.turns,
    "tool calls": lambda one: one.calls,
    "commands run again": lambda one: one.reruns,
    "retrievals": lambda one: one.retrievals,
    "failed tool calls": lambda one: one.failures,
}


def sessions(paths: Sequence[str], experiment: Experiment) -> list[Session]:
    """Return the sessions of these transcripts that began while the experiment ran; files that cannot be read are left out."""
    found: dict[str, Session] = {}
    for path in paths:
        try:
            one = read(path)
        except OSError:
            continue
        if one is None or one.started_s < experiment.started_s:
            continue
        if experiment.ended_s and one.started_s > experiment.ended_s:
            continue
        known = found.get(one.id)
        # A subagent may have a file of its own in the same session.
        found[one.id] = one if known is None else _sum(known, one)
    return list(found.values())


def report(found: Sequence[Session], experiment: Experiment) -> Report:
    """Return what the sessions show."""
    out = [one for one in found if experiment.holds_out(one.id)]
    others = [one for one in found if not experiment.holds_out(one.id)]
    rows = [_row(name, value, out, others) for name, value in _MEASURES.items()]
    if min(len(out), len(others)) < MIN_SESSIONS:
        verdict = (
            f"These data do not suffice: {len(out):,} sessions held out and {len(others):,} compressed, and at least "
            f"{MIN_SESSIONS} of each are needed before a difference means anything."
        )
    else:
        shown = [row.measure for row in rows if row.low > 0 or row.high < 0]
        verdict = (
            f"The groups differ in {', '.join(shown)}: the 95 % intervals do not hold 0. Of {len(rows)} measures, "
            "one in twenty would by chance."
            if shown
            else "These data do not show a difference: every 95 % interval holds 0."
        )
    return Report(len(out), len(others), tuple(rows), verdict)


def read(path: str) -> Session | None:
    """Return what a transcript tells; None for one without a request. Raises: OSError."""
    usage: dict[str, tuple[str, dict[str, Any]]] = {}
    commands: dict[str, int] = {}
    used: set[object] = set()
    session, started = "", math.inf
    turns = calls = retrievals = failures = shown = 0
    for entry in transcripts.entries(path):
        session = session or str(entry.get("sessionId") or "")
        started = min(started, _seconds(entry.get("timestamp")))
        message = entry.get("message")
        if not isinstance(message, dict):
            continue
        content = message.get("content")
        if (
            entry.get("type") == "user"
            and isinstance(content, str)
            and not entry.get("isMeta")
            and not entry.get("isSidechain")
        ):
            turns += 1
        if entry.get("type") == "assistant" and isinstance(message.get("usage"), dict):
            # One request's blocks stand on several lines, each with its usage so far.
            usage[str(message.get("id") or entry.get("requestId") or entry.get("uuid"))] = (
                str(message.get("model") or ""),
                message["usage"],
            )
        for block in content if isinstance(content, list) else []:
            if not isinstance(block, dict):
                continue
            if block.get("type") == "tool_use" and block.get("id") not in used:
                used.add(block.get("id"))
                calls += 1
                given = block.get("input")
                command = str(given.get("command") or "") if isinstance(given, dict) else ""
                retrievals += "headroom_retrieve" in str(block.get("name")) or "headroom retrieve" in command
                if command:
                    commands[command] = commands.get(command, 0) + 1
            elif block.get("type") == "tool_result":
                failures += bool(block.get("is_error"))
                shown += tokens.estimate(_text(block.get("content")))
    if not usage:
        return None
    models = [model for model, _ in usage.values() if model]
    fresh, written, again, said = (sum(_whole(spent.get(key)) for _, spent in usage.values()) for key in _USAGE)
    return Session(
        session or os.path.basename(path).removesuffix(".jsonl"), 0.0 if started == math.inf else started, models[-1] if models else "",
        len(usage), turns, calls, sum(count - 1 for count in commands.values()), retrievals, failures, shown,
        fresh, written, again, said, _dollars(list(usage.values())),
    )  # fmt: skip


_COUNTED = (
    "requests", "turns", "calls", "reruns", "retrievals", "failures", "tokens_shown", "tokens_input", "tokens_written",
    "tokens_read", "tokens_output",
)  # fmt: skip
_USAGE = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")


def _dollars(usage: Sequence[tuple[str, dict[str, Any]]]) -> float | None:
    """Return what the requests cost at the prices of their models; None where one of these is not known."""
    total = 0.0
    for model, spent in usage:
        price = prices.of(model) if model else None
        if price is None or price.input is None or price.output is None:
            return None
        fresh, written, again, said = (_whole(spent.get(key)) for key in _USAGE)
        total += (price.units(fresh, written, again) * price.input + said * price.output) / 1e6
    return total


def _row(name: str, value: Callable[[Session], float | None], out: Sequence[Session], others: Sequence[Session]) -> Row:
    before = [float(found) for one in out if (found := value(one)) is not None]
    after = [float(found) for one in others if (found := value(one)) is not None]
    held, other = (sum(values) / len(values) if values else 0.0 for values in (before, after))
    if min(len(before), len(after)) < MIN_SESSIONS:
        return Row(name, held, other, other - held, -math.inf, math.inf, "too few sessions")
    apart = statistics.difference(before, after)
    if apart.low > 0 or apart.high < 0:
        said = "more when compressed" if apart.estimate > 0 else "less when compressed"
    else:
        needed = _needed([*before, *after])
        said = (
            f"no difference shown; a tenth would take about {needed:,} sessions a group" if needed else "no difference"
        )
    return Row(name, held, other, apart.estimate, apart.low, apart.high, said)


def _needed(values: Sequence[float]) -> int:
    """Return how many sessions a group it takes to see a difference of a tenth, four times in five; 0 where all are alike."""
    middle = sum(values) / len(values)
    variance = sum((value - middle) ** 2 for value in values) / max(1, len(values) - 1)
    if variance == 0 or middle == 0:
        return 0
    return math.ceil(2 * (1.96 + 0.84) ** 2 * variance / (_WANTED_EFFECT * middle) ** 2)


def _sum(a: Session, b: Session) -> Session:
    dollars = None if a.dollars is None or b.dollars is None else a.dollars + b.dollars
    summed = {name: getattr(a, name) + getattr(b, name) for name in _COUNTED}
    return a._replace(started_s=min(a.started_s, b.started_s), dollars=dollars, **summed)


def _seconds(stamp: object) -> float:
    try:
        return datetime.datetime.fromisoformat(str(stamp).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return math.inf


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    return "\n".join(str(block.get("text", "")) for block in blocks if isinstance(block, dict))
