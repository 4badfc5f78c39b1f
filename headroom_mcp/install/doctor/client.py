"""Claude Code itself: is it here, is it new enough, and does anything in its settings keep our hooks from running?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import Any

from headroom_mcp.hook.claude_code import places, trap
from headroom_mcp.install import claude_code
from headroom_mcp.install.doctor.check import Check
from headroom_mcp.install.doctor.installation import Installation
from headroom_mcp.settings import load
from headroom_mcp.types import SettingsError

# The first version whose PostToolUse hooks may replace any tool's output; before, MCP tools' only.
FIRST_VERSION = (2, 1, 121)
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_VERSION_TIMEOUT_S = 60.0


def checks(folder: str, found: Installation) -> list[Check]:
    """Return what there is to say about Claude Code and its settings."""
    files = [*places.managed_files(), *dict.fromkeys(places.settings_file(s, folder) for s in claude_code.SCOPES)]
    all_settings = {file: places.read(file) for file in files}
    checks = [_version()]
    for file, (settings, problem) in all_settings.items():
        checks.extend(_settings(file, settings, problem, found))
    checks.extend(_disabled_server(all_settings, folder))
    failing = _failing({file: settings for file, (settings, _) in all_settings.items()})
    return [*checks, failing, *_masking(folder)]


def find_claude() -> str:
    """Return the path of the `claude` command: on the PATH or where its installers put it; "" where it is not."""
    home = os.path.expanduser("~")
    usual = [
        os.path.join(home, ".local", "bin", "claude"),
        os.path.join(home, ".claude", "local", "claude"),
        os.path.join(home, ".npm-global", "bin", "claude"),
        "/usr/local/bin/claude",
        "/opt/homebrew/bin/claude",
    ]
    return shutil.which("claude") or next((path for path in usual if os.access(path, os.X_OK)), "")


def version_of(claude: str) -> str:
    """Return the version of the `claude` at this path, "" where it does not tell."""
    match = _VERSION.search(_answer(claude))
    return match.group() if match else ""


def _answer(claude: str) -> str:
    """Return what `claude --version` says, or why it says nothing."""
    try:
        done = subprocess.run(
            [claude, "--version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stdout.strip() or done.stderr.strip()


def _version() -> Check:
    path = find_claude()
    if not path:
        remedy = "Install Claude Code, or ignore this: the server and the command line work without it."
        return Check("Claude Code", "warn", "no `claude` on the PATH or in the usual places", remedy)
    answer = _answer(path)
    match = _VERSION.search(answer)
    if match is None:
        return Check("Claude Code", "warn", f"{path} --version says {answer[:200]!r}", "Run it by hand.")
    version = (int(match.group(1)), int(match.group(2)), int(match.group(3)))
    if version < FIRST_VERSION:
        least = ".".join(map(str, FIRST_VERSION))
        remedy = f"Run `claude update`: before {least} only MCP tools' outputs can be replaced."
        return Check("Claude Code", "fail", f"{match.group()} ({path})", remedy)
    return Check("Claude Code", "ok", f"{match.group()} honours replaced outputs ({path})")


def _settings(file: str, settings: dict[str, Any], problem: str, found: Installation) -> list[Check]:
    if problem:
        return [Check("settings", "fail", f"{file}: {problem}", "Fix the file: Claude Code ignores it.")]
    checks = []
    if settings.get("disableAllHooks") is True:
        checks.append(Check("settings", "fail", f"{file} sets disableAllHooks", "Remove that line."))
    managed = file in places.managed_files()
    if managed and settings.get("allowManagedHooksOnly") is True and not places.our_handlers(settings) and found.hooks:
        remedy = "Ask whoever manages this machine to add our hooks there: `headroom install --print` shows them."
        checks.append(Check("settings", "fail", f"{file} sets allowManagedHooksOnly", remedy))
    return checks


def _disabled_server(all_settings: dict[str, tuple[dict[str, Any], str]], folder: str) -> list[Check]:
    """Tell where the user has declined or denied our server: shortened outputs then have no way back."""
    state, _ = places.read(places.state_file())
    projects = state.get("projects")
    project = projects.get(folder) if isinstance(projects, dict) else None
    lists = [
        ("disabledMcpServers", places.state_file(), project),
        ("disabledMcpjsonServers", places.state_file(), project),
    ]
    lists.extend(("disabledMcpjsonServers", file, settings) for file, (settings, _) in all_settings.items())
    checks = []
    for key, file, value in lists:
        names = value.get(key) if isinstance(value, dict) else None
        if isinstance(names, list) and places.SERVER in names:
            remedy = f"Enable it with `/mcp` in Claude Code, or take {places.SERVER!r} out of that list."
            checks.append(Check("server", "fail", f"switched off by {key} in {file}", remedy))
    for file, (settings, _) in all_settings.items():
        permissions = settings.get("permissions")
        denied = permissions.get("deny") if isinstance(permissions, dict) else None
        ours = (
            [rule for rule in denied if str(rule).startswith(f"mcp__{places.SERVER}")]
            if isinstance(denied, list)
            else []
        )
        if ours:
            remedy = "Remove the rule: without headroom_retrieve what is left out cannot be fetched back."
            checks.append(Check("server", "warn", f"{file} denies {ours[0]}", remedy))
    return checks


def _failing(all_settings: dict[str, dict[str, Any]]) -> Check:
    """Tell whether the outputs of failing commands can be compressed here."""
    name = "failing commands"
    if not trap.is_possible():
        remedy = "Nothing can be done: no hook may replace them. All other outputs are compressed."
        return Check(name, "warn", f"left to the host on {sys.platform}", remedy)
    for file, settings in all_settings.items():
        sandbox = settings.get("sandbox")
        if isinstance(sandbox, dict) and sandbox.get("enabled") is True:
            remedy = (
                "Nothing can be done while the sandbox is on: our script may not be run in it, or not write its store."
            )
            return Check(name, "warn", f"left to the host, since {file} switches the sandbox on", remedy)
    shell = trap.shell()
    if trap.is_untried(shell):
        remedy = "Claude Code runs commands in $CLAUDE_CODE_SHELL: set it to a bash from 5.1 on, or to zsh."
        return Check(name, "warn", f"left to the host, since {shell} is a bash older than 5.1", remedy)
    return Check(name, "ok", "compressed before the host cuts them (bash and zsh)")


def _masking(folder: str) -> list[Check]:
    """Tell, where secrets are masked before the model, which outputs no hook of ours sees."""
    try:
        masks = load.in_force(folder).masks()
    except SettingsError:  # told of elsewhere
        return []
    if not masks:
        return []
    found = "of Bash, Read, Grep, Glob, WebFetch, Agent and MCP servers' tools; what other tools print is not masked"
    remedy = "Nothing can be done about the rest: deny the tools that could show secrets, such as ReadMcpResourceTool."
    return [Check("masking", "warn", found, remedy)]
