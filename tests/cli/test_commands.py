"""The `headroom` command as a shell sees it: streams, exit codes and bytes."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp import open_store
from headroom_mcp.cli import COMMANDS, main
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import figures as ledger
from headroom_mcp.types import Origin

ROOT = Path(__file__).parents[2]
LOG = b"".join(b"2026-01-01 INFO worker %d finished job %d\n" % (i % 7, i) for i in range(900))


@pytest.fixture(name="shell")
def _shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


class Shell:
    """A folder, and the command run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            "PATH": os.environ["PATH"],
            "HEADROOM_HOME": str(folder / "home"),
            "PYTHONPATH": str(ROOT),
            "TIKTOKEN_CACHE_DIR": os.environ.get("TIKTOKEN_CACHE_DIR", ""),
        }

    def __call__(self, *arguments: str, stdin: bytes = b"", code: int = 0) -> bytes:
        done = subprocess.run(
            [sys.executable, "-m", "headroom_mcp", *arguments],
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env=self.env,
            check=False,
            timeout=60,
        )
        self.stderr = done.stderr.decode()

        assert done.returncode == code, self.stderr

        return done.stdout


def _ref(shown: bytes) -> str:
    return shown.decode(errors="replace").rsplit("[headroom ", 1)[1].split(":")[0]


def test_a_pipe_is_compressed_and_a_range_comes_back(shell: Shell) -> None:
    shown = shell("compress", stdin=LOG)
    slice_ = shell("retrieve", _ref(shown), "--lines", "10-12")

    assert len(shown) < len(LOG) / 3
    assert slice_.splitlines()[1:] == LOG.splitlines()[9:12]


def test_the_whole_original_comes_back_byte_for_byte_even_where_it_is_no_text(shell: Shell) -> None:
    original = LOG + b"\xff\xfe\x00 binary \xed\xa0\x80\r\n" + LOG
    (shell.folder / "odd.log").write_bytes(original)
    shown = shell("compress", "odd.log")

    assert shell("retrieve", _ref(shown), "--all") == original


def test_what_is_too_small_passes_through_byte_for_byte(shell: Shell) -> None:
    assert shell("compress", stdin=b"\xff small\r\nthing") == b"\xff small\r\nthing"
    assert "too small" in shell.stderr


def test_figures_for_machines_say_how_they_are_counted(shell: Shell) -> None:
    answer = json.loads(shell("compress", "--json", stdin=LOG))

    assert answer["counted_by"] in {"o200k", "estimate"}
    assert 0 < answer["tokens_after"] < answer["tokens_before"]
    assert answer["ref"] in answer["text"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("compress", "missing.log"), "does not exist"),
        (("compress", "."), "is a directory"),
        (("retrieve", "000000000000"), "--any-project"),
        (("retrieve", "no ref"), "No original with ref"),
        (("unheard-of",), "No such command"),
    ],
)
def test_an_error_is_one_clear_message(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "headroom_mcp", *arguments],
        capture_output=True, cwd=shell.folder, env=shell.env, check=False, timeout=60, text=True,
    )  # fmt: skip

    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_original_of_another_folder_needs_any_project(shell: Shell) -> None:
    ref = _ref(shell("compress", stdin=LOG))
    (shell.folder / "other").mkdir()
    other = Shell(shell.folder / "other")
    other.env["HEADROOM_HOME"] = shell.env["HEADROOM_HOME"]

    other("retrieve", ref, code=1)

    assert other("retrieve", ref, "--any-project", "--lines", "1").splitlines()[1] == LOG.splitlines()[0]


def test_stats_start_empty_and_then_count(shell: Shell) -> None:
    assert b"Nothing compressed yet" in shell("stats")

    ref = _ref(shell("compress", stdin=LOG))
    shell("retrieve", ref)
    totals = json.loads(shell("stats", "--json"))["totals"]

    assert (totals["outputs"], totals["retrievals"]) == (1, 1)
    assert totals["net"] == totals["tokens_host"] - totals["tokens_after"] - totals["tokens_retrieved"]
    assert b"fetched" in shell("stats")


def test_every_command_has_help_with_a_sentence(shell: Shell) -> None:
    for name in COMMANDS:
        shown = CliRunner().invoke(main, [name, "--help"], prog_name="headroom").output
        usage, _, told = shown.partition("\n\n")

        assert usage.startswith(f"Usage: headroom {name}")
        assert told.lstrip()[:1].isupper(), shown
    assert b"Usage: headroom" in shell("--help")


def test_the_ledger_shows_a_loss_as_a_loss(tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path))) as store:
        good = store.put("a" * 100, kind="log", origin=Origin(project="/p"), tokens_before=1000, tokens_after=100)
        bad = store.put("b" * 100, kind="json", origin=Origin(project="/p"), tokens_before=500, tokens_after=400)
        store.put("c" * 100, kind="json", origin=Origin(project="/q"), tokens_before=50, tokens_after=10)
        store.retrieved(good, 50, origin=Origin(project="/p"))
        store.retrieved(bad, 450, origin=Origin(project="/p"))

        figures = store.ledger.read(project="/p")

    assert figures.totals == ledger.Totals(2, 1500, 500, 2, 500)
    assert figures.totals.net == 500
    assert figures.rows["json"].net == -350
    assert figures.losses == 1
    assert figures.originals == 2


def test_the_ledger_measures_against_what_the_host_would_have_shown(tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path))) as store:
        store.put("a" * 100, kind="log", tokens_before=50_000, tokens_host=700, tokens_after=3_000)

        assert store.ledger.read().totals.net == -2_300


@pytest.mark.parametrize(
    "arguments",
    [["--messages", "c.json", __file__], ["--messages", "c.json", "--explain"], ["--model", "gpt-6", __file__]],
)
def test_options_that_do_not_go_together_are_refused(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, ["compress", *arguments])

    assert result.exit_code == 2
    assert "goes with" in result.output


def test_stats_say_which_scope_is_empty_and_what_there_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    with open_store(Settings(home=str(tmp_path))) as store:
        store.put("a" * 100, kind="log", origin=Origin("one", project="/p"), tokens_host=900, tokens_after=100)

    by_session = CliRunner().invoke(main, ["stats", "--session", "two"]).output
    by_project = CliRunner().invoke(main, ["stats", "--project"]).output

    assert "Nothing compressed in session two. Elsewhere: 1 output, net 800 tokens" in by_session
    assert f"Nothing compressed in the project {os.path.realpath(os.getcwd())}. Elsewhere" in by_project


def test_a_row_below_zero_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    with open_store(Settings(home=str(tmp_path))) as store:
        store.put("a" * 100, kind="log", tokens_host=500, tokens_after=700)
        ref = store.put("b" * 100, kind="json", tokens_host=900, tokens_after=100)
        store.retrieved(ref, 1000)
        store.put("c" * 100, kind="diff", tokens_host=900, tokens_after=100)
    said = CliRunner().invoke(main, ["stats"]).output

    assert "log is below zero: the host's own preview of this output has 500 tokens, ours 700" in said
    assert "json is below zero: 800 tokens were left out, and 1,000 were fetched back" in said
    assert "diff is below zero" not in said


def test_uninstall_with_purge_leaves_nothing_of_ours_and_everything_else(shell: Shell) -> None:
    home = shell.folder / "home"
    shell("compress", stdin=LOG)
    shell("memory", "add", "the build needs node 20")
    shell("off")
    (home / "backups").mkdir()
    (home / "mine.txt").write_text("kept")

    assert b"but for what is not ours: mine.txt" in shell("uninstall", "--purge", "--yes")
    assert sorted(path.name for path in home.iterdir()) == ["mine.txt"]

    (home / "mine.txt").unlink()
    shell("uninstall", "--purge", "--yes")
    assert not home.exists()


def test_uninstall_with_purge_asks_first(shell: Shell) -> None:
    shell("compress", stdin=LOG)

    shell("uninstall", "--purge", stdin=b"n\n", code=1)

    assert (shell.folder / "home" / "headroom.db").exists()


def _random(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def test_binary_data_is_left_alone_with_a_reason(shell: Shell) -> None:
    data = _random(200_000)

    assert shell("compress", stdin=data) == data
    assert "200,000 bytes of binary data" in shell.stderr
    assert json.loads(shell("compress", "--json", stdin=data))["outcome"] == "unknown"
    assert "binary data" in shell("compress", "--explain", stdin=data).decode()


def test_a_time_below_zero_is_refused() -> None:
    done = CliRunner().invoke(main, ["compress", "--seconds", "-1"], input=LOG)

    assert done.exit_code == 2 and "--seconds" in done.output


def test_a_file_without_a_final_newline_is_shown_as_diff_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "settings.json").write_text('{"model": "opus"}')
    shown = CliRunner().invoke(main, ["install", "--print"]).output.splitlines()

    assert '-{"model": "opus"}' in shown
    assert shown[shown.index('-{"model": "opus"}') + 1] == "\\ No newline at end of file"


def test_uninstalling_says_what_stays_and_how_it_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with open_store(Settings(home=str(home))) as store:
        store.put("x")

    assert f"{home} stays" in (said := CliRunner().invoke(main, ["uninstall"]).output) and "--purge" in said
    assert "stays" not in CliRunner().invoke(main, ["uninstall", "--purge", "--yes"]).output
    assert not home.exists()


@pytest.mark.parametrize(("losses", "word"), [(1, "it saved"), (2, "they saved")])
def test_one_original_that_cost_more_is_one(
    losses: int, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    with open_store(Settings(home=str(tmp_path))) as store:
        for at in range(losses):
            ref = store.put(f"text {at}", tokens_host=100, tokens_after=10)
            store.retrieved(ref, 500)

    assert f"{losses} of {losses} originals cost more than {word}" in CliRunner().invoke(main, ["stats"]).output
