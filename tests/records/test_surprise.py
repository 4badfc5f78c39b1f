"""What is unlike the others comes first, whatever the format."""

from __future__ import annotations

import random
import time

import pytest

from headroom_mcp.evals.planted import game
from headroom_mcp.records import slots, survey, usual
from headroom_mcp.records.surprise import Surprise, rank
from tests import long_form


def _rank(records: list[str]) -> list[Surprise]:
    return rank(slots.of(records).found)


def _top(lines: list[str]) -> str:
    return lines[_rank(lines)[0].record]


def _usual(count: int) -> list[str]:
    pick = random.Random(3)
    return [
        f"10:00:{at % 60:02d} worker {pick.choice('abc')} took {pick.randint(20, 60)} ms status={pick.choice(('200', '204'))} id={pick.getrandbits(32):08x}"
        for at in range(count)
    ]


@pytest.mark.parametrize(
    "odd",
    [
        "10:00:07 worker a took 31 ms status=503 id=00c0ffee",
        "10:00:07 worker a took 31000 ms status=200 id=00c0ffee",
        "10:00:07 worker q took 31 ms status=200 id=00c0ffee",
        "10:00:07 worker a took -31 ms status=200 id=00c0ffee",
        "10:00:07 worker a took - ms status=200 id=00c0ffee",
        "10:00:07 worker a took 31 ms status=200 id=",
        "10:00:07 der Arbeiter a antwortet nicht",
    ],
)
def test_one_odd_line_comes_first(odd: str) -> None:
    lines = [*_usual(60), odd, *_usual(60)]

    assert odd == _top(lines)


def test_lines_of_which_none_is_odd_are_not_told() -> None:
    assert [one for one in _rank(_usual(300)) if one.score > 5] == []


def test_ids_that_all_differ_are_not_rare() -> None:
    assert usual.rarities({f"id{at}": 1 for at in range(100)}, 100) == {}


def test_a_number_far_below_all_others_is_told() -> None:
    pick = random.Random(11)
    figures = [9.0, *(float(pick.randint(900, 2700)) for _ in range(100))]

    assert set(usual.outliers(figures, [1] * len(figures))) == {9.0}


def test_the_least_of_numbers_of_every_size_is_no_outlier() -> None:
    figures = [float(2**at) for at in range(20)]

    assert usual.outliers(figures, [1] * len(figures)) == {}


def test_one_value_in_four_hundred_scores_the_logarithm_of_four_hundred() -> None:
    scores = usual.rarities({"200": 399, "503": 1}, 400)

    assert {"503": pytest.approx(5.99, abs=0.01)} == scores


def test_the_ends_of_a_counter_are_not_outliers() -> None:
    counter = list(map(float, range(1, 500)))

    assert usual.outliers(counter, [1] * len(counter)) == {}


def test_the_greatest_of_a_long_tail_is_hardly_an_outlier() -> None:
    pick = random.Random(1)
    sizes = [pick.lognormvariate(8, 2) for _ in range(400)]

    assert max(usual.outliers(sizes, [1] * len(sizes)).values(), default=0.0) < 4


def test_the_reason_names_the_key_and_the_value() -> None:
    lines = [*_usual(80), "10:00:07 worker a took 31 ms status=503 id=00c0ffee"]

    evidence = _rank(lines)[0].evidence[0]

    assert (evidence.slot.name, evidence.value, evidence.reason) == ("status", "503", "rare")


def test_what_is_planted_in_any_format_is_among_the_first_eighth() -> None:
    seen = planted = 0
    for seed in range(long_form.count(60, 120)):
        drawn = game.output(seed)
        lines = drawn.text.replace("\r", "\n").rstrip("\n").split("\n")
        found = survey.of(lines)
        texts = found.texts
        room = len(drawn.text) // 8
        shown = list(texts[:2])
        for one in found.surprises:
            room -= len(texts[one.record])
            if room < 0:
                break
            shown.append(texts[one.record])
        seen += sum(game.seen(odd.marks, "\n".join(shown)) for odd in drawn.planted)
        planted += len(drawn.planted)

    assert seen >= 0.98 * planted


@pytest.mark.parametrize(
    "unit", ["x", "a b=c, ", "\n", '"', "'", "(", "1:", "a.b-", "a\n\n", "é ", "{\n", "=|", "0a1b2c3d "], ids=repr
)
def test_work_grows_with_the_text_not_with_its_square(unit: str) -> None:
    def seconds(size: int) -> float:
        lines = (unit * (size // len(unit))).split("\n")
        start = time.process_time()
        survey.of(lines)
        return time.process_time() - start

    size = long_form.count(30_000, 60_000)
    small, large = min(seconds(size) for _ in range(3)), seconds(8 * size)

    assert large < 40 * max(small, 0.004)


def test_control_characters_of_the_text_are_not_taken_for_ours() -> None:
    lines = [*_usual(40), "\x02\x01 10:00:07 worker a took 31 ms status=503 id=00c0ffee", "\x02", *_usual(40)]

    assert 40 in [one.record for one in survey.of(lines).surprises]


@pytest.mark.parametrize("seed", [3, 11, 27])
def test_of_a_slot_with_many_values_that_hardly_occur_a_few_are_told(seed: int) -> None:
    """Addresses from a large net: some occur once by chance, and say nothing. What no other line has is told all the same."""
    rng = random.Random(seed)
    names, weights = ["auth", "billing", "mailer", "edge", "cart"], [16, 8, 4, 2, 1]
    lines = [
        f"[{rng.choices(names, weights)[0]}] handled request for 10.0.{rng.randint(0, 12)}.{rng.randint(1, 254)}"
        for _ in range(12_000)
    ]
    lines[7_411] = "[billing] pool exhausted: cannot reach the database"

    told = [one.record for one in survey.telling(survey.of(lines))]

    assert 7_411 in told and len(told) < 60


def test_a_dozen_different_rare_values_of_one_slot_are_all_told() -> None:
    lines = [f"job={i % 7} state=ready took={i % 90}ms" for i in range(3_000)]
    states = ["lost", "late", "torn", "wet", "stolen", "burnt", "bent", "cold", "void", "split", "dry", "stuck"]
    rare = {100 + 211 * i: state for i, state in enumerate(states)}
    for at, state in rare.items():
        lines[at] = f"job={at % 7} state={state} took={at % 90}ms"

    assert rare.keys() <= {one.record for one in survey.telling(survey.of(lines))}


@pytest.mark.parametrize("seed", range(60))
def test_the_median_distance_is_that_of_all_distances(seed: int) -> None:
    drawn = random.Random(seed)
    draw = drawn.choice((lambda: float(drawn.randint(-3, 3)), drawn.random, lambda: drawn.gauss(0, 1e6)))
    ordered = sorted(draw() for _ in range(drawn.randint(8, 40)))
    middle = ordered[len(ordered) // 2]

    assert usual._median_distance(ordered) == sorted(abs(figure - middle) for figure in ordered)[len(ordered) // 2]
