"""The page on conversations names every reason, in the words of the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from headroom_mcp.context.result import REASONS, Reason

_PAGE = Path(__file__).parents[2] / "docs" / "conversations.md"


def test_the_page_lists_every_reason_as_the_code_has_it() -> None:
    text = _PAGE.read_text(encoding="utf-8")
    rows = dict(
        re.findall(r"^\| `(\w+)` \| (.+) \|$", text[text.index("begin reasons") : text.index("end reasons")], re.M)
    )

    assert rows == dict(REASONS)


def test_the_list_of_reasons_is_closed() -> None:
    assert set(get_args(Reason)) == set(REASONS)
