"""`headroom compress`: one output through the flow, from a file or a pipe."""

from __future__ import annotations

import json
import sys

import click

from headroom_mcp import config, pipeline, tokens
from headroom_mcp.output import ToolOutput


@click.command()
@click.argument("file", default="-", type=click.Path(allow_dash=True, dir_okay=False))
@click.option("--query", default="", help="What the reader wants to know; lines about it are kept.")
@click.option("--tool-name", default="", help="The tool that printed this (Bash, Read, mcp__…).")
@click.option("--command", default="", help="The shell command that printed this.")
@click.option("--explain", is_flag=True, help="Say which kind each part is, and why; compress nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the text and the figures.")
def compress(file: str, query: str, tool_name: str, command: str, explain: bool, as_json: bool) -> None:
    """Compress FILE, or standard input for "-".

    The original goes to the store first; the last line of the output names its ref.

    Example: pytest -v 2>&1 | headroom compress --command "pytest -v"
    """
    with click.open_file(file, "rb") as stream:
        text = stream.read().decode("utf-8", "surrogateescape")
    tool_input = {"command": command} if command else {}
    if explain:
        from headroom_mcp import router

        sections = router.route(ToolOutput(text, tool_name, tool_input, query))
        if as_json:
            click.echo(json.dumps([section._asdict() for section in sections]))
        else:
            for section in sections:
                click.echo(f"lines {section.start + 1:,}-{section.stop:,}: {section.kind} ({section.why})")
        return
    result = pipeline.compress_output(
        text, tool_name=tool_name or ("Bash" if command else ""), tool_input=tool_input, query=query
    )
    if as_json:
        figures = result._asdict()
        figures["tokens_before"] = tokens.count(text)
        figures["tokens_after"] = tokens.count(result.text)
        figures["counted_by"] = tokens.method()
        figures["omitted"] = [omission._asdict() for omission in result.omitted]
        click.echo(json.dumps(figures))
        return
    sys.stdout.buffer.write(result.text.encode("utf-8", "surrogateescape"))
    if not result.text.endswith("\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()
    if result.outcome != "compressed":
        click.echo(
            f"[{result.outcome}: the text is shown as it came; settings: min_tokens={config.load().min_tokens}]",
            err=True,
        )
