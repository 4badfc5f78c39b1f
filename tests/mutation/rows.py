"""Make rows for tables (see `tests.rows`) until each mutant of a module is shown by one: it says something else of it.

    python -m tests.mutation.rows tests.facts.test_tables blocks --seconds 120 --apart-from 20261126

A mutant that a row of the table already shows is passed over; so few rows show many mutants. SHOW=1 prints those for which no
row was found: mostly such as change nothing. `--apart-from` leaves the sample that a seed draws unseen.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import importlib
import os
import resource
import sys
import time
from pathlib import Path
from types import CodeType
from typing import Any

from tests import rows
from tests.mutation import reach, runs
from tests.mutation.mutants import Mutant, made, sample
from tests.tables import Row

_ROOT = Path(__file__).parents[2]
_TRIES = 60  # texts for a mutant
_MUTANT_S = 0.12  # of processor time, to look for one
_MEMORY_BYTES = 4 << 30


class Breaker(rows.Maker):
    """Looks for rows that show the mutants of one module."""

    def show(self, mutant: Mutant) -> str:
        """Look for a row that shows a mutant. Returns "known", "found" or "" where none is found."""
        lines = _lines(mutant)
        until = time.process_time() + _MUTANT_S
        with _Broken(mutant) as broken:
            reached = [one for one in self.inputs if one.lines & lines]
            for one in reversed(reached):
                if self.say(one.row) != one.said:
                    return "known"
            for _ in range(_TRIES if reached else 0):
                row = self.vary(self.random.choice(reached).row)
                if self._differs(broken, row):
                    row = self.smaller(row, lambda less: self._differs(broken, less))
                    broken.mend()
                    self.keep(row)
                    return "found"
                if time.process_time() > until:
                    break
        return ""

    def _differs(self, broken: _Broken, row: Row) -> bool:
        broken.mend()
        said = self.say(row)
        broken.break_()
        return not said.startswith(("raises ", "takes too long")) and self.say(row) != said


class _Broken:
    """A function with a mutant's code, while the context lasts."""

    def __init__(self, mutant: Mutant) -> None:
        self.function = runs.function_of(mutant)
        self._sound = self._state()
        runs.apply(mutant)
        self._ill = self._state()

    def _state(self) -> tuple[CodeType, Any, Any]:
        return self.function.__code__, self.function.__defaults__, self.function.__kwdefaults__

    def mend(self) -> None:
        self.function.__code__, self.function.__defaults__, self.function.__kwdefaults__ = self._sound

    def break_(self) -> None:
        self.function.__code__, self.function.__defaults__, self.function.__kwdefaults__ = self._ill

    def __enter__(self) -> _Broken:
        return self

    def __exit__(self, *_: object) -> None:
        self.mend()


def _lines(mutant: Mutant) -> frozenset[int]:
    """Return the lines of the statement that a mutant changes."""
    mask, first = reach.statement(mutant), mutant.line - mutant.offset
    count = mutant.before.count("\n") + 1
    return frozenset(first + at for at in range(count) if not mask or mask >> at & 1)


def main() -> int:
    """Make rows for some tables."""
    parser = argparse.ArgumentParser(description="Make rows of which broken functions say something else.")
    parser.add_argument("tests", help="the module of tests: tests.facts.test_tables")
    parser.add_argument("table", nargs="+", help="the table: blocks")
    parser.add_argument("--seconds", type=float, default=120.0, help="of processor time for each table (default: 120)")
    parser.add_argument(
        "--apart-from", type=int, action="append", default=[], metavar="SEED", help="leave its sample of 300 unseen"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--made", default=str(_ROOT / ".mutation" / "made"), help="where mutants are kept")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    rows.prepare()
    every = made(_ROOT, Path(given.made))
    unseen = {mutant.key for seed in given.apart_from for mutant in sample(every, 300, seed)}
    for table in given.table:
        breaker = Breaker(importlib.import_module(given.tests), table, given.seed)
        own = [one for one in every if one.module == breaker.module.__name__ and one.key not in unseen]
        _break(breaker, own, given.seconds)
    return 0


def _break(breaker: Breaker, mutants: list[Mutant], seconds: float) -> None:
    until = time.process_time() + seconds
    breaker.grow(seconds / 20)
    gc.freeze()
    told = {"known": 0, "found": 0, "": 0}
    left: list[Mutant] = []
    order = sorted(mutants, key=lambda mutant: hashlib.sha256(mutant.key.encode()).digest())
    for number, mutant in enumerate(order, 1):
        if time.process_time() > until:
            break
        outcome = breaker.show(mutant)
        told[outcome] += 1
        if not outcome:
            left.append(mutant)
        if number % 50 == 0:
            breaker.save()
    breaker.save()
    print(f"{breaker.path.name}: {len(breaker.rows)} rows; {told} of {len(order)} mutants", flush=True)
    if os.environ.get("SHOW"):
        print("\n".join(mutant.diff() for mutant in sorted(left, key=lambda mutant: mutant.line)))


if __name__ == "__main__":
    sys.exit(main())
