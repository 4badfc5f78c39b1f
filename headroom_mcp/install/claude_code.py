"""What belongs in Claude Code's own files: our hooks in its settings, our server among its servers. `plan` puts it there."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any, Literal

from headroom_mcp.hook import endpoint, first
from headroom_mcp.hook.claude_code import places, trap
from headroom_mcp.hook.claude_code.places import SERVER
from headroom_mcp.install import command_lines, files, hosts, other_hooks, plan
from headroom_mcp.install.plan import Change, Site, Target
from headroom_mcp.types import SettingsError

Scope = Literal["user", "project", "local"]
SCOPES: tuple[Scope, ...] = ("user", "project", "local")
TIMEOUT_S = 10
# Our own tools' answers are left alone; asking for that here saves a process.
MATCHER = "^(?:Bash|Read|Grep|Glob|WebFetch|Agent|Edit|Write|mcp__(?!headroom__|plugin_[^_]+_headroom__).*)$"
_ANCHORED = re.compile(r"\^\(\?:[\w|-]+\)\$")  # ^(?:Bash|Read)$
_SERVERS = (("mcpServers",), ("projects", "*", "mcpServers"))


def hook_command() -> str:
    """Return the shell command of the hook."""
    return command_lines.hook(os.path.join(command_lines.HOOK_FOLDER, "run.py"))


def hook_events(transport: str = "command", left: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """Return the group to add for each hook event; with the transport "mcp", the server answers those that reach it.

    `left`: patterns of the tools that are left to other hooks.
    """
    command = {"type": "command", "command": hook_command(), "timeout": TIMEOUT_S}
    events: dict[str, dict[str, Any]] = {
        "PreToolUse": {"matcher": "Read", "hooks": [command]},
        "PostToolUse": {"matcher": matcher_without(left), "hooks": [command]},
        "PostToolUseFailure": {"matcher": "Bash", "hooks": [command]},
        "UserPromptSubmit": {"hooks": [command]},
        "PreCompact": {"hooks": [command]},
        "SessionStart": {"hooks": [command]},
        "SessionEnd": {"hooks": [command]},
    }
    if transport == "mcp":
        for event in endpoint.FIELDS:
            call = {"type": "mcp_tool", "server": SERVER, "tool": endpoint.TOOL, "input": endpoint.hook_input(event)}
            events[event] = {**events[event], "hooks": [{**call, "timeout": TIMEOUT_S}]}
    if any(first.matches(pattern, "Read") for pattern in left):
        del events["PreToolUse"]  # it widens reads that nobody would then shorten
    return events


def matcher_without(left: Sequence[str]) -> str:
    """Return our matcher without the tools that match one of the patterns `left`."""
    if not left:
        return MATCHER
    # An anchored list looks the same at the start; any other pattern may match anywhere in a name.
    parts = [pattern[1:] if _ANCHORED.fullmatch(pattern) else f".*(?:{pattern})" for pattern in left]
    return f"^(?!{'|'.join(parts)}){MATCHER[1:]}"


def server_entry() -> dict[str, Any]:
    """Return the entry of our MCP server. alwaysLoad: else its tools are only named, and a ref leads nowhere at once."""
    command, arguments = command_lines.server(os.path.join(command_lines.HOOK_FOLDER, "serve.py"))
    return {"type": "stdio", "command": command, "args": arguments, "env": {}, "alwaysLoad": True}


def files_of(scope: Scope, folder: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the settings file, the file of MCP servers and the place of the servers in it; `folder` is the project's."""
    settings = places.settings_file(scope, folder)
    if scope == "project":
        return settings, os.path.join(folder, ".mcp.json"), ("mcpServers",)
    return settings, places.state_file(), ("mcpServers",) if scope == "user" else ("projects", folder, "mcpServers")


def sites(scope: Scope, folder: str) -> tuple[Site, Site]:
    """Return the settings file and the file of servers, as `plan` wants them. The client reads no comments in either."""
    settings, servers, path = files_of(scope, folder)
    return Site(settings, "json", (), ()), Site(servers, "json", (path,), _SERVERS)


def owner(scope: Scope, folder: str) -> str:
    """Return who a change is made for, as the manifest calls it."""
    return scope if scope == "user" else f"{scope}:{folder}"


def status_line(file: str, *, wanted: bool | None) -> list[Target]:
    """Return the status line for a settings file, beside the user's own; without a wish, as before."""
    now = places.read(file)[0].get("statusLine")
    has_ours = places.is_our_status_line(now)
    if not (has_ours if wanted is None else wanted):
        return []
    script = os.path.join(command_lines.HOOK_FOLDER, "status_line.py")
    own = now.get("command") if isinstance(now, dict) else None
    if has_ours:
        own = command_lines.own_status_line(str(own))
    if isinstance(own, str) and own:
        return [Target(("statusLine",), "command", command_lines.status_line(script, own), replaces=True)]
    return [Target((), "statusLine", {"type": "command", "command": command_lines.status_line(script)})]


def plan_install(
    scope: Scope,
    folder: str,
    transport: str = "command",
    way: other_hooks.Way | None = None,
    *,
    statusline: bool | None = None,
) -> list[Change]:
    """Return the changes that install `scope`; `way` is how to get on with other hooks on the same tools.

    `statusline`: whether the status line is wanted; None: as before. Where the plugin has the hooks, it is all there is to
    install. Raises: SettingsError for a file that is not to be touched.
    """
    settings, servers = sites(scope, folder)
    line = status_line(settings.file, wanted=statusline)
    if statusline and places.has_plugin(places.read(places.settings_file("user", folder))[0]):
        return [plan.plan_install(settings, line)]
    _check_other_scopes(scope, folder, transport)
    left = other_hooks.left(other_hooks.find(folder), other_hooks.way_of(way, installed_matcher(settings.file)))
    hooks = [Target(("hooks", event), "", group) for event, group in hook_events(transport, left).items()]
    changes = [
        plan.plan_install(settings, [*hooks, *line]),
        plan.plan_install(servers, [Target(servers.servers[0], SERVER, server_entry())]),
    ]
    if transport == "mcp" and changes[1].own_server:
        msg = f"{servers.file} has a server {SERVER!r} of your own, which would not know our hook. Nothing was changed."
        raise SettingsError(msg)
    return changes


def apply_install(scope: Scope, folder: str, changes: list[Change]) -> None:
    """Write `changes`. Raises: SettingsError when a file cannot be written; the others stay as they are then."""
    for site, change in zip(sites(scope, folder), changes, strict=False):  # with the plugin, the first alone
        plan.apply_install(owner(scope, folder), site, change)


def plan_uninstall(scope: Scope | None, folder: str) -> list[Change]:
    """Return the changes that remove us from `scope`, or from everywhere we were installed. Raises: SettingsError."""
    who = None if scope is None else owner(scope, folder)
    found = {site.file: site for one in (SCOPES if scope is None else (scope,)) for site in sites(one, folder)}
    for file, entry in files.load_manifest()["files"].items():
        if who in entry["owners"] if who else not any(hosts.name_of(one) for one in entry["owners"]):
            found.setdefault(file, Site(file, "json", _SERVERS, _SERVERS))
    return [plan.plan_uninstall(site, who) for site in found.values()]


def apply_uninstall(scope: Scope | None, folder: str, changes: list[Change]) -> None:
    """Write `changes` and forget them. Raises: SettingsError when a file cannot be written."""
    trap.forget()
    for change in changes:
        plan.apply_uninstall(None if scope is None else owner(scope, folder), change)


def installed_matcher(file: str) -> str:
    """Return the matcher of our PostToolUse hook in a settings file, "" where there is none."""
    found = places.matched_handlers(places.read(file)[0])
    return next((matcher for matcher, handler in found if places.is_our_hook(handler)), "")


def transport_of(file: str) -> str:
    """Return the transport of our hooks in a settings file, "" where there are none."""
    for handler in places.our_handlers(places.read(file)[0]):
        return "mcp" if handler.get("type") == "mcp_tool" else "command"
    return ""


def _check_other_scopes(scope: Scope, folder: str, transport: str) -> None:
    """Refuse a second transport beside the first. Raises: SettingsError."""
    for other in SCOPES:
        file = places.settings_file(other, folder)
        if other == scope or (found := transport_of(file)) in ("", transport):
            continue
        msg = f"{file} has our hooks with --transport {found}; both at once would answer twice. Run: headroom uninstall"
        raise SettingsError(f"{msg} --scope {other}")
