"""Which rows of an array are unlike the others: the statistics of any records (see `records`), over the rows as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.compressors.json.parse import Value, dumps
from headroom_mcp.late import NamedTuple
from headroom_mcp.records import slots, surprise

_MIN_ROWS = 8
_MAX_CHARS = 4_000_000  # of more text, the first characters of each row
_LEAST_CHARS = 200
_BY_ID = ("leap", "again")
_TELLING = 3.0  # nats; below, chance explains it


class Unlike(NamedTuple):
    """How unlikely a row is, in nats, for each row (by its index) that tells something; and the rows that are odd by where they
    stand or what they repeat, which only the fields show in which all rows differ: a gap in time, an id that comes twice."""

    scores: dict[int, float]
    by_id: frozenset[int]


def of(items: Sequence[Value]) -> Unlike:
    """Return which of `items` are unlike the others."""
    if len(items) < _MIN_ROWS:
        return Unlike({}, frozenset())
    longest = max(_LEAST_CHARS, _MAX_CHARS // len(items))
    texts = [dumps(item)[:longest].replace("\n", " ") for item in items]
    told = slots.of(texts)
    telling = [one for one in surprise.rank(told.found, told.groups) if one.evidence[0].score >= _TELLING]
    by_id = frozenset(one.record for one in telling if one.evidence[0].reason in _BY_ID)
    return Unlike({one.record: one.score for one in telling}, by_id)
