"""Claude Code's status line: what this session has saved, as one line. Reads the store, writes nothing.

    python -I -S …/status_line.py [--with COMMAND] < the JSON that Claude Code gives

Claude Code runs it after each message, so it is quick: the standard library, one read of the store. With --with, the user's
own status line comes first, and ours after it; whatever becomes of ours, theirs is shown.
"""

from __future__ import annotations

import os
import sys

_TROUBLE_S = 3600.0  # a line in the failure log is news for an hour
_OWN_S = 5.0  # Claude Code drops what takes longer than its next message
_BETWEEN = " · "
_UNREADABLE = "headroom: settings cannot be read, nothing is compressed (headroom doctor)"


def main(arguments: list[str]) -> int:
    """Print the line for the event on standard input. Returns the exit code: 0 in any case."""
    event = sys.stdin.buffer.read()
    own = _own(arguments[1], event) if arguments[:1] == ["--with"] and len(arguments) > 1 else ""
    try:
        ours = line(event)
    except Exception:  # a status line may never be in the way
        ours = ""
    text = _BETWEEN.join(part for part in (own, ours) if part)
    if text:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape") + b"\n")
        sys.stdout.buffer.flush()
    return 0


def line(event: bytes) -> str:
    """Return our part of the line for Claude Code's JSON `event`."""
    import json

    from headroom_mcp.settings import home, load, switches
    from headroom_mcp.types import SettingsError

    told = json.loads(event) if event.strip() else {}
    told = told if isinstance(told, dict) else {}
    session = str(told.get("session_id") or "")
    workspace = told.get("workspace")
    place = workspace.get("project_dir") if isinstance(workspace, dict) else ""
    try:
        in_force = load.in_force(os.path.realpath(str(place or told.get("cwd") or ".")))
    except SettingsError:
        return _UNREADABLE
    if in_force.problem is not None:
        return _UNREADABLE
    if switches.is_off(in_force.here, session):
        return "headroom off"
    folder = home.data_home(in_force.here.home)
    from headroom_mcp.store import at_a_glance

    try:
        said = _said(at_a_glance(in_force.here, session))
    except OSError:
        return "headroom: the store cannot be read (headroom doctor)"
    return f"{said}{_BETWEEN}trouble (headroom doctor)" if _is_troubled(folder) else said


def _said(sums: tuple[int, int, int, int]) -> str:
    outputs, net, retrievals, _ = sums
    if not outputs:
        return "headroom on"
    what = f"{short(net)} tokens saved" if net >= 0 else f"{short(-net)} tokens lost"
    return f"headroom {what}{f'{_BETWEEN}{retrievals} fetched back' if retrievals else ''}"


def short(tokens: int) -> str:
    """Return a count as a status line has room for it: 950, 12.3k, 1.2M."""
    if tokens < 1000:
        return str(tokens)
    if tokens < 999_950:
        return f"{tokens / 1000:.1f}k"
    return f"{tokens / 1e6:.1f}M"


def _is_troubled(folder: str) -> bool:
    """Tell whether something has gone wrong within the hour."""
    import time

    try:
        return time.time() - os.stat(os.path.join(folder, "failures.log")).st_mtime < _TROUBLE_S
    except OSError:
        return False


def _own(command: str, event: bytes) -> str:
    """Return what the user's own status line prints, "" where it prints nothing or takes too long."""
    import subprocess

    try:
        done = subprocess.run(
            command,
            shell=True,
            input=event,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_OWN_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "surrogateescape").rstrip()


def _run() -> None:
    if sys.version_info >= (3, 10):  # noqa: UP036 - the environment's python may have been replaced by an older one
        sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
        main(sys.argv[1:])


if __name__ == "__main__":
    _run()
