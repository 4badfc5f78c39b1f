"""How often a tenant may ask: a bucket for each, that fills as time goes by. One tenant's storm is not the others' weather."""

from __future__ import annotations

import time
from collections import OrderedDict

_BURST_S = 2.0  # what may come at once: so many seconds' worth
_MAX_KNOWN = 10_000


class Rates:
    """Of one worker process; its event loop is the only one that asks."""

    def __init__(self, per_s: float) -> None:
        self._per_s = per_s
        self._full = max(1.0, per_s * _BURST_S)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """Take one request from the bucket of `name`; return 0, or for how long it is empty."""
        if self._per_s <= 0:
            return 0.0
        now = time.monotonic()
        at_s, left = self._buckets.pop(name, (now, self._full))
        left = min(self._full, left + (now - at_s) * self._per_s)
        taken = left >= 1
        self._buckets[name] = (now, left - 1 if taken else left)
        while len(self._buckets) > _MAX_KNOWN:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - left) / self._per_s
