"""The five scenarios: seeded, answers survive, and the README's figures are those that were measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headroom_mcp.evals.scenarios import __main__ as scenarios
from headroom_mcp.evals.scenarios import play

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", list(scenarios.SCENARIOS))
def test_every_answer_survives_at_the_saving_that_is_asked_for(name: str) -> None:
    made = scenarios.SCENARIOS[name](0)

    played = play.play(made)

    assert played.unanswered == ()
    assert played.saved >= made.bar
    assert made == scenarios.SCENARIOS[name](0)
    assert made != scenarios.SCENARIOS[name](1)


@pytest.mark.parametrize("name", list(scenarios.SCENARIOS))
def test_every_answer_stands_in_the_outputs(name: str) -> None:
    for seed in range(3):
        made = scenarios.SCENARIOS[name](seed)
        text = "\n".join(one.text for one in made.outputs).replace("\\", "")

        for question in made.questions:
            if question.words == "How many are listed?":
                continue  # counted, nowhere written
            assert all(part.strip("[]") in text for part in question.answer), (seed, question)


def test_a_lost_answer_ends_with_one(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    made = scenarios.SCENARIOS["needle"](0)
    wrong = made._replace(questions=(play.Question("Who did it?", ("nobody of that name",)),))
    monkeypatch.setitem(scenarios.SCENARIOS, "needle", lambda seed: wrong)

    assert scenarios.main(["--seeds", "0-0", "--scenario", "needle"]) == 1
    assert "lost: needle: Who did it?" in capsys.readouterr().out
    assert scenarios.main(["--seeds", "0", "--show", "needle"]) == 1


def test_what_was_measured_reaches_every_bar() -> None:
    rows = json.loads((ROOT / "tests" / "measured" / "scenarios.json").read_text())

    assert list(scenarios.SCENARIOS) == [row["scenario"] for row in rows]
    for row in rows:
        assert row["answered"] == row["questions"]
        assert row["saved_pct"] >= row["bar_pct"]
