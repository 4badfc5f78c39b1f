"""Other hosts: `headroom install --host NAME` writes our server's entry into the host's own file. A host is one file here.

A host's module says where its entry goes (`file`, `PLACE`, `FORMAT`), what it looks like (`entry`) and, for the README,
what the host lets us do (`TITLE`, `TOOLS`, `OUTPUTS`). How it gets there and out again is `plan`'s, as for Claude Code.
Their JSON may have comments, which stay.
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import Any

from headroom_mcp.hook.claude_code.places import SERVER
from headroom_mcp.install import command_lines, files, plan
from headroom_mcp.install.plan import Change, Site, Target

HOSTS = ("codex", "gemini", "opencode", "qwen", "copilot", "cursor", "vscode")
_OWNER = "host:"


def load(name: str) -> ModuleType:
    """Return the module of the host `name`."""
    return importlib.import_module(f"headroom_mcp.install.hosts.{name}")


def site(name: str) -> Site:
    """Return the host's file, as `plan` wants it: the one that was written to, else where it would be. Raises: SettingsError."""
    host = load(name)
    written = [file for file, entry in files.load_manifest()["files"].items() if owner(name) in entry["owners"]]
    return Site(written[0] if written else host.file(), host.FORMAT, (host.PLACE,), (host.PLACE,))


def owner(name: str) -> str:
    """Return who a change is made for, as the manifest calls it."""
    return _OWNER + name


def name_of(one: str) -> str:
    """Return the host of an owner in the manifest, "" where that is one of Claude Code's scopes."""
    return one.removeprefix(_OWNER) if one.startswith(_OWNER) else ""


def plan_install(name: str) -> Change:
    """Return the change that installs our server for the host. Raises: SettingsError for a file that is not to be touched."""
    host = load(name)
    place = site(name)._replace(file=host.file())
    return plan.plan_install(place, [Target(host.PLACE, SERVER, host.entry(server()))])


def apply_install(name: str, change: Change) -> None:
    """Write `change`. Raises: SettingsError; the file stays as it is then."""
    plan.apply_install(owner(name), site(name), change)


def plan_uninstall(name: str) -> Change:
    """Return the change that takes our server out of the host's file. Raises: SettingsError."""
    return plan.plan_uninstall(site(name), owner(name))


def apply_uninstall(name: str, change: Change) -> None:
    """Write `change` and forget it. Raises: SettingsError."""
    plan.apply_uninstall(owner(name), change)


def installed() -> list[str]:
    """Return the hosts that `install` has written to. Raises: SettingsError."""
    owners = {one for entry in files.load_manifest()["files"].values() for one in entry["owners"]}
    return [name for name in HOSTS if owner(name) in owners]


def server() -> dict[str, Any]:
    """Return what starts our server: `command`, `args`, and the data folder where another one than the usual is named."""
    command, arguments = command_lines.server(os.path.join(command_lines.HOOK_FOLDER, "serve.py"))
    home = os.environ.get("HEADROOM_HOME", "")
    return {
        "command": command,
        "args": arguments,
        "env": {"HEADROOM_HOME": os.path.abspath(os.path.expanduser(home))} if home else {},
    }
