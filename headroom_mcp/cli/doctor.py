"""`headroom doctor`: is everything in its place, and what to do where it is not."""

from __future__ import annotations

import os

import click

from headroom_mcp.cli import _io
from headroom_mcp.install import doctor as doctor_checks
from headroom_mcp.install import hosts

_SIGN = {"ok": "ok  ", "warn": "note", "fail": "FAIL"}
_COLOUR = {"ok": None, "warn": "yellow", "fail": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list of findings.")
@click.option("--live", is_flag=True, help="Also run your own client with a scripted model: are replacements honoured?")
@click.option("--host", type=click.Choice(hosts.HOSTS), help="Check this host instead of Claude Code.")
@click.option("--fix", is_flag=True, help="First install again where our entries are gone or of an earlier version.")
def doctor(as_json: bool, live: bool, host: str | None, fix: bool) -> None:
    """Check that everything is in its place.

    Looks at Claude Code, the hook, the server entry, the store, Python and the failure log.

    --live takes some seconds; it touches none of your settings and sends nothing to anybody.

    Ends with exit code 1 where something keeps outputs from being compressed; a note costs less.

    Example: headroom doctor
    """
    folder = os.path.realpath(os.getcwd())
    if fix:
        with _io.said_plainly():
            for file in doctor_checks.mend(folder):
                _io.echo(f"mended {file}", err=as_json)
    checks = _host_checks(host, live) if host else _claude_checks(folder, live)
    if as_json:
        _io.echo_json([check._asdict() for check in checks], indent=2)
    else:
        for check in checks:
            _io.echo(f"{_SIGN[check.grade]}  {check.name}: {check.found}", fg=_COLOUR[check.grade])
            if check.remedy:
                _io.echo(f"      → {check.remedy}")
    if any(check.grade == "fail" for check in checks):
        raise SystemExit(1)


def _claude_checks(folder: str, live: bool) -> list[doctor_checks.Check]:
    checks = doctor_checks.examine(folder)
    if live:
        from headroom_mcp.install.live import proof

        checks.extend(proof.prove(folder))
    return checks


def _host_checks(name: str, live: bool) -> list[doctor_checks.Check]:
    from headroom_mcp.install.doctor import host

    return host.examine(name, live=live)
