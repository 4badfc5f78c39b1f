"""What a server may ask about tokens and tenants: one token at a time, by its digest; never a list of them."""

from __future__ import annotations

from typing import Any

from headroom_mcp.store.postgres.database import Database
from headroom_mcp.store.postgres.upkeep import digest_of


def found(database: Database, token: str) -> tuple[Any, ...] | None:
    """Return id, tenant, project, expiry and revocation of a token (seconds since 1970 or None), None for no such token.

    Raises: StoreError.
    """
    return database.one("SELECT id, tenant, project, expires_s, revoked_s FROM headroom_token(?)", (digest_of(token),))


def is_tenant(database: Database, name: str) -> bool:
    """Tell whether there is a tenant of that name. Raises: StoreError."""
    return database.one("SELECT 1 FROM headroom_tenants() AS t (name) WHERE name = ?", (name,)) is not None


def is_there(database: Database) -> bool:
    """Tell whether the database answers. Raises: StoreError."""
    return bool(database.value("SELECT 1"))


def tenants(database: Database) -> list[str]:
    """Return the names of all tenants, for upkeep. Raises: StoreError."""
    return [str(name) for (name,) in database.all("SELECT name FROM headroom_tenants() AS t (name)")]
