"""Whether a question asks after failures, in whatever words: then what says so is an answer, though it shares no word with it."""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.late import re

_ASKED = late.pattern(
    r"\b(?:fail\w*|error\w*|unhealthy|broken|wrong|crash\w*|problem\w*|issue|warning\w*|critical|severe|worst|vulnerab\w*|"
    r"exception\w*|root cause|(?:could|can|did|does|do|was|were|is|are)(?:n't| not| never)|cannot|missing|denied|refused|unable)\b",
    re.IGNORECASE,
)


def asked(question: str) -> bool:
    """Tell whether `question` is about what went wrong: "which files could not be opened?"."""
    return _ASKED.search(question) is not None
