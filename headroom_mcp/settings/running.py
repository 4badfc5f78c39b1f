"""Which clients have our server running: one file for each, named by the client's process, with the server's inside.

A hook and the server are children of the same client, and the client tells a hook neither of its servers nor of their tools.
"""

from __future__ import annotations

import os

from headroom_mcp.settings import home, private

_FOLDER = "servers"


def note() -> None:
    """Note that this process is the server of the one that started it. Raises: OSError."""
    folder = private.folder(home.data_home(), _FOLDER)
    for name in os.listdir(folder):
        if not _is_alive(_server(os.path.join(folder, name))):
            _remove(os.path.join(folder, name))
    private.write(os.path.join(folder, str(os.getppid())), str(os.getpid()).encode())


def is_served(client: str) -> bool:
    """Tell whether the client whose process is `client` has our server running."""
    if not client.isdigit():
        return False
    return _is_alive(_server(os.path.join(home.data_home(), _FOLDER, client)))


def _server(path: str) -> int:
    try:
        with open(path, encoding="ascii", errors="replace") as stream:
            text = stream.read(20)
    except OSError:
        return 0
    return int(text) if text.isdigit() else 0


def _is_alive(process: int) -> bool:
    if process <= 0 or os.name != "posix":  # elsewhere a signal of 0 asks nothing
        return process > 0
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's: it is there
        return True
    return True


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:  # another server was faster
        return
