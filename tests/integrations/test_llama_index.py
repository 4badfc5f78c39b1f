"""LlamaIndex: a wrapped tool's text is short, its raw output whole, and everything else of it as it was."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.integrations.agents import FAILURE, in_threads, run_output

pytest.importorskip("llama_index.core")

from llama_index.core.tools import FunctionTool

from headroom_mcp.integrations._results import ResultShortener
from headroom_mcp.integrations.llama_index import retrieval_tool, short_tools


def run_tests(n: int) -> str:
    """Run the tests of part n."""
    return run_output(n)


@pytest.mark.parametrize("way", ["call", "acall"])
def test_a_tool_s_output_is_short_and_its_raw_output_whole(way: str) -> None:
    inner = FunctionTool.from_defaults(run_tests)
    (tool,) = short_tools([inner])

    output: Any = tool.call(n=1) if way == "call" else asyncio.run(tool.acall(n=1))

    assert len(output.content) < 3_000
    assert FAILURE in output.content
    assert output.raw_output == run_output(1)
    assert tool.metadata is inner.metadata
    assert tool.requires_context is inner.requires_context
    ref = output.content[output.content.rindex("[headroom ") :]
    assert "collected 701 items" in str(retrieval_tool().call(ref=ref))
    assert "collected 701 items" in ResultShortener().retrieve(ref)


def test_many_threads_share_a_tool_without_an_error() -> None:
    (tool,) = short_tools([FunctionTool.from_defaults(run_tests)])

    def one(number: int) -> Any:
        return tool.call(n=number % 20) if number % 2 else asyncio.run(tool.acall(n=number % 20))

    assert all(len(output.content) < 3_000 and FAILURE in output.content for output in in_threads(one))
