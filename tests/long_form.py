"""How much of the long tests runs: a sample under a seed, or, with HEADROOM_TESTS=full, all of it."""

from __future__ import annotations

import os

FULL = os.environ.get("HEADROOM_TESTS") == "full"
FULL_FAULTS = FULL or os.environ.get("HEADROOM_FAULTS") == "full"


def count(short: int, long: int) -> int:
    """Return how many examples, rounds or processes a test tries in this run."""
    return long if FULL else short
