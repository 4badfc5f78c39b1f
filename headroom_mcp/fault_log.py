"""The failure log: one line per trouble, in a file that `headroom doctor` reads. Never content, never stderr.

Hosts read any stderr of a hook as a failure, so this file is the only place where trouble shows.
"""

from __future__ import annotations

import os

from headroom_mcp.settings import environment
from headroom_mcp.settings.table import Settings

LOG_NAME = "failures.log"
_MAX_BYTES = 256 * 1024


def record(where: str, error: BaseException, settings: Settings | None = None) -> None:
    """Append one line to the failure log. Never raises: a disk that is full or read-only loses the line."""
    try:
        import time

        home = environment.data_home(settings)
        os.makedirs(home, mode=0o700, exist_ok=True)
        path = os.path.join(home, LOG_NAME)
        if os.path.exists(path) and os.path.getsize(path) > _MAX_BYTES:
            os.replace(path, path + ".1")
        place = _place(error)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        message = str(error).splitlines()[0][:300] if str(error) else ""
        line = f"{stamp} {where} {type(error).__name__}: {message}{place}\n"
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode("utf-8", "backslashreplace"))
        finally:
            os.close(descriptor)
    except OSError:
        return


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})"
