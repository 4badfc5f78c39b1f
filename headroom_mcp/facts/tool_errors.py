"""Error messages of the tool itself inside data output: `grep: x: No such file or directory`, `fatal: not a git repository`.

For kinds whose text is data (hits, listings, tables, diffs), where a word like "error" is not a failure.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.commands import programs
from headroom_mcp.text.lines import alike
from headroom_mcp.types import Fact

# grep: a/b: Permission denied | ls: cannot access 'x': … | fatal: … | psql: error: … | psql:load.sql:41: ERROR:  duplicate key
# | ERROR:  relation … | bash: line 1: … | warning: LF will be … | Parse error near line 3: … | E0101 12:00:00.000000 1 cache.go:265] …
_COMPLAINT = late.pattern(
    rf"^(?:(?:{'|'.join(sorted(programs.SEARCHERS))}|find|fd|ls|tree|du|git|diff|cat|head|tail|sed|awk|gawk|wc|sort|cut|jq|psql|pg_dump|"
    r"pg_restore|mysql|mysqldump|mongosh|sqlite3|docker|kubectl|helm|terraform|ps|df|lsof|ss|netstat|systemctl|dpkg|rpm|bash|sh|zsh|"
    r"/bin/\w+|npm|curl)(?::[^\s:]+:\d+)?: (?:(?:error|warning|line \d+): ?)?.*"
    r"|fatal: |warning: |error: |Error: |ERROR: |ERROR \d|Error from server|FATAL: |PANIC: |usage: |Traceback \(most recent|"
    r"command terminated|(?:\w+ )?[Ee]rror(?: near| at| on)? line \d+: |\[exit code|Exit code \d|exit status \d|Command timed out|"
    r"[EF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.-]+:\d+\] )"
)
_IN_ITS_PLACE = late.pattern(r" \[error [^\]]{1,80}\]$")  # what tree writes behind a folder that it may not open
_HARMLESS = late.pattern(r"Is a directory$")
_MAX_COMPLAINTS = 30


def find(lines: Sequence[str]) -> list[Fact]:
    """Return a tool's complaints among `lines` as failures, and its hits in binary files; none of them past the thirtieth."""
    found: list[Fact] = []
    for index in alike(lines).where(_complains)[:_MAX_COMPLAINTS]:
        if _is_binary_hit(lines[index]):
            found.append(Fact(index, 2, "hits in binary files", index, index + 1))
        else:
            found.append(Fact(index, 0, "errors", index, index + 1))
    return found


def _complains(line: str) -> bool:
    if not line or not (_COMPLAINT.match(line) or (line[-1] in "]s" and _is_elsewhere(line))):
        return False
    return not _HARMLESS.search(line)


def _is_elsewhere(line: str) -> bool:
    """Tell whether a line says it at its end."""
    return _is_binary_hit(line) or _IN_ITS_PLACE.search(line) is not None


def _is_binary_hit(line: str) -> bool:
    """Tell whether grep says that something in a file matches that it cannot show."""
    return line.endswith(": binary file matches") or (line.startswith("Binary file ") and line.endswith(" matches"))
