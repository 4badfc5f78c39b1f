"""Starting and stopping the proxy's server, in this process or beside the program that it is for."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from headroom_mcp.types import HeadroomError

if TYPE_CHECKING:
    import uvicorn

    from headroom_mcp.proxy.app import Proxy

_MOST_CONNECTIONS = 1_000  # more are answered with 503
_GRACE_S = 5  # for streams that are under way when it is told to end
_START_S = 20.0
_SWITCH_S = 0.001  # a stream waits no longer for a thread that shortens a long result; Python's own is five times that


def bound(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; port 0 is any free one. Raises: HeadroomError where that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        msg = f"Cannot listen on {host}:{port}: {error.strerror}."
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            msg += " Choose another with --port, or --port 0 for any."
        raise HeadroomError(msg) from error
    return taken


def serve(proxy: Proxy, listening: socket.socket) -> None:
    """Serve until a signal ends it (SIGINT, SIGTERM): no new connections, streams get some seconds to finish."""
    sys.setswitchinterval(_SWITCH_S)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises the signal again once it has ended
        _server(proxy).run(sockets=[listening])


@contextlib.contextmanager
def beside(proxy: Proxy, listening: socket.socket) -> Iterator[str]:
    """Serve in a thread while the block runs; give the base URL. Raises: HeadroomError if it does not start."""
    server = _server(proxy)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True)
    thread.start()
    waited = threading.Event()
    for _ in range(int(_START_S / 0.02)):
        if server.started or not thread.is_alive():
            break
        waited.wait(0.02)
    if not server.started:
        raise HeadroomError("The proxy did not start: `headroom proxy` shows why.")
    try:
        host, port = listening.getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(_GRACE_S + 1)


def _server(proxy: Proxy) -> uvicorn.Server:
    import uvicorn

    config = uvicorn.Config(
        proxy,
        http="h11",  # whatever else is installed: what it refuses is known
        ws="none",
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        lifespan="on",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=75,
    )
    server = uvicorn.Server(config)
    # What is still under way when its time is up is cut off: that was asked for, and is no error to print.
    logging.getLogger("uvicorn.error").addFilter(lambda record: not server.should_exit)
    return server
