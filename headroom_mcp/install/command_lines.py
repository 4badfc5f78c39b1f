"""The command lines that go into other programs' settings. Whatever becomes of us, they end with exit code 0, in silence.

Claude Code takes a hook's exit code 2 for "block this prompt", and 2 is what Python says when its script is gone. So the
shell looks before it starts anything, throws away what an interpreter complains about, and answers 0 in any case. Its
tests are built in: a command that finds nothing costs no more than `sh -c true`.

    { [ -x PYTHON ] && [ -f SCRIPT ] && PYTHON -I -S SCRIPT; } 2>/dev/null || :

A server becomes the interpreter (`exec`), so that a host's signals reach it. Nothing can set its exit code then, so a
short run of the interpreter shows first that it starts at all and can read the script.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys

HOOK_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "hook")
# /opt/venv/lib/python3.12/site-packages/headroom_mcp: the folder's name changes with the interpreter of an upgrade.
_VERSIONED = re.compile(r"(.*/lib/python)3\.\d+(/(?:site|dist)-packages/.*)")
# A file that was cut may still compile; ours end in a call.
_PROBE = (
    "import sys; text = open(sys.argv[1]).read(); "
    'compile(text, "headroom", "exec"); sys.exit(sys.version_info < (3, 10) or not text.endswith("()\\n"))'
)


def hook(script: str, python: str = "", host: str = "", home: str = "") -> str:
    """Return the shell command of a hook: `script` run by this interpreter, or by the one at the path `python`.

    `host`: whose events it answers, by default Claude Code's · `home`: the data folder, where it is not the usual one.
    The interpreter is absolute: a version manager's shim alone costs 40 ms.
    """
    python = python or sys.executable
    if os.name == "nt":
        import subprocess

        return subprocess.list2cmdline([python, "-I", "-S", script, *([host] if host else [])])
    find, found = _finding(script)
    start = f"HEADROOM_HOME={shlex.quote(home)} " if home else ""
    words = f"{shlex.quote(python)} -I -S {found}{f' {host}' if host else ''}"
    run = f"{find}[ -x {shlex.quote(python)} ] && [ -f {found} ] && {start}{words}"
    return f"{{ {run}; }} 2>/dev/null || :"


def server(script: str, python: str = "") -> tuple[str, list[str]]:
    """Return the program and the arguments that become the server `script`."""
    python = python or sys.executable
    if os.name == "nt":
        return python, ["-I", script]
    find, found = _finding(script)
    tests = f"{find}[ -x {shlex.quote(python)} ] && [ -f {found} ] && {probe(shlex.quote(python), found)}"
    return _shell(), ["-c", f"if {{ {tests}; }} 2>/dev/null; then exec {shlex.quote(python)} -I {found}; fi"]


def probe(python: str, script: str) -> str:
    """Return the shell text (of two words quoted already) that tells whether `python` starts and `script` is whole."""
    return f"{python} -I -S -c {shlex.quote(_PROBE)} {script} </dev/null >/dev/null"


def _finding(script: str) -> tuple[str, str]:
    """Return the shell text that looks for `script`, and the word that stands for it afterwards."""
    match = _VERSIONED.fullmatch(script)
    if match is None:
        return "", shlex.quote(script)
    elsewhere = f"{shlex.quote(match.group(1))}3.*{shlex.quote(match.group(2))}"
    return f'set -- {shlex.quote(script)} {elsewhere}; [ -f "$1" ] || shift; ', '"$1"'


def _shell() -> str:
    return "/bin/sh" if os.access("/bin/sh", os.X_OK) else shutil.which("sh") or "/bin/sh"
