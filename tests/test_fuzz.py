"""A short run of the fuzzer; `python -m headroom_mcp.evals.fuzz` runs as long as one likes."""

from __future__ import annotations

import re
import subprocess
import sys
from random import Random

import pytest

from headroom_mcp.evals import fuzz, fuzz_inputs
from tests import long_form


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "headroom_mcp.evals.fuzz", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.slow
def test_thousands_of_broken_inputs_break_no_law() -> None:
    done = _run("--count", str(long_form.count(1_000, 8_000)), "--seed", "20260101", "--minutes", "4")

    assert done.returncode == 0, done.stdout
    assert re.search(r"^[\d,]+ inputs, 0 failed$", done.stdout, re.MULTILINE)


def test_an_input_is_known_by_its_number() -> None:
    assert fuzz_inputs.text(Random("1:7"), []) == fuzz_inputs.text(Random("1:7"), [])
    assert _run("--count", "20", "--only", "marker").stdout.startswith("marker 20\n")


def test_a_broken_law_is_told_with_what_repeats_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fuzz_broken(dice: Random, place: fuzz.Place) -> None:
        fuzz.check(dice.random() < 0.5, "law 0: half of everything")

    monkeypatch.setattr(fuzz, "TARGETS", {fuzz_broken: 1})
    monkeypatch.setattr(sys, "argv", ["fuzz", "--count", "30", "--seed", "3"])
    monkeypatch.setenv("HEADROOM_HOME", "")
    with pytest.raises(SystemExit):
        fuzz.main()

    assert re.search(
        r"FAILED --seed 3 --only broken --first \d+ --count 1: AssertionError: law 0", capsys.readouterr().out
    )


def test_an_endless_input_is_a_failure_and_not_a_wait(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fuzz_endless(dice: Random, place: fuzz.Place) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "TARGETS", {fuzz_endless: 1})
    monkeypatch.setattr(fuzz, "LIMIT_S", 0.05)
    monkeypatch.setattr(sys, "argv", ["fuzz", "--count", "1"])
    monkeypatch.setenv("HEADROOM_HOME", "")
    with pytest.raises(SystemExit):
        fuzz.main()

    assert "Hang: more than" in capsys.readouterr().out
