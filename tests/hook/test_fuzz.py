"""Recorded events, mutated: the answer is nothing, a failure that `main` logs, or a valid shape. Never anything else."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.hook import entry
from tests import long_form
from tests.hook.host import bash, event, log
from tests.hook.test_answers import _RESPONSES, _SAMPLES, _is_shape_of

_EVENTS = long_form.count(2_000, 20_000)
_ODD: list[Any] = [None, True, 0, -1, 1e308, "", "x", "\x00", "\ud800", [], {}, [None], {"text": 1}, "a\n" * 900, [[]]]


@pytest.mark.slow
def test_mutated_events_get_nothing_or_a_valid_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    dice = random.Random(20260101)
    long_ones = [event(name.partition(" ")[0], response) for name, response in _RESPONSES.items()] + [bash(log())]
    answered = 0
    for number in range(_EVENTS):
        source = dice.choice(long_ones if number % 10 == 0 else _SAMPLES)
        payload = _mutated(source, dice)
        raw = json.dumps(payload).encode()
        if number % 50 == 1:
            raw = raw[: dice.randrange(len(raw))]
        try:
            reply = entry.answer(raw)
        except Exception:
            continue
        if reply.startswith(b"{"):
            value = json.loads(reply)["hookSpecificOutput"]
            assert value["hookEventName"] == payload["hook_event_name"]
            if "updatedToolOutput" in value:
                answered += 1
                assert _is_shape_of(value["updatedToolOutput"], payload["tool_response"], payload["tool_name"]), payload
    assert answered > _EVENTS // 100


def _mutated(source: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    payload = copy.deepcopy(source)
    for _ in range(dice.choice((1, 1, 2, 4))):
        node: Any = payload
        for _ in range(dice.randrange(5)):
            inner = [v for v in (node.values() if isinstance(node, dict) else node) if isinstance(v, dict | list) and v]
            if not inner:
                break
            node = dice.choice(inner)
        key: Any = dice.choice(list(node)) if isinstance(node, dict) else dice.randrange(len(node))
        if dice.random() < 0.3:
            del node[key]
        else:
            node[key] = copy.deepcopy(dice.choice(_ODD))
        if not node:
            break
    return payload
