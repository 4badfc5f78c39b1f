"""A hundred issues of a tracker: data loss, security and what most people wait for must survive.

Run: python examples/triage_issues.py [SEED]
"""

from __future__ import annotations

import sys

from headroom_mcp.evals.scenarios import play, triage

if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    raise SystemExit(play.told(triage.make, seed))
