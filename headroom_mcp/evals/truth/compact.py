"""JSON in the compact form, thinned: what is said of rows, fields, items and values that are not shown."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.evals.truth.findings import Findings
from headroom_mcp.types import Part


def check(lines: Sequence[str], part: Part, findings: Findings) -> None:
    findings.checked += 1
