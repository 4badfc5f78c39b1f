"""Of a whole file, the bodies that a question is least about are left out; what it names and small files stay."""

from __future__ import annotations

import pytest

from headroom_mcp.compressors.code import asides, kind
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput

_SUBJECTS = (
    "parcel weight scale", "colour palette shade", "harbour tide table", "violin string tension", "garden soil acidity",
    "orchard apple harvest", "railway signal lamp", "kitchen oven timer", "museum ticket price", "bridge cable load",
    "weather balloon altitude", "library shelf label",
)  # fmt: skip
_QUESTION = "The tension of a violin string is wrong after the string was tuned twice: the measured tension doubles."


def _function(number: int, indent: str = "") -> list[str]:
    thing, part, value = _SUBJECTS[number].split()
    return [
        f"{indent}def {part}_{value}(first, second):",
        f'{indent}    """Return the {value} of the {part} of a {thing}."""',
        f"{indent}    {thing} = first.{part} + second.{part}",
        *(f"{indent}    {thing} = {thing}.join_{n}({part}_{n}, {value}=first.{value}, other={n})" for n in range(9)),
        f"{indent}    if {thing} is None:",
        f"{indent}        raise ValueError({value!r})",
        f"{indent}    return {thing}",
        "",
    ]


def _shown(text: str, question: str, **call: str) -> str:
    output = ToolOutput(text, "Bash", call or {"command": "cat shop/things.py"}, question)
    compressed = kind.compress(output, 400)
    return text if compressed is None else render.render(output.lines, compressed.parts)


FILE = "\n".join(line for number in range(len(_SUBJECTS)) for line in _function(number))
METHODS = "class Things:\n" + "\n".join(line for n in range(len(_SUBJECTS)) for line in _function(n, "    "))


@pytest.mark.parametrize("text", [FILE, METHODS], ids=["functions", "methods"])
def test_bodies_that_a_question_is_not_about_are_their_signatures(text: str) -> None:
    shown = _shown(text, _QUESTION)
    lines = shown.split("\n")

    assert all(line in lines for line in text.split("\n") if "violin" in line)
    for subject in _SUBJECTS:
        thing, part, value = subject.split()
        assert f"def {part}_{value}(first, second):" in shown
        assert f"Return the {value} of the {part} of a {thing}." in shown
    assert len(shown) < 0.6 * len(text)
    assert "oven_3, timer" not in shown


def test_a_body_that_the_question_names_is_shown_however_little_else_it_shares() -> None:
    """Its name says little about it where every other body calls it."""
    calls = FILE.replace("first.", "read_all(first).")
    read_all = [
        "def read_all(first):",
        *(f"    first = first.add_{n}(None, {n})" for n in range(9)),
        "    return first",
    ]
    text = "\n".join([*read_all, "", calls])
    question = f"Which of these is wrong: {', '.join(_SUBJECTS)}?"

    assert "first.add_7(None, 7)" in _shown(text, f"{question} See read_all.")
    assert "first.add_7(None, 7)" not in _shown(text, question)


@pytest.mark.parametrize(
    ("text", "question", "command"),
    [
        (FILE, "", "cat shop/things.py"),
        (FILE, "The violin!", "cat shop/things.py"),
        (FILE, "Mend the garage door of the neighbour before Monday", "cat shop/things.py"),
        (FILE, _QUESTION, "sed -n '1,400p' shop/things.py"),
        ("\n".join(FILE.split("\n")[:70]), _QUESTION, "cat shop/things.py"),
    ],
    ids=["no question", "a question of a word", "a question about nothing here", "a range", "a small file"],
)
def test_nothing_goes_where_little_is_known_or_the_text_was_chosen(text: str, question: str, command: str) -> None:
    assert _shown(text, question, command=command) == text


def test_most_of_what_goes_is_the_least_about_the_question() -> None:
    """However many bodies there are, a file keeps four tenths of its text."""
    output = ToolOutput(FILE * 3, "Bash", {"command": "cat shop/things.py"}, _QUESTION)
    gone = list(asides.find(output, output.lines, "python"))
    left_out = sum(len("\n".join(output.lines[start:stop])) for start, stop in gone)

    assert gone
    assert left_out < 0.65 * len(output.text)
    assert not any("violin" in line for start, stop in gone for line in output.lines[start:stop])


def test_a_language_read_by_its_margins_is_left_out_alike() -> None:
    lua = "\n".join(
        line
        for number, subject in enumerate(_SUBJECTS)
        for line in (
            f"function {subject.replace(' ', '_')}(first)",
            *(f"  local {subject.split()[0]}{n} = first.{subject.split()[1]}({n}, {number})" for n in range(14)),
            f"  return {subject.split()[0]}1",
            "end",
            "",
        )
    )
    shown = _shown(lua, _QUESTION, command="cat shop/things.lua")

    assert all(line in shown for line in lua.split("\n") if "violin" in line)
    assert "function railway_signal_lamp(first)" in shown and "local railway7" not in shown


@pytest.mark.parametrize("words", ["Read things.py in full.", "Read the entire file shop/things.py first."])
@pytest.mark.parametrize("copies", [1, 4], ids=["bodies", "an outline"])
def test_who_asks_for_all_of_a_file_gets_it(words: str, copies: int) -> None:
    assert _shown(FILE * copies, f"{_QUESTION} {words}") == FILE * copies
    assert _shown(FILE * copies, f"{_QUESTION} {words.replace('things', 'other')}") != FILE * copies


@pytest.mark.parametrize("quotes", ['"""', "'''"])
def test_a_long_text_in_a_program_that_nobody_asks_about_is_its_first_line(quotes: str) -> None:
    page = "\n".join(f"  <li>{{{{ entry.number_{n} }}}} of {{{{ entry.total_{n} }}}}</li>" for n in range(40))
    text = f"PAGE = {quotes}<ul>\n{page}\n</ul>{quotes}\n\nNAMES = ['a', 'b']\n\n\n{FILE}"
    shown = _shown(text, _QUESTION)

    assert f"PAGE = {quotes}<ul>" in shown and "NAMES = ['a', 'b']" in shown
    assert "entry.total_7" not in shown
    assert "entry.total_7" in _shown(text, f"{_QUESTION} It says entry.total_7 of entry.number_7.")


def test_functions_that_are_given_to_members_are_definitions_without_a_grammar_s_help() -> None:
    """A viewer's own line above a file is no JavaScript, and neither is what it cuts off."""
    script = "\n".join(
        line
        for subject in _SUBJECTS
        for line in (
            f"res.{subject.replace(' ', '_')} = function (body) {{",
            *(f"  const {subject.split()[0]}{n} = body.{subject.split()[1]}({n});" for n in range(14)),
            "};",
            "",
        )
    )
    shown = _shown(
        f"[Reading 900 lines from start (total: 950 lines)]\n{script}if (", _QUESTION, command="cat a/res.js"
    )

    assert "res.railway_signal_lamp = function (body) {" in shown
    assert "railway7" not in shown and "violin7" in shown
