"""`headroom wrap`: one program with a proxy of its own, which ends with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import click

from headroom_mcp.cli.proxy import chosen_backend, missing
from headroom_mcp.types import HeadroomError

if TYPE_CHECKING:
    from headroom_mcp.proxy.outgoing import Backend

# variable -> provider and what follows the proxy's address
_VARIABLES = {
    "ANTHROPIC_BASE_URL": ("anthropic", ""),
    "OPENAI_BASE_URL": ("openai", "/v1"),
    "OPENAI_API_BASE": ("openai", "/v1"),
    "ANTHROPIC_API_BASE": ("anthropic", ""),
    "GOOGLE_GEMINI_BASE_URL": ("gemini", ""),
}


class _Mode(NamedTuple):
    """A mode in which Claude Code speaks to a cloud: what switches it on, whose API it is, where the base URL stands and
    what follows the proxy's address, and what leaves the credentials to the proxy."""

    switch: str
    backend: str
    base: str
    path: str = ""
    skip: str = ""


_MODES = (
    _Mode("CLAUDE_CODE_USE_BEDROCK", "bedrock", "ANTHROPIC_BEDROCK_BASE_URL", "", "CLAUDE_CODE_SKIP_BEDROCK_AUTH"),
    _Mode("CLAUDE_CODE_USE_VERTEX", "vertex_ai", "ANTHROPIC_VERTEX_BASE_URL", "/v1", "CLAUDE_CODE_SKIP_VERTEX_AUTH"),
    _Mode("CLAUDE_CODE_USE_FOUNDRY", "azure", "ANTHROPIC_FOUNDRY_BASE_URL", "/anthropic"),
)


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("program")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def wrap(program: str, arguments: tuple[str, ...]) -> None:
    """Run PROGRAM with its requests through a proxy.

    PROGRAM is claude, codex, gemini, qwen, aider or another.

    Base URLs that are set already stay where requests go; nothing of the program's settings is changed. Where Claude Code is
    set to Bedrock, Vertex AI or Foundry, so is the proxy, which then adds the credentials of this machine.

    Example: headroom wrap claude -p "why does the build fail?"
    """
    try:
        from headroom_mcp.proxy import app, run
    except ImportError as error:  # beside mcp 1
        raise missing(error) from error

    found = shutil.which(program)
    if found is None:
        raise click.ClickException(f"{program} is not on the PATH.")
    try:
        mode = next(
            (mode for mode in _MODES if os.environ.get(mode.switch, "").lower() in ("1", "true", "yes", "on")), None
        )
        with run.beside(app.Proxy(_backend(mode, os.environ)), run.bound("127.0.0.1", 0)) as address:
            code = _run([found, *_told(program, address), *arguments], {**os.environ, **_pointing_to(address, mode)})
    except HeadroomError as error:
        raise click.ClickException(str(error)) from error
    raise click.exceptions.Exit(code)


def _backend(mode: _Mode | None, environ: Mapping[str, str]) -> Backend:
    if mode is None:
        return chosen_backend("", {}, environ, _named(environ))
    return chosen_backend(
        mode.backend, {"url": environ.get(mode.base, "").rstrip("/").removesuffix(mode.path)}, environ
    )


def _named(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the base URLs that the user has set, by provider."""
    named: dict[str, str] = {}
    for variable, (provider, path) in _VARIABLES.items():
        if environ.get(variable):
            named.setdefault(provider, environ[variable].rstrip("/").removesuffix(path))
    return named


def _pointing_to(address: str, mode: _Mode | None) -> dict[str, str]:
    if mode is None:
        return {variable: address + path for variable, (_, path) in _VARIABLES.items()}
    return {mode.base: address + mode.path, **({mode.skip: "1"} if mode.skip else {})}


def _told(program: str, address: str) -> list[str]:
    """Return the arguments that tell a program its base URL, where no variable does. An API key is needed for Codex."""
    is_codex = os.path.basename(program) == "codex"
    return ["-c", f'openai_base_url="{address}/v1"'] if is_codex else []


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
