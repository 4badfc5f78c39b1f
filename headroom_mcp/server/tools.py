"""The tools that a model can call, as plain functions, and the table that offers them.

A tool is one function and one row of `TOOLS`. What it answers is plain text; what it raises is a `HeadroomError` whose
message tells the model what to do next. Parameters are `str` or `int` with a default: models send `null` and numbers
for optional strings, and the server forgives both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from headroom_mcp.errors import HeadroomError
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.server import files, memory_tools
from headroom_mcp.settings import environment
from headroom_mcp.settings.load import load_settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.store.figures import Figures
from headroom_mcp.text import marker, tokens
from headroom_mcp.types import Origin, Result, View

MAX_ANSWER_TOKENS = 20_000  # hosts cut an MCP answer at 25,000 or write it to a file
_PAGE_TOKENS = 4_000
_SHOWN_CHARS = 49_000  # a longer answer about a text is hidden behind a preview by hosts


class ToolRow(NamedTuple):
    """One tool as offered: `about` and `notes` (by parameter) are all that the model reads about it."""

    function: Callable[..., str]
    about: str
    notes: Mapping[str, str]
    read_only: bool = True
    meta: Mapping[str, Any] | None = None


def compress(text: str = "", path: str = "", query: str = "") -> str:
    """Return `text`, or the file `path` of the project, made small; facts and lines about `query` stay."""
    project, session = environment.project_dir(), environment.session_id()
    if bool(text) == bool(path):
        msg = "Give either text or path, not both." if text else "Give text, or the path of a file in the project."
        raise HeadroomError(msg)
    tool_name, tool_input = "", None
    if path:
        text = files.read(path, project).decode("utf-8", "surrogateescape")
        tool_name, tool_input = "Read", {"file_path": path}
    # Nobody tells a server which subagent asks, so what "this context" has been shown before is not known here.
    settings = load_settings(project=project)._replace(repeats=False)
    with open_store(settings) as store:
        result = compress_output(
            text,
            tool_name=tool_name,
            tool_input=tool_input,
            query=query,
            store=store,
            settings=settings,
            origin=Origin(session, project=project),
            view=View(limit_chars=0 if path else _SHOWN_CHARS),
        )
        if tokens.estimate(result.text) <= MAX_ANSWER_TOKENS:
            return result.text
        # Nothing made it small enough to show: keep it all, show a page, say how to go on.
        ref = result.ref or _kept_whole(text, result, store, session, project)
        return retrieve(
            ref, query=query or None, max_tokens=_PAGE_TOKENS, store=store, project=project, session=session
        )


def _kept_whole(text: str, result: Result, store: Store, session: str, project: str) -> str:
    if result.outcome in ("unknown", "failed"):
        why = "the user's settings say not to store it" if result.outcome == "unknown" else "compression failed"
        msg = (
            f"This has {text.count(chr(10)) + 1:,} lines and is not made small: {why}. Read a range with another tool."
        )
        raise HeadroomError(msg)
    if store.settings.redact in ("store", "both"):
        from headroom_mcp.text import secrets

        text = secrets.mask(text)
    return store.put(text, session=session, project=project, kind=result.kind)


def headroom_retrieve(ref: str, lines: str = "", query: str = "", json_path: str = "", max_tokens: int = 2000) -> str:
    """Return a slice of the original `ref`, if this project or session has stored it."""
    return retrieve(
        marker.ref_in(ref),
        query=query or None,
        lines=lines or None,
        json_path=json_path or None,
        max_tokens=max(100, min(max_tokens, MAX_ANSWER_TOKENS)),
        project=environment.project_dir(),
        session=environment.session_id(),
    )


def headroom_stats() -> str:
    """Return what compression was worth in this session, this project and altogether."""
    project, session = environment.project_dir(), environment.session_id()
    with open_store() as store:
        said = [_sentence("This session", store.ledger.read(session=session))] if session else []
        said.append(_sentence("This project", store.ledger.read(project=project)))
        said.append(_sentence("Everything stored", store.ledger.read()))
    said.append(
        "Tokens are estimated (mean error 9 % against o200k). Added: the schemas of these tools, once per session, and notes."
        " Outputs left as they were are not counted."
    )
    return "\n".join(said)


def _sentence(name: str, figures: Figures) -> str:
    total = figures.totals
    if not total.outputs:
        return f"{name}: nothing compressed yet."
    return (
        f"{name}: {total.outputs:,} outputs, {total.tokens_host:,} tokens became {total.tokens_after:,};"
        f" {total.retrievals:,} retrievals cost {total.tokens_retrieved:,}, what we added"
        f" ourselves {total.tokens_charged:,}. Net {total.net:+,}"
        f" ({total.net_share:.0%}); {figures.losses:,} originals cost more than they saved."
    )


TOOLS = [
    ToolRow(
        compress,
        "Read a large file or text compressed: errors, totals and structure stay, the rest is counted and retrievable.",
        {"path": "file in the project, instead of text", "query": "what you look for"},
    ),
    ToolRow(
        headroom_retrieve,
        "Get back lines left out of a tool output that ends in [headroom REF: …].",
        {
            "lines": '"120-180", as in […] markers; "-50": the last 50',
            "query": "words to find",
            "json_path": "like $.items[3].name",
        },
        # Claude Code saves larger results to a file and hides tools behind a search: both would defeat a retrieval.
        meta={"anthropic/maxResultSizeChars": 500_000, "anthropic/alwaysLoad": True},
    ),
    ToolRow(
        memory_tools.memory_save,
        "Remember a lasting fact, decision or convention for later conversations. Never secrets.",
        {"tags": "words", "replaces": "id of the note it supersedes", "scope": '"project" or "global"'},
        read_only=False,
    ),
    ToolRow(
        memory_tools.memory_search,
        "Recall notes of earlier conversations.",
        {"query": "words, or a note's id; empty lists the newest"},
    ),
    ToolRow(memory_tools.memory_forget, "Delete a note.", {}, read_only=False),
    ToolRow(headroom_stats, "Tokens saved by compression, net of retrievals.", {}),
]
