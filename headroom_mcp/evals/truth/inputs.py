"""Where the outputs come from whose short forms are checked: folders of cases, made-up outputs, made-up runs of tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from headroom_mcp.evals import bench
from headroom_mcp.evals.planted import game
from headroom_mcp.evals.truth import runs
from headroom_mcp.types import ToolInput


class Input(NamedTuple):
    """One output, where it came from, and for a made-up run what is true of its lines."""

    name: str
    text: str
    tool_name: str
    tool_input: ToolInput
    query: str = ""
    made: runs.Made | None = None


def of_corpus(folder: str) -> Iterator[Input]:
    """Yield the cases of a folder, each with its question and without. Raises: OSError, ValueError as `bench.cases`."""
    for case in bench.cases(folder):
        name = f"{case.kind}/{case.id}"
        yield Input(name, case.text, case.tool_name, case.tool_input, case.query)
        if case.query:
            yield Input(f"{name} (unasked)", case.text, case.tool_name, case.tool_input)


def of_cases(folder: str) -> Iterator[Input]:
    """Yield what a folder of NAME.txt and NAME.toml describes: `tool_name`, `command`, `query`. Raises: OSError."""
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".toml"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            fields = dict(line.rstrip("\n").split(" = ", 1) for line in file if line[:1].isalpha() and ' = "' in line)
        with open(os.path.join(folder, f"{name[:-5]}.txt"), encoding="utf-8", newline="") as file:
            text = file.read()
        tool, command, query = (fields.get(key, "").strip('"') for key in ("tool_name", "command", "query"))
        yield Input(name[:-5], text, tool, {"command": command} if command else {}, query)


def planted(count: int, first: int = 0) -> Iterator[Input]:
    """Yield `count` made-up outputs with something odd in each; `first` is the seed of the first."""
    for seed in range(first, first + count):
        drawn = game.output(seed)
        yield Input(f"planted {seed} {drawn.format}", drawn.text, "Bash", {"command": drawn.command})


def test_runs(count: int, first: int = 0) -> Iterator[Input]:
    """Yield `count` made-up runs of tests; `first` is the seed of the first."""
    for seed in range(first, first + count):
        made = runs.make(seed)
        yield Input(f"run {seed} {made.name}", made.text, "Bash", {"command": made.command}, "", made)
