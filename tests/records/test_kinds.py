"""What the records of a kind differ in."""

from __future__ import annotations

import json
import subprocess
import sys

from headroom_mcp.records import kinds, slots

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
