"""JSON paths over originals: the part of RFC 9535 that picks things out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.retrieval import json_path
from headroom_mcp.settings.table import Settings
from headroom_mcp.types import SliceError

_STORE = json.dumps(
    {
        "items": [
            {"id": 1, "name": "first", "price": 8.95, "tags": ["a", "b"], "isbn": None},
            {"id": 2, "name": "second", "price": 12.990, "tags": []},
            {"id": 3, "name": "third", "price": 8.99, "tags": ["b"], "isbn": "0-553"},
        ],
        "next": None,
        "a key": {"x": "deep"},
    }
).replace("12.99", "12.990")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.next", "null"),
        ("$['a key'].x", "deep"),
        ("$.items[1].price", "12.990"),
        ("$.items[-1].name", "third"),
        ("$.items[0:2].id", "1\n2"),
        ("$.items[::2].id", "1\n3"),
        ("$.items[0,2].name", '"first"\n"third"'),
        ("$.items[*].id", "1\n2\n3"),
        ("$..id", "1\n2\n3"),
        ("items[2].name", "third"),
        ("$.items[?@.price < 9].id", "1\n3"),
        ("$.items[?@.price < 9 && @.isbn].name", '"first"\n"third"'),
        ("$.items[?@.isbn == null].id", "1"),
        ("$.items[?@.name == 'second' || @.id == 3].id", "2\n3"),
        ("$.items[?!(@.id == 1)].id", "2\n3"),
        ("$.items[?!@.isbn].id", "2"),
        ("$.items[?@.tags[0] == 'b'].id", "3"),
        ("$.items[?@.tags[0] == 'b']['id']", "3"),
    ],
)
def test_a_path_selects_what_it_says(path: str, expected: str) -> None:
    assert json_path.select_text(_STORE, path) == expected


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("$.nothing", "The top holds items, next, a key."),
        ("$.items[", "Cannot read"),
        ("$.items[?@.x ~ 1]", "Cannot read"),
        ("$.items[0:3:0]", "cannot be 0"),
        ("$.a key", "['the name']"),
    ],
)
def test_a_path_that_does_not_work_says_what_to_do(path: str, says: str) -> None:
    if path == "$.a key":
        says = "expected . or ["
    with pytest.raises(SliceError, match=says.replace("[", r"\[").replace("(", r"\(")):
        json_path.select_text(_STORE, path)


def test_json_lines_are_one_array() -> None:
    text = "\n".join(json.dumps({"n": n}) for n in range(5))

    assert json_path.select_text(text, "$[3:].n") == "3\n4"


def test_a_text_without_json_says_so() -> None:
    with pytest.raises(SliceError, match="holds no JSON"):
        json_path.select_text("no braces here", "$.a")


@given(
    st.lists(st.integers(), max_size=12), st.integers(-15, 15), st.integers(-15, 15), st.sampled_from([-2, -1, 1, 3])
)
@settings(deadline=None)
def test_slices_agree_with_python(values: list[int], start: int, stop: int, step: int) -> None:
    found = json_path.select(json_path.parse.loads(json.dumps(values)), f"$[{start}:{stop}:{step}]")

    assert [int(item) for item in found] == values[start:stop:step]


def test_rows_come_back_from_the_store_by_path(tmp_path: object) -> None:
    config = Settings(home=str(tmp_path))
    rows = [
        {"id": n, "state": "open" if n % 9 else "closed", "title": f"issue number {n} of the list"} for n in range(300)
    ]
    with open_store(config) as store:
        result = compress_output(json.dumps({"items": rows}, indent=1), store=store, settings=config)
        assert result.ref is not None
        answer = retrieve(result.ref, json_path="$.items[60:62]", store=store)

    assert [json.loads(line) for line in answer.splitlines()[1:]] == rows[60:62]


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["", "a", "b", "é", "it's", 'say "x"'])
)
_COMPARE = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@given(st.lists(st.integers(-5, 5), max_size=8), st.sampled_from(sorted(_COMPARE)), st.integers(-5, 5), st.booleans())
def test_comparisons_of_numbers_agree_with_python(values: list[int], operator: str, other: int, turned: bool) -> None:
    rows = [{"n": value} for value in values]
    if turned:
        expected = [value for value in values if _COMPARE[operator](other, value)]
        found = _selected(rows, f"$[?{other} {operator} @.n].n")
    else:
        expected = [value for value in values if _COMPARE[operator](value, other)]
        found = _selected(rows, f"$[?@.n {operator} {other}].n")

    assert found == expected


@given(st.lists(_VALUES, max_size=8), _VALUES)
def test_what_equals_a_literal_is_of_its_kind_too(values: list[object], wanted: object) -> None:
    rows = [{"v": value} for value in values]
    same = [value for value in values if type(value) is type(wanted) and value == wanted]

    assert _selected(rows, f"$[?@.v == {json.dumps(wanted)}].v") == same
    assert len(_selected(rows, f"$[?@.v != {json.dumps(wanted)}].v")) == len(values) - len(same)


@given(st.lists(st.fixed_dictionaries({"a": st.booleans(), "b": st.booleans(), "c": st.booleans()}), max_size=6))
def test_and_binds_before_or_and_parentheses_before_both(rows: list[dict[str, bool]]) -> None:
    def ids(path: str) -> list[object]:
        return _selected([{**row, "id": n} for n, row in enumerate(rows)], path)

    a, b, c = ("@.a == true", "@.b == true", "@.c == true")
    assert ids(f"$[?{a} || {b} && {c}].id") == [n for n, r in enumerate(rows) if r["a"] or (r["b"] and r["c"])]
    assert ids(f"$[?({a} || {b}) && {c}].id") == [n for n, r in enumerate(rows) if (r["a"] or r["b"]) and r["c"]]
    assert ids(f"$[?!({a}) && !({b} || {c})].id") == [n for n, r in enumerate(rows) if not (r["a"] or r["b"] or r["c"])]


@given(st.lists(st.integers(-9, 9), max_size=6), st.integers(-8, 8), st.integers(-8, 8))
def test_indexes_and_unions_agree_with_python(values: list[int], first: int, second: int) -> None:
    inside = [at for at in (first, second) if -len(values) <= at < len(values)]

    assert _selected(values, f"$[{first}, {second}]") == [values[at] for at in inside]


@given(
    st.recursive(
        st.integers(0, 9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
        max_leaves=12,
    )
)
def test_descendants_of_a_name_are_all_of_them_in_the_order_of_the_document(document: object) -> None:
    def named(value: object) -> list[object]:
        if isinstance(value, dict):
            return ([value["x"]] if "x" in value else []) + [found for item in value.values() for found in named(item)]
        return [found for item in value for found in named(item)] if isinstance(value, list) else []

    found = _selected([document], "$..x")
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, named(document)))


def _selected(document: object, path: str) -> list[object]:
    from headroom_mcp.compressors.json import parse

    root = parse.documents(json.dumps(document))[0].value
    return [json.loads(parse.dumps(value)) for value in json_path.select(root, path)]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("$.items[0:1:0]", "the step of a slice cannot be 0"),
        ("$.items[0,", "expected an index, a slice, a quoted name, * or ?"),
        ("$.items[0", "expected ]"),
        ("$.items[?(@.id == 1]", "expected )"),
        ("$.items[?@.id == nothing]", "expected @, $, a quoted string, a number, true, false or null"),
        ("$['a", "the ' is not closed"),
        ("$.items.", "expected a name; write names with other characters as ['the name']"),
        ("$ items", "expected . or ["),
    ],
)
def test_a_path_that_cannot_be_read_says_where_and_what_was_expected(path: str, says: str) -> None:
    with pytest.raises(SliceError) as error:
        json_path.select_text(_STORE, path)

    assert says in str(error.value)
    assert "at character" in str(error.value)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([1, 2], "$"),
        ({"items": [1, 2, 3], "next": [1]}, "$.items"),
        ({"a b": [1, 2]}, "$['a b']"),
        ({"page": {"rows": [1, 2, 3]}, "few": [1]}, "$.page.rows"),
        ({"a": {"b": {"c": [1, 2, 3]}}}, ""),
        ({"a": 1}, ""),
        ({"long": [1, 2], "alike": [3, 4], "x": [5, 6]}, "$.x"),
    ],
)
def test_the_longest_array_is_found_two_levels_down_and_of_equal_ones_the_shortest_path(
    document: object, path: str
) -> None:
    assert json_path.longest_array(json.dumps(document)) == path


@pytest.mark.parametrize(
    ("test", "kept"),
    [
        ("@.v < true", []),
        ("@.v <= true", [True]),
        ("@.v > null", []),
        ("@.v >= null", [None]),
        ("@.v < 'b'", ["a"]),
        ("@.v < 3", [1]),
        ("@.v == '1'", []),
        ("@.v != 1", [True, None, "a", "b"]),
        ("@.nothing == @.none", [True, None, "a", "b", 1]),  # nothing equals nothing
        ("@.nothing < @.none", []),
        ("@.v == @.nothing", []),
        ("@.v && @.v == 'a'", ["a"]),
    ],
)
def test_only_numbers_and_strings_have_an_order(test: str, kept: list[object]) -> None:
    rows = [{"v": value} for value in (True, None, "a", "b", 1)]

    assert _selected(rows, f"$[?{test}].v") == kept


_NESTED = json.dumps({"least": 2, "rows": [{"n": 1}, {"n": 2, "m": 2}, {"n": 3, "m": 1}, {"m": 5, "least": 3}, {}]})


@pytest.mark.parametrize(
    ("test", "kept"),
    [
        ("@.n == $.least", [1]),
        ("@.n >= $.least", [1, 2]),
        ("$.least < @.n", [2]),
        ("@.least == $.least", []),
        ("@.n == @.m", [1, 4]),  # nothing equals nothing
        ("@.n <= @.m", [1, 4]),
        ("@.n >= @.m", [1, 2, 4]),
        ("@.n < @.m", []),
        ("@.n > @.m", [2]),
        ("@.n != @.m", [0, 2, 3]),
        ("@.x == $.y", [0, 1, 2, 3, 4]),
        ("@.x <= $.y", [0, 1, 2, 3, 4]),
        ("@.x >= $.y", [0, 1, 2, 3, 4]),
        ("@.x != $.y", []),
        ("@.x < $.y", []),
        ("@.n <= 'a'", []),
        ("@.n == null", []),
        ("$.least", [0, 1, 2, 3, 4]),
        ("!$.least", []),
    ],
)
def test_a_filter_compares_what_stands_in_a_row_with_what_stands_elsewhere(test: str, kept: list[int]) -> None:
    rows = json.loads(_NESTED)["rows"]
    path = f"$.rows[?{test}]"

    assert [str(one) for one in json_path.select(json_path.parse.documents(_NESTED)[0].value, path)] == [
        str(json_path.parse.documents(json.dumps(rows[i]))[0].value) for i in kept
    ]


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ("[]", "[]"),
        ("[1]", "[\n1\n]"),
        ('[{"a": 1}, [], "x"]', '[\n{"a":1},\n[],\n"x"\n]'),
        ("{}", "{}"),
        ('{"a": [1, 2]}', '{"a":[1,2]}'),
        ('"two\\nlines"', "two\nlines"),
        ("1.50", "1.50"),
        ("true", "true"),
        ("null", "null"),
    ],
)
def test_a_single_value_is_shown_by_its_form(document: str, shown: str) -> None:
    assert json_path.select_text(f'{{"it": {document}}}', "$.it").replace(": ", ":").replace(", ", ",") == shown


@pytest.mark.parametrize("size", [20, 180, 191, 192, 193, 400])
def test_an_object_of_more_than_two_hundred_characters_is_shown_in_lines(size: int) -> None:
    shown = json_path.select_text(json.dumps({"it": {"a": "x" * size}}), "$.it")

    flat = json.dumps({"a": "x" * size}, separators=(",", ":") if '":"' in shown else (", ", ": "))
    assert json.loads(shown) == {"a": "x" * size}
    assert ("\n" in shown) == (len(flat) > 200)


@pytest.mark.parametrize(
    ("text", "top"),
    [
        ("[]", "The top is an array of 0 items"),
        ("[1]", "The top is an array of 1 item"),
        ('[{"a": 1}, 2]', "whose first object has a"),
        ("{}", "The top holds"),
    ],
)
def test_a_path_that_selects_nothing_is_answered_with_what_there_is(text: str, top: str) -> None:
    with pytest.raises(SliceError) as told:
        json_path.select_text(text, "$.nothing")

    assert str(told.value).startswith("$.nothing selects nothing. ") and top in str(told.value)
