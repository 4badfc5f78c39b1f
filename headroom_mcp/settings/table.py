"""Settings, in one table: every knob with its default, who may turn it, and its reason.

Three places, later ones win: `config.toml` in the data folder (the user's), environment variables, and `.headroom.toml`
in the project, which can only make things safer (switch off, deny more, mask more), never point anything elsewhere. On
the hook's hot path a settings file costs one `stat`: `settings_file` keeps its checked values as JSON beside it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from headroom_mcp.errors import SettingsError
from headroom_mcp.settings import home as home_module

USER_FILE = "config.toml"
PROJECT_FILE = ".headroom.toml"
OFF_SWITCH = "off"  # an empty file in the data folder
SESSION_SWITCHES = "off.sessions"


class Settings(NamedTuple):
    """Everything a user can set (see `KNOBS`). Sizes in tokens are estimates (`tokens.estimate`)."""

    home: str = ""
    enabled: bool = True
    tools_off: tuple[str, ...] = ()
    min_tokens: int = 250
    budget_tokens: int = 0
    min_saving: float = 0.10
    repeats: bool = True
    redact: str = "none"
    deny: tuple[str, ...] = ()
    retention_days: float = 30.0
    max_store_bytes: int = 1 << 30
    transport: str = "command"
    auto_memory: bool = False
    embeddings: str = ""
    prose_model: str = ""
    """No knob: a folder with an LLMLingua-2 model, for one call of the library or `headroom compress --prose-model`;
    hooks never load it."""
    max_chars: int = 29_500
    """No knob: Claude Code hides a Bash replacement over 30,000 characters behind a 2 KB preview."""
    live_session_hours: float = 24.0
    """No knob: a session without an end event counts as live for this long after its last output."""


class Knob(NamedTuple):
    """One row of the table. `project` says what a project file may do with it: "" means nothing."""

    name: str
    variable: str
    form: str
    project: str
    reason: str


KNOBS = (
    Knob("home", "HEADROOM_HOME", "path", "", "The data folder; set only by the variable."),
    Knob("enabled", "HEADROOM_ENABLED", "switch", "off", "Whether hooks compress at all; `headroom off` and `on` too."),
    Knob("tools_off", "HEADROOM_TOOLS_OFF", "words", "add", "Tools whose outputs stay as they are; `mcp__github__*` works."),
    Knob("min_tokens", "HEADROOM_MIN_TOKENS", "whole", "raise", "Smaller outputs stay: the footer alone costs about 35."),
    Knob("budget_tokens", "HEADROOM_BUDGET_TOKENS", "whole", "", "Tokens to aim at for one output; 0: by its size."),
    Knob("min_saving", "", "share", "raise", "A replacement that saves a smaller share is not worth a detour."),
    Knob("repeats", "HEADROOM_REPEATS", "switch", "off", "Whether lines shown before are named instead of shown again."),
    Knob("redact", "HEADROOM_REDACT", "none|store|model|both", "tighten", "Where secrets are masked: in the store, before the model, both."),
    Knob("deny", "", "patterns", "add", "Outputs or commands that match are never stored, so never shortened."),
    Knob("retention_days", "HEADROOM_RETENTION_DAYS", "days", "", "How long originals stay; those of a live session always do."),
    Knob("max_store_bytes", "HEADROOM_MAX_STORE_BYTES", "whole", "", "How large the originals may grow together, compressed."),
    Knob("transport", "", "command|mcp", "", "How `headroom install` lets Claude Code reach the hook."),
    Knob("auto_memory", "", "switch", "off", "Whether hooks note what fixed a failing command."),
    Knob("embeddings", "HEADROOM_EMBEDDINGS", "path", "", "A local embedding model for recall: its folder or package."),
)  # fmt: skip

_BY_NAME = {knob.name: knob for knob in KNOBS}
_REDACT_PARTS = {"none": 0, "store": 1, "model": 2, "both": 3}


def load(environ: Mapping[str, str] | None = None, project: str = "") -> Settings:
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
        knob.name: parse_variable(knob, env[knob.variable])
        for knob in KNOBS
        if knob.variable and knob.name != "home" and env.get(knob.variable)
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
        rule = _BY_NAME[name].project
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


def parse_variable(knob: Knob, raw: str) -> Any:
    """Return the value of an environment variable. Raises: SettingsError."""
    low = raw.strip().lower()
    value: Any = raw.strip()
    try:
        if knob.form == "switch":
            value = {
                "1": True,
                "true": True,
                "on": True,
                "yes": True,
                "0": False,
                "false": False,
                "off": False,
                "no": False,
            }[low]
        elif knob.form == "whole":
            value = int(low)
        elif knob.form in ("days", "share"):
            value = float(low)
        elif knob.form == "words":
            value = [word.strip() for word in raw.split(",") if word.strip()]
    except (KeyError, ValueError):
        msg = f"{knob.variable}={raw!r} is not {_said(knob)}; unset it or give one."
        raise SettingsError(msg) from None
    return checked(knob, value, knob.variable)


def checked(knob: Knob, value: Any, where: str) -> Any:
    """Return `value` as `Settings` holds it. Raises: SettingsError when it is not of the knob's form."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if knob.form == "switch":
        fine = isinstance(value, bool)
    elif knob.form == "whole":
        fine = number and isinstance(value, int) and value >= 0
    elif knob.form == "days":
        fine = number and value > 0
    elif knob.form == "share":
        fine = number and 0 <= value < 1
    elif knob.form in ("words", "patterns"):
        fine = isinstance(value, (list, tuple)) and all(isinstance(word, str) and word for word in value)
        value = tuple(value) if fine else value
        if fine and knob.form == "patterns":
            _compile(value, where)
    elif knob.form == "path":
        fine = isinstance(value, str)
    else:
        fine = value in knob.form.split("|")
    if not fine:
        msg = f"{where}: {knob.name} = {value!r} is not {_said(knob)}."
        raise SettingsError(msg)
    return float(value) if knob.form in ("days", "share") else value


def knob(name: str) -> Knob | None:
    """Return the row of `name`, None where there is none that a file may hold."""
    return _BY_NAME.get(name) if name != "home" else None


def is_off(settings: Settings, session: str = "") -> bool:
    """Tell whether hooks leave everything alone: by setting, by `headroom off`, or off for this session."""
    if not settings.enabled:
        return True
    home = data_home(settings)
    return os.path.exists(os.path.join(home, OFF_SWITCH)) or (
        bool(session) and os.path.exists(os.path.join(home, SESSION_SWITCHES, switch_name(session)))
    )


def switch_name(session: str) -> str:
    """Return the file name of a session's off switch: the id with nothing that could leave the folder."""
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in session)[:120]


def data_home(settings: Settings | None = None) -> str:
    """Return the data folder: the setting, `HEADROOM_HOME`, else the platform's place for an application's data."""
    return home_module.data_home(settings.home if settings is not None else "")


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


def _compile(patterns: tuple[str, ...], where: str) -> None:
    import re

    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            msg = f"{where}: the pattern {pattern!r} is no regular expression: {error}."
            raise SettingsError(msg) from error


def _said(knob: Knob) -> str:
    return {
        "switch": "a switch (true or false)",
        "whole": "a whole number",
        "days": "a number of days above 0",
        "share": "a share from 0 to below 1",
        "path": "a path",
        "words": "a list of words",
        "patterns": "a list of regular expressions",
    }.get(knob.form, "one of " + ", ".join(knob.form.split("|")))
