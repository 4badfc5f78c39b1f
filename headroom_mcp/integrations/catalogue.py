"""Which integrations there are, for `headroom integrations` and the docs."""

from __future__ import annotations

from importlib import metadata
from typing import NamedTuple


class Integration(NamedTuple):
    """One library we plug into: its distribution, the newest release that the tests have run with, and how it is used.

    `extra` is ours, "" where nothing needs to be installed · `module` of this room and the `names` in it to import · `line` is what a user copies, after the import.
    """

    name: str
    distribution: str
    tried: str
    extra: str
    module: str
    names: str
    line: str

    @property
    def imports(self) -> str:
        """The statement that imports what the line needs."""
        return f"from {__package__}.{self.module} import {self.names}"


CATALOGUE = (
    Integration(
        "LiteLLM", "litellm", "1.110.2", "litellm",
        "litellm", "HeadroomCallback",
        "litellm.callbacks = [HeadroomCallback()]",
    ),
    Integration(
        "ASGI (Starlette, FastAPI)", "starlette", "1.10.0", "",
        "asgi", "CompressionMiddleware",
        "app.add_middleware(CompressionMiddleware)",
    ),
    Integration(
        "LangChain, LangGraph", "langchain", "1.5.2", "langchain",
        "langchain", "HeadroomMiddleware",
        "agent = create_agent(model, tools, middleware=[HeadroomMiddleware()])",
    ),
    Integration(
        "Agno", "agno", "3.1.10", "agno",
        "agno", "HeadroomCompressionManager, retrieval_tool",
        "agent = Agent(model=model, tools=[*tools, retrieval_tool()], compression_manager=HeadroomCompressionManager())",
    ),
    Integration(
        "Strands Agents", "strands-agents", "1.62.0", "strands",
        "strands", "HeadroomHooks",
        "agent = Agent(model=model, tools=tools, hooks=[HeadroomHooks()])",
    ),
    Integration(
        "Anthropic SDK", "anthropic", "2.14.0", "anthropic",
        "anthropic", "HeadroomMiddleware",
        "client = anthropic.Anthropic(middleware=[HeadroomMiddleware()])",
    ),
    Integration(
        "OpenAI SDK", "openai", "3.57.0", "openai",
        "openai", "HeadroomTransport",
        "client = openai.OpenAI(http_client=openai.DefaultHttpxClient(transport=HeadroomTransport()))",
    ),
    Integration(
        "Claude Agent SDK", "claude-agent-sdk", "0.2.189", "claude-agent-sdk",
        "claude_agent_sdk", "hooks, retrieval_server",
        'options = ClaudeAgentOptions(hooks=hooks(), mcp_servers={"headroom": retrieval_server()})',
    ),
    Integration(
        "OpenAI Agents SDK", "openai-agents", "0.24.0", "openai-agents",
        "openai_agents", "retrieval_tool, short_tools",
        'agent = Agent(name="agent", model=model, tools=[*short_tools(tools), retrieval_tool()])',
    ),
    Integration(
        "Pydantic AI", "pydantic-ai-slim", "2.68.0", "pydantic-ai",
        "pydantic_ai", "HeadroomCapability",
        "agent = Agent(model, tools=tools, capabilities=[HeadroomCapability()])",
    ),
    Integration(
        "Google ADK", "google-adk", "2.13.0", "google-adk",
        "google_adk", "HeadroomPlugin",
        'app = App(name="app", root_agent=agent, plugins=[HeadroomPlugin()])',
    ),
    Integration(
        "CrewAI", "crewai", "1.15.30", "crewai",
        "crewai", "install",
        "install()",
    ),
    Integration(
        "LlamaIndex", "llama-index-core", "0.14.25", "llama-index",
        "llama_index", "retrieval_tool, short_tools",
        "agent = FunctionAgent(tools=[*short_tools(tools), retrieval_tool()], llm=llm)",
    ),
)  # fmt: skip


def installed(integration: Integration) -> str:
    """Return the version of the library that is installed here, "" where it is not."""
    try:
        return metadata.version(integration.distribution)
    except metadata.PackageNotFoundError:
        return ""
