"""One tool output on its way through the flow: its text, where it came from, and what is derived from them once."""

from __future__ import annotations

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.text import lines as text_module
from headroom_mcp.text import tokens
from headroom_mcp.types import ToolInput

if TYPE_CHECKING:
    from headroom_mcp.records.survey import Survey

QUERY_CHARS = 600  # of each hint: a task description of pages tells no lines apart
MIN_READ_LINES = 400  # below, a file is cheaper whole than with a second look
MIN_SOURCE_TOKENS = 1_500  # the same of source, of which bodies that nobody asks about are left out
_QUERY_KEYS = ("query", "q", "pattern", "search", "question", "prompt", "description")
# What a file may be that its name does not tell: kinds with a form of their own.
_FORMED = (
    "code", "json", "log", "access_log", "lint", "stack_trace", "table", "test_output", "build", "listing", "search", "html",
)  # fmt: skip


def query_of(tool_input: ToolInput, prompt: str) -> str:
    """Return what the model wants to know: the call's own hints, then the user's last prompt."""
    hints = [tool_input.get(key) for key in _QUERY_KEYS]
    words = [hint[:QUERY_CHARS] for hint in hints if isinstance(hint, str) and hint]
    if prompt:
        words.append(prompt[:QUERY_CHARS])
    return "\n".join(words)


def kinds_of_file(path: str) -> tuple[str, ...]:
    """Return the kinds the text of a file may be of; () for any. Of a source file only an outline that knows its language."""
    from headroom_mcp.commands import suffixes

    suffix = suffixes.suffix(path)
    if suffix in suffixes.DATA:
        return ()
    return ("code",) if suffix in suffixes.SOURCE else _FORMED


def is_short_file(text: str, path: str) -> bool:
    """Tell whether a file that was read from its first line to its last is cheaper whole than with a second look."""
    from headroom_mcp.commands import suffixes

    suffix = suffixes.suffix(path)
    if suffix in suffixes.LANGUAGES and suffix in suffixes.SOURCE:
        return tokens.estimate(text) < MIN_SOURCE_TOKENS
    return text.count("\n") + 1 < MIN_READ_LINES


class ToolOutput:
    """A tool's output with the hints its host gave. Immutable by convention; derived values are computed once.

    `text` is the output as received; `lines` are its lines as a terminal shows them (see `text.split_lines`): compressors
    work on these, and a `Part`'s numbers index them.
    """

    __slots__ = (
        "_lines",
        "_survey",
        "_tokens",
        "ambient",
        "limit_chars",
        "offset",
        "opens",
        "overwritten",
        "prose_model",
        "query",
        "text",
        "tool_input",
        "tool_name",
    )

    def __init__(self, text: str, tool_name: str = "", tool_input: ToolInput | None = None, query: str = "") -> None:
        self.text = text
        self.tool_name = tool_name
        self.tool_input: ToolInput = tool_input or {}
        self.query = query
        self.ambient = 0  # first lines that other programs' outputs begin with, too (see flow.repeats.head_of_all)
        self.limit_chars = 0
        self.offset = 0  # lines of the whole output before these: whoever says a line number adds it
        self.opens = True  # where it is a wrapper: False where it is not the text that is stored (see text.opened)
        self.prose_model = ""  # see Settings.prose_model
        self.overwritten = 0  # states of lines that later ones overwrite; known once the lines are read
        self._lines: list[str] | None = None
        self._tokens: int | None = None
        self._survey: Survey | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether its host would show the model only the beginning of it."""
        return 0 < self.limit_chars < len(self.text)

    @property
    def lines(self) -> list[str]:
        """The lines as shown; index 0 is line 1."""
        if self._lines is None:
            text = self.text
            if "\r" in text:
                from headroom_mcp.text import returns

                text = returns.as_line_ends(text)
            terminal = not self._is_file()
            if terminal and text.count("\r") > text.count("\r\n"):
                from headroom_mcp.records import frames

                self._lines, self.overwritten = frames.read(text)
            else:
                self._lines = text_module.split_lines(text, terminal=terminal)
        return self._lines

    def lines_from(self, number: int) -> list[str]:
        """Return the lines as a file viewer shows them, "N<TAB>line" with N from `number` on; as they are for 0."""
        return [f"{at}\t{line}" for at, line in enumerate(self.lines, number)] if number else self.lines

    def _is_file(self) -> bool:
        """Tell whether the text is that of a file that is no log: what looks like a terminal's noise belongs to it."""
        if not ("\r" in self.text or "\x1b" in self.text or "\b" in self.text):
            return False
        from headroom_mcp.commands import suffixes

        names = self.files()
        kinds = {suffixes.KINDS.get(f".{name.rpartition('.')[2].lower()}", "") for name in names if "." in name}
        return bool(kinds) and kinds.isdisjoint(("", "log"))

    def files(self) -> list[str]:
        """Return the files whose text this is: the one that was read, or what a command hands to programs that print files as
        they are; none where another program has a part in it."""
        from headroom_mcp.commands import programs, shell

        if self.path and not self.command:
            return [self.path]
        names: list[str] = []
        for pipeline in shell.parse(self.command) if self.command else []:
            if len(pipeline) == 1 and shell.name(pipeline[0]) == "cd":
                continue
            if any(shell.name(words) not in programs.READERS for words in pipeline):
                return []
            names += [word for words in pipeline for word in shell.arguments(words)]
        return names

    def holds_instructions(self) -> bool:
        """Tell whether this is the text of a file that tells agents or contributors what to do: every sentence may be a rule."""
        from headroom_mcp.commands import suffixes

        return any(map(suffixes.is_instructions, self.files()))

    @property
    def tokens(self) -> int:
        """The estimated tokens of the text as received."""
        if self._tokens is None:
            self._tokens = tokens.estimate(self.text)
        return self._tokens

    @property
    def survey(self) -> Survey:
        """The records of the lines, and which of them are unlike the others."""
        if self._survey is None:
            from headroom_mcp.records import survey

            self._survey = survey.of(self.lines)
        return self._survey

    @property
    def command(self) -> str:
        """The shell command that printed this, "" where the tool is no shell."""
        command = self.tool_input.get("command", "")
        return command if isinstance(command, str) else ""

    @property
    def path(self) -> str:
        """The one file this is about (`file_path` of a Read, `path` of a search), "" where there is none."""
        for key in ("file_path", "path", "notebook_path"):
            value = self.tool_input.get(key)
            if isinstance(value, str) and value:
                return value
        return ""

    @property
    def label(self) -> str:
        """How a reader knows this output: the command, or the tool and its file."""
        if self.command:
            words = " ".join(self.command.split())
            return words if len(words) <= 40 else f"{words[:39]}…"
        name = self.path.rpartition("/")[2]
        return f"{self.tool_name} {name}".strip()

    def section(self, start: int, stop: int) -> ToolOutput:
        """Return lines `start` … `stop - 1` as an output of their own with the same hints."""
        if start == 0 and stop >= len(self.lines):
            return self
        part = self.with_lines(self.lines[start:stop])
        part.offset = self.offset + start
        return part

    def with_lines(self, lines: list[str]) -> ToolOutput:
        """Return an output of other `lines` with the same hints."""
        part = ToolOutput("\n".join(lines), self.tool_name, self.tool_input, self.query)
        part._lines = lines
        part.limit_chars = self.limit_chars
        part.offset = self.offset
        part.prose_model = self.prose_model
        return part
