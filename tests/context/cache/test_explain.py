"""The cause of a cache miss is named: one planted change at a time, at the front, in the middle and near the end."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.context import prices
from headroom_mcp.context.cache.explain import CAUSES, Sent, explain

from .requests import Body, anthropic, changed, gemini, openai

Change = Callable[[Body], Any]
_PLACES = (0, 4, 9)  # the turns at which messages are changed


def _reason(before: Body, after: Body, **sent: Any) -> Any:
    price = prices.of(after["model"])
    assert price is not None
    kept = copy.deepcopy((before, after))
    miss = explain(Sent(before, 0.0, 2.0), Sent(after, sent.pop("at_s", 30.0), **sent), price)
    assert (before, after) == kept, "nothing is changed"
    return miss


def _use(body: Body, turn: int) -> Body:
    return body["messages"][1 + 2 * turn]["content"][1]


def _result(body: Body, turn: int) -> Body:
    return body["messages"][2 + 2 * turn]["content"][0]


def _in_anthropic() -> list[tuple[str, Change, str]]:
    whole: list[tuple[str, Change, str]] = [
        ("model", lambda b: b.update(model="claude-sonnet-5-5"), "model"),
        ("tools_added", lambda b: b["tools"].insert(0, {"name": "Agent", "input_schema": {}}), "tools[0]"),
        ("tools_added", lambda b: b["tools"].append({"name": "Write", "input_schema": {}}), "tools[3]"),
        ("tools_removed", lambda b: b["tools"].pop(1), "tools[1]"),
        ("tools_removed", lambda b: b.pop("tools"), "tools[0]"),
        ("tools_removed", lambda b: b["tools"][1].update(name="Patch"), "tools[1]"),
        ("tools_reordered", lambda b: b["tools"].reverse(), "tools[0]"),
        ("tools_reordered", lambda b: b["tools"].append(b["tools"].pop(1)), "tools[1]"),
        ("tool_schema", lambda b: b["tools"][1].update(description="does more"), "tools[1].description"),
        ("tool_schema", lambda b: b["tools"][2]["input_schema"]["properties"].pop("timeout"), "tools[2].input_schema.properties.timeout"),
        ("tool_schema", lambda b: b["tools"][0]["input_schema"]["required"].append("timeout"), "tools[0].input_schema.required[1]"),
        ("key_order", lambda b: b["tools"].__setitem__(1, dict(reversed(b["tools"][1].items()))), "tools[1]"),
        ("system", lambda b: b["system"][0].update(text=b["system"][0]["text"] + "Today is Monday."), "system[0].text"),
        ("system", lambda b: b["system"].append({"type": "text", "text": "branch: main"}), "system[1]"),
        ("system", lambda b: b.pop("system"), "system"),
        ("block_form", lambda b: b.update(system=b["system"][0]["text"]), "system"),
        ("speed_or_citations", lambda b: b.update(speed="fast"), "speed"),
        ("tool_choice", lambda b: b.update(tool_choice={"type": "any"}), "tool_choice"),
        ("thinking", lambda b: b.update(thinking={"type": "disabled"}), "thinking"),
        ("thinking", lambda b: b.update(output_config={"effort": "low"}), "output_config"),
        ("images", lambda b: b["messages"][-1]["content"].append({"type": "image", "source": {"data": "iVBORw0K"}}), "messages[24]"),
    ]  # fmt: skip
    for turn in _PLACES:
        call, result = 1 + 2 * turn, 2 + 2 * turn
        whole += [
            ("result_edited", lambda b, t=turn: _result(b, t).update(content="cut"), f"messages[{result}].content[0].content"),
            ("result_edited", lambda b, t=turn: _result(b, t).pop("content"), f"messages[{result}].content[0].content"),
            ("thinking_dropped", lambda b, c=call: b["messages"][c]["content"].pop(0), f"messages[{call}].content[0].type"),
            ("message_edited", lambda b, t=turn: _use(b, t)["input"].update(command="ls"), f"messages[{call}].content[1].input.command"),
            ("message_edited", lambda b, c=call: b["messages"][c].update(role="user"), f"messages[{call}].role"),
            ("message_edited", lambda b, c=call: b["messages"][c]["content"].append({"type": "text", "text": "so"}), f"messages[{call}].content[2]"),
            ("message_removed", lambda b, c=call: b["messages"].__delitem__(slice(c, c + 2)), f"messages[{call}]"),
            ("message_inserted", lambda b, c=call: b["messages"].insert(c, {"role": "user", "content": "wait"}), f"messages[{call}]"),
            ("key_order", lambda b, t=turn: _use(b, t).update(input=dict(reversed(_use(b, t)["input"].items()))), f"messages[{call}]"),
        ]  # fmt: skip
    whole.append(
        ("block_form", lambda b: b["messages"][0].update(content="why does the build fail?"), "messages[0].content")
    )
    whole.append(
        ("message_edited", lambda b: b["messages"][0]["content"][0].update(text="stop"), "messages[0].content[0].text")
    )
    return whole


def _in_openai() -> list[tuple[str, Change, str]]:
    return [
        ("model", lambda b: b.update(model="gpt-5-6"), "model"),
        ("tools_reordered", lambda b: b["tools"].reverse(), "tools[0]"),
        ("tool_schema", lambda b: b["tools"][1]["function"].update(description="x"), "tools[1].function.description"),
        ("message_edited", lambda b: b["messages"][0].update(content="It is Monday."), "messages[0].content"),
        ("block_form", lambda b: b["messages"][1].update(content=[{"type": "text", "text": "why does the build fail?"}]), "messages[1].content"),
        ("result_edited", lambda b: b["messages"][5].update(content="cut"), "messages[5].content"),
        ("message_removed", lambda b: b["messages"].__delitem__(slice(2, 4)), "messages[2]"),
        ("thinking", lambda b: b.update(reasoning_effort="low"), "reasoning_effort"),
        ("tool_choice", lambda b: b.update(tool_choice="required"), "tool_choice"),
    ]  # fmt: skip


def _in_gemini() -> list[tuple[str, Change, str]]:
    return [
        ("system", lambda b: b["systemInstruction"]["parts"].append({"text": "Monday"}), "systemInstruction.parts[1]"),
        ("tool_schema", lambda b: b["tools"][0]["functionDeclarations"].pop(), "tools[0].functionDeclarations[0]"),
        ("tool_choice", lambda b: b.update(toolConfig={"mode": "ANY"}), "toolConfig"),
        (
            "result_edited",
            lambda b: b["contents"][2]["parts"][0]["functionResponse"]["response"].update(output="cut"),
            "contents[2].parts[0].functionResponse.response.output",
        ),
        ("message_edited", lambda b: b["contents"][0]["parts"][0].update(text="stop"), "contents[0].parts[0].text"),
    ]


_PLANTED = [
    *((anthropic(11), anthropic(12), *row) for row in _in_anthropic()),
    *((openai(11), openai(12), *row) for row in _in_openai()),
    *((gemini(11), gemini(12), *row) for row in _in_gemini()),
]


@pytest.mark.parametrize(("before", "after", "cause", "change", "path"), _PLANTED)
def test_a_planted_change_is_named_with_its_place(
    before: Body, after: Body, cause: str, change: Change, path: str
) -> None:
    miss = _reason(before, changed(after, change))

    assert miss is not None
    assert (miss.cause, miss.path) == (cause, path)
    assert miss.tokens > 0


@pytest.mark.parametrize(
    ("cause", "sent", "bodies"),
    [
        ("no_breakpoint", {}, (anthropic(2, marks=False), anthropic(3, marks=False))),
        ("below_minimum", {}, (anthropic(1, words=5), anthropic(2, words=5))),
        ("ttl_lapse", {"at_s": 301.0}, (anthropic(2), anthropic(3))),
        ("ttl_lapse", {"at_s": 700.0}, (openai(2), openai(3))),
        ("parallel", {"at_s": 1.0}, (anthropic(2), anthropic(3))),
        ("breakpoint_far", {}, (anthropic(2), anthropic(12))),
        ("eviction", {"read": 0}, (anthropic(2), anthropic(3))),
        ("unseen", {"read": 0, "partial": True}, (anthropic(2), anthropic(3))),
    ],
)
def test_what_gets_in_the_way_of_an_equal_prefix_is_named(cause: str, sent: Any, bodies: tuple[Body, Body]) -> None:
    if cause == "breakpoint_far":  # the only mark is on the newest message
        for body in bodies:
            del body["tools"][-1]["cache_control"], body["system"][-1]["cache_control"]
    miss = _reason(*bodies, **sent)

    assert miss is not None
    assert miss.cause == cause


def test_there_are_enough_of_them_and_every_cause_is_planted() -> None:
    named = {row[2] for row in _PLANTED}
    by_circumstance = {
        "no_breakpoint",
        "below_minimum",
        "ttl_lapse",
        "parallel",
        "breakpoint_far",
        "eviction",
        "unseen",
    }

    assert len(_PLANTED) >= 60
    assert named | by_circumstance == set(CAUSES)


@pytest.mark.parametrize("shape", [anthropic, openai, gemini])
@pytest.mark.parametrize("turns", range(2, 12, 3))
def test_a_conversation_that_only_grows_has_no_cause(shape: Callable[[int], Body], turns: int) -> None:
    assert _reason(shape(turns), shape(turns + 1)) is None
    assert _reason(shape(turns), shape(turns)) is None


def test_going_back_reads_what_is_left() -> None:
    assert _reason(anthropic(8), anthropic(5)) is None


def test_a_provider_that_read_everything_has_missed_nothing() -> None:
    price = prices.of("claude-opus-5-5")
    assert price is not None
    before, after = anthropic(2), changed(anthropic(3), lambda b: b["system"].append({"type": "text", "text": "x"}))

    assert explain(Sent(before, cached=9_000), Sent(after, read=8_990), price) is None


def test_the_command_reads_requests_and_transcripts(tmp_path: Any) -> None:
    one, other = anthropic(3), changed(anthropic(4), lambda b: b["tools"].reverse())
    log = tmp_path / "requests.jsonl"
    log.write_text("\n".join(json.dumps({"body": body, "at": at}) for at, body in enumerate((one, other))))
    transcript = tmp_path / "session.jsonl"
    transcript.write_text("\n".join(json.dumps(entry) for entry in _transcript()))

    rows = json.loads(CliRunner().invoke(main, ["cache", "explain", str(log), "--json"]).stdout)
    of_session = json.loads(CliRunner().invoke(main, ["cache", "explain", str(transcript), "--json"]).stdout)
    said = CliRunner().invoke(main, ["cache", "explain", str(log)]).stdout

    assert [(row["cause"], row["path"], row["model"]) for row in rows] == [
        ("tools_reordered", "tools[0]", "claude-opus-5-5")
    ]
    assert "1 misses in 2 requests" in said
    assert [(row["request"], row["cause"], row["tokens"]) for row in of_session] == [
        (2, "ttl_lapse", 21_000),
        (3, "message_removed", 22_000),
    ]


def _transcript() -> list[Body]:
    """A session of Claude Code: it reads its cache, then comes back after an hour and a half, then compacts."""

    def asked(text: str, at: str) -> Body:
        return {"type": "user", "timestamp": f"2026-11-20T{at}Z", "message": {"role": "user", "content": text}}

    def answered(number: int, at: str, read: int, made: int) -> Body:
        usage = {"input_tokens": 3, "cache_read_input_tokens": read, "cache_creation_input_tokens": made,
                 "cache_creation": {"ephemeral_1h_input_tokens": made}}  # fmt: skip
        message = {
            "model": "claude-opus-5-5",
            "role": "assistant",
            "content": [{"type": "text", "text": "yes"}],
            "usage": usage,
        }
        return {"type": "assistant", "timestamp": f"2026-11-20T{at}Z", "requestId": f"r{number}", "message": message}

    text = "a long story " * 3_000
    return [
        asked(text, "10:00:00"), answered(0, "10:00:05", 0, 20_000),
        asked("and then?", "10:01:00"), answered(1, "10:01:05", 20_000, 1_000),
        asked("still there?", "11:40:00"), answered(2, "11:40:05", 0, 22_000),
        {"type": "system", "subtype": "compact_boundary"},
        asked("in short: " + text, "11:41:00"), answered(3, "11:41:05", 0, 9_000),
    ]  # fmt: skip
