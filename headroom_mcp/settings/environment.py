"""Where we run: the data folder, the project an original belongs to, the host's session, the plugin's environments."""

from __future__ import annotations

import os
from collections.abc import Mapping

from headroom_mcp.settings import home
from headroom_mcp.settings.table import Settings

# Claude Code's, Qwen Code's, Copilot CLI's: what each sets for the servers that it starts
_SESSIONS = ("CLAUDE_CODE_SESSION_ID", "QWEN_CODE_SESSION_ID", "COPILOT_AGENT_SESSION_ID")


def data_home(settings: Settings | None = None) -> str:
    """Return the data folder: the setting, `HEADROOM_HOME`, else the platform's place for an application's data."""
    return home.data_home(settings.home if settings is not None else "")


def project_dir(environ: Mapping[str, str] | None = None, cwd: str = "") -> str:
    """Return the project an original belongs to: `CLAUDE_PROJECT_DIR`, else `cwd`, else the working directory.

    The path is resolved, so that a hook, the server and a shell in the same folder agree on it.
    """
    env = os.environ if environ is None else environ
    return os.path.realpath(env.get("CLAUDE_PROJECT_DIR") or cwd or os.getcwd())


def plugin_environments(environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the Python environments that the plugin has made for its server in the folder that its host gives it."""
    env = os.environ if environ is None else environ
    data = env.get("CLAUDE_PLUGIN_DATA", "")
    if not data or not os.path.isdir(data):
        return []
    return [os.path.join(data, name) for name in sorted(os.listdir(data)) if name.startswith("venv")]


def session_id(environ: Mapping[str, str] | None = None) -> str:
    """Return the host's session, as it tells its hooks and servers; "" outside of one, and where the host tells none."""
    env = os.environ if environ is None else environ
    return next((env[name] for name in _SESSIONS if env.get(name)), "")
