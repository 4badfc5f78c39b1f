"""ContentRouter: which kind each part of an output is, and why.

Hints come first (tool name, command words, path), then the text itself: every compressor scores a sample and the best
score wins. An output of several kinds is split into sections.
"""

from __future__ import annotations

from headroom_mcp import compressors
from headroom_mcp.output import ToolOutput
from headroom_mcp.types import Section


def route(output: ToolOutput) -> list[Section]:
    """Return the sections of `output`, in order, covering every line."""
    best, best_score = "general", 0.0
    for kind in compressors.BUILTIN:
        score = compressors.load(kind).score(output)
        if score > best_score:
            best, best_score = kind, score
    return [Section(0, len(output.lines), best, f"best score {best_score:.2f}")]
