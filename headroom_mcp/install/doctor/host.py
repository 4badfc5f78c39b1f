"""`headroom doctor --host NAME`: another host's client, what it has of ours, and our hook run on a sample of its events."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile

from headroom_mcp.install import command_lines, hosts
from headroom_mcp.install.doctor import installation
from headroom_mcp.install.doctor.check import Check
from headroom_mcp.text import marker
from headroom_mcp.types import LiveError

TIMEOUT_S = 60.0
LIVE_TIMEOUT_S = 180.0
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_LINES = 900
_SAMPLE = "\n".join(f"2026-01-01 00:00:00 INFO step {number} of {_LINES} done" for number in range(_LINES))
# No loop of the shell's own: some hosts refuse what substitutes sums. On a busy machine some lose what is printed last.
_PRINTS = f'awk \'BEGIN {{ for (i = 1; i <= {_LINES}; i++) print "2026-01-01 12:00:00 INFO step " i " of {_LINES} done" }}\'; sleep 1'


def examine(name: str, *, live: bool) -> list[Check]:
    """Return all findings for the host `name`; with `live`, also of a run of its client with a scripted model."""
    checks = [_client(name), installation.of_host(name)]
    if hosts.has_hook(name):
        checks.append(_hook(name))
    if live:
        checks.append(prove(name))
    return checks


def _client(name: str) -> Check:
    host = hosts.load(name)
    tried = host.TRIED[0]
    program = shutil.which(host.LIVE.client) if hasattr(host, "LIVE") else None
    if program is None:
        found = f"tried with {tried}" if tried else "not tried: from its documentation"
        return Check(host.TITLE, "ok", f"{found}; its version was not looked up")
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        said = done.stdout + done.stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    match = _VERSION.search(said)
    if match is None:
        return Check(host.TITLE, "warn", f"{program} --version says {said.strip()[:200]!r}", "Run it by hand.")
    if match.group() != tried:
        remedy = f"Run `headroom doctor --host {name} --live`: it tells whether this version reads our answers."
        return Check(host.TITLE, "warn", f"{match.group()} ({program}); we were tried with {tried}", remedy)
    return Check(host.TITLE, "ok", f"{match.group()} ({program}), the version that we were tried with")


def _hook(name: str) -> Check:
    """Run our hook on a sample, with a store of its own."""
    host = hosts.load(name)
    with tempfile.TemporaryDirectory(prefix="headroom-doctor-") as folder:
        folder = os.path.realpath(folder)
        script = os.path.join(command_lines.HOOK_FOLDER, "run.py")
        command = command_lines.hook(script, host=name, home=os.path.join(folder, "store"))
        try:
            ran = subprocess.run(
                command, shell=True, input=json.dumps(host.sample(_SAMPLE, folder)), capture_output=True, text=True,
                timeout=TIMEOUT_S, check=False,
            )  # fmt: skip
            shown = host.shown(json.loads(ran.stdout)) if ran.stdout else ""
        except (ValueError, subprocess.TimeoutExpired) as error:
            shown, said = "", str(error)
        else:
            said = ran.stderr.strip()[-200:] or f"exit code {ran.returncode}, silence"
    if shown:
        return Check("hook command", "ok", f"{len(_SAMPLE):,} characters became {len(shown):,}")
    return Check(
        "hook command", "fail", f"no answer, but {said!r}: {command}", f"Run `headroom install --host {name}`."
    )


def prove(name: str, program: str = "") -> Check:
    """Return what a run of the client shows, the one on the PATH where no `program` is named."""
    from headroom_mcp.install.live import other
    from headroom_mcp.install.live.fake_api import Turn

    host = hosts.load(name)
    if not hasattr(host, "LIVE"):
        return Check("live", "warn", f"{host.TITLE} cannot be run by itself", "Look at an output there.")
    program = program or shutil.which(host.LIVE.client) or ""
    if not program:
        return Check("live", "warn", f"no `{host.LIVE.client}` on the PATH", f"Install {host.TITLE}.")
    with tempfile.TemporaryDirectory(prefix="headroom-live-", ignore_cleanup_errors=True) as folder:
        home, project = (os.path.join(os.path.realpath(folder), part) for part in ("home", "project"))
        os.mkdir(home)
        os.mkdir(project)
        turns: list[Turn] = [other.shell(name, _PRINTS), "done"]
        try:
            texts = other.run(name, program, turns, home, project, timeout_s=LIVE_TIMEOUT_S).texts()
        except LiveError as error:
            return Check("live", "fail", f"{program} did not run to its end: {error}", "Run it by hand.")
    if len(texts) != 1:
        return Check("live", "fail", f"{len(texts)} of 1 tool calls were made", f"Run `{program}` by hand.")
    if not marker.refs(texts[0]):
        remedy = "This version reads our answer in another way: please report it. Nothing is broken by it."
        return Check("live", "fail", "the model saw the host's own text", remedy)
    return Check("live", "ok", f"{_LINES} lines reached the model as {len(texts[0]):,} characters")
