"""A superlative in a question selects by the slot that it means, in any format that has records."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from random import Random

import pytest

from headroom_mcp import compress_output
from headroom_mcp.query import bm25, superlatives
from headroom_mcp.records import extremes
from headroom_mcp.tool_output import ToolOutput

_NAMES = "oat rye hay corn flax bean reed moss fern kelp".split()
_CLOCK = count(4711)
Row = tuple[str, int, int, str]
"""A name, milliseconds, bytes, a date."""

FORMATS: dict[str, tuple[str, Callable[[Row], str]]] = {
    "log": ("", lambda row: f"2026-03-01 12:00:00 INFO task {row[0]} took {row[1]} ms and wrote {row[2]} bytes since {row[3]}"),
    "pairs": ("", lambda row: f"level=info task={row[0]} duration={row[1]}ms size={row[2]} created={row[3]}"),
    "csv": ("task,duration_ms,size,created", lambda row: f"{row[0]},{row[1]},{row[2]},{row[3]}"),
    "tsv": ("task\tduration\tbytes\tdate", lambda row: f"{row[0]}\t{row[1]}\t{row[2]}\t{row[3]}"),
    "columns": (
        f"{'TASK':<16}{'DURATION':>10}{'SIZE':>10}  CREATED",
        lambda row: f"{row[0]:<16}{row[1]:>10}{row[2]:>10}  {row[3]}",
    ),
    "bars": ("", lambda row: f"{row[0]:<16} | took {row[1]:>8} ms | size {row[2]:>8} | date {row[3]}"),
    "clock": ("", lambda row: f"[{next(_CLOCK) * 0.073:.3f}s][info] task {row[0]} finished, {row[2]} bytes, created {row[3]}, {row[1]}ms"),
    "bullets": ("", lambda row: f"  - {row[0]}: done in {row[1]}ms, {row[2]} bytes, created {row[3]}"),
    "rows": ("", lambda row: json.dumps({"task": row[0], "duration": row[1], "size": row[2], "created": row[3]})),
}  # fmt: skip
QUESTIONS: dict[str, tuple[int, bool, int]] = {
    "Which three tasks took longest?": (1, True, 3),
    "the slowest task and its duration": (1, True, 1),
    "What are the 2 fastest tasks?": (1, False, 2),
    "Which task has the largest size?": (2, True, 1),
    "two smallest tasks by size": (2, False, 2),
    "What is the oldest task, by date created?": (3, False, 1),
    "Which two tasks are the worst by duration?": (1, False, 1),
    "the newest two by created date": (3, True, 2),
}


def _rows(seed: int) -> list[Row]:
    """Return rows whose ends are no outliers: they are the ends, and nothing else tells them apart."""
    random = Random(seed)
    times, sizes = random.sample(range(10_000, 99_999), 300), random.sample(range(100_000, 999_999), 300)
    days = random.sample(
        [f"20{y}-{m:02}-{d:02}" for y in range(10, 26) for m in range(1, 13) for d in range(1, 29)], 300
    )
    return [
        (f"{random.choice(_NAMES)}-{random.randrange(10**6):06}", ms, size, day)
        for ms, size, day in zip(times, sizes, days, strict=True)
    ]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("format_name", FORMATS)
def test_the_ends_that_a_question_means_are_shown(format_name: str, question: str) -> None:
    head, write = FORMATS[format_name]
    at, most, how_many = QUESTIONS[question]
    rows = _rows(len(question))
    text = "\n".join([*([head] if head else []), *map(write, rows)]) + "\n"
    wanted = sorted(rows, key=lambda row: row[at], reverse=most)[:how_many]

    result = compress_output(text, tool_name="Bash", tool_input={"command": "./report"}, query=question)

    assert result.outcome == "compressed"
    assert [row[0] for row in wanted if row[0] not in result.text] == []


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("the three longest tasks", [("most", "time", 3)]),
        ("largest file?", [("most", "size", 3)]),
        ("Why was the last deploy slower?", [("last", "place", 1)]),
        ("the last two errors and the first one", [("last", "place", 2), ("first", "place", 1)]),
        ("What happened last week?", []),
        ("does it fail?", []),
        ("the busiest interrupt", [("most", "any", 3), ("least", "any", 3)]),
        ("which module is hardest to maintain?", [("most", "any", 3), ("least", "any", 3)]),
        ("what does the latest manifest of the pytest digest say of the request?", [("most", "date", 3)]),
        ("Where is the bottleneck?", [("most", "time", 3)]),
        ("What makes the start slow?", [("most", "time", 3)]),
        ("Where does all the time go?", [("most", "time", 3)]),
        ("Which step takes so long?", [("most", "time", 3)]),
        ("how long is it, and when is the time?", []),
    ],
)
def test_superlatives_are_read_with_how_many_are_wanted(question: str, said: list[tuple[str, str, int]]) -> None:
    found = superlatives.read(question)

    assert [(one.end, one.measure, one.how_many) for one in found] == said


@pytest.mark.parametrize(
    ("question", "ends"),
    [
        ("the longest tasks", (True, False)),
        ("which disks are almost full?", (False, True)),
        ("who is running out of memory", (False, True)),
        ("the most expensive query", (True, False)),
        ("best and worst", (True, True)),
        ("the youngest branch", (True, False)),
        ("the quickest test", (False, True)),
        ("what follows below, slowly", (False, False)),
        ("", (False, False)),
    ],
)
def test_a_question_is_after_one_end_of_a_column_or_both_or_neither(question: str, ends: tuple[bool, bool]) -> None:
    assert superlatives.ends(question) == ends


@pytest.mark.parametrize("word", [*superlatives.WORDS, *superlatives.TOWARDS["most"], *superlatives.TOWARDS["least"]])
def test_no_word_that_compares_is_passed_over_by_the_quick_look(word: str) -> None:
    assert bm25.may_compare(f"Which is the {word} one?")
    assert superlatives.read(word) or any(superlatives.ends(word))


def test_first_and_last_are_of_the_lines_that_are_spoken_of() -> None:
    lines = [f"12:00:00 INFO request {i} served from cache {i * 7 % 100}" for i in range(400)]
    for at in (120, 180, 260):
        lines[at] = f"12:00:00 INFO replica {at} promoted from cache {at % 100}"

    result = compress_output(
        "\n".join(lines) + "\n", tool_name="Bash", tool_input={"command": "./run"},
        query="When was the last replica promoted?",
    )  # fmt: skip

    assert "replica 260 promoted" in result.text


@pytest.mark.parametrize("heading", ["  NLOC    CCN   token  PARAM", "a, b, c, d", ""])
@pytest.mark.parametrize(("word", "end"), [("highest", max), ("lowest", min)])
def test_where_nothing_tells_which_column_is_meant_the_ends_of_each_are_shown(
    heading: str, word: str, end: Callable[[list[int]], int]
) -> None:
    random = Random(heading + word)
    columns = [random.sample(range(100, 900), 90) for _ in range(4)]
    rows = [
        f"{a:8d} {b:6d} {c:6d} {d:6d}  part_{n}@src/a.py" for n, (a, b, c, d) in enumerate(zip(*columns, strict=True))
    ]
    text = "\n".join([*([heading] if heading else []), "-" * 48, *rows, "90 functions read."])

    short = compress_output(text, tool_name="Bash", query=f"which function has the {word} cyclomatic complexity?").text

    assert len(short) < len(text) * 0.7
    for column in columns:
        assert rows[column.index(end(column))].strip() in short


@pytest.mark.parametrize("word", sorted(superlatives.WORDS))
@pytest.mark.parametrize("name", ["{}_size", "a.{}.b", "cache_{}", "{}=4"])
def test_a_superlative_in_a_name_is_none(word: str, name: str) -> None:
    asked = f"what is {name.format(word)} set to?"

    assert superlatives.read(asked) == []
    assert superlatives.ends(asked) == (False, False)


@pytest.mark.parametrize("name", ["max-time", "--max", "retry-min-wait", "last-modified", "the-first-x"])
def test_nor_is_one_that_begins_an_option(name: str) -> None:
    assert superlatives.read(f"what does {name} mean?") == []


@pytest.mark.parametrize(
    ("question", "end"),
    [
        ("which are the longest-running tasks?", "most"),
        ("the top-5 processes", "most"),
        ("the least-used of them", "least"),
        ("is max. load over 5, and where is it max?", "most"),
        ("what is the highest max_time?", "most"),
        ("which is second-largest?", "most"),
    ],
)
def test_one_with_a_hyphen_in_plain_english_still_is(question: str, end: str) -> None:
    assert superlatives.read(question)[0].end == end


_DATES = {
    "openssl": "subject=CN = {name} root\nnotAfter={d:%b} {d.day:>2} {d:%H:%M:%S} {d:%Y} GMT",
    "git": "host {name} checked\nDate:   {d:%a %b} {d.day} {d:%H:%M:%S} {d:%Y} +0000",
    "mail": "message of {name}; Date: {d:%a, %d %b %Y %H:%M:%S} +0000",
    "server": "{name} - - [{d:%d/%b/%Y:%H:%M:%S} +0000] renewed",
    "shell": "since {d:%a %b} {d.day:>2} {d:%H:%M:%S} UTC {d:%Y} {name} is up",
    "prose": "- {name}: expires {d:%B} {d.day}, {d:%Y}",
}


@pytest.mark.parametrize("form", _DATES)
@pytest.mark.parametrize("seed", range(3))
def test_dates_with_the_name_of_a_month_have_their_order_in_time(form: str, seed: int) -> None:
    dice = Random(seed)
    days = dice.sample(range(1, 4_000), 60)
    dates = [datetime(2027, 1, 1, 9, 37, 37) + timedelta(days) for days in days]
    names = [f"{dice.choice(_NAMES)}{dice.randrange(100, 999)}-{dice.choice(_NAMES)}" for _ in dates]
    lines = "\n".join(_DATES[form].format(name=name, d=date) for name, date in zip(names, dates, strict=True)).split(
        "\n"
    )
    survey = ToolOutput("\n".join(lines), "Bash", {"command": "./list"}).survey

    for question, end in (("which one has the earliest date?", min), ("which two are the latest?", max)):
        first = extremes.of(survey, superlatives.read(question))[0]
        assert names[dates.index(end(dates))] in survey.texts[first]


_OTHERS = "busiest hardest dearest hungriest noisiest deepest widest tallest hottest densest strongest crudest".split()


@pytest.mark.parametrize("word", _OTHERS)
@pytest.mark.parametrize("seed", range(4))
def test_of_a_superlative_that_says_no_end_both_are_shown(word: str, seed: int) -> None:
    """Which is the hardest to maintain has the lowest index, which is the busiest has the most calls."""
    random = Random(f"{word}{seed}")
    grades = random.sample(range(1000, 9999), 240)
    rows = [
        f"src/{random.choice(_NAMES)}_{at:03}.py - {random.choice('AB')} ({grade / 100:.2f})"
        for at, grade in enumerate(grades)
    ]
    ends = [rows[grades.index(end(grades))] for end in (max, min)]

    result = compress_output(
        "\n".join(rows), tool_name="Bash", tool_input={"command": "./grade src"}, query=f"Which module is the {word}?"
    )

    assert result.outcome == "compressed"
    assert [row for row in ends if row not in result.text] == []


@pytest.mark.parametrize(
    "question", ["What makes the start slow?", "Where is the bottleneck?", "Where does the time go?"]
)
@pytest.mark.parametrize("seed", range(4))
def test_what_takes_the_time_is_the_top_three_of_it(question: str, seed: int) -> None:
    """A report whose cells begin with the same words ("load time:   154") is a table of times all the same."""
    random = Random(seed)
    times = random.sample(range(100, 99_999), 200)
    rows = [
        f"load time: {time:9} | {time + random.randrange(9):9} | {random.choice(_NAMES)}.{at:03}"
        for at, time in enumerate(times)
    ]
    top = [rows[times.index(time)] for time in sorted(times)[-3:]]

    result = compress_output(
        "\n".join(["load time: self [us] | total | package", *rows]), tool_name="Bash", tool_input={"command": "./load"}, query=question
    )  # fmt: skip

    assert result.outcome == "compressed"
    assert [row for row in top if row not in result.text] == []
