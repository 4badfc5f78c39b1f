"""What users paste: made small on request only, and nothing beside it changes."""

from __future__ import annotations

import random
from typing import Any

import pytest

from headroom_mcp import compress
from headroom_mcp.context import attachments, checkpoint, walk
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory

from .conversations import _log, as_messages, drawn_steps, plain

_SETTINGS = Settings(min_tokens=60)
_LOG = "\n".join(f"2026-03-14T03:00:{i % 60:02d}Z INFO request {i} done" for i in range(400))
_PASTED = f"why is this slow?\n```log\n{_LOG}\n```\nBe brief."
_DOCUMENT = {
    "type": "document",
    "title": "app.log",
    "source": {"type": "text", "media_type": "text/plain", "data": _LOG},
}


def _compressed(messages: list[Any], **named: Any) -> Any:
    walk._renderings.clear()
    checkpoint.clear()
    with open_in_memory(_SETTINGS) as store:
        return compress(messages, settings=_SETTINGS, store=store, **named)


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": _PASTED},
        {"role": "user", "content": [{"type": "text", "text": _PASTED, "cache_control": {"type": "ephemeral"}}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": _PASTED}]},
        {"role": "user", "parts": [{"text": _PASTED}]},
        {"role": "user", "content": [_DOCUMENT, {"type": "text", "text": "why is this slow?"}]},
    ],
)
def test_what_is_pasted_becomes_small_on_request_only(message: dict[str, Any]) -> None:
    untouched = _compressed([message])
    result = _compressed([message], attachments_from=200)
    again = _compressed(result.messages, attachments_from=200)

    assert untouched.messages[0] is message
    assert [d.reason for d in untouched.decisions] == ["not_a_result"]
    assert [(d.tool, d.action, d.reason) for d in result.decisions] == [("attachment", "shortened", "shortened")]
    assert result.tokens_saved > 1000
    assert again.messages == result.messages
    said = str(result.messages)
    assert "why is this slow?" in said
    assert "[headroom " in said
    assert "request 200 done" not in said


def test_what_is_said_beside_a_fence_stays_to_the_letter_and_is_the_question() -> None:
    text = f"find request 333\n~~~~\n{_LOG}\n~~~~\nand this:\n```\nshort\n```\nThanks."
    (message,) = _compressed([{"role": "user", "content": text}], attachments_from=200).messages

    assert message["content"].startswith("find request 333\n~~~~\n")
    assert message["content"].endswith("\n~~~~\nand this:\n```\nshort\n```\nThanks.")
    assert "request 333 done" in message["content"]
    assert attachments.beside(text) == "find request 333\nand this:\nThanks."


@pytest.mark.parametrize(
    "content",
    [
        _PASTED.replace("```", "~~"),
        _PASTED.replace("\n```\nBe", "\nBe"),  # never closed
        _PASTED.replace(_LOG, f"<keep>{_LOG}</keep>"),
        _PASTED.replace(_LOG, "short"),
    ],
)
def test_what_is_not_between_fences_or_is_to_be_kept_stays(content: str) -> None:
    message = {"role": "user", "content": content}

    assert _compressed([message], attachments_from=200).messages[0] is message


def test_keep_and_the_system_and_the_model_hold_for_attachments_too() -> None:
    messages = [{"role": role, "content": _PASTED} for role in ("system", "assistant", "developer")]

    assert _compressed(messages, attachments_from=200).messages == messages
    pasted = [{"role": "user", "content": _PASTED}]
    assert _compressed(pasted, attachments_from=200, keep=("attachment",)).messages[0] is pasted[0]


@pytest.mark.parametrize("seed", range(8))
def test_the_prefix_law_holds_with_attachments(seed: int) -> None:
    rng = random.Random(seed)
    steps = [
        step._replace(text=f"look\n```\n{_log(rng)}\n{_log(rng)}\n```\n{step.text}") if step.kind == "said" else step
        for step in drawn_steps(rng, 10)
    ]
    messages = as_messages(steps, "mixed", rng)
    cut = rng.randint(0, len(messages))
    whole = _compressed(messages, attachments_from=100)
    prefix = _compressed(messages[:cut], attachments_from=100)
    again = _compressed(whole.messages, attachments_from=100)

    assert plain(prefix.messages) == plain(whole.messages[:cut])
    assert plain(again.messages) == plain(whole.messages)
