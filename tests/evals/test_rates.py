"""The rates of what tools print: what is measured, how it is told, and when it is out of bounds."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from headroom_mcp import compressors
from headroom_mcp.evals import growth_outputs, rates
from headroom_mcp.evals.rates import Rate

_RATE = Rate("table", "CSV", plain_s=10.0, asked_s=12.0, growth=2.0, large_s=0.0, loops=12.0, memory_mb=90.0)


def test_every_kind_is_measured() -> None:
    assert set(compressors.BUILTIN) == {output.kind for output in rates.outputs()}


def test_every_output_has_a_name_of_its_own_and_about_the_size_asked_for() -> None:
    outputs = rates.outputs()

    assert len(outputs) == len({(output.kind, output.name) for output in outputs})
    for output in growth_outputs.further():
        assert 0.5 * 60_000 < len(output.make(60_000)) < 2.0 * 60_000, output.name


def test_what_is_counted_in_loops_is_told_in_seconds_of_a_machine() -> None:
    told = rates.at_pace(_RATE, 0.04)

    assert pytest.approx(0.48) == told.slowest
    assert told.loops == _RATE.loops


@pytest.mark.parametrize(
    ("change", "expected"),
    [({}, False), ({"asked_s": 26.0}, True), ({"large_s": 26.0}, True), ({"growth": 2.3}, True)],
)
def test_what_is_slow_or_grows_faster_than_the_text_is_out_of_bounds(
    change: dict[str, float], *, expected: bool
) -> None:
    assert expected == rates.is_out_of_bounds(rates.at_pace(_RATE._replace(**change), 0.04))


def test_the_figures_are_told_and_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(rates, "measure", lambda chosen, above: iter([(_RATE, 1.0)]))
    monkeypatch.setattr(rates, "loop", lambda: 0.05)

    code = rates.main(["--json", str(tmp_path / "rates.json")])

    written = json.loads((tmp_path / "rates.json").read_text())
    assert code == 0
    assert "table: CSV" in capsys.readouterr().out
    assert written["about"]["loop_ms"] == 50.0
    assert written["rows"][0]["asked_s"] == 0.6


def test_an_output_is_measured_in_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "_SIZE", 8_000)
    monkeypatch.setattr(rates, "_LARGE", 16_000)
    [output] = rates.outputs("blob: hex dump")

    found = rates.rate_of(output, above=0.0)

    assert min(found.plain_s, found.asked_s, found.growth, found.large_s) > 0
    assert found.loops == max(found.plain_s, found.asked_s, found.large_s) or found.loops > found.large_s


@pytest.mark.parametrize(
    ("large", "expected", "runs"),
    [
        ([0.8], 0.8, 1),
        ([1.6, 0.8], 0.8, 2),
        ([1.6, 0.9, 0.8], 0.9, 2),
        ([1.6, 1.4, 1.5], 1.4, 3),
        ([0.99, 0.8], 0.8, 2),
    ],
    ids=["quick at once", "slow once", "not again once it is quick", "always slow", "grows too fast at first"],
)
def test_what_is_slow_at_the_large_size_is_run_again_and_the_least_counts(
    monkeypatch: pytest.MonkeyPatch, large: list[float], expected: float, runs: int
) -> None:
    readings = iter(large)
    measured: list[int] = []

    def seconds(run: object, text: str) -> float:
        measured.append(len(text))
        return next(readings) * 10 if len(text) > 1_000_000 else 0.7 * len(text) / 1e6

    monkeypatch.setattr(rates, "seconds", seconds)
    monkeypatch.setattr(rates, "planned", lambda *_: lambda text: None)
    monkeypatch.setattr(rates, "loop", lambda: 1.0)
    fake = rates.Output("log", "fake", "", lambda size: "x" * size)

    found = rates.rate_of(fake)

    assert found.large_s == pytest.approx(expected)
    assert measured.count(10_000_000) == runs
    assert found.growth == pytest.approx((expected * 10 / 0.7) ** (1 / math.log2(10)))
