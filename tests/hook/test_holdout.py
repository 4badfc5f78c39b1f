"""A session that an experiment holds out sees what its tools print; every other one is compressed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from headroom_mcp.evals.hook_speed import log
from headroom_mcp.settings import holdout
from tests.hook.claude_session import ClaudeSession

if TYPE_CHECKING:
    import pytest


def test_held_out_sessions_are_left_alone_small_outputs_and_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    experiment = holdout.start(str(home), 0.5, 1_790_000_000)
    out = next(name for name in map(str, range(99)) if experiment.holds_out(name))
    other = next(name for name in map(str, range(99)) if not experiment.holds_out(name))
    text = log(400, 1)
    middling = "\n".join(log(400, 2).splitlines()[:9])

    held, compressed = ClaudeSession(tmp_path, out), ClaudeSession(tmp_path, other)

    assert held.run("make log", text) == text
    assert [held.run("make more", middling) for _ in range(2)] == [middling, middling]
    assert len(compressed.run("make log", text)) < len(text)
