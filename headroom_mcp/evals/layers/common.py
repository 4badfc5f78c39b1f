"""What the layers share: an output through the flow with a store, and whether a string can be had back from it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from headroom_mcp.evals import bench
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.text import tokens
from headroom_mcp.types import HeadroomError, Result, ToolInput, View


class Given(NamedTuple):
    """An output with the strings that its reader needs."""

    name: str
    text: str
    tool_name: str
    tool_input: ToolInput
    needed: tuple[str, ...]
    query: str = ""


@contextmanager
def store() -> Iterator[Store]:
    """Give a store in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="headroom-evals-") as home, open_store(Settings(home=home)) as opened:
        yield opened


def short(given: Given, opened: Store, *, asked: bool = True) -> Result:
    """Return what becomes of an output, as a hook would have it."""
    return compress_output(
        given.text,
        tool_name=given.tool_name,
        tool_input=given.tool_input,
        query=given.query if asked else "",
        store=opened,
        settings=opened.settings,
        view=View(limits.limit_chars(given.tool_name)),
    )


def shown(needed: str, text: str) -> bool:
    """Tell whether `needed` stands in `text`, whatever the escapes and the white space; numbers may have commas."""
    flat = bench.normalised(text)
    return bench.is_kept({"any": [needed]}, flat) or (needed.isdigit() and f"{int(needed):,}" in flat)


def fetched(result: Result, opened: Store, needed: str, query: str) -> tuple[bool, int]:
    """Tell whether `needed` comes back for `query`, or else on one of the first pages; and the tokens that were paid for it.

    Pages are what an agent asks for that does not know what it looks for.
    """
    if result.ref is None:
        return False, 0
    paid = 0
    try:
        text = retrieve(result.ref, query=query or needed, store=opened)
        paid += tokens.count(text)
        return shown(needed, text), paid
    except HeadroomError:
        return False, paid


def saving(results: Sequence[Result]) -> list[float]:
    """Return the share of tokens that each result saved."""
    return [1 - result.tokens_after / max(1, result.tokens_before) for result in results]
