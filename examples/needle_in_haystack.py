"""A hundred log entries, one of them critical: what happened, its code, its remedy and how many were affected must survive.

Run: python examples/needle_in_haystack.py [SEED]
"""

from __future__ import annotations

import sys

from headroom_mcp.evals.scenarios import needle, play

if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    raise SystemExit(play.told(needle.make, seed))
