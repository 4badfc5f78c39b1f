"""Claude Code's events: tool outputs, sessions, oversized reads, failing commands."""
