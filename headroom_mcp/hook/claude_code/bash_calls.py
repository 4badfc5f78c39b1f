"""Did a shell command go to the background? By what the session's transcripts say of the calls of the Bash tool.

The shell of such a command looks like any other, but the model is told the name of its output file and reads that, while
the command runs. Three things tell: the file's name in a transcript; the call, not answered yet, that asks for the
background; and the time, for the host moves what takes longer than its timeout, and writes so more than a second later.
"""

from __future__ import annotations

import os
import sys
import time

from headroom_mcp.hook.claude_code import transcript as transcript_file
from headroom_mcp.late import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_WAIT_S = 1.0  # for a call to reach the transcript; it is written within milliseconds, on a busy machine later
_MOMENT_S = 0.3
_STEP_S = 0.05
_DEFAULT_TIMEOUT_MS = 120_000
_MAX_TIMEOUT_MS = 600_000
_TIMEOUT_MARGIN_S = 0.5  # the host's clock starts before the shell does


class Call(NamedTuple):
    """A call of the Bash tool. `timeout_s`: how long it may take before the host moves it to the background."""

    command: str
    background: bool
    timeout_s: float
    tool_use_id: str
    agent: str
    """The subagent that made it, "" for the session's own."""


def went_to_background(output: str, command: str, transcript: str, age_s: float) -> bool | None:
    """Tell whether `command`, which printed to the file `output` for `age_s`, is in the background; None if nobody knows.

    `command` may be empty or another than the model's (a user's hook may have changed it): then every call that is not
    answered yet could be the one. Waits up to a second for the call to be written down.
    """
    if not os.path.exists(transcript):
        return None  # a session that is not recorded
    end_s = time.monotonic() + _WAIT_S
    while True:
        paths = transcripts(transcript)
        if any(_mentions(path, os.path.join("tasks", os.path.basename(output))) for path in paths):
            return True
        calls = [call for path in paths for call in unanswered(path)]
        calls = [call for call in calls if call.command == command] or calls
        if calls:
            return any(call.background or age_s > call.timeout_s - _TIMEOUT_MARGIN_S for call in calls)
        if time.monotonic() > end_s:
            return None
        time.sleep(_STEP_S)


def only_call(command: str, transcript: str) -> Call | None:
    """Return the one call of `command` that is not answered yet, None where there are none, or several.

    Waits a moment for the transcripts: a quick command ends before its call is written down, or an earlier one's answer.
    """
    end_s = time.monotonic() + _MOMENT_S
    while True:
        calls = [call for path in transcripts(transcript) for call in unanswered(path) if call.command == command]
        if len(calls) == 1 or not command or time.monotonic() > end_s or not os.path.exists(transcript):
            return calls[0] if len(calls) == 1 else None
        time.sleep(_STEP_S)


def transcripts(transcript: str) -> list[str]:
    """Return the transcript of the session and those of its subagents."""
    import glob

    if not transcript:
        return []
    folder = os.path.join(transcript.removesuffix(".jsonl"), "subagents")
    return [transcript, *glob.glob(os.path.join(glob.escape(folder), "**", "*.jsonl"), recursive=True)]


def unanswered(path: str) -> list[Call]:
    """Return the calls of the Bash tool at the end of a transcript that have no result yet, in order."""
    found: dict[str, Call] = {}
    for entry in _entries(path):
        for block in transcript_file.blocks(entry):
            kind = block.get("type")
            if kind == "tool_use" and block.get("name") == "Bash" and entry.get("type") == "assistant":
                given = block.get("input")
                made_by = str(entry.get("agentId") or "")
                call = _call(given if isinstance(given, dict) else {}, str(block.get("id")), made_by)
                found[call.tool_use_id] = call
            elif kind == "tool_result":
                found.pop(str(block.get("tool_use_id")), None)
    return list(found.values())


def age_s(shell: int, output: int) -> float:
    """Return for how many seconds the process `shell` has been running, 0 where the system does not tell.

    On macOS the age of its output file, open as `output`, is taken for it.
    """
    try:
        if sys.platform == "linux":
            with open(f"/proc/{shell}/stat", encoding="ascii", errors="replace") as stream:
                started = int(stream.read().rpartition(")")[2].split()[19])
            with open("/proc/uptime", encoding="ascii") as stream:
                return float(stream.read().split()[0]) - started / os.sysconf("SC_CLK_TCK")
        return time.time() - float(getattr(os.fstat(output), "st_birthtime", time.time()))
    except (OSError, ValueError, IndexError):
        return 0.0


def _mentions(path: str, name: str) -> bool:
    import mmap

    try:
        with open(path, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            return mapped.find(name.encode()) >= 0
    except (OSError, ValueError):  # not there yet, or empty
        return False


def _entries(path: str) -> Iterator[dict[str, Any]]:
    """Yield the entries at the end of a transcript that may hold calls or results."""
    for line in transcript_file.tail(path):
        if b'"tool_use' in line or b'"tool_result"' in line:
            yield transcript_file.entry(line)


def _call(given: dict[str, Any], tool_use_id: str, agent: str) -> Call:
    wanted_ms = given.get("timeout") or _milliseconds("BASH_DEFAULT_TIMEOUT_MS", _DEFAULT_TIMEOUT_MS)
    longest_ms = _milliseconds("BASH_MAX_TIMEOUT_MS", _MAX_TIMEOUT_MS)
    timeout_ms = min(wanted_ms, longest_ms) if isinstance(wanted_ms, int) else longest_ms
    command = given.get("command")
    return Call(
        command if isinstance(command, str) else "", given.get("run_in_background") is True, timeout_ms / 1000, tool_use_id,
        agent,
    )  # fmt: skip


def _milliseconds(name: str, otherwise: int) -> int:
    """Return the host's own setting, which its shells inherit."""
    text = os.environ.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else otherwise
