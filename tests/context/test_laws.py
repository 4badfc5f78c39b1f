"""The laws of conversations: the prefix law above all. HEADROOM_TESTS=full draws 20,000 conversations."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_mcp import compress
from headroom_mcp.context import checkpoint, query_echo, shapes, walk
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory
from headroom_mcp.text import marker
from tests import long_form

from .conversations import SHAPES, as_messages, conversations, drawn_steps, plain

_FORMS = ("mixed", *SHAPES)
_EXAMPLES = long_form.count(10, 20_000 // len(_FORMS) + 1)
LAW = settings(
    max_examples=_EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
_SETTINGS = Settings(min_tokens=60)


def _afresh(messages: Any, **named: Any) -> Any:
    """Return what `compress` gives with nothing in memory and nothing in the store."""
    walk._renderings.clear()
    checkpoint.clear()
    with open_in_memory(_SETTINGS) as store:
        return compress(messages, settings=_SETTINGS, store=store, **named)


@pytest.fixture(autouse=True)
def _echoes_come_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The conversations here are short."""
    monkeypatch.setattr(query_echo, "MIN_BETWEEN", 300)


@pytest.mark.parametrize("form", _FORMS)
@LAW
@given(data=st.data())
def test_the_laws_of_conversations(form: str, data: st.DataObject) -> None:
    messages = data.draw(conversations(form))
    before = copy.deepcopy(messages)
    cut = data.draw(st.integers(0, len(messages)))
    named = {"echo": data.draw(st.booleans())}
    walk._renderings.clear()
    checkpoint.clear()
    with open_in_memory(_SETTINGS) as store:
        result = compress(messages, settings=_SETTINGS, store=store, **named)
        again = compress(result.messages, settings=_SETTINGS, store=store, **named)
        with_memory = compress(messages[:cut], settings=_SETTINGS, store=store, **named)
        _every_original_comes_back(messages, result.messages, store)
    prefix = _afresh(messages[:cut], **named)
    forgetful = _afresh(result.messages, **named)

    assert plain(messages) == plain(before), "what was given has changed"
    assert plain(prefix.messages) == plain(result.messages[:cut]) == plain(with_memory.messages), "the prefix law"
    assert prefix.decisions == tuple(d for d in result.decisions if d.index < cut)
    assert plain(again.messages) == plain(result.messages) == plain(forgetful.messages), "idempotence"
    _only_texts_of_results_change(messages, result)
    assert result.tokens_after <= result.tokens_before
    assert {decision.index for decision in result.decisions} == set(range(len(messages)))


def _only_texts_of_results_change(messages: list[Any], result: Any) -> None:
    changed = {decision.index for decision in result.decisions if decision.action != "kept"}
    for index, (old, new) in enumerate(zip(messages, result.messages, strict=True)):
        if index not in changed:
            assert new is old, "an untouched message is the very object"
            continue
        events = shapes.events(old) or []
        places = [place.path for event in events if isinstance(event, shapes.Returned) for place in event.places]
        assert type(new) is type(old)
        assert plain(shapes.replaced(new, dict.fromkeys(places, ""))) == plain(
            shapes.replaced(old, dict.fromkeys(places, ""))
        )


def _every_original_comes_back(messages: list[Any], shown: list[Any], store: Any) -> None:
    for old, new in zip(messages, shown, strict=True):
        if new is old:
            continue
        for one, other in zip(_texts(old), _texts(new), strict=True):
            if one != other:
                assert store.get(marker.refs(other)[-1]).text == one


def _texts(message: Any) -> list[str]:
    return [p.text for e in shapes.events(message) or [] if isinstance(e, shapes.Returned) for p in e.places]


@LAW
@given(messages=conversations("anthropic"))
def test_a_model_that_signs_its_thinking_accepts_every_replay(messages: list[Any]) -> None:
    """It signs what precedes a thought, as it was sent; on every later request the same must precede it."""
    signed: dict[int, str] = {}
    for end in range(1, len(messages) + 1):
        sent = plain(compress(messages[:end], settings=_SETTINGS).messages)
        for index, message in enumerate(sent):
            if message["role"] == "assistant":
                preceding = json.dumps(sent[:index])
                assert signed.setdefault(index, preceding) == preceding


def test_the_generator_draws_what_the_laws_are_about() -> None:
    """Otherwise they would hold of nothing."""
    reasons: Counter[str] = Counter()
    for seed in range(40):
        rng = random.Random(seed)
        drawn = as_messages(drawn_steps(rng, 12), "mixed", rng)
        reasons.update(decision.reason for decision in _afresh(drawn).decisions)

    assert reasons["shortened"] > 40
    assert set(reasons) >= {
        "small",
        "no_gain",
        "own_tool",
        "orphan",
        "asked_again",
        "keep_tag",
        "not_a_result",
        "short_file",
    }


def test_what_was_left_out_is_given_back_by_its_ref() -> None:
    text = "\n".join(f"2026-03-14T03:00:{i % 60:02d}Z INFO request {i} done" for i in range(400))
    messages = [
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "a", "name": "Bash", "input": {"command": "cat app.log"}}],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": text}]},
    ]

    shown = compress(messages).messages[1]["content"][0]["content"]

    assert len(shown) < len(text) / 2
    assert "request 200 done" in retrieve(marker.refs(shown)[0], lines="195-205")
