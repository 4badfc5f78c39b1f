"""Other hosts: `headroom install --host NAME` writes our server's entry into the host's own file. A host is one file here.

A host's module says where its entry goes (`file`, `PLACE`, `FORMAT`), what it looks like (`entry`) and, for the README,
what the host lets us do (`TITLE`, `TOOLS`, `OUTPUTS`). Files are written as Claude Code's are: at once, after a copy went
to the data folder; what cannot be parsed is refused; `uninstall` goes back to the byte, or takes out our entry alone.
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import Any

from headroom_mcp.errors import SettingsError
from headroom_mcp.install import claude_code, command_lines, json_edit, toml_block
from headroom_mcp.install import files as user_files

HOSTS = ("codex", "gemini", "opencode", "qwen", "copilot", "cursor", "vscode")


def load(name: str) -> ModuleType:
    """Return the module of the host `name`."""
    return importlib.import_module(f"headroom_mcp.install.hosts.{name}")


def plan_install(name: str) -> claude_code.Change:
    """Return the change that installs our server for the host. Raises: SettingsError for a file that is not to be touched."""
    host = load(name)
    file = host.file()
    before = user_files.read(file)
    value = host.entry(server())
    if host.FORMAT == "toml":
        after, what = toml_block.add(file, before, host.PLACE, value)
        return claude_code.Change(file, before, after, what)
    text = user_files.parsed(file, before)
    at = json_edit.find(text, [*host.PLACE, claude_code.SERVER])
    if at is not None and json_edit.value_at(text, at) == value:
        return claude_code.Change(file, before, before, "already there")
    if at is not None and not is_ours(json_edit.value_at(text, at)):
        return claude_code.Change(file, before, before, f"kept your own server {claude_code.SERVER!r}")
    text = _without(text, host.PLACE, [])
    try:
        text, made = json_edit.add(text, host.PLACE, claude_code.SERVER, value)
    except ValueError as error:
        msg = f"{file}: {error}. Mend it by hand; nothing was changed."
        raise SettingsError(msg) from error
    return claude_code.Change(file, before, text.encode("utf-8"), ".".join((*host.PLACE, claude_code.SERVER)), made)


def apply_install(name: str, change: claude_code.Change) -> None:
    """Write `change`. Raises: SettingsError; the file stays as it is then."""
    if not change.is_change or change.after is None:
        return
    manifest = user_files.load_manifest()
    kept = manifest.setdefault("hosts", {}).get(name)
    if kept is not None and change.before is not None and kept["after_sha256"] == user_files.sha256(change.before):
        backup, made, made_folder = kept["backup"], kept["made"], kept["made_folder"]
    else:
        backup = None if change.before is None else user_files.save_backup(change.file, change.before)
        made, made_folder = change.made, not os.path.isdir(os.path.dirname(change.file))
    manifest["hosts"][name] = {
        "file": change.file,
        "after_sha256": user_files.sha256(change.after),
        "backup": backup,
        "made": made,
        "made_folder": made_folder,
    }
    user_files.save_manifest(manifest)
    user_files.write(change.file, change.after)


def plan_uninstall(name: str) -> claude_code.Change:
    """Return the change that takes our server out of the host's file. Raises: SettingsError."""
    host = load(name)
    kept = user_files.load_manifest().get("hosts", {}).get(name)
    file = kept["file"] if kept else host.file()
    before = user_files.read(file)
    if before is None:
        return claude_code.Change(file, None, None, "not there")
    if kept is not None and kept["after_sha256"] == user_files.sha256(before):
        if kept["backup"] is None:
            return claude_code.Change(file, before, None, "removed: it was made by us")
        original = user_files.read(kept["backup"])
        if original is not None:
            return claude_code.Change(file, before, original, "as it was before")
    if host.FORMAT == "toml":
        after = toml_block.remove(before)
    else:
        after = _without(user_files.parsed(file, before), host.PLACE, kept["made"] if kept else []).encode("utf-8")
    return claude_code.Change(file, before, after, "our entry removed" if after != before else "nothing of ours")


def apply_uninstall(name: str, change: claude_code.Change) -> None:
    """Write `change` and forget it. Raises: SettingsError."""
    manifest = user_files.load_manifest()
    if change.is_change:
        if change.after is None:
            os.remove(os.path.realpath(change.file))
        else:
            user_files.write(change.file, change.after)
    kept = manifest.get("hosts", {}).pop(name, None)
    if kept is None:
        return
    if kept["made_folder"]:
        user_files.remove_folder(os.path.dirname(change.file))
    if not manifest["hosts"]:
        del manifest["hosts"]
    user_files.save_manifest(manifest)


def installed() -> list[str]:
    """Return the hosts that `install` has written to. Raises: SettingsError."""
    kept = user_files.load_manifest().get("hosts", {})
    return [name for name in HOSTS if name in kept]


def server() -> dict[str, Any]:
    """Return what starts our server: `command`, `args`, and the data folder where another one than the usual is named."""
    command, arguments = command_lines.server(os.path.join(claude_code.HOOK_FOLDER, "serve.py"))
    home = os.environ.get("HEADROOM_HOME", "")
    return {
        "command": command,
        "args": arguments,
        "env": {"HEADROOM_HOME": os.path.abspath(os.path.expanduser(home))} if home else {},
    }


def is_ours(value: object) -> bool:
    """Tell whether `value` is a server entry that some version of ours has written."""
    return "headroom_mcp/hook/serve.py" in str(value).replace("\\\\", "/").replace("\\", "/")


def _without(text: str, place: tuple[str, ...], made: list[list[str]]) -> str:
    at = json_edit.find(text, place)
    if at is None or text[at] != "{":
        return text
    for slot in json_edit.members(text, at):
        if slot.key == claude_code.SERVER and is_ours(json_edit.value_at(text, slot.value_start)):
            text = json_edit.remove(text, at, slot)
            break
    else:
        return text
    return claude_code.without_empty(text, made)
