"""The tools that a model can call, as plain functions, and the table that offers them.

A tool is one function and one row of `TOOLS`. What it answers is plain text, or an image; what it raises is a `HeadroomError` whose
message tells the model what to do next. Parameters are `str` or `int` with a default: models send `null` and numbers
for optional strings, and `arguments` forgives both. The functions run in worker processes (see `workers`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from headroom_mcp.flow import user_hooks
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.retrieval import picture
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.retrieval.where import store_of
from headroom_mcp.server import files, memory_tools, pages, stats_text
from headroom_mcp.settings import environment, redaction
from headroom_mcp.settings.load import in_force, load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.text import marker
from headroom_mcp.types import HeadroomError, Origin, View

Answer = str | list[dict[str, Any]]
"""What a tool answers: a text, or content blocks of the protocol where there is an image among them."""


class ToolRow(NamedTuple):
    """One tool as offered: `about` and `notes` (by parameter) are all that the model reads about it.

    `instead`: what is called with the same arguments when the tool took too long.
    """

    function: Callable[..., Answer]
    about: str
    notes: Mapping[str, str]
    read_only: bool = True
    meta: Mapping[str, Any] | None = None
    instead: Callable[..., Answer] | None = None


def compress(text: str = "", path: str = "", query: str = "") -> str:
    """Return `text`, or the file `path` of the project, made small; facts and lines about `query` stay."""
    project, session = environment.project_dir(), environment.session_id()
    text = _given(text, path, project)
    # Nobody tells a server which subagent asks, so what "this context" has been shown before is not known here.
    settings = load_settings(project=project)._replace(repeats=False)
    with open_store(settings) as store:
        return made_small(store, settings, text, query, path=path, project=project, session=session)


def made_small(
    store: Store, settings: Settings, text: str, query: str, *, path: str = "", project: str, session: str
) -> str:
    """Return what `compress` answers for `text`, read from `path` if that is given."""
    result = compress_output(
        text,
        tool_name="Read" if path else "",
        tool_input={"file_path": path} if path else None,
        query=query,
        origin=Origin(session, project=project),
        view=View(limit_chars=0 if path else pages.SHOWN_CHARS),
        store=store,
        settings=settings,
    )
    if pages.fits(result.text):
        return result.text
    if result.ref is None and (result.outcome == "unknown" or result.kind == "redacted"):
        raise pages.refuse(text, "the user's settings say not to store it")
    if result.ref is None and result.outcome == "failed":
        raise pages.refuse(text, "compression failed")
    ref = result.ref or pages.store_whole(store, text, result.kind, session, project)
    return pages.of_original(store, ref, query, session, project)


def show_page(text: str = "", path: str = "", query: str = "") -> str:
    """Return `text`, or the file `path`, as it is, or its first page: what `compress` answers when its time is up."""
    project, session = environment.project_dir(), environment.session_id()
    text = _given(text, path, project)
    settings = load_settings(project=project)
    if redaction.is_asked_for(settings) or user_hooks.load(settings):
        # What may be stored or shown is for the flow to decide, and the flow is what took too long.
        raise pages.refuse(text, "it took too long")
    if pages.fits(text):
        return text
    with open_store(settings) as store:
        ref = pages.store_whole(store, text, "general", session, project)
        return pages.of_original(store, ref, "", session, project)


def _given(text: str, path: str, project: str) -> str:
    if bool(text) == bool(path):
        msg = "Give either text or path, not both." if text else "Give text, or the path of a file in the project."
        raise HeadroomError(msg)
    return files.read(path, project).decode("utf-8", "surrogateescape") if path else text


def headroom_retrieve(
    ref: str, lines: str = "", query: str = "", json_path: str = "", region: str = "", max_tokens: int = 2000
) -> Answer:
    """Return a slice of the original `ref`, if this project or session has stored it; of an image, the
    image, a region, or (with `query` or `lines`) the text that is read in it."""
    ref, project, session = marker.ref_in(ref), environment.project_dir(), environment.session_id()
    with store_of(ref, in_force(project).here, project=project, session=session) as (store, name):
        return slice_of(store, name, session, ref, lines, query, json_path, region, max_tokens)


def slice_of(
    store: Store, project: str | None, session: str, ref: str, lines: str, query: str, json_path: str, region: str,
    max_tokens: int,
) -> Answer:  # fmt: skip
    """Return what `headroom_retrieve` answers from `store` to a caller in `project`."""
    asks_for_text = query or lines
    if region or (not asks_for_text and picture.is_picture(store.get(ref, project=project, session=session))):
        return pages.shown(picture.picture(ref, region, store=store, project=project, session=session))
    return retrieve(
        ref,
        query=query or None,
        lines=lines or None,
        json_path=json_path or None,
        max_tokens=max(100, min(max_tokens, pages.MAX_ANSWER_TOKENS)),
        store=store,
        project=project,
        session=session,
    )


def headroom_stats() -> str:
    """Return what compression was worth in this session, this project and altogether."""
    with open_store() as store:
        return stats_text.describe(store, environment.session_id(), environment.project_dir())


TOOLS = [
    ToolRow(
        compress,
        "Read a large file or text compressed: errors, totals and structure stay, the rest is counted and retrievable.",
        {"path": "file in the project, instead of text", "query": "what you look for"},
        instead=show_page,
    ),
    ToolRow(
        headroom_retrieve,
        "Get back lines left out of a tool output that ends in [headroom REF …].",
        {
            "lines": '"120-180", as in […] markers; "-50": the last 50',
            "query": "words to find",
            "json_path": "like $.items[3].name",
            "region": 'of an image: "x,y,width,height" (query reads its text)',
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
