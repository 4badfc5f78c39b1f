"""Where our files are. Imports nothing but `os`, so that a hook can ask before it knows whether it has work to do."""

from __future__ import annotations

import os
import sys

OFF_SWITCH = "off"  # an empty file in the data folder: see `switches`
SESSION_SWITCHES = "off.sessions"
EXPERIMENT = "experiment"  # while `headroom experiment` runs: see `holdout`
USER_HOOKS = "hooks.json"  # see `flow.user_hooks`


def data_home(named: str = "") -> str:
    """Return the data folder: `named`, else `HEADROOM_HOME`, else the platform's place for an application's data."""
    named = named or os.environ.get("HEADROOM_HOME", "")
    if named:
        return os.path.abspath(os.path.expanduser(named))
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "headroom")
    if sys.platform == "win32":
        return os.path.join(os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"), "headroom")
    return os.path.join(os.environ.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share"), "headroom")
