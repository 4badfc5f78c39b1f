r"""A lone "\r" ends the lines of some texts and overwrites those of others: nothing of the first vanishes."""

from __future__ import annotations

import random

import pytest

from headroom_mcp.retrieval import slices
from headroom_mcp.store.rows import Original
from headroom_mcp.text import returns
from headroom_mcp.tool_output import ToolOutput

_PICK = random.Random(12)
_ROWS = {
    "CSV": [f"{n},mail {n * 7919 % 1000},{n * 31 % 97}.50" for n in range(800)],
    "a serial log": [f"[{n * 0.37:9.3f}] usb {n % 7}-1: {_PICK.choice(('reset', 'new device', 'gone'))}" for n in range(300)],
    "prose": [" ".join(_PICK.choices(("sea", "the", "came", "late", "mail", "knew"), k=9)) for _ in range(60)],
    "columns of one width": [f"{_PICK.randrange(10_000):04d} {_PICK.randrange(10_000):04d} {_PICK.randrange(100):02d}" for _ in range(200)],
    "source": ["import os", "", "def send(mail):", "    return os.getpid() + mail", "", "send(3)", "send(4)", "x = 1"],
}  # fmt: skip
_REDRAWN = {
    "a share": [f"{n}% done" for n in range(101)],
    "a part of many": [f"uploading part {n} of 400" for n in range(400)],
    "a bar": [f"|{'#' * n}{' ' * (40 - n)}| {n}/40" for n in range(41)],
    "a wheel": [f"waiting {'|/-'[n % 3]}" for n in range(50)],
    "what is erased": [f"\x1b[2Kfetching {'x' * (n * 7 % 9)}" for n in range(60)],
}


@pytest.mark.parametrize(
    "call", [{"command": "cat a.csv"}, {"command": "cat /dev/ttyS0"}, {"file_path": "/a/b.txt"}], ids=str
)
@pytest.mark.parametrize("name", _ROWS)
@pytest.mark.parametrize("last", ["\r", "", "\n"], ids=repr)
def test_lines_that_end_in_a_return_are_lines(name: str, call: dict[str, object], last: str) -> None:
    rows = _ROWS[name]
    output = ToolOutput("\r".join(rows) + last, "Bash" if "command" in call else "Read", call)

    assert output.lines == rows
    assert output.overwritten == 0


@pytest.mark.parametrize("name", _REDRAWN)
@pytest.mark.parametrize("last", ["\r", "", "\n", "\nready\n"], ids=repr)
def test_what_is_drawn_over_is_one_line(name: str, last: str) -> None:
    text = "\r".join(_REDRAWN[name]) + last

    assert returns.as_line_ends(text) == text
    assert len(ToolOutput(text, "Bash", {"command": "./run"}).lines) <= 2


def test_a_return_in_a_text_of_lines_ends_none() -> None:
    text = "evil()\rimport os\rx = 1\rsend(mail)\rx\nprint(1)\n"

    assert returns.as_line_ends(text) == text


@pytest.mark.parametrize("name", _ROWS)
def test_the_lines_of_a_marker_are_those_that_come_back(name: str) -> None:
    rows = _ROWS[name]
    original = Original("0" * 12, "\r".join(rows).encode(), "Bash", "general", 0.0)

    page = slices.cut(original, query=None, lines="3-6", json_path=None, max_tokens=500)

    assert page.split("\n")[1:] == rows[2:6]
