"""Which rows of an array are unlike the others: the statistics of any records (see `records`), over the rows as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.compressors.json.parse import Value, dumps
from headroom_mcp.records import slots, surprise

_MIN_ROWS = 8
_MAX_CHARS = 4_000_000  # of more text, the first characters of each row
_LEAST_CHARS = 200
_TELLING = 3.0  # nats; below, chance explains it


def scores(items: Sequence[Value]) -> dict[int, float]:
    """Return how unlikely a row is, in nats, for each row (by its index) that tells something."""
    if len(items) < _MIN_ROWS:
        return {}
    longest = max(_LEAST_CHARS, _MAX_CHARS // len(items))
    texts = [dumps(item)[:longest].replace("\n", " ") for item in items]
    found = surprise.rank(slots.of(texts).found)
    return {one.record: one.score for one in found if one.evidence[0].score >= _TELLING}
