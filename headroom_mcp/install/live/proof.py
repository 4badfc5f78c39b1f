"""`headroom doctor --live`: the user's own Claude Code, our hooks, a scripted model. Is what we answer what it gets to see?

Everything else that doctor checks can be right while a new version of the host ignores our answers: only this can tell.
"""

from __future__ import annotations

import os
import tempfile
import time

from headroom_mcp.hook.claude_code import places, trap
from headroom_mcp.install import claude_code
from headroom_mcp.install.doctor.check import Check
from headroom_mcp.install.doctor.client import find_claude
from headroom_mcp.install.live import run as live
from headroom_mcp.text import marker
from headroom_mcp.types import LiveError

TIMEOUT_S = 180.0  # a few seconds on an idle machine; a busy one takes what it takes
_LINES = 900
_PRINTS = (
    f'i=0; while [ $i -lt {_LINES} ]; do i=$((i+1)); echo "2026-01-01 12:00:00 INFO step $i of {_LINES} done"; done'
)


def prove(folder: str, claude: str = "") -> list[Check]:
    """Return what a run of the `claude` at this path shows, the installed one without; with the transport installed."""
    claude = claude or find_claude()
    if not claude:
        return [Check("live", "warn", "no `claude` on the PATH or in the usual places", "Install Claude Code.")]
    transport = _transport(folder)
    hooks = {event: [group] for event, group in claude_code.hook_events(transport).items()}
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="headroom-live-") as project:
        try:
            calls = live.run(
                claude,
                [live.bash(_PRINTS), live.bash(f"{_PRINTS}; exit 3"), "done"],
                os.path.realpath(project),
                hooks=hooks,
                timeout_s=TIMEOUT_S,
            )
        except LiveError as error:
            return [
                Check("live", "fail", f"{claude} did not run to its end: {error}", "Run `claude -p hello` by hand.")
            ]
    if len(calls) != 2:
        return [Check("live", "fail", f"{len(calls)} of 2 tool calls were made", "Run `claude -p hello` by hand.")]
    took = f"{time.monotonic() - started_s:.0f} s, transport {transport}"
    return [_success(calls[0], took), *([_failure(calls[1])] if trap.is_possible() else [])]


def _success(call: live.Seen, took: str) -> Check:
    if marker.refs(call.text) and not call.is_error:
        found = f"{_LINES} lines reached the model as {len(call.text):,} characters ({took})"
        return Check("live: an output", "ok", found)
    remedy = "This version ignores replaced outputs, or the hook did not run: `headroom doctor` tells which."
    return Check("live: an output", "fail", f"the model saw the original ({took})", remedy)


def _failure(call: live.Seen) -> Check:
    if not call.is_error or not call.text.startswith("Exit code 3\n"):
        return Check("live: a failing command", "fail", "its exit code did not reach the model", "Please report this.")
    if marker.refs(call.text):
        found = f"{_LINES} lines reached the model as {len(call.text):,} characters, with exit code 3"
        return Check("live: a failing command", "ok", found)
    remedy = "This version reads no CLAUDE_ENV_FILE, or keeps outputs elsewhere: they are shown as without us."
    return Check("live: a failing command", "warn", "the model saw the host's own cut", remedy)


def _transport(folder: str) -> str:
    files = (places.settings_file(scope, folder) for scope in claude_code.SCOPES)
    return next(filter(None, map(claude_code.transport_of, files)), "command")
