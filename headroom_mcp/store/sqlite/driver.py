"""The standard library's `sqlite3` without its converters of dates, which a hook would import and never use."""

from __future__ import annotations

from headroom_mcp.late import TYPE_CHECKING

__all__ = ["sqlite3"]

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        import _sqlite3 as sqlite3
    except ImportError:  # another Python
        import sqlite3
