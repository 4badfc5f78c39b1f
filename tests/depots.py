"""Rows of data, one of them unlike the others: for tests that write them in many notations."""

from __future__ import annotations

import random

Row = tuple[str, str, int, str]
ROWS = 900
ODD = 517  # the row that is unlike the others
_BEGINNINGS = "Al Be Ca Do El Fi Go Ha In Jo Ka Lu Mo Ni Or Pa Qu Ro Si Tu Um Va We Xi Yo Za".split()
_SYLLABLES = "bren dar fel gan hil jor kim lan mar nor pel qui ran sol tan ull ven wit xan yar zon".split()


def rows() -> list[Row]:
    """Return depots with a name, a code, a limit and a state; one has a limit and a state that no other has."""
    chance = random.Random(7)
    names: dict[str, None] = {}
    while len(names) < ROWS:
        names[chance.choice(_BEGINNINGS) + chance.choice(_SYLLABLES) + chance.choice(_SYLLABLES)] = None
    states = ["active", "active", "active", "retired"]
    made = [
        (name, f"{name[:2].upper()}{at}", chance.randrange(20, 99), chance.choice(states))
        for at, name in enumerate(names)
    ]
    made[ODD] = (*made[ODD][:2], 98765, "quarantined")
    return made
