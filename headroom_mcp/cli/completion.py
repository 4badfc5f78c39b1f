"""`headroom completion`: what a shell needs to complete our commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from headroom_mcp.cli import _io

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes the TAB key complete our commands.

    \b
    bash:  eval "$(headroom completion bash)"    in ~/.bashrc
    zsh:   eval "$(headroom completion zsh)"     in ~/.zshrc, after compinit
    fish:  headroom completion fish > ~/.config/fish/completions/headroom.fish

    Example: headroom completion bash
    """
    kind = get_completion_class(shell)
    assert kind is not None
    _io.write_text(kind(ctx.find_root().command, {}, "headroom", "_HEADROOM_COMPLETE").source())
