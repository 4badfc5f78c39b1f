"""The command hook's hot path: stdin → answer → stdout, whatever happens exit code 0 and nothing on stderr.

Imports only what the next step needs: most outputs are small and leave after `json`. What goes wrong is one line in the
failure log; the host then keeps its original.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_EVENT_BYTES = 96 << 20  # beyond, parsing alone takes longer than a tool call may wait
TIMEOUT_S = 8.0  # the host waits for us; its own limit is 10 s

OTHER_HOOKS = "first.json"  # in the data folder: see `first`

# The hosts whose hooks name them (`run.py qwen`): each has a module here, with an `answer` as below.
OTHER_HOSTS = ("qwen", "gemini", "opencode", "codex", "copilot", "cursor")

# Claude Code's event -> the module whose `answer(payload)` returns what to print, or None
HANDLERS = {
    "PostToolUse": "headroom_mcp.hook.claude_code.tool_outputs",
    "PostToolUseFailure": "headroom_mcp.hook.learn",
    "PreToolUse": "headroom_mcp.hook.claude_code.oversize",
    "UserPromptSubmit": "headroom_mcp.hook.claude_code.session",
    "PreCompact": "headroom_mcp.hook.claude_code.session",
    "SessionStart": "headroom_mcp.hook.claude_code.session",
    "SessionEnd": "headroom_mcp.hook.claude_code.session",
}

_own_process = False
_timer_runs = False


def main() -> None:
    """Answer the event on stdin. Never raises, never writes to stderr."""
    own_process()
    _keep_garbage()
    save = None
    try:
        _silence_stderr()
        save = _keep_expressions()
        start_timer()
        reply = answer(sys.stdin.buffer.read(MAX_EVENT_BYTES + 1), *sys.argv[1:2])
        if reply:
            sys.stdout.buffer.write(reply)
            sys.stdout.buffer.flush()
    except Exception as error:  # law 8: the last catch-all; the host keeps its original
        record(error)
    if save is not None:
        save()
    os._exit(0)  # no atexit handler, no flush of a broken pipe may say another word


def _keep_expressions() -> Callable[[], None]:
    from headroom_mcp.hook import expressions
    from headroom_mcp.settings import home

    return expressions.keep(home.data_home())


def _keep_garbage() -> None:
    """Collect no cycles: there are next to none, looking for them takes a tenth of the time, and the process ends soon."""
    import gc

    gc.disable()


def answer(raw: bytes, host: str = "") -> bytes:
    """Return the bytes to print for the event `raw` of `host`, by default Claude Code; b"" for no answer.

    Raises: whatever went wrong.
    """
    from headroom_mcp import late

    if len(raw) > MAX_EVENT_BYTES:
        msg = f"an event of more than {MAX_EVENT_BYTES >> 20} MB was left alone"
        raise ValueError(msg)
    payload = late.loads(raw)
    if not isinstance(payload, dict):
        msg = f"the event is not a JSON object but a {type(payload).__name__}"
        raise ValueError(msg)
    reply = of_host(host, payload) if host else handle(payload)
    if reply is None:
        return b""
    return reply.encode("utf-8", "replace") if isinstance(reply, str) else late.dumps(reply).encode("ascii")


def handle(payload: dict[str, object]) -> dict[str, object] | str | None:
    """Return the answer to one parsed event (PreCompact's is plain text), None for no answer. Raises: what went wrong."""
    if not is_claude_code(payload):
        return None
    name = HANDLERS.get(str(payload.get("hook_event_name", "")))
    if name is None:
        return None
    given = _after_other_hooks(payload)
    if given is None:
        return None
    __import__(name)  # not importlib: it costs a millisecond
    reply: dict[str, object] | str | None = sys.modules[name].answer(given)
    if payload["hook_event_name"] == "SessionStart":
        return _with_notices(payload, reply)
    return reply


def of_host(host: str, payload: dict[str, object]) -> dict[str, object] | str | None:
    """Return the answer to an event of one of the `OTHER_HOSTS`, None for no answer. Raises: what went wrong."""
    if host not in OTHER_HOSTS:
        return None
    name = f"headroom_mcp.hook.{host}"
    __import__(name)
    reply: dict[str, object] | str | None = sys.modules[name].answer(payload)
    return reply


def _after_other_hooks(payload: dict[str, object]) -> dict[str, object] | None:
    """Return the event as the user's own hooks leave it, where those are to run first; None where we stay out."""
    if payload["hook_event_name"] not in ("PostToolUse", "PreToolUse"):
        return payload
    from headroom_mcp.settings import home

    if not os.path.exists(os.path.join(home.data_home(), OTHER_HOOKS)):
        return payload
    from headroom_mcp.hook import first

    return first.applied(payload)


def _with_notices(payload: dict[str, object], reply: dict[str, object] | str | None) -> dict[str, object] | str | None:
    try:
        from headroom_mcp.hook.claude_code import notices

        return notices.add(payload, reply)
    except OSError as error:  # what is to be told can wait, the answer cannot
        record(error)
        return reply


def is_claude_code(payload: dict[str, object]) -> bool:
    """Tell Claude Code's own events from those of hosts that run its hooks too (VS Code, Cursor)."""
    if "hookEventName" in payload or "cursor_version" in payload or "CURSOR_VERSION" in os.environ:
        return False
    return "session_id" in payload and "transcript_path" in payload


def own_process() -> None:
    """Note that this process is a hook's, to be ended when it takes too long; a server's is not."""
    global _own_process
    _own_process = True


def start_timer() -> None:
    """End this process, with nothing said, when it has not ended `TIMEOUT_S` after the first of these calls.

    A signal cannot interrupt what runs in C without ever looking at Python: a second later a thread of C's own ends that.
    """
    global _timer_runs
    if not _own_process or _timer_runs:
        return
    _timer_runs = True
    import faulthandler

    signals = _signals()
    if hasattr(signals, "setitimer"):
        signals.signal(signals.SIGALRM, _give_up)
        signals.setitimer(signals.ITIMER_REAL, TIMEOUT_S)
    # It says where it stopped, on descriptor 2, which goes nowhere.
    faulthandler.dump_traceback_later(TIMEOUT_S + 1, exit=True, file=2)


def stop_timer() -> None:
    """Let this process finish what it has begun."""
    import faulthandler

    signals = _signals()
    if hasattr(signals, "setitimer"):
        signals.setitimer(signals.ITIMER_REAL, 0)
    faulthandler.cancel_dump_traceback_later()


def _signals() -> Any:
    return __import__("_signal")  # `signal` wraps its names in enums, for milliseconds


def _give_up(signum: int, frame: object) -> None:
    record(TimeoutError(f"no answer within {TIMEOUT_S:g} s"))
    os._exit(0)


def record(error: BaseException) -> None:
    """Note what went wrong in the failure log. Never raises."""
    try:
        from headroom_mcp.settings import fault_log

        fault_log.record("hook", error)
    except Exception:  # a hook that cannot even log stays silent: the host reads any stderr as a failure
        return


def _silence_stderr() -> None:
    """Send file descriptor 2 nowhere: the interpreter's own complaints count as a hook's failure too."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    except OSError:
        return
