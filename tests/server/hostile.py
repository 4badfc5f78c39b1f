"""Functions for the server's workers that behave as badly as anything could."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headroom_mcp.server import worker


def burn(given: Mapping[str, Any] | None = None, **_: Any) -> str:
    """Hold the interpreter's lock for an hour, and tell first who does it."""
    note(given)
    # As a regular expression without end does, but for the processor's time: the whole suite would wait for that.
    return str(ctypes.PyDLL(None).sleep(3600))


def wait(given: Mapping[str, Any] | None = None, **_: Any) -> str:
    """Do nothing for a minute."""
    note(given)
    time.sleep(60)
    return "waited"


def linger(given: Mapping[str, Any]) -> str:
    """Work until there is a file named 0 in the folder."""
    note(given)
    while not (Path(given["folder"]) / "0").exists():
        time.sleep(0.02)
    return ""


def crash(given: Mapping[str, Any] | None = None, **_: Any) -> str:
    """Die as a native library does."""
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def grow(given: Mapping[str, Any] | None = None, **_: Any) -> str:
    """Hold more memory, from now on, than a worker may."""
    worker._GROWN_BYTES = 0
    return str(os.getpid())


def who(given: Mapping[str, Any] | None = None, **_: Any) -> str:
    """Say which process this is."""
    return str(os.getpid())


def note(given: Mapping[str, Any] | None) -> None:
    """Write the number of this process to a file of its own in the folder that `given` or the environment names."""
    folder = (given or {}).get("folder") or os.environ.get("HOSTILE_FOLDER")
    if folder:
        (Path(folder) / str(os.getpid())).touch()
