"""`headroom settings`: what is in force, and where it can be changed."""

from __future__ import annotations

import os

import click

from headroom_mcp.cli import _io
from headroom_mcp.settings import addresses, environment, switches
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import KNOBS, PROJECT_FILE, USER_FILE
from headroom_mcp.types import SettingsError


@click.command()
@click.option("--project", default=".", type=click.Path(file_okay=False), help="Whose project file counts.")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the values.")
def settings(project: str, as_json: bool) -> None:
    """Show every setting, and where to change it.

    Yours go into config.toml in the data folder; a project's .headroom.toml can only make things safer.
    """
    try:
        values = load_settings(project=os.path.realpath(project))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    home = environment.data_home(values)
    if as_json:
        shown = {knob.name: _printable(getattr(values, knob.name)) for knob in KNOBS}
        _io.echo_json({**shown, "home": home, "off": switches.is_off(values, environment.session_id())})
        return
    _io.echo(f"{os.path.join(home, USER_FILE)}, then variables, then {PROJECT_FILE} of the project\n")
    for knob in KNOBS:
        value = home if knob.name == "home" else getattr(values, knob.name)
        _io.echo(f"{knob.name:<16} {_said(value):<14} {knob.variable}")
        _io.echo(f"{'':<16} {knob.reason}")
    if switches.is_off(values, environment.session_id()):
        _io.echo("\nCompression is off (`headroom on` turns it on).")


def _printable(value: object) -> object:
    return addresses.shown(value) if isinstance(value, str) else value


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(value) if value else "-"
    return str(_printable(value))
