"""Where Claude Code keeps settings, and what of ours is in them, as a hook at a session's start and `doctor` read them.

managed-settings.json, managed-settings.d/*.json   an administrator's
~/.claude/settings.json                            "user"
.claude/settings.json, .claude/settings.local.json "project", "local"
enabledPlugins in any of them                      "plugin"
"""

from __future__ import annotations

import os
import stat
import sys

from headroom_mcp.hook import endpoint
from headroom_mcp.late import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

SERVER = "headroom"
PLUGIN = "headroom@"
_HOOK_SCRIPT = "headroom_mcp/hook/run.py"
_SERVER_SCRIPT = "headroom_mcp/hook/serve.py"
_STATUS_SCRIPT = "headroom_mcp/hook/status_line.py"
_MAX_BYTES = 8 << 20  # ~/.claude.json grows with every project


def config_dir() -> str:
    """Return Claude Code's folder: `CLAUDE_CONFIG_DIR`, else ~/.claude."""
    return os.environ.get("CLAUDE_CONFIG_DIR") or os.path.join(os.path.expanduser("~"), ".claude")


def state_file() -> str:
    """Return the file of the user's servers and projects."""
    return os.path.join(os.environ.get("CLAUDE_CONFIG_DIR") or os.path.expanduser("~"), ".claude.json")


def settings_file(scope: str, folder: str) -> str:
    """Return the settings file of a scope ("user", "project" or "local") for the project in `folder`."""
    if scope == "user":
        return os.path.join(config_dir(), "settings.json")
    return os.path.join(folder, ".claude", "settings.json" if scope == "project" else "settings.local.json")


def managed_files() -> list[str]:
    """Return an administrator's settings files that exist."""
    base = {
        "darwin": "/Library/Application Support/ClaudeCode",
        "win32": os.path.join(os.environ.get("PROGRAMFILES", "C:\\Program Files"), "ClaudeCode"),
    }.get(sys.platform, "/etc/claude-code")
    drop_ins = os.path.join(base, "managed-settings.d")
    names = sorted(os.listdir(drop_ins)) if os.path.isdir(drop_ins) else []
    found = [os.path.join(base, "managed-settings.json"), *(os.path.join(drop_ins, name) for name in names)]
    return [path for path in found if path.endswith(".json") and os.path.isfile(path)]


def read(path: str) -> tuple[dict[str, Any], str]:
    """Return what a JSON file of Claude Code's holds and, where that is nothing usable, why. A byte order mark is fine."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, encoding="utf-8-sig") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return {}, "it is not a file"
            text = stream.read(_MAX_BYTES)
        value = json.loads(text) if text.strip() else {}
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError, RecursionError) as error:
        return {}, str(error)
    return (value, "") if isinstance(value, dict) else ({}, "it does not hold a JSON object")


def matched_handlers(settings: Any, event: str = "PostToolUse") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the matcher ("" for all tools) and the handler of each hook for `event`, in parsed settings of any shape."""
    hooks = settings.get("hooks") if isinstance(settings, dict) else None
    groups = hooks.get(event) if isinstance(hooks, dict) else None
    for group in groups if isinstance(groups, list) else ():
        handlers = group.get("hooks") if isinstance(group, dict) else None
        matcher = group.get("matcher") if isinstance(group, dict) else None
        for handler in handlers if isinstance(handlers, list) else ():
            if isinstance(handler, dict):
                yield matcher if isinstance(matcher, str) else "", handler


def our_handlers(settings: Any, event: str = "PostToolUse") -> list[dict[str, Any]]:
    """Return those handlers of `event` that some version of ours has added."""
    return [handler for _, handler in matched_handlers(settings, event) if is_our_hook(handler)]


def has_plugin(settings: Any) -> bool:
    """Tell whether parsed settings switch our plugin on, from whatever marketplace."""
    plugins = settings.get("enabledPlugins") if isinstance(settings, dict) else None
    return isinstance(plugins, dict) and any(name.startswith(PLUGIN) and on is True for name, on in plugins.items())


def is_our_hook(handler: object) -> bool:
    """Tell whether `handler` is one that some version of ours has added.

    The script is looked for as text, since commands are quoted in one version and guarded in another. That is why
    `headroom_mcp/hook/run.py`, `serve.py` and `status_line.py` must never move.
    """
    if not isinstance(handler, dict):
        return False
    if handler.get("type") == "mcp_tool":
        return handler.get("server") == SERVER and handler.get("tool") == endpoint.TOOL
    command = handler.get("command") or handler.get("bash")  # Copilot CLI has a command for each of two shells
    return isinstance(command, str) and _HOOK_SCRIPT in command.replace("\\", "/")


def is_our_server(entry: object) -> bool:
    """Tell whether `entry` is a server that some version of ours has added, for any host."""
    if not isinstance(entry, dict):
        return False
    words = [entry.get("command"), entry.get("args"), entry.get("transport")]
    return _SERVER_SCRIPT in str(words).replace("\\\\", "/").replace("\\", "/")


def is_our_status_line(value: object) -> bool:
    """Tell whether `value` is a status line that some version of ours has added, or put beside the user's own."""
    command = value.get("command") if isinstance(value, dict) else None
    return isinstance(command, str) and _STATUS_SCRIPT in command.replace("\\", "/")


def is_guarded(command: str) -> bool:
    """Tell whether a hook's command looks for its script before it starts anything (see `install.command_lines`)."""
    return os.name == "nt" or ("[ -f " in command and command.rstrip().endswith("|| :"))


def missing(command: str) -> str:
    """Return the path of the interpreter or script that a hook's command names and that is gone, "" where all is there."""
    import glob
    import shlex

    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    scripts = [word.rstrip(";") for word in words if word.rstrip(";").endswith(_HOOK_SCRIPT)]
    if scripts and not any(glob.glob(glob.escape(word).replace("3.[*]", "3.*")) for word in scripts):
        return scripts[0]
    # [ -x PYTHON ] in today's commands, the first word in earlier ones
    python = words[words.index("-x") + 1] if "-x" in words[:-1] else words[0] if words else ""
    return python if os.path.isabs(python) and not os.access(python, os.X_OK) else ""


def plugin_folder(plugin: str = PLUGIN) -> str:
    """Return the folder that Claude Code runs a plugin from (ours, or the one called `plugin`), "" where there is none.

    A marketplace that is a folder is read where it is; of any other, Claude Code keeps a copy.
    """
    base = os.path.join(config_dir(), "plugins")
    installed = read(os.path.join(base, "installed_plugins.json"))[0].get("plugins")
    markets = read(os.path.join(base, "known_marketplaces.json"))[0]
    for name, copies in installed.items() if isinstance(installed, dict) else ():
        if not name.startswith(plugin):
            continue
        market = markets.get(name.partition("@")[2])
        source = market.get("source") if isinstance(market, dict) else None
        if plugin == PLUGIN and isinstance(source, dict) and source.get("source") == "directory":
            return str(source.get("path", ""))
        for copy in copies if isinstance(copies, list) else ():
            if isinstance(copy, dict) and copy.get("installPath"):
                return str(copy["installPath"])
    return ""
