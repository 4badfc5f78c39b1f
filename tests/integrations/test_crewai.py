"""CrewAI: the agent reads short results."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.agents import FAILURE, in_threads, run_output
from tests.integrations.loopback import Model

crewai = pytest.importorskip("crewai")

from crewai.tools import tool

from headroom_mcp.integrations.crewai import install, retrieval_tool


@tool("run_tests")
def run_tests(n: int) -> str:
    """Run the tests of part n."""
    return run_output(n)


def _kickoff(model: Model) -> None:
    llm = crewai.LLM(model="openai/gpt-4.1", base_url=f"{model.url}/v1", api_key="none")
    agent = crewai.Agent(role="r", goal="g", backstory="b", llm=llm, tools=[run_tests, retrieval_tool()])
    task = crewai.Task(description="why does the refund fail?", expected_output="the reason", agent=agent)
    crewai.Crew(agents=[agent], tasks=[task]).kickoff()


def test_a_crew_sends_short_results_until_it_is_taken_out(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREWAI_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    model.turns = 2
    take_out = install()
    try:
        _kickoff(model)
    finally:
        take_out()
    shown = _results(model)
    before = len(model.requests)
    _kickoff(model)

    assert shown
    assert all(len(text) < 3_000 and FAILURE in text for text in shown)
    assert any("[headroom " in text for text in shown)
    assert len(model.requests) > before
    assert any(len(text) > 20_000 for text in _results(model))


def _results(model: Model) -> list[Any]:
    return [text for text in model.requests[-1].results if FAILURE in text]


def test_many_threads_run_crews_without_an_error(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREWAI_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    model.turns = 2
    take_out = install()
    try:
        in_threads(lambda _: _kickoff(model), few=8)
    finally:
        take_out()

    shown = [text for request in model.requests for text in request.results if FAILURE in text]
    assert shown
    assert all(len(text) < 3_000 for text in shown)
