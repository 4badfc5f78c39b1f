"""Starting the server for a team: several processes before one store, ended in order."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile

from headroom_mcp.server.http.options import VARIABLE, Options
from headroom_mcp.settings import extras
from headroom_mcp.settings.load import load_settings
from headroom_mcp.types import HeadroomError, MissingExtra, SettingsError

_GRACE_S = 15  # for requests that are under way when it is told to end: a tool has 20, most take milliseconds
_APPLICATION = "headroom_mcp.server.http.app:create"


def serve(host: str, port: int, options: Options) -> None:
    """Serve until a signal ends it: no new requests, those under way are answered. Raises: HeadroomError."""
    try:
        import uvicorn
    except ImportError as error:
        msg = f"The server over HTTP needs the extra team: {extras.remedy('team')}."
        raise MissingExtra(msg) from error
    check()
    _check_port(host, port)
    folder = tempfile.mkdtemp(prefix="headroom-metrics-")
    os.environ[VARIABLE] = options._replace(metrics_folder=folder).as_text()
    # uvicorn drains at the first signal, then raises it again for whoever started it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        uvicorn.run(
            _APPLICATION,
            factory=True,
            host=host,
            port=port,
            workers=options.workers,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            ws="none",
            lifespan="on",
            timeout_graceful_shutdown=_GRACE_S,
            timeout_keep_alive=75,
        )
    except KeyboardInterrupt:
        return
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check() -> None:
    """See that the settings can be served by and the store can be reached. Raises: HeadroomError."""
    settings = load_settings()
    if not settings.store:
        msg = (
            "The server over HTTP stands before a team's store: set HEADROOM_STORE=postgresql://… or `store` in config.toml. "
            "For one machine, `headroom serve` without --http is all that is needed."
        )
        raise SettingsError(msg)
    from headroom_mcp.server.http.callers import Issuer
    from headroom_mcp.store.postgres import store as shared

    if settings.oauth_issuer:
        Issuer(settings)
    shared.open_store(settings, tenant="-", connections_most=1).close()


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, port))
        except OSError as error:
            msg = f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port."
            raise HeadroomError(msg) from error
