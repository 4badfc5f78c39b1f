"""What lines say of tests, read by simpler means than the product's: at least so many passed, at most so many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_PASS = re.compile(
    r"\b(?:PASSED|PASS|Passed|passed|OK|Ok|ok|success|succeeded|SUCCESS)\b|[✓✔√]|^\s*\. |= \.$|\[ +OK +\]|^\s*(?:\S+ )?(?:#\d+ )?ok\b|\bS$"
)
_SURELY = re.compile(r"::\S.* PASSED\b|\bPASSED \S+::|\.\.\. ok$|^\s*--- PASS: \w|^\[ +OK +\] \S")
_SKIP = re.compile(r"(?i)\b(?:skip(?:ped)?|ignored|pending|todo|disabled|deselected|not run)\b|[○↓⊘∅-]|= S$")
_EXPECTED = re.compile(r"(?i)expected failure|xfail|xpass")
_FAIL = re.compile(
    r"(?i)^rspec \S+:\d+ # |\b(?:fail(?:ed|ure|ures)?|error(?:ed|s)?|timeout|broken|sig[a-z]+)\b|[✗✘✖×✕⨯❌●]|\bnot ok\b|= [FE]$|\*\*\*|[FE]\b|^\s*\d+\) |^\s*x "
)


def counted(lines: Sequence[str], start: int, stop: int) -> tuple[Counter[str], Counter[str]]:
    """Return the least and the most tests that lines `start` … `stop - 1` can say to have passed, failed or been skipped."""
    least: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for line in lines[start:stop]:
        bare = _COLOURS.sub("", line)
        if not bare.strip():
            continue
        least["passed"] += _SURELY.search(bare) is not None
        most["passed"] += _PASS.search(bare) is not None
        most["failed"] += _FAIL.search(bare) is not None
        most["xfailed or xpassed"] += _EXPECTED.search(bare) is not None
        most["skipped"] += _SKIP.search(bare) is not None
    return least, most
