"""What is remembered of conversations: compared without an error, and never more than there is room for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from headroom_mcp import compress
from headroom_mcp.context import checkpoint
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory

_SETTINGS = Settings(min_tokens=60)
_LOG = "\n".join(f"2026-03-14T03:00:{i % 60:02d}Z INFO worker-{i % 3} request {i} done" for i in range(90))


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    checkpoint.clear()
    yield
    checkpoint.clear()


def _conversation(said: Any) -> list[Any]:
    call = {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "make"}}
    return [
        {"role": "user", "content": said},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": _LOG}]},
    ]


class _Array:
    """Compares as arrays do: whether two of them are equal is no yes or no."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise ValueError("the truth value of an array is ambiguous")


def test_a_conversation_that_cannot_be_compared_with_another_is_made_short_all_the_same() -> None:
    with open_in_memory(_SETTINGS) as store:
        compress(_conversation("why?"), settings=_SETTINGS, store=store)
        result = compress(_conversation(_Array()), settings=_SETTINGS, store=store)

    assert result.decisions[-1].reason == "shortened"


def test_images_count_for_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "_MOST_CHARS", 1_000_000)
    with open_in_memory(_SETTINGS) as store:
        for number in range(6):
            source = {"type": "base64", "media_type": "image/png", "data": f"{number}" * 400_000}
            compress(_conversation([{"type": "image", "source": source}]), settings=_SETTINGS, store=store)

    assert 0 < sum(map(len, checkpoint._held.values())) <= 2
