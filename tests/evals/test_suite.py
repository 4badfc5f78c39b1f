"""`python -m headroom_mcp.evals`: what it prints, what it keeps, and that it ends with 1 where a law is broken on purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from headroom_mcp.evals import __main__ as evals
from headroom_mcp.evals import figures, report, suite
from headroom_mcp.evals.figures import Layer
from headroom_mcp.evals.layers import facts, needles
from headroom_mcp.store.rows import Original
from headroom_mcp.store.sqlite.store import SqliteStore
from headroom_mcp.text import marker

if TYPE_CHECKING:
    import pytest


def test_quick_reaches_its_bars_without_data_or_network(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needles, "SIZES", (40, 200))  # the largest take most of the time

    code = evals.main(["quick", "-n", "1", "--json"])

    printed = json.loads(capsys.readouterr().out)
    layers = {layer["name"]: layer for layer in printed["layers"]}
    assert code == 0
    assert {"facts", "needles", "laws", "truth", "turns"} <= {
        name for name, layer in layers.items() if layer["figures"]
    }
    assert "--data" in layers["catalogues"]["skipped"]


def test_an_original_that_comes_back_changed_ends_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = SqliteStore.get

    def shorter(self: SqliteStore, ref: str, project: str | None = None, session: str = "") -> Original:
        found = whole(self, ref, project=project, session=session)
        return found._replace(body=found.body[:-1])

    monkeypatch.setattr(SqliteStore, "get", shorter)

    assert evals.main(["quick", "-n", "2", "--layer", "laws"]) == 1


def test_markers_that_count_a_line_too_many_end_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    right = marker.gap
    monkeypatch.setattr(marker, "gap", lambda start, stop, note="": right(start, stop + 1, note))

    assert evals.main(["quick", "-n", "2", "--layer", "truth"]) == 1


def test_a_figure_that_falls_is_told_against_a_baseline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evals.main(["quick", "-n", "1", "--layer", "turns", "--json"])
    baseline = json.loads(capsys.readouterr().out)
    file = tmp_path / "baseline.json"
    file.write_text(json.dumps(baseline))
    assert evals.main(["quick", "-n", "1", "--layer", "turns", "--ci", str(file)]) == 0

    baseline["layers"][0]["figures"].append({**baseline["layers"][0]["figures"][0], "name": "one that is gone"})
    file.write_text(json.dumps(baseline))

    assert evals.main(["quick", "-n", "1", "--layer", "turns", "--ci", str(file)]) == 1
    assert "one that is gone" in capsys.readouterr().err


def test_savings_are_not_compared_where_tokens_were_counted_otherwise(tmp_path: Path) -> None:
    layer = Layer("a", (figures.share("kept", 9, 10), figures.mean("tokens saved", [0.9, 0.9])))
    report_ = {"about": {"tokens by": "o200k"}, "layers": [figures.as_object(layer)]}
    (tmp_path / "r.json").write_text(json.dumps(report_))

    assert [layer] == suite.load(str(tmp_path / "r.json"), "o200k")
    assert [figure.name for figure in suite.load(str(tmp_path / "r.json"), "estimate")[0].figures] == ["kept"]


def test_a_fall_within_the_same_cases_counts_from_two_points_and_within_others_by_the_interval() -> None:
    before = [Layer("a", (figures.share("kept", 98, 100),))]

    assert figures.regressions(before, [Layer("a", (figures.share("kept", 97, 100),))]) == []
    assert len(figures.regressions(before, [Layer("a", (figures.share("kept", 95, 100),))])) == 1
    assert figures.regressions(before, [Layer("a", (figures.share("kept", 8, 9),))]) == []
    assert len(figures.regressions(before, [Layer("a", (figures.share("kept", 700, 900),))])) == 1


def test_a_suite_goes_on_where_it_stopped_and_writes_three_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [suite.Task("turns", 1), suite.Task("truth", 1)]
    first = suite.run(tasks[:1], None, str(tmp_path))
    began: list[str] = []

    def note(task: suite.Task) -> figures.Tick:
        began.append(task.name)
        return lambda: None

    both = suite.run(tasks, None, str(tmp_path), note)
    run = report.Run("A title", {"release": "1"}, both)

    assert began == ["truth"]
    assert first[0] == both[0]
    assert "A title" in report.html(run)
    assert "<svg" in report.html(run)
    assert "| statements that are true |" in report.markdown(run)
    # another number of cases is another figure
    assert len(suite.run([suite.Task("turns", 2)], None, str(tmp_path))[0].figures) == 2


def test_half_a_file_of_a_stopped_run_is_measured_again(tmp_path: Path) -> None:
    task = suite.Task("turns", 1)
    suite.run([task], None, str(tmp_path))
    kept = tmp_path / "layers" / "turns.json"
    kept.write_text(kept.read_text()[:40])

    assert suite.run([task], None, str(tmp_path))[0].figures


def test_what_cannot_be_read_is_said_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evals.main(["quick", "--data", str(tmp_path)]) == 2
    assert "bfcl" in capsys.readouterr().err
    assert evals.main(["quick", "--ci", str(tmp_path / "none.json")]) == 2


def test_a_run_ends_with_a_verdict_and_what_its_words_mean() -> None:
    good, bad = (figures.share(name, n, 10, 0.9) for name, n in (("planted", 10), ("critical", 1)))

    def said(*layers: figures.Layer) -> list[str]:
        return report.text(report.Run("t", {}, layers)).splitlines()

    assert said(figures.Layer("facts", (good,)))[-1] == "Every bar is reached (1 of 1)."
    last = said(figures.Layer("facts", (good, bad)), figures.Layer("online", (), skipped="no model"))[-1]
    assert last == "1 of 2 figures are below their bars: facts: critical. 1 of 2 layers were left out."
    assert said(figures.Layer("facts", ()))[-1] == "No bar was tried."
    legend = "\n".join(said(figures.Layer("facts", (good,)))[-4:-1])
    assert all(f"{word}:" in legend for word in facts.FAMILIES)
