"""What `headroom doctor` looks at. Each check says what it found and, where something is wrong, the command that mends it.

    client        Claude Code: its version, its settings, what in them keeps hooks from running
    installation  where our hooks and servers are: nowhere, twice, outdated, gone; other hooks beside them; other hosts
    switches      whether the user has turned compressing off, or a setting cannot be read
    trial         our hook and server, run for real on a sample
    upkeep        the store, the failure log, compression hooks

A state in which nothing would be compressed is a failure; what only costs something is a note.
"""

from __future__ import annotations

import sys

from headroom_mcp.install.doctor import client, installation, switches, trial, upkeep
from headroom_mcp.install.doctor.check import Check
from headroom_mcp.install.doctor.installation import mend

__all__ = ["Check", "examine", "mend"]


def examine(folder: str) -> list[Check]:
    """Return all findings for the project in `folder`."""
    found = installation.look(folder)
    return [
        Check("Python", "ok", f"{'.'.join(map(str, sys.version_info[:3]))} ({sys.executable})"),
        *client.checks(folder, found),
        *installation.checks(folder, found),
        *switches.checks(folder),
        *trial.checks(folder, found),
        *upkeep.checks(),
    ]
