"""`headroom memory auto`: whether hooks learn from commands. One line of the user's `config.toml`."""

from __future__ import annotations

import os
import re

import click

from headroom_mcp.cli import _io
from headroom_mcp.settings import environment, private
from headroom_mcp.settings import file as settings_file
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import USER_FILE
from headroom_mcp.types import SettingsError

# auto_memory = true
_LINE = re.compile(r"^[ \t]*auto_memory[ \t]*=.*$", re.MULTILINE)


@click.command()
@click.argument("state", required=False, type=click.Choice(["on", "off"]))
def auto(state: str | None) -> None:
    """Turn learning from commands on or off.

    Without a word, say which it is.

    Off, hooks note nothing by themselves. What was learnt stays until it is forgotten.

    Example: headroom memory auto on
    """
    try:
        if state is not None:
            turn(state == "on")
        on = load_settings(project=environment.project_dir()).auto_memory
    except (SettingsError, OSError) as error:
        raise click.ClickException(str(error)) from error
    _io.echo(f"Learning from commands is {'on' if on else 'off'} here.")
    if on:
        _io.echo("`headroom memory list --auto` shows what is known; `headroom memory forget --auto` removes it.")


def turn(on: bool) -> None:
    """Write `auto_memory` into the user's settings file, leaving everything else in it as it is.

    Raises: SettingsError where the file cannot be used, OSError where it cannot be written.
    """
    path = os.path.join(environment.data_home(), USER_FILE)
    line = f"auto_memory = {'true' if on else 'false'}"
    before = ""
    if os.path.exists(path):
        settings_file.read(path, cache=False)  # a file that cannot be read is the user's to mend, not ours to change
        with open(path, encoding="utf-8", newline="") as file:
            before = file.read()
    # A new key goes first: after a table's head it would belong to the table.
    after = _LINE.sub(line, before, count=1) if _LINE.search(before) else f"{line}\n{before}"
    if after == before:
        return
    private.folder(os.path.dirname(path))
    private.write(path, after.encode("utf-8"))
