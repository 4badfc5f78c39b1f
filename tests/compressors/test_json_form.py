"""The compact form of JSON can be rebuilt to the value, whatever its shape."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_mcp.compressors.json import encode, parse
from headroom_mcp.compressors.json.query import Query
from headroom_mcp.compressors.json.table import same
from tests import long_form
from tests.compact_json import decode, rebuilt

_KEYS = st.sampled_from(
    ["id", "name", "a b", "x.y", "k:v", "all x", "", "5", "é", "tags", "owner", "\ud800", '"', "a=b", "-"]
)
_LONG = "https://example.org/a/long/path/that/repeats"
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers().map(lambda n: parse.Num(str(n)))
    | st.sampled_from(["1.50", "1e400", "-0", "9" * 40, "NaN", "-Infinity"]).map(parse.Num)
    | st.text(st.characters(), max_size=12)
    | st.sampled_from(
        [
            "",
            " ",
            "true",
            "5",
            "1.0",
            "a,b",
            "@json x",
            "*1",
            "!x",
            "a\nb",
            "]",
            "(x)",
            "\ud800",
            "…",
            "{}",
            '{"a": [1, 2, 3, 4, 5]}',
        ]
    )
)


def _objects(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(st.tuples(_KEYS, values), max_size=5).map(tuple)


@st.composite
def _tables(draw: st.DrawFn) -> object:
    keys = draw(st.lists(_KEYS, min_size=1, max_size=5))
    cells = _SCALARS | st.lists(_objects(_SCALARS), max_size=3) | _objects(_SCALARS) | st.just(parse.Num("7"))
    rows: list[object] = []
    for _ in range(draw(st.integers(2, 6))):
        row = [(key, draw(cells)) for key in keys if draw(st.integers(0, 9)) > 0]
        rows.append(tuple(row))
    if draw(st.integers(0, 5)) == 0:
        rows.append(draw(_SCALARS))
    if draw(st.booleans()):
        return tuple((f"k{i}", row) for i, row in enumerate(rows))
    return rows


_VALUES = st.recursive(
    _SCALARS | _tables(), lambda inner: st.lists(inner, max_size=5) | _objects(inner) | _tables(), max_leaves=25
)


@given(_VALUES)
@settings(max_examples=long_form.count(100, 400), deadline=None)
def test_the_compact_form_rebuilds_any_value(value: object) -> None:
    opened = parse.embed(value)

    assert same(rebuilt(decode(encode.encode(opened))), value)
    assert same(rebuilt(decode(encode.encode(opened, named=True))), value)
    assert same(rebuilt(decode(encode.encode(opened, named=True, asked=lambda name, value, form: False))), value)
    assert same(rebuilt(decode(encode.encode(opened, label_tokens=9_000.0))), value)
    assert same(
        rebuilt(decode(encode.encode(opened, named=True, asked=lambda name, value, form: False, label_tokens=30.0))),
        value,
    )


@given(_VALUES)
@settings(max_examples=long_form.count(40, 100), deadline=None)
def test_the_scanner_keeps_what_json_says(value: object) -> None:
    assert same(parse.loads(parse.dumps(value)), value)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2, "b": {}, "c": []}',
        '[{"id": 1.50, "n": null}, {"n": 2, "id": 3}, {"id": 12345678901234567890123, "n": "x"}]',
        '{"x": {"a": {"v": 1, "w": 2}, "b": {"v": 1, "w": 3}, "c": {"v": 1, "w": 4}}}',
        "[[1, 2], [3, 4], [], [[]]]",
        '[{"u": {"l": "a", "t": "User"}, "g": [{"n": "x"}, {"n": "y"}]}, {"u": {"l": "b", "t": "User"}, "g": []}]',
        '["\\ud83d\\ude00", "\\ud800", "\\u0000", "caf\\u00e9"]',
    ],
)
def test_every_shape_comes_back(text: str) -> None:
    value = parse.loads(text)

    assert same(decode(encode.encode(value)), value)


def test_nested_arrays_of_similar_objects_become_tuples() -> None:
    rows = [{"id": i, "type": "User", "tags": [{"n": "a", "c": "red"}]} for i in range(3)]

    assert encode.encode(parse.loads(json.dumps(rows))) == "\n".join(
        ["[3 rows {id,type=User,tags=[{n:a,c:red}]}:", "0", "1", "2", "]"]
    )


@st.composite
def _followed(draw: st.DrawFn) -> object:
    """Rows whose columns follow from one another: links made of ids, names set by codes, ids of digits."""
    ids = draw(st.lists(st.sampled_from(["7", "12", "a-b", "x{y}", "", "4760268021", "1"]), min_size=3, max_size=30))
    before = draw(st.sampled_from(["", "https://example.org/things/", "{", "a{{b}"]))
    after = draw(st.sampled_from(["", "/labels{/name}", "}", "é"]))
    name = draw(st.sampled_from(["*", "id", "a b", "x~y", "x^", "k<", "{z}"]))
    rows = []
    for index, one in enumerate(ids):
        row: list[tuple[str, object]] = [(name, one), ("url", before + one + after), ("n", parse.Num(str(index % 5)))]
        row += [("set", f"a long name that is set by {one}"), ("of", f"number {index % 5} means this, at some length")]
        if draw(st.booleans()):
            row.append(("late", f"https://example.org/{index}"))
        if draw(st.integers(0, 7)):
            row.append(("deep", tuple((f"{k}", (("id", f"{k}"), ("v", one))) for k in range(3))))
        if draw(st.integers(0, 20)) == 0:
            row.reverse()
        rows.append(tuple(row))
    return tuple((f"k{i}", row) for i, row in enumerate(rows)) if draw(st.booleans()) else rows


@given(_followed())
@settings(max_examples=long_form.count(60, 200), deadline=None)
def test_columns_that_follow_from_others_come_back(value: object) -> None:
    assert same(rebuilt(decode(encode.encode(value, named=True, asked=lambda name, value, form: False))), value)
    assert same(
        rebuilt(decode(encode.encode(value, named=True, asked=lambda name, value, form: False, label_tokens=9_000.0))),
        value,
    )


@st.composite
def _sparse(draw: st.DrawFn) -> object:
    """Rows whose columns are mostly empty, of one kind or of several, some in an object, with texts that look like labels."""
    empty: st.SearchStrategy[object] = st.sampled_from(
        [None, False, "", [], (), parse.Num("0"), parse.Num("0.0"), "0", "null", "open", "a:b", ":", "x y"]
    )
    texts = st.sampled_from(["x", " b=1", "open, b=", "a, b=2, c=3", "a,b", "d.b=1", "x, d.b=1", "b=", "…"])
    defaults = {name: draw(empty) for name in "abc"}
    rows: list[object] = []
    for at in range(draw(st.integers(3, 9))):
        fields = []
        for name in "abc":
            if draw(st.integers(0, 9)) < 8:
                fields.append((name, defaults[name] if draw(st.booleans()) else draw(_SCALARS | empty | texts)))
        deep = tuple((name, draw(_SCALARS | empty | texts)) for name in "bd")
        rows.append((("id", parse.Num(str(at))), ("t", draw(texts)), *fields, ("d", deep)))
    return tuple((draw(texts) + str(at), row) for at, row in enumerate(rows)) if draw(st.booleans()) else rows


@given(_sparse(), st.sampled_from([0.0, 9.0, 900.0]))
@settings(max_examples=long_form.count(150, 600), deadline=None)
def test_cells_with_their_names_and_those_left_out_come_back(value: object, room: float) -> None:
    assert same(decode(encode.encode(value, label_tokens=room)), value)
    assert same(rebuilt(decode(encode.encode(parse.embed(value), named=True, label_tokens=room))), value)


def _states(room: float) -> list[str]:
    """Return the head and two rows of a small table for whose names there is `room`, in tokens."""
    rows = [
        {
            "id": i,
            "size": i * 7,
            "state": "shut" if i == 4 else "open",
            "late": i == 5,
            "held": None if i % 3 else "me",
            "note": {"by": "me", "n": i % 3},
        }
        for i in range(1, 8)
    ]
    lines = encode.encode(parse.loads(json.dumps(rows)), label_tokens=room).split("\n")
    at = next(at for at, line in enumerate(lines) if "shut" in line)
    return [lines[0], *lines[at : at + 3]]


def test_between_rows_whose_cells_all_have_names_stands_a_blank_line() -> None:
    assert _states(150.0) == [
        "[7 rows {id:,size:,state:,late:,held:,note{by=me,n:}}:",
        "id=4, size=28, state=shut, late=false, held=null, n=1",
        "",
        "id=5, size=35, state=open, late=true, held=null, n=2",
    ]


def test_with_less_room_null_stands_above_the_rows() -> None:
    assert _states(80.0)[:2] == [
        "[7 rows {id:,size:,state:,late:,held:,note{by=me,n:}}, where not written held=null:",
        "id=4, size=28, state=shut, late=false, n=1",
    ]


def test_with_less_room_still_false_stands_above_as_well_and_then_the_first_cell_has_no_name() -> None:
    assert _states(60.0) == [
        "[7 rows {id:,size:,state:,late:,held:,note{by=me,n:}}, where not written late=false held=null:",
        "id=4, size=28, state=shut, n=1",
        "",
        "id=5, size=35, state=open, late=true, n=2",
    ]
    assert _states(45.0)[1:3] == ["4, size=28, state=shut, n=1", "5, size=35, state=open, late=true, n=2"]


def test_a_first_cell_that_is_empty_is_told_from_a_name_that_follows() -> None:
    deep = {str(at): {"id": str(at), "v": "7"} for at in range(3)}
    rows = [{"of": f"number {at} means this", "n": at} for at in range(4)]
    value = parse.loads(json.dumps([{"deep": deep, **rows[0]}, *rows[1:], {"deep": deep, **rows[0]}]))

    written = encode.encode(value, label_tokens=900.0)

    assert '\n, of="number 1 means this", n=1\n' in written
    assert same(decode(written), value)


def test_a_long_table_has_names_only_as_far_as_cells_left_out_pay_for_them() -> None:
    rows = [{"id": i, "size": i * 7, "weight": i * 3, "flag": i % 50 == 0} for i in range(400)]
    plain = [{name: row[name] for name in ("id", "size", "weight")} for row in rows]
    paid = encode.encode(parse.loads(json.dumps(rows)), label_tokens=150.0).split("\n")

    assert encode.encode(parse.loads(json.dumps(plain)), label_tokens=150.0).startswith(
        "[400 rows {id,size,weight}:\n0,0,0\n"
    )
    assert paid[0] == "[400 rows {id,size:,weight,flag:}, where not written flag=false:"
    assert paid[1:3] == ["0,0, size=0, flag=true", "1,3, size=7"]


def test_a_text_that_looks_like_a_name_is_never_taken_for_one() -> None:
    rows = [
        {"id": i, "size": i * 7, "text": "see, size=9, there" if i == 2 else f"number {i}", "n": None} for i in range(6)
    ]
    value = parse.loads(json.dumps(rows))

    assert '\nid=2, size=14, text="see, size=9, there"\n' in encode.encode(value, label_tokens=150.0)
    assert same(decode(encode.encode(value, label_tokens=150.0)), value)
    keyed = tuple((f"k, size={i}", row) for i, row in enumerate(value[3:]))
    assert same(decode(encode.encode(keyed, label_tokens=150.0)), keyed)


def test_a_link_made_of_another_column_is_written_once() -> None:
    rows = [{"number": i, "url": f"https://example.org/issues/{i}/labels{{/name}}"} for i in (4, 8, 15)]

    assert encode.encode(parse.loads(json.dumps(rows)), asked=lambda name, value, form: False) == "\n".join(
        ['[3 rows {number,url~"https://example.org/issues/{number}/labels{{/name}}"}:', "4", "8", "15", "]"]
    )


def test_links_made_of_other_columns_are_explained_and_stand_whole_where_they_are_asked_for() -> None:
    base = "https://api.example.org/repos/acme/widgets/issues"
    rows = [
        {
            "number": n,
            "title": f"the {n}th thing that went wrong",
            "self": f"{base}/{n}",
            "events": f"{base}/{n}/events",
        }
        for n in range(512, 532)
    ]
    value = parse.loads(json.dumps(rows))
    legend, written = encode.lossless(value, Query("what went wrong in 517?").asks_for)
    _, whole = encode.lossless(value, Query("give me the link of 517").asks_for)

    assert f'self~"{base}/{{number}}",events~"{base}/{{number}}/events"' in written
    assert legend.startswith('(a~"')
    assert f"{base}/517" not in written
    assert f"{base}/517,{base}/517/events" in whole
    assert same(decode(written), value)


def test_an_id_that_follows_a_name_is_written_once() -> None:
    rows = [{"item": i, "product": f"Chair {i % 4}", "product_id": f"99244732{i % 4}5"} for i in range(1000, 1040)]
    legend, written = encode.lossless(parse.loads(json.dumps(rows)), Query("").asks_for)

    assert written.startswith("[40 rows {item,product,product_id<product}:\n1000,Chair 0,")
    assert "empty a is that of the earlier row" in legend
    assert written.count("9924473215") == 1
