"""What stands more than once in a value: long strings, objects and arrays that are worth a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from headroom_mcp.compressors.json.parse import Embedded, Num, Value

_MIN_STRING_CHARS = 32  # a name costs three tokens where it is given, two where it is used, and a look back each time
_MIN_OFTEN_CHARS = 30  # is enough for what stands three times or more
_MIN_CONTAINER_CHARS = 60
_MAX_SPOKEN_CHARS = 120  # a longer text is named whatever it says


class Repeats:
    """The repeated parts of one value; `mark` gives them numbers in the order in which they are written."""

    def __init__(self, value: Value, spoken_of: Callable[[str], bool] | None = None) -> None:
        """Name what `value` repeats, but no string that is `spoken_of`: a reader looks for that itself."""
        self._key_of: dict[int, int] = {}
        self._keys: dict[object, int] = {}
        self._size_of: dict[int, int] = {}
        counts: Counter[int] = Counter()
        self._visit(value, counts)
        self._often = {key for key, count in counts.items() if count > 1 and self._size_of[key] >= _MIN_CONTAINER_CHARS}
        strings: Counter[str] = Counter()
        self._count_strings(value, strings, set())
        self._strings = {
            text
            for text, count in strings.items()
            if ((count > 1 and len(text) >= _MIN_STRING_CHARS) or (count > 2 and len(text) >= _MIN_OFTEN_CHARS))
            and not (spoken_of is not None and len(text) <= _MAX_SPOKEN_CHARS and spoken_of(text))
        }
        self._numbers: dict[object, int] = {}

    def mark(self, value: Value) -> str:
        """Return "&1 " where a repeated value is written for the first time, "*1" after that, "" for any other."""
        key: object
        if type(value) is str:
            if value not in self._strings:
                return ""
            key = value
        else:
            key = self._key_of.get(id(value), -1)
            if key not in self._often:
                return ""
        number = self._numbers.get(key)
        if number is not None:
            return f"*{number}"
        number = self._numbers[key] = len(self._numbers) + 1
        return f"&{number} "

    def _visit(self, value: Value, counts: Counter[int]) -> object:
        """Return what tells `value` from others: equal values have equal keys."""
        kind = type(value)
        if kind is str:
            return value
        if kind is Num:
            return (0, str(value))
        if kind is Embedded:
            return (1, value.style, self._visit(value.value, counts))
        if kind is not tuple and kind is not list:
            return (2, value)
        shape: object
        if kind is tuple:
            shape = (3, *[(key, item if type(item) is str else self._visit(item, counts)) for key, item in value])
            size = 2 + sum([
                len(key) + 2 + (len(item) if type(item) is str or type(item) is Num else self._size(item))
                for key, item in value
            ])  # fmt: skip
        else:
            shape = (4, *[item if type(item) is str else self._visit(item, counts) for item in value])
            size = 2 + sum([
                1 + (len(item) if type(item) is str or type(item) is Num else self._size(item)) for item in value
            ])  # fmt: skip
        key = self._keys.setdefault(shape, len(self._keys))
        self._key_of[id(value)] = key
        self._size_of[key] = size
        counts[key] += 1
        return (5, key)

    def _size(self, value: Value) -> int:
        kind = type(value)
        if kind is str or kind is Num:
            return len(value)
        if kind is Embedded:
            return self._size(value.value)
        return self._size_of[self._key_of[id(value)]] if kind is tuple or kind is list else 4

    def _count_strings(self, value: Value, strings: Counter[str], seen: set[int]) -> None:
        kind = type(value)
        if kind is str:
            if len(value) >= _MIN_OFTEN_CHARS:
                strings[value] += 1
        elif kind is Embedded:
            self._count_strings(value.value, strings, seen)
        elif kind is tuple or kind is list:
            key = self._key_of[id(value)]
            if key in seen and key in self._often:
                return  # written as a name the second time
            seen.add(key)
            for item in [item for _, item in value] if kind is tuple else value:
                inner = type(item)
                if inner is str:
                    if len(item) >= _MIN_OFTEN_CHARS:
                        strings[item] += 1
                elif inner is tuple or inner is list or inner is Embedded:
                    self._count_strings(item, strings, seen)
