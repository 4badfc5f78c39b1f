"""Recorded sessions: of what an agent used next, how much had been shown to it."""

from __future__ import annotations

from headroom_mcp.evals import figures
from headroom_mcp.evals.data import Data
from headroom_mcp.evals.figures import Figure, Tick
from headroom_mcp.evals.recorded import sessions


def run(cases: int, tick: Tick, data: Data) -> list[Figure]:
    """Return the share of strings that were shown before they were used, and the tokens saved."""
    used = preserved = 0
    saved: list[float] = []
    losses: list[str] = []
    for session in sessions.read_sessions(data.sessions())[:cases]:
        score = sessions.score(session)
        used += score.used
        preserved += score.preserved
        saved.append(1 - score.tokens_after / max(1, score.tokens_before))
        losses += [f"{loss.session}, step {loss.used_at}: {loss.string}" for loss in score.losses]
        tick()
    return [
        figures.share("strings shown before they were used", preserved, used, 0.97, losses),
        figures.mean("tokens saved", saved),
    ]
