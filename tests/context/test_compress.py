"""`compress`: the shapes users have, bad input, the switches, the memo, threads."""

from __future__ import annotations

import asyncio
import json
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from headroom_mcp import acompress, compress
from headroom_mcp.cli import main
from headroom_mcp.context import checkpoint, walk
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory
from headroom_mcp.text import marker

_LOG = "\n".join(
    "2026-03-14T03:10:00Z FATAL pool exhausted"
    if i == 170
    else f"2026-03-14T03:{i // 60:02d}:{i % 60:02d}Z INFO request {i} done"
    for i in range(300)
)


def _call(called: str = "a", command: str = "cat app.log", tool: str = "Bash") -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": called, "name": tool, "input": {"command": command}}],
    }


def _result(text: Any, called: str = "a") -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": called, "content": text}]}


def _shown(result: Any, index: int = 1) -> Any:
    return result.messages[index]["content"][0]["content"]


class _Part(BaseModel):
    """A part of Gemini's library."""

    text: str | None = None
    function_call: dict[str, Any] | None = None
    function_response: Any = None


class _Content(BaseModel):
    """A content of Gemini's library."""

    role: str
    parts: list[_Part]


class _Response(BaseModel):
    """A function's response in Gemini's library."""

    name: str
    response: dict[str, Any]


@pytest.mark.parametrize(
    "messages",
    [
        [_call(), _result(_LOG)],
        [_call(), _result([{"type": "text", "text": _LOG}])],
        [
            {"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "shell", "arguments": '{"cmd": "cat app.log"}'}}]},
            {"role": "tool", "tool_call_id": "a", "content": _LOG},
        ],
        [
            SimpleNamespace(role="assistant", content=None, tool_calls=[SimpleNamespace(id="a", function=SimpleNamespace(name="f", arguments="{"))]),
            {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": _LOG}]},
        ],
        [
            {"role": "assistant", "function_call": {"name": "run", "arguments": "{}"}},
            {"role": "function", "name": "run", "content": _LOG},
        ],
        [
            {"type": "function_call", "call_id": "a", "name": "shell", "arguments": '{"command": ["bash", "-lc", "cat app.log"]}'},
            {"type": "function_call_output", "call_id": "a", "output": _LOG},
        ],
        [
            {"type": "custom_tool_call", "call_id": "a", "name": "run", "input": "cat app.log"},
            {"type": "custom_tool_call_output", "call_id": "a", "output": [{"type": "input_text", "text": _LOG}]},
        ],
        [
            {"type": "shell_call", "call_id": "a", "action": {"commands": ["cat app.log"]}},
            {"type": "shell_call_output", "call_id": "a", "output": [{"stdout": _LOG, "stderr": "", "outcome": {"type": "exit"}}]},
        ],
        [
            {"type": "local_shell_call", "call_id": "a", "action": {"type": "exec", "command": ["cat", "app.log"]}},
            {"type": "local_shell_call_output", "call_id": "a", "output": _LOG},
        ],
        [
            {"role": "model", "parts": [{"functionCall": {"name": "run", "args": {"command": "cat app.log"}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "run", "response": {"output": _LOG}}}]},
        ],
        [
            _Content(role="model", parts=[_Part(function_call={"name": "run", "args": {}})]),
            _Content(role="user", parts=[_Part(function_response=_Response(name="run", response={"result": _LOG}))]),
        ],
        [
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "a", "name": "run", "input": {}}}]},
            {"role": "user", "content": [{"toolResult": {"toolUseId": "a", "content": [{"text": _LOG}, {"json": {"a": 1}}]}}]},
        ],
        [
            SimpleNamespace(type="ai", content="", tool_calls=[{"id": "a", "name": "run", "args": {"command": "cat app.log"}}]),
            {"type": "tool", "tool_call_id": "a", "content": _LOG},
        ],
    ],
)  # fmt: skip
def test_a_tool_result_is_shortened_in_whatever_shape(messages: list[Any]) -> None:
    result = compress(messages)

    assert result.messages[0] is messages[0]
    written = json.dumps(result.messages[1], default=lambda value: value.model_dump())
    assert "FATAL pool exhausted" in written
    assert len(written) < len(_LOG) / 2
    (made,) = [decision for decision in result.decisions if decision.action == "shortened"]
    assert (made.index, made.reason) == (1, "shortened")
    assert made.after < made.before


class _Trap:
    """An object whose every attribute raises."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name) if name.startswith("__") else RuntimeError(name)


def _cyclic() -> dict[str, Any]:
    message: dict[str, Any] = {"role": "user", "content": [{"type": "text", "text": "hello"}]}
    message["content"].append(message)
    return message


def _cyclic_call() -> dict[str, Any]:
    call = _call("odd")
    call["content"][0]["input"]["self"] = call
    return call


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (None, "unknown_shape"),
        (3, "unknown_shape"),
        ("hello", "unknown_shape"),
        ({}, "unknown_shape"),
        (["role", "tool"], "unknown_shape"),
        ({"role": ["user"], "content": "hello"}, "unknown_shape"),
        (_Trap(), "failed"),
        (object(), "unknown_shape"),
        (_cyclic(), "not_a_result"),
        (_cyclic_call(), "not_a_result"),
        ({"role": "user", "content": [{"type": "hologram", "text": _LOG}, None, 3]}, "not_a_result"),
        ({"role": "user", "content": (part for part in ())}, "not_a_result"),
        ({"role": "assistant", "content": [{"type": "web_search_tool_result", "content": _LOG}]}, "not_a_result"),
        ({"type": "computer_call_output", "call_id": "a", "output": _LOG}, "not_a_result"),
        (_result(_LOG, "nobody"), "orphan"),
        (_result({"text": _LOG}), "no_text"),
        (_result([{"type": "image", "source": {"data": _LOG}}]), "no_text"),
        ({"role": "tool", "content": _LOG}, "orphan"),
        (_result("half a pair \ud800"), "small"),
    ],
)
def test_what_is_not_understood_comes_back_as_it_came(message: Any, reason: str) -> None:
    result = compress([_call(), message, _result(_LOG)])

    assert result.messages[1] is message
    assert [decision.reason for decision in result.decisions if decision.index == 1] == [reason]
    assert len(_shown(result, 2)) < len(_LOG) / 2, "the others are not affected"


@pytest.mark.parametrize("messages", [None, "hello", {"role": "user"}, 3, iter([_call()])])
def test_what_is_not_a_list_of_messages_is_not_touched(messages: Any) -> None:
    result = compress(messages)

    assert result.messages is messages
    assert [decision.reason for decision in result.decisions] == ["not_a_list"]


def test_a_generator_is_not_consumed() -> None:
    given = (message for message in [_call()])
    compress(given)

    assert next(given) == _call()


def test_the_users_words_before_a_result_are_its_question() -> None:
    names = "amber birch cedar delta ember flint grove haven inlet jewel".split()
    text = "\n".join(
        f"The {a} garden lies behind the {b} house, and it is watered at {i} o'clock."
        for i, a in enumerate(names)
        for b in names
    )
    asks = [{"role": "user", "content": f"when is the {name} garden watered?"} for name in ("cedar", "jewel")]
    shown = [_shown(compress([ask, _call(), _result(text)]), 2) for ask in asks]
    later = compress([asks[0], _call(), _result(text), asks[1]])

    assert shown[0] != shown[1]
    assert _shown(later, 2) == shown[0]


def test_the_same_call_again_after_a_short_answer_is_answered_whole() -> None:
    changed = _LOG.replace("request 7 done", "request 7 late")
    at_once = compress([_call("a"), _result(_LOG, "a"), _call("b"), _result(changed, "b")])
    later = compress(
        [_call("a"), _result(_LOG, "a"), _call("x", "ls"), _result("ok", "x"), _call("b"), _result(_LOG, "b")]
    )
    edited = compress(
        [_call("a"), _result(_LOG, "a"), _call("x", "ls"), _result("ok", "x"), _call("b"), _result(changed, "b")]
    )

    assert _shown(at_once, 3) == changed
    assert _shown(later, 5) == _LOG
    assert _shown(edited, 5) != changed, "another output, after something else was done: a run of its own"


@pytest.mark.parametrize(
    ("named", "settings"),
    [({"keep": ("Ba*",)}, {}), ({"keep": ("a",)}, {}), ({}, {"tools_off": ("Bash",)}), ({}, {"enabled": False})],
)
def test_what_the_user_wants_whole_stays_whole(named: dict[str, Any], settings: dict[str, Any]) -> None:
    messages = [_call(), _result(_LOG)]

    assert compress(messages, settings=Settings(**settings), **named).messages == messages


def test_secrets_are_masked_in_small_and_whole_results_too() -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLQ"
    messages = [_call(), _result(f"key = {secret}"), _result(f"<keep>{secret}</keep>")]
    result = compress(messages, settings=Settings(redact="both"))

    assert secret not in json.dumps(result.messages)
    assert {decision.action for decision in result.decisions if decision.index} == {"masked"}


def _counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    flow = walk.compress_output

    def counting(text: str, **named: Any) -> Any:
        asked.append(text)
        return flow(text, **named)

    monkeypatch.setattr(walk, "compress_output", counting)
    return asked


def test_a_message_more_costs_one_pass_through_the_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    walk._renderings.clear()
    checkpoint.clear()
    asked = _counting(monkeypatch)
    messages = [
        m
        for i in range(20)
        for m in (_call(f"c{i}", f"cat {i}.log"), _result(_LOG.replace("request", f"job{i}"), f"c{i}"))
    ]
    first = compress(messages)
    assert len(asked) == 20
    asked.clear()

    more = compress([*messages, _call("new", "cat new.log"), _result(_LOG.replace("request", "fresh"), "new")])

    assert len(asked) == 1
    assert more.messages[: len(messages)] == first.messages


def test_the_messages_of_a_later_call_are_its_own_and_a_change_in_place_is_seen() -> None:
    messages = [{"role": "user", "content": "why?"}, _call(), _result(_LOG), {"role": "user", "content": "and?"}]
    first = compress(messages)
    parsed = json.loads(json.dumps(messages))
    second = compress(parsed)
    parsed[2]["content"][0]["content"] = _LOG.replace("pool exhausted", "disk is full")
    third = compress(parsed)

    assert second == first
    assert [new is old for old, new in zip(parsed, second.messages, strict=True)] == [True, True, False, True]
    assert "disk is full" in _shown(third, 2)
    assert "disk is full" not in _shown(second, 2)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "_MOST", 3)
    checkpoint.clear()
    for number in range(9):
        compress([{"role": "user", "content": f"question {number}"}])

    assert sum(map(len, checkpoint._held.values())) == 3
    monkeypatch.setattr(checkpoint, "_MOST_CHARS", 10)
    compress([{"role": "user", "content": "a question that is too long to be kept"}])
    assert checkpoint._held == {}


def test_another_store_gets_its_own_originals() -> None:
    for _ in range(2):
        with open_in_memory(Settings()) as store:
            shown = _shown(compress([_call(), _result(_LOG)], store=store))
            assert store.get(marker.refs(shown)[0]).text == _LOG


def test_threads_get_what_one_gets() -> None:
    walk._renderings.clear()
    checkpoint.clear()
    messages = [
        m
        for i in range(6)
        for m in (_call(f"c{i}", f"cat {i}.log"), _result(_LOG.replace("request", f"job{i}"), f"c{i}"))
    ]
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(compress(messages).messages)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == [compress(messages).messages] * 6


def test_the_async_form_gives_the_same() -> None:
    messages = [_call(), _result(_LOG)]

    assert asyncio.run(acompress(messages, "claude-opus-5-5")) == compress(messages, "claude-opus-5-5")


def test_a_store_that_cannot_be_opened_leaves_every_result_whole(tmp_path: Any) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    messages = [_call(), _result(_LOG)]
    result = compress(messages, settings=Settings(home=str(blocked)))

    assert result.messages == messages
    assert [decision.reason for decision in result.decisions] == ["not_a_result", "failed"]


def test_the_command_prints_what_became_of_each_message(tmp_path: Any) -> None:
    request = tmp_path / "request.json"
    request.write_text(json.dumps({"model": "claude-opus-5-5", "messages": [_call(), _result(_LOG)]}))

    table = CliRunner().invoke(main, ["compress", "--messages", str(request)])
    printed = CliRunner().invoke(main, ["compress", "--messages", str(request), "--model", "gpt-5", "--json"])

    assert table.exit_code == printed.exit_code == 0
    assert [line.split()[-1] for line in table.stdout.splitlines()[1:3]] == ["not_a_result", "shortened"]
    assert "measured for claude" in table.stdout
    shown = json.loads(printed.stdout)
    assert shown["tokens_saved"] == shown["tokens_before"] - shown["tokens_after"] > 0
    assert shown["messages"][1] == compress([_call(), _result(_LOG)]).messages[1]


@pytest.mark.parametrize("text", ["", "{", "3", '{"model": "m"}'])
def test_the_command_says_what_is_wrong_with_a_file(text: str, tmp_path: Any) -> None:
    path = tmp_path / "request.json"
    path.write_text(text)
    done = CliRunner().invoke(main, ["compress", "--messages", str(path)])

    assert done.exit_code == 1
    assert str(path) in done.output
