"""Processes of their own that do not each import everything again."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext


def context(module: str) -> BaseContext:
    """Return how processes are started that run functions of `module`: each is forked from one that has imported it, where that
    can be; nothing else is shared between them."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([module])
    return found
