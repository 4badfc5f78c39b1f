"""The reversible store (CCR: compress, cache, retrieve): originals, what was shown for them, sessions and notes.

`open_store` opens the one that the settings name. What a store does is in `interface`, what it gives back in `rows` and
`figures`; SQL stands nowhere but in the folders of the backends.
"""

from __future__ import annotations

TYPE_CHECKING = False  # a hook needs neither `typing` nor the protocols
if TYPE_CHECKING:
    from typing import Any

    from headroom_mcp.settings.table import Settings
    from headroom_mcp.store.interface import Store as Store
    from headroom_mcp.store.rows import Original as Original
    from headroom_mcp.store.rows import Purged

__all__ = ["Original", "Store", "at_a_glance", "open_in_memory", "open_shared", "open_store", "purge_everything"]


def open_store(settings: Settings | None = None) -> Store:
    """Open the store in `settings.home`, `HEADROOM_HOME` or the platform's data folder. Raises: StoreError."""
    from headroom_mcp.store.sqlite import store

    return store.open_store(settings)


def open_shared(settings: Settings) -> Store | None:
    """Open the team's store as the role in its address may see it, None where the setting `store` names none.

    Raises: StoreError, MissingExtra.
    """
    if not settings.store:
        return None
    from headroom_mcp.store.postgres import store

    return store.open_store(settings)


def open_in_memory(settings: Settings | None = None) -> Store:
    """Open a store that is gone when it is closed, for evals and tests."""
    from headroom_mcp.store.sqlite import store

    return store.open_in_memory(settings)


def purge_everything(settings: Settings | None = None) -> Purged:
    """Remove every original and record, on a disk that is full too; notes stay. Raises: StoreError."""
    from headroom_mcp.store.sqlite import purge_all

    return purge_all.purge_everything(settings)


def at_a_glance(settings: Settings, session: str) -> tuple[int, int, int, int]:
    """Return outputs, net tokens, retrievals and their tokens of `session`, for a status line; nothing is written or waited for.

    Raises: OSError where the store is there and cannot be read.
    """
    from headroom_mcp.store.sqlite import connection, glance

    return glance.at_session(connection.store_path(settings), session)


def __getattr__(name: str) -> Any:
    if name == "Store":
        from headroom_mcp.store.interface import Store

        return Store
    if name == "Original":
        from headroom_mcp.store.rows import Original

        return Original
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
