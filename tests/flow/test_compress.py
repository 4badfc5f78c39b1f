"""The flow from an output to its slice, on a real store."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens
from headroom_mcp.types import View


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return Settings(home=str(tmp_path / "home"))


def _log(lines: int = 900) -> str:
    body = [f"2026-01-01 INFO worker {i % 7} finished job {i}" for i in range(lines)]
    body[500] = "2026-01-01 ERROR payment gateway refused the connection"
    return "\n".join(body) + "\n"


def test_a_long_output_becomes_smaller_and_its_failure_survives(settings: Settings) -> None:
    with open_store(settings) as store:
        result = compress_output(_log(), store=store, settings=settings)

    assert result.outcome == "compressed"
    assert "ERROR payment gateway refused the connection" in result.text
    assert result.tokens_after < result.tokens_before / 3


def test_the_original_comes_back_byte_for_byte(settings: Settings) -> None:
    with open_store(settings) as store:
        result = compress_output(_log(), store=store, settings=settings)
        assert result.ref is not None

        assert store.get(result.ref).text == _log()


def test_a_slice_by_lines_is_verbatim(settings: Settings) -> None:
    with open_store(settings) as store:
        result = compress_output(_log(), store=store, settings=settings)
        assert result.ref is not None
        answer = retrieve(result.ref, lines="501", store=store)

    assert "2026-01-01 ERROR payment gateway refused the connection" in answer.splitlines()


def test_our_own_output_passes_untouched(settings: Settings) -> None:
    with open_store(settings) as store:
        first = compress_output(_log(), store=store, settings=settings)
        second = compress_output(first.text, store=store, settings=settings)

    assert second.outcome in {"already", "small"}
    assert second.text == first.text


def test_what_gains_nothing_comes_back_as_it_was_with_and_without_a_session(settings: Settings) -> None:
    words = "amber basil cedar delta ember fjord grove haven iris jade karst lotus maple north onyx pearl".split()
    dice = Random(3)
    text = "\n".join(" ".join(dice.choices(words, k=9)) for _ in range(24))
    for session in ("", "s"):
        result = compress_output(text, settings=settings, session=session)

        assert (result.text, result.ref) == (text, None)
        assert result.tokens_before == result.tokens_after > 0
        assert result.outcome in ("no_gain", "small")


def test_a_retrieval_is_charged_with_what_it_showed(settings: Settings) -> None:
    with open_store(settings) as store:
        result = compress_output(_log(), store=store, settings=settings, session="s")
        assert result.ref is not None
        shown = retrieve(result.ref, lines="5-40", store=store, session="s")
        figures = store.ledger.read(session="s")

    assert tokens.estimate(shown) == figures.totals.tokens_retrieved


@pytest.mark.parametrize(
    ("text", "view", "outcome", "kind"),
    [
        ("a few words", View(), "small", ""),
        (
            "\n".join(f"{n} {n * 7919 % 1009} words {n * 31 % 97} of {n * 17}" for n in range(200)),
            View(whole=True),
            "unknown",
            "",
        ),
    ],
)
@pytest.mark.parametrize("session", ["", "s"])
def test_what_stays_as_it_is_says_why(
    text: str, view: View, outcome: str, kind: str, session: str, settings: Settings
) -> None:
    result = compress_output(text, session=session, view=view, settings=settings)

    count = tokens.estimate(text)
    assert result[:6] == (text, kind, None, count, count, outcome)


@pytest.mark.parametrize("session", ["", "s"])
def test_what_gains_nothing_names_the_kind_that_it_was_read_as(session: str, settings: Settings) -> None:
    import hashlib

    text = " ".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(90))
    result = compress_output(text, session=session, settings=settings._replace(min_saving=0.9))

    assert (result.text, result.outcome, result.ref) == (text, "no_gain", None)
    assert result.kind != ""
