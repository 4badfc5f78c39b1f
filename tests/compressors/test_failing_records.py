"""Records as JSON of which a few failed: what a failure says of itself stands in fields that no other record has, and is shown."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput

_THINGS = ("barge", "crate", "lathe", "sluice", "winch", "kiln", "loom", "anvil", "quern", "bellows")
_PLACES = ("north dock", "mill yard", "upper gate", "east ward", "long barn")
_SAYINGS = (
    "the {} of lot {} has no {} left to give",
    "cannot weigh {} {}: the {} is not level",
    "{} {} was handed over twice by the {}",
    "no answer from {} {} while the {} was turning",
)
_FRAMES = "\n    at turn (/srv/yard/{}.js:{}:7)\n    at main (/srv/yard/index.js:12:3)"


def _record(pick: Random, at: int) -> dict[str, Any]:
    return {
        "severity": 30,
        "time": 1764000000000 + at * 811,
        "host": "yard-3",
        "ticket": f"t-{pick.randrange(16**4):04x}",
        "call": {
            "method": pick.choice(("GET", "POST")),
            "path": f"/v2/{pick.choice(_THINGS)}/{at}",
            "from": "10.0.0.9",
        },
        "answer": {"statusCode": 200},
        "took": round(pick.uniform(1, 70), 3),
        "msg": "call completed",
    }


def _failed(record: dict[str, Any], said: str, pick: Random, layout: str) -> None:
    """Let `record` tell of a failure that says `said`, in one of the layouts that loggers have for it."""
    frames = _FRAMES.format(pick.choice(_THINGS), pick.randint(2, 400))
    record["msg"] = "call came to nothing"
    if layout == "number":
        record |= {"severity": 50, "err": {"type": "YardError", "message": said, "stack": f"YardError: {said}{frames}"}}
    elif layout == "word":
        record |= {"level": "error", "exception": {"class": "YardError", "detail": said, "trace": frames}}
    elif layout == "status":
        record["answer"] = {"statusCode": 500, "body": {"fault": said}}
    else:
        record |= {"severity": 50, "oddity": {"heard": said, "seen": frames}}


def _records(seed: int) -> tuple[str, list[str]]:
    """Return records of which some failed, in one to three ways, and what each way says."""
    pick = Random(seed)
    records = [_record(pick, at) for at in range(pick.randint(40, 130))]
    for at in pick.sample(range(len(records)), pick.randint(0, 2)):
        records[at]["call"]["path"] = f"/v2/errors/{at}"  # named for failures, and none
    layout = pick.choice(("number", "word", "status", "own"))
    told = [
        pick.choice(_SAYINGS).format(pick.choice(_THINGS), pick.randint(100, 999), pick.choice(_THINGS))
        for _ in range(pick.randint(1, 3))
    ]
    times = max(len(told), pick.randint(1, max(1, len(records) // 12)))
    for turn, at in enumerate(sorted(pick.sample(range(len(records)), times))):
        _failed(records[at], told[turn % len(told)], pick, layout)
    form = pick.choice(("lines", "array", "under a key", "indented"))
    if form == "lines":
        return "".join(json.dumps(record) + "\n" for record in records), told
    if form == "under a key":
        return json.dumps({"took": 3, "entries": records, "next": None}), told
    return json.dumps(records, indent=2 if form == "indented" else None), told


@pytest.mark.parametrize("asked", [False, True], ids=["unasked", "asked"])
@pytest.mark.parametrize("seed", range(40))
def test_what_a_failure_says_is_shown(seed: int, asked: bool) -> None:
    text, told = _records(seed)
    question = "Which calls failed, and why?" if asked else ""
    shown = plan(ToolOutput(text, "Bash", {"command": "./yard log"}, question), Settings()).body

    assert [said for said in told if said not in shown] == []
    assert len(shown) < 0.7 * len(text)


def _report(seed: int) -> tuple[str, list[str]]:
    """Return a report whose parts each have fields that few others have, and the figures of the parts that fell short."""
    pick = Random(seed)
    parts: dict[str, Any] = {}
    short: list[str] = []
    for at in range(150):
        fell_short = pick.random() < 0.3
        shown = f"{pick.randint(100, 9999)} hours of {pick.choice(_THINGS)}"
        part: dict[str, Any] = {
            "title": f"{pick.choice(_PLACES)} {pick.choice(_THINGS)} {at}",
            "score": 0 if fell_short else 1,
            "shown": shown,
            "about": " ".join(pick.choice(_THINGS) for _ in range(40)),
        }
        if pick.random() < 0.7:
            part[f"extra_{pick.randrange(9)}"] = " ".join(pick.choice(_THINGS) for _ in range(60))
        if fell_short:
            short.append(shown)
        parts[f"part-{at}"] = part
    return json.dumps({"made": "by hand", "parts": parts}), short


@pytest.mark.parametrize("seed", range(8))
def test_fields_of_their_own_tell_of_no_failure_where_most_parts_of_a_report_have_some(seed: int) -> None:
    text, short = _report(seed)
    shown = plan(ToolOutput(text, "Bash", {"command": "cat report.json"}), Settings()).body

    assert [figure for figure in short if figure not in shown] == []
    assert not any('"about"' in line and '"extra_' in line for line in shown.splitlines())
