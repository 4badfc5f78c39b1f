"""The price table: every row says where it is from; the break-even rules are those of the page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.context import prices
from headroom_mcp.types import SettingsError


def test_every_row_has_a_source_and_a_date() -> None:
    for row in prices.table():
        assert row.source
        assert re.fullmatch(r"20\d\d-[01]\d(-[0-3]\d)?", row.date)
        assert 0 < row.read <= 1 <= row.write_5m <= row.write_1h


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("claude-opus-5-5-20260901", "claude-opus-5-5"),
        ("anthropic/claude-opus-5", "claude-opus-5"),
        ("claude-sonnet-4.6", "claude-sonnet-4"),
        ("claude-instant", "claude"),
        ("gpt-6-mini", "gpt-6"),
        ("gpt-4o", "gpt"),
        ("gemini-3-pro", "gemini"),
    ],
)
def test_the_most_particular_row_counts(model: str, name: str) -> None:
    row = prices.of(model)

    assert row is not None
    assert row.name == name


@pytest.mark.parametrize(
    ("model", "worth"), [("claude-opus-5-5", 2.75), ("claude-fable-5-2", 2.0), ("claude-sonnet-5", 4.25)]
)
def test_the_worth_of_a_token_that_is_never_sent(model: str, worth: float) -> None:
    row = prices.of(model)

    assert row is not None
    assert row.worth(30) == pytest.approx(worth)


@pytest.mark.parametrize(
    ("model", "ttl", "ratio"),
    [
        ("claude-opus-5", "5m", 11.5),
        ("claude-opus-5", "1h", 19),
        ("claude-opus-5-5", "5m", 24),
        ("claude-fable-5-2", "1h", 79),
    ],
)
def test_removing_from_a_warm_prefix_pays_after_many_requests(model: str, ttl: str, ratio: float) -> None:
    row = prices.of(model)

    assert row is not None
    assert row.pays_after(1_000, 1_000, ttl) == pytest.approx(ratio)
    assert row.pays_after(0, 1_000, ttl) == float("inf")


def test_beyond_the_cliff_every_token_costs_more() -> None:
    row = prices.of("claude-haiku-5-5")

    assert row is not None
    assert row.units(100_001, 0, 0) == pytest.approx(5 * 100_001)
    assert row.units(50_000, 0, 50_000) == pytest.approx(55_000)


def test_a_users_own_rows_count(_own_data_folder: Path) -> None:
    own = _own_data_folder / "prices.toml"
    own.write_text(
        '[[model]]\nname = "house-7"\ninput = 1.5\nwrite_5m = 1\nread = 0.2\nsource = "us"\ndate = "2026-11-01"\n'
    )
    shown = CliRunner().invoke(main, ["prices", "house-7b", "--later", "10", "--json"])

    assert json.loads(shown.stdout)[0]["worth"] == 3.0
    assert "house-7" in CliRunner().invoke(main, ["prices"]).stdout


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "a = 1",
        '[[model]]\nname = "x"\n',
        '[[model]]\nname = "x"\nwrite_5m = -1\nread = 0.1\nsource = "us"\ndate = "2026-11-01"\n',
        '[[model]]\nname = "x"\nwrite_5m = 1\nread = 0\nsource = "us"\ndate = "2026-11-01"\n',
        '[[model]]\nname = "x"\ncolour = "red"\n',
        '[[model]]\nname = "x"\nwrite_5m = 1\nread = 0.1\nsource = 3\ndate = "2026-11-01"\n',
    ],
)
def test_a_file_of_prices_that_is_not_valid_is_named(text: str, _own_data_folder: Path) -> None:
    (_own_data_folder / "prices.toml").write_text(text)

    with pytest.raises(SettingsError, match=r"prices\.toml"):
        prices.table()


def test_an_unknown_model_has_no_price() -> None:
    done = CliRunner().invoke(main, ["prices", "nobody-9"])

    assert done.exit_code == 1
    assert "nobody-9" in done.output
