"""A value in the compact form within a budget: what matters whole, the rest in fewer columns or counted.

Each omission stands where it is, in the marker's grammar, with exact counts; rows are counted from 0, as in a JSON path.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.compressors.json import columns as columns_module
from headroom_mcp.compressors.json import encode, select, unlike
from headroom_mcp.compressors.json.columns import alike
from headroom_mcp.compressors.json.entries import entries
from headroom_mcp.compressors.json.parse import Embedded, Num, Value
from headroom_mcp.compressors.json.query import Query
from headroom_mcp.compressors.json.reduce import Sampled
from headroom_mcp.compressors.json.rows import table
from headroom_mcp.compressors.json.scalars import array_of_scalars, sampled
from headroom_mcp.compressors.json.table import keyed_rows
from headroom_mcp.text import lines as text
from headroom_mcp.text import marker, tokens

_TOKENS_PER_CHAR = 0.3
_FEW_ROWS = 40  # so few rows are entered one by one, if there is room to say something about each
_FEW_ROW_TOKENS = 100


class Thinner:
    """One thinning of one document: the query, what has been left out so far, and sizes computed once."""

    def __init__(self, query: str, generous: int = 0) -> None:
        self.query = Query(query)
        self.generous = generous
        self.left_values = 0
        # By identity, with the value itself: once a value is gone, its number may be given to another.
        self._sizes: dict[int, tuple[Value, int]] = {}
        self._counts: dict[int, tuple[Value, int]] = {}

    def thin(self, value: Value, room: int, path: str = "$", level: int = 0) -> str:
        """Return `value` in at most about `room` tokens."""
        kind = type(value)
        if kind is Sampled:
            return sampled(self, value, room, path)
        if kind is not tuple and kind is not list:
            return self.scalar(value, room)
        if self.size(value) * 0.12 <= room and not self._holds_samples(value):
            whole = encode.encode(value, level)
            if tokens.estimate(whole) <= room:
                return whole
        if kind is tuple:
            rows = keyed_rows(value) if len(value) >= 4 else None
            if rows is not None and alike(rows):
                return table(self, rows, room, path, [key for key, _ in value])
            return self._object(value, room, path, level)
        if alike(value):
            few = len(value) <= _FEW_ROWS and room >= _FEW_ROW_TOKENS * len(value)
            if not (few and columns_module.is_deep(value)):
                return table(self, value, room, path, None)
            return self._few_rows(value, room, path, level)
        return self._list(value, room, path, level)

    def size(self, value: Value) -> int:
        """Return about how many characters the compact form takes."""
        kind = type(value)
        if kind is str or kind is Num:
            return len(value) + 2
        if kind is tuple or kind is list:
            known = self._sizes.get(id(value))
            if known is None:
                if kind is tuple:
                    size = 2 + sum([len(key) + 3 + self.size(item) for key, item in value])
                else:
                    size = 2 + sum([1 + self.size(item) for item in value])
                known = self._sizes[id(value)] = (value, size)
            return known[1]
        if kind is Sampled:
            return int(value.chars)
        return self.size(value.value) if kind is Embedded else 5

    def count(self, value: Value) -> int:
        """Return how many scalars (and empty objects and arrays) are in `value`."""
        kind = type(value)
        if kind is Sampled:
            return int(value.values)
        if kind is Embedded:
            return self.count(value.value)
        if (kind is not tuple and kind is not list) or not value:
            return 1
        known = self._counts.get(id(value))
        if known is None:
            items = [item for _, item in value] if kind is tuple else value
            known = self._counts[id(value)] = (value, sum(map(self.count, items)))
        return known[1]

    def _holds_samples(self, value: Value) -> bool:
        kind = type(value)
        if kind is tuple:
            return any(self._holds_samples(item) for _, item in value)
        if kind is list:
            return any(self._holds_samples(item) for item in value)
        return kind is Sampled or (kind is Embedded and self._holds_samples(value.value))

    def cost(self, value: Value) -> int:
        return int(self.size(value) * _TOKENS_PER_CHAR) + 1

    def scalar(self, value: Value, room: int) -> str:
        if type(value) is Embedded:
            whole = "" if self._holds_samples(value.value) else encode.scalar(value)
            return whole if whole and tokens.estimate(whole) <= room else "@json " + self.thin(value.value, room, "", 9)
        shown = encode.scalar(value)
        chars = max(24, int(room / _TOKENS_PER_CHAR))
        return shown if len(shown) <= chars else text.clip_middle(shown, chars)

    def left_out(self, value: Value) -> str:
        """Return the marker for a container that is not entered; of an object what it is called by stays."""
        from headroom_mcp.compressors.json import failing, naming

        count = self.count(value)
        called = naming.of(value)
        failed = failing.said(value)
        if called is not None and count > 1:
            key, name = called
            self.left_values += count - 1
            others = [other for other, _ in value if other != key]
            names = text.clip_middle(",".join(others[:6]), 60) + (",…" if len(others) > 6 else "")
            gap = marker.gap_of(count - 1, "value", "" if failed else names, failed)
            return f"{{{encode.key_text(key)}:{encode.scalar(name)},{gap}}}"
        self.left_values += count
        if failed:
            return marker.gap_of(count, "value", "", failed)
        unit = "value" if count == 1 else "values"
        if type(value) is tuple:
            names = ",".join([key for key, _ in value[:6]])
            return f"[… {count:,} {unit}: {text.clip_middle(names, 60)}{',…' if len(value) > 6 else ''}]"
        return f"[… {count:,} {unit}: {len(value):,} items]" if count != len(value) else f"[… {count:,} {unit}]"

    def _object(self, value: Value, room: int, path: str, level: int) -> str:
        labels = [encode.key_text(key) + ":" for key, _ in value]
        return "{" + entries(self, labels, [item for _, item in value], room, path, level) + "}"

    def _few_rows(self, value: Sequence[Value], room: int, path: str, level: int) -> str:
        """Return a short array of similar objects, each entered by itself; the one that is surely asked for whole."""
        marks = select.mark(list(value), [select.leaves(row) for row in value], self.query, unlike.of(value).scores)
        sure = sorted((i for i, found in enumerate(marks) if found.match.sure), key=lambda i: -marks[i].match.score)
        whole = sure[0] if sure and self.cost(value[sure[0]]) <= self.generous else -1
        weights = [1.0 + found.score / 10 for found in marks]
        return "[" + entries(self, [""] * len(value), list(value), room, path, level, weights, whole) + "]"

    def _list(self, value: Sequence[Value], room: int, path: str, level: int) -> str:
        if all(type(item) is not tuple and type(item) is not list for item in value):
            return array_of_scalars(self, value, room)
        return "[" + entries(self, [""] * len(value), list(value), room, path, level) + "]"
