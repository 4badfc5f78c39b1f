"""`headroom off` and `headroom on`: hooks leave everything alone, at once, for everyone or for one session."""

from __future__ import annotations

import os

import click

from headroom_mcp.cli import _io
from headroom_mcp.settings import environment, private, switches

_SESSION = click.option(
    "--session", default=None, help='Only this session ("." for the one this shell belongs to). Default: all.'
)


@click.command()
@_SESSION
def off(session: str | None) -> None:
    """Leave every output alone, until `headroom on`.

    Hooks, integrations and the proxy then do nothing; what is stored stays retrievable.

    Example: headroom off --session .
    """
    path = _switch(session)
    try:
        private.folder(environment.data_home(), *([switches.SESSION_SWITCHES] if session is not None else []))
        os.close(private.open_file(path, os.O_WRONLY | os.O_CREAT))
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}. Set HEADROOM_HOME to a folder that you can write."
        raise click.ClickException(msg) from error
    _io.echo(f"Off for {_whom(session)}. `headroom on` turns it on again.")


@click.command()
@_SESSION
def on(session: str | None) -> None:
    """Compress again."""
    path = _switch(session)
    try:
        os.unlink(path)
    except FileNotFoundError:
        _io.echo(f"It was on for {_whom(session)}.")
        return
    except OSError as error:
        msg = f"{path} cannot be removed: {error.strerror}. Remove it by hand."
        raise click.ClickException(msg) from error
    _io.echo(f"On for {_whom(session)}.")


def _switch(session: str | None) -> str:
    folder = environment.data_home()
    if session is None:
        return os.path.join(folder, switches.OFF_SWITCH)
    return os.path.join(folder, switches.SESSION_SWITCHES, switches.switch_name(_session_id(session)))


def _session_id(session: str) -> str:
    if session != ".":
        return session
    found = environment.session_id()
    if not found:
        msg = "This shell belongs to no session (CLAUDE_CODE_SESSION_ID is not set). Name the session's id."
        raise click.UsageError(msg)
    return found


def _whom(session: str | None) -> str:
    return "every session" if session is None else f"session {_session_id(session)}"
