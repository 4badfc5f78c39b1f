"""Adds a table to the end of a TOML file and takes exactly that away again; the rest of the file is never rewritten."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from headroom_mcp.settings import file as settings_file
from headroom_mcp.types import SettingsError

_BEGIN = "# headroom: written by `headroom install`, taken out by `headroom uninstall`"
_END = "# headroom: end"
_BLOCK = re.compile(rf"\n?{re.escape(_BEGIN)}\n.*?{re.escape(_END)}\n", re.DOTALL)


def add(file: str, body: bytes, place: Sequence[str], key: str, value: dict[str, Any]) -> tuple[bytes, bool]:
    """Return `body` with the table `place.key` at its end, and whether the user has one of that name, which stays.

    Raises: SettingsError for what cannot be parsed or added to.
    """
    table = _parsed(file, body)
    base = remove(body)
    for word in (*place, key):
        table = table.get(word) if isinstance(table, dict) else None
    if table is not None and base == body:
        return body, True
    name = ".".join((*place, key))
    plain = {word: item for word, item in value.items() if not isinstance(item, dict)}
    lines = [_BEGIN, f"[{name}]", *(f"{word} = {_written(item)}" for word, item in plain.items())]
    for word, item in value.items():
        if isinstance(item, dict) and item:
            lines += [f"[{name}.{word}]", *(f"{inner} = {_written(said)}" for inner, said in item.items())]
    end = b"" if not base or base.endswith(b"\n") else b"\n"
    after = base + end + "\n".join(["", *lines, _END, ""]).encode()
    _parsed(file, after)  # a [mcp_servers] written inline cannot be added to: refused here
    return after, False


def remove(body: bytes) -> bytes:
    """Return the file without our table."""
    return _BLOCK.sub("", body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _parsed(file: str, body: bytes) -> Any:
    try:
        return settings_file.toml_reader(file).loads(body.decode("utf-8"))
    except ValueError as error:
        msg = f"{file} is not valid TOML, or cannot be added to: {error}. Fix it by hand; nothing was changed."
        raise SettingsError(msg) from error


def _written(value: object) -> str:
    # JSON's strings, numbers and arrays of strings are TOML's, but for DEL, which no path of ours holds.
    return json.dumps(value, ensure_ascii=False)
