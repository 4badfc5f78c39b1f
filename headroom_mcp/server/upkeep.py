"""What the server does besides answering: it lets old originals go, and notes what its tools cost a session."""

from __future__ import annotations

from headroom_mcp.settings import environment
from headroom_mcp.store import open_store
from headroom_mcp.types import Origin

_DELIVER_S = 10.0


def expire() -> None:
    """Let retention take what is too old: a session that crashed never came to it. Raises: StoreError."""
    with open_store() as store:
        store.expire()


def deliver() -> None:
    """Send what waits here to the team's store, for some seconds. Raises: StoreError where it cannot be reached."""
    from headroom_mcp.store import delivery

    delivery.deliver(within_s=_DELIVER_S)


def charge(cost_tokens: int) -> None:
    """Charge the schemas of the tools to this session, or to this process without one, once. Raises: StoreError."""
    with open_store() as store:
        origin = Origin(session=environment.session_id(), project=environment.project_dir())
        store.ledger.charge("tool schemas", cost_tokens, origin, once=True)
