"""Files with a conversation: a list of messages, or the body of a request that holds one."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import click

from headroom_mcp.cli import _io
from headroom_mcp.context.result import CompressResult

_LISTS = ("messages", "input", "contents")


class Conversation(NamedTuple):
    """What a file holds. `key`: where the list stands in `body`; "" where the file is the list itself."""

    messages: list[Any]
    model: str
    body: dict[str, Any]
    key: str


def read(path: str) -> Conversation:
    """Return the conversation in the JSON file `path`. Raises: ClickException that says what is the matter with it."""
    try:
        with click.open_file(path, "rb") as stream:
            value = json.loads(stream.read())
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{path} is not valid JSON: {error}.") from error
    if isinstance(value, list):
        return Conversation(value, "", {}, "")
    if isinstance(value, dict):
        for key in _LISTS:
            if isinstance(value.get(key), list):
                model = value.get("model")
                return Conversation(value[key], model if isinstance(model, str) else "", value, key)
    raise click.ClickException(f"{path} holds neither a list of messages nor a request with {', '.join(_LISTS)}.")


def print_decisions(result: CompressResult) -> None:
    """Print what became of each message as a table, and the sum."""
    _io.echo(f"{'message':>7}  {'role':<22}{'tool':<28}{'before':>9}{'after':>9}  {'action':<10}reason")
    for row in result.decisions:
        place = "-" if row.index < 0 else str(row.index)
        role, tool = _cut(row.role, 21), _cut(row.tool, 27)
        _io.echo(f"{place:>7}  {role:<22}{tool:<28}{row.before:>9,}{row.after:>9,}  {row.action:<10}{row.reason}")
    _io.echo(
        f"\n{result.tokens_before:,} tokens before, {result.tokens_after:,} after: {result.tokens_saved:,} fewer"
        f" ({result.compression_ratio:.1%}); counted by {result.counted_by}"
    )


def as_object(result: CompressResult) -> dict[str, Any]:
    """Return a result as it is printed with --json."""
    return {
        "messages": result.messages,
        "tokens_before": result.tokens_before,
        "tokens_after": result.tokens_after,
        "tokens_saved": result.tokens_saved,
        "compression_ratio": round(result.compression_ratio, 4),
        "counted_by": result.counted_by,
        "decisions": [row._asdict() for row in result.decisions],
    }


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
