"""A pool of connections, seen as the rest of the store sees a database: statements, writes, one tenant.

The statements of `store.sqlite` that every database knows run here as they stand (`?` becomes psycopg's mark). Each transaction
names its tenant first (`SET LOCAL`), so that a connection that is passed on, by this pool or by a pooler before the database,
never carries the tenant of the one before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from headroom_mcp.settings import addresses
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.postgres import schema
from headroom_mcp.store.postgres.driver import Number, pool, psycopg
from headroom_mcp.types import StoreError

WAIT_S = 5.0  # for a connection, and for the database to accept one
STATEMENT_S = 20.0
LOCK_S = 5.0
_TRIES = 3  # a connection that died unnoticed, a deadlock with another writer

Values = Sequence[Any] | dict[str, Any]


class Statements:
    """The statements of one transaction, in SQLite's spelling."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Values = ()) -> Any:
        """Run one statement; return its cursor."""
        return self._connection.execute(marked(sql), held(values))

    def executemany(self, sql: str, rows: Sequence[Values]) -> None:
        """Run a statement once for each of `rows`, in one go."""
        if rows:
            self._connection.cursor().executemany(marked(sql), [held(row) for row in rows])


class Database:
    """What one process knows of the shared store: its pool, and on whose behalf it asks. Threads may share it.

    `tenant` "" is that of the login role. `path` is "" for whatever asks for a file.
    """

    path = ""

    def __init__(self, settings: Settings, tenant: str = "", *, connections: int = 4, owned: Any = None) -> None:
        self.settings = settings
        self.tenant = tenant
        self._here = threading.local()
        self._owned = owned
        self.pool = owned or open_pool(settings.store, connections)

    def close(self) -> None:
        """Close the connections, unless they are somebody else's."""
        if self._owned is None:
            self.pool.close(timeout=1.0)

    def all(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query. Raises: StoreError."""
        connection = getattr(self._here, "connection", None)
        if connection is not None:
            with said("read"):
                rows: list[tuple[Any, ...]] = connection.execute(marked(sql), held(values)).fetchall()
                return rows
        found: list[tuple[Any, ...]] = self._again(lambda: self._read(marked(sql), held(values)))
        return found

    def one(self, sql: str, values: Values = ()) -> tuple[Any, ...] | None:
        """Return the first row of a query, None where there is none. Raises: StoreError."""
        rows = self.all(sql, values)
        return rows[0] if rows else None

    def value(self, sql: str, values: Values = ()) -> Any:
        """Return the first column of the first row of a query that has one. Raises: StoreError."""
        row = self.one(sql, values)
        return None if row is None else row[0]

    @contextmanager
    def write(self) -> Iterator[Any]:
        """Run statements as one transaction, all or nothing; inside another one, as a part of it. Raises: StoreError."""
        connection = getattr(self._here, "connection", None)
        with said("written"):
            if connection is not None:
                with connection.transaction():
                    yield Statements(connection)
                return
            with self._begun() as connection:
                self._here.connection = connection
                try:
                    yield Statements(connection)
                finally:
                    self._here.connection = None

    def written(self, work: Any) -> Any:
        """Return what `work(statements)` returns, run as one transaction, again where it met a dead connection or a deadlock.

        Raises: StoreError.
        """

        def run() -> Any:
            with self.write() as statements:
                return work(statements)

        return self._again(run)

    def together(
        self, statements: Sequence[tuple[str, Values]], *, at_once: bool = False
    ) -> list[tuple[int, list[tuple[Any, ...]]]]:
        """Run statements as one transaction that takes one journey to the database and back; none sees another's result.

        With `at_once` it is not waited for the disk: a crash of the database may lose it, if it comes within a second. Return how
        many rows each has touched, and those that it gave. Raises: StoreError.
        """
        connection = getattr(self._here, "connection", None)
        if connection is not None:
            with said("written"):
                return [_result(connection.execute(marked(sql), held(values))) for sql, values in statements]
        prepared = [(marked(sql), held(values)) for sql, values in statements]
        if at_once:
            done = self._again(lambda: self._journey([(_NO_WAIT, ()), *prepared], "written"))
            return list(done[1:])
        return list(self._again(lambda: self._journey(prepared, "written")))

    @property
    def is_writing(self) -> bool:
        """Whether this thread is inside a write."""
        return getattr(self._here, "connection", None) is not None

    def _read(self, sql: str, values: Values) -> list[tuple[Any, ...]]:
        return self._journey([(sql, values)], "read")[0][1]

    def _journey(self, statements: Sequence[tuple[str, Values]], what: str) -> list[tuple[int, list[tuple[Any, ...]]]]:
        with said(what), self.pool.connection() as connection:
            with connection.pipeline():
                connection.execute(_SET_TENANT, (self.tenant,))
                cursors = [connection.execute(sql, values) for sql, values in statements]
                connection.commit()
            return [_result(cursor) for cursor in cursors]

    @contextmanager
    def _begun(self) -> Iterator[Any]:
        """Begin a transaction of this tenant, on a connection that lives."""
        for attempt in range(_TRIES):
            connection = self.pool.getconn()
            try:
                connection.execute(_SET_TENANT, (self.tenant,))
            except psycopg.OperationalError:
                self.pool.putconn(connection)
                if attempt == _TRIES - 1:
                    raise
                self.pool.check()  # the database was restarted: every connection of before is dead
                continue
            break
        try:
            yield connection
        except BaseException:  # an interrupt too: nothing half-written; raised again
            if not connection.closed:
                connection.rollback()
            raise
        else:
            connection.commit()
        finally:
            self.pool.putconn(connection)

    def _again(self, run: Any) -> Any:
        for attempt in range(_TRIES):
            try:
                return run()
            except StoreError as error:
                cause = error.__cause__
                if attempt == _TRIES - 1 or not _is_passing(cause) or getattr(self._here, "connection", None):
                    raise
                if not isinstance(cause, _CONFLICTS):
                    self._check_pool()
                time.sleep(0.01 * (attempt + 1))
        msg = "unreachable"
        raise AssertionError(msg)

    def _check_pool(self) -> None:
        try:
            self.pool.check()
        except (psycopg.Error, pool.PoolClosed):
            return


def _result(cursor: Any) -> tuple[int, list[tuple[Any, ...]]]:
    return int(cursor.rowcount), cursor.fetchall() if cursor.description else []


_SET_TENANT = "SELECT set_config('headroom.tenant', %s, true)"
_NO_WAIT = "SET LOCAL synchronous_commit TO off"
_CONFLICTS = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def _is_passing(error: BaseException | None) -> bool:
    """Tell what a second try may mend: a connection that died, a conflict with another writer."""
    if isinstance(error, _CONFLICTS):
        return True
    if not isinstance(error, psycopg.OperationalError) or isinstance(error, (pool.PoolTimeout, pool.PoolClosed)):
        return False
    state = error.sqlstate
    return state is None or state.startswith(("57P", "08"))


def connect(address: str) -> Any:
    """Return one connection, for upkeep. Raises: StoreError."""
    with said("reached"):
        connection = psycopg.connect(address, connect_timeout=int(WAIT_S))
        _prepare(connection)
        return connection


def open_pool(address: str, connections: int) -> Any:
    """Return a pool of at most so many connections; the first is made when it is needed. Raises: StoreError."""
    try:
        return pool.ConnectionPool(
            address,
            min_size=0,
            max_size=connections,
            timeout=WAIT_S,
            max_idle=60.0,
            reconnect_timeout=WAIT_S,
            open=True,
            configure=_prepare,
            kwargs={
                "connect_timeout": int(WAIT_S),
                "options": f"-c statement_timeout={int(STATEMENT_S * 1000)} -c lock_timeout={int(LOCK_S * 1000)}",
            },
        )
    except psycopg.Error as error:
        raise StoreError(_words("reached", error)) from error


def check(database: Database) -> None:
    """See that the database is one of ours, new enough, and that its row-level security holds for us. Raises: StoreError."""
    found = database.all(
        "SELECT (SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('migration')),"
        " rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    if found[0][1]:
        msg = (
            f"The role of {addresses.shown(database.settings.store)} may pass over row-level security. Use a plain login role, "
            "admitted with `headroom admin admit`."
        )
        raise StoreError(msg)
    version = database.value("SELECT COALESCE(MAX(number), 0) FROM migration") if found[0][0] else 0
    if version < len(schema.MIGRATIONS):
        msg = (
            f"The database {addresses.shown(database.settings.store)} is at version {version} of its schema; this program needs "
            f"{len(schema.MIGRATIONS)}. Run `headroom admin migrate` as the owner of the database."
        )
        raise StoreError(msg)


@contextmanager
def said(what: str) -> Iterator[None]:
    """Turn the library's errors into ours. Raises: StoreError."""
    try:
        yield
    except (psycopg.Error, pool.PoolTimeout, pool.PoolClosed) as error:
        raise StoreError(_words(what, error)) from error


def marked(sql: str) -> str:
    """Return a statement with psycopg's marks in place of SQLite's."""
    return sql.replace("%", "%%").replace("?", "%s")


def held(values: Values) -> Values:
    """Return values as text columns can hold them: no NUL, no half of a surrogate pair."""
    if isinstance(values, dict):
        return {name: _held(value) for name, value in values.items()}
    return tuple([_held(value) for value in values])


def _held(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.isascii():
        return value if "\0" not in value else value.replace("\0", "\\x00")
    return value.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def _prepare(connection: Any) -> None:
    connection.adapters.register_loader("numeric", Number)


def _words(what: str, error: BaseException) -> str:
    """Return one line about `error`; the address, which may hold a password, stays out of it."""
    if getattr(error, "sqlstate", None) in ("42P01", "3F000"):  # no such table, no such schema
        return (
            f"The shared store could not be {what}: its tables are not there. Its owner runs `headroom admin migrate`."
        )
    lines = addresses.without_passwords(str(error)).strip().splitlines()
    said_ = lines[0] if lines else type(error).__name__
    return f"The shared store could not be {what}: {said_[:300]}."
