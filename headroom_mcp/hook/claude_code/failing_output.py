"""Compresses the output of a command that has failed, in place, in the file that Claude Code is about to read.

The trap (see `trap`) starts us when the shell ends with a code other than 0; descriptor 5 is what was its standard output,
which should be the file, and 3 its standard error. The original is stored first. Any doubt (another file, two files,
somebody still writing, a command in the background) leaves the file as it is, and so does a failure of ours.

Where the user wants secrets masked for the model, the whole output is masked even if nothing is left out: no hook sees what
a failing command printed, and of what the host takes for a success (`grep` that finds nothing) ours may be the first look.
"""

from __future__ import annotations

import os
import stat
import sys

from headroom_mcp import late, tool_output
from headroom_mcp.flow.budget import budget_for
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.hook import entry
from headroom_mcp.hook import event as decide
from headroom_mcp.hook.claude_code import bash_calls, limits, transcript, way_back
from headroom_mcp.late import NamedTuple
from headroom_mcp.settings import load, redaction, switches
from headroom_mcp.settings.table import Settings
from headroom_mcp.types import Origin, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headroom_mcp.store import Store
    from headroom_mcp.types import Result

MIN_BYTES = 1_000  # 250 tokens, the default threshold, are never less
MAX_BYTES = 48 << 20
# /tmp/claude-1000/-home-u-proj/0b0c…/tasks/b12x.output
_TASK_FILE = late.pattern(r"/claude-(\d+)/[^/]+/[^/]+/tasks/[A-Za-z0-9_-]+\.output\Z")


class Failure(NamedTuple):
    """What the trap tells: the shell's exit code and process, and the session it belongs to ("": not known)."""

    code: int
    shell: int
    session: str
    project: str
    transcript: str


def main(arguments: list[str]) -> None:
    """Run on the arguments of the trap: CODE SHELL_PID SESSION HOME PROJECT TRANSCRIPT. Never raises, prints nothing."""
    try:
        code, shell, session, home, project, transcript = arguments
        os.environ["HEADROOM_HOME"] = home
        if os.getppid() == int(shell):  # a subshell's end is not the command's
            entry.own_process()
            entry.start_timer()
            replace(Failure(int(code), int(shell), session, project, transcript))
    except Exception as error:  # law 8: the host shows what is in the file
        entry.record(error)
    os._exit(0)


def replace(failure: Failure, out: int = 5, err: int = 3) -> bool:
    """Replace what is in the file behind descriptor `out` by its compression; tell whether that was done.

    Raises: OSError, StoreError, SettingsError; the file is then as it was.
    """
    path = output_file(out, err)
    if not path:
        return False
    in_force = load.in_force(failure.project)
    if in_force.problem is not None:
        entry.record(in_force.problem)
    settings, masks = in_force.here, in_force.masks(failure.session)
    size = os.fstat(out).st_size
    command = command_of(os.environ.get("HEADROOM_SHELL", ""))
    whole = (
        switches.is_off(settings, failure.session)
        or switches.is_tool_off("Bash", settings.tools_off)
        or size < MIN_BYTES
        or (failure.code == 1 and answers_by_one(command))
        or decide.is_own_command(command)
    )
    if size > MAX_BYTES or (whole and not masks):
        return False
    # What runs in the background is read from the file while it runs: the file stays what it is.
    age_s = bash_calls.age_s(failure.shell, out)
    background = bash_calls.went_to_background(path, command, failure.transcript, age_s)
    if background or (background is None and not masks):
        return False
    body = _read(path, size)
    text = body.decode("utf-8", "surrogateescape")
    shown = _shown(text, command, failure, settings, whole)
    if shown is None:
        return False
    entry.stop_timer()  # from here on, an end in the middle would be worse than a late one
    return _write(path, os.fstat(out), body, shown.encode("utf-8", "surrogateescape"))


def output_file(out: int, err: int) -> str:
    """Return the path of the host's output file behind `out`, "" where anything about it is not as expected."""
    import fcntl

    try:
        status, other = os.fstat(out), os.fstat(err)
        flags = fcntl.fcntl(out, fcntl.F_GETFL)
        path = path_of(out)
    except OSError:
        return ""
    match = _TASK_FILE.search(path)
    ours = status.st_uid == os.geteuid() and match is not None and int(match.group(1)) == os.geteuid()
    plain = stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and bool(flags & os.O_APPEND)
    merged = (status.st_dev, status.st_ino) == (other.st_dev, other.st_ino)
    return path if ours and plain and merged else ""


def path_of(descriptor: int) -> str:
    """Return the path of an open file; "" on platforms that do not tell. Raises: OSError."""
    if sys.platform == "linux":
        return os.readlink(f"/proc/self/fd/{descriptor}")
    if sys.platform == "darwin":
        import fcntl

        answer: bytes = fcntl.fcntl(descriptor, getattr(fcntl, "F_GETPATH", 50), bytes(1024))
        return os.fsdecode(answer.rstrip(b"\0"))
    return ""


def command_of(shell_text: str) -> str:
    """Return the model's command out of what Claude Code gives its shell, "" where it cannot be found.

    source SNAPSHOT … && eval 'COMMAND' < /dev/null && pwd -P >| /tmp/claude-1f2e-cwd
    """
    import shlex

    end = shell_text.rfind(" && pwd -P >|")
    start = shell_text.find(" && eval ")
    while 0 <= start < end:
        quoted = shell_text[start + len(" && eval ") : end].rstrip()
        for tail in ("\\< /dev/null", "< /dev/null"):
            quoted = quoted.removesuffix(tail).rstrip()
        try:
            words = shlex.split(quoted)
        except ValueError:
            words = []
        if len(words) == 1:
            return words[0]
        start = shell_text.find(" && eval ", start + 1)
    return ""


def answers_by_one(command: str) -> bool:
    """Tell whether exit code 1 of `command` is an answer and no failure."""
    from headroom_mcp.commands import programs, shell

    pipelines = shell.parse(command)
    if not pipelines or not pipelines[-1]:
        return False
    words = pipelines[-1][-1]
    name = shell.name(words)
    return name in programs.ANSWER_BY_ONE or (name == "git" and words[1:2] in (["diff"], ["grep"]))


def host_tokens(text: str) -> int:
    """Return what the host by itself would have shown of `text`, in tokens."""
    from headroom_mcp.text import tokens

    if len(text) <= limits.FAILING_CHARS:
        return 0  # all of it
    window = text[: limits.FAILING_WINDOW_CHARS]
    return tokens.estimate(window[: limits.FAILING_CHARS // 2]) + tokens.estimate(window[-limits.FAILING_CHARS // 2 :])


def _shown(text: str, command: str, failure: Failure, settings: Settings, whole: bool) -> str | None:
    """Return what is shown of `text`, None where it stays. Raises: StoreError where it would stay unmasked anyway."""
    from headroom_mcp.store import open_store
    from headroom_mcp.types import StoreError

    try:
        with open_store(settings) as store:
            result = _compressed(text, command, failure, settings, store, whole)
        return result.text if result.outcome == "compressed" else None
    except StoreError as error:
        masked = redaction.for_model(settings, text)
        if masked == text:
            raise
        entry.record(error)
        return masked


def _compressed(text: str, command: str, failure: Failure, settings: Settings, store: Store, whole: bool) -> Result:
    from headroom_mcp.text import tokens

    count = tokens.estimate(text)
    fitting = max(200, count * (limits.FAILING_SHOWN_CHARS - 600) // max(1, len(text)))
    budget = min(settings.budget_tokens or budget_for(max(1, count)), fitting)
    # A subagent's shell looks like any other: where nobody can tell whose this is, nothing counts as shown to it.
    call = bash_calls.only_call(command, failure.transcript)
    origin = Origin(failure.session, project=failure.project)
    # A subagent's kind is not known here; that it has a shell is.
    way = way_back.of("?" if call is None or call.agent else "", failure.project, "shell")
    if call is not None:
        path = transcript.of_agent(failure.transcript, call.agent)
        origin = origin._replace(
            agent=call.agent,
            tool_use_id=call.tool_use_id,
            in_front=lambda shown: transcript.in_front(path, call.tool_use_id, shown),
        )
    return compress_output(
        text,
        tool_name="Bash",
        tool_input={"command": command} if command else {},
        query=_query(store, failure.session),
        store=store,
        settings=settings._replace(budget_tokens=budget, repeats=settings.repeats and call is not None),
        origin=origin,
        view=View(limits.FAILING_SHOWN_CHARS, host_tokens(text), whole=whole or way is None, way_back=way or ""),
    )


def _query(store: Store, session: str) -> str:
    return store.sessions.query(session)[: tool_output.QUERY_CHARS] if session else ""


def _read(path: str, size: int) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(size)


def _write(path: str, status: os.stat_result, before: bytes, after: bytes) -> bool:
    """Write `after` over the file, then cut it there: an end in between loses nothing. Tell whether it was done.

    Where masking has made it longer, what goes beyond the old end is written first.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        now = os.fstat(descriptor)
        if (now.st_dev, now.st_ino, now.st_size) != (status.st_dev, status.st_ino, len(before)):
            return False  # another file by now, or somebody in the background is still writing
        try:
            _write_at(descriptor, after[len(before) :], len(before))
            _write_at(descriptor, after[: len(before)], 0)
        except OSError:
            os.pwrite(descriptor, before[: len(after)], 0)
            os.ftruncate(descriptor, len(before))
            raise
        os.ftruncate(descriptor, len(after))
        return True
    finally:
        os.close(descriptor)


def _write_at(descriptor: int, body: bytes, offset: int) -> None:
    if body and os.pwrite(descriptor, body, offset) != len(body):
        msg = f"less than {len(body)} bytes could be written"
        raise OSError(msg)
