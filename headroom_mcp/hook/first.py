"""Runs the user's own PostToolUse hooks before ours, where `headroom install --other-hooks first` was chosen.

The host runs them too, at the same time as us: whichever answer it takes, theirs or ours made from theirs, what they hide
stays hidden. Where one of them fails we say nothing, and the host does what it does without us.
"""

from __future__ import annotations

import os

from headroom_mcp.hook.entry import OTHER_HOOKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MAX_SECONDS = 5.0  # of the 10 that the host waits for us
_LIST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- ,|")


def path() -> str:
    """Return the file that names the hooks to run first."""
    from headroom_mcp.settings import home

    return os.path.join(home.data_home(), OTHER_HOOKS)


def load() -> list[dict[str, Any]]:
    """Return the hooks to run first, each with `matcher`, `command` and `timeout_s`. Raises: OSError, ValueError."""
    import json

    try:
        with open(path(), encoding="utf-8") as stream:
            rows = json.load(stream)
    except FileNotFoundError:
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def applied(payload: dict[str, Any]) -> dict[str, Any] | None:
    """Return a tool's event as the user's hooks leave it; None where ours has to stay out.

    An event without such hooks comes back as it is. Raises: OSError, ValueError for a list that cannot be read.
    """
    tool = str(payload.get("tool_name", ""))
    rows = [row for row in load() if matches(str(row.get("matcher", "")), tool)]
    if payload.get("hook_event_name") == "PreToolUse":
        # What is read here is read from the disk, past their hooks.
        return None if rows else payload
    for row in rows:
        answer = _run(row, payload)
        if answer is None:
            return None
        if answer:
            payload = {**payload, "tool_response": _without_saved(answer["value"])}
    return payload


def _run(row: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any] | None:
    """Return {"value": the replaced output} or {} where a hook leaves it, None where the hook fails."""
    import json
    import subprocess

    seconds = row.get("timeout_s")
    timeout = min(float(seconds), _MAX_SECONDS) if isinstance(seconds, (int, float)) else _MAX_SECONDS
    try:
        ran = subprocess.run(
            str(row.get("command", "")), shell=True, input=json.dumps(payload).encode(), capture_output=True, check=False,
            timeout=timeout,
        )  # fmt: skip
        if ran.returncode:
            return None
        text = ran.stdout.decode("utf-8").strip()
        reply = json.loads(text) if text.startswith("{") else {}
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    output = reply.get("hookSpecificOutput")
    for name in ("updatedToolOutput", "updatedMCPToolOutput"):
        if isinstance(output, dict) and output.get(name) is not None:
            return {"value": output[name]}
    return {}


def _without_saved(value: Any) -> Any:
    """Return an output without the file in which the host has kept all of it: that one is as it was printed."""
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key not in ("persistedOutputPath", "persistedOutputSize")}


def pattern_of(matcher: str) -> str:
    """Return a hook's matcher as a regular expression to search for: "A|B" and "A, B" list names, "" and "*" are all."""
    import re

    if matcher in ("", "*"):
        return ".*"
    if set(matcher) <= _LIST:
        names = [name.strip() for name in re.split(r"[|,]", matcher) if name.strip()]
        return f"^(?:{'|'.join(names)})$"
    return matcher


def matches(pattern: str, tool: str) -> bool:
    """Tell whether a hook with this pattern runs for `tool`; one that we cannot read may run for any."""
    import re

    try:
        return re.search(pattern, tool) is not None
    except re.error:
        return True
