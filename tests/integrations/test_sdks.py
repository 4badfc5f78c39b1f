"""The plain SDKs: what goes over the wire is short, whatever method of the client is called."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.integrations._results import ResultShortener
from tests.integrations.agents import check, run_example, run_output
from tests.integrations.loopback import Model

anthropic = pytest.importorskip("anthropic")
openai = pytest.importorskip("openai")
pytest.importorskip("httpx2")
if not hasattr(anthropic, "Middleware"):
    pytest.skip("anthropic 2 has middleware", allow_module_level=True)

from headroom_mcp.integrations.anthropic import HeadroomMiddleware
from headroom_mcp.integrations.openai import AsyncHeadroomTransport, HeadroomTransport

_TURNS = 5
_PARAMETERS = {"type": "object", "properties": {"n": {"type": "integer"}}}
_ASK = {"role": "user", "content": "why does the refund fail?"}


def _anthropic(model: Model) -> Any:
    return anthropic.Anthropic(base_url=model.url, api_key="none", middleware=[HeadroomMiddleware()])


def _openai(model: Model) -> Any:
    client = openai.DefaultHttpxClient(transport=HeadroomTransport())
    return openai.OpenAI(base_url=f"{model.url}/v1", api_key="none", http_client=client)


def _async_anthropic(model: Model) -> Any:
    return anthropic.AsyncAnthropic(base_url=model.url, api_key="none", middleware=[HeadroomMiddleware()])


def _async_openai(model: Model) -> Any:
    client = openai.DefaultAsyncHttpxClient(transport=AsyncHeadroomTransport())
    return openai.AsyncOpenAI(base_url=f"{model.url}/v1", api_key="none", http_client=client)


def _messages_request(rows: list[Any]) -> dict[str, Any]:
    tools = [{"name": "run_tests", "description": "Run.", "input_schema": _PARAMETERS}]
    return {"model": "claude-opus-4-6", "max_tokens": 100, "tools": tools, "messages": rows}


def _chat_request(rows: list[Any]) -> dict[str, Any]:
    tools = [{"type": "function", "function": {"name": "run_tests", "parameters": _PARAMETERS}}]
    return {"model": "gpt-4.1", "tools": tools, "messages": rows}


def _responses_request(rows: list[Any]) -> dict[str, Any]:
    tools = [{"type": "function", "name": "run_tests", "parameters": _PARAMETERS, "strict": False}]
    return {"model": "gpt-4.1", "tools": tools, "input": rows}


def _after_messages(rows: list[Any], answer: Any) -> list[Any]:
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": run_output(block.input["n"])}
        for block in answer.content
        if block.type == "tool_use"
    ]
    return (
        [*rows, {"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
        if results
        else []
    )


def _after_chat(rows: list[Any], answer: Any) -> list[Any]:
    message = answer.choices[0].message
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": run_output(json.loads(call.function.arguments)["n"])}
        for call in message.tool_calls or ()
    ]
    return [*rows, message, *results] if results else []


def _after_responses(rows: list[Any], answer: Any) -> list[Any]:
    results = [
        {"type": "function_call_output", "call_id": item.call_id, "output": run_output(json.loads(item.arguments)["n"])}
        for item in answer.output
        if item.type == "function_call"
    ]
    return [*rows, *answer.output, *results] if results else []


def _streamed_message(client: Any, request: dict[str, Any]) -> Any:
    with client.messages.stream(**request) as stream:
        return stream.get_final_message()


def _streamed_responses(client: Any, request: dict[str, Any]) -> Any:
    last = list(client.responses.create(**request, stream=True))[-1]
    return last.response


async def _async_stream(client: Any, request: dict[str, Any]) -> Any:
    async with client.messages.stream(**request) as stream:
        return await stream.get_final_message()


_Step = tuple[Callable[[list[Any]], dict[str, Any]], Callable[[list[Any], Any], list[Any]]]
_MESSAGES: _Step = (_messages_request, _after_messages)
_CHAT: _Step = (_chat_request, _after_chat)
_RESPONSES: _Step = (_responses_request, _after_responses)

_SYNC: dict[str, tuple[Any, _Step, Any]] = {
    "messages.create": (_anthropic, _MESSAGES, lambda client, request: client.messages.create(**request)),
    "messages.stream": (_anthropic, _MESSAGES, _streamed_message),
    "beta.messages.create": (_anthropic, _MESSAGES, lambda client, request: client.beta.messages.create(**request)),
    "with_options": (_anthropic, _MESSAGES, lambda client, request: client.with_options(timeout=9).messages.create(**request)),
    "chat.completions.create": (_openai, _CHAT, lambda client, request: client.chat.completions.create(**request)),
    "chat with_options": (_openai, _CHAT, lambda client, request: client.with_options(timeout=9).chat.completions.create(**request)),
    "responses.create": (_openai, _RESPONSES, lambda client, request: client.responses.create(**request)),
    "responses streamed": (_openai, _RESPONSES, _streamed_responses),
}  # fmt: skip
_ASYNC: dict[str, tuple[Any, _Step, Any]] = {
    "messages.create": (_async_anthropic, _MESSAGES, lambda client, request: client.messages.create(**request)),
    "messages.stream": (_async_anthropic, _MESSAGES, _async_stream),
    "chat.completions.create": (_async_openai, _CHAT, lambda client, request: client.chat.completions.create(**request)),
    "responses.create": (_async_openai, _RESPONSES, lambda client, request: client.responses.create(**request)),
}  # fmt: skip


@pytest.mark.parametrize("way", _SYNC)
def test_a_conversation_goes_out_short(model: Model, way: str) -> None:
    make, (request, after), send = _SYNC[way]
    client = make(model)
    rows: list[Any] = [_ASK]
    while rows:
        before = copy.deepcopy(rows)
        answer = send(client, request(rows))
        assert rows == before, "the caller's list was changed"
        rows = after(rows, answer)

    assert len(model.requests) == _TURNS + 1
    check(model.requests, ResultShortener().retrieve, results=10)


@pytest.mark.parametrize("way", _ASYNC)
def test_an_asynchronous_conversation_goes_out_short(model: Model, way: str) -> None:
    make, (request, after), send = _ASYNC[way]

    async def run() -> None:
        client = make(model)
        rows: list[Any] = [_ASK]
        while rows:
            rows = after(rows, await send(client, request(rows)))

    asyncio.run(run())

    check(model.requests, ResultShortener().retrieve, results=10)


def _long_request() -> dict[str, Any]:
    call = {"type": "tool_use", "id": "t1", "name": "run_tests", "input": {"n": 1}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": run_output(1)}
    rows = [_ASK, {"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    return _messages_request(rows)


def test_tokens_are_counted_of_what_will_be_sent(model: Model) -> None:
    request = _long_request()
    del request["max_tokens"]

    assert _anthropic(model).messages.count_tokens(**request).input_tokens < 2_000


def test_an_error_of_the_provider_comes_through(model: Model) -> None:
    model.script = _refuse

    with pytest.raises(anthropic.APIConnectionError):
        _anthropic(model).with_options(max_retries=0).messages.create(**_long_request())


def _refuse(body: dict[str, Any], turn: int) -> list[dict[str, Any]]:
    raise ConnectionAbortedError


def test_many_threads_share_one_client_without_an_error(model: Model) -> None:
    client = _anthropic(model)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.messages.create(**_long_request()), range(200)))

    assert len(answers) == 200
    assert len({request.body for request in model.requests}) == 1


def test_embeddings_pass_untouched(model: Model) -> None:
    texts = [run_output(1), "two"]
    _openai(model).embeddings.create(model="text-embedding-3-small", input=texts, encoding_format="float")

    assert model.requests[-1].json["input"] == texts


def test_it_can_be_switched_off_while_it_runs(model: Model) -> None:
    middleware = HeadroomMiddleware()
    client = anthropic.Anthropic(base_url=model.url, api_key="none", middleware=[middleware])
    middleware.shortener.enabled = False

    client.messages.create(**_long_request())

    assert model.requests[-1].results == [run_output(1)]


def test_the_example_runs(model: Model, tmp_path: Path) -> None:
    assert run_example("sdk_clients.py", model, tmp_path).count("All done.") == 2
