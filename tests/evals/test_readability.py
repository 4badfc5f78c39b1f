"""Look-ups in our forms beside JSON: the data, the forms, the scoring, and a run against a model on loopback."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.evals import reader
from headroom_mcp.evals.readability import __main__ as readability
from headroom_mcp.evals.readability import forms, play, shapes, texts
from tests.evals import fake_model


@pytest.mark.parametrize("shape", list(shapes.SHAPES))
def test_every_answer_stands_in_every_form_or_is_said_to_be_left_out(shape: str) -> None:
    table = shapes.table(shape, 3)

    for name, form in forms.FORMS.items():
        text = form(table.value)
        for lookup in table.lookups:
            if lookup.gold in ("false", "null") and name.startswith("sparse"):
                assert f"{lookup.gold} where not written" in text
            else:
                assert lookup.gold in text, (name, lookup)


@pytest.mark.parametrize("shape", list(texts.SHAPES))
def test_what_is_asked_of_a_text_stands_in_it_and_in_what_we_show(shape: str) -> None:
    for seed in range(3):
        table = texts.SHAPES[shape](seed, 14)
        shown = forms.ours(table.value)

        assert len(shown) < 0.7 * len(forms.as_json(table.value))
        for lookup in table.lookups:
            assert lookup.gold in table.value.text
            assert lookup.gold in shown, (seed, lookup)


def test_texts_are_asked_in_our_form_and_their_own_only() -> None:
    asked = {found.form for found in play.questions(1, list(forms.FORMS), ["outline"])}

    assert asked == {"json", "ours"}


def test_the_same_seed_gives_the_same_table_and_keys_name_one_row() -> None:
    table = shapes.table("issues", 5)

    assert table == shapes.table("issues", 5)
    numbers = [row["number"] for row in table.value]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("shape", play.NAMES)
def test_no_question_is_asked_twice(shape: str) -> None:
    asked = [found.lookup.question for found in play.questions(1, ["json"], [shape])]

    assert len(asked) == len(set(asked))


def test_csv_is_read_back_by_a_csv_reader() -> None:
    table = shapes.table("figures", 1)

    rows = list(csv.DictReader(forms.comma_separated(table.value).splitlines()))

    assert [row["sku"] for row in table.value] == [row["sku"] for row in rows]


@pytest.mark.parametrize(
    ("said", "gold", "right"),
    [
        ("250m", "250m", True),
        ('"250m".', "250m", True),
        ("The cpu is 250m.", "250m", True),
        ("1250m", "250m", False),
        ("40, 41, 42", "40", False),
        ("None", "null", True),
        ("open", "closed", False),
        ("The state is closed", "closed", True),
        ("", "x", False),
    ],
)
def test_an_answer_is_right_where_it_is_the_value_and_no_other(said: str, gold: str, right: bool) -> None:
    assert right == play.is_right(said, gold)


def _reads_json_only(body: dict[str, Any]) -> dict[str, Any]:
    """A model that looks values up in JSON, and is lost in any other text."""
    text, _, question = body["messages"][-1]["content"].rpartition("\n\nQuestion: ")
    words = question.rstrip("?").split()
    field, key, value = words[4], words[-2], words[-1]
    try:
        rows = json.loads(text)
    except ValueError:
        return fake_model.said("I do not know")
    row = next(row for row in rows if str(row[key]) == value)
    return fake_model.said(shapes.spelled(row[field]))


def test_a_run_pairs_the_forms_keeps_its_answers_and_ends_with_one_where_ours_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = str(tmp_path / "answers.jsonl")
    arguments = ["--model", "m", "--questions", "8", "--shape", "figures", "--form", "ours", "--results", results]
    with fake_model.running(_reads_json_only) as model:
        code = readability.main([*arguments, "--base-url", model.base_url, "--json"])
        asked = len(model.requests)
        again = readability.main([*arguments, "--base-url", model.base_url])

    rows = {row["form"]: row for row in json.loads(capsys.readouterr().out.partition("\nmodel")[0])["rows"]}
    assert 1 == code == again
    assert asked == len(model.requests)  # the second run has nothing left to ask
    assert rows["json"]["right"] == rows["json"]["questions"]
    assert rows["ours"]["right"] == 0
    assert rows["ours"]["p"] < 0.01
    assert rows["ours"]["tokens"] < rows["json"]["tokens"]


def test_a_form_that_has_changed_is_asked_again_and_its_new_answers_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    results = str(tmp_path / "answers.jsonl")
    arguments = ["--model", "m", "--questions", "8", "--shape", "figures", "--form", "ours", "--results", results]
    with fake_model.running(_reads_json_only) as model:
        readability.main([*arguments, "--base-url", model.base_url])
        asked = len(model.requests)
        monkeypatch.setitem(forms.FORMS, "ours", lambda value: json.dumps(value, indent=1))
        code = readability.main([*arguments, "--base-url", model.base_url])
        again = len(model.requests) - asked
        monkeypatch.setitem(forms.FORMS, "ours", forms.as_json)
        readability.main([*arguments, "--base-url", model.base_url])

    assert code == 0  # what was wrong in the form before does not count
    assert asked == 2 * again  # JSON has not changed
    assert len(model.requests) == asked + again  # the same text as JSON, the same questions: known
    assert "ours" in capsys.readouterr().out


def test_a_model_that_reads_every_form_ends_with_zero(tmp_path: Path) -> None:
    answers = {lookup.question: lookup.gold for lookup in shapes.table("logs", 0, 98).lookups}

    with fake_model.running(
        lambda body: fake_model.said(answers[body["messages"][-1]["content"].rsplit("Question: ", 1)[-1]])
    ) as model:
        code = readability.main(
            ["--base-url", model.base_url, "--model", "m", "--questions", "8", "--shape", "logs", "--form", "ours"]
        )

    assert code == 0


def test_nats_are_those_of_the_right_answer_and_unknown_where_a_server_says_another() -> None:
    def forced(body: dict[str, Any]) -> dict[str, Any]:
        said = json.loads(body["grammar"].partition("::= ")[2])
        steps = [{"token": letter, "logprob": -0.5} for letter in said] + [{"token": "<end>", "logprob": -9.0}]
        return {"choices": [{"message": {"content": said}, "logprobs": {"content": steps}}]}

    def ignoring(body: dict[str, Any]) -> dict[str, Any]:
        return {"choices": [{"message": {"content": "no"}, "logprobs": {"content": [{"token": "no", "logprob": -1}]}}]}

    with fake_model.running(forced) as model:
        assert reader.Reader(model.base_url, "m").nats("a text", "what?", "abc") == 0.5
    with fake_model.running(ignoring) as model:
        assert reader.Reader(model.base_url, "m").nats("a text", "what?", "abc") is None


def test_errors_say_what_to_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert readability.main(["--questions", "1"]) == 2
    assert "--base-url" in capsys.readouterr().err
    assert readability.main(["--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--questions", "1"]) == 2
    assert "Is the server running?" in capsys.readouterr().err
    other = tmp_path / "other.jsonl"
    other.write_text('{"a": 1}\n')
    assert readability.main(["--table", "--results", str(other)]) == 2
    assert "other.jsonl" in capsys.readouterr().err


def test_an_endpoint_that_says_something_else_is_named() -> None:
    with (
        fake_model.running(lambda body: {"hello": 1}) as model,
        pytest.raises(reader.ReaderError, match="not a chat completion"),
    ):
        reader.Reader(model.base_url, "m").ask("text", "what?")
