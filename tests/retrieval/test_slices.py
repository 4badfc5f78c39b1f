"""Slices of an original: bounded, verbatim, and together the whole."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_mcp.retrieval import slices
from headroom_mcp.store import Original
from headroom_mcp.text import tokens
from headroom_mcp.types import SliceError


def _original(text: str) -> Original:
    return Original("0123456789ab", text.encode(), "", "", 0.0)


def _cut(text: str, lines: str | None = None, query: str | None = None, max_tokens: int = 200) -> str:
    return slices.cut(_original(text), query=query, lines=lines, json_path=None, max_tokens=max_tokens)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text("ab ,{}0", max_size=40) | st.text("xyz;", min_size=1, max_size=3).map(lambda s: s * 1500), min_size=1
    )
)
def test_pages_in_a_row_give_the_whole_original(body: list[str]) -> None:
    text = "\n".join([*body, "end"])
    gathered: dict[int, str] = {}
    ask: str | None = None
    for _ in range(500):
        head, *shown = _cut(text, lines=ask).split("\n")
        ask = None
        if match := re.match(r'\[go on with lines="(.*?)"', shown[-1]):
            ask = match[1]
            shown.pop()
        if found := re.search(r"line (\d+) of \d+, characters", head):
            gathered[int(found[1])] = gathered.get(int(found[1]), "") + "\n".join(shown)
        else:
            first = int(re.search(r"lines (\d+)-", head)[1])  # type: ignore[index]
            gathered.update(dict(enumerate(shown, first)))
        if ask is None:
            break

    assert "\n".join(gathered[number] for number in sorted(gathered)) == text


def test_a_query_finds_its_place_in_a_line_of_half_a_million_characters() -> None:
    text = json.dumps([{"id": i, "name": f"user {i}", "note": "needle" if i == 7777 else "hay"} for i in range(10_000)])

    answer = _cut(text, query="needle", max_tokens=2000)

    assert '{"id": 7777, "name": "user 7777", "note": "needle"}' in answer
    assert tokens.estimate(answer) < 2_500
    head, shown = answer.split("\n")
    first, last = map(int, re.search(r"characters (\d+)-(\d+)", head).groups())  # type: ignore[union-attr]
    assert text[first - 1 : last] == shown


def test_characters_of_a_line_are_counted_from_one() -> None:
    assert _cut("short\nabcdefghij", lines="2:3-5").split("\n")[1] == "cde"


@pytest.mark.parametrize("lines", ["0:1-", "9:1-", "1:0-", "1:99-", "2-1", "x", "-", ":"])
def test_a_range_that_is_none_says_what_there_is(lines: str) -> None:
    with pytest.raises(SliceError, match=r"lines=|has characters|write lines"):
        _cut("one\ntwo\nthree", lines=lines)


def test_a_query_shows_two_lines_on_each_side() -> None:
    text = "\n".join(f"plain {i}" if i != 50 else "the needle" for i in range(1, 101))

    assert _cut(text, query="needle").split("\n")[1:] == ["plain 48", "plain 49", "the needle", "plain 51", "plain 52"]


@pytest.mark.parametrize("count", [1, 2, 50, 99, 100])
def test_the_last_lines_are_as_many_as_were_asked_for(count: int) -> None:
    text = "\n".join(f"line {i}" for i in range(1, 101))

    assert [f"line {i}" for i in range(101 - count, 101)] == _cut(text, f"-{count}", max_tokens=9_000).split("\n")[1:]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("gateway", "paymentgatewayclient refused"),  # a part of a longer word
        ("conection", "lost connection to db-7"),
        ("timeouts", "after a timeout of 30 s"),
    ],
)
def test_a_query_that_matches_nothing_is_answered_with_the_nearest(query: str, expected: str) -> None:
    text = "\n".join(f"plain {i}" for i in range(500))
    text += "\npaymentgatewayclient refused\nlost connection to db-7\nafter a timeout of 30 s"

    answer = _cut(text, query=query)

    assert expected in answer
    assert answer.startswith(f"[nothing in 0123456789ab matches {query!r}; the nearest words in it: ")


def test_a_query_with_nothing_near_is_answered_with_the_beginning_and_how_to_go_on() -> None:
    answer = _cut("\n".join(f"plain {i}" for i in range(500)), query="zebra")

    assert answer.startswith("[nothing in 0123456789ab matches 'zebra'")
    assert "plain 0" in answer
    assert 'go on with lines="' in answer


def test_lines_of_json_come_with_the_path_for_rows() -> None:
    rows = [{"id": i, "state": "open"} for i in range(100)]
    text = json.dumps({"total": 100, "items": rows}, indent=1)
    shown_as_json = Original("0123456789ab", text.encode(), "", "json", 0.0)

    answer = slices.cut(shown_as_json, query=None, lines="44-46", json_path=None, max_tokens=200)
    path = answer.rpartition('json_path="')[2].partition('"')[0]

    assert path == "$.items[44:47]"
    rows_asked_for = slices.cut(shown_as_json, query=None, lines=None, json_path=path, max_tokens=200)
    assert [json.loads(line) for line in rows_asked_for.split("\n")[1:]] == rows[44:47]


def test_of_more_matches_than_fit_the_best_are_shown_and_the_others_counted() -> None:
    text = "\n".join(f"line {n} of the silo has nothing in particular to say about weights" for n in range(200))
    shown = _cut(text, query="silo weights", max_tokens=120).split("\n")

    assert re.fullmatch(r"\[\d+ of [\d,]+ matching lines; narrow the query for the others\]", shown[-1])
    assert 3 <= len(shown) - 2 <= 12
    assert tokens.estimate("\n".join(shown[1:-1])) <= 140


def test_a_match_whose_neighbours_do_not_fit_is_shown_alone() -> None:
    text = "\n".join(["x y " * 300, "here is the needle", "x y " * 300])
    shown = _cut(text, query="needle", max_tokens=60)

    assert "here is the needle" in shown
    assert "x y x y" not in shown
