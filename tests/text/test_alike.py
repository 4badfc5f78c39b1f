"""What is asked of lines by their shape is true of the lines themselves: no expression that is tried on shapes knows a digit
from another, but 0 from the rest."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from headroom_mcp.compressors import _code_frames, build
from headroom_mcp.compressors.table import kind as table
from headroom_mcp.compressors.table import several
from headroom_mcp.evals import growth_shapes
from headroom_mcp.facts import (
    announcing,
    blocks,
    find,
    frames,
    moulds,
    test_run,
    test_suites,
    test_totals,
    test_verdicts,
    verdicts,
)
from headroom_mcp.flow.plan import plan
from headroom_mcp.late import LatePattern
from headroom_mcp.query import bm25
from headroom_mcp.records import labels, values
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import failure_words, lines, templates, tokens
from headroom_mcp.tool_output import ToolOutput
from tests import pattern_audit

# Asked of the text itself: TAP's plan is "1..9", docker names a sha256.
_APART = (test_verdicts._TAP.pattern, build._SIGNS.pattern)
_MODULES = (
    failure_words,
    templates,
    announcing,
    blocks,
    find,
    frames,
    moulds,
    test_run,
    test_suites,
    test_totals,
    test_verdicts,
    labels,
    table,
    several,
    _code_frames,
    build,
    verdicts,
)


def _patterns(module: ModuleType) -> Iterator[tuple[str, int]]:
    found: list[Any] = [value for value in vars(module).values() if isinstance(value, (tuple, LatePattern))]
    for value in found:
        if isinstance(value, LatePattern):
            yield value.pattern if isinstance(value.pattern, str) else value.pattern.decode(), value._given
        elif (value and isinstance(value[0], tuple)) or (value and isinstance(value[0], LatePattern)):
            found.extend(value)


@pytest.mark.parametrize("module", _MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_no_expression_knows_a_digit_from_another(module: ModuleType) -> None:
    patterns = list(_patterns(module))

    assert patterns
    for pattern, flags in patterns:
        assert pattern in _APART or not pattern_audit.digits_told_apart(pattern, flags), pattern


def test_an_expression_that_does_is_found() -> None:
    assert pattern_audit.digits_told_apart(r"exit (?:code )?[2-9]") == ["[2-9]"]
    assert pattern_audit.digits_told_apart("HTTP/1") == ["1"]
    assert not pattern_audit.digits_told_apart(r"\d[1-9]0[0-9a-f]|x{3,7}")


def _lines(seed: int) -> list[str]:
    """Return lines of all tools, some awkward ones among them, with other digits in each that come again."""
    dice = random.Random(seed)
    told: list[str] = []
    for output in growth_shapes.kinds():
        told += dice.choices(output.make(600).split("\n"), k=3)
    for _, make in dice.sample(list(growth_shapes.shapes()), 40):
        told += dice.choices([line[:300] for line in make(400).split("\n")], k=2)
    twice = told + dice.choices(told, k=len(told))
    return [re.sub(r"[1-9]", lambda _: str(dice.randint(1, 9)), line) for line in twice]


_JUDGES = {
    "failure_words.is_strong": failure_words.is_strong,
    "failure_words.is_failure": failure_words.is_failure,
    "announcing styles": blocks._style_of,
    "errors of compilers": blocks._is_error,
    "frames": frames.is_frame,
    "tests that passed": verdicts.passes,
    "a library's frames": frames.is_library,
    "forms of verdicts": test_verdicts._form_of_shape,
    "rows of dots": test_run._is_idle,
    "labels of records": labels.of_line,
    "names of columns": several._is_of_names,
    "the unit of a number": lambda line: values._unit(line.strip("\"'")),
    "what no number looks like": lambda line: values.shape(line, None),
    "tokens": tokens.estimate,
}


@pytest.mark.parametrize("judge", _JUDGES.values(), ids=_JUDGES)
def test_a_line_is_what_its_shape_is(judge: Any) -> None:
    told = _lines(1)

    assert [judge(line) for line in told] == [judge(shape) for shape in lines.alike(told).every]


def test_the_name_in_a_shape_is_the_shape_of_the_name() -> None:
    told = _lines(2)

    names = lines.by_shape([test_verdicts.name_of(line) for line in told]).every
    assert names == [test_verdicts.name_of(shape) for shape in lines.by_shape(told).every]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_asked_of_shapes_is_what_the_lines_say(seed: int) -> None:
    told = _lines(seed) * 3
    random.Random(seed).shuffle(told)
    assert lines.by_shape(told).few

    assert templates.masked(told) == templates._masked(templates._heads(told))
    assert moulds.of(told) == moulds._of(told, [1] * len(told))
    for stems in (failure_words.STEMS, announcing.TEST_STEMS, ("12", "7 ")):
        assert find.touched(told, stems) == find._touched(told, stems, False)
    assert find.met(told, test_totals._MAY_TOTAL) == find._met(told, test_totals._MAY_TOTAL)


@pytest.mark.parametrize("seed", range(4))
def test_a_question_s_own_figures_are_told_apart(seed: int) -> None:
    told = _lines(seed) * 2
    dice = random.Random(seed)
    words = [dice.choice(line.split() or ["mail"]) for line in dice.sample(told, 6)]
    query = f"why did mail 7 fail, and where is send_12 in {' '.join(words)}?"

    alone = {line: place for place, line in enumerate(told)}
    scores = bm25.rank(query, told)

    assert any(scores)
    assert all(scores[place] == scores[alone[line]] for place, line in enumerate(told))
    assert scores == _ranked_one_by_one(query, told)


def _ranked_one_by_one(query: str, told: list[str]) -> list[float]:
    """Return what BM25 says, written down once more without any memory."""
    wanted = bm25.query_terms(query)
    counts: list[dict[str, int]] = []
    length: list[int] = []
    # A figure that stands only within longer ones makes no line worth reading.
    figures = {figure for word in wanted for figure in re.findall("[0-9]+", word)}
    for line in told:
        has_figure = any(re.search(f"(?<![0-9]){figure}(?![0-9])", line) for figure in figures)
        if not any(word in line.lower() for word in wanted if has_figure or not re.search("[0-9]", word)):
            counts.append({})
            length.append(len(line) // bm25._CHARS_PER_TERM)
            continue
        terms = bm25.terms(line)
        length.append(len(terms))
        counts.append({word: terms.count(word) for word in terms if word in wanted})
    average = max(1.0, sum(length) / len(told))
    holders = {word: sum(1 for of_line in counts if word in of_line) for word in wanted}
    return [
        sum(
            (bm25.rarity(len(told), holders[word]) * bm25.saturated(n, size / average) for word, n in of_line.items()),
            0.0,
        )
        for of_line, size in zip(counts, length, strict=True)
    ]


def test_an_output_is_read_once_after_a_much_longer_one() -> None:
    reads: list[int] = []
    read = lines.once(lambda given: reads.append(len(given)))
    long, short = ["long"] * 9_000, ["short"] * 90
    for given in (long, short, short):
        read(given)
    assert reads == [9_000, 90, 90]  # what is asked of a failure's own lines meanwhile

    lines.forget()
    for _ in range(3):
        read(short)

    assert reads == [9_000, 90, 90, 90]


def test_nothing_of_an_output_is_remembered_once_it_is_planned() -> None:
    reads: list[int] = []
    read = lines.once(lambda given: reads.append(len(given)))
    given = ["a"] * 50
    read(given)
    plan(ToolOutput("\n".join(f"line {at} of a log" for at in range(300)), "Bash"), Settings())
    read(given)

    assert reads == [50, 50]
