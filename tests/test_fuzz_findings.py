"""What the fuzzers found, each as the smallest text that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_mcp import compress_output, open_store
from headroom_mcp.config import Settings
from headroom_mcp.store import Store


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(home=str(tmp_path), min_tokens=20)) as store:
        yield store


def test_a_footer_counts_when_a_text_is_measured_in_characters(store: Store) -> None:
    row = "2014-03-20,0.0,11.1,"
    text = f"ain\r2014-03-18,0.0,0.0,3.3,1.6,sun\r2014-03-19,0.5,11.1,3.3,5.1,rain\r{row}"

    result = compress_output(
        text, tool_name="Bash", tool_input={"command": "tail -n 100 app.log"}, store=store, settings=store.settings
    )

    assert result.ref is None or len(result.text) < len(text)
