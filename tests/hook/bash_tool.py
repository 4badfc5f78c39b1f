"""What Claude Code's Bash tool does: one file for both descriptors, and the session's env file before the command.

`HEADROOM_TEST_SHELLS` names more of them, with a colon in between, such as older or newer ones than the system's.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

from headroom_mcp.hook.claude_code import trap
from tests.hook.transcripts import Transcript

# zsh -f: the machine's own start-up files are not what is tested.
SHELLS = [
    shell
    for shell in (shutil.which("bash"), shutil.which("zsh"), *os.environ.get("HEADROOM_TEST_SHELLS", "").split(":"))
    if shell
]
SESSION = "0b0c5ecea5c4"
_TIMEOUT_S = 60


class Outcome(NamedTuple):
    """How a shell ended (minus the signal, where one ended it), what it printed, and the files it left in its folder."""

    code: int
    printed: bytes
    files: dict[str, bytes]


class Host:
    """A session of Claude Code whose files are in `folder`, with our trap in its env file."""

    def __init__(self, folder: Path) -> None:
        self.tasks = folder / f"claude-{os.geteuid()}" / "-home-u-proj" / SESSION / "tasks"
        self.tasks.mkdir(parents=True)
        self.output = self.tasks / "b12x.output"
        self.transcript = folder / f"{SESSION}.jsonl"
        self._said = Transcript(self.transcript)
        self._said.prompt("go")
        self.project = folder / "project"
        self.project.mkdir()
        self._calls = 0

    def call(self, command: str, **given: object) -> str:
        """Write down that the model calls the Bash tool; return the name of the call."""
        self._calls += 1
        name = f"toolu_{self._calls:04}"
        block = {"type": "tool_use", "id": name, "name": "Bash", "input": {"command": command, **given}}
        self.write("assistant", block)
        return name

    def result(self, name: str, text: str = "") -> None:
        """Write down what the model was given for the call `name`."""
        self.write("user", {"type": "tool_result", "tool_use_id": name, "content": text})

    def write(self, kind: str, block: dict[str, object]) -> None:
        """Append an entry with one block of a message to the transcript."""
        self._said.write(kind, [block], sessionId=SESSION)

    def run(self, command: str, shell: str = "bash", output: Path | None = None, flags: int = os.O_APPEND) -> int:
        """Run `command` as the model's call and return its exit code; what it printed is in `output`."""
        name = self.call(command)
        done = self.run_shell(command, shell, output, flags)
        printed = (output or self.output).read_text(encoding="utf-8", errors="replace")
        self.result(name, f"Exit code {done}\n{printed}" if done else printed)
        return done

    def run_shell(self, command: str, shell: str = "bash", output: Path | None = None, flags: int = os.O_APPEND) -> int:
        """Run `command` as `run` does, with no word about it in the transcript."""
        text = host_text(self.snippet(), command)
        return run(shell, text, self.project, output or self.output, flags).code

    def outcome(self, shell: str, text: str) -> Outcome:
        """Run `text` in `shell` in an empty project."""
        shutil.rmtree(self.project)
        self.project.mkdir()
        return run(shell, text, self.project, self.output)

    def snippet(self) -> str:
        """Return what our SessionStart hook writes into the env file."""
        return trap.snippet([SESSION, os.environ["HEADROOM_HOME"], str(self.project), str(self.transcript)])


def host_text(
    env: str, command: str, cwd_file: str | os.PathLike[str] = "/dev/null", snapshot: str = "source /dev/null"
) -> str:
    """Return the text of `SHELL -c TEXT` for `command`, where the session's env file holds `env` (Claude Code 2.1.332).

    `snapshot`: what the host does first, to have the user's aliases, functions and options.
    """
    # The host joins what its env files hold, trimmed, to the rest by a newline and a colon.
    begin = f"{env.strip()}\n: && " if env.strip() else ""
    quoted = "'" + command.replace("'", "'\"'\"'") + "'"
    return (
        f"{snapshot} 2>/dev/null || true && {begin}{{ \\builtin unalias -- 'which'; }} >/dev/null 2>&1 || true && "
        f"eval {quoted} && pwd -P >| {shlex.quote(os.fspath(cwd_file))}"
    )


def run(shell: str, text: str, folder: Path, output: Path, flags: int = os.O_APPEND) -> Outcome:
    """Run `text` in `folder`, with both descriptors on `output`, which begins empty."""
    options = ["-f"] if "zsh" in os.path.basename(shell) else []
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | flags, 0o600)
    try:
        process = subprocess.Popen(
            [shell, *options, "-c", text], stdout=descriptor, stderr=descriptor, stdin=subprocess.DEVNULL, cwd=folder,
            start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(_TIMEOUT_S)
        finally:
            _end_group(process.pid)
    finally:
        os.close(descriptor)
    return Outcome(code, output.read_bytes(), files_of(folder))


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the contents of all files below `folder`, by their names."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _end_group(group: int) -> None:
    """End what the command left in the background."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
