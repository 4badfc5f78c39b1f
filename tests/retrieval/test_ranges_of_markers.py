"""Every range that a marker names gives, asked for as the marker counts, exactly what was left out: lines as `lines`, rows as rows.

Over the golden cases of every kind, and JSON whose text has fewer lines than rows, or as many, or more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from headroom_mcp.compressors.json import parse
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.retrieval import json_path, slices
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory
from headroom_mcp.store.rows import Original
from headroom_mcp.text import opened
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Result, SliceError
from tests.test_cases import _case, _folders, _read

# [… lines 120-164 · note] but for what is only unchanged, and [… 90 rows: 3-17, 19, …, 84-98 · note]
_LINES = re.compile(r"^[ \t]*\[… lines? ([0-9]+)(?:-([0-9]+))?(?: · [^\n]*)?\]$", re.MULTILINE)
_ROWS = re.compile(r"^\[… ([0-9,]+) rows?: ([0-9, \-]+)(?: · [^\n]*)?\]$", re.MULTILINE)
_LABEL = re.compile(r"^(\d+):", re.MULTILINE)
_ALL = 10_000_000


def _compressed(text: str, **hints: Any) -> tuple[Result, Original] | None:
    with open_in_memory(Settings()) as store:
        result = compress_output(text, store=store, **{"settings": Settings(), **hints})
        if result.outcome != "compressed" or result.ref is None:
            return None
        return result, store.get(result.ref)


def _of_case(folder: Path) -> tuple[Result, Original] | None:
    case = _case(folder)
    given = {key: case[key] for key in ("command", "file_path", "path", "pattern", "url") if key in case}
    text = _read(folder / "input.txt")
    return _compressed(text, tool_name=case.get("tool_name", "Bash"), tool_input=given, query=case.get("query", ""))


def _slice(original: Original, lines: str) -> list[str]:
    """Return the lines that a slice shows between what it says of itself."""
    shown = slices.cut(original, query=None, lines=lines, json_path=None, max_tokens=_ALL)
    return [line for line in shown.split("\n")[1:] if not line.startswith("[these are lines of the text")]


@pytest.mark.parametrize("folder", _folders(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_range_of_lines_in_a_marker_gives_those_lines_and_no_other(folder: Path) -> None:
    made = _of_case(folder)
    if made is None:
        return
    result, original = made
    wrapper = opened.opened(original.text, original.tool_name)
    lines = ToolOutput("\n".join(wrapper.lines) if wrapper is not None else original.text).lines
    asked: set[int] = set()
    for first, last in _LINES.findall(result.text):
        start, stop = int(first) - 1, int(last or first)
        got = _slice(original, f"{first}-{last}" if last else first)
        assert ToolOutput("\n".join(got) + "\n").lines == lines[start:stop]
        assert asked.isdisjoint(range(start, stop)), "two markers name one line"
        asked.update(range(start, stop))


def _rows_of(original: Original, path: str) -> list[Any]:
    root: Any = json_path.select(_root(original), path)
    assert len(root) == 1
    return list(root[0])


def _root(original: Original) -> Any:
    documents = parse.documents(original.text)
    return documents[0].value if len(documents) == 1 else [document.value for document in documents]


def _ranges(said: str) -> Iterator[tuple[int, int]]:
    for piece in said.split(", "):
        first, _, last = piece.partition("-")
        yield int(first), int(last or first)


def _records(count: int) -> list[dict[str, object]]:
    dice = Random(3)
    rows: list[dict[str, object]] = [
        {
            "at": f"2026-03-14T{n // 60:02}:{n % 60:02}:15Z",
            "level": "DEBUG" if n % 10 == 9 else "INFO",
            "service": dice.choice(["users", "catalog", "search", "mail"]),
            "message": dice.choice(["request completed", "health check passed", "page rendered", "session validated"]),
            "request": f"req-{dice.getrandbits(32):08x}",
            "ms": dice.randrange(100),
            "host": f"node-{n % 5}.prod.internal",
            "trace": f"{dice.getrandbits(64):016x}",
        }
        for n in range(count)
    ]
    rows[count // 2].update(level="FATAL", message="Connection pool exhausted")
    return rows


_FORMS = {
    "on one line": lambda rows: json.dumps(rows),
    "a row a line": lambda rows: "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]",
    "lines of JSON": lambda rows: "\n".join(map(json.dumps, rows)),
    "indented": lambda rows: json.dumps(rows, indent=2),
    "below a key": lambda rows: json.dumps({"page": 1, "items": rows}),
    "two levels down": lambda rows: json.dumps({"answer": {"page": 1, "all items": rows}}, indent=1),
}


@pytest.mark.parametrize("count", [60, 400])
@pytest.mark.parametrize("form", _FORMS)
def test_a_range_of_rows_in_a_marker_gives_those_rows_and_with_the_shown_ones_all(form: str, count: int) -> None:
    made = _compressed(_FORMS[form](_records(count)), tool_name="Bash", tool_input={"command": "curl x"})
    assert made is not None
    result, original = made
    path = json_path.longest_array(original.text)
    (said,) = _ROWS.findall(result.text)
    rows = _rows_of(original, path)
    shown = {int(label) for label in _LABEL.findall(result.text)}
    left_out: set[int] = set()
    for first, last in _ranges(said[1]):
        got = json_path.select_text(original.text, f"{path}[{first}:{last + 1}]")
        assert got == "\n".join(parse.dumps(row) for row in rows[first : last + 1]) or first == last
        left_out.update(range(first, last + 1))

    assert int(said[0].replace(",", "")) == len(left_out)
    assert shown | left_out == set(range(count))
    assert shown.isdisjoint(left_out)


@pytest.mark.parametrize("form", _FORMS)
def test_a_range_of_rows_that_is_asked_for_as_lines_gives_the_rows_or_says_how_to_get_them(form: str) -> None:
    made = _compressed(_FORMS[form](_records(400)), tool_name="Bash", tool_input={"command": "curl x"})
    assert made is not None
    original = made[1]
    rows = _rows_of(original, json_path.longest_array(original.text))
    got = slices.cut(original, query=None, lines="44-46", json_path=None, max_tokens=_ALL)
    said = re.search(r'a marker that counts rows means json_path="([^\n]*)"\]$', got)
    found = json_path.select_text(original.text, said[1]) if said else got.partition("\n")[2]

    assert found == "\n".join(parse.dumps(row) for row in rows[44:47])


@pytest.mark.parametrize("lines", ["4000-4100", "401", "90000-"])
def test_a_range_that_neither_lines_nor_rows_have_is_refused_with_the_lines_there_are(lines: str) -> None:
    made = _compressed(json.dumps(_records(400)), tool_name="Bash", tool_input={"command": "curl x"})
    assert made is not None
    with pytest.raises(SliceError, match="lies outside this original, which has lines 1-1"):
        slices.cut(made[1], query=None, lines=lines, json_path=None, max_tokens=_ALL)
