"""`headroom wrap`: one program with a proxy of its own, which ends with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping

import click

from headroom_mcp.types import HeadroomError

# variable -> provider and what follows the proxy's address
_VARIABLES = {
    "ANTHROPIC_BASE_URL": ("anthropic", ""),
    "OPENAI_BASE_URL": ("openai", "/v1"),
    "OPENAI_API_BASE": ("openai", "/v1"),
    "ANTHROPIC_API_BASE": ("anthropic", ""),
    "GOOGLE_GEMINI_BASE_URL": ("gemini", ""),
}


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("program")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def wrap(program: str, arguments: tuple[str, ...]) -> None:
    """Run PROGRAM (claude, codex, gemini, qwen, aider …) with its requests passing through a proxy.

    Base URLs that are set already stay where requests go; nothing of the program's settings is changed.

    Example: headroom wrap claude -p "why does the build fail?"
    """
    try:
        from headroom_mcp.proxy import app, run, upstreams
    except ImportError as error:  # beside mcp 1
        raise click.ClickException(f"The proxy needs more: pip install 'headroom-mcp[proxy]' ({error}).") from error

    found = shutil.which(program)
    if found is None:
        raise click.ClickException(f"{program} is not on the PATH.")
    try:
        chosen = upstreams.chosen(named=_named(os.environ))
        with run.beside(app.Proxy(chosen), run.bound("127.0.0.1", 0)) as address:
            code = _run([found, *arguments], {**os.environ, **_pointing_to(address)})
    except HeadroomError as error:
        raise click.ClickException(str(error)) from error
    raise click.exceptions.Exit(code)


def _named(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the base URLs that the user has set, by provider."""
    named: dict[str, str] = {}
    for variable, (provider, path) in _VARIABLES.items():
        if environ.get(variable):
            named.setdefault(provider, environ[variable].rstrip("/").removesuffix(path))
    return named


def _pointing_to(address: str) -> dict[str, str]:
    return {variable: address + path for variable, (_, path) in _VARIABLES.items()}


def _run(command: list[str], environ: Mapping[str, str]) -> int:
    """Run the program to its end and return its exit code. Ctrl-C is the program's: it is in our process group."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(command, env=dict(environ), preexec_fn=_with_signals) as process:
            signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
            code = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


def _with_signals() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
