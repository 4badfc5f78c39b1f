"""Strands Agents: what enters the agent's messages is short, in every way an agent is run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.agents import assert_all_short, check, in_threads, run_example, run_output
from tests.integrations.loopback import Model

pytest.importorskip("strands")

from strands import Agent, tool
from strands.models.anthropic import AnthropicModel
from strands.models.openai import OpenAIModel

from headroom_mcp.integrations.strands import HeadroomHooks

_QUESTION = "why does the refund fail?"


@tool
def run_tests(n: int) -> str:
    """Run the tests of part n."""
    return run_output(n)


def _chat(model: Model, kind: str) -> Any:
    if kind == "anthropic":
        return AnthropicModel(
            client_args={"base_url": model.url, "api_key": "none"}, model_id="claude-opus-4-6", max_tokens=100
        )
    return OpenAIModel(client_args={"base_url": f"{model.url}/v1", "api_key": "none"}, model_id="gpt-5")


def _agent(model: Model, kind: str, hooks: HeadroomHooks) -> Agent:
    return Agent(model=_chat(model, kind), tools=[run_tests], hooks=[hooks], callback_handler=None)


async def _stream(agent: Agent) -> None:
    async for _ in agent.stream_async(_QUESTION):
        pass


_WAYS = {
    "call": lambda agent: agent(_QUESTION),
    "async": lambda agent: asyncio.run(agent.invoke_async(_QUESTION)),
    "stream": lambda agent: asyncio.run(_stream(agent)),
}


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("kind", ["chat", "anthropic"])
def test_an_agent_with_the_hooks_sends_short_results(model: Model, kind: str, way: str) -> None:
    hooks = HeadroomHooks()
    agent = _agent(model, kind, hooks)

    _WAYS[way](agent)

    check(model.requests, hooks.shortener.retrieve, results=10)


def test_the_agent_can_fetch_an_original_by_the_tool_it_was_given(model: Model) -> None:
    def script(body: dict[str, Any], turn: int) -> list[dict[str, Any]]:
        if turn == 0:
            return [{"name": "run_tests", "arguments": {"n": 1}}]
        if turn == 1:
            shown = model.requests[-1].results[-1]
            ref = shown[shown.rindex("[headroom ") :].split()[1].rstrip(":")
            return [{"name": "headroom_retrieve", "arguments": {"ref": ref, "query": "test_1_650"}}]
        return []

    model.script = script
    _agent(model, "chat", HeadroomHooks())(_QUESTION)

    assert "test_1_650" in model.requests[-1].results[-1]


def test_a_program_that_calls_a_tool_gets_the_whole_result(model: Model) -> None:
    agent = _agent(model, "chat", HeadroomHooks())

    result = agent.tool.run_tests(n=1)

    assert len(result["content"][0]["text"]) > 20_000


def test_other_blocks_and_keys_are_kept(model: Model) -> None:
    hooks = HeadroomHooks()
    image = {"image": {"format": "png", "source": {"bytes": b"1"}}}
    event = _Event(
        {
            "toolUseId": "t",
            "status": "error",
            "content": [{"text": run_output(1)}, image],
            "structuredContent": {"a": 1},
        }
    )

    asyncio.run(hooks._shorten(event))  # type: ignore[arg-type]

    assert len(event.result["content"][0]["text"]) < 3_000
    assert event.result["content"][1] is image
    assert (event.result["status"], event.result["structuredContent"]) == ("error", {"a": 1})


class _Event:
    def __init__(self, result: Any) -> None:
        self.result = result
        self.tool_use = {"name": "run_tests", "input": {"n": 1}, "toolUseId": "t"}
        self.invocation_state = {"event_loop_cycle_id": 1}
        self.agent = object()


@pytest.mark.parametrize("result", [None, {}, {"content": None}, {"content": [3]}, {"content": [{"text": 3}]}])
def test_a_result_of_another_shape_ends_no_run(result: Any) -> None:
    event = _Event(result)

    asyncio.run(HeadroomHooks()._shorten(event))  # type: ignore[arg-type]

    assert event.result is result


def test_the_example_runs(model: Model, tmp_path: Path) -> None:
    assert "All done." in run_example("strands_agent.py", model, tmp_path)


def test_many_threads_share_the_hooks_without_an_error(model: Model) -> None:
    model.turns = 2
    hooks = HeadroomHooks()

    answers = in_threads(lambda _: str(_agent(model, "chat", hooks)(_QUESTION)))

    assert {answer.strip() for answer in answers} == {"All done."}
    assert_all_short(model.requests)
