"""An answer of many content blocks is one answer: limits and thresholds count all of it, order and images stay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headroom_mcp.hook import entry
from headroom_mcp.hook.claude_code import limits
from tests.hook.host import event, log

if TYPE_CHECKING:
    import pytest

_IMAGE = {"type": "image", "source": {"type": "base64", "data": "iVBORw0KGgo="}}


def _answer(response: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    reply = entry.handle(event("mcp__tracker__list", response))
    return None if reply is None else json.loads(json.dumps(reply))["hookSpecificOutput"]["updatedToolOutput"]


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _records(count: int) -> list[dict[str, Any]]:
    return [
        _text(json.dumps({"id": 100 + i, "title": f"Ticket about part {i * 7919 % 613}", "state": "open" if i % 9 else "failed",
                          "owner": f"user{i % 17}", "updated": f"2026-10-{i % 28 + 1:02d}T10:00:00Z"}, indent=1))
        for i in range(count)
    ]  # fmt: skip


def test_a_hundred_small_blocks_are_made_small_together(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = _records(120)
    assert all(len(block["text"]) < 250 for block in blocks)

    value = _answer(blocks, monkeypatch)

    assert len(value) == 1
    assert len(json.dumps(value)) < len(json.dumps(blocks)) / 2
    assert "failed" in value[0]["text"]
    assert "[headroom " in value[0]["text"]


def test_what_stands_between_texts_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    value = _answer([_text("Chart of the day"), _IMAGE, *_records(90), _IMAGE, _text("end")], monkeypatch)

    assert [block["type"] for block in value] == ["text", "image", "text", "image", "text"]
    assert value[0] == _text("Chart of the day")
    assert value[1] == value[3] == _IMAGE
    assert value[4] == _text("end")


def test_long_texts_side_by_side_stay_apart_and_within_the_limit_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [
        _text(log(900)),
        _text(json.dumps({"rows": [{"id": i, "say": "x" * (i % 50)} for i in range(900)]})),
        _text(log(1_200)),
    ]
    assert sum(len(block["text"]) for block in blocks) > limits.SERVER_CHARS

    value = _answer(blocks, monkeypatch)

    assert len(value) == 3
    assert sum(len(block["text"]) for block in value) < limits.SERVER_CHARS


def test_a_few_small_blocks_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _answer(_records(3), monkeypatch) is None
