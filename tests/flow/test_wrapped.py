"""Text in a wrapper is read as what it is: its failures, its lines and its numbers, and the slices that come back."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.evals.whole_outputs import kinds, play
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput


def _outputs() -> dict[str, tuple[str, list[str]]]:
    made = {name: maker(Random(3)) for name, maker in kinds.MAKERS.items()}
    for name in ("pytest", "jest", "go", "cargo"):
        output = play.make(5, name, "alone")
        made[name] = output.text, [*(mark[0] for mark in output.marks), *output.totals]
    return {name: made[name] for name in made if len(made[name][0].split("\n")) > 20 and "\r" not in made[name][0]}


OUTPUTS = _outputs()
_WRAPS = {
    "content": lambda text: json.dumps({"content": text}),
    "indented": lambda text: json.dumps({"ok": True, "result": [text]}, indent=2),
    "blocks": lambda text: json.dumps([{"type": "text", "text": text}], ensure_ascii=False),
}


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_a_wrapper_makes_no_output_worse(name: str) -> None:
    text, marks = OUTPUTS[name]
    bare = plan(ToolOutput(text, "mcp__x__run"), Settings())
    wrapped = plan(ToolOutput(list(_WRAPS.values())[len(name) % 3](text), "mcp__x__run"), Settings())

    assert [mark for mark in marks if mark in bare.body and mark not in wrapped.body] == []
    assert tokens.estimate(wrapped.body) <= 1.3 * tokens.estimate(bare.body) + 80


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=str(tmp_path))


@pytest.mark.parametrize("wrap", _WRAPS.values(), ids=_WRAPS)
def test_line_numbers_are_those_of_the_text_and_come_back(wrap, home: Settings) -> None:  # type: ignore[no-untyped-def]
    lines = [f"10:{i // 60:02d}:{i % 60:02d} INFO job {i * 7919 % 10_007} finished on host-{i % 5}" for i in range(900)]
    lines[517] = "10:08:37 ERROR job 81 failed: disk full on /var/lib/db"
    with open_store(home) as store:
        result = compress_output(wrap("\n".join(lines) + "\n"), tool_name="mcp__logs__tail", store=store, settings=home)
        assert result.outcome == "compressed"
        assert lines[517] in result.text
        assert result.tokens_after < result.tokens_before / 5
        assert result.ref is not None
        slice_ = retrieve(result.ref, lines="515-520", store=store)
        found = retrieve(result.ref, query="disk full", store=store)

    assert "\n".join(lines[514:520]) in slice_
    assert lines[517] in found


def test_the_original_is_still_stored_byte_for_byte(home: Settings) -> None:
    text = json.dumps({"path": "x", "content": "a line of some words\n" * 500})
    with open_store(home) as store:
        result = compress_output(text, store=store, settings=home)
        assert result.ref is not None

        assert store.get(result.ref).text == text
        assert '"path":"x"' in result.text
        assert retrieve(result.ref, json_path="$.path", store=store).endswith("x")


def test_an_answer_about_a_file_is_not_read_as_the_file() -> None:
    symbols = [
        {"name": f"function_{i}", "line": i * 9, "kind": "function", "calls": [f"f{i}", f"g{i}"]} for i in range(60)
    ]
    answer = json.dumps({"file_path": "src/core.py", "language": "python", "symbols": symbols}, indent=2)
    planned = plan(ToolOutput(answer, "mcp__index__summary", {"path": "src/core.py"}, "function_37"), Settings())

    assert planned.kind == "json"
    assert "function_37" in planned.body
    assert "333" in planned.body
