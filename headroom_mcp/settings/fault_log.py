"""The failure log: one line per trouble, in a file that `headroom doctor` reads. Never content, never stderr.

Hosts read any stderr of a hook as a failure, so this file is the only place where trouble shows. What goes wrong in a command
that a person typed has a file of its own: that person has read of it, and no session's output was touched.
"""

from __future__ import annotations

import os
import stat

from headroom_mcp.settings import environment, private
from headroom_mcp.settings.table import Settings

LOG_NAME = "failures.log"
COMMAND_LOG = "commands.log"
_MAX_BYTES = 256 * 1024
_into = LOG_NAME  # where this process notes what goes wrong; "" for nowhere


class noted_in:  # noqa: N801 - read as a phrase: `with fault_log.noted_in(COMMAND_LOG)`; contextlib is not for the hot path
    """Within it, this process notes what goes wrong in the file `name` of the data folder, nowhere for ""."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._before = _into

    def __enter__(self) -> None:
        global _into
        self._before, _into = _into, self._name

    def __exit__(self, *exception: object) -> None:
        global _into
        _into = self._before


def record(where: str, error: BaseException, settings: Settings | None = None) -> None:
    """Append one line to the failure log. Never raises: a disk that is full or read-only loses the line."""
    if not _into:
        return
    try:
        import time

        folder = private.folder(environment.data_home(settings))
        path = os.path.join(folder, _into)
        if os.path.exists(path) and os.path.getsize(path) > _MAX_BYTES:
            os.replace(path, path + ".1")
        place = _place(error)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        message = str(error).splitlines()[0][:300] if str(error) else ""
        line = f"{stamp} {where} {type(error).__name__}: {message}{place}\n"
        # Without waiting: somebody may have put a pipe there, or a device.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
        descriptor = private.open_file(path, flags)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.write(descriptor, line.encode("utf-8", "backslashreplace"))
        finally:
            os.close(descriptor)
    except OSError:
        return


def read(settings: Settings | None = None, name: str = LOG_NAME) -> list[str]:
    """Return the lines of the failure log, or of the log `name`, the oldest first; [] where there is none. Raises: OSError.

    Anything but a file, such as a pipe, is not waited for.
    """
    path = os.path.join(environment.data_home(settings), name)
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return []
    with open(descriptor, encoding="utf-8", errors="replace") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            msg = f"{path} is not a file"
            raise OSError(msg)
        return stream.read(2 * _MAX_BYTES).splitlines()


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})"
