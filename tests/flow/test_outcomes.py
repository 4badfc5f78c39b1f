"""What comes of an output, whole: the result, the record in the store, the failure log; and how much is aimed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_mcp import compress_output, open_store
from headroom_mcp.flow.budget import budget_for
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import marker, tokens
from headroom_mcp.types import Origin, View

_SECRET = "ghp_" + "a1B2c3D4e5" * 4


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return Settings(home=str(tmp_path / "home"))


def _log(lines: int = 900) -> str:
    body = [f"2026-01-01 INFO worker {i % 7} finished job {i}" for i in range(lines)]
    body[lines // 2] = "2026-01-01 ERROR payment gateway refused the connection"
    return "\n".join(body) + "\n"


@pytest.mark.parametrize("way_back", ["", "headroom retrieve"])
@pytest.mark.parametrize("session", ["", "s"])
def test_a_result_says_what_the_store_has_noted(session: str, way_back: str, settings: Settings) -> None:
    text = _log()
    origin = Origin(session, project="/p", tool_use_id="t1", host="h")
    view = View(way_back=way_back, tokens_host=7_000)
    with open_store(settings) as store:
        result = compress_output(
            text, tool_name="Bash", tool_input={"command": "make it"}, store=store, settings=settings, origin=origin, view=view
        )  # fmt: skip
        assert result.ref is not None
        original = store.get(result.ref)
        rows = store.connection.execute(
            "SELECT ref, session, project, tool_use_id, host, tool_name, kind, label, tokens_before, tokens_host, tokens_after"
            " FROM output"
        ).fetchall()
        shown = store.was_shown(result.ref, result.text)
        above = [(one.label, one.text, one.tool_use_id) for one in store.contexts.shown_in("s", "")]

    assert (result.outcome, result.tokens_before, original.text) == ("compressed", tokens.estimate(text), text)
    assert result.tokens_after == tokens.estimate(
        result.text.replace(result.ref, "0" * 12)
    )  # counted before it has one
    assert (original.tool_name, original.kind) == ("Bash", result.kind)
    assert rows == [
        (result.ref, session, "/p", "t1", "h", "Bash", result.kind, "make it", result.tokens_before, 7_000, result.tokens_after)
    ]  # fmt: skip
    assert shown
    assert above == ([("make it", result.text, "t1")] if session else [])
    assert marker.refs(result.text)[-1] == result.ref
    assert (f"; {way_back} {result.ref} --lines" in result.text.split("\n")[-1]) == bool(way_back)
    assert result.omitted
    assert 0 < sum(one.last - one.first + 1 for one in result.omitted) < 900


@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_what_is_under_the_least_is_small_and_what_is_not_is_no_gain(beside: int, settings: Settings) -> None:
    text = " ".join(f"{n * 7919 % 10007:x}" for n in range(300))
    least = tokens.estimate(text) + beside

    result = compress_output(text, settings=settings._replace(min_tokens=least, min_saving=0.99))

    assert (result.text, result.outcome) == (text, "small" if beside > 0 else "no_gain")


@pytest.mark.parametrize("redact", ["none", "model", "both"])
def test_what_is_denied_is_kept_nowhere_and_its_secrets_are_masked_where_that_is_wanted(
    redact: str, settings: Settings
) -> None:
    text = _log() + f"token {_SECRET}\n"
    with open_store(settings) as store:
        result = compress_output(text, store=store, settings=settings._replace(deny=("payment",), redact=redact))
        kept = store.connection.execute("SELECT COUNT(*) FROM original").fetchone()[0]

    assert (kept, result.ref) == (0, None)
    assert result.tokens_before == tokens.estimate(text)
    assert result.tokens_after == tokens.estimate(result.text)
    if redact == "none":
        assert (result.text, result.outcome, result.kind) == (text, "unknown", "")
    else:
        assert (result.outcome, result.kind) == ("compressed", "redacted")
        assert _SECRET not in result.text
        assert result.text.count("\n") == text.count("\n")
        assert result.text.startswith(_log())


@pytest.mark.parametrize("redact", ["none", "model"])
def test_a_failure_of_ours_costs_the_compression_and_is_noted(
    redact: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the parcel\nand more")

    monkeypatch.setattr("headroom_mcp.flow.compress.plan_within", fails)
    text = _log() + f"token {_SECRET}\n"

    result = compress_output(text, settings=settings._replace(redact=redact))

    noted = (Path(settings.home) / "failures.log").read_text()
    assert " compress_output ZeroDivisionError: the parcel" in noted
    assert noted.count("\n") == 1
    assert result.ref is None
    assert (result.text == text, result.outcome) == ((True, "failed") if redact == "none" else (False, "compressed"))
    assert (_SECRET in result.text) == (redact == "none")


@pytest.mark.parametrize(
    ("size", "budget"),
    [
        (0, 200), (444, 200), (445, 200), (447, 201), (999, 449), (1_000, 450), (1_007, 451), (2_000, 600), (8_000, 1_500),
        (8_020, 1_501), (18_000, 2_000), (77_980, 4_999), (78_000, 5_000), (78_020, 5_000), (10**7, 5_000),
    ],
)  # fmt: skip
def test_the_budget_grows_with_the_output_ever_more_slowly_up_to_five_thousand(size: int, budget: int) -> None:
    assert budget_for(size) == budget
