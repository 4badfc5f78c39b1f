"""The tool that asks whether the tests would notice: which mutants it makes, and that a mutant's code is what runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("mutmut", reason="mutmut wants Python 3.11")

from tests.mutation import mutants, reach, runs

_PROJECT = """
[tool.mutmut]
source_paths = ["headroom_mcp"]
only_mutate = ["headroom_mcp/flow/*.py"]
do_not_mutate_patterns = ['^\\s*msg = ']
"""
_SOURCE = '''
"""A module."""


def added(first, second=1):
    """Return the sum."""
    msg = "not looked at"
    return first + second


class Store:
    """A class."""

    @classmethod
    def named(cls, name):
        return name.lower()

    def rows(self, db):
        return super().__repr__() and db.execute("SELECT 1")

    def gone(self, db, first, names):
        where = " AND name != ''"
        return db.execute(where + " OR name = 'IN'", zip(names, first, strict=False), zip(first, names, strict=True))
'''


def _made(root: Path, source: str) -> list[mutants.Mutant]:
    """Return the mutants of a checkout that has one module of this source."""
    (root / "headroom_mcp" / "flow").mkdir(parents=True, exist_ok=True)
    (root / "headroom_mcp" / "flow" / "toy.py").write_text(source, encoding="utf-8")
    (root / "pyproject.toml").write_text(_PROJECT, encoding="utf-8")
    return mutants.made(root, root / "made")


def test_what_no_test_could_notice_is_not_made(tmp_path: Path) -> None:
    changed = [mutant.diff() for mutant in _made(tmp_path, _SOURCE)]

    assert any("first - second" in diff for diff in changed)
    assert any("XXSELECT 1XX" in diff for diff in changed)
    assert any("or name = 'in'" in diff for diff in changed)
    assert not any("+" in diff and " and name" in diff for diff in changed)
    assert not any("zip(names, first, )" in diff or "strict=None" in diff for diff in changed)
    assert not any("zip(first, names, )" in diff or diff.count("strict=False") > 2 for diff in changed)
    assert any("zip(None, names, strict=True)" in diff for diff in changed)
    assert mutants.left_out(tmp_path, tmp_path / "made") == 3  # without it, and with False and None
    assert not any("select 1" in diff or "msg" in diff or "the sum" in diff for diff in changed)


def test_a_sample_stays_the_same_when_lines_are_added_elsewhere(tmp_path: Path) -> None:
    before = mutants.sample(_made(tmp_path, _SOURCE), 5, seed=3)
    after = mutants.sample(
        _made(tmp_path, _SOURCE.replace('"""A module."""', '"""A module."""\n\nLIMIT = 3')), 5, seed=3
    )

    assert [mutant.key for mutant in before] == [mutant.key for mutant in after]
    assert [mutant.line + 2 for mutant in before] == [mutant.line for mutant in after]


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ("first - second", "added(5)=4 Mixed->mixed"),
        ("second=2", "added(5)=7 Mixed->mixed"),
        ("name.upper()", "added(5)=6 Mixed->MIXED"),
    ],
)
def test_every_caller_meets_a_mutant(change: str, result: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = tmp_path / "toy_of_mutants.py"
    toy.write_text(_SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = [mutant for mutant in _made(tmp_path, _SOURCE) if change in mutant.after]
    from toy_of_mutants import Store, added  # type: ignore[import-not-found]

    try:
        runs.apply(found[0]._replace(module="toy_of_mutants"))

        assert f"added(5)={added(5)} Mixed->{Store.named('Mixed')}" == result
    finally:
        sys.modules.pop("toy_of_mutants", None)


def test_a_test_reaches_a_mutant_when_it_runs_its_statement(tmp_path: Path) -> None:
    source = "def either(x):\n    if x:\n        return (\n            x + 1)\n    return x - 1\n"
    known = {mutant.line: mutant for mutant in _made(tmp_path, source)}
    kept = reach.Reach(tmp_path / "reach.json")
    (function,) = reach.functions(tmp_path, ["headroom_mcp/flow/toy.py"])
    rows = {
        "t.py::test_yes": {"cpu": 0.1, "reach": {function.name: 0b0110}},
        "t.py::test_no": {"cpu": 0.2, "reach": {function.name: 0b10010}},
    }
    kept.note("t.py", {"hash": "1", "functions": {function.name: function.digest}, "tests": rows})

    assert reach.Reach(tmp_path / "reach.json").tests(known[4]) == ["t.py::test_yes"]
    assert kept.tests(known[5]) == ["t.py::test_no"]
    assert kept.tests(known[5]._replace(before=source + "    # longer\n    return None\n")) == [
        "t.py::test_yes",
        "t.py::test_no",
    ]
    assert kept.missing({"t.py": "1", "u.py": "1"}) == ["u.py"]


@pytest.mark.parametrize(("waited_s", "outcome"), [(10_000, runs._HUNG), (0, 7)])
def test_a_test_that_does_not_end_is_told_from_one_that_fails(waited_s: int, outcome: int, tmp_path: Path) -> None:
    work = {"mutants": [], "jobs": 1, "verdicts": "", "reach": str(tmp_path / "reach.json"), "measure": False}
    runner = runs.Runner({**work, "files": [], "so_far": []})
    heard: list[tuple[int, str]] = []
    began = tmp_path / "test"
    began.write_text("t.py::test_waits", encoding="utf-8")
    os.utime(began, (time.time() - waited_s,) * 2)
    process = subprocess.Popen(["sh", "-c", "sleep 60" if waited_s else "exit 7"], start_new_session=True)
    runner._children[process.pid] = runs.Child(tmp_path, time.monotonic(), lambda *told: heard.append(told))

    runner._wait()

    assert heard == [(outcome, "t.py::test_waits")]
    assert process.wait() is not None
