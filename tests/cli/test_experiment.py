"""`headroom experiment`: begins, ends, and says what the transcripts show, and when they show nothing."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.evals import experiment as measured
from headroom_mcp.settings import holdout

STARTED = 1_790_000_000


def _transcript(folder: Path, session: str, *, read: int, shown: int, day: str = "2026-10-05") -> None:
    """A session of two requests: a command that is run twice, one of whose results fails."""
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": shown,
        "cache_read_input_tokens": read,
        "output_tokens": 40,
    }
    rows: list[dict[str, object]] = [
        {"type": "user", "message": {"role": "user", "content": "go"}, "timestamp": f"{day}T10:00:00Z"}
    ]
    for at in range(2):
        use = {"type": "tool_use", "id": f"t{at}", "name": "Bash", "input": {"command": "make"}}
        said = {"id": f"m{at}", "role": "assistant", "model": "claude-opus-5-5", "usage": usage, "content": [use]}
        # the same request on two lines, as the client writes its blocks
        rows += [{"type": "assistant", "message": said, "timestamp": f"{day}T10:00:0{at}Z"}] * 2
        result = {"type": "tool_result", "tool_use_id": f"t{at}", "content": "x " * shown, "is_error": at == 1}
        rows.append(
            {"type": "user", "message": {"role": "user", "content": [result]}, "timestamp": f"{day}T10:01:0{at}Z"}
        )
    lines = [json.dumps({**row, "sessionId": session}) for row in rows]
    (folder / f"{session}.jsonl").write_text("\n".join([*lines, '{"half": ']))


@pytest.fixture(name="projects")
def _projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty sessions of an experiment that holds out half: those are dearer by a half."""
    home = tmp_path / "home"
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    experiment = holdout.start(str(home), 0.5, STARTED)
    folder = tmp_path / "projects"
    folder.mkdir()
    random = Random(1)
    for at in range(40):
        session = f"session-{at}"
        dear = experiment.holds_out(session)
        _transcript(folder, session, read=random.randrange(900, 1_100) * (3 if dear else 2), shown=600 if dear else 400)
    _transcript(folder, "before", read=10**9, shown=9, day="2026-01-05")
    return folder


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["experiment", *arguments])
    return done.exit_code, done.output


def test_a_difference_is_told_with_its_interval(projects: Path) -> None:
    code, printed = _run("report", str(projects), "--json")

    found = json.loads(printed[printed.index("{") :])
    rows = {row["measure"]: row for row in found["rows"]}
    assert code == 0
    assert found["held_out"] + found["compressed"] == 40  # without the session that began before
    read = rows["tokens read from the cache"]
    assert read["high"] < 0
    assert read["said"] == "less when compressed"
    assert rows["commands run again"]["held_out"] == rows["commands run again"]["compressed"] == 1
    assert rows["requests"]["held_out"] == 2  # a request's two lines are one
    assert rows["failed tool calls"]["held_out"] == 1
    assert rows["dollars"]["held_out"] > rows["dollars"]["compressed"] > 0
    assert "read from the cache" in found["verdict"]


def test_data_that_do_not_suffice_are_called_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    holdout.start(str(tmp_path / "home"), 0.5, STARTED)
    _transcript(tmp_path, "one", read=5, shown=5)

    code, printed = _run("report", str(tmp_path))

    assert code == 0
    assert "do not suffice" in printed
    assert "too few sessions" in printed


def test_where_nothing_differs_the_report_says_how_many_sessions_it_would_take() -> None:
    random = Random(3)
    experiment = holdout.Experiment(0.5, STARTED)
    found = [
        measured.Session(f"s{at}", STARTED + 1, "m", random.randrange(5, 90), 1, 1, 0, 0, 0, 9, 9, 9, 9, 9, None)
        for at in range(60)
    ]

    report = measured.report(found, experiment)

    row = next(row for row in report.rows if row.measure == "requests")
    assert row.low < 0 < row.high
    assert "would take about" in row.said
    assert "do not show a difference" in report.verdict


def test_it_begins_once_and_ends_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))

    assert "no experiment" in _run("report")[1]
    assert _run("start", "--share", "20%")[0] == 0
    running = holdout.running(str(tmp_path / "home"))
    assert running is not None
    assert running.share == 0.2
    assert _run("start")[0] == 1
    assert "Ended" in _run("stop")[1]
    assert "No experiment runs" in _run("stop")[1]


@pytest.mark.parametrize("share", ["0", "100%", "many", "-5%"])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    code, printed = _run("start", "--share", share)

    assert code == 2
    assert "is not a share" in printed
