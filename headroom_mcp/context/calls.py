"""What a tool call says about its result: the arguments in our own words, whether a file is read, whether it is ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from headroom_mcp import tool_output
from headroom_mcp.commands import own
from headroom_mcp.types import ToolInput

_in_order = json.JSONEncoder(sort_keys=True).encode
_OWN_SERVER = "headroom"
_OWN_TOOL = "headroom_retrieve"
_SHELLS = ("bash", "sh", "zsh", "dash", "ksh")
_COMMAND_KEYS = ("command", "cmd", "CommandLine", "script")
_PATH_KEYS = ("file_path", "path", "notebook_path", "target_file", "absolute_path", "filename", "filePath")
# Arguments by which a tool that reads files is asked for a part of one.
_PART_KEYS = frozenset(
    "offset limit start end start_line end_line startLine endLine line_start line_end view_range range lines line_range"
    " start_line_one_indexed end_line_one_indexed_inclusive StartLine EndLine first_line last_line head tail".split()
)
_READING = ("read", "view", "open", "cat")


_SEARCH_KEYS = ("pattern", "query", "regex")
_EDITING = ("view", "create", "str_replace", "insert", "undo_edit")  # commands of text editors, which are no shell's


class Asked(NamedTuple):
    """A call as the flow takes it. `words` are its arguments as one text: what makes two calls the same.

    `editing`: what a text editor is asked to do.
    """

    id: str
    name: str
    given: ToolInput
    words: str
    editing: str = ""


def asked(called: str, name: str, arguments: Any) -> Asked:
    """Return the call with its arguments as an object, whatever they came as."""
    given = _object(arguments)
    words = _one_text(given)
    editing = ""
    if given.get("command") in _EDITING and _path(given):
        editing = str(given["command"])
        given = {key: value for key, value in given.items() if key != "command"}
    else:
        command = next((given[key] for key in _COMMAND_KEYS if key in given), None)
        line = None if command is None else _command_line(command)
        if line is not None and given.get("command") != line:
            given = {**given, "command": line}
    return Asked(called, name, given, words, editing)


def _one_text(given: ToolInput) -> str:
    """Return arguments as JSON, in one order; "" for what is not JSON."""
    try:
        return _in_order(given)
    except (TypeError, ValueError, RecursionError):
        return ""


def _path(given: ToolInput) -> str:
    return next((given[key] for key in _PATH_KEYS if isinstance(given.get(key), str)), "")


def is_own(call: Asked) -> bool:
    """Tell whether the result is what our own tools or commands gave back."""
    server, double, tool = call.name.removeprefix("mcp__").rpartition("__")
    if _OWN_TOOL in (call.name, tool):
        return True
    if double and (server == _OWN_SERVER or (server.startswith("plugin_") and server.endswith("_" + _OWN_SERVER))):
        return True
    command = call.given.get("command")
    return isinstance(command, str) and "headroom" in command and own.runs_only_ours(command)


def path_read(call: Asked) -> str:
    """Return the file that the call reads, "" where it is not one that reads a file."""
    name = call.name.lower()
    reads = call.editing == "view" if call.editing else any(word in name for word in _READING)
    if not reads or "command" in call.given or any(key in call.given for key in _SEARCH_KEYS):
        return ""
    return _path(call.given)


def asks_for_a_part(call: Asked) -> bool:
    """Tell whether a call that reads a file asks for some lines of it."""
    return any(call.given.get(key) for key in _PART_KEYS)


def query_of(call: Asked, said: str) -> str:
    """Return what the reader wants to know: the call's own hints, then what the user said last."""
    return tool_output.query_of(call.given, said)


def _object(arguments: Any) -> dict[str, Any]:
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            return {"input": arguments}
    if isinstance(arguments, Mapping):
        return {key: value for key, value in arguments.items() if isinstance(key, str)}
    if arguments is None or isinstance(arguments, (int, float)):
        return {}
    if isinstance(arguments, (str, list, tuple)):
        return {"input": arguments}
    fields = getattr(arguments, "__dict__", None)
    return dict(fields) if isinstance(fields, dict) else {}


def _command_line(command: Any) -> str | None:
    """Return a command that is given as a list of words as one line: the line itself where a shell is started for it."""
    if isinstance(command, str):
        return command
    if not isinstance(command, (list, tuple)) or not all(isinstance(word, str) for word in command):
        return None
    words = list(command)
    if len(words) == 3 and words[0].rpartition("/")[2] in _SHELLS and words[1] in ("-c", "-lc", "-l -c"):
        return str(words[2])
    import shlex

    return shlex.join(words)
