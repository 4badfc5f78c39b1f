"""What `headroom doctor` looks at: Claude Code and its version, our hook run for real, the store, Python, the failure log.

Each check says what it found and, where something is wrong, what to do.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from typing import Any, Literal, NamedTuple

from headroom_mcp import fault_log
from headroom_mcp.errors import StoreError
from headroom_mcp.flow import user_hooks
from headroom_mcp.hook.claude_code import trap
from headroom_mcp.install import claude_code, entries
from headroom_mcp.settings import environment
from headroom_mcp.store.sqlite import health

Grade = Literal["ok", "warn", "fail"]

# The first version whose PostToolUse hooks may replace any tool's output; before, MCP tools' only.
FIRST_VERSION = (2, 1, 121)
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_LOG_LINES = 5


class Check(NamedTuple):
    """One finding. `remedy` is "" where nothing is to be done."""

    name: str
    grade: Grade
    found: str
    remedy: str = ""


def examine(folder: str) -> list[Check]:
    """Return all findings for the project in `folder`."""
    return [
        _python(),
        _claude_code(),
        *_installed(folder),
        _hook(folder),
        _failing(),
        *_own_hooks(),
        *_store(),
        _failure_log(),
    ]


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
    try:
        answer = subprocess.run([claude, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = _VERSION.search(answer)
    return match.group() if match else ""


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", "ok", f"{version} ({sys.executable})")


def _claude_code() -> Check:
    path = find_claude()
    if not path:
        remedy = "Install Claude Code, or ignore this: the server and the command line work without it."
        return Check("Claude Code", "warn", "no `claude` on the PATH or in the usual places", remedy)
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check("Claude Code", "warn", f"{path} --version failed: {error}", "Run it by hand.")
    match = _VERSION.search(answer)
    if match is None:
        return Check("Claude Code", "warn", f"{path} --version says {answer.strip()!r}", "Run it by hand.")
    version = (int(match.group(1)), int(match.group(2)), int(match.group(3)))
    if version < FIRST_VERSION:
        least = ".".join(map(str, FIRST_VERSION))
        remedy = f"Update it (`claude update`): before {least} only MCP tools' outputs can be replaced."
        return Check("Claude Code", "fail", f"{match.group()} ({path})", remedy)
    return Check("Claude Code", "ok", f"{match.group()} honours replaced outputs ({path})")


def _installed(folder: str) -> list[Check]:
    """Return where our hook and server stand, and what in the same settings stands in their way."""
    checks: list[Check] = []
    hooks, servers, others, by_server = [], [], [], False
    for scope in claude_code.SCOPES:
        settings, state, path = claude_code.places(scope, folder)
        parsed, problem = _load(settings)
        if problem:
            checks.append(Check("settings", "fail", f"{settings}: {problem}", "Mend the file: Claude Code ignores it."))
        if parsed.get("disableAllHooks"):
            checks.append(Check("settings", "fail", f"{settings} sets disableAllHooks", "Remove that line."))
        for handler in claude_code.handlers(parsed):
            if entries.is_our_hook(handler):
                hooks.append(settings)
                by_server = by_server or handler.get("type") == "mcp_tool"
            else:
                others.append(str(handler.get("command", handler.get("url", handler.get("type", "")))))
        entry: Any = _load(state)[0]
        for key in (*path, entries.SERVER):
            entry = entry.get(key) if isinstance(entry, dict) else None
        if entry is not None:
            servers.append(state)
    if not hooks:
        remedy = "Run `headroom install`; with the plugin this is as it should be."
        checks.append(Check("hook", "warn", "in none of Claude Code's settings", remedy))
    elif len(hooks) > 1:
        remedy = "Uninstall one (`headroom uninstall --scope …`): an output is compressed once, the last answer wins."
        checks.append(Check("hook", "warn", f"installed {len(hooks)} times: {', '.join(hooks)}", remedy))
    else:
        checks.append(Check("hook", "ok", f"installed in {hooks[0]}{', answered by the server' if by_server else ''}"))
    if servers:
        checks.append(Check("server", "ok", f"registered in {servers[0]}"))
    else:
        remedy = "Run `headroom install`, or `claude mcp add headroom -- headroom-mcp`: refs need headroom_retrieve."
        checks.append(Check("server", "warn", "not registered", remedy))
    if others:
        remedy = "Where one of them replaces outputs too, the last to finish wins."
        checks.append(Check("other hooks", "ok", f"{len(others)} on PostToolUse: {'; '.join(others)[:200]}", remedy))
    return checks


def _hook(folder: str) -> Check:
    """Run the hook as Claude Code would, on an output of our own and with a store of its own."""
    command = _installed_command(folder) or claude_code.hook_command()
    lines = "\n".join(f"2026-01-01 00:00:00 INFO step {number} of 600 done" for number in range(600))
    with tempfile.TemporaryDirectory() as home:
        event = {
            "session_id": "doctor",
            "transcript_path": os.path.join(home, "doctor.jsonl"),
            "cwd": folder,
            "hook_event_name": "PostToolUse",
            "tool_name": "Bash",
            "tool_input": {"command": "make"},
            "tool_response": {"stdout": lines, "stderr": "", "interrupted": False},
            "tool_use_id": "toolu_doctor",
        }
        environment = {**os.environ, "HEADROOM_HOME": home}
        environment.pop("CURSOR_VERSION", None)
        try:
            ran = subprocess.run(
                command, shell=True, input=json.dumps(event), capture_output=True, text=True, timeout=15, check=False,
                env=environment,
            )  # fmt: skip
            reply = json.loads(ran.stdout)["hookSpecificOutput"]["updatedToolOutput"]["stdout"]
        except subprocess.TimeoutExpired:
            return Check("hook command", "fail", f"no answer within 15 s: {command}", "Is the machine overloaded?")
        except (ValueError, KeyError, TypeError):
            said = (ran.stderr or ran.stdout).strip()[-200:] or _last_line(home) or "nothing"
            remedy = "Run `headroom install` again: its interpreter or script may have moved."
            return Check("hook command", "fail", f"exit {ran.returncode}, said {said!r}: {command}", remedy)
    return Check("hook command", "ok", f"{len(lines):,} characters became {len(reply):,}")


def _failing() -> Check:
    """Tell whether the outputs of failing commands can be compressed here."""
    if trap.is_possible():
        return Check("failing commands", "ok", "compressed before the host cuts them (bash and zsh)")
    remedy = "Nothing can be done: no hook may replace them. All other outputs are compressed."
    return Check("failing commands", "warn", f"left to the host on {sys.platform}", remedy)


def _own_hooks() -> list[Check]:
    """Tell which compression hooks of the user's are called, and whether `install` should look again."""
    path = os.path.join(environment.data_home(), user_hooks.FILE)
    try:
        with open(path, encoding="utf-8") as stream:
            kept = json.load(stream)
    except FileNotFoundError:
        kept = []
    except (OSError, ValueError) as error:
        return [Check("compression hooks", "fail", f"{path}: {error}", "Run `headroom install` again.")]
    if kept != user_hooks.find():
        remedy = "Run `headroom install` again: it looks for them."
        return [Check("compression hooks", "warn", "installed packages offer others than those in use", remedy)]
    names = ", ".join(row["name"] for row in kept)
    return [Check("compression hooks", "ok", names)] if kept else []


def _store() -> list[Check]:
    path = health.store_path()
    folder = os.path.dirname(path)
    checks: list[Check] = []
    if not os.path.exists(path):
        writable = os.access(folder if os.path.isdir(folder) else os.path.dirname(folder), os.W_OK | os.X_OK)
        if os.path.isdir(folder) and not writable:
            return [Check("store", "fail", f"{folder} cannot be written", "Mend its permissions or set HEADROOM_HOME.")]
        return [Check("store", "ok", f"{path} will be made with the first output")]
    try:
        found = health.examine(path)
    except StoreError as error:
        remedy = "The next output sets a corrupt file aside and begins a new one; a locked one frees itself."
        return [Check("store", "fail", f"{path}: {error}", remedy)]
    if found.damage:
        checks.append(Check("store", "fail", f"{path} is damaged: {found.damage}", "Move it away; a new one is begun."))
    else:
        checks.append(
            Check(
                "store", "ok", f"{found.originals:,} originals, {found.original_bytes:,} bytes before packing ({path})"
            )
        )
    if os.name == "posix":
        for what, allowed in ((path, 0o600), (folder, 0o700)):
            if os.stat(what).st_mode & 0o077:
                checks.append(Check("store", "warn", f"{what} is open to others", f"chmod {allowed:o} '{what}'"))
    if not os.access(path, os.W_OK):
        checks.append(Check("store", "fail", f"{path} cannot be written", "Mend its permissions."))
    aside = sorted(name for name in os.listdir(folder) if ".corrupt-" in name and not name.endswith(("-wal", "-shm")))
    if aside:
        remedy = "Its originals are lost to `headroom_retrieve`; delete it once you do not need it."
        checks.append(Check("store", "warn", f"a corrupt database was set aside: {aside[-1]}", remedy))
    return checks


def _failure_log() -> Check:
    path = os.path.join(environment.data_home(), fault_log.LOG_NAME)
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            lines = stream.read().splitlines()
    except FileNotFoundError:
        return Check("failure log", "ok", "empty")
    except OSError as error:
        return Check("failure log", "warn", f"{path}: {error}", "Mend its permissions.")
    kinds = Counter(" ".join(line.split(" ", 3)[1:3]) for line in lines)
    common = ", ".join(f"{count}x {kind}" for kind, count in kinds.most_common(3))
    latest = " | ".join(lines[-_LOG_LINES:])
    remedy = f"Read {path}; each line is an output that came through uncompressed. Delete it to start afresh."
    return Check("failure log", "warn", f"{len(lines)} lines: {common}. Latest: {latest[-600:]}", remedy)


def _installed_command(folder: str) -> str:
    for scope in claude_code.SCOPES:
        for handler in claude_code.handlers(_load(claude_code.places(scope, folder)[0])[0]):
            if entries.is_our_hook(handler) and "command" in handler:
                return str(handler["command"])
    return ""


def _load(path: str) -> tuple[dict[str, Any], str]:
    """Return what a settings file holds and, where that is nothing usable, why."""
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        value = json.loads(text) if text.strip() else {}
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError) as error:
        return {}, str(error)
    return (value, "") if isinstance(value, dict) else ({}, "it holds no JSON object")


def _last_line(home: str) -> str:
    try:
        with open(os.path.join(home, fault_log.LOG_NAME), encoding="utf-8") as stream:
            return stream.read().splitlines()[-1]
    except (OSError, IndexError):
        return ""
