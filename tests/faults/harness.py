"""Events for a hook process, its processes, and what must hold of whatever it printed before it died."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from headroom_mcp.hook import run
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.text import marker
from headroom_mcp.types import HeadroomError

SCRIPT = run.__file__
LINES = 300


def output(number: int, lines: int = LINES) -> str:
    """Return a log of its own for each `number`, with one failure in it."""
    body = [
        f"2026-01-01 12:00:{i % 60:02d} INFO worker {i % 7} of batch {number} finished job {i}" for i in range(lines)
    ]
    body[lines // 2] = f"2026-01-01 12:30:00 ERROR batch {number}: the gateway refused order {number * 31}"
    return "\n".join(body)


def event(number: int, text: str | None = None, session: str = "faults") -> bytes:
    """Return a PostToolUse event of a Bash command that printed `text` (default: `output(number)`)."""
    stdout = output(number) if text is None else text
    payload = {
        "session_id": session,
        "transcript_path": f"/nowhere/{session}.jsonl",
        "cwd": "/nowhere",
        "hook_event_name": "PostToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": f"cat batch-{number}.log"},
        "tool_response": {"stdout": stdout, "stderr": "", "interrupted": False, "isImage": False},
        "tool_use_id": f"toolu_{number}",
    }
    return json.dumps(payload).encode()


def start(home: Path, raw: bytes) -> subprocess.Popen[bytes]:
    """Start a hook process on the event `raw`; its stdin is closed."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "HEADROOM_HOME": str(home), "CLAUDE_PROJECT_DIR": "/nowhere"},
    )
    assert process.stdin is not None
    try:
        process.stdin.write(raw)
        process.stdin.close()
    except BrokenPipeError:  # it was faster to die than we to write
        pass
    process.stdin = None  # communicate() would flush it again
    return process


def finish(home: Path, raw: bytes) -> tuple[int, bytes, bytes]:
    """Run a hook process to its end; return its exit code, stdout and stderr."""
    process = start(home, raw)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def shown_text(printed: bytes) -> str | None:
    """Return the replacement in a hook's answer, None for no answer. Raises: ValueError for a damaged one."""
    if not printed:
        return None
    answer = json.loads(printed)
    stdout = answer["hookSpecificOutput"]["updatedToolOutput"]["stdout"]
    assert isinstance(stdout, str)
    return stdout


def dangling(home: Path, shown: dict[str, str]) -> list[str]:
    """Return the refs of the shown texts whose original is not in the store, byte for byte.

    `shown`: a replacement → the original it stands for.
    """
    lost: list[str] = []
    with open_store(Settings(home=str(home))) as store:
        for text, original in shown.items():
            for ref in marker.refs(text):
                try:
                    if store.get(ref).text != original:
                        lost.append(ref)
                except HeadroomError:
                    lost.append(ref)
    return lost
