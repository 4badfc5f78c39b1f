"""The OpenAI Agents SDK: tools give short results, in every way an agent is run."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from headroom_mcp.integrations._results import ResultShortener
from tests.integrations.agents import FAILURE, assert_all_short, check, in_threads, run_output
from tests.integrations.loopback import Model

agents = pytest.importorskip("agents")
openai = pytest.importorskip("openai")

from headroom_mcp.integrations.openai_agents import retrieval_tool, short_tools


@agents.function_tool
def run_tests(n: int) -> str:
    """Run the tests of part n."""
    return run_output(n)


def _agent(model: Model, kind: str) -> Any:
    agents.set_tracing_disabled(True)
    client = openai.AsyncOpenAI(base_url=f"{model.url}/v1", api_key="none")
    made = agents.OpenAIChatCompletionsModel if kind == "chat" else agents.OpenAIResponsesModel
    tools = [*short_tools([run_tests]), retrieval_tool()]
    return agents.Agent(name="a", model=made("gpt-4.1", client), tools=tools)


async def _stream(agent: Any) -> None:
    async for _ in agents.Runner.run_streamed(agent, "why does the refund fail?", max_turns=20).stream_events():
        pass


_WAYS = {
    "run": lambda agent: asyncio.run(agents.Runner.run(agent, "why does the refund fail?", max_turns=20)),
    "streamed": lambda agent: asyncio.run(_stream(agent)),
}


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("kind", ["chat", "responses"])
def test_an_agent_sends_short_results(model: Model, kind: str, way: str) -> None:
    _WAYS[way](_agent(model, kind))

    check(model.requests, ResultShortener().retrieve, results=10)


@pytest.mark.parametrize("result", [None, 3, {"type": "image"}, [], object()])
def test_a_result_of_another_shape_is_left_alone(result: Any) -> None:
    @agents.function_tool
    def odd(n: int) -> Any:
        return result

    tool = short_tools([odd])[0]
    context = agents.tool_context.ToolContext(context=None, tool_name="odd", tool_call_id="c", tool_arguments="{}")

    assert asyncio.run(tool.on_invoke_tool(context, '{"n": 1}')) == result


def test_texts_among_other_blocks_are_short() -> None:
    @agents.function_tool
    def many(n: int) -> Any:
        return [agents.ToolOutputText(text=run_output(n)), {"type": "text", "text": run_output(n)}, {"type": "image"}]

    tool = short_tools([many])[0]
    context = agents.tool_context.ToolContext(context=None, tool_name="many", tool_call_id="c", tool_arguments="{}")
    blocks = asyncio.run(tool.on_invoke_tool(context, '{"n": 1}'))

    assert FAILURE in blocks[0].text
    assert max(len(blocks[0].text), len(blocks[1]["text"])) < 3_000
    assert blocks[2] == {"type": "image"}


def test_many_threads_run_agents_without_an_error(model: Model) -> None:
    model.turns = 2

    in_threads(lambda _: _WAYS["run"](_agent(model, "chat")))

    assert_all_short(model.requests)
