"""In which store an original is: this machine's, or the team's, where another machine has put it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_shared, open_store
from headroom_mcp.types import HeadroomError, RefError

if TYPE_CHECKING:
    from headroom_mcp.store import Store


@contextmanager
def store_of(
    ref: str, settings: Settings, *, project: str | None = None, session: str = ""
) -> Iterator[tuple[Store, str | None]]:
    """Give the store that has the original `ref`, and what `project` is called there; this machine's where none has it.

    The team's store is asked only for what is not here. Raises: StoreError of this machine's store; RefError, which says so where
    the team's could not be asked.
    """
    with open_store(settings) as local:
        missing = _missing(local, ref, project, session) if settings.store else None
        if missing is None:
            yield local, project
            return
        try:
            shared = open_shared(settings)
        except HeadroomError as error:
            msg = f"{missing} The team's store could not be asked: {error}"
            raise type(missing)(msg) from error
        assert shared is not None
        with shared:
            from headroom_mcp.store.delivery import project_name

            name = None if project is None else project_name(project)
            if _missing(shared, ref, name, session) is None:
                yield shared, name
            else:
                yield local, project


def _missing(store: Store, ref: str, project: str | None, session: str) -> RefError | None:
    try:
        store.get(ref, project=project, session=session)
    except RefError as error:
        return error
    return None
