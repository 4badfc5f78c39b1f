"""A session's sums for a status line, read without opening the store: nothing is made, migrated, locked or waited for."""

from __future__ import annotations

import os

from headroom_mcp.late import NamedTuple
from headroom_mcp.store.sqlite.driver import sqlite3

_WAIT_S = 0.2
_SUMS = """
SELECT (SELECT COUNT(*) FROM output WHERE session = :session),
       (SELECT COALESCE(SUM(tokens_host - tokens_after), 0) FROM output WHERE session = :session),
       (SELECT COUNT(*) FROM retrieval WHERE session = :session),
       (SELECT COALESCE(SUM(tokens), 0) FROM retrieval WHERE session = :session),
       (SELECT COALESCE(SUM(tokens), 0) FROM charge WHERE session = :session)
"""


class Glance(NamedTuple):
    """Sums of one session; tokens are estimates. `net`: saved, less what was fetched back and what we added."""

    outputs: int = 0
    net: int = 0
    retrievals: int = 0
    tokens_retrieved: int = 0


def at_session(path: str, session: str) -> Glance:
    """Return the sums of `session` in the store at `path`, zeros where there is none. Raises: OSError where it cannot be read."""
    if not os.path.exists(path):
        return Glance()
    from urllib.request import pathname2url

    try:
        connection = sqlite3.connect(f"file:{pathname2url(path)}?mode=ro", timeout=_WAIT_S, uri=True)
        try:
            outputs, saved, retrievals, fetched, charged = connection.execute(_SUMS, {"session": session}).fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        msg = f"The store {path} cannot be read: {error}."
        raise OSError(msg) from error
    return Glance(outputs, saved - fetched - charged, retrievals, fetched)
