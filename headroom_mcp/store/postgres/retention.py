"""What retention takes from each tenant: by its own limits where it has some, else by the settings."""

from __future__ import annotations

from typing import Any, cast

from headroom_mcp.settings.table import Settings
from headroom_mcp.store.postgres.database import Database
from headroom_mcp.store.sqlite import retention as portable

_KEEP_REFUSALS_DAYS = 90.0


class _Limited:
    """A database with the limits of its tenant for settings."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self.settings = settings

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


def limits(database: Database) -> Settings:
    """Return the settings with what this tenant has of its own. Raises: StoreError."""
    settings = database.settings
    row = database.one("SELECT retention_days, max_store_bytes FROM headroom_limits()")
    days, size = row or (None, None)
    return settings._replace(
        retention_days=settings.retention_days if days is None else float(days),
        max_store_bytes=settings.max_store_bytes if size is None else int(size),
    )


def expire(database: Database, now_s: float, within_s: float | None) -> int:
    """Remove what is due of this tenant, in steps; return how many originals went. Raises: StoreError."""
    with database.write() as db:
        db.execute("DELETE FROM refusal WHERE created_s < ?", (now_s - _KEEP_REFUSALS_DAYS * 86_400,))
    return portable.expire(cast("Any", _Limited(database, limits(database))), now_s, within_s)
