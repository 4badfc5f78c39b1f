"""An experiment: a fixed share of the sessions, chosen by their ids, runs as if we were not there.

    <data folder>/experiment          "0.1 1790000000": the share held out, and when it began (s since 1970)
    <data folder>/experiment.ended    the last one that was stopped, with when that was: "0.1 1790000000 1790600000"

Secrets are masked in held-out sessions as in all others: what is measured is compression.
"""

from __future__ import annotations

import os

from headroom_mcp.late import NamedTuple
from headroom_mcp.settings import home

ENDED = "experiment.ended"


class Experiment(NamedTuple):
    """A share 0..1 of the sessions held out from `started_s` on; `ended_s` is 0 while it runs."""

    share: float
    started_s: int
    ended_s: int = 0

    def holds_out(self, session: str) -> bool:
        """Tell whether `session` is one of those held out: always the same answer, and another draw in another experiment."""
        import zlib

        drawn = zlib.crc32(f"{self.started_s} {session}".encode("utf-8", "surrogateescape"))
        return drawn < self.share * 2**32


def running(folder: str) -> Experiment | None:
    """Return the experiment that runs; None where none does, or its file cannot be read."""
    return _read(os.path.join(folder, home.EXPERIMENT))


def last(folder: str) -> Experiment | None:
    """Return the experiment that runs, else the last one that was stopped; None where there was none."""
    return running(folder) or _read(os.path.join(folder, ENDED))


def start(folder: str, share: float, now_s: float) -> Experiment:
    """Begin an experiment. Raises: OSError."""
    from headroom_mcp.settings import private

    begun = Experiment(share, int(now_s))
    private.folder(folder)
    private.write(os.path.join(folder, home.EXPERIMENT), f"{share} {begun.started_s}\n".encode())
    return begun


def stop(folder: str, now_s: float) -> Experiment | None:
    """End the experiment that runs, and return it; None where none does. Raises: OSError."""
    from headroom_mcp.settings import private

    found = running(folder)
    if found is None:
        return None
    ended = found._replace(ended_s=int(now_s))
    private.write(os.path.join(folder, ENDED), f"{ended.share} {ended.started_s} {ended.ended_s}\n".encode())
    os.unlink(os.path.join(folder, home.EXPERIMENT))
    return ended


def _read(path: str) -> Experiment | None:
    try:
        with open(path, encoding="ascii") as file:
            share, *times = file.read(200).split()
        return Experiment(float(share), *map(int, times))
    except (OSError, ValueError, TypeError):  # none, or not ours: nothing is held out
        return None
