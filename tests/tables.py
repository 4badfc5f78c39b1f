"""Tables of inputs and exact outputs: what a function says of small texts, at and around its limits.

A table is a text file of rows, and a row an input of one of the probes (functions) that the test next to it defines:

    test blocks  {"errors": true}        the probe, and what it is given beside the text, as JSON
    | FAILED a.py::b - assert 0          a line of the text
    40 | 	at a.B.c(B.java:{n})          the same 40 times, with {n} for 1, 2, 3, …
    " \r"                                a line with what a page does not show, as JSON
    ---                                  the next text, where a probe takes several
    = failing 0-41: 0, 1, 2              a line of what comes out

`pytest tests/ROOM/test_tables.py --update-goldens` writes the lines with "=": read them before they are committed. Most rows
were made by `python -m tests.rows` and `python -m tests.mutation.rows`, which look for small texts that show something new.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pytest

Line = tuple[int, str]  # how often, and what


class Row(NamedTuple):
    """An input of a probe and what comes out of it."""

    probe: str
    options: dict[str, Any]
    texts: tuple[tuple[Line, ...], ...]
    said: str = ""

    def given(self) -> list[str]:
        """Return the texts, written out."""
        return ["\n".join(_written_out(lines)) for lines in self.texts]

    def ask(self, probes: dict[str, Probe]) -> str:
        """Return what the row's probe says of it now."""
        return probes[self.probe](*self.given(), **self.options)


Probe = Callable[..., str]


def check(rows: Sequence[Row], probes: dict[str, Probe]) -> None:
    """Fail with the first of some rows of which something else is said now."""
    for row in rows:
        said = row.ask(probes)
        assert said == row.said, "\n".join([*written(row._replace(said=said)), "", "was:", row.said])


def read(path: Path) -> list[Row]:
    """Return the rows of a table."""
    found: list[Row] = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = block.strip("\n").split("\n")
        if block.strip() and not lines[0].startswith("#"):
            found.append(_row(lines))
    return found


def write(path: Path, rows: Iterable[Row], probes: dict[str, Probe]) -> None:
    """Write a table with what its probes say now; a head that begins with "#" stays."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    head = [block for block in old.split("\n\n") if block.startswith("#")][:1]
    blocks = ["\n".join(written(row._replace(said=row.ask(probes)))) for row in rows]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n\n".join([*(one.strip("\n") for one in head), *blocks]) + "\n", encoding="utf-8")


def settle(path: Path, probes: dict[str, Probe], request: pytest.FixtureRequest) -> list[Row]:
    """Return the rows of a table, written anew where goldens are to be updated."""
    if request.config.getoption("--update-goldens"):
        write(path, read(path), probes)
    return read(path)


def written(row: Row) -> list[str]:
    """Return the lines of a row in its table."""
    head = f"{row.probe}  {json.dumps(row.options, ensure_ascii=False)}" if row.options else row.probe
    found = [head]
    for number, lines in enumerate(row.texts):
        found += ["---"] if number else []
        found += [_line(often, text) for often, text in lines]
    return [
        *found,
        *(f"= {line}".rstrip() if is_plain(line) else f"= {json.dumps(line)}" for line in row.said.split("\n")),
    ]


def can_hold(row: Row) -> bool:
    """Tell whether a table gives a row back as it is."""
    return _row(written(row)) == row


def _row(lines: list[str]) -> Row:
    probe, _, options = lines[0].partition("  ")
    texts: list[list[Line]] = [[]]
    said: list[str] = []
    for line in lines[1:]:
        if line.startswith("="):
            text = line[2:]
            said.append(
                str(json.loads(text)) if text.startswith('"') and text.endswith('"') and len(text) > 1 else text
            )
        elif line == "---":
            texts.append([])
        elif line.startswith('"'):
            texts[-1].append((1, str(json.loads(line))))
        else:
            often, _, text = line.partition("|")
            texts[-1].append((int(often or 1), text[1:]))
    return Row(probe, json.loads(options) if options else {}, tuple(map(tuple, texts)), "\n".join(said))


def _written_out(lines: Iterable[Line]) -> Iterator[str]:
    for often, text in lines:
        if often == 1:
            yield text
        else:
            yield from (text.replace("{n}", str(number)) for number in range(1, often + 1))


def _line(often: int, text: str) -> str:
    if often == 1 and not is_plain(text):
        return json.dumps(text)
    return f"{often} | {text}".rstrip() if often != 1 else f"| {text}".rstrip()


def is_plain(text: str) -> bool:
    """Can a line be read on a page as it is?"""
    is_shown = all(char.isprintable() or char == "\t" for char in text)
    return is_shown and not text[-1:].isspace() and not text.startswith('"')
