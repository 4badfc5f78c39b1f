"""An experiment holds a fixed share of the sessions out, chosen by their ids, and only those."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_mcp.settings import holdout, private, switches
from headroom_mcp.settings.load import InForce
from headroom_mcp.settings.table import Settings


def test_about_the_share_is_held_out_and_always_the_same_sessions() -> None:
    experiment = holdout.Experiment(0.2, 1_790_000_000)
    names = [f"session-{at}" for at in range(4_000)]

    out = [name for name in names if experiment.holds_out(name)]

    assert 0.17 < len(out) / len(names) < 0.23
    assert out == [name for name in names if holdout.Experiment(0.2, 1_790_000_000).holds_out(name)]
    other = [name for name in names if holdout.Experiment(0.2, 1_790_000_001).holds_out(name)]
    assert len(set(out) & set(other)) < len(out) / 2


def test_hooks_leave_held_out_sessions_alone_until_it_is_stopped(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    experiment = holdout.start(str(tmp_path), 0.5, 1_790_000_000.7)
    out = next(name for name in map(str, range(99)) if experiment.holds_out(name))
    other = next(name for name in map(str, range(99)) if not experiment.holds_out(name))

    assert experiment == holdout.running(str(tmp_path))
    assert switches.is_off(settings, out)
    assert not switches.is_off(settings, other)
    assert not switches.is_off(settings)
    assert not switches.is_turned_off(settings, out)

    ended = holdout.stop(str(tmp_path), 1_790_000_900)

    assert ended == holdout.last(str(tmp_path)) == (0.5, 1_790_000_000, 1_790_000_900)
    assert not switches.is_off(settings, out)
    assert holdout.stop(str(tmp_path), 1_790_000_950) is None


def test_secrets_are_masked_in_held_out_sessions_too(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path), redact="model")
    experiment = holdout.start(str(tmp_path), 0.5, 1_790_000_000)
    out = next(name for name in map(str, range(99)) if experiment.holds_out(name))

    assert InForce(settings, settings, None).masks(out)


@pytest.mark.parametrize("written", ["", "x y", "0.1", "0.1 2 3 4", "\udcff"])
def test_a_file_that_cannot_be_read_holds_nothing_out(tmp_path: Path, written: str) -> None:
    (tmp_path / "experiment").write_text(written, errors="surrogateescape")

    assert holdout.running(str(tmp_path)) is None


def test_its_files_go_with_the_others(tmp_path: Path) -> None:
    home = tmp_path / "data"
    holdout.start(str(home), 0.5, 1_790_000_000)
    holdout.stop(str(home), 1_790_000_001)
    holdout.start(str(home), 0.5, 1_790_000_002)

    assert private.remove_ours(str(home)) == []
    assert not home.exists()
