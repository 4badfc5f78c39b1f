"""Agno: what goes over the wire is short, in every way an agent is run; history keeps the originals."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.agents import (
    FAILURE,
    assert_all_short,
    assert_prefixes,
    check,
    in_threads,
    run_example,
    run_output,
)
from tests.integrations.loopback import Model

pytest.importorskip("agno")

from agno.agent import Agent
from agno.models.anthropic import Claude
from agno.models.message import Message
from agno.models.openai import OpenAIChat, OpenAIResponses

from headroom_mcp.integrations._results import ResultShortener
from headroom_mcp.integrations.agno import HeadroomAgnoModel, HeadroomCompressionManager, retrieval_tool

_QUESTION = "why does the refund fail?"


def run_tests(n: int) -> str:
    """Run the tests of part n."""
    return run_output(n)


def _chat(model: Model, kind: str) -> Any:
    if kind == "anthropic":
        return Claude(id="claude-opus-4-6", api_key="none", client_params={"base_url": model.url})
    made = OpenAIChat if kind == "chat" else OpenAIResponses
    return made(id="gpt-4.1", api_key="none", base_url=f"{model.url}/v1")


async def _astream(agent: Any) -> None:
    async for _ in agent.arun(_QUESTION, stream=True):
        pass


_WAYS = {
    "run": lambda agent: agent.run(_QUESTION),
    "stream": lambda agent: list(agent.run(_QUESTION, stream=True)),
    "arun": lambda agent: asyncio.run(agent.arun(_QUESTION)),
    "astream": lambda agent: asyncio.run(_astream(agent)),
}


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("kind", ["chat", "responses", "anthropic"])
def test_an_agent_with_the_manager_sends_short_results(model: Model, kind: str, way: str) -> None:
    manager = HeadroomCompressionManager()
    agent = Agent(model=_chat(model, kind), tools=[run_tests], compression_manager=manager, telemetry=False)

    run = _WAYS[way](agent)

    check(model.requests, manager.shortener.retrieve, results=10)
    if way in ("run", "arun"):
        kept = [message for message in run.messages if message.role == "tool"]
        assert all("PASSED" in str(message.content) for message in kept)
        assert all("PASSED" in str(used.result) for used in run.tools)


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("kind", ["chat", "responses", "anthropic"])
def test_an_agent_with_the_wrapped_model_sends_short_results(model: Model, kind: str, way: str) -> None:
    wrapped = HeadroomAgnoModel(_chat(model, kind))

    _WAYS[way](Agent(model=wrapped, tools=[run_tests, retrieval_tool()], telemetry=False))

    check(model.requests, ResultShortener().retrieve, results=10)


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
    tools = [run_tests, retrieval_tool()]
    Agent(
        model=_chat(model, "chat"), tools=tools, compression_manager=HeadroomCompressionManager(), telemetry=False
    ).run(_QUESTION)

    assert "test_1_650" in model.requests[-1].results[-1]


def test_a_failing_tool_ends_no_run(model: Model) -> None:
    def broken(n: int) -> str:
        """Fail."""
        raise ValueError(run_output(n))

    run = Agent(
        model=_chat(model, "chat"), tools=[broken], compression_manager=HeadroomCompressionManager(), telemetry=False
    ).run(_QUESTION)

    assert run.content == "All done."
    assert_prefixes(model.requests)


def test_messages_of_another_shape_do_not_raise() -> None:
    manager = HeadroomCompressionManager()
    rows = [
        Message(role="tool", content=[{"type": "text"}]),
        Message(role="tool", content=None),
        Message(role="user", content=["a", {"text": "b"}, 3]),
        Message(role="tool", content=run_output(1), tool_args=3),
    ]

    manager.compress(rows)

    assert FAILURE in str(rows[-1].compressed_content)
    assert not manager.should_compress(rows)


def test_many_threads_share_one_manager_without_an_error(model: Model) -> None:
    model.turns = 2
    manager = HeadroomCompressionManager()

    def one(_: int) -> Any:
        agent = Agent(model=_chat(model, "chat"), tools=[run_tests], compression_manager=manager, telemetry=False)
        return agent.run(_QUESTION).content

    assert set(in_threads(one)) == {"All done."}
    assert_all_short(model.requests)


def test_the_example_runs(model: Model, tmp_path: Path) -> None:
    assert "All done." in run_example("agno_agent.py", model, tmp_path)
