"""What a single value is."""

from __future__ import annotations

import random

import pytest

from headroom_mcp.records import values


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("-3.5", -3.5), ("$3,200", 3200), ("300ms", 0.3), ("2s", 2), ("91%", 91), ("1.5KiB", 1536), ("9e+06", 9e6)],
)  # fmt: skip
def test_a_number_is_read_with_its_unit(text: str, number: float) -> None:
    assert number == pytest.approx(values.number(text))


@pytest.mark.parametrize("text", ["", "v1.2", "1.2.3", "0/3", "req-7", "12:30", "1" * 40, "12e3004", "-"])
def test_an_id_a_version_or_a_share_is_not_a_number(text: str) -> None:
    assert values.number(text) is None


@pytest.mark.parametrize(
    "text", ["2026-03-01", "12:30:05", "12:30:05.123Z", "2026-03-01T12:30:05Z", "01/Mar/2026:00:00:00", "Mar"]
)
def test_a_time_is_told_from_other_values(text: str) -> None:
    assert values.is_time(text)


@pytest.mark.parametrize("text", ["marble", "503", "1.2.3", "10.0.0.1"])
def test_what_only_resembles_a_time_is_not_one(text: str) -> None:
    assert not values.is_time(text)


@pytest.mark.parametrize(
    ("text", "shape"),
    [("7", "number"), ("0", "zero"), ("-7", "negative"), ("up", "word"), ("-", "nothing"), ("null", "nothing"), ("a/b", "path"), ("a b", "text"),
     ("x-9", "mixed"), ("not-ready", "words")],
)  # fmt: skip
def test_shapes_tell_values_apart(text: str, shape: str) -> None:
    assert shape == values.shape(text, values.number(text))


_TOLD = (
    "1",
    "07",
    "2.5",
    ".5",
    "5.",
    "1.2.3",
    "",
    "-3",
    "1\n2",
    "1\n",
    "٣",
    "1e5",
    "inf",
    " 1",
    "9" * 33,
    "9" * 32,
    "12ms",
    "x",
    "2026.1",
)


@pytest.mark.parametrize("seed", range(40))
def test_a_column_is_read_as_its_values_are(seed: int) -> None:
    drawn = random.Random(seed)
    told = [
        *drawn.choices(("1", "07", "2.5", ".5", "120"), k=drawn.randrange(6)),
        *drawn.choices(_TOLD, k=drawn.randrange(3)),
    ]

    assert list(values.numbers(told)) == [values.number(value) for value in told]


@pytest.mark.parametrize("seed", range(40))
def test_many_values_are_read_by_their_shapes_as_each_is(seed: int) -> None:
    drawn = random.Random(seed)
    ways = (
        "{}",
        "{}.5",
        "{}%",
        "{}ms",
        "-{}",
        "'{}'",
        '"{} of it"',
        "{},000",
        "{}.0.1",
        "/mail/{}",
        "mail{}",
        "+{}s",
        "{}e-3",
        "0.0{}",
    )
    way = drawn.sample(ways, k=drawn.randrange(1, 4))
    told = [drawn.choice(way).format(drawn.randrange(2_000)) for _ in range(1_500)]
    told[drawn.randrange(1_500)] = drawn.choice((*_TOLD, "'7'", '"', "0"))

    figures, shapes = values.looks(told)

    assert list(figures) == [values.number(value.strip("\"'")) for value in told]
    assert list(shapes) == [values.shape(value, figure) for value, figure in zip(told, figures, strict=True)]
    assert list(values.numbers(told)) == [values.number(value) for value in told]
