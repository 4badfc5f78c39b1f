"""Other hosts: `headroom install --host NAME` adds our server, and our hook where the host lets one replace outputs.

A host is one file here. It says where its entries go and what they look like, how its client is run (`Live`), and, for the
docs, what was seen of it. How entries get there and out again is `plan`'s, as for Claude Code. Their JSON may have
comments, which stay.

    TITLE, TRIED              its name; the version and the day it was tried with, ("", "") where it was not
    TOOLS                     how its model calls our tools
    OUTPUTS, CUTS, CONTEXT    which outputs are replaced, what the host cuts before a hook sees it, what a session is told
    FORMAT, PLACE, file()     the file of servers, and where in it they are listed
    entry(server)             a server's entry
    hooks(command)            a hook's site and what goes there; not where no hook can replace anything
    sample(text, folder)      an event that our hook answers, and shown(answer): the text in its answer; beside hooks()
    LIVE                      how `doctor --live --host` runs the client; not where that cannot be done
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import Any

from headroom_mcp.hook.claude_code.places import SERVER
from headroom_mcp.install import command_lines, files, plan
from headroom_mcp.install.plan import Change, Site, Target

HOSTS = ("codex", "gemini", "opencode", "qwen", "copilot", "cursor", "vscode", "cline")
_OWNER = "host:"


def load(name: str) -> ModuleType:
    """Return the module of the host `name`."""
    return importlib.import_module(f"headroom_mcp.install.hosts.{name}")


def owner(name: str) -> str:
    """Return who a change is made for, as the manifest calls it."""
    return _OWNER + name


def name_of(one: str) -> str:
    """Return the host of an owner in the manifest, "" where that is one of Claude Code's scopes."""
    return one.removeprefix(_OWNER) if one.startswith(_OWNER) else ""


def has_hook(name: str) -> bool:
    """Tell whether a hook of ours replaces outputs there."""
    return hasattr(load(name), "hooks")


def hook_command(name: str) -> str:
    """Return the shell command of our hook for the host."""
    return command_lines.hook(os.path.join(command_lines.HOOK_FOLDER, "run.py"), host=name, home=_home())


def wanted(name: str) -> list[tuple[Site, list[Target]]]:
    """Return the host's files, each with what belongs in it."""
    host = load(name)
    servers = Site(host.file(), host.FORMAT, (host.PLACE,), (host.PLACE,))
    found = [(servers, [Target(host.PLACE, SERVER, host.entry(server()))])]
    if has_hook(name):
        site, targets = host.hooks(hook_command(name))
        if site.file == servers.file:
            found[0][1].extend(targets)
        else:
            found.append((site, targets))
    return found


def sites(name: str) -> list[Site]:
    """Return the host's files: those where we would be, and those that were written to. Raises: SettingsError."""
    found = {site.file: site for site, _ in wanted(name)}
    for file, entry in files.load_manifest()["files"].items():
        if owner(name) in entry["owners"] and file not in found:
            place = load(name).PLACE
            found[file] = Site(file, entry["format"], (place,), (place,))
    return list(found.values())


def plan_install(name: str) -> list[Change]:
    """Return the changes that install us for the host. Raises: SettingsError for a file that is not to be touched."""
    return [plan.plan_install(site, targets) for site, targets in wanted(name)]


def apply_install(name: str, changes: list[Change]) -> None:
    """Write `changes`. Raises: SettingsError; the file stays as it is then."""
    for (site, _), change in zip(wanted(name), changes, strict=True):
        plan.apply_install(owner(name), site, change)


def plan_uninstall(name: str) -> list[Change]:
    """Return the changes that take us out of the host's files. Raises: SettingsError."""
    # A plugin's folder lies in that of the settings, which is to go last.
    return [plan.plan_uninstall(site, owner(name)) for site in reversed(sites(name))]


def apply_uninstall(name: str, changes: list[Change]) -> None:
    """Write `changes` and forget them. Raises: SettingsError."""
    for change in changes:
        plan.apply_uninstall(owner(name), change)


def installed() -> list[str]:
    """Return the hosts that `install` has written to. Raises: SettingsError."""
    owners = {one for entry in files.load_manifest()["files"].values() for one in entry["owners"]}
    return [name for name in HOSTS if owner(name) in owners]


def server() -> dict[str, Any]:
    """Return what starts our server: `command`, `args`, and the data folder where another one than the usual is named."""
    command, arguments = command_lines.server(os.path.join(command_lines.HOOK_FOLDER, "serve.py"))
    home = _home()
    return {"command": command, "args": arguments, "env": {"HEADROOM_HOME": home} if home else {}}


def _home() -> str:
    home = os.environ.get("HEADROOM_HOME", "")
    return os.path.abspath(os.path.expanduser(home)) if home else ""
