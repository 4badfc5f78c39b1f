"""A TOML settings file, checked key by key.

Checked values are kept as JSON beside the user's file, under its size and time, so that a hook needs no TOML reader (16 ms,
and Python 3.10 has none in its standard library).
"""

from __future__ import annotations

import errno
import os
import stat

from headroom_mcp.late import Any, json
from headroom_mcp.settings import private
from headroom_mcp.settings.table import KNOBS, checked, knob
from headroom_mcp.types import SettingsError

CACHE_SUFFIX = ".cache.json"
_MAX_BYTES = 64 * 1024


def read(path: str, *, cache: bool) -> dict[str, Any]:
    """Return the checked values of the settings file `path` by field name.

    Raises: SettingsError for a file that cannot be read, is not valid TOML, or has an unknown key or a wrong value.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for, a device never ends
            msg = f"{path} is not a regular file. Remove it, or write the settings into one."
            raise SettingsError(msg)
        stamp = [status.st_mtime_ns, status.st_size]
        if cache:
            kept = _cached(path, stamp)
            if kept is not None:
                return kept
        if status.st_size > _MAX_BYTES:
            msg = f"{path} has {status.st_size:,} bytes; a settings file has at most {_MAX_BYTES:,}."
            raise SettingsError(msg)
        raw = read_regular(path, _MAX_BYTES)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}. Fix its permissions or remove it."
        raise SettingsError(msg) from error
    values = check(_parse(raw, path), path)
    if cache:
        _keep(path, stamp, values)
    return values


def read_regular(path: str, max_bytes: int) -> bytes:
    """Return at most `max_bytes` of the regular file `path`; a pipe or a device is not waited for. Raises: OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", path)
        return stream.read(max_bytes)


def check(table: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the values of a parsed table as `Settings` holds them. Raises: SettingsError."""
    values: dict[str, Any] = {}
    for name, value in table.items():
        row = knob(name)
        if row is None:
            import difflib

            known = [known_row.name for known_row in KNOBS if known_row.name != "home"]
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(known)}."
            msg = f"{where} has the unknown key {name!r}. {hint}"
            raise SettingsError(msg)
        values[name] = checked(row, value, where)
    return values


def _parse(raw: bytes, path: str) -> dict[str, Any]:
    toml = toml_reader(path)
    try:
        table: dict[str, Any] = toml.loads(raw.decode("utf-8-sig"))
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are both
        msg = f"{path} is not valid TOML: {error}. Fix it by hand."
        raise SettingsError(msg) from error
    return table


def toml_reader(path: str) -> Any:
    """Return the module that reads TOML such as `path`'s. Raises: SettingsError where there is none."""
    import importlib

    for name in ("tomllib", "tomli"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    msg = f"{path} cannot be read by Python 3.10 alone. Run: pip install tomli"
    raise SettingsError(msg)


def _cached(path: str, stamp: list[int]) -> dict[str, Any] | None:
    try:
        kept = json.loads(read_regular(path + CACHE_SUFFIX, 4 * _MAX_BYTES))
        return check(kept["values"], path) if kept["stamp"] == stamp else None
    except (OSError, ValueError, KeyError, TypeError, SettingsError):
        return None


def _keep(path: str, stamp: list[int], values: dict[str, Any]) -> None:
    temporary = f"{path}{CACHE_SUFFIX}.{os.getpid()}"
    try:
        descriptor = private.open_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump({"stamp": stamp, "values": values}, stream)
        os.replace(temporary, path + CACHE_SUFFIX)
    except OSError:  # a read-only folder: the file is parsed each time
        return
