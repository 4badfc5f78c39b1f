"""The `headroom` command: one file per command, imported when it is called."""

from __future__ import annotations

import importlib

import click

from headroom_mcp import __version__

# command -> module:name, in the order of the help page
COMMANDS = {
    "demo": "headroom_mcp.cli.demo:demo",
    "compress": "headroom_mcp.cli.compress:compress",
    "retrieve": "headroom_mcp.cli.retrieve:retrieve",
    "stats": "headroom_mcp.cli.stats:stats",
    "report": "headroom_mcp.cli.report:report",
    "memory": "headroom_mcp.cli.memory:memory",
    "serve": "headroom_mcp.cli.serve:serve",
    "install": "headroom_mcp.cli.install:install",
    "uninstall": "headroom_mcp.cli.install:uninstall",
    "doctor": "headroom_mcp.cli.doctor:doctor",
    "bench": "headroom_mcp.cli.bench:bench",
    "replay": "headroom_mcp.cli.replay:replay",
    "cache": "headroom_mcp.cli.cache:cache",
    "images": "headroom_mcp.cli.images:images",
    "prices": "headroom_mcp.cli.prices:prices",
    "proxy": "headroom_mcp.cli.proxy:proxy",
    "wrap": "headroom_mcp.cli.wrap:wrap",
    "integrations": "headroom_mcp.cli.integrations:integrations",
    "settings": "headroom_mcp.cli.settings:settings",
    "off": "headroom_mcp.cli.switch:off",
    "on": "headroom_mcp.cli.switch:on",
    "purge": "headroom_mcp.cli.purge:purge",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are needed: `headroom serve` must not pay for `headroom bench`."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None  # as a shell tells of it; there is nothing to say
        except click.ClickException as error:
            from headroom_mcp.text import visible

            vars(error)["message"] = visible.spelled_out(error.message)  # it may quote a path, a note, a setting
            raise

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="headroom")
def main() -> None:
    """Make tool outputs small before a coding agent sees them, and keep every original one call away."""
