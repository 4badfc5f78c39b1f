"""LangChain and LangGraph: tool results made short where they arise, before they enter state, checkpoints and history.

    agent = create_agent(model, tools, middleware=[HeadroomMiddleware()])

`HeadroomMiddleware` is the recommended way; `HeadroomChatModel(model)` serves chains without an agent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._results import ResultShortener, field, said
from headroom_mcp.integrations._worker import off_loop
from headroom_mcp.settings.table import Settings

try:
    from langchain.agents.middleware import AgentMiddleware
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage
    from langchain_core.tools import BaseTool, StructuredTool
    from langgraph.types import Command
except ImportError as error:
    raise missing("langchain", "langchain", error) from error

_Handler = Callable[[Any], Any]
_MODEL_METHODS = ("_generate", "_stream", "_stream_chat_model_events")
_ASYNC_MODEL_METHODS = ("_agenerate", "_astream", "_astream_chat_model_events")


class HeadroomMiddleware(AgentMiddleware[Any, Any, Any]):
    """Makes each tool's result short for `create_agent`, and gives the agent the tool `headroom_retrieve`.

    A tool that raises passes through: put a middleware that turns errors into messages after (inside) this one. With a
    `ToolNode`, pass both `wrap_tool_call` and `awrap_tool_call` of one instance. `retrieval=False` leaves the tool out.
    """

    def __init__(self, *, settings: Settings | None = None, project: str = "", retrieval: bool = True) -> None:
        super().__init__()
        self.shortener = ResultShortener(settings=settings, project=project)
        self.tools: Sequence[BaseTool] = [retrieval_tool(self.shortener)] if retrieval else []

    def wrap_tool_call(self, request: Any, handler: _Handler) -> Any:
        """Return what `handler` returns, short."""
        return self._short(request, handler(request))

    async def awrap_tool_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """Return what `handler` returns, short; found in a thread."""
        result = await handler(request)
        return await off_loop(self._short, request, result)

    def _short(self, request: Any, result: Any) -> Any:
        try:
            query = _last_human(field(request.state, "messages") or [])
            if isinstance(result, ToolMessage):
                return _shortened(self.shortener, result, request.tool_call, query)
            if isinstance(result, Command) and isinstance(result.update, dict) and result.update.get("messages"):
                messages = [
                    _shortened(self.shortener, message, request.tool_call, query)
                    if isinstance(message, ToolMessage)
                    else message
                    for message in result.update["messages"]
                ]
                return dataclasses.replace(result, update={**result.update, "messages": messages})
        except Exception as error:  # the run would end with it
            self.shortener.trouble(error)
        return result


def HeadroomChatModel(model: BaseChatModel, *, settings: Settings | None = None, project: str = "") -> BaseChatModel:  # noqa: N802 - it returns a model of a class made on the spot
    """Return a copy of `model` that makes the tool results of each request short; state and history keep them whole.

    The copy is of a subclass of the model's own class: `isinstance`, `bind_tools`, streaming and structured output work
    as before. Give the agent `retrieval_tool()` beside its own tools.
    """
    shortener = ResultShortener(settings=settings, project=project)
    base = type(model)
    methods: dict[str, Any] = {"__module__": __name__, "__doc__": base.__doc__}
    for names, make in ((_MODEL_METHODS, _sync_method), (_ASYNC_MODEL_METHODS, _async_method)):
        for name in names:
            # Which methods a class has itself decides how LangChain streams.
            if getattr(base, name, None) is not getattr(BaseChatModel, name, None):
                methods[name] = make(base, name, shortener)
    copy = model.model_copy()
    object.__setattr__(copy, "__class__", type(f"Headroom{base.__name__}", (base,), methods))
    return copy


def retrieval_tool(shortener: ResultShortener | None = None) -> BaseTool:
    """Return the LangChain tool that gives slices of originals back."""
    return StructuredTool.from_function((shortener or ResultShortener()).retrieval_function(), parse_docstring=True)


def short_messages(shortener: ResultShortener, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return `messages` with the texts of tool results short; all other messages are the same objects."""
    calls: dict[str, Any] = {}
    query = ""
    given: list[BaseMessage] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            query = said(message.content) or query
        for call in field(message, "tool_calls") or ():
            calls[str(call.get("id"))] = call
        if isinstance(message, ToolMessage):
            call = calls.get(message.tool_call_id) or {"name": message.name or "", "args": None}
            message = _shortened(shortener, message, call, query)
        given.append(message)
    return given


def _shortened(shortener: ResultShortener, message: ToolMessage, call: Any, query: str) -> ToolMessage:
    """Return `message` with its texts short, and everything else of it as it was; itself where nothing became shorter."""

    def one(text: str) -> str:
        return shortener.short(text, call["name"], call["args"], query)

    content = message.content
    if isinstance(content, str):
        short: Any = one(content)
    else:
        short = [
            {**block, "text": one(block["text"])}
            if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str)
            else one(block)
            if isinstance(block, str)
            else block
            for block in content
        ]
    return message if short == content else message.model_copy(update={"content": short})


def _last_human(messages: Sequence[Any]) -> str:
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            return said(message.content)
    return ""


def _sync_method(base: type, name: str, shortener: ResultShortener) -> Any:
    inner = getattr(base, name)
    if name == "_generate":

        def generate(self: Any, messages: list[BaseMessage], *args: Any, **options: Any) -> Any:
            return inner(self, shortener.guarded(short_messages, messages), *args, **options)

        return generate

    def stream(self: Any, messages: list[BaseMessage], *args: Any, **options: Any) -> Iterator[Any]:
        yield from inner(self, shortener.guarded(short_messages, messages), *args, **options)

    return stream


def _async_method(base: type, name: str, shortener: ResultShortener) -> Any:
    inner = getattr(base, name)
    if name == "_agenerate":

        async def generate(self: Any, messages: list[BaseMessage], *args: Any, **options: Any) -> Any:
            short = await off_loop(shortener.guarded, short_messages, messages)
            return await inner(self, short, *args, **options)

        return generate

    async def stream(self: Any, messages: list[BaseMessage], *args: Any, **options: Any) -> AsyncIterator[Any]:
        short = await off_loop(shortener.guarded, short_messages, messages)
        async for chunk in inner(self, short, *args, **options):
            yield chunk

    return stream
