"""Settings, in one table: every knob with its default and its reason.

On the hook's hot path nothing is read but the environment. `HEADROOM_HOME` names the data folder everywhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import NamedTuple

from headroom_mcp.errors import SettingsError


class Settings(NamedTuple):
    """Everything a user can set. Sizes in tokens are estimates (`tokens.estimate`)."""

    home: str = ""
    """Data folder; "" means `data_home()`."""
    min_tokens: int = 250
    """Outputs below this stay untouched: the footer alone costs about 35 tokens."""
    min_saving: float = 0.10
    """A replacement that saves less than this share is not worth a detour: the original stays."""
    budget_tokens: int = 0
    """Tokens to aim at for one output; 0 means `budget_for(tokens)`."""
    max_chars: int = 29_500
    """Claude Code hides a Bash replacement over 30,000 characters behind a 2 KB preview."""
    retention_days: float = 30.0
    max_store_bytes: int = 1 << 30
    live_session_hours: float = 24.0
    """A session without an end event counts as live for this long after its last output."""


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in force.

    Raises: SettingsError when a variable cannot be read as what it should be.
    """
    env = os.environ if environ is None else environ
    return Settings(
        home=env.get("HEADROOM_HOME", ""),
        min_tokens=_whole(env, "HEADROOM_MIN_TOKENS", Settings().min_tokens),
        budget_tokens=_whole(env, "HEADROOM_BUDGET_TOKENS", Settings().budget_tokens),
    )


def data_home(settings: Settings | None = None) -> str:
    """Return the data folder: the setting, `HEADROOM_HOME`, else the platform's place for an application's data."""
    if settings is not None and settings.home:
        return os.path.abspath(os.path.expanduser(settings.home))
    named = os.environ.get("HEADROOM_HOME")
    if named:
        return os.path.abspath(os.path.expanduser(named))
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "headroom")
    if sys.platform == "win32":
        return os.path.join(os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"), "headroom")
    return os.path.join(os.environ.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share"), "headroom")


def project_dir(environ: Mapping[str, str] | None = None, cwd: str = "") -> str:
    """Return the project an original belongs to: `CLAUDE_PROJECT_DIR`, else `cwd`, else the working directory.

    The path is resolved, so that a hook, the server and a shell in the same folder agree on it.
    """
    env = os.environ if environ is None else environ
    return os.path.realpath(env.get("CLAUDE_PROJECT_DIR") or cwd or os.getcwd())


def session_id(environ: Mapping[str, str] | None = None) -> str:
    """Return the host's session, as it tells its hooks and servers; "" outside of one."""
    env = os.environ if environ is None else environ
    return env.get("CLAUDE_CODE_SESSION_ID", "")


def budget_for(tokens: int) -> int:
    """Return the tokens to aim at for an output of `tokens`: generous in the middle, where a lost line costs more than
    it saves, and nearly flat for giants."""
    if tokens <= 1_000:
        return max(200, tokens * 45 // 100)
    if tokens <= 8_000:
        return 450 + (tokens - 1_000) * 15 // 100
    return min(5_000, 1_500 + (tokens - 8_000) * 5 // 100)


def limit_chars(settings: Settings, tool_name: str) -> int:
    """Return how long a replacement may be before the host of `tool_name` hides it again; 0 for no limit.

    Claude Code shows a shell's results up to 30,000 characters and an MCP server's up to 50,000 (measured, 2.1.330); files
    and pages have no such limit.
    """
    if tool_name in ("Bash", "PowerShell"):
        return settings.max_chars
    if tool_name in ("Read", "WebFetch"):
        return 0
    return settings.max_chars * 5 // 3


def _whole(env: Mapping[str, str], variable: str, default: int) -> int:
    raw = env.get(variable)
    if not raw:
        return default
    try:
        return int(raw)
    except ValueError:
        msg = f"{variable}={raw!r} is not a whole number; unset it or give one."
        raise SettingsError(msg) from None
