"""How many tokens to aim at for an output, by its size."""

from __future__ import annotations

from headroom_mcp.settings.table import Settings


def budget_for(tokens: int) -> int:
    """Return the tokens to aim at for an output of `tokens`: generous in the middle, where a lost line costs more than
    it saves, and nearly flat for giants."""
    if tokens <= 1_000:
        return max(200, tokens * 45 // 100)
    if tokens <= 8_000:
        return 450 + (tokens - 1_000) * 15 // 100
    return min(5_000, 1_500 + (tokens - 8_000) * 5 // 100)


def limit_chars(settings: Settings, tool_name: str) -> int:
    """Return how long a replacement may be before the host of `tool_name` hides it again; 0 for no limit.

    Claude Code shows a shell's results up to 30,000 characters and an MCP server's up to 50,000 (measured, 2.1.330); files
    and pages have no such limit.
    """
    if tool_name in ("Bash", "PowerShell"):
        return settings.max_chars
    if tool_name in ("Read", "WebFetch"):
        return 0
    return settings.max_chars * 5 // 3
