"""Superlatives: a question for the largest or the smallest is answered by a column's extremes, not by its words."""

from __future__ import annotations

import re

from headroom_mcp import late

LARGEST = late.pattern(
    r"\b(?:longest|largest|biggest|highest|slowest|most|maximum|max|top|greatest|heaviest|worst|expensive|latest|newest|"
    r"last)\b",
    re.IGNORECASE,
)
SMALLEST = late.pattern(
    r"\b(?:shortest|smallest|low(?:est)?|fastest|least|minimum|min|fewest|cheapest|oldest|earliest|worst|nearly|almost|"
    r"running out|short of)\b",
    re.IGNORECASE,
)
