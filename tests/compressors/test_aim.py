"""How much of a file is shown depends on how sure it is what the question is about."""

from __future__ import annotations

import pytest

from headroom_mcp.compressors.code import aim, kind, wanted
from headroom_mcp.flow.plan import plan_within
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import View

_SUBJECTS = "parcel colour harbour violin garden orchard railway kitchen museum bridge balloon library".split()
_ROWS = 24


def _file(times: int) -> str:
    """Return a file of `times` dozens of functions, of about 300 tokens each, none of which shares a word with another."""
    return "".join(
        f"def {subject}_{number}(first):\n"
        + "".join(f"    {subject}_{row} = first.{subject}[{row}]\n" for row in range(_ROWS))
        + f"    return {subject}_1\n\n\n"
        for number in range(times)
        for subject in _SUBJECTS
    )


def _shown(text: str, question: str, limit: int = 0, **call: str) -> str:
    output = ToolOutput(text, "Bash", call or {"command": "cat shop.py"}, question)
    output.limit_chars = limit
    compressed = kind.compress(output, 1_000)
    return text if compressed is None else render.render(output.lines, compressed.parts)


FILE = _file(2)
LONG = _file(6)
SURE = "The violin is out of tune: the violin of the orchestra"


def test_a_clear_question_gets_what_it_is_about_and_the_signatures() -> None:
    shown = _shown(FILE, SURE)

    assert all(line in shown for line in FILE.split("\n") if "violin" in line)
    assert all(f"def {subject}_0(first):" in shown for subject in _SUBJECTS)
    assert len(shown) < 0.5 * len(FILE)


@pytest.mark.parametrize(
    "question",
    ["", "Fixes for Monday's release", "Do as you were told."],
    ids=["none", "words that stand nowhere", "words for nothing"],
)
def test_of_a_file_that_nobody_knows_the_reason_for_nothing_goes(question: str) -> None:
    assert _shown(FILE, question) == FILE


def test_a_very_long_file_is_an_outline_whatever_is_asked() -> None:
    output = ToolOutput(LONG, "Read", {"file_path": "shop.py"})

    assert output.tokens > kind.UNASKED_TOKENS
    for question in ("", "Fixes for Monday's release"):
        shown = _shown(LONG, question)
        assert len(shown) < 0.5 * len(LONG)
        assert "def library_5(first):" in shown


@pytest.mark.parametrize("question", ["", SURE], ids=["nothing asked", "a question"])
def test_a_file_of_which_a_host_shows_the_beginning_only_becomes_short_enough(question: str) -> None:
    limit = len(FILE) // 2
    output = ToolOutput(FILE, "Bash", {"command": "cat shop.py"}, question)
    planned = plan_within(output, Settings(), View(limit))

    assert planned is not None
    assert len(planned.body) < limit
    assert "def library_0(first):" in planned.body


def test_a_question_about_documentation_leaves_nothing_out() -> None:
    assert _shown(FILE, "Fix the typo in the docstring of the violin") == FILE


def test_what_is_to_be_done_is_no_place_unless_nothing_else_is_said() -> None:
    assert wanted.of(ToolOutput("", "Read", {}, "fix: add support for parcels")).terms == ["parcel"]
    assert wanted.of(ToolOutput("", "Read", {}, "Use of support")).terms == ["use", "support"]


def test_a_better_place_costs_less() -> None:
    """The words of the questions stand nowhere, in one body, and many in one body and its name."""
    text = LONG.replace("first.violin[7]", "first.monday[7]", 1)
    lines = text.split("\n")
    rooms = []
    for question in ("which is the tuesday?", "monday", "violin_2 sets first.monday[7] of violin_7 and violin_8"):
        output = ToolOutput(text, "Read", {"file_path": "shop.py"}, question)
        rooms.append(aim.take(output, lines, "python").room(output, 9_000))

    assert rooms[0] == 0
    assert rooms[1] > rooms[2] > 0


def test_a_word_by_chance_is_no_place_where_the_file_has_few_of_the_question_s_words() -> None:
    text = FILE.replace("first.violin[7]", "first.monday[7]")

    assert len(_shown(text, "monday")) < 0.6 * len(text)
    assert _shown(text, "what fails on monday with error E4711?") == text


def test_constants_are_shown_beside_what_was_asked_for() -> None:
    text = f"RETRIES = 7\nTIMEOUT_S = 2.5\n\n\n{FILE}"

    assert "RETRIES = 7\nTIMEOUT_S = 2.5" in _shown(text, SURE)
