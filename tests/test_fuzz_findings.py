"""What the fuzzers found, each as the smallest text that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store
from headroom_mcp.types import Origin


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


def test_a_command_or_a_folder_with_half_a_surrogate_is_a_name_like_any_other(store: Store) -> None:
    text = "\n".join(f"2026-01-01 INFO worker {i % 7} finished job {i}" for i in range(300))
    project = "/srv/caf\udce9"  # how Python spells a folder whose name is no UTF-8

    result = compress_output(
        text,
        tool_name="Bash",
        tool_input={"command": "cat a\ud800.log"},
        store=store,
        settings=store.settings,
        origin=Origin("s\ud800", project=project),
    )
    store.sessions.set_query("s\ud800", project, "why \udfff?")

    assert result.outcome == "compressed"
    assert result.ref is not None
    assert "finished job 0" in retrieve(result.ref, lines="1-2", store=store, project=project)
    assert store.ledger.read(project=project).totals.outputs == 1
    assert store.sessions.query("s\ud800") == "why \\udfff?"
