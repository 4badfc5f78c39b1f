"""What a long session costs with a provider's prompt cache: as it was sent, with `compress`, and with a window that masks old results.

    python -m headroom_mcp.evals.cache_bill [--turns 40] [--prefix 60000]

For every model of `headroom prices`: the share of what was in the cache that was read again, and the bill in input tokens of that
model, by the simulator (`headroom cache simulate`) with the model's own prices, minimum and cliff.
"""

from __future__ import annotations

import argparse
from typing import Any

from headroom_mcp.context import prices
from headroom_mcp.context.cache import compare
from headroom_mcp.evals.body_speed import output
from headroom_mcp.evals.recorded.conversations import FORMS
from headroom_mcp.evals.recorded.sessions import Step

_SECONDS = 40.0  # between two requests


def session(turns: int, prefix: int, model: str) -> list[tuple[float, dict[str, Any]]]:
    """Return the requests of a session, with the seconds at which they are sent; `prefix`: tokens before the first message."""
    claude = model.startswith("claude")
    steps = [Step("Bash", {"command": f"cat log.{turn}"}, output(turn)) for turn in range(turns)]
    rules = "You are a careful engineer, and you say so. " * (prefix // 10)
    messages = FORMS["anthropic" if claude else "openai"]("why does the build fail?", steps)
    if not claude:
        messages = [{"role": "system", "content": rules}, *messages]
    first = len(messages) - 2 * turns
    beside: dict[str, Any] = {"system": [{"type": "text", "text": rules}], "max_tokens": 1000} if claude else {}
    return [
        (turn * _SECONDS, {"model": model, **beside, "messages": messages[: first + 2 * turn]})
        for turn in range(1, turns + 1)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--prefix", type=int, default=60_000)
    options = parser.parse_args()
    names = "".join(f"{way:>24}" for way in compare.WAYS)
    print(f"{'model':<20}{names}{'saved':>8}   (read again, bill)")
    for price in prices.table():
        bills = compare.bills(session(options.turns, options.prefix, price.name), price, price.name)
        cells = "".join(f"{bill.reused:>10.2%}{bill.usage.units:>14,.0f}" for bill in bills)
        saved = 1 - bills[1].usage.units / bills[0].usage.units
        print(f"{price.name:<20}{cells}{saved:>8.1%}", flush=True)


if __name__ == "__main__":
    main()
