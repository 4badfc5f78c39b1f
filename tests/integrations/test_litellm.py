"""LiteLLM: the ways its users call it, and what reaches the wire in each."""

from __future__ import annotations

import asyncio
import copy
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.agents import FAILURE, assert_all_short, in_threads, run_example, run_output
from tests.integrations.loopback import Model

litellm = pytest.importorskip("litellm")

from headroom_mcp.integrations.litellm import HeadroomCallback


@pytest.fixture(autouse=True)
def callback() -> Iterator[HeadroomCallback]:
    """Return the callback that is at work in a test."""
    ours = HeadroomCallback()
    litellm.logging_callback_manager._reset_all_callbacks()  # those of other tests are kept in several lists
    litellm.callbacks = [ours]
    yield ours
    litellm.logging_callback_manager._reset_all_callbacks()


def _chat_rows() -> list[Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "run_tests", "arguments": '{"n":1}'}}
    return [
        {"role": "user", "content": "why does the refund fail?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": run_output(1)},
    ]


def _items() -> list[Any]:
    return [
        {"role": "user", "content": "why does the refund fail?"},
        {"type": "function_call", "call_id": "c1", "name": "run_tests", "arguments": '{"n":1}'},
        {"type": "function_call_output", "call_id": "c1", "output": run_output(1)},
    ]


def _anthropic_rows() -> list[Any]:
    return [
        {"role": "user", "content": "why does the refund fail?"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "run_tests", "input": {"n": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": run_output(1)}]},
    ]


_TOOLS = [{"type": "function", "function": {"name": "run_tests", "parameters": {"type": "object", "properties": {}}}}]


def _openai(model: Model) -> dict[str, Any]:
    return {"model": "openai/gpt-4.1", "api_base": f"{model.url}/v1", "api_key": "none"}


def _claude(model: Model) -> dict[str, Any]:
    return {"model": "anthropic/claude-opus-4-6", "api_base": model.url, "api_key": "none"}


def _router(model: Model) -> Any:
    return litellm.Router(model_list=[{"model_name": "m", "litellm_params": _openai(model)}])


async def _read(stream: Any) -> None:
    async for _ in await stream:
        pass


def _positional(model: Model, rows: list[Any]) -> Any:
    named = _openai(model)
    return litellm.acompletion(named.pop("model"), rows, **named)


_SYNC = {
    "completion": lambda m, rows: litellm.completion(messages=rows, tools=_TOOLS, **_openai(m)),
    "completion to anthropic": lambda m, rows: litellm.completion(messages=rows, tools=_TOOLS, **_claude(m)),
    "completion, streamed": lambda m, rows: list(litellm.completion(messages=rows, stream=True, **_openai(m))),
    "positional messages": lambda m, rows: litellm.completion("openai/gpt-4.1", rows, api_base=f"{m.url}/v1", api_key="none"),
    "Router.completion": lambda m, rows: _router(m).completion(model="m", messages=rows),
}  # fmt: skip
_ASYNC = {
    "acompletion": lambda m, rows: litellm.acompletion(messages=rows, tools=_TOOLS, **_openai(m)),
    "acompletion to anthropic": lambda m, rows: litellm.acompletion(messages=rows, tools=_TOOLS, **_claude(m)),
    "acompletion, streamed": lambda m, rows: _read(litellm.acompletion(messages=rows, stream=True, **_openai(m))),
    "acompletion, positional messages": _positional,
    "Router.acompletion": lambda m, rows: _router(m).acompletion(model="m", messages=rows),
}


@pytest.mark.parametrize("way", _SYNC)
def test_chat_goes_out_short(model: Model, way: str) -> None:
    _check(model, _chat_rows(), _SYNC[way])


@pytest.mark.parametrize("way", _ASYNC)
def test_asynchronous_chat_goes_out_short(model: Model, way: str) -> None:
    _check(model, _chat_rows(), lambda m, rows: asyncio.run(_awaited(_ASYNC[way](m, rows))))


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_responses_go_out_short(model: Model, kind: str) -> None:
    def send(m: Model, rows: list[Any]) -> Any:
        if kind == "sync":
            return litellm.responses(input=rows, **_openai(m))
        return asyncio.run(_awaited(litellm.aresponses(input=rows, **_openai(m))))

    _check(model, _items(), send)


def test_anthropic_messages_go_out_short(model: Model) -> None:
    def send(m: Model, rows: list[Any]) -> Any:
        return asyncio.run(_awaited(litellm.anthropic.messages.acreate(messages=rows, max_tokens=9, **_claude(m))))

    _check(model, _anthropic_rows(), send)


async def _awaited(answer: Any) -> Any:
    return await answer


def _check(model: Model, rows: list[Any], send: Any) -> None:
    model.turns = 0
    before = copy.deepcopy(rows)
    send(model, rows)
    send(model, rows)

    assert rows == before, "the caller's list was changed"
    shown = model.requests[-1].results
    assert len(shown) == 1
    assert len(shown[0]) < 3_000
    assert FAILURE in shown[0]
    assert model.requests[0].results == shown


def test_embeddings_pass_untouched(model: Model) -> None:
    texts = [run_output(1), "two"]
    named = {**_openai(model), "model": "openai/text-embedding-3-small"}

    asyncio.run(_awaited(litellm.aembedding(input=texts, **named)))

    assert model.requests[-1].json["input"] == texts


def test_a_pass_through_route_of_the_proxy_is_short(callback: HeadroomCallback) -> None:
    data = {"messages": _anthropic_rows()}

    new = asyncio.run(callback.async_pre_call_hook(None, None, data, "pass_through_endpoint"))

    assert len(new["messages"][-1]["content"][0]["content"]) < 3_000
    assert len(data["messages"][-1]["content"][0]["content"]) > 20_000


def test_what_cannot_be_changed_is_said_once(callback: HeadroomCallback) -> None:
    request = {"additional_args": {"complete_input_dict": "{}"}, "custom_llm_provider": "bedrock"}

    with pytest.warns(UserWarning, match="bedrock"):
        callback.log_pre_api_call("m", _chat_rows(), request)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        callback.log_pre_api_call("m", _chat_rows(), request)


@pytest.mark.parametrize(
    "request_", [{}, {"additional_args": None}, {"additional_args": {"complete_input_dict": 3}}, None]
)
def test_arguments_of_another_shape_fail_no_request(callback: HeadroomCallback, request_: Any) -> None:
    callback.log_pre_api_call("m", None, request_)


def test_it_can_be_switched_off_while_it_runs(model: Model, callback: HeadroomCallback) -> None:
    callback.shortener.enabled = False
    model.turns = 0

    litellm.completion(messages=_chat_rows(), **_openai(model))

    assert model.requests[-1].results == [run_output(1)]


def test_the_example_runs(model: Model, tmp_path: Path) -> None:
    assert "All done." in run_example("litellm_call.py", model, tmp_path)


def test_many_threads_share_the_callback_without_an_error(model: Model) -> None:
    def one(number: int) -> Any:
        if number % 2:
            return _SYNC["completion"](model, _chat_rows())
        return asyncio.run(_awaited(_ASYNC["acompletion"](model, _chat_rows())))

    in_threads(one)

    assert_all_short(model.requests)
