"""What must survive: the lines an agent acts on.

`find` reads any output and names its facts: failures first (errors, assertions, failing tests, panics, exit codes), then
lines that match the query, then totals and summaries. The gate puts back what a compressor dropped.
"""

from __future__ import annotations

import re

from headroom_mcp import relevance
from headroom_mcp.output import ToolOutput
from headroom_mcp.types import Fact

# Error words as a failing program prints them; "0 errors" and "error: null" are no failures.
_FAILURE = re.compile(
    r"\b(?:error|errors|fatal|panic|panicked|exception|traceback|failed|failure|FAIL|critical|abort(?:ed)?|segfault|segmentation fault|exit code [1-9]|"
    r"assert(?:ion)?(?:error)?|undefined|unresolved|denied|refused|timed? ?out|cannot|can't|not found|no such)\b"
    r"|(?<=\w)(?:Error|Exception)\b|^E  ",
    re.IGNORECASE,
)
_NO_FAILURE = re.compile(
    r"\b(?:0|no|zero|without) (?:errors?|failures?|failed)\b|\berrors?[\"']?\s*[:=]\s*(?:0|null|none|false|\[\]|\"\")",
    re.IGNORECASE,
)
# (the digits are bounded, since "1,1,1,…" is quadratic otherwise)
# "=== 3 failed, 97 passed in 1.2s ===", "Found 4 errors", "Total: 12"
_SUMMARY = re.compile(
    r"\b\d[\d,]{0,15} (?:passed|failed|errors?|warnings?|skipped|tests?|problems?|files? changed|packages?)\b|^\s*total\b|"
    r"\bexit(?:ed)?(?: with)?(?: status| code)\b|\bBUILD (?:SUCCESS|FAIL)",
    re.IGNORECASE,
)
_MAX_QUERY_FACTS = 40


def find(output: ToolOutput) -> list[Fact]:
    """Return the facts of `output`, most important first, then by line. Identical failure lines count once."""
    lines = output.lines
    found: list[Fact] = []
    seen: set[str] = set()
    for index, line in enumerate(lines):
        if _FAILURE.search(line) and not _NO_FAILURE.search(line):
            if line not in seen:
                seen.add(line)
                found.append(Fact(index, 0, "failures", index, index + 1))
        elif _SUMMARY.search(line):
            found.append(Fact(index, 2, "summary lines", index, index + 1))
    if output.query:
        scores = relevance.rank(output.query, lines)
        best = sorted((i for i, score in enumerate(scores) if score > 0), key=lambda i: (-scores[i], i))
        found.extend(Fact(i, 1, "query matches", i, i + 1) for i in best[:_MAX_QUERY_FACTS])
    found.sort(key=lambda fact: fact.rank)
    return found
