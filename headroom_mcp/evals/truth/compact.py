"""JSON in the compact form, thinned: nothing reads it yet, so each such render counts as one that was not checked."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.evals.truth.findings import Findings
from headroom_mcp.types import Part

SAID = "JSON in the compact form: its tallies, ranges and constants"


def check(lines: Sequence[str], part: Part, findings: Findings) -> None:
    """Take note that the statements of a JSON render were not checked; its markers and footer are, elsewhere."""
    findings.unknown(SAID)
