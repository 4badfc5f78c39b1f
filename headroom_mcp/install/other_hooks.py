"""Hooks of the user's own on the tools whose outputs we replace.

Claude Code runs all hooks of an event at once, on the original output, and takes the answer of whichever ends last. So a
hook that masks secrets may lose to ours. Two ways out, both offered by `headroom install --other-hooks`:

    leave    our matcher leaves out the tools that theirs match
    first    ours runs theirs before, and compresses what they have answered (see `hook.first`)
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from headroom_mcp.hook import entry, first
from headroom_mcp.hook.claude_code import places
from headroom_mcp.install import files

Way = Literal["leave", "first", "ignore"]
WAYS: tuple[Way, ...] = ("leave", "first", "ignore")
TOOLS = ("Bash", "Read", "Grep", "Glob", "WebFetch", "Agent")
_MAX_SCRIPT_BYTES = 512 * 1024
_REWRITES = re.compile(rb"updated(?:MCP)?ToolOutput")


class Other(NamedTuple):
    """A hook of the user's: where it is, its matcher as a regular expression, and which of our tools it matches.

    `command` is "" where only the host can run it. `rewrites`: it, or a script that it names, speaks of replaced outputs.
    """

    file: str
    matcher: str
    name: str
    command: str
    timeout_s: float
    tools: tuple[str, ...]
    rewrites: bool


def find(folder: str) -> list[Other]:
    """Return the user's PostToolUse hooks that match a tool of ours, for the project in `folder`."""
    found: list[Other] = []
    for file, settings, root in _all_settings(folder):
        for matcher, handler in places.matched_handlers(settings):
            pattern = first.pattern_of(matcher)
            tools = tuple(tool for tool in TOOLS if first.matches(pattern, tool))
            tools += ("MCP tools",) * (first.matches(pattern, "mcp__server__tool") or "mcp__" in matcher)
            if tools and not places.is_our_hook(handler):
                found.append(_other(file, pattern, handler, tools, root, folder))
    return found


def _other(file: str, pattern: str, handler: dict[str, Any], tools: tuple[str, ...], root: str, folder: str) -> Other:
    command = str(handler.get("command", "")) if handler.get("type", "command") == "command" else ""
    arguments = handler.get("args")
    words = [command, *map(str, arguments if isinstance(arguments, list) else ())]
    name = " ".join(words).strip() or str(handler.get("url") or handler.get("tool") or handler.get("type", "a hook"))
    timeout = handler.get("timeout")
    timeout_s = float(timeout) if isinstance(timeout, (int, float)) else 60.0
    # Arguments and a plugin's command have the host's words in them, which only the host can fill in.
    can_run = not root and not arguments
    rewrites = _rewrites([word.replace("${CLAUDE_PLUGIN_ROOT}", root) for word in words], folder)
    return Other(file, pattern, name, command if can_run else "", timeout_s, tools, rewrites)


def _all_settings(folder: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield each settings file with what it holds, and for a plugin's the plugin's folder."""
    enabled: dict[str, Any] = {}
    own = [places.settings_file(scope, folder) for scope in ("user", "project", "local")]
    for file in [*places.managed_files(), *dict.fromkeys(own)]:
        settings, _ = places.read(file)
        plugins = settings.get("enabledPlugins")
        enabled.update(plugins if isinstance(plugins, dict) else {})
        yield file, settings, ""
    for name, on in enabled.items():
        root = places.plugin_folder(name) if on is True and not name.startswith(places.PLUGIN) else ""
        if root:
            file = os.path.join(root, "hooks", "hooks.json")
            yield file, places.read(file)[0], root


def _rewrites(words: Sequence[str], folder: str) -> bool:
    """Tell whether a command, or a script that it names, speaks of replaced outputs."""
    text = " ".join(words)
    if _REWRITES.search(text.encode("utf-8", "replace")):
        return True
    try:
        parts = shlex.split(text)
    except ValueError:
        parts = text.split()
    home = os.path.expanduser("~")
    for part in parts:
        for name, value in (("CLAUDE_PROJECT_DIR", folder), ("HOME", home)):
            part = part.replace(f"${{{name}}}", value).replace(f"${name}", value)
        path = os.path.join(folder, os.path.expanduser(part.rstrip(";")))
        if os.path.isfile(path) and os.path.getsize(path) <= _MAX_SCRIPT_BYTES:
            try:
                with open(path, "rb") as stream:
                    if _REWRITES.search(stream.read()):
                        return True
            except OSError:
                continue
    return False


def way_of(way: Way | None, now: str) -> Way | None:
    """Return the way that is chosen, or the one that was: `now` is our matcher as it is installed."""
    if way is not None:
        return way
    if os.path.exists(first.path()):
        return "first"
    return "leave" if now.startswith("^(?!") else None


def left(others: Sequence[Other], way: Way | None) -> list[str]:
    """Return the patterns of tools to leave to the user's hooks: without a `way`, to those that rewrite outputs."""
    return sorted({other.matcher for other in others if _is_left(other, way)})


def _is_left(other: Other, way: Way | None) -> bool:
    if way == "first":
        return not other.command
    return other.rewrites if way is None else way == "leave"


def save_first(others: Sequence[Other], way: Way | None) -> None:
    """Write which commands our hook runs first. Raises: SettingsError."""
    rows = [
        {"matcher": other.matcher, "command": other.command, "timeout_s": other.timeout_s}
        for other in others
        if other.command and way == "first"
    ]
    if rows:
        files.write_own(entry.OTHER_HOOKS, json.dumps(rows, indent=2).encode("utf-8"))
    elif os.path.exists(first.path()):
        os.remove(first.path())


def described(other: Other, way: Way | None) -> str:
    """Return a sentence on one hook of the user's and how it gets on with ours."""
    said = f"Your hook {other.name[:80]!r} in {other.file} is on {', '.join(other.tools)}, too"
    if other.matcher in left([other], way):
        return f"{said}: those are left to it, and not compressed."
    if way == "first":
        return f"{said}: ours runs it first, and compresses what it has answered."
    if way is None:
        return (
            f"{said}. If it changes outputs, either answer may win: `headroom install --other-hooks leave`, or `first`."
        )
    return f"{said}: either answer may win."
