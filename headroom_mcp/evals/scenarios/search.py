"""A code search with a hundred results, of which one is what was looked for."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from headroom_mcp.evals.layers.common import Given
from headroom_mcp.evals.scenarios import words
from headroom_mcp.evals.scenarios.play import Question, Scenario

_RESULTS = 100


def make(seed: int) -> Scenario:
    """Return the story of `seed`."""
    random = Random(f"search {seed}")
    results = [_result(random, at) for at in range(_RESULTS)]
    at = random.randrange(8, _RESULTS - 8)
    area, name = random.choice(words.AREAS), f"{random.choice(words.NOUNS)}_backoff_seconds"
    file, line, limit = f"src/{area}/http_retry.py", random.randrange(20, 400), random.randrange(30, 900)
    snippet = (
        f"def {name}(attempt: int, retry_after: float | None) -> float:\n"
        f'    """Wait after 429 Too Many Requests: what the server asks for, at most {limit} seconds."""\n'
        f"    return min({limit}.0, retry_after or 2.0**attempt)\n"
    )
    results[at] = {**results[at], "path": file, "line": line, "symbol": name, "snippet": snippet}
    request = "Where is the backoff after a 429 Too Many Requests response computed, and what is the longest wait?"
    text = json.dumps({"query": "retry 429", "total": _RESULTS, "results": results})
    output = Given("code search, 100 results", text, "mcp__code__search", {"query": "retry 429"}, (), request)
    questions = (
        Question("In which file?", (file,)), Question("On which line?", (str(line),)),
        Question("What is the function called?", (name,)), Question("How long at most?", (str(limit),)),
    )  # fmt: skip
    return Scenario("search", "Code search over 100 results", request, (output,), questions, 0.92)


def _result(random: Random, at: int) -> dict[str, Any]:
    name, noun = words.snake(random), random.choice(words.NOUNS)
    body = "\n".join(
        f"    {random.choice(words.NOUNS)} = self.{words.snake(random)}({noun}, limit={random.randrange(500)})"
        for _ in range(random.randrange(4, 9))
    )
    return {
        "rank": at + 1, "path": words.path(random), "line": random.randrange(10, 900), "symbol": name, "language": "python",
        "score": round(0.97 - at * 0.006 + random.random() * 0.004, 4), "repository": "acme/platform", "branch": "main",
        "snippet": f"def {name}(self, {noun}: {noun.title()}) -> None:\n{body}\n    return None\n",
    }  # fmt: skip
