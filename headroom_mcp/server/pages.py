"""What is too large to be answered whole: kept in the store, a page of it shown, with the way to go on."""

from __future__ import annotations

import base64
from typing import Any

from headroom_mcp.retrieval.picture import Picture
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.settings import redaction
from headroom_mcp.store import Store
from headroom_mcp.text import tokens
from headroom_mcp.types import HeadroomError, Origin

MAX_ANSWER_TOKENS = 20_000  # hosts cut an MCP answer at 25,000 or write it to a file
SHOWN_CHARS = 49_000  # a longer answer about a text is hidden behind a preview by hosts
_PAGE_TOKENS = 4_000


def fits(text: str) -> bool:
    """Tell whether a host shows `text` whole."""
    return tokens.estimate(text) <= MAX_ANSWER_TOKENS


def of_original(store: Store, ref: str, query: str, session: str, project: str) -> str:
    """Return the first page of what is stored as `ref`, or what there is about `query`, and how to ask for the rest."""
    return retrieve(ref, query=query or None, max_tokens=_PAGE_TOKENS, store=store, project=project, session=session)


def store_whole(store: Store, text: str, kind: str, session: str, project: str) -> str:
    """Keep `text` whole, secrets masked where the settings say so, and return its ref. Raises: StoreError."""
    stored, _ = redaction.stored_and_shown(store.settings, text)
    return store.put(stored, origin=Origin(session=session, project=project), kind=kind)


def refuse(text: str, why: str) -> HeadroomError:
    """Return the error for a large `text` that can be neither made small nor kept."""
    count = text.count("\n") + 1
    return HeadroomError(f"This has {count:,} lines and is not made small: {why}. Read a range with another tool.")


def shown(image: Picture) -> list[dict[str, Any]]:
    """Return content blocks that show an image, with the line about it before it."""
    data = base64.b64encode(image.data).decode("ascii")
    return [{"type": "text", "text": image.note}, {"type": "image", "data": data, "mimeType": image.media_type}]
