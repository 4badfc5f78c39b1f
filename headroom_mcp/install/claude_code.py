"""Adds our hook and server to Claude Code's own files, and takes exactly that away again.

Every file is written at once (a temporary file, renamed), after a copy of it went to the data folder and a manifest
says what is about to be added. `uninstall` puts the copy back, to the byte, where nothing else has changed since;
otherwise it removes our entries and nothing else. A file that cannot be parsed is refused and left alone.
"""

from __future__ import annotations

import json
import os
from typing import Any, Literal, NamedTuple

from headroom_mcp.errors import SettingsError
from headroom_mcp.hook import endpoint
from headroom_mcp.hook.claude_code import trap
from headroom_mcp.install import command_lines, json_edit
from headroom_mcp.install import files as user_files

Scope = Literal["user", "project", "local"]
SCOPES: tuple[Scope, ...] = ("user", "project", "local")
SERVER = "headroom"
TIMEOUT_S = 10
# Our own tools' answers are left alone; asking for that here saves a process.
MATCHER = "^(?:Bash|Read|Grep|Glob|WebFetch|Agent|Edit|Write|mcp__(?!headroom__|plugin_[^_]+_headroom__).*)$"
HOOK_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "hook")


class Target(NamedTuple):
    """One file and what belongs in it: `value` under `key` of the object at `path`, or in the array there (no `key`)."""

    file: str
    path: tuple[str, ...]
    key: str
    value: Any


class Change(NamedTuple):
    """What install or uninstall does to one file. `before` is None where the file does not exist, `after` where it goes."""

    file: str
    before: bytes | None
    after: bytes | None
    what: str
    made: list[list[str]] = []  # noqa: RUF012 - a NamedTuple's default, never changed

    @property
    def is_change(self) -> bool:
        """Whether the file's bytes differ at all."""
        return self.before != self.after


def hook_command(python: str = "", folder: str = "") -> str:
    """Return the shell command of the hook: the script in our `hook` folder, or in another one."""
    return command_lines.hook(os.path.join(folder or HOOK_FOLDER, "run.py"), python)


def hook_events(transport: str = "command") -> dict[str, dict[str, Any]]:
    """Return the group to add for each hook event; with the transport "mcp", the server answers those that reach it."""
    command = {"type": "command", "command": hook_command(), "timeout": TIMEOUT_S}
    events: dict[str, dict[str, Any]] = {
        "PreToolUse": {"matcher": "Read", "hooks": [command]},
        "PostToolUse": {"matcher": MATCHER, "hooks": [command]},
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
    return events


def server_entry() -> dict[str, Any]:
    """Return the entry of our MCP server. alwaysLoad: else its tools are only named, and a ref leads nowhere at once."""
    command, arguments = command_lines.server(os.path.join(HOOK_FOLDER, "serve.py"))
    return {"type": "stdio", "command": command, "args": arguments, "env": {}, "alwaysLoad": True}


def targets(scope: Scope, folder: str, transport: str = "command") -> list[Target]:
    """Return what belongs where for `scope`; `folder` is the project's."""
    settings, servers, server_path = places(scope, folder)
    found = [Target(settings, ("hooks", event), "", group) for event, group in hook_events(transport).items()]
    found.append(Target(servers, server_path, SERVER, server_entry()))
    return found


def places(scope: Scope, folder: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the settings file, the file of MCP servers and the place of the servers in it."""
    state = os.path.join(os.environ.get("CLAUDE_CONFIG_DIR") or os.path.expanduser("~"), ".claude.json")
    if scope == "user":
        return os.path.join(claude_config_dir(), "settings.json"), state, ("mcpServers",)
    if scope == "project":
        own = os.path.join(folder, ".claude", "settings.json")
        return own, os.path.join(folder, ".mcp.json"), ("mcpServers",)
    own = os.path.join(folder, ".claude", "settings.local.json")
    return own, state, ("projects", folder, "mcpServers")


def claude_config_dir() -> str:
    """Return Claude Code's folder: `CLAUDE_CONFIG_DIR`, else ~/.claude."""
    return os.environ.get("CLAUDE_CONFIG_DIR") or os.path.join(os.path.expanduser("~"), ".claude")


def plan_install(scope: Scope, folder: str, transport: str = "command") -> list[Change]:
    """Return the changes that install `scope`. Raises: SettingsError for a file that is not to be touched."""
    _check_other_scopes(scope, folder, transport)
    changes: list[Change] = []
    wanted: dict[str, list[Target]] = {}
    for target in targets(scope, folder, transport):
        wanted.setdefault(target.file, []).append(target)
    for file, file_targets in wanted.items():
        before = user_files.read(file)
        text = user_files.parsed(file, before)
        if all(_holds(text, target) for target in file_targets):
            changes.append(Change(file, before, before, "already there"))
            continue
        base, _ = without_ours(text, [])
        made: list[list[str]] = []
        what: list[str] = []
        for target in file_targets:
            if target.key and (at := json_edit.find(base, [*target.path, target.key])) is not None:
                if transport == "mcp":
                    msg = f"{file} has a server {SERVER!r} of your own, which would not know our hook. Nothing was changed."
                    raise SettingsError(msg)
                what.append(f"kept your own server {json_edit.value_at(base, at)!r:.80}")
                continue
            try:
                base, new = json_edit.add(base, target.path, target.key, target.value)
            except ValueError as error:
                msg = f"{file}: {error}. Mend it by hand; nothing was changed."
                raise SettingsError(msg) from error
            made.extend(new)
            what.append(f"{'.'.join(target.path)}{'.' + target.key if target.key else ''}")
        changes.append(Change(file, before, base.encode("utf-8"), ", ".join(what), made))
    return changes


def _check_other_scopes(scope: Scope, folder: str, transport: str) -> None:
    """Refuse a second transport beside the first. Raises: SettingsError."""
    for other in SCOPES:
        file = places(other, folder)[0]
        if other == scope or (found := transport_of(user_files.parsed(file, user_files.read(file)))) in ("", transport):
            continue
        msg = f"{file} has our hooks with --transport {found}; both at once would answer twice. Run: headroom uninstall"
        raise SettingsError(f"{msg} --scope {other}")


def transport_of(text: str) -> str:
    """Return the transport of our hooks in the settings `text`, "" where there are none."""
    hooks = json.loads(text).get("hooks")
    groups = hooks.get("PostToolUse") if isinstance(hooks, dict) else None
    for group in groups if isinstance(groups, list) else ():
        handlers = group.get("hooks") if isinstance(group, dict) else None
        for handler in handlers if isinstance(handlers, list) else ():
            if is_our_hook(handler):
                return "mcp" if handler.get("type") == "mcp_tool" else "command"
    return ""


def apply_install(scope: Scope, changes: list[Change]) -> None:
    """Write `changes`. Raises: SettingsError when a file cannot be written; the others stay as they are then."""
    for change in changes:
        if not change.is_change or change.after is None:
            continue
        manifest = user_files.load_manifest()
        entry = manifest["files"].get(change.file)
        made = change.made if entry is None else entry["made"] + [p for p in change.made if p not in entry["made"]]
        if (
            entry is not None
            and change.before is not None
            and entry["after_sha256"] == user_files.sha256(change.before)
        ):
            # Ours already, and untouched since: what was there before us is still what to go back to.
            backup = entry["backup"]
        elif change.before is None:
            backup = None
        else:
            # What an installation that nobody wrote down has left is not what to go back to.
            base, removed = without_ours(user_files.parsed(change.file, change.before), made)
            backup = user_files.save_backup(change.file, base.encode("utf-8") if entry or removed else change.before)
        no_folder = not os.path.isdir(os.path.dirname(change.file))
        manifest["files"][change.file] = {
            "scope": scope,
            "after_sha256": user_files.sha256(change.after),
            "backup": backup,
            "made": made,
            "made_folder": no_folder or bool(entry is not None and entry["made_folder"]),
        }
        # First what is about to be: a kill after this line leaves a file that uninstall finds unchanged.
        user_files.save_manifest(manifest)
        user_files.write(change.file, change.after)


def plan_uninstall(scope: Scope | None, folder: str) -> list[Change]:
    """Return the changes that remove us from `scope`, or from everywhere we were installed. Raises: SettingsError."""
    manifest = user_files.load_manifest()
    listed = [file for file, entry in manifest["files"].items() if scope is None or entry["scope"] == scope]
    if scope in ("project", "local"):
        listed = [file for file in listed if file in places(scope, folder)[:2]]
    for one in SCOPES if scope is None else (scope,):
        listed.extend(file for file in places(one, folder)[:2] if file not in listed)
    return [_removal(file, manifest["files"].get(file)) for file in listed]


def apply_uninstall(changes: list[Change]) -> None:
    """Write `changes` and forget them. Raises: SettingsError when a file cannot be written."""
    trap.forget()
    for change in changes:
        manifest = user_files.load_manifest()
        if change.is_change:
            if change.after is None:
                os.remove(os.path.realpath(change.file))
            else:
                user_files.write(change.file, change.after)
        entry = manifest["files"].pop(change.file, None)
        if entry is None:
            continue
        if entry["made_folder"] and not user_files.remove_folder(os.path.dirname(change.file)):
            # Something else of ours may live there still: whoever leaves last takes the folder along.
            for other, left in manifest["files"].items():
                if os.path.dirname(other) == os.path.dirname(change.file):
                    left["made_folder"] = True
        user_files.save_manifest(manifest)


def without_ours(text: str, made: list[list[str]]) -> tuple[str, int]:
    """Return `text` without our entries, and how many there were. `made`: containers to remove too once empty."""
    removed = 0
    while (place := _ours(text)) is not None:
        text = json_edit.remove(text, *place)
        removed += 1
    return without_empty(text, made), removed


def without_empty(text: str, made: list[list[str]]) -> str:
    """Return `text` without the containers at the paths `made`, as far as they are empty."""
    for path in sorted(made, key=len, reverse=True):
        at = json_edit.find(text, path)
        parent = json_edit.find(text, path[:-1])
        if at is None or parent is None or json_edit.value_at(text, at):
            continue
        slot = next(slot for slot in json_edit.members(text, parent) if slot.key == path[-1])
        text = json_edit.remove(text, parent, slot)
    return text


def is_our_hook(hook: object) -> bool:
    """Tell whether `hook` is a handler that some version of ours has added."""
    if not isinstance(hook, dict):
        return False
    if hook.get("type") == "mcp_tool":
        return hook.get("server") == SERVER and hook.get("tool") == endpoint.TOOL
    command = hook.get("command")
    return isinstance(command, str) and "headroom_mcp/hook/run.py" in command.replace("\\", "/")


def is_our_server(entry: object) -> bool:
    """Tell whether `entry` is the server entry that some version of ours has added."""
    arguments = entry.get("args") if isinstance(entry, dict) else None
    return isinstance(arguments, list) and any(
        "headroom_mcp/hook/serve.py" in str(argument).replace("\\", "/") for argument in arguments
    )


def _ours(text: str) -> tuple[int, json_edit.Slot] | None:
    """Return the container and slot of one entry of ours: a hook, its group when it holds no other, or a server."""
    hooks = json_edit.find(text, ["hooks"])
    if hooks is not None and text[hooks] == "{":
        for event in json_edit.members(text, hooks):
            if text[event.value_start] != "[":
                continue
            for group in json_edit.items(text, event.value_start):
                value = json_edit.value_at(text, group.value_start)
                handlers = value.get("hooks") if isinstance(value, dict) else None
                if not isinstance(handlers, list) or not any(is_our_hook(handler) for handler in handlers):
                    continue
                if all(is_our_hook(handler) for handler in handlers):
                    return event.value_start, group
                at = next(s for s in json_edit.members(text, group.value_start) if s.key == "hooks").value_start
                for slot, handler in zip(json_edit.items(text, at), handlers, strict=True):
                    if is_our_hook(handler):
                        return at, slot
    projects = json_edit.find(text, ["projects"])
    places: list[list[str]] = [["mcpServers"]]
    if projects is not None and text[projects] == "{":
        places.extend(["projects", slot.key, "mcpServers"] for slot in json_edit.members(text, projects))
    for path in places:
        at_servers = json_edit.find(text, path)
        if at_servers is None or text[at_servers] != "{":
            continue
        for slot in json_edit.members(text, at_servers):
            if slot.key == SERVER and is_our_server(json_edit.value_at(text, slot.value_start)):
                return at_servers, slot
    return None


def _holds(text: str, target: Target) -> bool:
    at = json_edit.find(text, [*target.path, target.key] if target.key else target.path)
    if at is None:
        return False
    value = json_edit.value_at(text, at)
    return value == target.value if target.key else isinstance(value, list) and target.value in value


def _removal(file: str, entry: dict[str, Any] | None) -> Change:
    before = user_files.read(file)
    if before is None:
        return Change(file, None, None, "not there")
    if entry is not None and entry["after_sha256"] == user_files.sha256(before):
        if entry["backup"] is None:
            return Change(file, before, None, "removed: it was made by us")
        original = user_files.read(entry["backup"])
        if original is not None:
            return Change(file, before, original, "as it was before")
    # Without a manifest, what is empty once we are gone was ours.
    unknown = [["hooks"], *(["hooks", event] for event in hook_events()), ["mcpServers"]]
    text, removed = without_ours(user_files.parsed(file, before), entry["made"] if entry else unknown)
    return Change(file, before, text.encode("utf-8"), "our entries removed") if removed else Change(
        file, before, before, "nothing of ours"
    )  # fmt: skip
