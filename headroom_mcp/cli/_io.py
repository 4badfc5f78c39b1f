"""What commands share: text in and out by bytes, and errors as people should see them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from headroom_mcp.errors import HeadroomError


def write_text(text: str) -> None:
    """Write `text` to standard output, ending in a newline; what came in as bytes goes out as the same bytes."""
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
