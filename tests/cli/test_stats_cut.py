"""`headroom stats`: what the host would have cut by itself, beside what it would have cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp import Settings, compress_output, open_store
from headroom_mcp.cli import main
from headroom_mcp.types import View


@pytest.mark.parametrize(("tokens_host", "cut"), [(700, 1), (0, 0)])
def test_outputs_that_the_host_would_have_cut_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tokens_host: int, cut: int
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    text = "\n".join(f"2026-01-01 INFO worker {at % 7} finished job {at}" for at in range(900))
    with open_store(Settings(home=str(tmp_path))) as store:
        result = compress_output(text, tool_name="Bash", store=store, view=View(tokens_host=tokens_host))

    figures = json.loads(CliRunner().invoke(main, ["stats", "--json"]).output)
    printed = CliRunner().invoke(main, ["stats"]).output

    assert figures["cut_by_host"]["outputs"] == cut
    assert figures["cut_by_host"]["tokens"] == (result.tokens_before - tokens_host if cut else 0)
    assert ("By itself the host would have cut 1 output" in printed) == bool(cut)
