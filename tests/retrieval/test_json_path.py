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
