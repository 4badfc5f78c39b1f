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


_FOUR = "one\ntwo\nthree\nfour\n"
_NUMBERED = "\n".join(f"line {n} of it" for n in range(1, 31))
_WORDS = "word " * 400
_RANGE_HELP = ' is not a range; write lines="120-180", "120", "120-" or "-50" for the last 50.'


def _answer(text: str, lines: str | None, max_tokens: int = 200) -> str:
    """Return the slice without the ref at its head, or what an error says."""
    try:
        return _cut(text, lines, max_tokens=max_tokens).removeprefix("[0123456789ab: ")
    except SliceError as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "lines", "answer"),
    [
        (_FOUR, None, "lines 1-4 of 4]\none\ntwo\nthree\nfour"),
        ("", None, "the original is empty]"),
        ("a\n\n", None, "lines 1-2 of 2]\na\n"),
        ("one\r\ntwo\r\n", None, "lines 1-2 of 2]\none\r\ntwo\r"),
        (_FOUR, "2", "lines 2-2 of 4]\ntwo"),
        (_FOUR, "1", "lines 1-1 of 4]\none"),
        (_FOUR, " 2 - 3 ", "lines 2-3 of 4]\ntwo\nthree"),
        (_FOUR, "3-", "lines 3-4 of 4]\nthree\nfour"),
        (_FOUR, "3-99", "lines 3-4 of 4]\nthree\nfour"),
        (_FOUR, "-2", "lines 3-4 of 4]\nthree\nfour"),
        (_FOUR, "-9", "lines 1-4 of 4]\none\ntwo\nthree\nfour"),
        (_FOUR, "4-4", "lines 4-4 of 4]\nfour"),
        (_FOUR, "5", "lines='5' lies outside this original, which has lines 1-4."),
        (_FOUR, "0", "lines='0' lies outside this original, which has lines 1-4."),
        (_FOUR, "3-2", "lines='3-2' lies outside this original, which has lines 1-4."),
        (_FOUR, "x", f"lines='x'{_RANGE_HELP}"),
        (_FOUR, "-", f"lines='-'{_RANGE_HELP}"),
        (_FOUR, "2:1-2", "line 2 of 4, characters 1-2 of 3]\ntw"),
        (_FOUR, "2:2-9", 'line 2 of 4, characters 2-3 of 3]\nwo\n[go on with lines="3-4", or give a query]'),
        (_FOUR, "2 : 2 -", 'line 2 of 4, characters 2-3 of 3]\nwo\n[go on with lines="3-4", or give a query]'),
        (_FOUR, "4:2-", "line 4 of 4, characters 2-4 of 4]\nour"),
        (_FOUR, "1:3", 'line 1 of 4, characters 3-3 of 3]\ne\n[go on with lines="2-4", or give a query]'),
        (_FOUR, "0:1", "lines='0:1': this original has lines 1-4."),
        (_FOUR, "5:1", "lines='5:1': this original has lines 1-4."),
        (_FOUR, "2:0", "lines='2:0': line 2 has characters 1-3."),
        (_FOUR, "2:4", "lines='2:4': line 2 has characters 1-3."),
        (_FOUR, "2:3-2", "lines='2:3-2': line 2 has characters 1-3."),
    ],
)
def test_a_slice_says_which_lines_or_characters_it_has(text: str, lines: str | None, answer: str) -> None:
    assert _answer(text, lines) == answer


def test_a_page_has_as_many_lines_as_fit_and_goes_on_within_what_was_asked_for() -> None:
    cost = tokens.estimate("line 4 of it") + 1

    for shown in (1, 2, 3):
        lines = "\n".join(f"line {n} of it" for n in range(4, 4 + shown))
        expected = f'lines 4-{3 + shown} of 30]\n{lines}\n[go on with lines="{4 + shown}-9", or give a query]'
        assert _answer(_NUMBERED, "4-9", max_tokens=cost * shown) == expected
        assert _answer(_NUMBERED, "4-9", max_tokens=cost * (shown + 1) - 1) == expected


def test_of_a_line_that_is_too_long_a_part_is_shown_and_where_it_goes_on() -> None:
    text = f"a\n{_WORDS}\nb"
    first = _answer(text, "2-3", max_tokens=60)
    stop = int(re.search(r"characters 1-(\d+) of 2000", first)[1])  # type: ignore[index]

    assert first == (
        f"line 2 of 3, characters 1-{stop} of 2000]\n{_WORDS[:stop]}\n"
        f'[go on with lines="2:{stop + 1}-", or give a query]'
    )
    assert 40 <= tokens.estimate(_WORDS[:stop]) <= 60
    assert _answer(text, "2:1900-", max_tokens=60).endswith(
        f'{_WORDS[1899:]}\n[go on with lines="3-3", or give a query]'
    )
    assert _answer(_WORDS, "1:1900-", max_tokens=60).endswith(f"]\n{_WORDS[1899:]}")
    assert len(_answer(text, "2", max_tokens=1).split("\n")[1]) == 200  # so much is always shown


_ROWS = json.dumps({"items": [{"id": i, "s": "open"} for i in range(30)]})


@pytest.mark.parametrize(
    ("kind", "lines", "path"),
    [
        ("json", "3-4", "$.items[3:5]"),
        ("json", " 3 ", "$.items[3:4]"),
        ("json", "28-", "$.items[28:]"),
        ("general+json", "2-3", "$.items[2:4]"),
    ],
)
def test_a_range_that_json_in_one_line_does_not_have_means_rows(kind: str, lines: str, path: str) -> None:
    original = Original("0123456789ab", _ROWS.encode(), "", kind, 0.0)

    by_rows = slices.cut(original, query=None, lines=lines, json_path=None, max_tokens=200)

    assert by_rows == slices.cut(original, query=None, lines=None, json_path=path, max_tokens=200)
    assert by_rows.startswith(f"[{path} of 0123456789ab]\n")


@pytest.mark.parametrize(("kind", "lines"), [("json", "x-2"), ("log", "3-4"), ("json", "99-100"), ("json", "2-x")])
def test_a_range_that_neither_lines_nor_rows_have_is_an_error(kind: str, lines: str) -> None:
    original = Original("0123456789ab", _ROWS.encode(), "", kind, 0.0)

    with pytest.raises(SliceError, match=f"lines='{lines}'"):
        slices.cut(original, query=None, lines=lines, json_path=None, max_tokens=200)


@pytest.mark.parametrize(("kind", "has_note"), [("json", True), ("log", False)])
def test_only_lines_of_json_come_with_a_note_on_rows(kind: str, has_note: bool) -> None:
    original = Original("0123456789ab", _ROWS.encode(), "", kind, 0.0)

    answer = slices.cut(original, query=None, lines="1", json_path=None, max_tokens=2_000)

    note = '\n[these are lines of the text; a marker that counts rows means json_path="$.items[1:2]"]'
    assert answer.endswith(note) == has_note


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_of_a_path_as_many_lines_are_shown_as_fit(rows: int) -> None:
    original = Original("0123456789ab", _ROWS.encode(), "", "json", 0.0)
    lines = [f'{{"id":{i},"s":"open"}}' for i in range(3, 3 + rows)]
    fitting = sum(tokens.estimate(line) + 1 for line in lines)

    answer = slices.cut(original, query=None, lines=None, json_path="$.items[3:25]", max_tokens=fitting)

    shown = "\n".join(lines)
    assert answer == (
        f"[$.items[3:25] of 0123456789ab: {rows} of 22 lines]\n{shown}\n"
        "[go on with a narrower path, such as a later slice]"
    )


def test_of_one_long_value_the_beginning_is_shown_and_how_much_there_is() -> None:
    original = Original("0123456789ab", json.dumps({"a": _WORDS}).encode(), "", "json", 0.0)

    head, shown, rest = slices.cut(original, query=None, lines=None, json_path="$.a", max_tokens=60).split("\n")

    assert head == "[$.a of 0123456789ab: the first part of 2,000 characters]"
    assert _WORDS.startswith(shown)
    assert 40 <= tokens.estimate(shown) <= 60
    assert rest == f"[… {2000 - len(shown):,} more characters of this line]"


def test_matches_close_together_are_one_stretch_and_others_have_their_own_head() -> None:
    lines = [f"plain {n}" for n in range(1, 61)]
    for at in (10, 13, 30, 60):
        lines[at - 1] = "the needle"

    answer = _cut("\n".join(lines), query="needle", max_tokens=2_000).split("\n")

    heads = [f"[0123456789ab: lines {where} of 60]" for where in ("8-15", "28-32", "58-60")]
    assert answer == [heads[0], *lines[7:15], heads[1], *lines[27:32], heads[2], *lines[57:60]]


def test_a_hit_in_a_long_line_shows_the_pieces_around_it_that_end_at_separators() -> None:
    long = ",".join(f"item{n:04}" for n in range(600))
    long = long.replace("item0300", "needle00")
    text = f"before\n{long}\nbehind"

    head, shown = _cut(text, query="needle00", max_tokens=2_000).split("\n")
    first, last = map(int, re.search(r"line 2 of 3, characters (\d+)-(\d+) of 5399\]$", head).groups())  # type: ignore[union-attr]

    assert shown == long[first - 1 : last]
    assert long[first - 2] == long[last - 1] == ","
    assert 5 * 300 < len(shown) <= 5 * 400


def test_a_short_line_beside_pieces_of_a_long_one_has_a_head_of_its_own() -> None:
    long = "x" * 2_001 + " needle"
    answer = _cut(f"before\n{long}\nbehind", query="needle", max_tokens=2_000).split("\n")

    assert [line for line in answer if line.startswith("[")] == [
        "[0123456789ab: line 2 of 3, characters 1201-2008 of 2008]",
        "[0123456789ab: lines 3-3 of 3]",
    ]
    assert answer[-1] == "behind"


@pytest.mark.parametrize("gap", [1, 30, 99, 100, 101, 399, 5_000])
@pytest.mark.parametrize("mark", list(slices._SEPARATORS))
def test_pieces_of_a_long_line_are_the_line_and_end_at_its_last_near_separator(gap: int, mark: str) -> None:
    line = "".join("x" * gap + mark for _ in range(1 + 6_000 // (gap + 1)))
    pieces = slices._pieces(["short", line])

    assert pieces[0] == (0, 0, 5, True)
    assert "".join(line[piece.start : piece.stop] for piece in pieces[1:]) == line
    for piece in pieces[1:-1]:
        assert (piece.line, piece.whole) == (1, False)
        whole = line[piece.start : piece.start + 400]
        near = 1 + whole.rfind(mark, 300)
        assert piece.stop - piece.start == (near or 400)


@pytest.mark.parametrize(("size", "whole"), [(1_999, True), (2_000, True), (2_001, False)])
def test_a_line_is_cut_into_pieces_where_it_is_longer_than_two_thousand_characters(size: int, whole: bool) -> None:
    pieces = slices._pieces(["x" * size])

    assert (len(pieces) == 1) == pieces[0].whole == whole


@pytest.mark.parametrize("texts", [1, 3, 4, 5, 7])
def test_a_slice_of_wrapped_texts_names_the_first_four_places(texts: int) -> None:
    body = "\n".join(f"line {n} of a text that is wrapped" for n in range(20))
    wrapped = json.dumps({"content": [{"type": "text", "text": f"{body} {n}"} for n in range(texts)]})

    answer = _cut(wrapped, lines="2", max_tokens=500)

    assert answer.split("\n")[1] == "line 1 of a text that is wrapped"
    paths = ", ".join(f"content[{n}].text" for n in range(min(texts, 4)))
    note = (
        f"[these are lines of the text in {paths}{', …' if texts > 4 else ''}; json_path reaches what stands around it]"
    )
    assert answer.split("\n")[-1] == note


def test_a_slice_of_a_text_that_is_one_json_string_says_so() -> None:
    answer = _cut(json.dumps("\n".join(f"line {n} of a text that is wrapped" for n in range(20))), lines="2")

    assert answer.split("\n")[1:] == [
        "line 1 of a text that is wrapped",
        "[these are lines of the text in the JSON string; json_path reaches what stands around it]",
    ]


def test_what_is_near_to_a_query_is_told_with_its_ref() -> None:
    answer = _cut(
        "\n".join([*(f"plain {n}" for n in range(30)), "the quokka", *(f"dull {n}" for n in range(9))]), query="quoka"
    )

    assert answer.split("\n")[:2] == [
        "[nothing in 0123456789ab matches 'quoka'; the nearest words in it: quokka]",
        "[0123456789ab: lines 29-33 of 40]",
    ]
