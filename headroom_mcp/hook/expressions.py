"""Compiled expressions from one hook to the next: a hook is a process for every tool call, and compiling the forty that it
uses takes as long as starting Python, importing `re` as long again.

A file in the data folder holds, for each expression, the code that `re` made of it. It is read by this very Python only
(its version, and what marks its code, are the file's head), checked by a digest of the whole, and checked once more by
Python, which refuses code that is not sound. Whatever is wrong with it: `re.compile` makes the expression, as it would
without us.
"""

from __future__ import annotations

import os
import sys

from headroom_mcp import late
from headroom_mcp.late import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    Known = dict[tuple[str | bytes, int], tuple[int, bytes, int, dict[str, int], tuple[str | None, ...]]]

_NAME = "expressions"
_MAX_BYTES = 1 << 20  # those of filters that a user has changed stay: beyond, the file is begun again
_DIGEST_BYTES = 8


class Kept:
    """The expressions known from earlier processes, and those that this one had to make. `home`: the data folder."""

    def __init__(self, home: str) -> None:
        self._path = os.path.join(home, f"{_NAME}.{sys.implementation.cache_tag}")
        self._known: Known | None = None
        self._new: Known = {}

    def compile(self, pattern: str | bytes, flags: int) -> re.Pattern[Any]:
        """Return `pattern` compiled. Raises: re.error."""
        flags = int(flags)
        if self._known is None:
            self._known = _read(self._path)
        row = self._known.get((pattern, flags))
        if row is not None:
            try:
                return _made(pattern, row)
            except Exception:  # Python refuses the code, or the row is none: no row of this file is to be trusted
                self._known = {}
        made = late.re.compile(pattern, flags)
        row = _row(pattern, flags, made)
        if row is not None:
            self._new[pattern, flags] = row
        return made

    def save(self) -> None:
        """Write what is new to the file, where there is a data folder. Never raises: it costs the next one some time only."""
        if not self._new or not os.path.isdir(os.path.dirname(self._path)):
            return
        try:
            from headroom_mcp.settings import private

            private.write(self._path, _packed({**(self._known or {}), **self._new}) or _packed(self._new))
        except Exception:  # a full disk, a folder that cannot be written
            return


def keep(home: str) -> Callable[[], None]:
    """Make expressions from now on as those in the data folder `home` were; return what notes the new ones there."""
    kept = Kept(home)
    late.compile_with(kept.compile)
    return kept.save


def _read(path: str) -> Known:
    """Return what is in the file; nothing where there is none, or it is damaged or another Python's."""
    try:
        import _imp
        import marshal

        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            body = os.read(descriptor, _MAX_BYTES + 1)
        finally:
            os.close(descriptor)
        head = _head()
        start = len(head) + _DIGEST_BYTES
        data = body[start:]
        if body[:start] != head + _imp.source_hash(0, data):
            return {}
        known: Known = marshal.loads(data)
        return known
    except Exception:  # no file, mostly
        return {}


def _packed(known: Known) -> bytes:
    """Return the file that holds `known`, b"" where it would be too long."""
    import _imp
    import marshal

    data = marshal.dumps(known)
    return _head() + _imp.source_hash(0, data) + data if len(data) < _MAX_BYTES // 2 else b""


def _head() -> bytes:
    import _sre  # type: ignore[import-not-found]

    return f"{sys.version} {_sre.MAGIC} {_sre.CODESIZE} {sys.byteorder}\n".encode()


def _made(pattern: str | bytes, row: tuple[Any, ...]) -> re.Pattern[Any]:
    import _sre

    flags, code, groups, group_index, index_group = row
    made: re.Pattern[Any] = _sre.compile(
        pattern, flags, memoryview(code).cast("I").tolist(), groups, group_index, index_group
    )
    return made


def _row(pattern: str | bytes, flags: int, made: re.Pattern[Any]) -> tuple[Any, ...] | None:
    """Return what `pattern` can be made from again, None where this Python makes expressions in a way of its own."""
    try:
        try:
            from re import _compiler, _parser  # type: ignore[attr-defined]
        except ImportError:  # before Python 3.11
            import sre_compile as _compiler
            import sre_parse as _parser
        import _sre

        parsed = _parser.parse(pattern, flags)
        code = _compiler._code(parsed, flags)
        index_group: list[str | None] = [None] * parsed.state.groups
        for name, at in parsed.state.groupdict.items():
            index_group[at] = name
        packed = b"".join(number.to_bytes(_sre.CODESIZE, sys.byteorder) for number in code)
        row = (flags | parsed.state.flags, packed, parsed.state.groups - 1, parsed.state.groupdict, tuple(index_group))
        return row if _sre.CODESIZE == 4 and _made(pattern, row) == made else None
    except Exception:  # what is inside of `re` has changed: then every process compiles for itself
        return None
