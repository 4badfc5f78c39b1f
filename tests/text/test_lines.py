"""What a terminal would not show is noise, unless it is a file's own text or a failure."""

from __future__ import annotations

import pytest

from headroom_mcp import compress_output
from headroom_mcp.text import lines
from headroom_mcp.tool_output import ToolOutput

_SOURCE = "evil()\rimport os\nprint('\x1b[31m')\r\nx = 'a\bb'\n"


@pytest.mark.parametrize(
    "call", [{"file_path": "/app/a.py"}, {"command": "cat a.py"}, {"command": "sed -n 1,9p src/a.ts | head"}]
)
def test_the_text_of_a_source_file_is_never_altered(call: dict[str, object]) -> None:
    shown = ToolOutput(_SOURCE, "Read" if "file_path" in call else "Bash", call).lines

    assert shown == ["evil()\rimport os", "print('\x1b[31m')", "x = 'a\bb'"]


@pytest.mark.parametrize(
    "call", [{"command": "python a.py"}, {"command": "cat app.log"}, {"file_path": "/app/app.log"}]
)
def test_what_a_program_prints_is_shown_as_on_a_terminal(call: dict[str, object]) -> None:
    assert ToolOutput("10%\r50%\r100%\n\x1b[31mdone\x1b[0m\n", "Bash", call).lines == ["100%", "done"]


@pytest.mark.parametrize("failure", ["ERROR: disk full", "fatal: no route", "connection refused"])
def test_a_failure_that_the_next_state_overwrites_stays(failure: str) -> None:
    line = f"50% sent\r{failure}\r60% sent"

    assert failure in lines.clean_line(line)
    assert lines.clean_line("50% sent\r0 errors\r60% sent") == "60% sent"


def test_a_text_in_utf_16_is_read_as_what_it_says() -> None:
    said = [f"2026-01-01 12:00:{n % 60:02d} INFO job {n} is done" for n in range(300)]
    said[150] = "2026-01-01 12:02:30 ERROR job 150 has no address"
    for encoding in ("utf-16-le", "utf-16-be"):
        text = "\n".join(said).encode(encoding).decode("utf-8")
        result = compress_output(text, tool_name="Bash", tool_input={"command": "cat app.log"})

        assert lines.split_lines(text) == said
        assert said[150] in result.text
        assert "\0" not in result.text


def test_names_between_nuls_stay_apart() -> None:
    """`find -print0`, where a NUL ends a name."""
    assert lines.split_lines("a/b.txt\0c/d.txt\0\ne") == ["a/b.txt\0c/d.txt\0", "e"]
