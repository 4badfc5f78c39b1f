"""Tool outputs made small before a model sees them, with every original one call away.

The public names are resolved on first use, so that `import headroom_mcp` costs a hook nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know the name; `typing` itself would cost a hook milliseconds
if TYPE_CHECKING:
    from typing import Any

    from headroom_mcp.context.compress import acompress as acompress
    from headroom_mcp.context.compress import compress as compress
    from headroom_mcp.context.fit import fit as fit
    from headroom_mcp.context.result import CompressResult as CompressResult
    from headroom_mcp.flow.compress import compress_output as compress_output
    from headroom_mcp.retrieval.retrieve import retrieve as retrieve
    from headroom_mcp.settings.table import Settings as Settings
    from headroom_mcp.store import Store as Store
    from headroom_mcp.store import open_store as open_store
    from headroom_mcp.types import HeadroomError as HeadroomError
    from headroom_mcp.types import Result as Result

__version__ = "0.1.0"

_HOME_OF = {
    "CompressResult": "context.result",
    "HeadroomError": "types",
    "Result": "types",
    "Settings": "settings.table",
    "Store": "store",
    "acompress": "context.compress",
    "compress": "context.compress",
    "compress_output": "flow.compress",
    "fit": "context.fit",
    "open_store": "store",
    "retrieve": "retrieval.retrieve",
}

__all__ = [
    "CompressResult",
    "HeadroomError",
    "Result",
    "Settings",
    "Store",
    "__version__",
    "acompress",
    "compress",
    "compress_output",
    "fit",
    "open_store",
    "retrieve",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        msg = f"module 'headroom_mcp' has no attribute {name!r}"
        raise AttributeError(msg)
    import importlib

    return getattr(importlib.import_module(f"headroom_mcp.{_HOME_OF[name]}"), name)
