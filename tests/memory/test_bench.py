"""The memory benchmarks on small data of their own: what counts as a hit, and what is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from headroom_mcp.cli import main


def _bench(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["bench", "memory", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    figures: dict[str, Any] = json.loads(result.output)
    return figures


def _turns(*texts: str) -> list[dict[str, str]]:
    return [
        {"speaker": ("Ana", "Ben")[number % 2], "dia_id": f"D1:{number + 1}", "text": text}
        for number, text in enumerate(texts)
    ]


def test_a_question_hits_when_one_of_its_turns_is_returned(tmp_path: Path) -> None:
    filler = [f"small talk number {number}" for number in range(30)]
    sample = {
        "sample_id": "c1",
        "conversation": {
            "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": _turns("I adopted a greyhound", "What is its name?", *filler, "My sister plays the oboe"),
        },
        "qa": [
            {"question": "What did Ana adopt?", "evidence": ["D1:1", "D9:9"], "category": 4},
            {"question": "Who plays the oboe?", "evidence": ["D1:033"], "category": 1},
            {"question": "What about zebras?", "evidence": ["D1:20"], "category": 2},
            {"question": "Unanswerable?", "evidence": ["D1:1"], "category": 5},
            {"question": "No evidence?", "evidence": [], "category": 3},
        ],
    }
    (tmp_path / "locomo.json").write_text(json.dumps([sample]))

    figures = _bench(str(tmp_path))

    assert (figures["questions"], figures["notes"]) == (3, 33)
    assert (figures["hit@5"], figures["hit@10"], figures["recall@5"]) == (66.7, 66.7, 50.0)


def test_the_coding_benchmark_asks_before_a_step_is_known(tmp_path: Path) -> None:
    steps = [
        {"tool_name": "Bash", "tool_input": {"command": command}, "returncode": code, "output": output}
        for command, code, output in (
            ("pytest tests/test_cart.py -x", 1, "E   AssertionError: totals differ\n"),
            ("sed -i 's/a/b/' shop/cart.py", 0, ""),
            ("pytest tests/test_cart.py -q", 0, "1 passed\n"),
            ("ls", 0, "shop\n"),
        )
    ]
    (tmp_path / "session.json").write_text(json.dumps({"id": "x", "repo": "shop", "steps": steps}))

    figures = _bench(str(tmp_path))

    assert (figures["sessions"], figures["questions"], figures["hit@5"]) == (1, 1, 100.0)


def test_speed_is_told_as_ratios_to_bare_fts5() -> None:
    figures = _bench("--speed", "--notes", "300")

    assert figures["search to bare query"] > 0
    assert figures["save to bare insert"] > 0


def test_a_folder_without_data_is_a_clear_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["bench", "memory", str(tmp_path)])

    assert result.exit_code == 1
    assert "locomo.json" in result.output
