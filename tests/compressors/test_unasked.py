"""Where nobody asks and words alone tell the lines apart, nothing says what could go: such outputs stay whole."""

from __future__ import annotations

import json
from random import Random

import pytest

from headroom_mcp.compressors import _unasked
from headroom_mcp.flow import plan, whole
from headroom_mcp.flow.draft import Draft
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_SYLLABLES = "ba co du fel gra hin jo kel lum mar nes ost pil qua ros sta tev ul vin wex yor zan".split()


class _Dice(Random):
    """Made-up words, none of a language."""

    def word(self) -> str:
        return "".join(self.choices(_SYLLABLES, k=self.randint(2, 4)))

    def words(self, count: int) -> str:
        return " ".join(self.word() for _ in range(count))


def _options(dice: _Dice) -> list[str]:
    return [f"  --{dice.word()}-{dice.word()} {dice.word().upper()}  {dice.words(9)}" for _ in range(160)]


def _settings(dice: _Dice) -> list[str]:
    return [f"{dice.word()}_{dice.word()}_{dice.word()}: {dice.choice(['on', 'off', dice.word()])}" for _ in range(300)]


def _commits(dice: _Dice) -> list[str]:
    return [f"{dice.getrandbits(28):07x} {dice.words(7)} (#{dice.randint(100, 999)})" for _ in range(180)]


def _markup(dice: _Dice) -> list[str]:
    rows = [f"    <{(tag := dice.word())}>{dice.words(4)}</{tag}>" for _ in range(200)]
    return ["<project>", *rows, "</project>"]


def _units(dice: _Dice) -> list[str]:
    rows = [f"{f'{dice.word()}-{dice.word()}.{dice.word()}':<40} enabled  {dice.words(4)}" for _ in range(160)]
    return [f"{'UNIT':<40} STATE    DESCRIPTION", *rows]


def _manual(dice: _Dice) -> list[str]:
    rows: list[str] = []
    for _ in range(24):
        rows += [dice.word().upper(), *(f"       {dice.words(11)}" for _ in range(6)), ""]
    return rows


_WORDS = (_options, _settings, _commits, _markup, _units, _manual)


def _log(dice: _Dice) -> list[str]:
    said = ["opened {} in {} ms", "closed {} after {} ms", "{} holds {} rows", "asked {} again, try {}"]
    return [
        f"12:{n // 60:02}:{n % 60:02} {dice.choice(said).format(dice.getrandbits(40), dice.randint(1, 90))}"
        for n in range(400)
    ]


def _figures(dice: _Dice) -> list[str]:
    rows = [
        f"{dice.word():<14}{dice.randint(1, 99999):>9}{dice.random() * 100:>9.2f}{dice.random() * 9:>9.3f}"
        for _ in range(220)
    ]
    return [f"{'NAME':<14}{'CALLS':>9}{'SHARE':>9}{'TIME':>9}", *rows]


def _ranking(dice: _Dice) -> list[str]:
    counts = sorted((dice.randint(1, 4000) for _ in range(160)), reverse=True)
    return [f"{count:>6}  {dice.words(6)}" for count in counts]


_FIGURES = (_log, _figures, _ranking)


def _output(lines: list[str], query: str = "") -> ToolOutput:
    return ToolOutput("\n".join(lines) + "\n", "Bash", {"command": "./show --all"}, query)


@pytest.mark.parametrize("made", _WORDS)
@pytest.mark.parametrize("seed", range(9))
def test_nothing_is_left_out_where_words_tell_the_lines_apart(made, seed: int) -> None:
    output = _output(made(_Dice(seed)))
    assert 1_500 < output.tokens < 12_000

    planned = plan.plan(output, Settings())

    assert planned.lacks_nothing
    assert not planned.omitted


@pytest.mark.parametrize("made", _FIGURES)
@pytest.mark.parametrize("seed", range(9))
def test_figures_and_rankings_say_what_to_show(made, seed: int) -> None:
    output = _output(made(_Dice(seed)))
    assert 1_500 < output.tokens < 12_000

    assert len(plan.plan(output, Settings()).body) < 0.5 * len(output.text)


@pytest.mark.parametrize("made", _WORDS)
def test_a_question_says_what_to_show(made) -> None:
    lines = made(_Dice(1))
    assert not _unasked.is_read_whole(_output(lines, "Which of them is meant?"))
    assert _unasked.is_read_whole(_output(lines))


def test_what_fills_a_context_is_looked_over_first() -> None:
    lines = [line for seed in range(12) for line in _options(_Dice(seed))]

    assert not _unasked.is_read_whole(_output(lines))


@pytest.mark.parametrize("seed", range(20))
def test_a_list_of_names_in_json_stays_whole(seed: int) -> None:
    dice = _Dice(seed)
    names = [f"{dice.word()}_{dice.word()}_{dice.word()}" for _ in range(220)]
    text = json.dumps({"names": names, "total": len(names)}, indent=seed % 3 or None)

    body = plan.plan(ToolOutput(text, "mcp__shop__list", {}), Settings()).body

    assert all(name in body for name in names)


def _steps(dice: _Dice) -> list[str]:
    """Return an outline of steps with what each costs, as a planner of queries prints it."""
    return [
        f"{'  ' * dice.randint(0, 6)}->  {dice.word()} on {dice.word()} (cost={dice.random() * 9:.2f} rows={dice.randint(1, 999)})"
        if dice.random() < 0.5
        else f"{'  ' * dice.randint(1, 6)}{dice.word()} {dice.word()}: {dice.words(3)}"
        for _ in range(48)
    ]


@pytest.mark.parametrize("seed", range(40))
def test_a_short_output_of_unknown_form_is_not_cut_for_less_than_a_quarter(seed: int) -> None:
    output = _output(_steps(_Dice(seed)))
    assert output.tokens < 1_500

    planned = plan.plan(output, Settings())

    assert planned.lacks_nothing or tokens.estimate(planned.body) <= 0.75 * output.tokens


def test_of_what_stands_above_lines_only_what_wraps_them_stands_above_all_of_them() -> None:
    said = Part(0, 0, "render", "[3 records; left out: Digest]", lossless=True)
    path = Part(0, 0, "render", "(1) stdout:", lossless=True)
    parts = [path, said, Part(0, 3, "omit")]

    assert whole.all_of(Draft([], parts, [], [], [path]), 3) == [path, Part(0, 3, "keep")]
