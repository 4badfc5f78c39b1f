"""Settings, in one table: every knob with its default, who may turn it, and its reason.

`load` reads them from the places where they are set; a value is checked here, wherever it comes from.
"""

from __future__ import annotations

from headroom_mcp.late import Any, NamedTuple
from headroom_mcp.settings import sizes
from headroom_mcp.types import SettingsError

USER_FILE = "config.toml"
PROJECT_FILE = ".headroom.toml"


class Settings(NamedTuple):
    """Everything a user can set (see `KNOBS`). Sizes in tokens are estimates (`tokens.estimate`)."""

    home: str = ""
    enabled: bool = True
    tools_off: tuple[str, ...] = ()
    min_tokens: int = sizes.MIN_TOKENS
    budget_tokens: int = 0
    min_saving: float = 0.10
    repeats: bool = True
    images: str = "all"
    redact: str = "none"
    deny: tuple[str, ...] = ()
    retention_days: float = 30.0
    max_store_bytes: int = 1 << 30
    project_deny: tuple[str, ...] = ()
    """No knob: what a project adds to `deny`, searched in linear time: a repository's patterns may be hostile."""
    transport: str = "command"
    auto_memory: bool = False
    embeddings: str = ""
    store: str = ""
    store_redact: bool = True
    oauth_issuer: str = ""
    oauth_audience: str = ""
    oauth_jwks: str = ""
    prose_model: str = ""
    """No knob: an LLMLingua-2 model (a folder, or owner/name) that scores sentences, for one call of the library or `headroom
    compress --prose-model`; with "words:" before it, words are left out. Hooks never load it."""
    deadline_s: float = 0.0
    """No knob: seconds after which an output stays as it is, for one call of the library (0: none) or `headroom compress`;
    hooks and the server have deadlines of their own."""
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
    Knob("min_tokens", "HEADROOM_MIN_TOKENS", "whole", "raise", "Of smaller outputs only what stands above is left out, below a quarter of it nothing."),
    Knob("budget_tokens", "HEADROOM_BUDGET_TOKENS", "whole", "", "Tokens to aim at for one output; 0: by its size."),
    Knob("min_saving", "", "share", "raise", "A replacement that saves a smaller share is not worth a detour."),
    Knob("repeats", "HEADROOM_REPEATS", "switch", "off", "Whether lines shown before are named instead of shown again."),
    Knob("images", "", "all|same|none", "less", "What is done about images in results: all that is safe, pointers to the same image, nothing."),
    Knob("redact", "HEADROOM_REDACT", "none|store|model|both", "tighten", "Where secrets are masked: in the store, before the model, both."),
    Knob("deny", "", "patterns", "add", "Outputs or commands that match are never stored, so never shortened."),
    Knob("retention_days", "HEADROOM_RETENTION_DAYS", "days", "", "How long originals stay; those of a live session always do."),
    Knob("max_store_bytes", "HEADROOM_MAX_STORE_BYTES", "whole", "", "How large the originals may grow together, compressed."),
    Knob("transport", "", "command|mcp", "", "How `headroom install` lets Claude Code reach the hook."),
    Knob("auto_memory", "", "switch", "off", "Whether hooks note what fixed a failing command."),
    Knob("embeddings", "HEADROOM_EMBEDDINGS", "path", "", "A local embedding model for recall: its folder or package."),
    Knob("store", "HEADROOM_STORE", "database", "", "A team's store, postgresql://…: what hooks keep is delivered there."),
    Knob("store_redact", "", "switch", "", "Whether secrets are masked in what goes to a team's store."),
    Knob("oauth_issuer", "", "text", "", "Whose access tokens `headroom serve --http` takes, beside its own."),
    Knob("oauth_audience", "", "text", "", "The audience that an access token must be made for."),
    Knob("oauth_jwks", "", "text", "", "The https address of the issuer's keys (JWKS)."),
)  # fmt: skip

_BY_NAME = {knob.name: knob for knob in KNOBS}


def knob(name: str) -> Knob | None:
    """Return the row of `name`, None where there is none that a file may hold."""
    return _BY_NAME.get(name) if name != "home" else None


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
        msg = f"{knob.variable}={raw!r} is not {_form(knob)}; unset it or give one."
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
    elif knob.form in ("path", "text"):
        fine = isinstance(value, str)
    elif knob.form == "database":
        fine = isinstance(value, str) and (not value or value.startswith(("postgresql://", "postgres://")))
    else:
        fine = value in knob.form.split("|")
    if not fine:
        from headroom_mcp.settings import addresses

        msg = f"{where}: {knob.name} = {addresses.shown(said(value))} is not {_form(knob)}."
        raise SettingsError(msg)
    return float(value) if knob.form in ("days", "share") else value


def _compile(patterns: tuple[str, ...], where: str) -> None:
    import re

    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            msg = f"{where}: the pattern {pattern!r} is not a valid regular expression: {error}."
            raise SettingsError(msg) from error


def said(value: object) -> str:
    """Return a value as a settings file writes it: true, ["a", "b"]."""
    import json

    return json.dumps(value, ensure_ascii=False, default=str)


def _form(knob: Knob) -> str:
    return {
        "switch": "a switch (true or false)",
        "whole": "a whole number",
        "days": "a number of days above 0",
        "share": "a share from 0 to below 1",
        "path": "a path",
        "text": "a text",
        "database": "the address of a database (postgresql://user:password@host/name)",
        "words": "a list of words",
        "patterns": "a list of regular expressions",
    }.get(knob.form, "one of " + ", ".join(knob.form.split("|")))
