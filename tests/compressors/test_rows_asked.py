"""Which rows of a table a question means, and by what a reader can speak of them."""

from __future__ import annotations

import json
import re
from random import Random

import pytest

from headroom_mcp.compressors.json import columns, parse
from headroom_mcp.compressors.json.query import Query
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput


def _short(rows: list[dict[str, object]], query: str) -> str:
    return plan(ToolOutput(json.dumps(rows), "mcp__tracker__list", {}, query), Settings()).body


def _words(random: Random, count: int) -> str:
    return " ".join("".join(random.choices("abdefgiklmnoprstu", k=random.randrange(4, 9))) for _ in range(count))


@pytest.mark.parametrize("seed", range(4))
def test_a_number_in_a_sentence_counts_as_much_as_a_field_that_happens_to_have_it(seed: int) -> None:
    random = Random(seed)
    number = random.randrange(400, 600)
    rows: list[dict[str, object]] = [
        {
            "rank": at,
            "line": random.randrange(1_000, 9_000),
            "path": f"src/{_words(random, 1)}.py",
            "snippet": _words(random, 40),
        }
        for at in range(100)
    ]
    meant, chance = random.sample(range(10, 90), 2)
    rows[chance]["line"] = number
    rows[meant]["snippet"] = (
        f"{_words(random, 20)} waits after a {number} response for 271 seconds {_words(random, 12)}"
    )

    shown = _short(rows, f"How long does it wait after a {number} response?")

    assert "271 seconds" in shown


def test_a_number_that_many_rows_say_still_finds_the_row_whose_field_it_is() -> None:
    texts = [f"row {at} of 4711 in all" for at in range(40)]
    values = [frozenset({f"row {at} of 4711 in all"}) for at in range(40)]
    values[7] = frozenset({"4711"})

    found = Query("what is 4711?").match(texts, values)

    assert [at for at, match in enumerate(found) if match.exact] == [7]


@pytest.mark.parametrize("name", ["number", "ticket", "nr"])
def test_the_number_by_which_people_speak_of_a_row_is_shown(name: str) -> None:
    random = Random(name)
    rows: list[dict[str, object]] = []
    for at in range(100):
        made = "".join(random.choices("0123456789abcdef", k=14))
        rows.append({
            "node": f"I_kw{made}", name: 3_000 + at * 3, "title": _words(random, 5), "owner": random.choice(("amara", "bo", "chen")),
            "body": _words(random, 60), "at": f"2026-03-{at % 27 + 1:02d}T09:00:00Z", "opened": random.random() < 0.5,
        })  # fmt: skip

    shown = _short(rows, "which of them should be looked at first?")

    named = shown.partition("{")[2].partition("}")[0].split(",")
    assert name in named
    assert "node" not in named


def _column(values: list[object]) -> list[parse.Value]:
    return [dict(row)["v"] for row in parse.loads(json.dumps([{"v": value} for value in values]))]


@pytest.mark.parametrize(
    ("values", "is_handle"),
    [
        ([901, 902, 903, 907], True),
        ([901, 902, 903, 903], False),  # two rows have it
        ([9_000_000_001, 9_000_000_002, 9_000_000_003, 9_000_000_004], False),  # a machine's
        ([0.5, 1.5, 2.5, 3.5], False),
        (["901", "902", "903", "907"], False),
        ([1, 2, 3], False),  # of so few all differ
    ],
)
def test_a_handle_is_a_short_number_of_its_own_in_every_row(values: list[object], is_handle: bool) -> None:
    found = _column(values)

    assert is_handle == columns._is_handle(found, len(found))


@pytest.mark.parametrize(
    ("text", "opaque"),
    [
        ("I_kw77e81cb78e21", True),
        ("01J9ZQ5T8R3V7XK2", True),
        ("9f86d081884c7d65", True),
        ("https://example.org/a", True),
        ("payment-gateway-7d9f8b6c5d-x2x4z", False),  # a word stands in it: somebody's name for something
        ("open", False),
        ("2026-03-01T09:00:00Z", False),
    ],
)
def test_what_is_for_machines_is_told_from_names(text: str, opaque: bool) -> None:
    assert opaque == columns._is_opaque(text)


@pytest.mark.parametrize(
    "said",
    [
        "-1 ENOENT (No such file or directory)",
        "-1 EACCES (Permission denied)",
        "request timed out",
        "connection refused",
    ],
)
@pytest.mark.parametrize("question", ["which of them could not be opened?", "what is missing?", "did any fail?"])
def test_rows_that_tell_of_failures_answer_a_question_after_these_in_other_words(said: str, question: str) -> None:
    rows = [
        f'{4100 + n}  openat  "/srv/store/part_{n * 37 % 101}"  {"= 3" if n not in (31, 58) else f"= {said}"}'
        for n in range(90)
    ]
    output = ToolOutput("\n".join(["pid  call  path  result", *rows]), "Bash", {"command": "trace"}, question)

    body = plan(output, Settings()).body

    assert len(body) < len(output.text) / 2
    assert rows[31] in body
    assert rows[58] in body


@pytest.mark.parametrize("seed", range(3))
def test_the_entry_named_by_two_words_of_a_question_is_shown_as_it_is(seed: int) -> None:
    random = Random(seed)

    def schema() -> dict[str, object]:
        fields = [_words(random, 1) for _ in range(6)]
        properties = {name: {"type": "string", "description": _words(random, 9)} for name in fields}
        some = random.sample(["additionalProperties", "nullable", "deprecated", "readOnly", "xml"], 2)
        return {"type": "object", "required": fields[:3], "properties": properties, **dict.fromkeys(some, False)}

    names = [f"{_words(random, 1)}{what}" for what in ("Security", "Response", "Header") for _ in range(14)]
    names.insert(random.randrange(len(names)), "oauth2ImplicitSecurity")
    definitions = {name: schema() for name in names}

    shown = plan(
        ToolOutput(
            json.dumps({"swagger": "2.0", "definitions": definitions}, indent=1),
            "Bash",
            {"command": "cat schema.json"},
            "Which fields are required in a security scheme with an implicit flow?",
        ),
        Settings(),
    ).body

    assert json.dumps(definitions["oauth2ImplicitSecurity"], separators=(",", ":")) in shown


@pytest.mark.parametrize("question", ["Which api tests fail and why?", ""])
@pytest.mark.parametrize("specs", [12, 30])
def test_what_each_failure_says_survives_deep_in_a_report(specs: int, question: str) -> None:
    """The results of one test are rows that all failed in the same way: too little room for any of them."""
    random = Random(specs)

    def result(at: int, retry: int) -> dict[str, object]:
        place = {"file": f"/srv/app/e2e/part{at}.spec.ts", "line": at, "column": 75}
        message = f"Error: cannot reach {_words(random, 1)}{at} at port {4_000 + at}: {_words(random, 40)}"
        return {
            "workerIndex": retry,
            "status": "failed",
            "duration": random.randrange(20, 200),
            "error": {"message": message, "stack": f"{message}\\n at {at}", "location": place},
            "errors": [{"location": place, "message": message}],
            "stdout": [],
            "retry": retry,
            "startTime": f"2026-11-25T17:41:{at:02}.{retry}69Z",
        }

    def spec(at: int) -> dict[str, object]:
        broken = at % 6 == 0
        first = result(at, 0)
        passed = {"workerIndex": 0, "status": "passed", "duration": 9, "errors": [], "stdout": [], "retry": 0}
        results = [first, {**result(at, 1), "error": first["error"], "errors": first["errors"]}] if broken else [passed]
        test = {"timeout": 4_000, "annotations": [], "projectId": "api", "results": results}
        return {"title": f"part {at}", "ok": not broken, "tags": [], "tests": [test], "id": f"{at:032x}", "line": at}

    suites = [{"title": f"s{at}", "specs": [spec(at)], "file": f"part{at}.spec.ts"} for at in range(specs)]
    config = {_words(random, 1): [_words(random, 6) for _ in range(6)] for _ in range(20)}
    text = json.dumps({"config": config, "suites": suites}, indent=2)

    shown = plan(ToolOutput(text, "Bash", {"command": "npx runner --json"}, question), Settings()).body

    assert len(shown) < 0.6 * len(text)
    for at in range(0, specs, 6):
        assert f"at port {4_000 + at}" in shown


@pytest.mark.parametrize("count", [60, 140])
def test_rows_say_in_words_what_happened_and_on_which_line(count: int) -> None:
    """However many rows there are, and whatever else tells them apart for less."""
    random = Random(count)
    modules = [f"tools.{_words(random, 1)}" for _ in range(3)]
    rows: list[dict[str, object]] = []
    for at in range(count):
        module = random.choice(modules)
        rows.append({
            "type": random.choice(("convention", "warning", "refactor", "error")), "module": module,
            "obj": random.choice(("", _words(random, 1))), "line": random.randrange(1, 900), "column": random.choice((0, 4, 8, 12, 16)),
            "endLine": None, "path": module.replace(".", "/") + ".py", "symbol": random.choice(("fixme", "unused-argument", "no-else-return")),
            "message": f"{_words(random, 5)} {at}", "message-id": f"W{random.randrange(100, 120):04}",
        })  # fmt: skip

    shown = _short(rows, "What is wrong in these modules?")

    named = shown.partition("{")[2].partition("}")[0]
    assert "message" in re.findall(r"[\w-]+", named)
    assert "line" in re.findall(r"[\w-]+", named)


@pytest.mark.parametrize("seed", range(6))
def test_a_row_with_full_marks_is_no_failure_whatever_its_report_would_call_one(seed: int) -> None:
    random = Random(seed)
    checks: dict[str, object] = {}
    low: list[str] = []
    for at in range(300):
        fails = at % 12 == 7
        row: dict[str, object] = {
            "title": _words(random, 4),
            "description": _words(random, 25),
            "score": round(random.uniform(0.0, 0.45), 2) if fails else 1,
            "value": f"{random.randrange(1, 90)} px",
            "report": {"headings": [{"label": _words(random, 1)}, {"label": "Pixels"}], "rows": []},
        }
        if fails:
            low.append(str(row["title"]))
        elif at % 5 < 2:
            row["report"] = {"headings": [{"label": "Error"}, {"label": "Failed elements"}], "rows": []}
        checks[f"check-{at:03}"] = row
    text = json.dumps({"checks": checks})

    body = plan(ToolOutput(text, "Bash", {"command": "audit"}, "Which checks fail worst?"), Settings()).body

    assert [title for title in low if title not in body] == []
