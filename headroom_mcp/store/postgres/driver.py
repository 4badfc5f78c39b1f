"""psycopg 3 and its pool, imported late: the one place that says how to get them."""

from __future__ import annotations

import logging
from typing import Any

from headroom_mcp.settings import extras
from headroom_mcp.types import MissingExtra

try:
    import psycopg as psycopg_module
    import psycopg_pool as pool_module
except ImportError as error:
    msg = f"A store on PostgreSQL needs the extra team: {extras.remedy('team')}."
    raise MissingExtra(msg) from error

# What goes wrong is raised as ours; the pool's own lines would stand on the standard error of a command, or of a host.
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)

psycopg: Any = psycopg_module
pool: Any = pool_module


class Number(psycopg.adapt.Loader):  # type: ignore[misc] # the library may be missing where types are checked
    """Sums of PostgreSQL as Python counts them: whole ones as int, the others as float."""

    def load(self, data: Any) -> int | float:
        """Return the number that `data` spells."""
        text = bytes(data).decode("ascii")
        return int(text) if text.lstrip("-").isdigit() else float(text)
