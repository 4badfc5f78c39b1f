"""Replays: past transcripts through the hook's own code, and recorded sessions against what the agent did next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.evals.recorded import sessions, transcripts
from headroom_mcp.types import SettingsError

_LOG = "\n".join([f"2026-01-01 INFO worker {i % 7} finished job {i}" for i in range(600)])


def _transcript(path: Path, later_requests: int) -> None:
    """Write a transcript in Claude Code's form: a prompt, a Bash call with a long output, some more requests."""
    common = {"sessionId": "s", "cwd": "/p", "isSidechain": False}
    call = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "cat app.log"}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": _LOG}
    response = {"stdout": _LOG, "stderr": "", "interrupted": False, "isImage": False}
    entries: list[dict[str, object]] = [
        {**common, "type": "user", "message": {"role": "user", "content": "what happened?"}},
        {**common, "type": "assistant", "requestId": "r0", "message": {"role": "assistant", "content": [call]}},
        {**common, "type": "user", "toolUseResult": response, "message": {"role": "user", "content": [result]}},
        *(
            {**common, "type": "assistant", "requestId": f"r{n + 1}", "message": {"role": "assistant", "content": []}}
            for n in range(later_requests)
        ),
    ]
    path.write_text("\n".join(map(json.dumps, entries)) + '\n{"cut off', encoding="utf-8")


def test_a_transcript_says_what_the_hook_would_have_saved(tmp_path: Path) -> None:
    _transcript(tmp_path / "one.jsonl", 1)
    found = transcripts.replay(transcripts.find(str(tmp_path)), transcripts.Rates())

    row = found.by_tool["Bash"]
    assert (row.results, row.replaced) == (1, 1)
    assert row.tokens_after < row.tokens_host / 3


def test_each_later_request_pays_a_cached_read_and_no_more(tmp_path: Path) -> None:
    _transcript(tmp_path / "one.jsonl", 11)
    row = transcripts.replay([str(tmp_path / "one.jsonl")], transcripts.Rates()).by_tool["Bash"]

    saved = row.tokens_host - row.tokens_after
    assert row.saved_dollars == pytest.approx(saved * (1.25 + 10 * 0.1) * 3.0 / 1e6)


def test_what_the_host_cut_stands_beside_what_it_would_have_cost(tmp_path: Path) -> None:
    whole = _LOG.replace("INFO worker 3 finished job 402", "ERROR worker 3 lost its lease on job 402")
    _transcript(tmp_path / "one.jsonl", 3)
    entries = [json.loads(line) for line in (tmp_path / "one.jsonl").read_text().splitlines()[:-1]]
    entries[2]["toolUseResult"]["stdout"] = whole
    entries[2]["message"]["content"][0]["content"] = whole[:2_000]
    (tmp_path / "one.jsonl").write_text("\n".join(map(json.dumps, entries)))

    found = transcripts.replay([str(tmp_path / "one.jsonl")], transcripts.Rates())

    cut = found.cut
    assert (cut.results, cut.failures, cut.failures_host, cut.failures_ours) == (1, 1, 0, 1)
    assert cut.tokens_hidden > 5_000
    assert cut.dollars_hidden == pytest.approx(cut.tokens_hidden * (1.25 + 2 * 0.1) * 3.0 / 1e6)
    printed = CliRunner().invoke(main, ["replay", str(tmp_path / "one.jsonl")]).output
    assert "it showed 0; we would have shown 1" in " ".join(printed.split())


def test_a_result_that_the_host_shows_whole_is_not_called_cut(tmp_path: Path) -> None:
    _transcript(tmp_path / "one.jsonl", 3)

    assert transcripts.replay([str(tmp_path / "one.jsonl")], transcripts.Rates()).cut == transcripts.Cut()


def test_a_transcript_that_cannot_be_read_is_counted_not_fatal(tmp_path: Path) -> None:
    _transcript(tmp_path / "one.jsonl", 1)
    found = transcripts.replay([str(tmp_path / "one.jsonl"), str(tmp_path / "gone.jsonl")], transcripts.Rates())

    assert (found.transcripts, found.unreadable) == (1, 1)


def test_no_transcripts_is_said_with_the_place_where_they_are(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Claude Code keeps them in"):
        transcripts.find(str(tmp_path))


def _session(outputs: list[str], commands: list[str], patch: str = "") -> dict[str, object]:
    steps = [
        {"tool_name": "Bash", "tool_input": {"command": command}, "output": output}
        for command, output in zip(commands, outputs, strict=True)
    ]
    return {"id": "x", "task": "find the culprit", "steps": steps, "final_patch": patch}


def test_a_string_that_is_used_next_and_was_shown_is_preserved() -> None:
    score = sessions.score(_session(["module core/engine.py is broken", ""], ["ls", "cat core/engine.py"]))

    assert (score.used, score.preserved) == (1, 1)


def test_a_string_that_was_left_out_is_a_loss_with_its_place() -> None:
    noise = [f"2026-01-01 INFO worker {i % 7} finished job {i}" for i in range(900)]
    noise[450] = "2026-01-01 INFO worker 3 finished job zebra_crossing"
    score = sessions.score(_session(["\n".join(noise), ""], ["cat app.log", "grep zebra_crossing app.log"]))

    assert score.used == 1
    assert [loss.string for loss in score.losses] == (["zebra_crossing"] if score.preserved == 0 else [])


def test_what_the_task_or_the_agent_said_first_needs_no_output() -> None:
    score = sessions.score(_session(["the culprit is known_name", ""], ["grep known_name .", "cat known_name culprit"]))

    assert score.used == 0


def test_the_patch_rests_on_lines_that_were_shown() -> None:
    patch = (
        "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n def the_function():\n-    return old_value\n+    return new_value\n"
    )
    score = sessions.score(_session(["def the_function():\n    return old_value\n"], ["cat x.py"], patch))

    assert (score.used, score.preserved) == (2, 2)


def test_the_command_prints_both_percentages(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(
        json.dumps(_session(["the file core/engine.py", ""], ["ls", "cat core/engine.py"]))
    )
    result = CliRunner().invoke(main, ["replay", "--sessions", str(tmp_path), "--json"])

    figures = json.loads(result.stdout)
    assert figures["next_action_preserved_pct"] == 100.0
    assert figures["saved_pct"] == 0.0


def test_a_file_that_is_no_session_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text("[]")
    result = CliRunner().invoke(main, ["replay", "--sessions", str(tmp_path)])

    assert result.exit_code == 1
    assert "one.json is not a recorded session" in result.output


def test_the_prices_of_a_model_count(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text("")
    shown = CliRunner().invoke(main, ["replay", str(tmp_path), "--model", "claude-fable-5-2", "--json"])
    unknown = CliRunner().invoke(main, ["replay", str(tmp_path), "--model", "gpt-6"])

    assert {key: json.loads(shown.stdout)[key] for key in ("price", "cache_write", "cache_read")} == {
        "price": 8.0,
        "cache_write": 1.25,
        "cache_read": 0.025,
    }
    assert unknown.exit_code == 1
    assert "--price" in unknown.output


def test_a_recorded_session_is_replayed_as_a_conversation(tmp_path: Path) -> None:
    steps = [
        {"tool_input": {"command": f"cat {n}.log"}, "output": _LOG.replace("worker", f"worker-{n}")} for n in range(3)
    ]
    session = {"task": "why is job 55 late?", "steps": steps, "final_patch": ""}
    (tmp_path / "one.json").write_text(json.dumps(session))
    shown = [
        json.loads(CliRunner().invoke(main, ["replay", "--sessions", str(tmp_path), "--json", *form]).stdout)
        for form in ([], ["--as", "anthropic"], ["--as", "openai"])
    ]

    assert shown[1] == shown[2]
    assert shown[1]["tokens_before"] == shown[0]["tokens_before"]
    assert shown[1]["saved_pct"] > 50
