"""Where our hooks and servers are installed: nowhere, once, or twice; by today's version or another; whole or gone."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from headroom_mcp.hook import first
from headroom_mcp.hook.claude_code import places
from headroom_mcp.install import claude_code, hosts, other_hooks
from headroom_mcp.install.doctor.check import Check
from headroom_mcp.types import SettingsError

_SAMPLE_TOOLS = (*other_hooks.TOOLS, "mcp__server__tool")


class Installation(NamedTuple):
    """What of ours is in Claude Code's settings for one project.

    `hooks`: our PostToolUse handlers by scope. `servers`: the entry called headroom by file, ours or the user's own.
    `plugin`: the folder of our plugin where it is switched on, "" where it is not, "?" where it cannot be found.
    """

    hooks: dict[claude_code.Scope, list[dict[str, Any]]]
    servers: dict[str, dict[str, Any]]
    plugin: str


def look(folder: str) -> Installation:
    """Return what is installed for the project in `folder`."""
    hooks: dict[claude_code.Scope, list[dict[str, Any]]] = {}
    servers: dict[str, dict[str, Any]] = {}
    plugin = False
    seen: set[str] = set()
    for scope in claude_code.SCOPES:
        file, state, path = claude_code.files_of(scope, folder)
        settings, _ = places.read(file)
        ours = places.our_handlers(settings)
        if ours and file not in seen:  # in one's home the project's settings are the user's
            hooks[scope] = ours
        seen.add(file)
        plugin = plugin or places.has_plugin(settings)
        entry: Any = places.read(state)[0]
        for key in (*path, places.SERVER):
            entry = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(entry, dict) and "CLAUDE_PLUGIN_ROOT" not in str(entry):  # our own checkout: that is the plugin's
            servers[f"{state} ({scope})"] = entry
    return Installation(hooks, servers, places.plugin_folder() or "?" if plugin else "")


def checks(folder: str, found: Installation) -> list[Check]:
    """Return what there is to say about our hooks, servers and those of other hosts."""
    return [*_hooks(folder, found), *_servers(found), *_others(folder, found), *_hosts()]


def mend(folder: str) -> list[str]:
    """Install again where our entries are gone or of an earlier version; return the files. Raises: SettingsError."""
    mended: list[str] = []
    for scope, handlers in look(folder).hooks.items():
        if _scope(scope, places.settings_file(scope, folder), handlers).grade == "ok":
            continue
        transport = claude_code.transport_of(places.settings_file(scope, folder))
        changes = claude_code.plan_install(scope, folder, transport)
        claude_code.apply_install(scope, folder, changes)
        mended.extend(change.file for change in changes if change.is_change)
    for name in hosts.installed():
        of_host = hosts.plan_install(name)
        hosts.apply_install(name, of_host)
        mended.extend(change.file for change in of_host if change.is_change)
    return mended


def _hooks(folder: str, found: Installation) -> list[Check]:
    where = [f"{places.settings_file(scope, folder)} (`headroom uninstall --scope {scope}`)" for scope in found.hooks]
    if found.plugin:
        where.append("the plugin (`claude plugin disable headroom@headroom`)")
    if not where:
        remedy = "Run `headroom install`, or install the plugin."
        from headroom_mcp.install.doctor.client import find_claude

        grade = "fail" if find_claude() and not hosts.installed() else "warn"
        return [Check("hook", "fail" if grade == "fail" else "warn", "in none of Claude Code's settings", remedy)]
    checks = []
    if len(where) > 1:
        remedy = "Keep one: an output is compressed once, the last answer wins, and both count as shown."
        checks.append(Check("hook", "warn", f"installed {len(where)} times: {'; '.join(where)}", remedy))
    for scope, handlers in found.hooks.items():
        checks.append(_scope(scope, places.settings_file(scope, folder), handlers))
    if found.plugin:
        checks.append(_plugin(found.plugin))
    return checks


def _scope(scope: claude_code.Scope, file: str, handlers: list[dict[str, Any]]) -> Check:
    remedy = f"Run `headroom install --scope {scope}`."
    commands = [str(handler["command"]) for handler in handlers if handler.get("type") != "mcp_tool"]
    settings, _ = places.read(file)
    gone = next((path for path in map(places.missing, commands) if path), "")
    if gone:
        return Check("hook", "fail", f"{file} names {gone}, which is gone", remedy)
    if not all(map(places.is_guarded, commands)):
        found = (
            f"{file} has command lines of an earlier version, which would block prompts if their script went missing"
        )
        return Check("hook", "warn", found, remedy)
    missing = [event for event in claude_code.hook_events() if not places.our_handlers(settings, event)]
    if missing:
        return Check("hook", "warn", f"{file} lacks our hook for {', '.join(missing)}", remedy)
    return Check("hook", "ok", f"installed in {file}{'' if commands else ', answered by the server'}")


def _plugin(folder: str) -> Check:
    if folder == "?" or not os.path.isfile(os.path.join(folder, "hooks", "hook.py")):
        remedy = "Run `claude plugin uninstall headroom@headroom` and install it again."
        return Check("hook", "fail", f"the plugin is switched on, and its folder is gone ({folder})", remedy)
    return Check("hook", "ok", f"the plugin in {folder}")


def _servers(found: Installation) -> list[Check]:
    if found.servers:
        first = next(iter(found.servers))
        return [Check("server", "ok", f"registered in {first}")]
    if found.plugin:
        return [Check("server", "ok", "the plugin's; it makes its environment in the first session")]
    remedy = "Run `headroom install`, or `claude mcp add headroom -- headroom-mcp`: refs need headroom_retrieve."
    return [Check("server", "warn", "not registered", remedy)]


def _others(folder: str, found: Installation) -> list[Check]:
    """Tell which hooks of the user's are on the same tools, and how they get on with ours."""
    checks = []
    files = [places.settings_file(scope, folder) for scope in found.hooks]
    now = next(filter(None, map(claude_code.installed_matcher, files)), "")
    way = other_hooks.way_of(None, now)
    ours = now or claude_code.MATCHER
    for other in other_hooks.find(folder) if found.hooks or found.plugin else ():
        shared = any(first.matches(ours, tool) and first.matches(other.matcher, tool) for tool in _SAMPLE_TOOLS)
        if not shared or way == "first":
            checks.append(Check("other hooks", "ok", other_hooks.described(other, "leave" if not shared else way)))
            continue
        said = "and rewrites outputs: what it hides may be shown" if other.rewrites else "either answer may win"
        scope = next(iter(found.hooks), "user")
        remedy = f"Run `headroom install --scope {scope} --other-hooks leave`, or `first`."
        text = f"{other.name[:80]!r} in {other.file} is on {', '.join(other.tools)} like ours, {said}"
        checks.append(Check("other hooks", "fail" if other.rewrites else "ok", text, remedy))
    if now and not any(first.matches(now, tool) for tool in _SAMPLE_TOOLS):
        remedy = "Run `headroom install --other-hooks first`, or narrow the matcher of your own hook."
        checks.append(
            Check("other hooks", "fail", "every tool is left to hooks of your own: nothing is compressed", remedy)
        )
    return checks


def _hosts() -> list[Check]:
    """Tell which other hosts have our server, and whether what they have is what `install` would write."""
    checks = []
    try:
        names = hosts.installed()
    except SettingsError as error:
        return [Check("other hosts", "fail", str(error), "Then run `headroom install` again.")]
    for name in names:
        checks.append(of_host(name))
    return checks


def of_host(name: str) -> Check:
    """Tell whether what another host has of ours is what `install` would write."""
    title, remedy = hosts.load(name).TITLE, f"Run `headroom install --host {name}`."
    try:
        changes = hosts.plan_install(name)
    except SettingsError as error:
        return Check(title, "fail", str(error), remedy)
    for change in changes:
        if change.is_change:
            return Check(title, "fail", f"{change.file} lacks what is ours, or has an earlier version of it", remedy)
    what = "our hook and server are" if hosts.has_hook(name) else "our server is"
    return Check(title, "ok", f"{what} in {' and '.join(change.file for change in changes)}")
