"""What the records of a kind differ in."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest

from headroom_mcp.evals.truth.inputs import Input
from headroom_mcp.evals.truth.judge import judge
from headroom_mcp.records import kinds, slots
from headroom_mcp.settings.table import Settings

_ROWS = [
    "order region state",
    *(
        f"{10_000 + 7 * n} {'north south east west'.split()[n % 4]} {'open paid done'.split()[n % 3]}"
        for n in range(200)
    ),
]
_SCRIPT = """
import json, sys
from headroom_mcp.records import kinds, slots
print([(kind.varying, kind.names, kind.named) for kind in kinds.of(slots.of(json.load(sys.stdin)).groups)])
"""


def test_ids_are_no_names_though_a_word_heads_their_column() -> None:
    (kind,) = kinds.of(slots.of(_ROWS).groups)

    assert (kind.names[:3], kind.named) == (["region state", "north open", "south paid"], False)


def test_names_do_not_depend_on_the_order_of_a_set() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            input=json.dumps(_ROWS[:34]),
            env={"PYTHONHASHSEED": str(seed), "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(4)
    }

    assert len(told) == 1


def _hex(at: int, size: int = 12) -> str:
    return hashlib.sha256(str(at).encode()).hexdigest()[:size]


# What differs in the records -> records of one form, and what is said of them beside their names and without.
_DIFFERING = {
    "an id and a number": ([f"entry {_hex(n)}: {n}" for n in range(60)], "0 … 59 · ids differ", "0 … 59 · ids differ"),
    "an id with a prefix": ([f"layer sha256:{_hex(n, 64)} pulled" for n in range(60)], "", "ids differ"),
    "two ids": ([f"{_hex(n, 8)} -> {_hex(n + 1, 8)} linked" for n in range(60)], "ids differ", "ids differ"),
    "a path": ([f"read /srv/{'ab' * (n % 9)}/{chr(97 + n % 26)}{chr(97 + n // 26)}/x fine" for n in range(60)], "", "names differ"),
    "a path and an id": ([f"read ./{chr(97 + n // 26)}/{chr(97 + n % 26)} as {_hex(n)}" for n in range(60)], "ids differ", "ids, names differ"),
    "a number": ([f"task {n:04d}: completed" for n in range(60)], "0000 … 0059", "0000 … 0059"),
    "times only": ([f"2026-01-01 10:{n // 60:02d}:{n % 60:02d} tick" for n in range(90)], "", ""),
    "six numbers": ([" ".join(f"k{at}={n * 10 + at}" for at in range(6)) for n in range(60)],) + (" · ".join(f"k{at} {at} … {590 + at}" for at in range(5)) + " · more differs",) * 2,
}  # fmt: skip


@pytest.mark.parametrize("what", _DIFFERING)
def test_what_differs_is_told_by_value_or_said_to_differ(what: str) -> None:
    records, named, unlisted = _DIFFERING[what]
    (kind,) = kinds.of(slots.of(records).groups)

    assert (kind.varying, kind.unlisted) == (named, unlisted)


def test_a_value_far_to_the_right_of_a_record_is_said_to_differ() -> None:
    (kind,) = kinds.of(slots.of([f"{'and so on ' * 15}{n}" for n in range(60)]).groups)

    assert (kind.varying, kind.unlisted) == ("more differs", "more differs")


@pytest.mark.parametrize("what", _DIFFERING)
def test_lines_counted_as_alike_are_alike_but_for_what_is_said(what: str) -> None:
    text = "\n".join(f"{record} and came to a good end without any trouble" for record in _DIFFERING[what][0])
    findings = judge(Input(what, text, "Bash", {"command": "run"}), Settings(min_tokens=20))

    assert findings is not None
    assert (findings.false, findings.unchecked) == ([], [])
