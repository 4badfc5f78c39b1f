"""Rows that are no JSON objects: what Python prints for them, arrays below their columns, sheets with a head."""

from __future__ import annotations

import datetime
import decimal
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from headroom_mcp.compressors.json import kind, literal, parse, positional
from headroom_mcp.tool_output import ToolOutput

_WORDS = ("paid", "pending", "it's here", 'a "b"', "x\\y", "line\nbreak", "schön", "")
Rows = list[dict[str, Any]]


def _rows(count: int, seed: int = 0) -> Rows:
    rng = random.Random(seed)
    return [
        {
            "id": 1_000 + i,
            "customer": f"c{rng.randrange(10**6):06d}",
            "state": rng.choice(_WORDS[:2]),
            "total": round(rng.random() * 900, 2),
            "note": rng.choice([None, "gift", "call before"]),
        }
        for i in range(count)
    ]


def _as_repr(rows: Rows) -> str:
    return repr(rows)


def _as_repr_lines(rows: Rows) -> str:
    return "\n".join(map(repr, rows))


def _as_columns(rows: Rows) -> str:
    return json.dumps(
        {"success": True, "columns": list(rows[0]), "rows": [list(row.values()) for row in rows]}, indent=1
    )


def _as_described_columns(rows: Rows) -> str:
    meta = [{"name": name, "type": "TEXT"} for name in rows[0]]
    return json.dumps({"meta": meta, "data": [list(row.values()) for row in rows], "count": len(rows)})


def _as_sheet(rows: Rows) -> str:
    """A sheet's range: the head is its first row, empty cells at the end of a row are left out."""
    cells = [["" if cell is None else str(cell) for cell in row.values()] for row in rows]
    for row in cells:
        while row and not row[-1]:
            row.pop()
    return json.dumps({"range": "A1:E99", "values": [list(rows[0]), *cells]})


_FORMS = (_as_repr, _as_repr_lines, _as_columns, _as_described_columns, _as_sheet)


def _shown(text: str, query: str = "", budget: int = 700) -> str:
    compressed = kind.compress(ToolOutput(text, "mcp__db__query", {"sql": "SELECT *"}, query), budget)
    assert compressed is not None
    return "\n".join(part.text for part in compressed.parts)


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("count", [40, 400])
def test_the_row_that_is_asked_for_is_shown_whole_in_any_form(form: Callable[[Rows], str], count: int) -> None:
    rows = _rows(count)
    wanted = rows[count * 2 // 3]
    text = form(rows)
    shown = _shown(text, f"What is the total of customer {wanted['customer']}?")

    line = next(line for line in shown.split("\n") if wanted["customer"] in line)
    assert str(wanted["total"]) in line
    assert str(wanted["id"]) in line
    assert len(shown) < 0.6 * len(text)  # cells stand with their names: shorter than half, they were misread


@pytest.mark.parametrize("form", _FORMS)
def test_every_form_names_its_columns_once_above_the_rows_and_no_name_in_quotes(form: Callable[[Rows], str]) -> None:
    shown = _shown(form(_rows(60)))

    head = next(line for line in shown.split("\n") if "rows {" in line and "customer" in line)
    assert all(head.count(name) == 1 for name in ("customer", "state", "total"))
    assert not any(f'"{name}"' in shown or f"'{name}'" in shown for name in ("customer", "state", "total"))


def test_a_number_is_found_in_a_table_too_large_to_be_judged_field_by_field() -> None:
    rows = _rows(3_000)
    text = json.dumps(rows)
    assert len(text) > 150_000

    assert rows[1_777]["customer"] in _shown(text, "Find row 2777: which customer is it?")


def _literals(rng: random.Random, depth: int) -> Any:
    sort = rng.randrange(9 if depth else 7)
    if sort == 7:
        return [_literals(rng, depth - 1) for _ in range(rng.randrange(4))]
    if sort == 8:
        return {rng.choice(_WORDS): _literals(rng, depth - 1) for _ in range(rng.randrange(4))}
    return (None, True, -1.5, rng.randrange(10**9), rng.choice(_WORDS), "\u2028\x00é😀'\"", "plain")[sort]


@pytest.mark.parametrize("seed", range(40))
def test_what_python_prints_reads_as_what_it_was(seed: int) -> None:
    value = [_literals(random.Random(seed), 3) for _ in range(5)]
    found = literal.documents(repr(value))

    assert [parse.dumps(document.value) for document in found] == [parse.dumps(parse.loads(json.dumps(value)))]


def test_tuples_numbered_keys_and_calls_are_read_and_nothing_is_evaluated() -> None:
    value = [(1, datetime.date(2026, 1, 2), decimal.Decimal("2.50"), b"\x00"), {3: ()}]
    (found,) = literal.documents(repr(value))

    assert parse.dumps(found.value) == (r"""[[1,"datetime.date(2026, 1, 2)","Decimal('2.50')","b'\\x00'"],{"3":[]}]""")
    assert [parse.dumps(found.value) for found in literal.documents("[{'a': exit(1)}]")] == ['[{"a":"exit(1)"}]']


@pytest.mark.parametrize(
    "text", ["[INFO] started", "['a', 'b'] and more", "{'a': 1} {'b': 2", "(see below)", "[1, 2", ""]
)
def test_what_only_begins_like_rows_is_none(text: str) -> None:
    assert literal.documents(text) == []


def test_rows_that_the_host_cut_off_are_read_as_far_as_they_go() -> None:
    text = repr(_rows(200))[:9_000]
    (found,) = literal.documents(text)

    assert len(found.value) > 60
    assert found.cut is not None


def test_arrays_of_words_stay_arrays() -> None:
    words = parse.loads(json.dumps([["alpha", "beta"], ["gamma", "delta"], ["epsilon", "zeta"], ["eta", "theta"]]))

    assert positional.named(words).value is words


def test_what_the_question_speaks_of_is_written_out_each_time() -> None:
    rows = [
        {"at": f"10:{i:02d}", "say": "payment provider returned 502" if i % 3 else "pool nearly exhausted"}
        for i in range(30)
    ]
    shown = _shown(json.dumps(rows, indent=1), "When did the payment provider fail?", 2_000)

    assert shown.count("payment provider returned 502") == 20


def _metadata(count: int) -> dict[str, Any]:
    return {
        f"store_{i % 7}_part_{i}_total": [
            {"type": "gauge" if i % 3 else "counter", "help": f"Number of things {i}.", "unit": ""}
        ]
        for i in range(count)
    }


def test_objects_alone_in_their_arrays_are_a_table_and_a_key_that_is_asked_for_is_shown() -> None:
    shown = _shown(json.dumps({"result": {"metadata": _metadata(170)}}), "Which type has store_4_part_102_total?", 500)

    assert "170 keyed {type,help,unit=" in shown
    assert 'store_4_part_102_total:{"type":"counter"' in shown


def test_a_record_loses_its_links_before_its_names() -> None:
    def links(name: str) -> dict[str, str]:
        return {
            f"{kind}_url": f"https://api.example/{name}/{kind}"
            for kind in ("events", "html", "labels", "avatar", "gists", "orgs")
        }

    issue = {
        **links("issues/7"), "id": 99001, "number": 7, "title": "Crash on start", "user": {**links("users/rowan"), "login": "rowan13", "id": 5},
        "labels": [{"id": 1, "url": "https://api.example/labels/bug", "name": "bug-report"}], "valid": False, "body": "It breaks.\n" * 90,
    }  # fmt: skip
    shown = _shown(json.dumps(issue, indent=2), "Who reported the issue?", 320)

    assert "rowan13" in shown
    assert "Crash on start" in shown
    assert "bug-report" in shown
    assert "valid:false" in shown
    assert "https://api.example/issues/7" not in shown
    assert "events_url" in shown  # named among what is left out


def test_what_is_called_in_the_question_is_shown_whole() -> None:
    functions = [{"name": name, "line": i, "signature": f"def {name}(a{i}, *, option_{i}: bool) -> None", "doc": "words " * 40}
                 for i, name in enumerate(("prompt_func", "prompt", "confirm", "pager", "clear", "style", "edit", "launch"))]  # fmt: skip

    assert "option_1: bool" in _shown(
        json.dumps({"functions": functions}, indent=1), "What are the parameters of prompt()?", 300
    )


@pytest.mark.parametrize("written", [json.dumps, repr])
def test_a_text_cut_off_inside_a_long_string_is_read_up_to_it(written: Callable[[Any], str]) -> None:
    whole = written([*_rows(40), {"id": 7, "note": "word " * 900}])
    shown = _shown(whole[:-900])

    assert "rows {id," in shown
    assert "the text is cut off here" in shown


def test_a_list_is_shown_from_its_top_where_nothing_else_tells_its_rows_apart() -> None:
    rows = [{"name": f"product {i * 7919 % 5000}", "sold": 9000 - i * 3, "stock": i * 31 % 97} for i in range(600)]
    shown = _shown(json.dumps(rows), "Which are the products that sell best?", 900)

    assert all(f"\n{i}:" in shown for i in range(10))
