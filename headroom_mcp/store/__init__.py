"""The reversible store (CCR: compress, cache, retrieve): originals, and the ledger of what was shown for them."""

from headroom_mcp.store.sqlite.originals import Original, Store, open_store

__all__ = ["Original", "Store", "open_store"]
