"""How much Claude Code shows of an output, by tool. Measured with 2.1.197 and 2.1.330; characters are UTF-16 units."""

from __future__ import annotations

SHELL_CHARS = 30_000  # of a shell's result; a longer one is hidden behind a preview and a path
SERVER_CHARS = 50_000  # of an MCP server's result, and of any other tool's
PREVIEW_TOKENS = 700  # a 2 KB preview with its wrapper
FAILING_CHARS = 10_000  # of a failing command, half of it from each end of the first 30,000
FAILING_WINDOW_CHARS = 30_000
FAILING_SHOWN_CHARS = 9_600  # what we may show of one: "Exit code N" comes before ours

_SHELLS = ("Bash", "PowerShell")
_UNLIMITED = ("Read", "WebFetch")  # files and pages
_SPARE_CHARS = 500  # the host may add a line of its own


def limit_chars(tool_name: str) -> int:
    """Return how long a replacement may be before Claude Code hides it again; 0 for no limit."""
    if tool_name in _UNLIMITED:
        return 0
    return (SHELL_CHARS if tool_name in _SHELLS else SERVER_CHARS) - _SPARE_CHARS
