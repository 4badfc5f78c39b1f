"""For the user's eyes only: the data folder is 0700 and every file in it 0600, whatever the umask, whoever makes it first.

Everything that writes there goes through here. Imports nothing but `os`: a hook needs it before it opens the store.
"""

from __future__ import annotations

import os

_OTHERS = 0o077
_STICKY = 0o1000  # a folder that many users share, such as /tmp
# What we ourselves put into a data folder, by its beginning: a folder with anything else in it is not only ours.
_OURS = (
    "headroom.db",
    "failures.log",
    "commands.log",
    "config.toml",
    "install.json",
    "hooks.json",
    "first.json",
    "deliver.lock",
    "experiment",
    "expressions",
)
_OUR_FOLDERS = frozenset(("backups", "off", "off.sessions", "servers", "shown", "told"))


def folder(home: str, *inside: str) -> str:
    """Make the data folder `home`, and the folder `inside` it, for the user alone; return the path. Raises: OSError.

    A folder that was there before is closed to others if it is the user's and holds nothing but our own files.
    """
    _make(home)
    path = home
    for name in inside:
        path = os.path.join(path, name)
        _make(path)
    return path


def open_file(path: str, flags: int) -> int:
    """Open `path` as `os.open` does and return its descriptor; others may not read it from now on. Raises: OSError."""
    descriptor = os.open(path, flags, 0o600)
    mode = os.fstat(descriptor).st_mode
    if os.name == "posix" and is_file(mode) and mode & 0o777 != 0o600:
        _quietly(os.fchmod, descriptor, 0o600)
    return descriptor


def write(path: str, body: bytes) -> None:
    """Write `body` to `path` at once: a reader sees the old file or the new one. Raises: OSError."""
    temporary = f"{path}.{os.getpid()}"
    with os.fdopen(open_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as stream:
        stream.write(body)
    os.replace(temporary, path)


def remove_ours(home: str) -> list[str]:
    """Remove what we have put into the data folder `home`, and the folder where nothing else is in it.

    Returns the names of what is not ours and stays. Raises: OSError.
    """
    import shutil

    try:
        names = sorted(os.listdir(home))
    except FileNotFoundError:
        return []
    stays = []
    for name in names:
        path = os.path.join(home, name)
        if name in _OUR_FOLDERS and os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif name.startswith(_OURS) or name in _OUR_FOLDERS:
            os.unlink(path)
        else:
            stays.append(name)
    if not stays and not os.path.islink(home):
        os.rmdir(home)
    return stays


def close_to_others(path: str) -> None:
    """Take from others what they may do with our file `path`, if there is one."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return
    if os.name == "posix" and is_file(mode) and mode & _OTHERS:
        _quietly(os.chmod, path, 0o600)


def is_file(mode: int) -> bool:
    """Tell a regular file from a device or a pipe that somebody has put in its place: those are not ours to change."""
    return mode & 0o170000 == 0o100000


def _make(path: str) -> None:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        parent = os.path.dirname(path)
        if parent and parent != path and not os.path.isdir(parent):
            _make(parent)
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:  # another process was faster
            return
        os.chmod(path, 0o700)  # the umask may have taken our own rights, too
        return
    if (
        os.name == "posix"
        and status.st_mode & _OTHERS
        and not status.st_mode & _STICKY
        and _is_ours(path, status.st_uid)
    ):
        _quietly(os.chmod, path, 0o700)


def _is_ours(path: str, owner: int) -> bool:
    try:
        return owner == os.getuid() and all(name.startswith(_OURS) or name in _OUR_FOLDERS for name in os.listdir(path))
    except OSError:
        return False


def _quietly(change: object, *arguments: object) -> None:
    """Change a mode where the file system has modes and lets us: the file is of use without."""
    try:
        change(*arguments)  # type: ignore[operator]
    except OSError:
        return
