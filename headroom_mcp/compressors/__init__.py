"""One kind of output per file.

A compressor is a module with three functions; its kind is the file's name, the word in the marker, the folder of its cases:

    score(output: ToolOutput) -> float             0 (not mine) … 1 (certainly mine), from a sample of the text
    facts(output: ToolOutput) -> list[Fact]        the lines that must survive: failures, then what the query asks, totals
    compress(output: ToolOutput, budget: int) -> Compressed | None

`compress` is pure (no clock, files, environment or random numbers) and total: `None` means "I have nothing better".
`budget` is the number of tokens to aim at. The parts it returns partition `output.lines`; the gate then puts back facts
that it dropped, so a compressor thinks about structure and the gate about safety. A compressor that chooses among the facts
itself says so for the lines in question (`Compressed.answers_for`).

A module may have a fourth, `is_of_kind(output) -> bool`: False for a text that only looked like its kind, and that is therefore read
as one of no known form where `compress` returns None.

`facts` is true whatever `compress` does with it: lines of failures (rank 0) are shown in every run, also those that the
context has been shown before. Where words like "error" are data and no failure (a grep's hits, a table's cells, a source
file), the kind knows; text that nobody knows more about has the facts of `facts.find`.
"""

from __future__ import annotations

import sys
from types import ModuleType

# Strictest first: on equal scores the earlier one wins. Modules are imported when they are asked.
_MODULE_OF = {
    "notebook": "notebook",
    "json": "json.kind",
    "snapshot": "snapshot.kind",
    "html": "html.kind",
    "search": "search.kind",
    "code": "code.kind",
    "diff": "diff",
    "command": "command.kind",
    "git": "git",
    "listing": "listing.kind",
    "table": "table.kind",
    "lint": "lint.kind",
    "test_output": "test_output",
    "build": "build",
    "stack_trace": "stack_trace",
    "access_log": "access_log",
    "log": "log",
    "markdown": "markdown",
    "prose": "prose.kind",
    "blob": "blob",
    "general": "general",
}
BUILTIN = tuple(_MODULE_OF)


def load(kind: str) -> ModuleType:
    """Return the compressor module of `kind`.

    Raises: KeyError for a word that is not a kind.
    """
    if kind not in BUILTIN:
        raise KeyError(kind)
    name = f"headroom_mcp.compressors.{_MODULE_OF[kind]}"
    __import__(name)  # not importlib: it costs a millisecond
    return sys.modules[name]
