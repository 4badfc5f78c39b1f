"""A small document is shown whole because it is asked for its details; where the question surely means few of its rows, they are."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput

_WORDS = "amber basin cedar delta ember fjord grove haven inlet jetty knoll larch marsh nettle osier perch quartz reed".split()


def _said(pick: Random, words: int) -> str:
    return " ".join(pick.choice(_WORDS) for _ in range(words))


def _rows(pick: Random, shape: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for at in range(pick.randint(14, 24)):
        row: dict[str, Any] = {"id": f"{pick.randrange(16**12):012x}", "title": _said(pick, 4), "text": _said(pick, 20)}
        row["by"] = {"name": pick.choice(("ida", "olav", "runa")), "since": f"20{at + 10}-03-01"}
        if shape == "nested":
            row["parts"] = [{"sort": pick.choice(_WORDS), "size": pick.randint(1, 99)} for _ in range(3)]
        elif shape == "flagged":
            row["marks"] = [{"name": name, "hue": "b60205"} for name in pick.sample(("docs", "slow", "new"), 2)]
        rows.append(row)
    return rows


def _case(seed: int) -> tuple[str, str, list[str]]:
    """Return a document of rows, a question about one or two of them, and what must be seen of each."""
    pick = Random(seed)
    rows = _rows(pick, pick.choice(("plain", "nested", "flagged")))
    first, second = pick.sample(range(2, len(rows) - 2), 2)
    rows[first]["title"] = (
        f"The {pick.choice(('weighbridge', 'turnstile'))} counts {pick.choice(('ferries', 'wagons'))} twice"
    )
    question = (
        f"Which note is about the {rows[first]['title'].split()[1]} that counts {rows[first]['title'].split()[3]}"
    )
    marks = [rows[first]["id"], rows[first]["by"]["since"]]
    if pick.random() < 0.5:
        rows[second].setdefault("marks", []).append({"name": "embargo", "hue": "b60205"})
        question += ", and is there one under embargo"
        marks.append(rows[second]["id"])
    document: Any = rows if pick.random() < 0.5 else {"total": len(rows), "notes": rows, "next": None}
    return json.dumps(document, indent=pick.choice((None, 2))), f"{question}?", marks


@pytest.mark.parametrize("seed", range(40))
def test_what_is_surely_asked_for_is_shown_and_little_else(seed: int) -> None:
    text, question, marks = _case(seed)
    shown = plan(ToolOutput(text, "mcp__notes__list", {}, question), Settings()).body

    assert [mark for mark in marks if mark not in shown] == []
    assert len(shown) < 0.4 * len(text)


_ASKED = {
    "Which {things} are below their {what}?": False,
    "Is any {thing} at less than {limit} {what}?": False,
    "Which {thing} has fewer than {limit} {what}?": False,
    "Which {things} are above the limit?": True,
    "Does a {thing} exceed its {what}?": True,
    "Is any {thing} at more than {limit} {what}?": True,
}


@pytest.mark.parametrize("question", _ASKED)
@pytest.mark.parametrize("seed", range(8))
def test_what_is_beyond_a_limit_is_shown_of_a_long_table(question: str, seed: int) -> None:
    pick = Random(f"{question}{seed}")
    count = pick.randint(400, 700)
    amounts = [pick.randint(200, 800) for _ in range(count)]
    odd = pick.randrange(20, count - 20)
    amounts[odd] = pick.randint(811, 830) if _ASKED[question] else pick.randint(170, 189)
    cells = [
        [f"P-{4100 + at}", pick.choice(_WORDS), str(amount), f"b{pick.randint(1, 9)}"]
        for at, amount in enumerate(amounts)
    ]
    text = json.dumps({"range": "A1:D", "values": [["Part", "Wood", "Held", "Bin"], *cells]})
    asked = question.format(thing="part", things="parts", what="pieces", limit=190 if not _ASKED[question] else 810)
    shown = plan(ToolOutput(text, "mcp__sheets__read", {}, asked), Settings()).body

    assert cells[odd][0] in shown
    assert len(shown) < 0.5 * len(text)
