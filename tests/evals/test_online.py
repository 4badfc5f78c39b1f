"""The online layer against a model on loopback: paired ways, the retrieval loop, the estimate, and that nothing is sent unasked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.evals import __main__ as evals
from headroom_mcp.evals import online
from tests.evals import fake_model
from tests.evals.test_data import write_sets

_REF = re.compile(r"\[headroom ([0-9a-f]{12})")


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    write_sets(tmp_path)
    return tmp_path


def _reader(body: dict[str, Any]) -> dict[str, Any]:
    """A model that finds years and schemas in what it is shown; what is not there it fetches, if it has a tool for that."""
    last = body["messages"][-1]["content"]
    asked = body["messages"][0]["content"]
    about = re.search(r"When were the (\w+) of Delft counted", asked)
    if about:
        found = re.search(rf"The {about[1]} of Delft were counted in (\d+)", last)
        if found:
            return fake_model.said(found[1])
        return _fetch_or_give_up(body, asked)
    about = re.search(r"Find two (\w+) in Delft", asked)
    if about:
        if f'"name": "{about[1]}.find"' in last:
            return fake_model.said(
                json.dumps({"name": f"{about[1]}.find", "arguments": {"place": "Delft", "count": 2}})
            )
        return _fetch_or_give_up(body, asked)
    return fake_model.said("The answer is 5." if "2 and 3" in asked else "No")


def _fetch_or_give_up(body: dict[str, Any], asked: str) -> dict[str, Any]:
    ref = _REF.search(asked)
    if not body.get("tools") or ref is None:
        return fake_model.said("I do not know")
    arguments = json.dumps({"ref": ref[1], "query": asked.rsplit("\n\n", 1)[-1]})
    call = {"id": "c1", "type": "function", "function": {"name": "headroom_retrieve", "arguments": arguments}}
    return fake_model.said("", [call])


def _run(folder: Path, base_url: str, *more: str) -> int:
    return evals.main(["online", "--base-url", base_url, "--model", "m", "--data", str(folder), "--items", "4", *more])


def test_ways_are_paired_and_an_answer_is_kept_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with fake_model.running(_reader) as model:
        code = _run(folder, model.base_url, "--yes", "--json", "-o", str(folder / "run"))
        asked = len(model.requests)
        again = _run(folder, model.base_url, "--yes", "-o", str(folder / "run"))

    printed = capsys.readouterr()
    rows = {(row["set"], row["way"]): row for row in json.loads(printed.out.partition("\n}\n")[0] + "}")["rows"]}
    assert code == again == 0
    assert asked == len(model.requests)
    for name in ("passages", "catalogues"):
        assert rows[name, "whole"]["right"] == rows[name, "whole"]["items"] == 4
        assert rows[name, "again"]["p"] == 1.0
        assert rows[name, "short, with retrieval"]["right"] >= rows[name, "short"]["right"]
    assert rows["gsm8k", "whole"]["right"] == rows["truthfulqa", "whole"]["right"] == 1
    assert ("gsm8k", "short") not in rows
    assert "price that is not known" in printed.err


def test_nothing_is_sent_before_the_cost_is_accepted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with fake_model.running(_reader) as model:
        assert _run(folder, model.base_url) == 2

    assert model.requests == []
    assert "--yes" in capsys.readouterr().err


def test_the_estimate_is_in_dollars_where_the_price_is_known(folder: Path) -> None:
    from headroom_mcp.evals import data

    found = list(online.items(data.at(str(folder)), 4))

    sent, answered, dollars = online.estimate(found, "claude-opus-5-5")

    assert sent > answered > 0
    assert dollars is not None
    assert dollars > 0
    assert online.estimate(found, "nobody's")[2] is None


def test_a_model_that_fetches_for_ever_is_stopped(folder: Path) -> None:
    from headroom_mcp.evals import data
    from headroom_mcp.evals.layers import common
    from headroom_mcp.evals.reader import Reader

    call = {"id": "c", "function": {"name": "headroom_retrieve", "arguments": "not JSON"}}
    item = next(one for one in online.items(data.at(str(folder)), 1) if one.output is not None)
    with fake_model.running(lambda body: fake_model.said("?", [call])) as model, common.store() as opened:
        answer = online.ask(Reader(model.base_url, "m"), item, "short, with retrieval", opened)

    assert not answer.right
    assert len(model.requests) == 5


def test_a_server_that_cannot_be_reached_is_said_with_two(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(folder, "http://127.0.0.1:9/v1", "--yes") == 2
    assert "Is the server running?" in capsys.readouterr().err
    assert evals.main(["online", "--data", str(folder)]) == 2
    assert evals.main(["suite", "--tier", "2", "-o", str(folder / "run")]) == 2
