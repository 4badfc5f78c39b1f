"""Which outputs the store that the settings name is opened for: only those of which it has to know, or knows more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.flow import compress
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.types import Origin, Shown

_LONG = "\n".join(f"2026-01-01 00:00:00 INFO worker {n % 7} finished job {n}" for n in range(400))
_SHORT = "\n".join(f"{n} {n * n} {n**3} {chr(97 + n % 26)}{n % 5}" for n in range(12))
_WITH_REF = f"{_SHORT}\n[headroom 0123456789ab: 9 of 20 lines left out; headroom_retrieve]"


@pytest.mark.parametrize(
    ("text", "session", "more", "opened", "remembered"),
    [
        (_SHORT, "", {}, 0, 0),
        (_SHORT, "s", {}, 1, 1),
        (_SHORT, "s", {"earlier": [Shown("make", "x")]}, 0, 0),
        (_WITH_REF, "", {}, 1, 0),
        (_WITH_REF, "s", {}, 1, 1),
        (_LONG, "", {}, 1, 0),
        (_LONG, "s", {}, 1, 1),
    ],
)
@pytest.mark.parametrize("repeats", [True, False])
def test_the_store_is_opened_for_what_it_has_to_know(
    text: str, session: str, more: dict[str, Any], opened: int, remembered: int, repeats: bool,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings = Settings(home=str(tmp_path), repeats=repeats, min_tokens=20)
    asked: list[Settings] = []

    def opening(given: Settings) -> Store:
        asked.append(given)
        return open_store(given)

    monkeypatch.setattr(compress, "_open", opening)
    if not repeats and text == _SHORT:
        opened = 0
    remembered = remembered if repeats else 0

    result = compress.compress_output(
        text, tool_name="Bash", settings=settings, origin=Origin(session, project="/p"), **more
    )

    assert result.outcome == ("compressed" if text == _LONG else "no_gain")
    assert asked == [settings] * opened
    with open_store(settings) as store:
        assert len(store.contexts.shown_in("s", "")) == remembered
