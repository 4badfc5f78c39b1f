"""Google's ADK: the texts in what tools return are short, whatever they return."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from tests.integrations.agents import FAILURE, in_threads, run_output

pytest.importorskip("google.adk")

from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import InMemoryRunner
from google.genai import types

from headroom_mcp.integrations.google_adk import HeadroomPlugin, retrieval_tool


def run_tests(n: int) -> str:
    """Run the tests of part n."""
    return run_output(n)


def look(n: int) -> dict[str, Any]:
    """Look at part n."""
    return {"status": "ok", "content": [{"type": "text", "text": run_output(n)}], "n": n}


class _Scripted(BaseLlm):
    """Calls the first tool five times, keeping what it was sent."""

    seen: list[Any] = []  # noqa: RUF012 - a field of pydantic
    tool: str = "run_tests"

    async def generate_content_async(self, llm_request: Any, stream: bool = False) -> Any:
        self.seen.append([content.model_dump(mode="json", exclude_none=True) for content in llm_request.contents])
        answered = sum(1 for content in llm_request.contents for part in content.parts or () if part.function_response)
        part = types.Part(text="All done.")
        if answered < 5:
            part = types.Part(function_call=types.FunctionCall(name=self.tool, args={"n": answered}))
        yield LlmResponse(content=types.Content(role="model", parts=[part]))


def _run(tool: Any) -> tuple[list[Any], HeadroomPlugin]:
    llm = _Scripted(model="scripted", seen=[], tool=tool.__name__)
    plugin = HeadroomPlugin()
    agent = LlmAgent(name="a", model=llm, tools=[tool, retrieval_tool(plugin.shortener)])

    async def run() -> None:
        runner = InMemoryRunner(agent=agent, app_name="app", plugins=[plugin])
        await runner.session_service.create_session(app_name="app", user_id="u", session_id="s")
        message = types.Content(role="user", parts=[types.Part(text="why does the refund fail?")])
        async for _ in runner.run_async(user_id="u", session_id="s", new_message=message):
            pass

    asyncio.run(run())
    return llm.seen, plugin


@pytest.mark.parametrize("tool", [run_tests, look], ids=["text", "a dict"])
def test_an_agent_is_sent_short_results(tool: Any) -> None:
    seen, plugin = _run(tool)

    responses = [
        part["function_response"]["response"]
        for row in seen[-1]
        for part in row["parts"]
        if "function_response" in part
    ]
    assert len(responses) == 5
    for response in responses:
        text = response.get("result") or response["content"][0]["text"]
        assert len(text) < 3_000
        assert FAILURE in text
        assert "collected 701 items" in plugin.shortener.retrieve(text[text.rindex("[headroom ") :])
    for before, after in itertools.pairwise(seen):
        assert str(after[: len(before)]) == str(before)


def test_many_threads_run_agents_without_an_error() -> None:
    for seen, _ in in_threads(lambda _: _run(run_tests)):
        responses = [
            part["function_response"] for row in seen[-1] for part in row["parts"] if "function_response" in part
        ]
        assert len(responses) == 5
        assert all(len(one["response"]["result"]) < 3_000 for one in responses)
