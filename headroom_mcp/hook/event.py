"""What may be compressed, whatever the host: an event in, a reason to leave it alone out. Pure, and cheap to import.

A host's file makes an `Event` of its payload; `respond` acts on those that nothing here leaves alone.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headroom_mcp.types import ToolInput

OWN_SERVER = "headroom"
MIN_READ_LINES = 400  # below, a file is cheaper whole than with a second look
MAX_TOKENS_PER_CHAR = 0.81  # no character class of `tokens.estimate` costs more: a bound without an import
_SILENT = frozenset(("cd", "export", "set", "source", ".", "true"))  # these print nothing beside our own command
_QUERY_KEYS = ("query", "q", "pattern", "search", "question", "prompt", "description")
QUERY_CHARS = 600  # of each hint: a task description of pages tells no lines apart

# Files that people edit by line: left-out lines there need an outline that knows the language. Data and logs do not.
SOURCE_SUFFIXES = frozenset(
    ".astro .bash .bat .bzl .c .cc .clj .cljs .cmake .cpp .cs .css .cu .cxx .d .dart .el .elm .erl .ex .exs .f90 .fs .fsx "
    ".go .gradle .graphql .groovy .h .hcl .hh .hpp .hrl .hs .hxx .java .jl .js .jsx .kt .kts .less .lisp .lua .m .md .mdx "
    ".mjs .cjs .ml .mli .mm .nim .nix .php .pl .pm .proto .ps1 .py .pyi .pyx .r .rb .rkt .rs .rst .s .sass .scala .scm "
    ".scss .sh .sol .sql .svelte .swift .tcl .tex .tf .ts .tsx .v .vb .vhd .vim .vue .zig .zsh".split()
)
DATA_SUFFIXES = frozenset(
    ".csv .err .har .htm .html .ipynb .json .json5 .jsonl .ldjson .lock .log .lst .map .ndjson .out .svg .trace .tsv .txt "
    ".xml .yaml .yml".split()
)


class Event:
    """One finished tool call, in no host's words.

    `tool` is what the tool does (shell, read, search, list, fetch, agent, mcp, edit, other) · `texts` are its outputs as
    the model would see them, whole · `tokens_host` what the host would show of each (0: all of it) · `limit_chars` how long a
    replacement may be before the host hides it again (0: no limit) · `partial`: the model
    asked for a part of a file · `oversize`: the host cannot show this file whole · `unchanged`: the host answers "you have read this file already".
    """

    __slots__ = (
        "agent", "cwd", "limit_chars", "oversize", "partial", "path", "session", "texts", "tokens_host", "tool", "tool_input", "tool_name",
        "tool_use_id", "unchanged",
    )  # fmt: skip

    def __init__(self, tool: str, tool_name: str, tool_input: ToolInput, texts: list[str]) -> None:
        self.tool = tool
        self.tool_name = tool_name
        self.tool_input = tool_input
        self.texts = texts
        self.tokens_host: list[int] = [0] * len(texts)
        self.session = ""
        self.agent = ""
        self.limit_chars = 0
        self.tool_use_id = ""
        self.cwd = ""
        self.path = ""
        self.partial = False
        self.oversize = False
        self.unchanged = False


def is_own_tool(tool_name: str) -> bool:
    """Tell whether `tool_name` is one of our server's tools, added by hand or by the plugin."""
    if not tool_name.startswith("mcp__"):
        return False
    server = tool_name[5:].partition("__")[0]
    return server == OWN_SERVER or (server.startswith("plugin_") and server.endswith("_" + OWN_SERVER))


def reason_to_skip(event: Event, min_tokens: int) -> str:
    """Return why nothing of `event` is left out, without a look at the store; "" where it deserves one."""
    if event.tool == "edit":
        return ""  # changes nothing of this output, but the next read of the file
    if event.unchanged:
        return ""
    if is_own_tool(event.tool_name):
        return "our own tool"
    if event.tool == "shell" and is_own_command(event.tool_input.get("command")):
        return "our own command"
    if event.partial:
        return "the model asked for exactly this part"
    if not any(is_large(text, min_tokens) for text in event.texts):
        return "small"
    if event.tool == "read" and event.texts[0].count("\n") + 1 < MIN_READ_LINES:
        return "a short file"
    return ""


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
    suffix = _suffix(event.path)
    if suffix in DATA_SUFFIXES:
        return ()
    if suffix in SOURCE_SUFFIXES:
        return ("code",)
    return (
        "code",
        "json",
        "log",
        "access_log",
        "lint",
        "stack_trace",
        "table",
        "test_output",
        "build",
        "listing",
        "search",
        "html",
    )


def is_text_file(path: str) -> bool:
    """Tell by its name whether a file is one that people write or programs log to; the host shows notebooks its own way."""
    suffix = _suffix(path)
    return suffix != ".ipynb" and (suffix in SOURCE_SUFFIXES or suffix in DATA_SUFFIXES)


def query_of(event: Event, prompt: str) -> str:
    """Return what the model wants to know: the call's own hints, then the user's last prompt."""
    hints = [event.tool_input.get(key) for key in _QUERY_KEYS]
    words = [hint[:QUERY_CHARS] for hint in hints if isinstance(hint, str) and hint]
    if prompt:
        words.append(prompt[:QUERY_CHARS])
    return "\n".join(words)


def _suffix(path: str) -> str:
    name = path.replace("\\", "/").rpartition("/")[2]
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if dot and stem else ""


def is_own_command(command: object) -> bool:
    """Tell whether a shell command runs ours alone: what `headroom retrieve` prints was asked for as it is."""
    if not isinstance(command, str) or "headroom" not in command:
        return False
    from headroom_mcp.commands import shell

    pipelines = [pipeline for pipeline in shell.parse(command) if shell.name(pipeline[0]) not in _SILENT]
    return bool(pipelines) and all(_is_ours(pipeline[0]) for pipeline in pipelines)


def _is_ours(words: list[str]) -> bool:
    # `python -m headroom_mcp` is read as the module it runs.
    return words[0].rpartition("/")[2] in ("headroom", "headroom_mcp") and words[1:2] in (["retrieve"], ["compress"])
