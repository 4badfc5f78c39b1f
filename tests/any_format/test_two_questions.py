"""A question of two parts is answered in both, in any form of output: no part's words win every place."""

from __future__ import annotations

import pytest

from headroom_mcp.evals.relatives import two_questions
from headroom_mcp.flow.plan import plan
from headroom_mcp.query import clauses
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput


@pytest.mark.parametrize("form", two_questions.FORMS)
def test_both_parts_of_a_question_are_answered(form: str) -> None:
    lost: dict[int, list[str]] = {}
    for seed in range(24):
        drawn = two_questions.drawn(form, seed)
        shown = plan(ToolOutput(drawn.text, "Bash", {"command": drawn.command}, drawn.query), Settings()).body
        if missing := [mark for mark in drawn.marks if mark not in shown]:
            lost[seed] = missing

    assert lost == {}


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Which port has mail, and who owns the silo?", ["Which port has mail", "who owns the silo"]),
        ("the port and the owner of mail", ["the port of mail", "the owner of mail"]),
        ("Which port and which owner has mail?", ["Which port has mail", "which owner has mail"]),
        ("mail: port and owner? silo: port?", ["mail: port and owner", "silo: port"]),
        ("names start with: a.b; c.d", ["names start with: a.b", "names start with: c.d"]),
        ("Where is `mail` set and what is its port?", ["Where is `mail` set", "Where is `mail` set what is its port"]),
        ("Lines 9 and 10?", ["Lines 9 and 10"]),
        ("The build is red. Why?", ["The build is red. Why"]),
        ("?", ["?"]),
    ],
)
def test_each_part_says_what_it_is_asked_of(question: str, parts: list[str]) -> None:
    assert parts == clauses.parts(question)


def test_a_task_is_no_question() -> None:
    task = "Mend the port of mail, and write down who owns the silo. " * 8

    assert [task] == clauses.parts(task)


def test_the_parts_take_turns() -> None:
    assert clauses.in_turn([[1, 2, 3], [7, 2, 8]]) == [1, 7, 2, 3, 8]
