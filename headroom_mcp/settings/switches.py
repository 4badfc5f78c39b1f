"""Whether hooks compress at all: by setting, by `headroom off`, off for one session, or held out of an experiment."""

from __future__ import annotations

import os
from collections.abc import Sequence

from headroom_mcp.settings import home
from headroom_mcp.settings.table import Settings

OFF_SWITCH = home.OFF_SWITCH
SESSION_SWITCHES = home.SESSION_SWITCHES


def is_off(settings: Settings, session: str = "") -> bool:
    """Tell whether hooks leave every output as it is: the user has turned them off, or this session is held out."""
    if is_turned_off(settings, session):
        return True
    folder = home.data_home(settings.home)
    if not session or not os.path.exists(os.path.join(folder, home.EXPERIMENT)):
        return False
    from headroom_mcp.settings import holdout

    running = holdout.running(folder)
    return running is not None and running.holds_out(session)


def is_turned_off(settings: Settings, session: str = "") -> bool:
    """Tell whether the user has turned everything off: by setting, by `headroom off`, or for this session."""
    if not settings.enabled:
        return True
    folder = home.data_home(settings.home)
    return os.path.exists(os.path.join(folder, OFF_SWITCH)) or (
        bool(session) and os.path.exists(os.path.join(folder, SESSION_SWITCHES, switch_name(session)))
    )


def switch_name(session: str) -> str:
    """Return the file name of a session's off switch: the id with nothing that could leave the folder."""
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in session)[:120]


def is_tool_off(tool_name: str, patterns: Sequence[str]) -> bool:
    """Tell whether the user wants this tool's outputs as they are; `*` in a pattern stands for anything."""
    if not patterns:
        return False
    from fnmatch import fnmatchcase

    return any(fnmatchcase(tool_name, pattern) for pattern in patterns)
