"""The page on conversations names every reason, in the words of the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from headroom_mcp.context.cache.explain import CAUSES, Cause
from headroom_mcp.context.result import REASONS, Reason

_PAGE = Path(__file__).parents[2] / "docs" / "conversations.md"


def _rows(part: str) -> dict[str, str]:
    text = _PAGE.read_text(encoding="utf-8")
    return dict(
        re.findall(r"^\| `(\w+)` \| (.+) \|$", text[text.index(f"begin {part}") : text.index(f"end {part}")], re.M)
    )


def test_the_page_lists_every_reason_and_cause_as_the_code_has_it() -> None:
    assert _rows("reasons") == dict(REASONS)
    assert _rows("causes") == dict(CAUSES)


def test_the_lists_are_closed() -> None:
    assert set(get_args(Reason)) == set(REASONS)
    assert set(get_args(Cause)) == set(CAUSES)
