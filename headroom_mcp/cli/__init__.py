"""The `headroom` command: one file per command, imported when it is called."""

from __future__ import annotations

import click

from headroom_mcp import __version__
from headroom_mcp.cli import _help

# command -> module:name
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
    "experiment": "headroom_mcp.cli.experiment:experiment",
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
    "admin": "headroom_mcp.cli.admin:admin",
    "statusline": "headroom_mcp.cli.statusline:statusline",
    "completion": "headroom_mcp.cli.completion:completion",
}
# heading -> commands, in the order of the help page
GROUPS = {
    "Start here": ("demo", "install", "doctor", "uninstall"),
    "What it was worth": ("stats", "report", "replay", "experiment", "prices", "cache"),
    "By hand": ("compress", "retrieve", "memory", "images"),
    "Switches and upkeep": ("off", "on", "settings", "statusline", "purge", "completion"),
    "Other ways in": ("serve", "proxy", "wrap", "integrations", "admin"),
    "For developers": ("bench",),
}


class Commands(_help.LazyGroup):
    """The commands of `headroom`."""

    commands_of = COMMANDS
    groups = GROUPS
    of_hosts = ("serve", "proxy", "wrap", "statusline", "admin")


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="headroom")
def main() -> None:
    """Make tool outputs small before a coding agent sees them, and keep every original one call away."""
