"""What we keep: the store, the failure log, and the compression hooks of other packages that were found."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter

from headroom_mcp.flow import user_hooks
from headroom_mcp.install.doctor.check import Check
from headroom_mcp.settings import environment, fault_log
from headroom_mcp.store.sqlite import health
from headroom_mcp.types import StoreError

_LOG_LINES = 5
_LEAST_FREE_BYTES = 4 << 20  # an output, its journal and an index


def checks() -> list[Check]:
    """Return what there is to say about our own files."""
    return [*_user_hooks(), *_store(), *_modes(), _failure_log(), *_command_log()]


def _user_hooks() -> list[Check]:
    """Tell which compression hooks of the user's are called, and whether `install` should look again."""
    path = os.path.join(environment.data_home(), user_hooks.FILE)
    try:
        with open(path, encoding="utf-8") as stream:
            kept = json.load(stream)
    except FileNotFoundError:
        kept = []
    except (OSError, ValueError) as error:
        return [Check("compression hooks", "fail", f"{path}: {error}", "Run `headroom install` again.")]
    if kept != user_hooks.find():
        remedy = "Run `headroom install` again: it looks for them."
        return [Check("compression hooks", "warn", "installed packages offer others than those in use", remedy)]
    names = ", ".join(row["name"] for row in kept)
    return [Check("compression hooks", "ok", names)] if kept else []


def _store() -> list[Check]:
    path = health.store_path()
    folder = os.path.dirname(path)
    if not os.path.exists(path):
        return [_new_store(path, folder)]
    try:
        found = health.examine(path)
    except StoreError as error:
        remedy = "The next output sets a corrupt file aside and begins a new one; a locked one frees itself."
        return [Check("store", "fail", f"{path}: {error}", remedy)]
    size = f"{found.originals:,} originals, {found.original_bytes:,} bytes before packing ({path})"
    checks = [Check("store", "ok", size)]
    if found.damage:
        checks = [Check("store", "fail", f"{path} is damaged: {found.damage}", "Move it away; a new one is begun.")]
    if not os.access(path, os.W_OK):
        checks.append(Check("store", "fail", f"{path} cannot be written", f"Run: chmod u+w '{path}'"))
    aside = sorted(name for name in os.listdir(folder) if ".corrupt-" in name and not name.endswith(("-wal", "-shm")))
    if aside:
        remedy = "Its originals are lost to `headroom_retrieve`; delete it once you do not need it."
        checks.append(Check("store", "warn", f"a corrupt database was set aside: {aside[-1]}", remedy))
    return [*checks, *_space(folder)]


def _new_store(path: str, folder: str) -> Check:
    """Tell whether a store could be made: in its folder, or in the nearest one above it that exists."""
    above = folder
    while not os.path.lexists(above) and os.path.dirname(above) != above:
        above = os.path.dirname(above)
    if not os.path.isdir(above):
        return Check(
            "store", "fail", f"{above} is not a folder", "Move it away, or set HEADROOM_HOME to another folder."
        )
    if not os.access(above, os.W_OK | os.X_OK):
        remedy = f"Run: chmod u+rwx '{above}', or set HEADROOM_HOME to a folder that you can write."
        return Check("store", "fail", f"{above} cannot be written", remedy)
    full = _space(above)
    return full[0] if full else Check("store", "ok", f"{path} will be made with the first output")


def _space(folder: str) -> list[Check]:
    free = shutil.disk_usage(folder).free
    if free >= _LEAST_FREE_BYTES:
        return []
    remedy = "Free some space, or run `headroom purge`: an output that cannot be stored is not shortened."
    return [Check("store", "fail", f"{free:,} bytes are free where {folder} is", remedy)]


def _modes() -> list[Check]:
    """Tell which of our files others can read."""
    home = environment.data_home()
    if os.name != "posix" or not os.path.isdir(home):
        return []
    inside = [os.path.join(folder, name) for folder, _, names in os.walk(home) for name in names]
    folders = [folder for folder, _, _ in os.walk(home)]
    is_open = [path for path in (*folders, *inside) if os.lstat(path).st_mode & 0o077 and not os.path.islink(path)]
    if not is_open:
        return []
    remedy = f"Run: chmod -R go= '{home}'"
    return [Check("store", "warn", f"open to others: {', '.join(is_open[:3])}", remedy)]


def _failure_log() -> Check:
    return _log("failure log", fault_log.LOG_NAME) or Check("failure log", "ok", "empty")


def _command_log() -> list[Check]:
    found = _log("commands", fault_log.COMMAND_LOG)
    return [found] if found is not None else []


def _log(check: str, name: str) -> Check | None:
    """Return what there is to say about the log `name` in the data folder, None where nothing was noted."""
    path = os.path.join(environment.data_home(), name)
    try:
        lines = fault_log.read(name=name)
    except OSError as error:
        return Check(check, "warn", f"{path}: {error}", f"Remove it: rm '{path}'")
    if not lines:
        return None
    kinds = Counter(" ".join(line.split(" ", 3)[1:3]) for line in lines)
    common = ", ".join(f"{count}x {kind}" for kind, count in kinds.most_common(3))
    latest = " | ".join(lines[-_LOG_LINES:])
    if name == fault_log.COMMAND_LOG:
        meant = "each line is a command typed by hand that went wrong; no session's output was touched"
    else:
        meanings = dict.fromkeys(map(_meaning, lines))
        meant = f"a line is {', or '.join(meanings)}"
    remedy = f"Read {path}; {meant}. Delete it to start afresh."
    return Check(check, "warn", f"{len(lines)} lines: {common}. Latest: {latest[-600:]}", remedy)


# Who noted a line, by the first word after its time, and what that means; anything else could not do its work.
_MEANINGS = {
    ("hook", "compress_output", "compress", "fit", "shorten_body", "proxy"): "an output that came through uncompressed",
    ("deliver",): "a delivery to the team's store that will be tried again",
    ("tool", "server", "http", "retrieve"): "a call of one of our tools that ended in an error",
    ("memory", "embeddings", "vectors"): "something that was not noted or not recalled",
    ("command",): "a command that ended in a fault, without a session's output being touched",
}


def _meaning(line: str) -> str:
    who = [*line.split(" ", 2), "", ""][1].partition(".")[0]
    if who == "integrations":
        who = "compress"
    return next((said for names, said in _MEANINGS.items() if who in names), "something that was left undone")
