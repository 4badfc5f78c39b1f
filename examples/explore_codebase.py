"""An unknown code base, by a tree, a search and five files: where a class is and what it does must survive.

Run: python examples/explore_codebase.py [SEED]
"""

from __future__ import annotations

import sys

from headroom_mcp.evals.scenarios import exploration, play

if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    raise SystemExit(play.told(exploration.make, seed))
