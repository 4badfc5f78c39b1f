"""A hundred log entries as JSON, one of them critical: under any field names, in any dress, from any tool.

    python -m headroom_mcp.evals.relatives.one_critical [--seeds 0-999] [--query] [--show SEED] [--json]

Four answers must stand in the short form: what happened, the code of the error, what repairs it, how many were affected.
Printed: in how many shapes all four do, what is saved on average and at least, and the shapes that lose an answer or save
less than 90 %. Ends with 1 where an answer is lost in more than 1 % of the shapes or less than 90 % is saved.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from random import Random
from typing import Any, NamedTuple

from headroom_mcp.evals.relatives import draw
from headroom_mcp.types import ToolInput

ENTRIES = 100
QUESTIONS = (
    "What went wrong, how is it fixed, and how many requests were affected?",
    "Find the critical entry: its cause, error code and resolution.",
    "Is there anything serious in these logs?",
    "Why did the {service} stop working?",
)
_TIMES = ("timestamp", "ts", "time", "@timestamp", "at", "when", "logged_at", "t")
_LEVELS = ("level", "severity", "lvl", "levelname", "log_level", "sev", "priority", "severityText")
_SERVICES = ("service", "logger", "component", "app", "source", "module", "unit", "resource_name")
_MESSAGES = ("message", "msg", "text", "body", "event", "log", "description", "summary")
_ROUTINE_LEVELS = (
    ("INFO", "DEBUG"),
    ("info", "debug"),
    ("Information", "Verbose"),
    ("I", "D"),
    ("notice", "info"),
    (30, 20),
    (6, 7),
)
_CRITICAL_LEVELS: dict[object, tuple[object, ...]] = {
    "INFO": ("CRITICAL", "FATAL", "ERROR"), "info": ("critical", "fatal", "error", "crit", "panic"), "Information": ("Critical", "Error"),
    "I": ("F", "E"), "notice": ("emerg", "alert", "crit"), 30: (60, 50), 6: (2, 0, 3),
}  # fmt: skip
_ROUTINE = (
    "request {n} served in {d} ms", "cache for {thing} warmed", "{thing} {n} was {verb}ed", "health check passed", "session {n} opened by user {d}",
    "metrics of {thing} flushed", "job {n} took {d} ms",
)  # fmt: skip
_HAPPENED = (
    "connection pool of {thing} exhausted", "{thing} store ran out of disk space", "leader of the {thing} cluster lost its lease",
    "deadlock between {thing} and ledger writers", "certificate of {thing} has expired", "out of memory while merging {thing}",
    "{thing} replica is 40 minutes behind and refuses reads",
)  # fmt: skip
_REMEDIES = (
    "raise max_connections to {d} and restart the gateway", "free {d} GB on /var/lib/{thing} and resume the writers", "run `{thing}ctl failover --to node-{d}`",
    "lower the batch size to {d} in {thing}.toml", "renew the certificate of node-{d} and reload",
)  # fmt: skip
_TOOLS: tuple[tuple[str, ToolInput], ...] = (
    ("Bash", {"command": "curl -s http://localhost:9200/_logs"}), ("Bash", {"command": "cat export.json"}), ("Bash", {"command": "kubectl logs deploy/api"}),
    ("Bash", {"command": "./fetch --last 100"}), ("mcp__logs__search", {"limit": 100}), ("mcp__monitoring__get_logs", {}), ("get_logs", {}),
    ("mcp__db__query", {"sql": "select * from events"}), ("read_file", {"path": "events.json"}), ("search", {}), ("WebFetch", {"url": "https://logs.example.org/api"}),
    ("", {}),
)  # fmt: skip


class Shape(NamedTuple):
    """One output, where it came from, the answers that must survive and a question that asks for them."""

    text: str
    tool_name: str
    tool_input: ToolInput
    answers: tuple[str, ...]
    query: str
    dress: str


class Played(NamedTuple):
    """A short form, the share of tokens that it saves, and the answers that it does not hold."""

    short: str
    saved: float
    lost: list[str]


def shape(seed: int) -> Shape:
    """Return the made-up shape of `seed`."""
    random = Random(seed)
    pick = random.choice
    names = {"time": pick(_TIMES), "level": pick(_LEVELS), "service": pick(_SERVICES), "message": pick(_MESSAGES)}
    if random.random() < 0.15:  # names that nobody has seen
        names = {key: f"{draw.word(random)}_{letter}" for key, letter in zip(names, "abcd", strict=True)}
    levels = pick(_ROUTINE_LEVELS)
    extras = random.sample(
        ("request_id", "host", "duration_ms", "user", "error", "tags", "ctx", "pid", "trace"), random.randrange(5)
    )
    entries = [_routine(random, at, names, levels, extras) for at in range(ENTRIES)]
    at, thing = random.randrange(2, ENTRIES - 2), draw.word(random)
    affected, code = (
        f"{random.randrange(1_000, 99_999)}",
        f"{pick(('PG', 'E', 'ERR', 'SYS', 'KV'))}-{random.randrange(1_000, 9_999)}",
    )
    happened = pick(_HAPPENED).format(thing=thing)
    remedy = pick(_REMEDIES).format(thing=thing, d=random.randrange(11, 900))
    _spoil(random, entries[at], names, pick(_CRITICAL_LEVELS[levels[0]]), (happened, code, remedy, affected))
    text, dress = _dressed(random, entries)
    tool_name, tool_input = pick(_TOOLS)
    return Shape(
        text, tool_name, tool_input, (happened, code, remedy, affected), pick(QUESTIONS).format(service=thing), dress
    )


def _routine(
    random: Random, at: int, names: dict[str, str], levels: tuple[object, object], extras: list[str]
) -> dict[str, Any]:
    time = 1_772_000_000 + at * 7 + random.randrange(7)
    stamp: object = (
        time
        if names["time"] in ("ts", "t")
        else f"2026-02-25T{time // 3600 % 24:02d}:{time // 60 % 60:02d}:{time % 60:02d}Z"
    )
    said = random.choice(_ROUTINE).format(
        n=random.randrange(9_999), d=random.randrange(3, 200), thing=draw.word(random), verb=random.choice(draw.VERBS)
    )
    entry: dict[str, Any] = {
        names["time"]: stamp, names["level"]: levels[0] if random.random() < 0.85 else levels[1], names["service"]: random.choice(draw.THINGS[:5]), names["message"]: said,
    }  # fmt: skip
    made: dict[str, Any] = {
        "request_id": f"req-{random.getrandbits(32):08x}", "host": f"node-{random.randrange(1, 6)}.prod.internal", "duration_ms": random.randrange(3, 200), "user": f"user_{random.randrange(400)}",
        "error": None, "tags": ["prod", random.choice(("a", "b"))], "ctx": {"region": random.choice(("eu", "us")), "shard": random.randrange(9)}, "pid": random.randrange(900, 999),
        "trace": f"{random.getrandbits(64):016x}",
    }  # fmt: skip
    return {**entry, **{name: made[name] for name in extras}}


def _spoil(
    random: Random, entry: dict[str, Any], names: dict[str, str], level: object, said: tuple[str, str, str, str]
) -> None:
    """Make an entry the critical one: its answers in the message, in fields of its own, or in an object."""
    happened, code, remedy, affected = said
    entry[names["level"]] = level
    number: object = int(affected) if random.random() < 0.7 else affected
    way = random.choice(("message", "fields", "object", "mixed"))
    if way == "message":
        entry[names["message"]] = f"{happened} [{code}], {affected} requests affected; {remedy}"
        return
    entry[names["message"]] = happened if way != "mixed" else f"{happened}: {affected} requests affected"
    detail: dict[str, Any] = {
        random.choice(("code", "error_code", "errno")): code,
        random.choice(("resolution", "fix", "hint", "remedy")): remedy,
    }
    if way != "mixed":
        detail[random.choice(("affected", "affected_requests", "impact"))] = number
    if way == "fields":
        entry.update(detail)
    else:
        entry[random.choice(("error", "details", "data"))] = detail


def _dressed(random: Random, entries: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the entries as text, and what dress that is: pretty, compact or lines, bare or wrapped."""
    indent = random.choice((None, None, 2, 2, 4))
    wrap = random.choice(("bare", "bare", "lines", "key", "deep", "string", "content", "sentence"))
    if wrap == "lines":
        return "\n".join(json.dumps(entry) for entry in entries) + "\n", wrap
    compact = (",", ":") if indent is None and random.random() < 0.5 else None
    value: object = entries
    if wrap == "key":
        value = {random.choice(("logs", "entries", "items", "hits")): entries, "total": ENTRIES, "next": None}
    elif wrap == "deep":
        value = {"status": "success", "data": {"took_ms": 12, "result": {"count": ENTRIES, "rows": entries}}}
    elif wrap == "string":
        value = {"result": json.dumps(entries)}
    elif wrap == "content":
        value = {"content": [{"type": "text", "text": json.dumps(entries, indent=2)}]}
    text = json.dumps(value, indent=indent, separators=compact)
    if wrap == "sentence":
        text = f"Found {ENTRIES} entries:\n\n{text}\n"
    return text, f"{wrap}, {'compact' if compact else 'one line' if indent is None else f'indented by {indent}'}"


def main() -> int:
    """Print what survives and what is saved, or one shape with its short form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0-999")
    parser.add_argument("--query", action="store_true", help="ask for what the critical entry says")
    parser.add_argument("--show", type=int)
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    chosen = parser.parse_args()
    os.environ.setdefault("HEADROOM_HOME", tempfile.mkdtemp())
    if chosen.show is not None:
        made = shape(chosen.show)
        short, saved, lost = played(made, query=chosen.query)
        print(
            made.text[:1_500], "…", made.tool_name, made.dress, short, f"saved {saved:.1%}", f"lost: {lost}", sep="\n"
        )
        return 0
    low, _, high = chosen.seeds.partition("-")
    seeds = range(int(low), int(high or low) + 1)
    games = [(seed, shape(seed).dress, played(shape(seed), query=chosen.query)) for seed in seeds]
    losing = [(seed, dress, game.lost) for seed, dress, game in games if game.lost]
    dear = [(seed, dress, f"{game.saved:.1%}") for seed, dress, game in games if game.saved < 0.9]
    whole = 1 - len(losing) / len(games)
    saving = sum(game.saved for _, _, game in games) / len(games)
    figures = {"shapes": len(games), "all_answers_pct": round(100 * whole, 1), "saving_pct": round(100 * saving, 1),
               "least_saving_pct": round(100 * min(game.saved for _, _, game in games), 1), "below_90_pct": len(dear)}  # fmt: skip
    if chosen.json:
        print(json.dumps(figures, indent=1))
    else:
        print(", ".join(f"{name}: {figure}" for name, figure in figures.items()))
        for title, found in (("loses an answer", losing), ("saves less than 90 %", dear)):
            for row in found[:12]:
                print(f"{title}: {row}")
    return 0 if whole >= 0.99 and saving >= 0.9 else 1


def played(made: Shape, *, query: bool) -> Played:
    """Return what becomes of a shape, asked for the critical entry or not."""
    from headroom_mcp.flow.plan import plan
    from headroom_mcp.settings.table import Settings
    from headroom_mcp.text import tokens
    from headroom_mcp.tool_output import ToolOutput

    output = ToolOutput(made.text, made.tool_name, made.tool_input, made.query if query else "")
    planned = plan(output, Settings())
    short = planned.body if planned else made.text
    lost = [
        answer for answer in made.answers if answer not in short.replace("\\", "") and not _with_commas(answer, short)
    ]
    return Played(short, 1 - tokens.count(short) / tokens.count(made.text), lost)


def _with_commas(answer: str, short: str) -> bool:
    return answer.isdigit() and f"{int(answer):,}" in short


if __name__ == "__main__":
    raise SystemExit(main())
