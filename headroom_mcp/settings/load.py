"""Where settings are read from.

Three places, later ones win: `config.toml` in the data folder (the user's), environment variables, and `.headroom.toml`
in the project, which can only make things safer (switch off, deny more, mask more), never point anything elsewhere. On
the hook's hot path a settings file costs one `stat`: `file` keeps its checked values as JSON beside it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from headroom_mcp.errors import SettingsError
from headroom_mcp.settings.environment import data_home
from headroom_mcp.settings.table import KNOBS, PROJECT_FILE, USER_FILE, Settings, knob, parse_variable

_REDACT_PARTS = {"none": 0, "store": 1, "model": 2, "both": 3}


def load_settings(environ: Mapping[str, str] | None = None, project: str = "") -> Settings:
    """Return the settings in force, with those of the project folder `project`, if any.

    Raises: SettingsError when a file or variable cannot be used; it names the place and what to write instead.
    """
    env = os.environ if environ is None else environ
    home = env.get("HEADROOM_HOME", "")
    settings = Settings(home=home)
    user_file = os.path.join(data_home(settings), USER_FILE)
    if os.path.exists(user_file):
        from headroom_mcp.settings import file as settings_file

        settings = settings._replace(**settings_file.read(user_file, cache=True))
    given = {
        row.name: parse_variable(row, env[row.variable])
        for row in KNOBS
        if row.variable and row.name != "home" and env.get(row.variable)
    }
    settings = settings._replace(**given) if given else settings
    if project:
        project_file = os.path.join(project, PROJECT_FILE)
        if os.path.isfile(project_file):
            from headroom_mcp.settings import file as settings_file

            settings = tightened(settings, settings_file.read(project_file, cache=False), project_file)
    return settings


def tightened(settings: Settings, values: Mapping[str, Any], path: str) -> Settings:
    """Return `settings` as the project file `path` may change them. Raises: SettingsError for what it may not."""
    changes: dict[str, Any] = {}
    for name, value in values.items():
        now = getattr(settings, name)
        rule = row.project if (row := knob(name)) else ""
        if rule == "off":
            changes[name] = now and value
        elif rule == "raise":
            changes[name] = max(now, value)
        elif rule == "add":
            changes[name] = (*now, *(word for word in value if word not in now))
        elif rule == "tighten":
            parts = _REDACT_PARTS[now] | _REDACT_PARTS[value]
            changes[name] = next(word for word, bits in _REDACT_PARTS.items() if bits == parts)
        else:
            msg = f"{path} sets {name!r}, which only your own {USER_FILE} may: a project can only make things safer."
            raise SettingsError(msg)
    return settings._replace(**changes)
