"""LangChain: what goes over the wire is short, in every way an agent is run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.agents import FAILURE, assert_all_short, check, in_threads, run_example, run_output
from tests.integrations.loopback import Model

pytest.importorskip("langchain")
pytest.importorskip("langchain_openai")
pytest.importorskip("langchain_anthropic")

from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.prebuilt import ToolNode

from headroom_mcp.integrations.langchain import HeadroomChatModel, HeadroomMiddleware, retrieval_tool


@tool
def run_tests(n: int) -> str:
    """Run the tests of part n."""
    return run_output(n)


@tool
def look(n: int) -> list[dict[str, Any]]:
    """Look at part n."""
    return [
        {"type": "text", "text": run_output(n)},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]


def _chat(model: Model, kind: str) -> Any:
    if kind == "anthropic":
        return ChatAnthropic(model="claude-sonnet-4-5", base_url=model.url, api_key="none")
    return ChatOpenAI(model="gpt-5", base_url=f"{model.url}/v1", api_key="none", use_responses_api=kind == "responses")


_QUESTION = {"messages": [{"role": "user", "content": "why does the refund fail?"}]}


async def _astream(agent: Any) -> None:
    async for _ in agent.astream(_QUESTION, stream_mode="messages"):
        pass


_WAYS = {
    "invoke": lambda agent: agent.invoke(_QUESTION),
    "stream": lambda agent: list(agent.stream(_QUESTION, stream_mode="messages")),
    "ainvoke": lambda agent: asyncio.run(agent.ainvoke(_QUESTION)),
    "astream": lambda agent: asyncio.run(_astream(agent)),
}


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("kind", ["chat", "responses", "anthropic"])
def test_an_agent_with_the_middleware_sends_short_results(model: Model, kind: str, way: str) -> None:
    middleware = HeadroomMiddleware()
    agent = create_agent(_chat(model, kind), [run_tests], middleware=[middleware])

    _WAYS[way](agent)

    assert len(model.requests) == model.turns + 1
    check(model.requests, middleware.shortener.retrieve, results=10)


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("kind", ["chat", "responses", "anthropic"])
def test_an_agent_with_the_wrapped_model_sends_short_results_and_keeps_whole_ones(
    model: Model, kind: str, way: str
) -> None:
    inner = _chat(model, kind)
    give_back = retrieval_tool()
    agent = create_agent(HeadroomChatModel(inner), [run_tests, give_back])

    state = _WAYS[way](agent)

    check(model.requests, lambda ref: str(give_back.invoke({"ref": ref})), results=10)
    if isinstance(state, dict):
        kept = [message for message in state["messages"] if isinstance(message, ToolMessage)]
        assert all("PASSED" in message.content and "[headroom" not in message.content for message in kept)


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
    create_agent(_chat(model, "chat"), [run_tests], middleware=[HeadroomMiddleware()]).invoke(_QUESTION)

    assert "test_1_650" in model.requests[-1].results[-1]
    assert "test_1_650" not in model.requests[-2].results[-1]


def test_images_and_ids_are_kept() -> None:
    middleware = HeadroomMiddleware(retrieval=False)
    content = look.func(3)  # type: ignore[attr-defined]
    message = ToolMessage(content=content, tool_call_id="c1", name="look", artifact={"raw": 1}, id="m1")
    request = _Request({"name": "look", "args": {"n": 3}, "id": "c1"}, {"messages": [HumanMessage("why?")]})

    short = middleware.wrap_tool_call(request, lambda _: message)

    assert (short.tool_call_id, short.artifact, short.id, short.name) == ("c1", {"raw": 1}, "m1", "look")
    assert short.content[1] == content[1]
    assert len(short.content[0]["text"]) < 3_000
    assert len(message.content[0]["text"]) > 20_000


class _Request:
    def __init__(self, tool_call: dict[str, Any], state: Any) -> None:
        self.tool_call = tool_call
        self.state = state


@pytest.mark.parametrize("state", [None, {}, {"messages": [object()]}])
def test_a_state_of_another_shape_ends_no_run(state: Any) -> None:
    message = ToolMessage(content=run_output(1), tool_call_id="c1")

    result = HeadroomMiddleware().wrap_tool_call(_Request({"name": "x", "args": {}}, state), lambda _: message)

    assert FAILURE in result.content


def test_an_error_of_the_tool_is_not_ours_to_catch() -> None:
    def failing(_: Any) -> Any:
        raise RuntimeError("upstream")

    with pytest.raises(RuntimeError, match="upstream"):
        HeadroomMiddleware().wrap_tool_call(_Request({"name": "x", "args": {}}, {"messages": []}), failing)


@pytest.mark.parametrize("run", ["invoke", "ainvoke"])
def test_a_tool_node_takes_both_wrappers(run: str) -> None:
    ours = HeadroomMiddleware()
    node = ToolNode([run_tests], wrap_tool_call=ours.wrap_tool_call, awrap_tool_call=ours.awrap_tool_call)
    call = {"name": "run_tests", "args": {"n": 1}, "id": "c1", "type": "tool_call"}
    graph = _graph(node)
    state = {"messages": [HumanMessage("why?"), AIMessage("", tool_calls=[call])]}

    result = graph.invoke(state) if run == "invoke" else asyncio.run(graph.ainvoke(state))

    assert len(result["messages"][-1].content) < 3_000


def _graph(node: Any) -> Any:
    from langgraph.graph import MessagesState, StateGraph

    graph = StateGraph(MessagesState)
    graph.add_node("tools", node)
    graph.set_entry_point("tools")
    return graph.compile()


def test_it_can_be_switched_off_while_it_runs(model: Model) -> None:
    middleware = HeadroomMiddleware()
    middleware.shortener.enabled = False
    create_agent(_chat(model, "chat"), [run_tests], middleware=[middleware]).invoke(_QUESTION)

    assert all(len(text) > 20_000 for text in model.requests[-1].results)


def test_the_wrapped_model_is_still_one_of_its_class(model: Model) -> None:
    wrapped = HeadroomChatModel(_chat(model, "anthropic"))

    assert isinstance(wrapped, ChatAnthropic)
    assert wrapped.bind_tools([run_tests]).invoke("hello")


def test_many_threads_share_one_middleware_without_an_error(model: Model) -> None:
    model.turns = 2
    agent = create_agent(_chat(model, "chat"), [run_tests], middleware=[HeadroomMiddleware()])

    states = in_threads(lambda _: agent.invoke(_QUESTION))

    assert all(state["messages"][-1].content == "All done." for state in states)
    assert_all_short(model.requests)


def test_the_example_runs(model: Model, tmp_path: Path) -> None:
    assert "All done." in run_example("langchain_agent.py", model, tmp_path)
