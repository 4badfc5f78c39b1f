"""Which files the `compress` tool may read: regular ones inside the project that no `Read` rule of the user forbids.

The model names the path, so it is checked as a stranger's: resolved first, compared with the resolved project, opened
without following links or waiting for a writer, and looked at again through the open descriptor.
"""

from __future__ import annotations

import os
import stat

from headroom_mcp.server import permissions
from headroom_mcp.types import PathRefused

_MAX_LINKS = 40  # as many as Linux follows
MAX_FILE_BYTES = 64 << 20  # some seconds of work; a larger file is better searched than read


def read(path: str, project: str) -> bytes:
    """Return the bytes of the file `path`, absolute or relative to the folder `project`. Raises: PathRefused."""
    real = resolve(path, project)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(real, flags)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}. Check the path; it is taken from {project}."
        raise PathRefused(msg) from error
    try:
        _check_regular(path, os.fstat(descriptor))
        stream = os.fdopen(descriptor, "rb", closefd=False)
        data = stream.read(MAX_FILE_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_FILE_BYTES:  # /proc files have size 0, and a log may be growing
        msg = f"{path} has more than {MAX_FILE_BYTES:,} bytes. Search it instead."
        raise PathRefused(msg)
    if b"\0" in data[:8192]:
        msg = f"{path} is not a text file (it holds NUL bytes). Use a tool for its format."
        raise PathRefused(msg)
    return data


def resolve(path: str, project: str) -> str:
    """Return the real path of `path`, which lies inside `project`. Raises: PathRefused."""
    if not path or "\0" in path:
        msg = f"path={path!r} is not a path; give one relative to {project}."
        raise PathRefused(msg)
    root = os.path.realpath(project)
    if os.path.dirname(root) == root:
        msg = f"The server runs in {root}, which is not a project. Set CLAUDE_PROJECT_DIR, or pass the text itself."
        raise PathRefused(msg)
    named = os.path.normpath(os.path.join(root, os.path.expanduser(path)))
    real = os.path.realpath(named)
    if real != root and not real.startswith(root + os.sep):
        msg = f"{path} lies outside the project {root}; only files inside it are read."
        raise PathRefused(msg)
    rule = permissions.rule_against(_names(named, real), root)
    if rule is not None:
        msg = f"{path} is not read: the user's rule {rule} covers it. Use the Read tool, which asks where it must."
        raise PathRefused(msg)
    return real


def _names(named: str, real: str) -> list[str]:
    """Return every name that `real` is read by: its own, the one asked for, and the links that lead from there to here.

    Claude Code trims what it is asked for, so the trimmed name counts as well.
    """
    names = [real, named, named.rstrip()]
    for _ in range(_MAX_LINKS):
        if not os.path.islink(named):
            break
        named = os.path.normpath(os.path.join(os.path.dirname(named), os.readlink(named)))
        names.append(named)
    return names


def _check_regular(path: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        msg = f"{path} is a folder. Give a file, or list the folder with another tool."
        raise PathRefused(msg)
    if not stat.S_ISREG(status.st_mode):
        msg = f"{path} is not a regular file (a pipe, socket or device is never read)."
        raise PathRefused(msg)
    if status.st_size > MAX_FILE_BYTES:
        msg = f"{path} has {status.st_size:,} bytes; at most {MAX_FILE_BYTES:,} are read. Search it instead."
        raise PathRefused(msg)
