"""The EXIT trap by which a failing command's output is compressed before Claude Code reads it.

No hook can replace what a failing command printed, and the host cuts it to 10,000 characters out of its first 30,000. But
a SessionStart hook may write `$CLAUDE_ENV_FILE`, which runs in the shell of every Bash call, and there both descriptors
are one regular file. So: a trap that runs `failed.py` where the command fails, and where it succeeds nothing at all.

Commands stay what the model wrote, so permission rules see them; a command's own EXIT trap replaces ours. A command's
exit code, output and files must be the same with the trap and without, whatever the command does to its shell and whatever
of ours has been removed since. Where that cannot be guaranteed there is no trap: in shells older than those it was tried in,
and for commands that look at traps or limit their shell.
"""

from __future__ import annotations

import glob
import os
import shlex
import sys

from headroom_mcp import late
from headroom_mcp.settings import environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PLATFORMS = ("linux", "darwin")  # where a descriptor's file can be named
_SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "failed.py")
_OURS = "headroom_mcp/hook/failed.py"

# bash 3.2 and 4.2 end with code 0 where `set -e` ends a command that has an EXIT trap. Tried: bash 5.1, 5.2, 5.3; zsh 5.8, 5.9.
_TRIED_BASH = "5.[1-9]*|[6-9].*|[1-9][0-9].*"
_TRIED_ZSH = "5.[89]*|5.[1-9][0-9]*|[6-9].*|[1-9][0-9].*"
_UNTRIED_BASH = late.pattern(rb"(?:[0-4]|5\.0)\.")
# @(#)Bash version 3.2.57(1) release GNU
_BASH_BINARY = late.pattern(rb"@\(#\)Bash version ([0-9.]+)")

_NO_WORD = "[!A-Za-z0-9_./-]"
# What such a command would show of our trap, or do to it. Each pattern is spelled so that it does not match itself.
_STAYS_OUT = (
    f"*{_NO_WORD}tra[p]{_NO_WORD}*",  # `trap -p` lists ours; DEBUG and ERR traps run for its commands
    f"*{_NO_WORD}ulimi[t]{_NO_WORD}*",  # with few descriptors the shell cannot redirect, and says so
    "*BASH_XTRACEF[D]*",  # the trace of our command would land in the user's file
    *(f"*set\\ [-+]{'[A-Za-z]' * letters}[v]*" for letters in range(5)),  # `set -v` prints a trap as it is run
    "*o\\ verbos[e]*",
    f"5.1.*{_NO_WORD}exe[c]{_NO_WORD}*",  # bash 5.1: `exec` of what is not there, with any EXIT trap, ends with 0
)

# /dev/null where the command has failed and the shell traces nothing that would show; else a name that does not exist, so
# that the redirection fails and what it is for does not run. Not a test: each command, even `[[` or `case`, would run a
# DEBUG trap, be traced by `set -x`, and could be an alias.
_IF_FAILED = (
    '"/dev/${?/[1-9]*/null}'
    "${BASH_VERSION:+${-//[!TE]/}}"  # functrace, errtrace: subshells inherit DEBUG and ERR traps
    "${ZSH_VERSION:+${-//[!x]/}}"  # xtrace: zsh writes its trace to the standard error from before the redirection
    '${PS4+${PS4//[!\\`(]/}}"'  # a prompt of `set -x` that runs commands
)


def is_possible() -> bool:
    """Tell whether this platform has what the trap needs."""
    return sys.platform in PLATFORMS


def install(payload: dict[str, Any], project: str) -> None:
    """Write the session's env file, if the host offers one. Raises: OSError."""
    path = os.environ.get("CLAUDE_ENV_FILE", "")
    if not path or not is_possible():
        return
    words = [payload.get("session_id"), environment.data_home(), project, payload.get("transcript_path")]
    # An env file with nothing in it is not there for the host: the command's text is then what it always was.
    text = "" if is_untried(shell()) else snippet([word if isinstance(word, str) else "" for word in words])
    # Never appended: the same file is offered again after a compaction, and a resumed session finds its old one.
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def shell() -> str:
    """Return the program in which Claude Code runs commands, "" where nobody says."""
    return os.environ.get("CLAUDE_CODE_SHELL") or os.environ.get("SHELL", "")


def is_untried(shell: str) -> bool:
    """Tell whether the program `shell` is a bash older than those in which the trap was tried.

    Its version is read from the program itself, which takes a millisecond; running it would take ten. A script that
    starts a bash has none: then the version is asked for by the snippet, in the shell.
    """
    try:
        with open(shell, "rb") as stream:
            version = _BASH_BINARY.search(stream.read())
    except OSError:
        return False
    return version is not None and _UNTRIED_BASH.match(version[1]) is not None


def snippet(words: list[str], python: str = "") -> str:
    """Return the shell text (bash and zsh) that runs `failed.py CODE SHELL_PID *words` after a failure; "" if it cannot.

    One line, leaving nothing behind but the trap: no variable, no function. A line of ours comes before the command, so
    bash would count the command's lines from 2: the arithmetic in the last redirection, the one place that the shell does
    not undo, takes that back. Names are quoted against aliases.
    """
    given = [python or sys.executable, "-I", "-S", _SCRIPT, *words]
    if any(ord(char) < 32 or not char.isprintable() for word in given for char in word):
        return ""
    action = shlex.quote(_action(shlex.join(given[:4]), shlex.join(words)))
    tried = f"{_TRIED_BASH}|{_either('z', _TRIED_ZSH)}"
    return (
        "case ${BASH_VERSION-}${ZSH_VERSION:+z$ZSH_VERSION}:${BASH_EXECUTION_STRING-${ZSH_EXECUTION_STRING-}} in "
        f"({'|'.join(_STAYS_OUT)}) ;; "
        f"({tried}) \\builtin t\\rap -- {action} EXIT ;; "
        "esac 2</dev/null 3<&${ZSH_VERSION:+2}${BASH_VERSION:+$((LINENO-=1,2))}\n"
    )


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


def _action(command: str, parameters: str) -> str:
    """Return what the trap runs: `command CODE SHELL_PID parameters`, with the command's standard error as 3, output as 5.

    `!`               neither `set -e` nor an ERR trap takes a failure of ours for one of the command's
    3<&2 2</dev/null  nothing of ours is shown: no trace, no missing interpreter. For reading: a restricted shell may that
    4</dev/…          runs the rest only after a failure
    5<&1 1</dev/null  nor is anything else: what a DEBUG trap prints, or what has become of the interpreter
    ( … )             a subshell has no DEBUG trap, and becomes the interpreter
    """
    shown = 'HEADROOM_SHELL="${BASH_EXECUTION_STRING-${ZSH_EXECUTION_STRING-}}"'
    run = f'( {shown} {command} "$?" "$$" {parameters} </dev/null )'
    return f"! {{ ! {{ {run}; }} 5<&1 1</dev/null 4<{_IF_FAILED}; }} 3<&2 2</dev/null"


def _either(prefix: str, patterns: str) -> str:
    return "|".join(prefix + pattern for pattern in patterns.split("|"))
