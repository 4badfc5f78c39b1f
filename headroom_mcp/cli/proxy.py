"""`headroom proxy`: a server between a client and its provider that makes tool results short."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from headroom_mcp.cli import _io
from headroom_mcp.types import HeadroomError

if TYPE_CHECKING:
    from headroom_mcp.proxy.outgoing import Backend

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Where a cloud's own tools find what is not given; each of them is somebody's explicit choice.
_VARIABLES = {
    "bedrock": {"region": "AWS_REGION"},
    "vertex_ai": {"region": "CLOUD_ML_REGION", "project": "ANTHROPIC_VERTEX_PROJECT_ID"},
    "azure": {"account": "ANTHROPIC_FOUNDRY_RESOURCE"},
}


@click.command()
@click.option("--port", default=8787, type=click.IntRange(0, 65_535), show_default=True, help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Any but this machine's own needs --token.")
@click.option(
    "--backend",
    default="",
    help="anthropic, openai, gemini, openrouter, bedrock, vertex_ai, azure or a base URL; else by request.",
)
@click.option("--region", default="", help="Of bedrock (or AWS_REGION) or vertex_ai (or CLOUD_ML_REGION).")
@click.option("--project", default="", help="Of vertex_ai: what is billed (or ANTHROPIC_VERTEX_PROJECT_ID).")
@click.option("--account", default="", help="Of azure: the resource's name (or ANTHROPIC_FOUNDRY_RESOURCE).")
@click.option("--url", default="", help="A cloud's base URL where it is another, such as a private endpoint.")
@click.option("--token", default="", envvar="HEADROOM_PROXY_TOKEN", help="Clients must send it as x-headroom-token.")
@click.option("--check", is_flag=True, help="Tell whether the providers can be reached, and end.")
def proxy(port: int, host: str, backend: str, token: str, check: bool, **place: str) -> None:
    """Run a proxy that shortens tool results in requests.

    Only texts of tool results change; every other byte goes on as the client wrote it, and answers come back untouched.

    Example: headroom proxy & ANTHROPIC_BASE_URL=http://127.0.0.1:8787 claude
    """
    with _quiet():
        try:
            from headroom_mcp.proxy import app, run
        except ImportError as error:  # beside mcp 1
            raise missing(error) from error

        with _io.said_plainly():
            chosen = chosen_backend(backend, place, os.environ)
            if check:
                _check(chosen)
                return
            if host not in _LOOPBACK and not token:
                msg = f"Whoever can reach {host} could use this proxy: give --token, or keep to --host 127.0.0.1."
                raise HeadroomError(msg)
            listening = run.bound(host, port)
        address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
        _io.echo(f"headroom proxy listens on {address}; Ctrl-C ends it.", err=True)
        for line in filter(None, (chosen.said(), *_settings_for(backend, address))):
            _io.echo(f"  {line}", err=True)
    run.serve(app.Proxy(chosen, token=token), listening)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Let Ctrl-C end the process at once and without a word: nothing is there yet that would have to be ended."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def missing(error: ImportError) -> click.ClickException:
    """Return what to say where a library is not there."""
    from headroom_mcp.settings import extras

    return click.ClickException(f"The proxy needs more: {extras.remedy('proxy')} ({error}).")


def chosen_backend(
    backend: str, place: Mapping[str, str], environ: Mapping[str, str], named: Mapping[str, str] | None = None
) -> Backend:
    """Return the back end; what `place` lacks of its region, project or account comes from the cloud's own variables.

    Raises: HeadroomError for what is missing or unknown.
    """
    from headroom_mcp.proxy import upstreams

    found = {part: environ.get(name, "") for part, name in _VARIABLES.get(backend, {}).items()}
    found.update({part: value for part, value in place.items() if value})
    return upstreams.chosen(backend, named, upstreams.Place(**found))


def _settings_for(backend: str, address: str) -> list[str]:
    """Return what clients are to be told, one way to a line."""
    anthropic, openai = f"ANTHROPIC_BASE_URL={address}", f"OPENAI_BASE_URL={address}/v1"
    if backend == "bedrock":
        modes = f"CLAUDE_CODE_USE_BEDROCK=1 CLAUDE_CODE_SKIP_BEDROCK_AUTH=1 ANTHROPIC_BEDROCK_BASE_URL={address}"
        return [modes, anthropic, openai]
    if backend == "vertex_ai":
        modes = f"CLAUDE_CODE_USE_VERTEX=1 CLAUDE_CODE_SKIP_VERTEX_AUTH=1 ANTHROPIC_VERTEX_BASE_URL={address}/v1"
        return [modes, anthropic, openai]
    if backend == "azure":
        return [f"CLAUDE_CODE_USE_FOUNDRY=1 ANTHROPIC_FOUNDRY_BASE_URL={address}/anthropic", anthropic, openai]
    return [anthropic, openai, f"GOOGLE_GEMINI_BASE_URL={address}"]


def _check(chosen: Backend) -> None:
    from headroom_mcp.proxy import check

    found = check.reach(chosen)
    for url, trouble in found.items():
        _io.echo(f"{url}: {trouble or 'can be reached'}")
    if any(found.values()):
        raise click.exceptions.Exit(1)
