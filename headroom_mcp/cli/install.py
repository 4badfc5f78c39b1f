"""`headroom install` and `headroom uninstall`: into Claude Code's settings, and out of them again."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable

import click

from headroom_mcp.cli import _io
from headroom_mcp.cli import auto_memory as learning
from headroom_mcp.flow import user_hooks
from headroom_mcp.install import claude_code as installer
from headroom_mcp.install import hosts, other_hooks
from headroom_mcp.install.plan import Change
from headroom_mcp.settings import environment, private
from headroom_mcp.settings.load import load_settings
from headroom_mcp.types import SettingsError

_SCOPE = click.Choice(installer.SCOPES)


@click.command()
@click.option(
    "--scope", type=_SCOPE, default="user", show_default=True, help="For you, for this project, or for you in it."
)
@click.option(
    "--transport",
    type=click.Choice(["command", "mcp"]),
    default=None,
    help="How hooks are reached: a process each, or our running server.  [default: the setting, command]",
)
@click.option("--host", type=click.Choice(hosts.HOSTS), help="Install for this host instead of Claude Code.")
@click.option(
    "--auto-memory", is_flag=True, help="Let hooks note what mends failing commands; see `headroom memory auto`."
)
@click.option(
    "--other-hooks",
    "way",
    type=click.Choice(other_hooks.WAYS),
    help="Your own hooks on the same tools: leave those tools to them, run them first and compress what they answer, or "
    "ignore them.  [default: as before; those that rewrite outputs are left alone]",
)
@click.option(
    "--statusline/--no-statusline",
    default=None,
    help="Show what a session has saved below the prompt, beside a status line of your own.  [default: as before]",
)
@click.option("--print", "only_print", is_flag=True, help="Show the changes; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the changes.")
def install(
    scope: installer.Scope,
    transport: str | None,
    host: str | None,
    auto_memory: bool,
    way: other_hooks.Way | None,
    statusline: bool | None,
    only_print: bool,
    as_json: bool,
) -> None:
    """Set up Claude Code, or another host.

    Adds the hook and the MCP server; the server alone where no hook can replace anything.

    Everything else in the files stays to the byte; a copy of each goes to the data folder first.

    Example: headroom install --print
    """
    if host:
        _other_host(host, hosts.plan_install, hosts.apply_install, only_print, as_json)
        if not as_json and not only_print:
            _tell_next(host)
        return
    folder = os.path.realpath(os.getcwd())
    others = other_hooks.find(folder)
    try:
        way = other_hooks.way_of(way, installer.installed_matcher(installer.files_of(scope, folder)[0]))
        changes = installer.plan_install(
            scope, folder, transport or load_settings().transport, way, statusline=statusline
        )
        if not only_print:
            other_hooks.save_first(others, way)
            installer.apply_install(scope, folder, changes)
            user_hooks.save(user_hooks.find())
            if auto_memory:
                learning.turn(True)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    _report(changes, only_print, as_json)
    if as_json:
        return
    for other in others:
        _io.echo(other_hooks.described(other, way))
    if only_print:
        return
    if scope == "project":
        _io.echo("These files name this machine's Python: for a team, `claude mcp add` and the plugin travel better.")
    for row in user_hooks.find():
        _io.echo(f"Compression hook {row['name']!r} ({row['module']}) will be called.")
    if any(change.is_change for change in changes):
        _io.echo("Restart Claude Code to use it; `headroom doctor` checks it, `headroom uninstall` takes it away.")


@click.command()
@click.option("--scope", type=_SCOPE, default=None, help="Only there; without it, everywhere we were installed.")
@click.option("--host", type=click.Choice(hosts.HOSTS), help="Only out of this host.")
@click.option(
    "--purge", "with_data", is_flag=True, help="Then remove the data folder, too: originals, notes, settings."
)
@click.option("--yes", is_flag=True, help="With --purge: do not ask.")
@click.option("--print", "only_print", is_flag=True, help="Show the changes; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the changes.")
def uninstall(
    scope: installer.Scope | None, host: str | None, with_data: bool, yes: bool, only_print: bool, as_json: bool
) -> None:
    """Take out exactly what `install` put in.

    Out of Claude Code's files and those of other hosts.

    The stored originals stay; --purge removes them with everything else that is ours, `headroom purge` some of them.

    Example: headroom uninstall
    """
    home = environment.data_home()
    if with_data:
        if host or scope or only_print:
            msg = "--purge is for everything at once: it goes without --scope, --host and --print."
            raise click.UsageError(msg)
        if not yes:
            click.confirm(f"Remove every original, note and setting in {home}?", abort=True)
    if host:
        _other_host(host, hosts.plan_uninstall, hosts.apply_uninstall, only_print, as_json)
        return
    folder = os.path.realpath(os.getcwd())
    try:
        changes = installer.plan_uninstall(scope, folder)
        if not only_print:
            installer.apply_uninstall(scope, folder, changes)
            if scope is None:
                user_hooks.save([])
                other_hooks.save_first([], None)
        for name in hosts.installed() if scope is None else []:
            of_host = hosts.plan_uninstall(name)
            changes.extend(of_host)
            if not only_print:
                hosts.apply_uninstall(name, of_host)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    stays: list[str] = []
    if with_data:
        try:
            stays = private.remove_ours(home)
        except OSError as error:
            msg = f"{error.filename} cannot be removed: {error.strerror}. Remove {home} by hand."
            raise click.ClickException(msg) from error
    _report([change for change in changes if change.before is not None], only_print, as_json)
    if with_data and not as_json:
        _io.echo(f"removed {home}" + (f", but for what is not ours: {', '.join(stays)}" if stays else ""))
    elif not as_json and not only_print and os.path.isdir(home):
        _io.echo(
            f"{home} stays, with originals, notes, settings and copies of the files above: --purge removes it, too."
        )


def _other_host(
    name: str,
    plan: Callable[[str], list[Change]],
    apply: Callable[[str, list[Change]], None],
    only_print: bool,
    as_json: bool,
) -> None:
    try:
        changes = plan(name)
        if not only_print:
            apply(name, changes)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    _report(changes, only_print, as_json)


def _tell_next(name: str) -> None:
    host = hosts.load(name)
    if not hosts.has_hook(name):
        _io.echo(f"{host.TITLE} has our tools now. Its own outputs stay as they are: no hook of its can replace them.")
        return
    _io.echo(f"Restart {host.TITLE} to use it; `headroom doctor --host {name}` checks it.")
    if note := getattr(host, "NOTE", ""):
        _io.echo(note)


def _report(changes: list[Change], only_print: bool, as_json: bool) -> None:
    if as_json:
        rows = [{"file": change.file, "changed": change.is_change, "what": change.what} for change in changes]
        _io.echo_json({"written": not only_print, "files": rows}, indent=2)
        return
    if not any(change.is_change for change in changes):
        _io.echo("Nothing to change.")
    for change in changes:
        _io.echo(f"{'changed' if change.is_change and not only_print else '       '} {change.file}: {change.what}")
        if only_print and change.is_change:
            before = (change.before or b"").decode("utf-8").splitlines(keepends=True)
            after = (change.after or b"").decode("utf-8").splitlines(keepends=True)
            _io.echo("".join(map(_whole, difflib.unified_diff(before, after, change.file, change.file))))


def _whole(line: str) -> str:
    """Return a line of a difference, marked as diff does where the file ends without a newline."""
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
