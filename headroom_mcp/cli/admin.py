"""`headroom admin`: a team's store, for whoever runs it. See docs/team.md."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from headroom_mcp.cli import _ages, _help, _io
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.load import load_settings
from headroom_mcp.types import HeadroomError, SettingsError

if TYPE_CHECKING:
    from headroom_mcp.settings.table import Settings
    from headroom_mcp.store.delivery import Delivered
    from headroom_mcp.store.postgres.upkeep import Admin, Tenant, Token

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON: one object per line.")


@click.group(cls=_help.Group)
def admin() -> None:
    """Run a team's store on PostgreSQL.

    All but deliver need HEADROOM_STORE to name the database as its owner."""


@admin.command()
@_json
def migrate(as_json: bool) -> None:
    """Bring the schema up to date.

    Safe while servers run, and when several do it at once: migrations only add."""
    with _opened() as opened:
        done = opened.migrate()
    if as_json:
        _io.echo_json(done._asdict())
    elif done.before == done.now:
        _io.echo(f"The schema is at version {done.now} already.")
    else:
        _io.echo(f"The schema went from version {done.before} to {done.now}.")


@admin.command()
@click.argument("role")
@click.option("--tenant", help="Bind the role to this tenant: for machines. Without it the role is a server's.")
@_json
def admit(role: str, tenant: str | None, as_json: bool) -> None:
    """Let a login role of the database use the store.

    Example: headroom admin admit acme_laptops --tenant acme
    """
    with _opened() as opened:
        opened.admit(role, tenant)
    if as_json:
        _io.echo_json({"role": role, "tenant": tenant})
    else:
        _io.echo(f"The role {role} speaks for {'the tenant ' + tenant if tenant else 'every tenant, as a server'}.")


@admin.group(cls=_help.Group)
def tenants() -> None:
    """Add, list and remove tenants: those whose outputs are kept apart."""


@tenants.command("add")
@click.argument("name")
@click.option("--retention-days", type=click.FloatRange(min=0, min_open=True), help="How long originals stay.")
@click.option("--quota-mb", type=click.IntRange(min=1), help="How much the originals may take together, compressed.")
@_json
def add_tenant(name: str, retention_days: float | None, quota_mb: int | None, as_json: bool) -> None:
    """Add a tenant, or set the limits of one that is there.

    Without limits of its own, those of the settings count.

    Example: headroom admin tenants add acme --retention-days 14 --quota-mb 5000
    """
    with _opened() as opened:
        new = opened.add_tenant(name, retention_days, None if quota_mb is None else quota_mb << 20)
    if as_json:
        _io.echo_json({"tenant": name, "new": new})
    else:
        _io.echo(f"The tenant {name} is {'there now' if new else 'changed'}.")


@tenants.command("list")
@_json
def list_tenants(as_json: bool) -> None:
    """List the tenants with their limits and what they hold."""
    _stats(as_json, _limits)


@tenants.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_json
def remove_tenant(name: str, yes: bool, as_json: bool) -> None:
    """Remove a tenant with all that it has: originals, records, notes, tokens."""
    if not yes:
        click.confirm(f"Remove {name} with everything it has?", abort=True)
    with _opened() as opened:
        gone = opened.remove_tenant(name)
    if as_json:
        _io.echo_json({"tenant": name, "originals": gone})
    else:
        _io.echo(f"{name} is gone, with {gone:,} originals.")


@admin.group(cls=_help.Group)
def tokens() -> None:
    """Make, list and revoke access tokens for `headroom serve --http`."""


@tokens.command("create")
@click.option("--tenant", required=True, help="Whose outputs it opens.")
@click.option("--project", default="", help="Only this project's: the name of its folder.")
@click.option("--label", default="", help="What you will know it by.")
@click.option("--expires", default="", help="After how long it ends: 12h, 30d, 4w. Never, by default.")
@_json
def create_token(tenant: str, project: str, label: str, expires: str, as_json: bool) -> None:
    """Make an access token and print it, this once: only its digest is stored.

    Example: headroom admin tokens create --tenant acme --label ci --expires 90d
    """
    days = _ages.seconds(expires, "--expires") / 86_400 if expires else None
    with _opened() as opened:
        secret, made = opened.make_token(tenant, project, label, days)
    if as_json:
        _io.echo_json({"token": secret, **_token(made)})
    else:
        _io.echo(secret)
        _io.echo(f"This is token {made.id} of {tenant}; it is not shown again.", err=True)


@tokens.command("list")
@click.option("--tenant", help="Only those of this tenant.")
@_json
def list_tokens(tenant: str | None, as_json: bool) -> None:
    """List access tokens, without themselves."""
    with _opened() as opened:
        found = opened.tokens(tenant)
    for token in found:
        if as_json:
            _io.echo_json(_token(token))
        else:
            _io.echo(f"{token.id}  {token.tenant}  {token.project or '(all)'}  {_state(token)}  {token.label}")


@tokens.command("revoke")
@click.argument("token_id", metavar="ID")
@_json
def revoke_token(token_id: str, as_json: bool) -> None:
    """Revoke an access token by its id. Servers notice within seconds."""
    with _opened() as opened:
        opened.revoke_token(token_id)
    if as_json:
        _io.echo_json({"id": token_id, "revoked": True})
    else:
        _io.echo(f"Token {token_id} opens nothing any more.")


@admin.command()
@_json
def stats(as_json: bool) -> None:
    """Show what each tenant holds and how often it was asked for."""
    _stats(as_json)


@admin.command()
@click.option(
    "--watch", type=click.FloatRange(min=1), metavar="SECONDS", help="Again and again, that often, until Ctrl-C."
)
@_json
def deliver(watch: float | None, as_json: bool) -> None:
    """Send what this machine's hooks have kept to the team's store.

    The server of an agent does it while it runs, and the end of a session does; this is for machines without either.
    """
    settings = load_settings_plainly()
    if not settings.store:
        raise click.ClickException("No team's store is set: HEADROOM_STORE=postgresql://… or `store` in config.toml.")
    from headroom_mcp.store import delivery

    while True:
        try:
            done = delivery.deliver(settings)
        except HeadroomError as error:
            if watch is None:
                raise click.ClickException(str(error)) from error
            fault_log.record("deliver", error)
            _io.echo(f"{error} What is kept waits here.", err=True)
        else:
            _said(done, as_json)
        if watch is None:
            return
        time.sleep(watch)


def load_settings_plainly() -> Settings:
    """Return the settings. Raises: ClickException."""
    with _io.said_plainly():
        return load_settings()


def _said(done: Delivered, as_json: bool) -> None:
    if as_json:
        _io.echo_json(done._asdict())
    elif done.busy:
        _io.echo("Another process of this machine is at it.")
    else:
        _io.echo(f"{done.rows:,} rows delivered, {done.originals:,} new originals; {done.waiting:,} wait.")


def _limits(tenant: Tenant) -> str:
    days, most = tenant.retention_days, tenant.max_store_bytes
    return (
        f" (retention {f'{days:g} days' if days is not None else 'as the settings say'}, "
        f"quota {f'{most >> 20:,} MB' if most is not None else 'as the settings say'})"
    )


def _stats(as_json: bool, more: Callable[[Tenant], str] = lambda _: "") -> None:
    with _opened() as opened:
        found = opened.tenants()
    for tenant in found:
        if as_json:
            _io.echo_json(tenant._asdict())
        else:
            _io.echo(
                f"{tenant.name}{more(tenant)}: {tenant.originals:,} originals in {tenant.stored_bytes:,} bytes, {tenant.outputs:,} outputs, "
                f"{tenant.retrievals:,} retrievals, {tenant.refusals:,} refused, {tenant.tokens:,} tokens"
            )


@contextmanager
def _opened() -> Iterator[Admin]:
    with _io.said_plainly():
        settings = load_settings()
        if not settings.store:
            msg = "No team's store is set: HEADROOM_STORE=postgresql://OWNER:…@HOST/NAME."
            raise SettingsError(msg)
        from headroom_mcp.store.postgres.upkeep import Admin

        with Admin(settings.store) as opened:
            yield opened


def _token(token: Token) -> Mapping[str, object]:
    return {**token._asdict(), "state": _state(token)}


def _state(token: Token) -> str:
    if token.revoked_s is not None:
        return "revoked"
    if token.expires_s is None:
        return "valid"
    day = datetime.datetime.fromtimestamp(token.expires_s, datetime.timezone.utc).strftime("%Y-%m-%d")
    return f"expired {day}" if token.expires_s <= time.time() else f"until {day}"
