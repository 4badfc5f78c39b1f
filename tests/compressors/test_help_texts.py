"""Help texts: the option that a question describes is found, whatever the words of its name are written as."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.compressors import _options
from headroom_mcp.evals.truth.inputs import Input
from headroom_mcp.evals.truth.judge import judge
from headroom_mcp.flow.plan import plan
from headroom_mcp.query import clauses, superlatives
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import marker
from headroom_mcp.tool_output import ToolOutput

_THINGS = "cache socket replica buffer script client cluster stream module channel worker tunnel ledger".split()
_DEEDS = "flush rotate inspect detach verify rebuild replay freeze publish import export restart".split()


def _help(dice: Random, option: str, said: str, *, after_usage: bool) -> str:
    """Return a help text of 70 options, among them `option`."""
    named = [f"{deed}-{thing}" for deed in _DEEDS for thing in _THINGS]
    rows = [
        f"  --{name:<18} {name.partition('-')[0].capitalize()} every {name.partition('-')[2]} of this server once."
        for name in dice.sample(named, 70)
    ]
    rows.insert(dice.randrange(15, 55), f"  --{option:<18} {said}")
    head = [
        "tool 7.0.15",
        "",
        "Usage: tool [OPTIONS] [cmd [arg [arg ...]]]",
        *([] if after_usage else ["", "Options:"]),
    ]
    return "\n".join([*head, *rows, "", "Examples:", "  tool --help", "  tool --version", ""])


@pytest.mark.parametrize("after_usage", [True, False])
@pytest.mark.parametrize(
    ("question", "option", "said"),
    [
        ("How do I look for the biggest keys?", "bigkeys", "Sample the data set for what takes most room (slow)."),
        ("How many max clients may there be?", "maxclients", "At most so many at the same time, default 10000."),
        ("Where is the time out set?", "timeOut", "Give up after so long; 0 is never."),
        ("How do I give it a log file?", "logfile", "Where to write what happens."),
    ],
)
def test_two_words_of_a_question_find_the_name_that_writes_them_as_one(
    question: str, option: str, said: str, after_usage: bool
) -> None:
    for seed in range(3):
        text = _help(Random(seed), option, said, after_usage=after_usage)

        shown = plan(ToolOutput(text, "Bash", {"command": "tool --help"}, question), Settings()).body

        assert len(shown) < 0.7 * len(text)
        assert said in shown


def test_options_right_below_a_usage_line_are_told_apart() -> None:
    """As one paragraph they would be shown or left out together."""
    dice = Random(5)
    text = _help(dice, "quorum", "How many have to agree.", after_usage=True)

    shown = plan(ToolOutput(text, "Bash", {"command": "tool --help"}, "What is the quorum?"), Settings()).body

    assert "How many have to agree." in shown
    assert shown.count("of this server once") < 50


@pytest.mark.parametrize("indent", [2, 7])
@pytest.mark.parametrize("short", ["", "-{}, "])
def test_unasked_the_gaps_of_a_long_help_text_name_the_options_they_hold(indent: int, short: str) -> None:
    names = [f"{deed}-{thing}.{len(thing)}" for deed in _DEEDS for thing in _THINGS]
    lines = ["Usage: tool [OPTIONS] [cmd]", "", "Options:"]
    for at, name in enumerate(names):
        lines += [
            f"{' ' * indent}{short.format('abcdefgh'[at % 8])}--{name}=...   {name.partition('-')[0]} all of them once and again",
            f"{' ' * 30}wherever the server has any of these in its folders, or is told of them by another",
        ]
    output = ToolOutput("\n".join([*lines, ""]), "Bash", {"command": "tool --help"})

    planned = plan(output, Settings())

    shown = planned.body.split("\n")
    assert len(planned.body) < 0.4 * len(output.text)
    gaps = [(found, line) for line in shown if (found := marker.gap_range(line))]
    assert all(len(line) < marker.MAX_NOTE_CHARS + 60 and "…" not in line[3:] for _, line in gaps)
    for at, name in enumerate(names):
        row = 3 + 2 * at
        told = [line for (first, last), line in gaps if first <= row + 1 <= last]
        assert (f"--{name}" in told[0].replace("]", ",").replace(",", "").split()) if told else lines[row] in shown
    findings = judge(Input("help", output.text, "Bash", output.tool_input, ""), Settings())
    assert findings is not None
    assert (findings.false, findings.unchecked) == ([], [])


def test_a_help_text_of_few_options_is_told_as_any_document() -> None:
    assert _options.named([f"  --of-{n}  one" for n in range(7)], (), 10_000) == {}
    assert len(_options.named([f"  --of-{n}  one" for n in range(8)], (), 10_000)) == 8
    assert _options.named([f"  --of-{n}  one" for n in range(8)], (), 100) == {}
    assert _options.named(["  --of-1  one", *(f"  -{n}, --of-{n}  one" for n in range(9))], {3}, 10_000)[0] == "--of-1"


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("biggest", "big"),
        ("heaviest", "heavy"),
        ("oldest", "old"),
        ("smallest", "small"),
        ("request", "request"),
        ("least", "least"),
        ("best", "best"),
    ],
)
def test_a_superlative_is_what_it_compares_and_other_words_are_themselves(word: str, bare: str) -> None:
    assert superlatives.positive(word) == bare


def test_neighbouring_words_are_looked_for_as_one_too() -> None:
    assert "maxclient" in clauses.terms_of("How many max clients?")
    assert "bigkey" in clauses.terms_of("the biggest keys")
