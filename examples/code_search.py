"""A code search with a hundred results: the place, the function and the number asked for must survive.

Run: python examples/code_search.py [SEED]
"""

from __future__ import annotations

import sys

from headroom_mcp.evals.scenarios import play, search

if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    raise SystemExit(play.told(search.make, seed))
