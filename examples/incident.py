"""An incident told by logs, metrics, pods and deployments: what failed, why, and what changed must survive.

Run: python examples/incident.py [SEED]
"""

from __future__ import annotations

import sys

from headroom_mcp.evals.scenarios import incident, play

if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    raise SystemExit(play.told(incident.make, seed))
