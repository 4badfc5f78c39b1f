"""Adds a table to the end of a TOML file and takes exactly that away again; the rest of the file is never rewritten."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from headroom_mcp.errors import SettingsError
from headroom_mcp.install import claude_code
from headroom_mcp.settings import file as settings_file

_BEGIN = "# headroom: written by `headroom install`, taken out by `headroom uninstall`"
_END = "# headroom: end"
_BLOCK = re.compile(rf"\n?{re.escape(_BEGIN)}\n.*?{re.escape(_END)}\n", re.DOTALL)


def add(file: str, before: bytes | None, place: Sequence[str], value: dict[str, Any]) -> tuple[bytes, str]:
    """Return the file with the table `place.headroom` at its end, and a word on it. Raises: SettingsError."""
    body = before or b""
    table = _parsed(file, body)
    base = _BLOCK.sub("", body.decode("utf-8"))
    for key in (*place, claude_code.SERVER):
        table = table.get(key) if isinstance(table, dict) else None
    if table is not None and base == body.decode("utf-8"):
        return body, f"kept your own server {claude_code.SERVER!r}"
    name = ".".join((*place, claude_code.SERVER))
    plain = {key: item for key, item in value.items() if not isinstance(item, dict)}
    lines = [_BEGIN, f"[{name}]", *(f"{key} = {_written(item)}" for key, item in plain.items())]
    for key, item in value.items():
        if isinstance(item, dict) and item:
            lines += [f"[{name}.{key}]", *(f"{inner} = {_written(said)}" for inner, said in item.items())]
    end = "" if not base or base.endswith("\n") else "\n"
    after = f"{base}{end}\n{chr(10).join([*lines, _END])}\n".encode()
    _parsed(file, after)  # a [mcp_servers] written inline cannot be added to: refused here
    return after, name if after != body else "already there"


def remove(body: bytes) -> bytes:
    """Return the file without our table."""
    return _BLOCK.sub("", body.decode("utf-8")).encode("utf-8")


def _parsed(file: str, body: bytes) -> Any:
    try:
        return settings_file.toml_reader(file).loads(body.decode("utf-8"))
    except ValueError as error:
        msg = f"{file} cannot be parsed, or not be added to: {error}. Mend it by hand; nothing was changed."
        raise SettingsError(msg) from error


def _written(value: object) -> str:
    # JSON's strings, numbers and arrays of strings are TOML's, but for DEL, which no path of ours holds.
    return json.dumps(value, ensure_ascii=False)
