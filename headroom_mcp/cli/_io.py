"""What commands share: text in and out by bytes, and errors as people should see them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from headroom_mcp.text import visible
from headroom_mcp.types import HeadroomError


def echo(text: str = "", *, err: bool = False, bold: bool = False, fg: str | None = None) -> None:
    """Print a line. Whatever of it came from data (a note, a command, a path) cannot steer the terminal.

    `fg`: its colour on a terminal.
    """
    click.secho(visible.spelled_out(text), err=err, bold=bold or None, fg=fg)


def echo_json(value: object, indent: int | None = None) -> None:
    """Print a value as JSON; what a terminal would act on is escaped."""
    click.echo(visible.spelled_in_json(json.dumps(value, indent=indent)))


def write_text(text: str) -> None:
    """Write `text` to standard output, ending in a newline; what came in as bytes goes out as the same bytes.

    To a terminal, what would steer it is spelled out.
    """
    if sys.stdout.isatty():
        text = visible.spelled_out(text)
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair, as JSON can hold: there are no bytes for it
        data = text.encode("utf-8", "backslashreplace")
    write_bytes(data if data.endswith(b"\n") else data + b"\n")


def write_bytes(data: bytes) -> None:
    """Write `data` to standard output as it is."""
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:  # a caller has put a text stream there
        sys.stdout.write(data.decode("utf-8", "replace"))
    else:
        stream.write(data)
        stream.flush()


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn our errors into one line on stderr and exit code 1."""
    try:
        yield
    except HeadroomError as error:
        raise click.ClickException(str(error)) from error
