"""`headroom bench latency`: a row for each kind and size, percentiles in order, and where it does not pay."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.evals import latency
from headroom_mcp.text import tokens


def test_rows_have_percentiles_in_order_and_what_it_takes_to_pay() -> None:
    done = CliRunner().invoke(
        main, ["bench", "latency", "--size", "4000", "--kind", "log", "--runs", "3", "--cold-runs", "2", "--json"]
    )

    found = json.loads(done.output[done.output.index("{") :])
    (row,) = found["rows"]
    assert done.exit_code == 0
    assert row["saved"] > 1_000
    for times in (row["warm"], row["cold"]):
        assert 0 < times["p50"] <= times["p95"] <= times["p99"]
    assert row["memory_mb"] > 1
    # at the speed where it stops paying, nothing is won
    assert abs(row["saved"] / row["pays_below"] * 1_000 - row["cold"]["p50"]) < 1e-6
    assert row["net_ms"]["a local model on a CPU"] > row["net_ms"]["a small hosted model"]


def test_small_outputs_are_said_not_to_pay() -> None:
    done = CliRunner().invoke(
        main,
        ["bench", "latency", "--size", "200", "--kind", "prose", "--runs", "2", "--cold-runs", "1", "--reads", "9000"],
    )

    assert done.exit_code == 0
    assert "your model (9,000 tokens a second): does not pay for prose" in done.output


@pytest.mark.parametrize("kind", list(latency.KINDS))
def test_outputs_have_about_the_size_that_is_asked_for_and_differ(kind: str) -> None:
    made = [latency.output(kind, 10_000, seed) for seed in range(2)]

    assert 6_000 < tokens.estimate(made[0].text) < 15_000
    assert made[0].text != made[1].text
    assert made[0] == latency.output(kind, 10_000, 0)


def test_a_model_without_a_price_is_refused() -> None:
    done = CliRunner().invoke(main, ["bench", "latency", "--model", "none-such"])

    assert done.exit_code == 1
    assert "No price is known for none-such" in done.output
