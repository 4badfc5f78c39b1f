"""The user's settings as a hook reads them: where nothing but numbers was set, without an import."""

from __future__ import annotations

import os

from headroom_mcp.settings import sizes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headroom_mcp.settings.load import InForce


def of(cwd: str) -> InForce | None:
    """Return the settings where anything but numbers has been set, else None: importing them costs milliseconds."""
    project = os.environ.get("CLAUDE_PROJECT_DIR") or cwd
    files = [user_file(), *([os.path.join(project, ".headroom.toml")] if project else [])]
    if os.environ.get("HEADROOM_REDACT") or any(map(os.path.lexists, files)):
        return in_force(cwd)
    return None


def in_force(cwd: str) -> InForce:
    """Return the settings for a hook in the folder `cwd`. Raises: SettingsError for what is the user's own."""
    from headroom_mcp.settings import environment, load

    settings = load.in_force(environment.project_dir(cwd=cwd))
    if settings.problem is not None:
        from headroom_mcp.settings import fault_log

        fault_log.record("hook", settings.problem)
    return settings


def min_tokens() -> int:
    """Return how long a text must be, where no file says anything."""
    given = os.environ.get("HEADROOM_MIN_TOKENS", "")
    return int(given) if given.isdigit() else sizes.MIN_TOKENS


def repeats() -> bool:
    """Tell whether what stands above is named again, where no file says anything."""
    return os.environ.get("HEADROOM_REPEATS", "").strip().lower() not in ("0", "false", "off", "no")


def user_file() -> str:
    """Return the user's file of settings."""
    from headroom_mcp.settings import home

    return os.path.join(home.data_home(), "config.toml")
