"""A footer names the tool where the request offers it, the command where it offers others only."""

from __future__ import annotations

from typing import Any

import pytest

from headroom_mcp import compress
from headroom_mcp.context import way_back
from tests.integrations.agents import run_output

_OURS = {"name": "mcp__headroom__headroom_retrieve", "input_schema": {}}
_OTHER = {"name": "Bash", "input_schema": {}}


@pytest.mark.parametrize(
    ("tools", "expected"),
    [
        (None, ""),
        ([], ""),
        ("text", ""),
        ([_OTHER], way_back.COMMAND),
        ([_OTHER, _OURS], ""),
        ([{"type": "function", "function": {"name": "headroom_retrieve"}}], ""),
        ([{"type": "function", "name": "shell"}], way_back.COMMAND),
        ([{"functionDeclarations": [{"name": "look"}, {"name": "headroom_retrieve"}]}], ""),
        ([{"toolSpec": {"name": "look"}}], way_back.COMMAND),
        ([3, {"type": "web_search"}], ""),
    ],
)
def test_the_way_back_is_read_from_the_tools_of_every_shape(tools: Any, expected: str) -> None:
    assert way_back.of(tools) == expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([{"type": "additional_tools", "tools": [{"type": "namespace", "name": "functions", "tools": [_OTHER]}]}], way_back.COMMAND),
        ([{"type": "additional_tools", "tools": [{"name": "mcp__headroom", "tools": [{"name": "headroom_retrieve"}]}]}], ""),
        ([{"type": "additional_tools", "tools": 3}, "x", None], ""),
        ("a text", ""),
    ],
)  # fmt: skip
def test_tools_that_stand_in_the_input_are_seen(items: Any, expected: str) -> None:
    assert way_back.of_request({"input": items, "tools": []}) == expected


def test_the_footer_of_a_conversation_names_the_way_that_there_is() -> None:
    rows = [
        {"role": "user", "content": "why?"},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "1", "name": "Bash", "input": {"command": "make"}}],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": run_output(1)}]},
    ]
    last = [compress(rows, tools=tools).messages[-1]["content"][0]["content"] for tools in ([_OTHER], [_OTHER, _OURS])]

    assert "; headroom retrieve " in last[0].rsplit("\n", 1)[-1]
    assert last[1].endswith("; headroom_retrieve]")
