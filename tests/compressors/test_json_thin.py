"""What is said about left-out JSON is exact, and what matters is not left out."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_mcp import compress_output, open_store
from headroom_mcp.compressors.json import kind as compressor
from headroom_mcp.compressors.json import parse, reduce, survey
from headroom_mcp.compressors.json.query import Query
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part
from tests import long_form

_GAP = re.compile(r"^\[… ([0-9,]+) rows?: ([^·\]]*?)(?: · (.*))?\]$")
_HIDDEN = re.compile(r"^\[… \d+ fields? of each row")


def _thinned(value: Any, budget: int, query: str = "which of them failed?") -> tuple[str, Part]:
    output = ToolOutput(json.dumps(value), "Bash", {}, query)
    compressed = compressor.compress(output, budget)
    assert compressed is not None
    (part,) = compressed.parts
    return render.render(output.lines, compressed.parts), part


def _ranges(text: str) -> set[int]:
    found: set[int] = set()
    for piece in text.split(", "):
        first, _, last = piece.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


@given(st.integers(0, 10_000), st.integers(300, 700), st.integers(220, 900))
@settings(max_examples=long_form.count(10, 25), deadline=None)
def test_rows_shown_and_rows_left_out_are_all_rows(seed: int, count: int, budget: int) -> None:
    chance = random.Random(seed)
    rows = [(chance.choice(["INFO"] * 12 + ["WARN", "ERROR"]), chance.randrange(50)) for _ in range(count)]
    table = [
        {
            "level": level,
            "took_ms": took,
            "note": f"request number {i} went through the gateway of shard {took * 7919} in zone {i * 104729}",
        }
        for i, (level, took) in enumerate(rows)
    ]
    text, part = _thinned(table, budget)
    lines = text.split("\n")
    gaps = [match for match in map(_GAP.match, lines) if match]
    shown = {int(line.partition(":")[0]) for line in lines if line[:1].isdigit()}

    assert not part.lossless
    assert len(gaps) == 1
    assert int(gaps[0].group(1).replace(",", "")) == len(rows) - len(shown)
    if "…" not in gaps[0].group(2):
        assert _ranges(gaps[0].group(2)) == set(range(len(rows))) - shown
    said = {word: int(count) for count, word in re.findall(r"(\d+) (INFO|WARN|ERROR)", gaps[0].group(3) or "")}
    if said:
        left_out = [level for i, (level, _) in enumerate(rows) if i not in shown]
        assert said == {level: left_out.count(level) for level in set(left_out)}
    assert part.total == 3 * len(rows)
    assert 0 < part.left_out <= part.total - len(shown)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda v: st.lists(v, max_size=6) | st.dictionaries(st.text(max_size=3), v, max_size=6),
        max_leaves=40,
    )
)
@settings(max_examples=long_form.count(30, 100), deadline=None)
def test_values_are_counted_as_the_commas_of_the_text_count_them(value: Any) -> None:
    text = json.dumps(value)
    commas = re.sub(r'"(?:[^"\\]|\\.)*"', "", text).count(",")

    assert survey.count_of(parse.loads(text)) == commas + 1


@pytest.mark.parametrize("count", [100, 12_000])
def test_one_failure_among_many_is_shown_whole(count: int) -> None:
    rows = [{"id": i, "level": "INFO", "text": f"request {i} served", "error": None} for i in range(count)]
    rows[67] = {
        "id": 67,
        "level": "FATAL",
        "text": "pool exhausted",
        "error": {"code": "PG-5523", "hint": "raise it to 500"},
    }
    text, part = _thinned(rows, 600, query="")

    assert "PG-5523" in text
    assert "raise it to 500" in text
    assert part.lossless or "1 FATAL" in text
    assert part.total == 4 * count + 1


def test_a_field_called_error_is_no_error() -> None:
    rows = [{"id": i, "name": f"job-{i}", "error": None, "errors": 0} for i in range(300)]
    rows[200]["error"] = "disk full: write failed"
    text, _ = _thinned(rows, 400)

    assert "disk full: write failed" in text
    assert sum(1 for line in text.split("\n") if re.match(r"^\d+:", line)) < 60


@pytest.mark.parametrize(
    "query", ["what is the price of the Office Chair?", "show item 7f3a-201", 'the record of "Office Chair"']
)
def test_the_asked_record_is_shown_whole(query: str) -> None:
    items = [
        {"sku": f"7f3a-{i}", "name": f"Desk Lamp {i}", "price": 10.5 + i, "stock": {"shelf": f"A{i}", "count": i * 3}}
        for i in range(400)
    ]
    items[201] |= {"name": "Office Chair", "price": 471.82}
    text, _ = _thinned(items, 500, query)

    assert '{"sku":"7f3a-201","name":"Office Chair","price":471.82,"stock":{"shelf":"A201","count":603}}' in text


@pytest.mark.parametrize("folder", ["", "node_modules/", "vendor/github.com/"])
@pytest.mark.parametrize("name", ["qs", "ms", "lodash"])
def test_a_row_named_by_one_short_word_of_the_question_is_shown_whole(folder: str, name: str) -> None:
    names = [f"package{i}" for i in range(300)]
    names.insert(151, name)
    packages = {
        folder + one: {"version": f"1.{i}.0", "note": f"installed with {name}" if i % 6 == 0 else "alone"}
        for i, one in enumerate(names)
    }

    text, _ = _thinned(packages, 500, f"Which version of {name} is installed?")

    assert re.search(rf"^{folder}{name}:.*\b1\.151\.0\b", text, re.MULTILINE)


def test_a_word_that_many_rows_say_singles_out_none_of_them() -> None:
    rows = [{"id": i, "state": "queued" if i % 2 else "done", "took": i % 5} for i in range(300)]

    text, _ = _thinned(rows, 400, "How many are queued now?")

    assert '{"id":' not in text


def test_the_longest_is_found_by_its_column() -> None:
    spans = [{"span": f"{i * 7919:08x}", "op": f"GET /pets/{i * 31}", "duration": 100 + i % 7} for i in range(1_500)]
    spans[321]["duration"] = 98_765
    text, _ = _thinned(spans, 400, "which span took longest?")

    assert "321:" in text
    assert "98765" in text


@pytest.mark.parametrize("count", [300, 12_000])
def test_a_row_whose_number_lies_far_from_the_others_is_shown_without_being_asked_for(count: int) -> None:
    chance = random.Random(count)
    rows = [
        {"order": chance.randrange(10**6), "name": f"basket {i}", "grams": 400 + chance.randrange(90)}
        for i in range(count)
    ]
    rows[count // 3 + 1]["grams"] = 98_765
    text, _ = _thinned(rows, 400, query="give me an overview")

    assert "98765" in text
    assert f"basket {count // 3 + 1}" in text


@pytest.mark.parametrize(
    ("query", "wanted"), [("which basket has the largest grams?", max), ("the smallest grams", min)]
)
def test_the_extremes_of_a_column_are_shown_where_they_are_asked_for(query: str, wanted: Any) -> None:
    chance = random.Random(5)
    rows = [{"order": chance.randrange(10**6), "grams": chance.randrange(10**6)} for _ in range(900)]
    text, _ = _thinned(rows, 300, query)

    assert str(wanted(row["grams"] for row in rows)) in text


def test_json_amid_log_lines_keeps_the_lines_around_it() -> None:
    body = json.dumps([{"id": i, "name": f"item {i}"} for i in range(60)], indent=2)
    output = ToolOutput(f"Fetching page 1\nresult: {body}\nDone in 1.2s\n", "Bash", {}, "")
    compressed = compressor.compress(output, 2_000)
    assert compressed is not None
    text = render.render(output.lines, compressed.parts)

    assert text.startswith("Fetching page 1\nresult: [60 rows {id,name}:\n0,item 0\n")
    assert text.endswith("\n]\nDone in 1.2s")


def test_json_lines_are_one_table() -> None:
    lines = "\n".join(json.dumps({"n": i, "event": f"tick {i}"}) for i in range(50))
    output = ToolOutput(lines, "Bash", {}, "")
    compressed = compressor.compress(output, 2_000)
    assert compressed is not None

    assert render.render(output.lines, compressed.parts).startswith(
        "50 JSON documents: [50 rows {n,event}:\n0,tick 0\n"
    )


@pytest.mark.parametrize("tail", ["", "\n... [4,096 characters truncated]"])
def test_json_that_was_cut_off_is_read_as_far_as_it_goes(tail: str) -> None:
    whole = json.dumps([{"id": i, "name": f"item {i}"} for i in range(200)])
    output = ToolOutput(whole[:3_000] + tail, "Bash", {}, "")
    compressed = compressor.compress(output, 3_000)
    assert compressed is not None
    text = render.render(output.lines, compressed.parts)

    assert "item 50" in text
    assert "the text is cut off here" in text


def test_json_within_a_string_is_opened() -> None:
    inner = json.dumps([{"id": i, "name": f"item {i}"} for i in range(80)])
    text, part = _thinned({"content": [{"type": "text", "text": inner}]}, 2_000)

    assert "text:@json" in text
    assert part.lossless


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "[" + "9" * 200_000 + "]",
        '{"a": "' + "x" * 300_000 + '"}',
        "{" * 100_000,
        '{"a": [1, 2, ' * 20_000,
        '[{"a": "\\ud800"}, {"a": "\\udfff", "a": 1}]' * 3_000,
        "[" + ",".join(["1e999", "NaN", "-0", "1.50"] * 20_000) + "]",
    ],
    ids=["arrays", "objects", "digits", "string", "braces", "cut", "surrogates", "numbers"],
)
def test_nothing_is_too_strange(text: str, tmp_path: Any) -> None:
    config = Settings(home=str(tmp_path))
    with open_store(config) as store:
        result = compress_output(text, query="what failed?", store=store, settings=config)

    assert result.outcome in ("compressed", "no_gain")
    assert len(result.text) <= len(text)


def test_a_large_document_is_thinned_with_exact_totals() -> None:
    rows = [{"id": i, "state": "done" if i % 400 else "failed", "owner": {"name": f"u{i % 90}"}} for i in range(20_000)]
    text, part = _thinned({"jobs": rows, "next": None}, 1_500)

    assert part.total == 3 * len(rows) + 1
    assert "[20000 rows" in text
    assert "50 failed" in text
    shown = {int(line.partition(":")[0]) for line in text.split("\n") if re.match(r"^\d+:", line)}
    assert any(index % 400 == 0 for index in shown)


def test_a_large_array_of_numbers_tells_its_ends_and_its_extremes() -> None:
    numbers = [(index * 7919) % 100_003 for index in range(60_000)]
    text, part = _thinned(numbers, 500)

    assert text.startswith("[0,7919,15838,")
    assert f" · all from {min(numbers)} to {max(numbers)}]" in text
    assert text.endswith(f",{numbers[-1]}]")
    assert part.total == len(numbers)


def test_an_array_of_numbers_with_a_loose_end_is_no_array_of_numbers() -> None:
    text = json.dumps(list(range(60_000)))

    assert reduce.plain_numbers(text) is not None
    assert reduce.plain_numbers(text[:-1] + ",]") is None
    assert reduce.plain_numbers(text[:-1] + ', "x"]') is None


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "state": st.sampled_from(["open", "closed", "true", True, None]),
                "code": st.integers(0, 4),
                "deep": st.fixed_dictionaries(
                    {"level": st.sampled_from(["INFO", "WARN"]), "tags": st.just(["a", "b"])}
                ),
            },
        ),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=long_form.count(30, 100), deadline=None)
def test_what_is_counted_over_all_rows_is_what_stands_in_them(rows: list[dict[str, Any]]) -> None:
    items = parse.loads(json.dumps(rows))
    seen = survey.Survey(items, None, Query(""))
    categories = seen.categories()

    assert seen.values == sum(map(survey.count_of, items))
    for path in ("state", "code", "deep.level"):
        values = [row.get("deep", {}).get("level") if path == "deep.level" else row.get(path, None) for row in rows]
        said = Counter("true" if value is True else str(value) for value in values if value is not None)
        if path in categories:
            assert {value: hits.count for value, hits in categories[path].items()} == said


def test_a_value_that_the_host_cut_off_and_we_show_in_part_is_counted_as_left_out() -> None:
    whole = json.dumps([{"id": i, "name": f"row {i}"} for i in range(40)] + [{"id": 40, "text": "word " * 900}])
    compressed = compressor.compress(ToolOutput(whole[:-900], "mcp__db__query", {}, ""), 4_000)
    assert compressed is not None
    (part,) = compressed.parts

    assert "chars …]" in part.text
    assert not part.lossless
    assert part.left_out == 1


def _events(count: int, odd: int) -> list[dict[str, Any]]:
    chance = random.Random(count)
    return [
        {
            "ts": f"2026-03-01 10:{at // 60:02d}:{at % 60:02d}.250",
            "who": chance.choice(("pens", "sheds")),
            "said": f"closed pen {chance.randrange(999)} after {chance.randrange(90)} s",
            "state": "-" if at == odd else "shut",
            "key": f"k{chance.getrandbits(32):08x}",
        }
        for at in range(count)
    ]


def test_lines_of_events_are_a_log_and_what_is_unlike_them_is_shown_with_its_key() -> None:
    events = _events(200, odd=77)
    lines = "\n".join(map(json.dumps, events))
    compressed = compressor.compress(ToolOutput(lines, "Bash", {}, ""), 400)
    assert compressed is not None
    (part,) = compressed.parts

    assert part.left_out > len(events)
    assert events[77]["key"] in part.text


def test_an_array_without_failures_is_written_whole_where_nobody_says_what_is_looked_for() -> None:
    compressed = compressor.compress(ToolOutput(json.dumps(_events(200, odd=-1)), "Bash", {}, ""), 400)
    assert compressed is not None

    assert compressed.parts[0].left_out == 0
