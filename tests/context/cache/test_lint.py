"""What changes by itself in a prefix is found where it stands; what only looks like it is not."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.context import prices
from headroom_mcp.context.cache.lint import Finding, lint

from .requests import anthropic, changed

_NOW = 1_795_600_000.0


def _lint(*bodies: Any) -> list[Finding]:
    price = prices.of("claude-opus-5-5")
    assert price is not None
    before = copy.deepcopy(bodies)
    found = lint(bodies, price, now_s=_NOW)
    assert bodies == before, "nothing is changed"
    return found


def _with_system(text: str) -> Any:
    return changed(anthropic(2), lambda body: body["system"].append({"type": "text", "text": text}))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Today's date: 2026-11-25", "date"),
        ("It is 2026-11-25T10:31:07Z.", "time"),
        ("started at 1795599123", "epoch"),
        ("started at 1795599123456", "epoch"),
        ("conversation 6f1ed002-ab5b-4c1e-8f4e-0c0a4c2d9e11", "uuid"),
        ("token eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2Q", "jwt"),
        ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "hash"),
        ("id: req_011CSHoEeqs5C35K2UUqR7Fy", "request_id"),
        ("scratch folder /tmp/build-8f3a1c/out", "temporary_path"),
        ("Current branch: main", "git_status"),
        ("Status:\nM src/card.py", "git_status"),
    ],
)
def test_what_changes_by_itself_is_named(text: str, what: str) -> None:
    (found,) = _lint(_with_system(text))

    assert (found.what, found.path, found.proof) == (what, "system[1]", False)
    assert found.behind > 0
    assert found.units == pytest.approx(found.behind * 1.2)


@pytest.mark.parametrize(
    "text",
    [
        "version 2026.11.25 of the style guide, part 20-11",
        "dates look like 2026-99-99",
        "the id 00000000-0000-0000-0000-000000000000 means nobody",
        "a phone number: 1234567890, and a port: 8080",
        "0123456789 is not a time of today: 1500000000",
        "colour #0000000000000000000000000000000000000000",
        "write to /tmp if you must",
        "an order_number and a session_name",
    ],
)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert _lint(_with_system(text)) == []


def test_messages_are_no_part_of_the_fixed_prefix() -> None:
    assert (
        _lint(changed(anthropic(2), lambda body: body["messages"].append({"role": "user", "content": "on 2026-11-25"})))
        == []
    )


def test_orders_that_come_from_a_set_are_found() -> None:
    def shuffled(body: Any) -> None:
        schema = body["tools"][0]["input_schema"]
        schema["properties"] = {name: {} for name in ("zone", "area", "kind")}
        schema["required"] = ["area", "zone", "kind"]
        body["tools"] += [{"name": f"mcp__db__{name}", "input_schema": {}} for name in ("write", "list")]

    assert [(found.what, found.path) for found in _lint(changed(anthropic(1), shuffled))] == [
        ("unsorted_schema", "tools[0]"),
        ("unsorted_tools", "tools[3]"),
    ]


def test_two_requests_are_a_proof() -> None:
    one, other = _with_system("Today's date: 2026-11-25"), _with_system("Today's date: 2026-11-26")
    unknown = _with_system("mood: calm"), _with_system("mood: stormy")

    assert [(found.what, found.proof) for found in _lint(one, other)] == [("date", True)]
    assert [(found.what, found.path, found.proof) for found in _lint(*unknown)] == [("changed", "system[1].text", True)]


def test_the_command_says_where_and_what_it_costs(tmp_path: Any) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps(_with_system("Today's date: 2026-11-25")))
    clean = tmp_path / "clean.json"
    clean.write_text(json.dumps(anthropic(2)))

    said = CliRunner().invoke(main, ["cache", "lint", str(file)])
    rows = json.loads(CliRunner().invoke(main, ["cache", "lint", str(file), "--json"]).stdout)

    assert said.exit_code == 1
    assert "system[1]: date: 2026-11-25" in said.stdout
    assert rows[0]["what"] == "date"
    assert CliRunner().invoke(main, ["cache", "lint", str(clean)]).exit_code == 0
    assert CliRunner().invoke(main, ["cache", "lint", str(tmp_path / "gone.json")]).exit_code == 2
