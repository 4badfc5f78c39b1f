"""Data sets in a folder: read, checked, and put through the layers that need them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.evals import calls, data, suite
from headroom_mcp.evals.layers import catalogues
from headroom_mcp.types import SettingsError


def _tool(name: str, about: str) -> dict[str, Any]:
    properties = {
        "place": {"type": "string", "description": f"Where to look for {about}."},
        "count": {"type": "integer", "description": "How many at most. Default is 5."},
    }
    return {
        "name": name,
        "description": f"Find {about}.",
        "parameters": {"type": "dict", "properties": properties, "required": ["place"]},
    }


_ABOUT = ("barns", "mills", "hedges", "markets", "orchards", "dairies", "herds", "silos", "fields", "routes", "parcels")


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    write_sets(tmp_path)
    return tmp_path


def write_sets(tmp_path: Path) -> None:
    """Write a little of every set."""
    rows = [
        {
            "id": f"case_{at}",
            "question": [[{"role": "user", "content": f"Find two {about} in Delft."}]],
            "function": [_tool(f"{about}.find", about)],
            "ground_truth": [{f"{about}.find": {"place": ["Delft", "Delft, NL"], "count": [2]}}],
        }
        for at, about in enumerate(_ABOUT)
    ]
    (tmp_path / "bfcl").mkdir()
    (tmp_path / "bfcl" / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    passages = [
        {
            "id": f"p{at}",
            "title": about,
            "context": f"The {about} of Delft were counted in {1800 + at}. "
            + f"Nobody has written of {about} since. " * 9,
            "question": f"When were the {about} of Delft counted?",
            "answers": [str(1800 + at)],
            "is_impossible": at == 3,
        }
        for at, about in enumerate(_ABOUT)
    ]
    (tmp_path / "squad2").mkdir()
    (tmp_path / "squad2" / "dev.jsonl").write_text("".join(json.dumps(row) + "\n" for row in passages))
    (tmp_path / "gsm8k").mkdir()
    (tmp_path / "gsm8k" / "test.jsonl").write_text(
        json.dumps({"question": "2 and 3?", "answer": "It is 5.\n#### 5"}) + "\n"
    )
    (tmp_path / "truthfulqa").mkdir()
    table = "Type,Question,Best Answer,Correct Answers\nA,Is it?,No,No; It is not\n"
    (tmp_path / "truthfulqa" / "TruthfulQA.csv").write_text(table)


def test_every_set_is_read(folder: Path) -> None:
    found = data.at(str(folder))

    assert len(_ABOUT) == len(found.functions())
    assert found.functions()[0].question == "Find two barns in Delft."
    assert len(_ABOUT) - 1 == len(found.passages())  # without the question that has no answer
    assert found.problems("gsm8k")[0].answers == ["5"]
    assert found.problems("truthfulqa")[0].answers == ["No", "No", "It is not"]
    assert len(found.checksums()["gsm8k/test.jsonl"]) == 64


def test_layers_run_on_what_is_there(folder: Path) -> None:
    tasks = [suite.Task("catalogues", 4, ("bfcl",)), suite.Task("passages", 4, ("squad2",))]
    tasks += [suite.Task("harm", 4, ("gsm8k", "truthfulqa")), suite.Task("actions", 4, ("sessions",))]

    layers = {layer.name: layer for layer in suite.run(tasks, data.at(str(folder)))}

    assert layers["catalogues"].figures[0].value == 1.0
    assert layers["passages"].figures[1].value == 1.0
    assert [figure.value for figure in layers["harm"].figures] == [1.0, 1.0]
    assert "sessions" in layers["actions"].skipped


def test_a_line_that_is_no_case_is_named(folder: Path) -> None:
    (folder / "bfcl" / "cases.jsonl").write_text('{"id": "x"}\n')

    with pytest.raises(SettingsError, match="line 1"):
        data.at(str(folder)).functions()


def test_a_schema_is_found_only_whole() -> None:
    tool = _tool("barns.find", "barns")

    assert tool == catalogues.schema_in(f"3 tools: {json.dumps(tool)} and others", "barns.find")
    assert catalogues.schema_in(json.dumps(tool)[:-9], "barns.find") is None
    assert catalogues.schema_in('{"name": "barns.find", "about": 1}', "barns.find") is None


def test_a_perfect_caller_cannot_use_a_parameter_it_was_not_shown() -> None:
    tool = _tool("barns.find", "barns")
    truth: calls.Truth = {"barns.find": {"place": ["Delft"], "count": [2]}}
    cut = json.loads(json.dumps(tool))
    del cut["parameters"]["properties"]["count"]

    seen, whole = calls.made_from(cut, truth), calls.made_from(tool, truth)

    assert whole is not None
    assert seen is not None
    assert calls.matches(whole, tool, truth)
    assert not calls.matches(seen, tool, truth)


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        ({"place": "delft", "count": 2}, True),
        ({"place": "Delft", "count": 3}, False),
        ({"place": "Delft"}, False),  # the count may not be left out
        ({"count": 2}, False),
        ({"place": "Delft", "count": "2"}, False),
        ({"place": "Delft", "count": 2, "colour": "red"}, False),
    ],
)
def test_a_call_is_compared_as_syntax(arguments: dict[str, Any], right: bool) -> None:
    truth: calls.Truth = {"barns.find": {"place": ["Delft"], "count": [2]}}

    assert right == calls.matches(calls.Call("barns.find", arguments), _tool("barns.find", "barns"), truth)
