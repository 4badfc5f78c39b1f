"""What tokens cost, by model: prices, cache factors, cliffs, and what a token removed is worth.

    a token removed when it would first be sent, with N later requests:   w + r·N   input tokens
    S tokens removed later, with T tokens after them in a warm cache:     pays after (w - r)·T / (r·S) requests

The table is `prices.toml`, one source and one date per row; a file of that name in the data folder adds to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from headroom_mcp.settings import environment, file
from headroom_mcp.settings.table import Settings
from headroom_mcp.types import SettingsError

FILE_NAME = "prices.toml"
_MAX_BYTES = 1 << 20


class Price(NamedTuple):
    """One row of the table; the file says what the fields mean. `origin`: the file it stands in."""

    name: str
    input: float | None
    output: float | None
    write_5m: float
    write_1h: float
    read: float
    over: int
    input_over: float
    output_over: float
    minimum: int
    source: str
    date: str
    origin: str = ""

    def write(self, ttl: str = "5m") -> float:
        """Return the factor of a token that enters the cache for "5m" or "1h"."""
        return self.write_1h if ttl == "1h" else self.write_5m

    def worth(self, later: float, ttl: str = "5m") -> float:
        """Return what a token that is never sent is worth with `later` requests to come, in input tokens."""
        return self.write(ttl) + self.read * later

    def pays_after(self, saved: int, behind: int, ttl: str = "5m") -> float:
        """Return after how many requests it pays to take `saved` tokens out of a warm prefix with `behind` tokens after them."""
        if saved <= 0:
            return float("inf")
        return (self.write(ttl) - self.read) * behind / (self.read * saved)

    def units(self, uncached: int, written: int, read: int, ttl: str = "5m") -> float:
        """Return what the input of one request costs, in input tokens; a prompt beyond the cliff costs more as a whole."""
        total = uncached + written * self.write(ttl) + read * self.read
        return total * self.input_over if self.over and uncached + written + read > self.over else total

    def dollars(self, units: float) -> float | None:
        """Return what `units` input tokens cost, None where the price is not known."""
        return None if self.input is None else units * self.input / 1e6


def table(settings: Settings | None = None) -> list[Price]:
    """Return the rows in force, the user's own included. Raises: SettingsError for a file of the user's that is not valid."""
    here = os.path.join(os.path.dirname(__file__), FILE_NAME)
    rows = {price.name: price for price in _read(here)}
    own = os.path.join(environment.data_home(settings), FILE_NAME)
    if os.path.lexists(own):
        rows.update((price.name, price) for price in _read(own))
    return sorted(rows.values(), key=lambda price: price.name)


def of(model: str, rows: Sequence[Price] | None = None) -> Price | None:
    """Return the row for `model`, None where no name is found in its id. Raises: SettingsError."""
    known = model.lower().replace(".", "-")
    found = [price for price in (table() if rows is None else rows) if price.name in known]
    return max(found, key=lambda price: len(price.name), default=None)


_NUMBERS = ("input", "output", "write_5m", "write_1h", "read", "over", "input_over", "output_over", "minimum")
_WORDS = ("name", "source", "date")
_NEEDED = ("name", "write_5m", "read", "source", "date")


def _read(path: str) -> list[Price]:
    try:
        raw = file.read_regular(path, _MAX_BYTES)
        parsed = file.toml_reader(path).loads(raw.decode("utf-8-sig"))
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}. Fix its permissions or remove it."
        raise SettingsError(msg) from error
    except ValueError as error:
        msg = f"{path} is not valid TOML: {error}. Fix it by hand."
        raise SettingsError(msg) from error
    rows = parsed.get("model")
    if not isinstance(rows, list) or set(parsed) != {"model"}:
        msg = f"{path} holds no [[model]] tables, or something else. See `headroom prices --help`."
        raise SettingsError(msg)
    return [_row(row, path) for row in rows]


def _row(row: Any, path: str) -> Price:
    given: Mapping[str, Any] = row if isinstance(row, dict) else {}
    name = given.get("name")
    for key, value in given.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e9
        if not (number if key in _NUMBERS else key in _WORDS and isinstance(value, str) and value):
            msg = f"{path}: {key} = {value!r} of the model {name!r} is not a field, or not a value for it."
            raise SettingsError(msg)
    missing = [key for key in _NEEDED if key not in given]
    if missing or not given["read"]:
        msg = f"{path}: the model {name!r} lacks {', '.join(missing) or 'a read factor above 0'}."
        raise SettingsError(msg)
    return Price(
        str(name).lower().replace(".", "-"),
        given.get("input"),
        given.get("output"),
        float(given["write_5m"]),
        float(given.get("write_1h", given["write_5m"])),
        float(given["read"]),
        int(given.get("over", 0)),
        float(given.get("input_over", 1)),
        float(given.get("output_over", 1)),
        int(given.get("minimum", 4096)),
        given["source"],
        given["date"],
        path,
    )
