"""Which project a folder is, wherever it lies: a folder that was moved is still the project whose outputs are kept."""

from __future__ import annotations

import os

from headroom_mcp.text import sha256

_MAX_LEVELS = 12  # folders up to the repository's own
_MAX_ENTRIES = 2_000


def identity(folder: str) -> str:
    """Return what tells this project from others and stays when its folder is moved or renamed; "" where nothing does.

    A git clone: the first entry of its log (what was cloned or begun, by whom, to the second) and the place in it. Any
    other folder: its inode and the least of those in it, so that a new folder that was given the old one's number is
    another project. Never raises.
    """
    try:
        return _of_clone(folder) or _of_folder(folder)
    except (OSError, ValueError):
        return ""


def _of_clone(folder: str) -> str:
    root = folder
    for _ in range(_MAX_LEVELS):
        log = os.path.join(_git_folder(root), "logs", "HEAD")
        if os.path.isfile(log):
            with open(log, "rb") as stream:
                first = stream.readline(2_000)
            place = os.path.relpath(folder, root).encode("utf-8", "surrogateescape")
            return "git:" + sha256.of(first + b"\0" + place)[:32] if first.strip() else ""
        parent = os.path.dirname(root)
        if parent == root:
            break
        root = parent
    return ""


def _git_folder(root: str) -> str:
    """Return the folder of git's own files: `.git`, or where a worktree's `.git` file points to."""
    path = os.path.join(root, ".git")
    if not os.path.isfile(path):
        return path
    with open(path, encoding="utf-8", errors="surrogateescape") as stream:
        line = stream.read(4_096).strip()
    return os.path.join(root, line.removeprefix("gitdir:").strip())


def _of_folder(folder: str) -> str:
    status = os.stat(folder)
    with os.scandir(folder) as entries:
        inodes = [entry.inode() for _, entry in zip(range(_MAX_ENTRIES), entries, strict=False)]
    # an empty folder has nothing by which to know it again
    return f"folder:{status.st_dev}:{status.st_ino}:{min(inodes)}" if inodes else ""
