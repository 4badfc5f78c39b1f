"""How many tokens to aim at for an output, by its size."""

from __future__ import annotations


def budget_for(tokens: int) -> int:
    """Return the tokens to aim at for an output of `tokens`: generous in the middle, where a lost line costs more than
    it saves, and nearly flat for giants."""
    if tokens <= 1_000:
        return max(200, tokens * 45 // 100)
    if tokens <= 8_000:
        return 450 + (tokens - 1_000) * 15 // 100
    return min(5_000, 1_500 + (tokens - 8_000) * 5 // 100)
