"""What the owner of a shared store does: its schema, who may be which tenant, tokens, figures. See `headroom admin`.

Over a connection of the owner's own, not under a tenant: the tables of tenants, roles and tokens are outside row-level security,
and no role but the owner may read them.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from headroom_mcp.late import pattern
from headroom_mcp.store.postgres import schema
from headroom_mcp.store.postgres.database import Statements, connect, said
from headroom_mcp.store.postgres.driver import psycopg
from headroom_mcp.text import sha256
from headroom_mcp.types import StoreError

_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_TOKEN = "hrm_"
TAKE_S = 60.0  # how long a migration tries to have all tables to itself
_TRY_MS = 200
_IN_USE = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


class Migrated(NamedTuple):
    """From which version of the schema to which; the same where there was nothing to do."""

    before: int
    now: int


class Tenant(NamedTuple):
    """One tenant, with what it holds. Limits are None where the server's settings count. `outputs` are those of all time."""

    name: str
    retention_days: float | None
    max_store_bytes: int | None
    originals: int
    stored_bytes: int
    outputs: int
    retrievals: int
    refusals: int
    tokens: int


class Token(NamedTuple):
    """One bearer token as it is stored: without itself. Times are seconds since 1970, None for never."""

    id: str
    tenant: str
    project: str
    label: str
    created_s: float
    expires_s: float | None
    revoked_s: float | None


class Admin:
    """The owner's connection."""

    def __init__(self, address: str) -> None:
        self._connection = connect(address)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Admin:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def _write(self, what: str = "written") -> Iterator[Statements]:
        with said(what), self._connection.transaction():
            yield Statements(self._connection)

    def migrate(self, most: int | None = None) -> Migrated:
        """Bring the schema up to date (`most`: only so far). Several may try at once; one does it. Raises: StoreError."""
        with self._write("migrated") as db:
            db.execute("SELECT pg_advisory_xact_lock(?)", (schema.LOCK,))
            db.execute(
                "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, run_s DOUBLE PRECISION NOT NULL)"
            )
            before = int(db.execute("SELECT COALESCE(MAX(number), 0) FROM migration").fetchone()[0])
            wanted = len(schema.MIGRATIONS) if most is None else most
            if wanted > before:
                self._take(db)
            for number in range(before, wanted):
                for statement in schema.statements(number):
                    db.execute(statement)
                db.execute("INSERT INTO migration (number, run_s) VALUES (?, ?)", (number + 1, time.time()))
            if wanted > before:
                self._protect(db)
        return Migrated(before, max(before, wanted))

    def admit(self, role: str, tenant: str | None) -> None:
        """Let a login role of the database in: as `tenant` alone, or (None) as a server, which speaks for all. Raises: StoreError."""
        with self._write() as db:
            found = db.execute(
                "SELECT rolsuper OR rolbypassrls, oid = (SELECT relowner FROM pg_class WHERE oid = to_regclass('original'))"
                " FROM pg_roles WHERE rolname = ?",
                (role,),
            ).fetchone()
            if found is None:
                msg = f"There is no role {role!r} in this database. Make one: CREATE ROLE {role} LOGIN PASSWORD '…'."
                raise StoreError(msg)
            if found[0] or found[1]:
                msg = f"The role {role!r} is the owner of the tables or may pass over row-level security; admit a plain one."
                raise StoreError(msg)
            if tenant is not None:
                _known(db, tenant)
            db.execute("DELETE FROM access WHERE role = ?", (role,))
            db.execute("INSERT INTO access (role, tenant) VALUES (?, ?)", (role, tenant))
            self._grant(db, role)

    def add_tenant(self, name: str, retention_days: float | None = None, max_store_bytes: int | None = None) -> bool:
        """Add a tenant, or change the limits of one; tell whether it is new. Raises: StoreError."""
        if not _NAME.fullmatch(name):
            msg = f"{name!r} is not a name for a tenant: up to 63 letters, digits, dots, dashes and underscores."
            raise StoreError(msg)
        with self._write() as db:
            changed = db.execute(
                "UPDATE tenant SET retention_days = ?, max_store_bytes = ? WHERE name = ?",
                (retention_days, max_store_bytes, name),
            ).rowcount
            if not changed:
                db.execute(
                    "INSERT INTO tenant (name, created_s, retention_days, max_store_bytes) VALUES (?, ?, ?, ?)",
                    (name, time.time(), retention_days, max_store_bytes),
                )
        return not changed

    def remove_tenant(self, name: str) -> int:
        """Remove a tenant with everything it has; return how many originals went. Raises: StoreError."""
        with self._write() as db:
            _known(db, name)
            gone = self._as_tenant(db, name, "SELECT COALESCE(SUM(originals), 0) FROM usage")[0]
            for table in schema.TABLES:
                db.execute(f"DELETE FROM {table} WHERE tenant = ?", (name,))
            for table in ("token", "access"):
                db.execute(f"DELETE FROM {table} WHERE tenant = ?", (name,))
            db.execute("DELETE FROM tenant WHERE name = ?", (name,))
        return int(gone)

    def tenants(self) -> list[Tenant]:
        """Return every tenant with what it holds, by name. Raises: StoreError."""
        with self._write("read") as db:
            found = db.execute("SELECT name, retention_days, max_store_bytes FROM tenant ORDER BY name").fetchall()
            return [self._described(db, *row) for row in found]

    def make_token(
        self, tenant: str, project: str = "", label: str = "", days: float | None = None
    ) -> tuple[str, Token]:
        """Make a bearer token of `tenant`, for one project or all; return it, this once, and its record. Raises: StoreError."""
        secret = _TOKEN + secrets.token_urlsafe(32)
        now = time.time()
        made = Token(
            secrets.token_hex(6), tenant, project, label, now, None if days is None else now + days * 86_400, None
        )
        with self._write() as db:
            _known(db, tenant)
            db.execute(
                "INSERT INTO token (id, digest, tenant, project, label, created_s, expires_s) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (made.id, digest_of(secret), *made[1:6]),
            )
        return secret, made

    def revoke_token(self, token_id: str) -> None:
        """Take a token back; servers notice within `store.postgres.callers.KNOWN_S`. Raises: StoreError."""
        with self._write() as db:
            if not db.execute("UPDATE token SET revoked_s = ? WHERE id = ?", (time.time(), token_id)).rowcount:
                msg = f"There is no token {token_id!r}. `headroom admin tokens list` shows their ids."
                raise StoreError(msg)

    def tokens(self, tenant: str | None = None) -> list[Token]:
        """Return every token, or those of `tenant`, the oldest first. Raises: StoreError."""
        with self._write("read") as db:
            rows = db.execute(
                f"SELECT {', '.join(Token._fields)} FROM token WHERE CAST(? AS TEXT) IS NULL OR tenant = ? ORDER BY created_s",
                (tenant, tenant),
            )
            return [Token(*row) for row in rows.fetchall()]

    def version(self) -> int:
        """Return how many migrations have run. Raises: StoreError."""
        with self._write("read") as db:
            if db.execute("SELECT to_regclass('migration')").fetchone()[0] is None:
                return 0
            return int(db.execute("SELECT COALESCE(MAX(number), 0) FROM migration").fetchone()[0])

    def _take(self, db: Statements) -> None:
        """Lock every table before the first is changed.

        Writers take the tables in orders of their own: who waits for one while he holds another meets a deadlock, and the
        database ends either of the two. So it is all tables or none, and we give way well before the database looks for
        deadlocks (after a second): writers wait for a moment, and none of them is ended.
        """
        tables = ", ".join(_made(db, (*schema.OWNER_TABLES, *schema.TABLES)))
        if not tables:
            return
        until = time.monotonic() + TAKE_S
        with self._patience(db, _TRY_MS):
            while True:
                try:
                    with self._connection.transaction():
                        db.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
                    return
                except _IN_USE as error:
                    if time.monotonic() > until:
                        msg = (
                            f"The tables of the shared store were in use for {TAKE_S:g} s, so nothing was migrated. A long "
                            "transaction (a backup?) may hold them, see pg_stat_activity: run `headroom admin migrate` again "
                            "after it."
                        )
                        raise StoreError(msg) from error
                time.sleep(_TRY_MS / 1000)

    @contextmanager
    def _patience(self, db: Statements, wait_ms: int) -> Iterator[None]:
        """Wait at most so long for a lock, and as long as before afterwards."""
        before = db.execute("SELECT current_setting('lock_timeout')").fetchone()[0]
        db.execute("SELECT set_config('lock_timeout', ?, true)", (f"{wait_ms}ms",))
        yield
        db.execute("SELECT set_config('lock_timeout', ?, true)", (before,))

    def _protect(self, db: Statements) -> None:
        for table in _made(db, schema.TABLES):
            for statement in schema.protection(table):
                db.execute(statement)
        db.execute("DELETE FROM access WHERE role = session_user")
        db.execute("INSERT INTO access (role, tenant) VALUES (session_user, NULL)")
        for (role,) in db.execute("SELECT role FROM access WHERE role <> session_user").fetchall():
            if db.execute("SELECT 1 FROM pg_roles WHERE rolname = ?", (role,)).fetchone() is not None:
                self._grant(db, role)

    def _grant(self, db: Statements, role: str) -> None:
        name = psycopg.sql.Identifier(role).as_string(self._connection)
        tables = ", ".join(_made(db, schema.TABLES))
        space = db.execute("SELECT quote_ident(current_schema())").fetchone()[0]
        db.execute(f"GRANT USAGE ON SCHEMA {space} TO {name}")
        db.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {name}")
        db.execute(f"GRANT SELECT ON migration TO {name}")

    def _as_tenant(self, db: Statements, tenant: str, sql: str) -> tuple[Any, ...]:
        db.execute("SELECT set_config('headroom.tenant', ?, true)", (tenant,))
        row: tuple[Any, ...] = db.execute(sql).fetchone()
        return row

    def _described(
        self, db: Statements, name: str, retention_days: float | None, max_store_bytes: int | None
    ) -> Tenant:
        # The owner may be a superuser, whom no policy binds: the tenant is named here as well.
        held = self._as_tenant(
            db,
            name,
            "SELECT " + ", ".join(
                f"(SELECT {what} FROM {table} WHERE tenant = (SELECT headroom_tenant()))"
                for what, table in (
                    ("COALESCE(SUM(originals), 0)", "usage"), ("COALESCE(SUM(stored_bytes), 0)", "usage"),
                    ("COUNT(*)", "output"), ("COUNT(*)", "retrieval"), ("COUNT(*)", "refusal"),
                )
            ),
        )  # fmt: skip
        alive = db.execute(
            "SELECT COUNT(*) FROM token WHERE tenant = ? AND revoked_s IS NULL AND COALESCE(expires_s, 'Infinity') > ?",
            (name, time.time()),
        ).fetchone()[0]
        originals, stored_bytes, outputs, retrievals, refusals = map(int, held)
        return Tenant(
            name, retention_days, max_store_bytes, originals, stored_bytes, outputs, retrievals, refusals, int(alive)
        )


def digest_of(token: str) -> str:
    """Return what a token is known by in the store."""
    return sha256.of(token.encode("utf-8", "replace"))


def _made(db: Statements, tables: tuple[str, ...]) -> list[str]:
    """Return which of `tables` there are: those of later migrations may still be to come."""
    return [name for name in tables if db.execute("SELECT to_regclass(?)", (name,)).fetchone()[0] is not None]


def _known(db: Statements, tenant: str) -> None:
    if db.execute("SELECT 1 FROM tenant WHERE name = ?", (tenant,)).fetchone() is None:
        msg = f"There is no tenant {tenant!r}. `headroom admin tenants list` shows them; `tenants add` makes one."
        raise StoreError(msg)
