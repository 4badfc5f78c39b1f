"""Pydantic AI: what goes over the wire is short, whether tools return text or objects."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.integrations.agents import assert_all_short, assert_prefixes, check, in_threads, run_output
from tests.integrations.loopback import Model

pydantic_ai = pytest.importorskip("pydantic_ai")
pytest.importorskip("openai")

from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

from headroom_mcp.integrations.pydantic_ai import HeadroomCapability


def run_tests(n: int) -> str:
    """Run the tests of part n."""
    return run_output(n)


def list_rows(n: int) -> list[dict[str, Any]]:
    """List rows."""
    rows = [{"id": index, "state": "open", "title": f"refund {index}", "part": n} for index in range(400)]
    rows[217]["state"] = "failed: booked twice"
    return rows


def _agent(model: Model, kind: str, tool: Any, capability: HeadroomCapability) -> Any:
    made = OpenAIChatModel if kind == "chat" else OpenAIResponsesModel
    provider = OpenAIProvider(base_url=f"{model.url}/v1", api_key="none")
    return pydantic_ai.Agent(made("gpt-4.1", provider=provider), tools=[tool], capabilities=[capability])


async def _stream(agent: Any) -> None:
    async with agent.run_stream("why does the refund fail?") as run:
        async for _ in run.stream_text():
            pass


_WAYS = {
    "run_sync": lambda agent: agent.run_sync("why does the refund fail?"),
    "run": lambda agent: asyncio.run(agent.run("why does the refund fail?")),
    "run_stream": lambda agent: asyncio.run(_stream(agent)),
}


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("kind", ["chat", "responses"])
def test_an_agent_sends_short_results(model: Model, kind: str, way: str) -> None:
    capability = HeadroomCapability()

    _WAYS[way](_agent(model, kind, run_tests, capability))

    check(model.requests, capability.shortener.retrieve, results=10)


def test_objects_go_out_as_the_short_form_of_their_json(model: Model) -> None:
    _agent(model, "chat", list_rows, HeadroomCapability()).run_sync("why does the refund fail?")

    shown = model.requests[-1].results
    assert all("booked twice" in text and len(text) < 12_000 for text in shown)
    assert_prefixes(model.requests)


def test_many_threads_share_a_capability_without_an_error(model: Model) -> None:
    model.turns = 2
    capability = HeadroomCapability()

    in_threads(lambda _: _WAYS["run"](_agent(model, "chat", run_tests, capability)))

    assert_all_short(model.requests)
