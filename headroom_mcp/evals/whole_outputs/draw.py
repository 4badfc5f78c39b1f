"""What a made-up run of tests is before a runner prints it: suites, tests, and the failures planted among them.

A failure is known by its marks: its test's name, the two values that were compared and the place, each of them once in a
thousand runs, so that a mark found in a short text can only come from that failure.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

SUBJECTS = "levy pen ledger silo herd barn field grain orchard mill dairy stable hedge market harvest tariff voucher invoice parcel route".split()
_VERBS = "rounds closes counts rejects keeps sorts merges reads writes splits renews expires opens charges refunds tags".split()
_OBJECTS = "half_even the_pen empty_rows last_line two_totals long_names old_keys zero_weight a_draft both_ends no_owner the_rest".split()


class Case(NamedTuple):
    """One test. `want` and `got` are what a failing one compares; `line` is where, in the file of its suite."""

    words: str
    failed: bool
    want: int
    got: int
    line: int
    ms: int

    @property
    def snake(self) -> str:
        return self.words.replace(" ", "_")

    @property
    def pascal(self) -> str:
        return "".join(word.capitalize() for word in self.words.split())

    @property
    def camel(self) -> str:
        return self.pascal[:1].lower() + self.pascal[1:]


class Suite(NamedTuple):
    """One file of tests."""

    name: str
    cases: list[Case]

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").title().replace(" ", "")

    @property
    def failed(self) -> list[Case]:
        return [case for case in self.cases if case.failed]


class Run(NamedTuple):
    """All that one call of a runner goes through."""

    suites: list[Suite]

    @property
    def total(self) -> int:
        return sum(len(suite.cases) for suite in self.suites)

    @property
    def failed(self) -> int:
        return sum(len(suite.failed) for suite in self.suites)

    @property
    def passed(self) -> int:
        return self.total - self.failed

    @property
    def failures(self) -> list[tuple[Suite, Case]]:
        return [(suite, case) for suite in self.suites for case in suite.failed]


class Printed(NamedTuple):
    """What a runner prints of a run. `marks`: for each failure the strings that a reader must see, each with its
    alternatives; `totals`: the lines that count or conclude, which must survive as well."""

    lines: list[str]
    marks: list[tuple[str, ...]]
    totals: list[str]


def run(random: Random, *, failures: int, least: int = 40, most: int = 400) -> Run:
    """Return a run of `least` … `most` tests with `failures` failing ones anywhere among them."""
    total = random.randint(least, most)
    count = max(1, min(total // 6, random.randint(2, 14)))
    names = random.sample([f"{a}_{b}" for a in SUBJECTS for b in SUBJECTS if a != b], count)
    sizes = [total // count + (1 if i < total % count else 0) for i in range(count)]
    broken = set(random.sample(range(total), failures))
    number = 0
    taken: set[str] = set()
    suites: list[Suite] = []
    for name, size in zip(names, sizes, strict=True):
        cases: list[Case] = []
        for at in range(size):
            words = f"{random.choice(_VERBS)} {random.choice(_OBJECTS).replace('_', ' ')}"
            if words in taken:
                words = f"{words} {number}"
            taken.add(words)
            want = random.randint(10_000, 99_999)
            cases.append(
                Case(words, number in broken, want, want + random.randint(1, 900), 9 + 7 * at, random.randint(1, 90))
            )
            number += 1
        suites.append(Suite(name, cases))
    return Run(suites)
