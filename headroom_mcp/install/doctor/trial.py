"""Our hook and our server run for real, as Claude Code would, on a sample and with a store of their own.

The hook runs with the user's settings. Where it then leaves the sample alone it runs once more without them: that tells a
broken command from a setting that keeps every output as it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

from headroom_mcp.hook import endpoint
from headroom_mcp.hook.claude_code import places
from headroom_mcp.install import claude_code
from headroom_mcp.install.doctor.check import Check
from headroom_mcp.install.doctor.installation import Installation
from headroom_mcp.settings import environment, fault_log
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import USER_FILE, Settings, said
from headroom_mcp.types import SettingsError

TIMEOUT_S = 60.0
_SAMPLE = "\n".join(f"2026-01-01 00:00:00 INFO step {number} of 600 done" for number in range(600))
_KNOBS = ("min_tokens", "min_saving", "budget_tokens", "deny", "tools_off")


class Tried(NamedTuple):
    """What came of a run: the text that would replace the sample ("" for none), and what was said instead."""

    text: str
    said: str


def checks(folder: str, found: Installation) -> list[Check]:
    """Return how our hooks and servers do, for the project in `folder`; today's where none are installed."""
    commands: dict[str, dict[str, str]] = {}
    by_server = False
    for handlers in found.hooks.values():
        for handler in handlers:
            by_server = by_server or handler.get("type") == "mcp_tool"
            if handler.get("type") != "mcp_tool":
                commands[str(handler["command"])] = {}
    if os.path.isdir(found.plugin):
        commands.update(_plugin_commands(found.plugin))
    if not commands and not by_server:
        commands[claude_code.hook_command()] = {}
    servers = found.servers or ({} if found.plugin else {"": claude_code.server_entry()})
    return [
        *(_hook(command, folder, extra) for command, extra in commands.items()),
        *(_server(where, entry, folder, asks_hook=by_server) for where, entry in servers.items()),
    ]


def _plugin_commands(folder: str) -> dict[str, dict[str, str]]:
    settings, _ = places.read(os.path.join(folder, "hooks", "hooks.json"))
    extra = {"CLAUDE_PLUGIN_ROOT": folder}
    return {str(handler.get("command", "")): extra for _, handler in places.matched_handlers(settings)}


def _hook(command: str, folder: str, extra: dict[str, str]) -> Check:
    """Run a hook's command on the sample."""
    name = "hook command"
    tried = _run_hook(command, folder, extra, own_settings=True)
    if tried.text:
        return Check(name, "ok", f"{len(_SAMPLE):,} characters became {len(tried.text):,}")
    plain = _run_hook(command, folder, extra, own_settings=False)
    if plain.text:
        knobs = _changed_knobs(folder)
        found = f"your settings leave a sample of {len(_SAMPLE):,} characters as it is{f': {knobs}' if knobs else ''}"
        return Check(name, "fail", found, "Change them; `headroom settings` shows where each is from.")
    remedy = "Run `headroom install` again: its interpreter or script may have moved."
    if extra:
        remedy = "The plugin needs a python3 of version 3.10 or newer on the PATH."
    return Check(name, "fail", f"no answer, but {plain.said!r}: {command}", remedy)


def _run_hook(command: str, folder: str, extra: dict[str, str], *, own_settings: bool) -> Tried:
    with _home(own_settings=own_settings) as (home, variables):
        event = _event(folder if own_settings else home, home)
        try:
            ran = subprocess.run(
                command, shell=True, input=json.dumps(event), capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
                env={**variables, **extra},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Tried("", f"nothing within {TIMEOUT_S:g} s")
        said = (ran.stderr or ran.stdout).strip()[-200:] or _last_fault(home) or f"exit code {ran.returncode}, silence"
        return Tried(_replacement(ran.stdout), said)


def _event(folder: str, home: str) -> dict[str, Any]:
    return {
        "session_id": "doctor",
        "transcript_path": os.path.join(home, "doctor.jsonl"),
        "cwd": folder,
        "hook_event_name": "PostToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": "make"},
        "tool_response": {"stdout": _SAMPLE, "stderr": "", "interrupted": False},
        "tool_use_id": "toolu_doctor",
    }


def _replacement(answer: str) -> str:
    try:
        return str(json.loads(answer)["hookSpecificOutput"]["updatedToolOutput"]["stdout"])
    except (ValueError, KeyError, TypeError):
        return ""


@contextmanager
def _home(*, own_settings: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """Make a data folder, with a copy of the user's settings or without, and the environment that names it."""
    with tempfile.TemporaryDirectory(prefix="headroom-doctor-") as home:
        ours = ("HEADROOM_",) if not own_settings else ("HEADROOM_HOME",)
        variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("CURSOR_VERSION", *ours))
        }
        file = os.path.join(environment.data_home(), USER_FILE)
        if own_settings and os.path.isfile(file):
            shutil.copy(file, home)
        yield home, {**variables, "HEADROOM_HOME": home}


def _changed_knobs(folder: str) -> str:
    try:
        settings = load_settings(project=environment.project_dir(cwd=folder))
    except SettingsError as error:
        return str(error)
    changed = {name: getattr(settings, name) for name in _KNOBS if getattr(settings, name) != getattr(Settings(), name)}
    return ", ".join(f"{name} = {said(value)}" for name, value in changed.items())


def _last_fault(home: str) -> str:
    try:
        lines = fault_log.read(Settings(home=home))
    except OSError:
        return ""
    return lines[-1][-200:] if lines else ""


def _server(where: str, entry: dict[str, Any], folder: str, *, asks_hook: bool) -> Check:
    """Start a server as its entry says and greet it; with the transport "mcp", ask its hidden hook as well."""
    name = "server command"
    url = entry.get("url")
    if url or not isinstance(entry.get("command"), str):
        return Check(
            name, "warn", f"{where} names no command{f' but {url}' if url else ''}", "Only commands are tried."
        )
    arguments = entry.get("args")
    argv = [entry["command"], *(map(str, arguments) if isinstance(arguments, list) else ())]
    remedy = "Run `headroom install` again: what it starts may have moved."
    if where and not places.is_our_server(entry):
        remedy = f"Correct the entry {places.SERVER!r} in {where}; it is your own."
    try:
        said = _converse(argv, entry.get("env"), folder, asks_hook=asks_hook)
    except OSError as error:
        return Check(name, "fail", f"{argv[0]} cannot be started: {error}", remedy)
    if said:
        return Check(name, "fail", f"{said}: {' '.join(argv)[:300]}", remedy)
    return Check(name, "ok", "it answers" + (" hooks, too" if asks_hook else ""))


def _converse(argv: list[str], variables: Any, folder: str, *, asks_hook: bool) -> str:
    """Return what is wrong with a server, "" where it answers. Raises: OSError where it cannot be started."""
    with _home(own_settings=True) as (home, environ):
        extra = {str(key): str(value) for key, value in variables.items()} if isinstance(variables, dict) else {}
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder,
            env={**environ, **extra, "HEADROOM_HOME": home},
        )  # fmt: skip
        timer = threading.Timer(TIMEOUT_S, process.kill)
        timer.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            return _talk(process.stdin, process.stdout, _event(folder, home) if asks_hook else None)
        except BrokenPipeError:
            return "it ended without an answer"
        finally:
            timer.cancel()
            process.kill()
            process.communicate()


def _talk(to: IO[str], back: IO[str], event: dict[str, Any] | None) -> str:
    client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "doctor", "version": "1"}}
    if "serverInfo" not in _asked(to, back, 1, "initialize", client):
        return "it ended without an answer"
    if event is None:
        return ""
    to.write(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}) + "\n")
    fields = {"event": event["hook_event_name"]}
    for field in endpoint.FIELDS["PostToolUse"]:
        value = event.get(field, "")
        fields[field] = value if isinstance(value, str) else json.dumps(value)
    answer = _asked(to, back, 2, "tools/call", {"name": endpoint.TOOL, "arguments": fields})
    content = answer.get("content")
    text = content[0].get("text", "") if isinstance(content, list) and content else ""
    return "" if _replacement(text) else "it does not answer our hook"


def _asked(to: IO[str], back: IO[str], number: int, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the result that a server gives, {} where it gives none."""
    to.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}) + "\n")
    to.flush()
    for line in back:
        try:
            message = json.loads(line)
        except ValueError:
            return {}
        if isinstance(message, dict) and message.get("id") == number:
            result = message.get("result")
            return result if isinstance(result, dict) else {}
    return {}
