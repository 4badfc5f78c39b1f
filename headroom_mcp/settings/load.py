"""Where settings are read from.

Three places, later ones win: `config.toml` in the data folder (the user's), environment variables, and `.headroom.toml`
in the project, which can only make things safer (switch off, deny more, mask more), never point anything elsewhere. On
the hook's hot path a settings file costs one `stat`: `file` keeps its checked values as JSON beside it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from headroom_mcp.late import Any, NamedTuple
from headroom_mcp.settings import redaction, switches
from headroom_mcp.settings.environment import data_home
from headroom_mcp.settings.table import KNOBS, PROJECT_FILE, USER_FILE, Settings, knob, parse_variable
from headroom_mcp.types import SettingsError

_REDACT_PARTS = {"none": 0, "store": 1, "model": 2, "both": 3}


def load_settings(environ: Mapping[str, str] | None = None, project: str = "") -> Settings:
    """Return the settings in force, with those of the project folder `project`, if any.

    Raises: SettingsError when a file or variable cannot be used; it names the place and what to write instead.
    """
    env = os.environ if environ is None else environ
    home = env.get("HEADROOM_HOME", "")
    settings = Settings(home=home)
    user_file = os.path.join(data_home(settings), USER_FILE)
    if os.path.lexists(user_file):
        from headroom_mcp.settings import file as settings_file

        settings = settings._replace(**settings_file.read(user_file, cache=True))
    given = {
        row.name: parse_variable(row, env[row.variable])
        for row in KNOBS
        if row.variable and row.name != "home" and env.get(row.variable)
    }
    settings = settings._replace(**given) if given else settings
    return with_project(settings, project) if project else settings


def with_project(settings: Settings, project: str) -> Settings:
    """Return the user's `settings` as the project folder `project` makes them safer. Raises: SettingsError."""
    project_file = os.path.join(project, PROJECT_FILE)
    if not os.path.lexists(project_file):
        return settings
    from headroom_mcp.settings import file as settings_file

    return tightened(settings, settings_file.read(project_file, cache=False), project_file)


class InForce(NamedTuple):
    """The settings a hook acts by: the user's own, and those with what the project adds.

    A project can only make things safer, and less compression is never less masking: what it switches off is
    compression, while secrets are masked as the user wants it. `problem`: why its file cannot be used.
    """

    user: Settings
    here: Settings
    problem: SettingsError | None

    def masks(self, session: str = "") -> bool:
        """Tell whether secrets are masked before the model, which only the user's own switches turn off."""
        return redaction.masks_model(self.here) and not switches.is_turned_off(self.user, session)


def in_force(project: str) -> InForce:
    """Return the settings for a hook in the folder `project`; with a project file that cannot be used, nothing is compressed.

    Raises: SettingsError for what is the user's own.
    """
    user = load_settings()
    try:
        return InForce(user, with_project(user, project), None)
    except SettingsError as problem:
        return InForce(user, user._replace(enabled=False), problem)


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
        elif name == "deny":
            changes["project_deny"] = _bounded(value, path)
        elif rule == "add":
            changes[name] = (*now, *(word for word in value if word not in now))
        elif rule == "less":
            words = row.form.split("|") if row else []
            changes[name] = max(now, value, key=words.index)
        elif rule == "tighten":
            parts = _REDACT_PARTS[now] | _REDACT_PARTS[value]
            changes[name] = next(word for word, bits in _REDACT_PARTS.items() if bits == parts)
        else:
            msg = f"{path} sets {name!r}, which only your own {USER_FILE} may: a project can only make things safer."
            raise SettingsError(msg)
    return settings._replace(**changes)


def _bounded(patterns: Sequence[str], path: str) -> tuple[str, ...]:
    """Return a project's `patterns` if they can be searched in linear time. Raises: SettingsError."""
    from headroom_mcp.settings import linear_match

    for pattern in patterns:
        try:
            linear_match.Pattern(pattern)
        except linear_match.UnsupportedPattern as error:
            msg = f"{path}: the pattern {pattern!r} is not usable in a project: {error}. Your own {USER_FILE} may hold it."
            raise SettingsError(msg) from error
    return tuple(patterns)
