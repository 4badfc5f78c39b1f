"""Query Echo: the user's question again, behind much that was printed since, where a reader would otherwise have lost it.

Only in a result that is new and was shortened, once for a question, and never in an old message: what stands there stands there
for good. It helps models that do not reason and one-shot calls; with reasoning no gain was found, so it is off by default. The
words are the user's, in quotes, so that they gain no authority in a tool's result.
"""

from __future__ import annotations

import re
from typing import Any

from headroom_mcp.text import marker, tokens

MIN_BETWEEN = 4_000  # tokens between the question and the end: nearer, it is still before the reader's eyes
_MOST_TOKENS = 200
_LEAST_WORDS = 4
_PASTED_CHARS = 4_000
BETA = "mid-conversation-system-clear-at-2026-08-21"


def question(said: str) -> str:
    """Return what of the user's words is worth repeating: whole sentences, at most 200 tokens; "" for a greeting, a command
    of the client, or what was pasted."""
    text = said.strip()
    if len(text) > _PASTED_CHARS or text.startswith(("/", "<", "{", "[", "```")) or len(text.split()) < _LEAST_WORDS:
        return ""
    kept = ""
    for sentence in re.split(r"(?<=[.!?…])\s+|\n+", text):
        longer = f"{kept} {sentence}".strip()
        if tokens.estimate(longer) > _MOST_TOKENS:
            break
        kept = longer
    return kept


def echoed(shown: str, said: str) -> str | None:
    """Return a shortened result with the question before its last line, the footer; None where there is nothing to repeat."""
    asked = question(said)
    body, _, footer = shown.rpartition("\n")
    if not asked or not marker.refs(footer):
        return None
    quoted = marker.plain(asked).replace('"', "'")
    return f'{body}\n[asked above: "{quoted}"]\n{footer}'


def turn_message(said: str) -> dict[str, Any] | None:
    """Return the question as a system message for models that take one between others (Claude from Opus 4.8 on; `BETA`).

    It goes behind the newest results, is cleared at the next prompt, and stays in the list that is sent. None where there is
    nothing to repeat.
    """
    asked = question(said)
    if not asked:
        return None
    return {
        "role": "system",
        "content": [{"type": "text", "text": f'The user asked: "{marker.plain(asked)}"'}],
        "clear_at": "next_user_message",
    }
