"""How help and errors look: commands in groups, one short line each, colours on a terminal, "did you mean" for a slip.

Colours are for terminals, and for nobody who has set NO_COLOR (https://no-color.org).
"""

from __future__ import annotations

import difflib
import errno
import importlib
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import click

from headroom_mcp.types import HeadroomError


class Formatter(click.HelpFormatter):
    """Help with headings that stand out and the names of commands and options in colour."""

    def write_heading(self, heading: str) -> None:
        """Write a heading in bold."""
        super().write_heading(click.style(heading, bold=True))

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line "Usage: …"."""
        super().write_usage(prog, args, click.style("Usage: ", bold=True) if prefix is None else prefix)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write names and what they are, in two columns."""
        super().write_dl([(click.style(name, fg="cyan"), said) for name, said in rows], col_max, col_spacing)


class Context(click.Context):
    """What a command is called in; it knows how help is written."""

    formatter_class = Formatter


class Group(click.Group):
    """A group of commands that names the nearest one where it does not know what was typed."""

    context_class = Context
    meant: Mapping[str, str] = {}  # what people type for a command → the command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Make the context, without colours where nobody wants them."""
        if parent is None and os.environ.get("NO_COLOR"):
            extra.setdefault("color", False)
        return super().make_context(info_name, args, parent, **extra)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, which shows its help as we do."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            command.context_class = Context
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` begin with. Raises: UsageError with the nearest names where there is none."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            typed = nearest(args[0], [*self.list_commands(ctx), *self.meant])
            near = list(dict.fromkeys(self.meant.get(name, name) for name in typed))
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)


def nearest(typed: str, names: Iterable[str]) -> list[str]:
    """Return those of `names` that `typed` may be a slip for, the nearest first."""
    return difflib.get_close_matches(typed, list(names), 3, 0.6)


class LazyGroup(Group):
    """A group whose commands are imported when they are needed: `headroom serve` must not pay for `headroom bench`.

    `commands_of`: command → module:name · `groups`: heading → commands; what stands under no heading comes last ·
    `of_hosts`: those that agents and supervisors start, whose faults nobody sees but in the failure log.
    """

    commands_of: Mapping[str, str] = {}
    groups: Mapping[str, Sequence[str]] = {}
    of_hosts: Collection[str] = ()

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; whatever goes wrong is said in one line."""
        from headroom_mcp.settings import fault_log

        by_host = any(name in self.of_hosts for name in _words_of(ctx)[:1])
        with fault_log.noted_in(fault_log.LOG_NAME if by_host else fault_log.COMMAND_LOG):
            return self._said_in_a_line(ctx)

    def _said_in_a_line(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None  # as a shell tells of it; there is nothing to say
        except click.ClickException as error:
            if (
                type(error).__name__ == "NoArgsIsHelpError"
            ):  # a help page of ours (click 8.2 and newer), colours and all
                raise
            vars(error)["message"] = _visible(error.message)  # it may quote a path, a note, a setting
            raise
        except (click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # the last place where a fault can become a sentence
            if isinstance(error, OSError) and error.errno == errno.EPIPE:  # `headroom stats | head`: click ends it
                raise
            raise click.ClickException(_visible(_said_of(error))) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of the help page."""
        grouped = [name for names in self.groups.values() for name in names if name in self.commands_of]
        return [*grouped, *(name for name in self.commands_of if name not in grouped)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now."""
        if cmd_name not in self.commands_of:
            return None
        module, _, name = self.commands_of[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        command.context_class = Context
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings."""
        left = [name for name in self.commands_of if not any(name in names for names in self.groups.values())]
        for heading, names in {**self.groups, "More": left}.items():
            known = [name for name in names if name in self.commands_of]
            if known:
                with formatter.section(heading):
                    formatter.write_dl([(name, self._line(ctx, name)) for name in known])

    def _line(self, ctx: click.Context, name: str) -> str:
        command = self.get_command(ctx, name)
        return command.get_short_help_str(limit=200) if command is not None else ""


def _words_of(ctx: click.Context) -> list[str]:
    """Return the command and what follows it, as click keeps them before they are resolved."""
    before = getattr(ctx, "_protected_args", None)  # click 8.2 and newer; `protected_args` is the name of 8.1
    return [*(ctx.protected_args if before is None else before), *ctx.args]


def _said_of(error: Exception) -> str:
    """Return an error that nobody expected as a sentence, noted in the failure log where it is a fault of ours."""
    if isinstance(error, HeadroomError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    from headroom_mcp.settings import fault_log

    fault_log.record("command", error)
    said = str(error).split("\n")[0][:200]
    return (
        f"This is a fault of headroom ({type(error).__name__}{f': {said}' if said else ''}). It is noted in the failure log: "
        "`headroom doctor` shows where. Nothing else was changed."
    )


def _visible(text: str) -> str:
    from headroom_mcp.text import visible

    return visible.spelled_out(text)
