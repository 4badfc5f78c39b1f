"""What a host does with a hook: start it as a process, hand it an event, read one JSON object or nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

HOOK = Path(__file__).parents[2] / "headroom_mcp" / "hook" / "run.py"
COMMAND = [sys.executable, "-I", "-S", str(HOOK)]


class Answer(NamedTuple):
    """What a hook process said. `value` is the replaced output, None where it said nothing."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def value(self) -> Any:
        """The replacement for tool_response."""
        if not self.stdout:
            return None
        reply = json.loads(self.stdout)
        assert list(reply) == ["hookSpecificOutput"]
        assert reply["hookSpecificOutput"]["hookEventName"] == "PostToolUse"
        return reply["hookSpecificOutput"]["updatedToolOutput"]


def run_hook(event: object, **environment: str) -> Answer:
    """Run the hook on `event`: bytes as they are, anything else as JSON."""
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    done = subprocess.run(
        COMMAND, input=raw, capture_output=True, env={**os.environ, **environment}, timeout=60, check=False
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def event(
    tool_name: str, tool_response: object, tool_input: dict[str, Any] | None = None, **more: object
) -> dict[str, Any]:
    """Return a PostToolUse event as Claude Code sends it."""
    return {
        "session_id": "5ecea5c4",
        "transcript_path": "/home/u/.claude/projects/-home-u-proj/5ecea5c4.jsonl",
        "cwd": "/home/u/proj",
        "permission_mode": "default",
        "hook_event_name": "PostToolUse",
        "tool_name": tool_name,
        "tool_input": tool_input or {},
        "tool_response": tool_response,
        "tool_use_id": "toolu_01",
        "duration_ms": 12,
        **more,
    }


def bash(stdout: str, **more: object) -> dict[str, Any]:
    """Return the event of a Bash command that printed `stdout`."""
    response = {"stdout": stdout, "stderr": "", "interrupted": False, "isImage": False, "noOutputExpected": False}
    return event("Bash", {**response, **more}, {"command": "make", "description": "Build"})


def log(lines: int = 600, word: str = "job") -> str:
    """Return a log that compresses well."""
    body = [f"2026-01-01 12:00:00 INFO worker {n % 7} finished {word} {n}" for n in range(1, lines + 1)]
    body[lines // 2] = "2026-01-01 12:00:00 ERROR worker 3 could not reach the payment gateway"
    return "\n".join(body)
