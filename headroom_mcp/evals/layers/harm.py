"""Does no harm: word problems and short questions hold no tool output, and a request with them passes byte for byte.

An accuracy "before and after" on these sets says nothing of compression, for nothing is compressed: this is the proof.
"""

from __future__ import annotations

import json

from headroom_mcp.context.compress import compress
from headroom_mcp.evals import figures
from headroom_mcp.evals.data import Data
from headroom_mcp.evals.figures import Figure, Tick
from headroom_mcp.evals.layers import common

SETS = ("gsm8k", "truthfulqa")


def run(cases: int, tick: Tick, data: Data) -> list[Figure]:
    """Return the share of requests whose messages are the same bytes afterwards, for each set that is there."""
    found = []
    with common.store() as opened:
        for name in SETS:
            problems = data.problems(name)[:cases]
            changed = []
            for problem in problems:
                messages = [{"role": "user", "content": problem.text}]
                before = json.dumps(messages)
                after = json.dumps(compress(messages, settings=opened.settings, store=opened).messages)
                changed += [] if after == before else [problem.text[:80]]
                tick()
            if problems:
                title = f"{name}: requests that pass unchanged"
                found.append(figures.share(title, len(problems) - len(changed), len(problems), 1.0, changed))
    return found
