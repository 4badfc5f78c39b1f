"""What may be compressed, whatever the host: an event in, a reason to leave it alone out. Pure, and cheap to import.

A host's file makes an `Event` of its payload; `respond` acts on those that nothing here leaves alone.
"""

from __future__ import annotations

from headroom_mcp.settings import sizes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headroom_mcp.types import Shown, ToolInput

OWN_SERVER = "headroom"
MAX_TOKENS_PER_CHAR = 0.81  # no character class of `tokens.estimate` costs more: a bound without an import


class Event:
    """One finished tool call, in no host's words.

    `host`: as `headroom install --host` calls it · `tool` is what the tool does (shell, read, search, list, fetch, agent,
    mcp, edit, other) · `texts` are its outputs as the model would see them, whole · `tokens_host` what the host would show of each (0: all of it) · `limit_chars` how long a
    replacement may be before the host hides it again (0: no limit) · `partial`: the model
    asked for a part of a file · `first_line`: the number of the first line of a file that is read · `oversize`: the host cannot show this file whole · `unchanged`: the host answers "you have
    read this file already" · `in_front`: see `Origin` · `way_back`: see `View`; None where the model has no way at all.
    """

    __slots__ = (
        "agent", "cwd", "first_line", "host", "in_front", "limit_chars", "oversize", "partial", "path", "session", "texts", "tokens_host", "tool", "tool_input", "tool_name",
        "tool_use_id", "unchanged", "way_back",
    )  # fmt: skip

    def __init__(self, tool: str, tool_name: str, tool_input: ToolInput, texts: list[str]) -> None:
        self.tool = tool
        self.tool_name = tool_name
        self.tool_input = tool_input
        self.texts = texts
        self.tokens_host: list[int] = [0] * len(texts)
        self.host = ""
        self.session = ""
        self.agent = ""
        self.limit_chars = 0
        self.tool_use_id = ""
        self.cwd = ""
        self.path = ""
        self.partial = False
        self.first_line = 1
        self.oversize = False
        self.unchanged = False
        self.way_back: Callable[[], str | None] = str
        self.in_front: Callable[[Sequence[Shown]], list[Shown]] | None = None


def is_own_tool(tool_name: str) -> bool:
    """Tell whether `tool_name` is one of our server's tools, added by hand or by the plugin."""
    if not tool_name.startswith("mcp__"):
        return False
    server = tool_name[5:].partition("__")[0]
    return server == OWN_SERVER or (server.startswith("plugin_") and server.endswith("_" + OWN_SERVER))


def reason_to_skip(event: Event, min_tokens: int, repeats: bool = True) -> str:
    """Return why nothing of `event` is left out, without a look at the store; "" where it deserves one.

    `repeats`: what stands above may be named: of what is small, too, and of what the model asked for in just this extent.
    """
    if event.tool == "edit":
        return ""  # changes nothing of this output, but the next read of the file
    if event.unchanged:
        return ""
    if is_own_tool(event.tool_name):
        return "our own tool"
    if event.tool == "shell" and is_own_command(event.tool_input.get("command")):
        return "our own command"
    if event.partial and not repeats:
        return "the model asked for exactly this part"
    if not any(is_large(text, sizes.noted(min_tokens) if repeats else min_tokens) for text in event.texts):
        return "small"
    if event.tool == "read" and not repeats and is_short_file(event, event.texts[0]):
        return "a short file"
    return ""


def is_short_file(event: Event, text: str) -> bool:
    """Tell whether `text`, the file that `event` read, is cheaper whole than with a second look."""
    from headroom_mcp import tool_output

    return tool_output.is_short_file(text, event.path)


def is_large(text: str, min_tokens: int) -> bool:
    """Tell whether `text` has `min_tokens` or more; most outputs are small by their length alone."""
    if len(text) * MAX_TOKENS_PER_CHAR + 1 < min_tokens:
        return False
    from headroom_mcp.text import tokens

    return tokens.estimate(text) >= min_tokens


def kinds_for(event: Event) -> tuple[str, ...]:
    """Return the kinds a result may be of; () for any. Of a source file only an outline that knows its language."""
    if event.tool != "read":
        return ()
    from headroom_mcp import tool_output

    return tool_output.kinds_of_file(event.path)


def is_text_file(path: str) -> bool:
    """Tell by its name whether a file is one that people write or programs log to; the host shows notebooks its own way."""
    from headroom_mcp.commands import suffixes

    suffix = suffixes.suffix(path)
    return suffix != ".ipynb" and (suffix in suffixes.SOURCE or suffix in suffixes.DATA)


def is_own_command(command: object) -> bool:
    """Tell whether a shell command runs ours alone: what `headroom retrieve` prints was asked for as it is."""
    if not isinstance(command, str) or "headroom" not in command:
        return False
    from headroom_mcp.commands import own

    return own.runs_only_ours(command)
