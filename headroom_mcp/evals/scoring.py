"""The two callables an outside scorer needs: `compress` and `slice_of_last`.

    python score.py --split dev headroom_mcp.evals.scoring:compress

Each process keeps its originals in a store of its own, made in a temporary folder and removed at exit.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile

from headroom_mcp.flow.compress import compress_output
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.types import HeadroomError, ToolInput, View

_store: Store | None = None
_last_ref: str | None = None


def compress(text: str, tool_name: str, tool_input: ToolInput, query: str) -> str:
    """Return what a model would be shown for this output."""
    global _last_ref
    view = View(limits.limit_chars(tool_name))
    result = compress_output(
        text, tool_name=tool_name, tool_input=tool_input, query=query, store=_scratch_store(), view=view
    )
    _last_ref = result.ref
    return result.text


def slice_of_last(query: str) -> str:
    """Return what one retrieval by `query` brings back of the last output, "" where there is nothing to retrieve."""
    if _last_ref is None:
        return ""
    try:
        return retrieve(_last_ref, query=query or None, store=_scratch_store())
    except HeadroomError:
        return ""


def _scratch_store() -> Store:
    global _store
    if _store is None:
        folder = tempfile.mkdtemp(prefix="headroom-scoring-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        _store = open_store(Settings(home=folder))
    return _store
