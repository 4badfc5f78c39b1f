"""What the providers say goes to the ledger, a few requests at a time: no answer waits for the store."""

from __future__ import annotations

import asyncio
import contextlib
import time

from headroom_mcp.proxy.usage import Usage
from headroom_mcp.settings import fault_log, switches
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.store.figures import Bill

_WAIT_S = 0.5
_MOST_WAITING = 10_000  # while the store cannot be written to; further ones are lost


class Bills:
    """Bills on their way to the ledger. Used from one event loop."""

    def __init__(self, settings: Settings | None, project: str) -> None:
        self._settings = settings
        self._project = project
        self._waiting: list[Bill] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, usage: Usage, *, session: str, left_out: int) -> None:
        """Note what a request cost, and the tokens that were left out of it."""
        bill = Bill(
            usage.model,
            session,
            self._project,
            tokens_input=usage.given,
            tokens_cache_read=usage.cache_read,
            tokens_cache_write=usage.cache_write,
            tokens_output=usage.output,
            tokens_left_out=left_out,
            created_s=time.time(),
        )
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(bill)
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._later())

    async def flush(self) -> None:
        """Write what waits. Raises nothing."""
        bills, self._waiting = self._waiting, []
        if bills:
            await asyncio.to_thread(self._write, bills)

    async def close(self) -> None:
        """Write what waits, for the last time."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.flush()

    async def _later(self) -> None:
        while self._waiting:
            await asyncio.sleep(_WAIT_S)
            await self.flush()

    def _write(self, bills: list[Bill]) -> None:
        try:
            settings = self._settings or load_settings()
            if not switches.is_off(settings):
                with open_store(settings) as store:
                    store.ledger.bill(bills)
        except Exception as error:  # a ledger that is full or locked is not worth an answer
            fault_log.record("proxy", error, self._settings)
