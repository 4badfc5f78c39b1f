"""Error messages of the tool itself inside data output: `grep: x: No such file or directory`, `fatal: not a git repository`.

For kinds whose text is data (hits, listings, tables, diffs), where a word like "error" is no failure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.commands import programs
from headroom_mcp.types import Fact

# grep: a/b: Permission denied | ls: cannot access 'x': … | fatal: … | psql: error: … | ERROR:  relation … | bash: line 1: …
_COMPLAINT = late.pattern(
    rf"^(?:(?:{'|'.join(sorted(programs.SEARCHERS))}|find|fd|ls|tree|du|git|diff|cat|head|tail|sed|awk|wc|sort|cut|jq|psql|mysql|sqlite3|docker|"
    r"kubectl|helm|ps|df|lsof|ss|netstat|systemctl|dpkg|rpm|bash|sh|zsh|/bin/\w+|npm|curl): (?:(?:error|warning|line \d+): ?)?.*"
    r"|fatal: |error: |Error: |ERROR: |ERROR \d|Error from server|FATAL: |usage: |Traceback \(most recent|command terminated|"
    r"\[exit code|Exit code \d|exit status \d|Command timed out)"
)
_HARMLESS = late.pattern(r"binary file matches|Is a directory$", re.IGNORECASE)
_MAX_COMPLAINTS = 30


def find(lines: Sequence[str]) -> list[Fact]:
    """Return a tool's complaints among `lines` as failures; harmless ones, and those past the thirtieth, are none."""
    found: list[Fact] = []
    for index, line in enumerate(lines):
        if line and _COMPLAINT.match(line) and not _HARMLESS.search(line):
            found.append(Fact(index, 0, "errors", index, index + 1))
            if len(found) == _MAX_COMPLAINTS:
                break
    return found
