"""`headroom proxy`: a server between a client and its provider that makes tool results short."""

from __future__ import annotations

import click

from headroom_mcp.cli import _io
from headroom_mcp.types import HeadroomError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option("--port", default=8787, type=click.IntRange(0, 65_535), show_default=True, help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Any but this machine's own needs --token.")
@click.option("--backend", default="", help="anthropic, openai, gemini, openrouter or a base URL; else by request.")
@click.option("--token", default="", envvar="HEADROOM_PROXY_TOKEN", help="Clients must send it as x-headroom-token.")
@click.option("--check", is_flag=True, help="Tell whether the providers can be reached, and end.")
def proxy(port: int, host: str, backend: str, token: str, check: bool) -> None:
    """Pass requests to a model's API on, with tool results made short.

    Only texts of tool results change; every other byte goes on as the client wrote it, and answers come back untouched.

    Example: headroom proxy & ANTHROPIC_BASE_URL=http://127.0.0.1:8787 claude
    """
    try:
        from headroom_mcp.proxy import app, run, upstreams
    except ImportError as error:  # beside mcp 1
        raise click.ClickException(f"The proxy needs more: pip install 'headroom-mcp[proxy]' ({error}).") from error

    try:
        chosen = upstreams.chosen(backend)
        if check:
            _check(chosen)
            return
        if host not in _LOOPBACK and not token:
            msg = f"Whoever can reach {host} could use this proxy: give --token, or keep to --host 127.0.0.1."
            raise HeadroomError(msg)
        listening = run.bound(host, port)
    except HeadroomError as error:
        raise click.ClickException(str(error)) from error
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    _io.echo(f"headroom proxy listens on {address}; Ctrl-C ends it.", err=True)
    for line in (f"ANTHROPIC_BASE_URL={address}", f"OPENAI_BASE_URL={address}/v1", f"GOOGLE_GEMINI_BASE_URL={address}"):
        _io.echo(f"  {line}", err=True)
    run.serve(app.Proxy(chosen, token=token), listening)


def _check(chosen: object) -> None:
    from headroom_mcp.proxy import check

    found = check.reach(chosen)  # type: ignore[arg-type]
    for url, trouble in found.items():
        _io.echo(f"{url}: {trouble or 'can be reached'}")
    if any(found.values()):
        raise click.exceptions.Exit(1)
