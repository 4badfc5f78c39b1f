"""The command lines that go into other programs' settings. Whatever becomes of us, they end with exit code 0, in silence.

Claude Code takes a hook's exit code 2 for "block this prompt", and 2 is what Python says when its script is gone. So the
shell looks before it starts anything, throws away what an interpreter complains about, and answers 0 in any case. Its
tests are built in: a command that finds nothing costs no more than `sh -c true`.

    { true 3<&0 4>&1 && [ -x PYTHON ] && [ -f SCRIPT ] && PYTHON -I -S SCRIPT; } 2>/dev/null || :

The redirections fail where nobody is at the other end. A server becomes the interpreter (`exec`), so that a host's signals
reach it. Nothing can set its exit code then, so a short run of the interpreter shows first that it starts at all, that
there is memory for a server, and that its modules are there and whole: the first to be imported, and the last to be copied.
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
# A file that was cut may still compile; ours end in a line break.
_PROBE = (
    "import sys; bytes(1 << 26); script, package = sys.argv[1:]; "
    'names = script, package + "/server/app.py", package + "/types.py"; '
    "texts = [open(name).read() for name in names]; "
    '[compile(text, "headroom", "exec") for text in texts]; '
    'sys.exit(sys.version_info < (3, 10) or not all(text.endswith("\\n") for text in texts))'
)
_OPEN = "true 3<&0 4>&1"  # not `:`, whose failure would end the shell


def hook(script: str, python: str = "", host: str = "", home: str = "") -> str:
    """Return the shell command of a hook: `script` run by this interpreter, or by the one at the path `python`.

    `host`: whose events it answers, by default Claude Code's · `home`: the data folder, where it is not the usual one.
    The interpreter is absolute: a version manager's shim alone costs 40 ms.
    """
    python = python or sys.executable
    if os.name == "nt":
        import subprocess

        return subprocess.list2cmdline([python, "-I", "-S", script, *([host] if host else [])])
    start = f"HEADROOM_HOME={shlex.quote(home)} " if home else ""
    words = f'{shlex.quote(python)} -I -S "$1"{f" {host}" if host else ""}'
    run = f'{_finding(script)} && [ -x {shlex.quote(python)} ] && [ -s "$1" ] && {start}{words}'
    return f"{{ {run}; }} 2>/dev/null || :"


def server(script: str, python: str = "") -> tuple[str, list[str]]:
    """Return the program and the arguments that become the server `script`, which is two folders deep in our package."""
    python = python or sys.executable
    if os.name == "nt":
        return python, ["-I", script]
    whole = probe(shlex.quote(python), '"$1"', '"${1%/*/*}"')
    run = f"{_finding(script)} && [ -x {shlex.quote(python)} ] && {whole}"
    return _shell(), ["-c", f'if {{ {run}; }} 2>/dev/null; then exec {shlex.quote(python)} -I "$1"; fi']


def status_line(script: str, own: str = "", python: str = "") -> str:
    """Return the shell command of the status line `script`; `own`: the user's, which comes first, or alone when we are gone."""
    python = python or sys.executable
    if os.name == "nt":
        import subprocess

        return subprocess.list2cmdline([python, "-I", "-S", script, *(["--with", own] if own else [])])
    words = f'{shlex.quote(python)} -I -S "$1"{f" --with {shlex.quote(own)}" if own else ""}'
    alone = f"; else sh -c {shlex.quote(own)}" if own else ""
    return f"if {{ {_finding(script)} && [ -x {shlex.quote(python)} ]; }} 2>/dev/null; then {words} {alone or ';'} ; fi".replace(
        " ; ;", " ;"
    )


def own_status_line(command: str) -> str:
    """Return the user's own command in a status line of ours, "" where there is none."""
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    return words[words.index("--with") + 1] if "--with" in words[:-1] else ""


def probe(python: str, script: str, package: str) -> str:
    """Return the shell text (of words quoted already) that tells whether `python` starts, and its server is whole."""
    files = f"[ -s {script} ] && [ -s {package}/types.py ]"
    return f"{files} && {python} -I -S -c {shlex.quote(_PROBE)} {script} {package} </dev/null >/dev/null"


def _finding(script: str) -> str:
    """Return the shell text that makes `script` $1, or fails: where it is gone, or where nobody is at the other end."""
    match = _VERSIONED.fullmatch(script)
    elsewhere = f" {shlex.quote(match[1])}3.*{shlex.quote(match[2])}" if match else ""
    return f'{_OPEN} && set -- {shlex.quote(script)}{elsewhere} && {{ [ -f "$1" ] || shift; }} && [ -f "$1" ]'


def _shell() -> str:
    return "/bin/sh" if os.access("/bin/sh", os.X_OK) else shutil.which("sh") or "/bin/sh"
