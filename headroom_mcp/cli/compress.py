"""`headroom compress`: one output through the flow, from a file or a pipe."""

from __future__ import annotations

import click

from headroom_mcp.cli import _io
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.settings import environment
from headroom_mcp.settings.load import load_settings
from headroom_mcp.text import lines, tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Origin, Result, ToolInput, View

_SECONDS = 30.0  # an output of 12 MB, beyond which only its ends are read closely, takes a third of it


@click.command()
@click.argument("file", default="-", type=click.Path(exists=True, allow_dash=True, dir_okay=False))
@click.option("--query", default="", help="What the reader wants to know; lines about it are kept.")
@click.option("--tool-name", default="", help="The tool that printed this (Bash, Read, mcp__…).")
@click.option("--command", default="", help="The shell command that printed this.")
@click.option("--prose-model", default="", metavar="DIR|NAME", help="Let an LLMLingua-2 model choose sentences ([ml]).")
@click.option("--prose-words", is_flag=True, help="With --prose-model: leave out words, not sentences.")
@click.option("--messages", metavar="FILE.json", help="A conversation: its tool results are compressed.")
@click.option("--model", default="", help="With --messages: the model whose tokens are counted.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    default=_SECONDS,
    show_default=True,
    help="What takes longer is shown as it came; 0: wait.",
)
@click.option("--explain", is_flag=True, help="Say which kind each part is, and why; compress nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the text and the figures.")
def compress(
    file: str,
    query: str,
    tool_name: str,
    command: str,
    prose_model: str,
    prose_words: bool,
    messages: str | None,
    model: str,
    seconds: float,
    explain: bool,
    as_json: bool,
) -> None:
    """Make one output small: FILE, or "-" for standard input.

    The original goes to the store first; the last line of the output names its ref.

    With --messages, every tool result of a conversation (a list of messages, or the body of a request) goes through the
    flow; printed is what became of each message, and with --json the messages themselves.

    Example: pytest -v 2>&1 | headroom compress --command "pytest -v"
    """
    if messages is not None:
        if file != "-" or tool_name or command or prose_model or explain:
            msg = "--messages goes with --model, --query, --seconds and --json only, and names the only file."
            raise click.UsageError(msg)
        _conversation(messages, model, query, seconds, as_json)
        return
    if model:
        raise click.UsageError("--model goes with --messages only.")
    try:
        with click.open_file(file, "rb") as stream:
            data = stream.read()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error
    text = data.decode("utf-8", "surrogateescape")
    tool_name = tool_name or ("Bash" if command else "")
    tool_input: ToolInput = {"command": command} if command else {"file_path": file} if file != "-" else {}
    if explain:
        if lines.is_binary(text):
            _io.echo(f"binary data: {_WHY['unknown']}")
        else:
            _explain(ToolOutput(text, tool_name, tool_input, query), as_json)
        return
    project = environment.project_dir()
    with _io.said_plainly():
        # A pipe's reader is not known to have seen what the session has: nothing is named instead of shown.
        settings = load_settings(project=project)._replace(
            repeats=False, prose_model=_model(prose_model, words=prose_words), deadline_s=seconds
        )
        result = compress_output(
            text,
            tool_name=tool_name,
            tool_input=tool_input,
            query=query,
            settings=settings,
            origin=Origin(environment.session_id(), project=project),
            view=View(way_back="headroom retrieve"),  # whoever reads a pipe has a shell
        )
    if as_json:
        _io.echo_json(_object(text, result))
        return
    if result.outcome == "compressed":
        _io.write_text(result.text)
        return
    _io.write_bytes(data)  # nothing is gained: the very bytes that came
    size = f"{len(data):,} bytes of binary data, " if result.kind == "binary" else ""
    _io.echo(f"[{size}{_WHY[result.outcome]}; shown as it came]", err=True)


def _model(named: str, *, words: bool) -> str:
    from headroom_mcp.compressors.prose import kind

    return f"{kind.WORDS}{named}" if named and words else named


def _conversation(path: str, model: str, query: str, seconds: float, as_json: bool) -> None:
    from headroom_mcp.cli import _messages
    from headroom_mcp.context import compress as conversations

    found = _messages.read(path)
    project = environment.project_dir()
    with _io.said_plainly():
        result = conversations.compress(
            found.messages,
            model or found.model,
            tools=found.body.get("tools"),
            system=found.body.get("system"),
            query=query or None,
            settings=load_settings(project=project)._replace(deadline_s=seconds),
            session=environment.session_id(),
            project=project,
            exact=True,
        )
    if as_json:
        _io.echo_json(_messages.as_object(result))
    else:
        _messages.print_decisions(result)


_WHY = {
    "small": "too small to gain from compression",
    "no_gain": "nothing shorter was found that keeps the facts",
    "already": "already compressed",
    "unknown": "not a text to compress",
    "failed": "compression failed or took too long, `headroom doctor` says why",
}


def _explain(output: ToolOutput, as_json: bool) -> None:
    from headroom_mcp.routing import router

    sections = router.route(output)
    if as_json:
        _io.echo_json([section._asdict() for section in sections])
        return
    for section in sections:
        _io.echo(f"lines {section.start + 1:,}-{section.stop:,}: {section.kind} ({section.why})")


def _object(text: str, result: Result) -> dict[str, object]:
    counted = (
        {"counted_by": "estimate"}  # a tokenizer takes seconds over what is no text
        if result.kind == "binary"
        else {
            "tokens_before": tokens.count(text),
            "tokens_after": tokens.count(result.text),
            "counted_by": tokens.method(),
        }
    )
    return {
        **result._asdict(),
        **counted,
        "omitted": [omission._asdict() for omission in result.omitted],
    }
