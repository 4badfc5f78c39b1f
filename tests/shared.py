"""A shared store for tests: one server for each process of pytest, one database, a tenant for whoever asks.

def test_something(team: Team) -> None:
    with team.open("acme") as store: …
"""

from __future__ import annotations

import atexit
import functools
from dataclasses import dataclass
from pathlib import Path

import pytest

from headroom_mcp.evals import own_postgres
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import sha256

pytest.importorskip("psycopg_pool", reason="the extra team is not installed")

from headroom_mcp.store.postgres import store as postgres_store
from headroom_mcp.store.postgres.store import PostgresStore
from headroom_mcp.store.postgres.upkeep import Admin


@dataclass
class Team:
    """A migrated database. `server` is the address for a role that speaks for every tenant, `owner` that of its owner."""

    cluster: own_postgres.Cluster
    owner: str
    server: str
    database: str = "team"

    def settings(self, **values: object) -> Settings:
        return Settings(store=self.server)._replace(**values)

    def add(self, *tenants: str) -> None:
        with Admin(self.owner) as admin:
            for tenant in tenants:
                admin.add_tenant(tenant)

    def open(self, tenant: str, **settings: object) -> PostgresStore:
        return postgres_store.open_store(self.settings(**settings), tenant=tenant)

    def machine(self, tenant: str) -> str:
        """Return the address for a role that is bound to `tenant`, which it makes."""
        self.add(tenant)
        role = f"machine_{sha256.of(tenant.encode())[:12]}"
        with Admin(self.owner) as admin:
            made = admin._connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            if not made:  # another test of the same cluster has asked for it
                admin._connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
            admin._connection.commit()
            admin.admit(role, tenant)
        return self.cluster.url(role, self.database)


def prepared(cluster: own_postgres.Cluster, database: str = "team", *, migrated: bool = True) -> Team:
    """Return a new database of `cluster`, with a role for a server."""
    from headroom_mcp.store.postgres.driver import psycopg

    role = f"server_{database}"
    with psycopg.connect(cluster.owner(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}")
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    team = Team(cluster, cluster.owner(database), cluster.url(role, database), database)
    if migrated:
        with Admin(team.owner) as admin:
            admin.migrate()
            admin.admit(role, None)
    return team


@functools.cache
def of_this_process() -> Team:
    """Return the team of this process. Skips the test where PostgreSQL is not installed."""
    cluster = own_postgres.begin()
    if cluster is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    atexit.register(own_postgres.end, cluster)
    return prepared(cluster)


def end() -> None:
    """Stop the server of this process, if there is one."""
    if of_this_process.cache_info().currsize:
        own_postgres.end(of_this_process().cluster)
        of_this_process.cache_clear()


def open_as_folder(settings: Settings) -> PostgresStore:
    """Open the store of a tenant of its own for each data folder, as if it lay there."""
    tenant = f"t{sha256.of(str(Path(settings.home)).encode())[:20]}"
    team = of_this_process()
    return postgres_store.open_store(settings._replace(store=team.server), tenant=tenant)
