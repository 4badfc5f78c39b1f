"""The EXIT trap by which a failing command's output is compressed before Claude Code reads it.

No hook can replace what a failing command printed, and the host cuts it to 10,000 characters out of its first 30,000. But
a SessionStart hook may write `$CLAUDE_ENV_FILE`, which runs in the shell of every Bash call, and there both descriptors
are one regular file. So: a trap, free of forks where the command succeeds, that runs `failed.py` where it does not.

Commands stay what the model wrote, so permission rules see them; a command's own EXIT trap replaces ours.
"""

from __future__ import annotations

import glob
import os
import sys

from headroom_mcp.settings import environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PLATFORMS = ("linux", "darwin")  # where a descriptor's file can be named
_SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "failed.py")
_OURS = "headroom_mcp/hook/failed.py"


def is_possible() -> bool:
    """Tell whether this platform has what the trap needs."""
    return sys.platform in PLATFORMS


def install(payload: dict[str, Any], project: str) -> None:
    """Write the session's env file, if the host offers one. Raises: OSError."""
    path = os.environ.get("CLAUDE_ENV_FILE", "")
    if not path or not is_possible():
        return
    words = [payload.get("session_id"), environment.data_home(), project, payload.get("transcript_path")]
    text = snippet([word if isinstance(word, str) else "" for word in words])
    # Never appended: the same file is offered again after a compaction, and a resumed session finds its old one.
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def snippet(words: list[str], python: str = "") -> str:
    """Return the shell text (bash and zsh) that runs `failed.py CODE SHELL_PID *words` after a failure; "" if it cannot.

    `2>/dev/null` within the braces hides the trace of `set -x` and a missing interpreter; the descriptor it hides stays
    open as 3, for `failed.py` to compare.
    """
    given = [python or sys.executable, "-I", "-S", _SCRIPT, *words]
    if any(ord(char) < 32 or not char.isprintable() for word in given for char in word):
        return ""
    command, parameters = _quoted(given[:4]), _quoted(words)
    told = 'HEADROOM_SHELL="${BASH_EXECUTION_STRING-${ZSH_EXECUTION_STRING-}}"'
    body = f'{{ case $? in 0) ;; *) {told} {command} "$?" "$$" {parameters} </dev/null ;; esac; }} 3>&2 2>/dev/null'
    return f"trap {_quoted([body])} EXIT\n"


def forget() -> None:
    """Take our trap out of the env files of all sessions: a resumed one must not meet it after `uninstall`."""
    folder = os.environ.get("CLAUDE_CONFIG_DIR") or os.path.join(os.path.expanduser("~"), ".claude")
    for path in glob.glob(os.path.join(glob.escape(folder), "session-env", "*", "sessionstart-hook-*.sh")):
        try:
            with open(path, "r+", encoding="utf-8") as stream:
                if _OURS in stream.read():
                    stream.truncate(0)
        except (OSError, UnicodeDecodeError):  # somebody else's, or gone already
            continue


def _quoted(words: list[str]) -> str:
    import shlex

    return shlex.join(words)
