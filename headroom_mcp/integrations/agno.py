"""Agno: tool results made short in the place that Agno has for it; history, events and the session keep the originals.

    agent = Agent(model=…, tools=[…, retrieval_tool()], compression_manager=HeadroomCompressionManager())

`HeadroomAgnoModel(model)` does the same where only a model can be passed.
"""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._results import ResultShortener, said
from headroom_mcp.integrations._worker import off_loop
from headroom_mcp.settings.table import Settings

try:
    from agno.compression.manager import CompressionManager
    from agno.models.base import Model
    from agno.models.message import Message
    from agno.tools import tool
except ImportError as error:
    raise missing("agno", "agno", error) from error


class HeadroomCompressionManager(CompressionManager):
    """Gives each new tool message a short `compressed_content`, without a model. All runs of an agent share it."""

    def __init__(self, *, settings: Settings | None = None, project: str = "") -> None:
        super().__init__()
        self.shortener = ResultShortener(settings=settings, project=project)

    def should_compress(self, messages: list[Message], *_: Any, **__: Any) -> bool:
        """Tell whether there is a tool message that has not been looked at."""
        return self.shortener.enabled and any(_is_new(message) for message in messages)

    async def ashould_compress(self, messages: list[Message], *_: Any, **__: Any) -> bool:
        """As `should_compress`."""
        return self.should_compress(messages)

    def compress(self, messages: list[Message], *_: Any, **__: Any) -> None:
        """Set `compressed_content` of the tool messages that have none, to their content where it is short enough."""
        self.shortener.guarded(_note_short_forms, messages)

    async def acompress(self, messages: list[Message], *_: Any, **__: Any) -> None:
        """As `compress`, in a thread."""
        await off_loop(self.compress, messages)


def HeadroomAgnoModel(model: Model, *, settings: Settings | None = None, project: str = "") -> Model:  # noqa: N802 - it returns a model of a class made on the spot
    """Return a copy of `model` that makes the tool results of each request short; the run's messages keep them whole."""
    shortener = ResultShortener(settings=settings, project=project)
    base = type(model)
    methods: dict[str, Any] = {"__module__": __name__, "__doc__": base.__doc__}
    for name, make in _METHODS.items():
        methods[name] = make(getattr(base, name), shortener)
    wrapped = copy.copy(model)
    object.__setattr__(wrapped, "__class__", type(f"Headroom{base.__name__}", (base,), methods))
    return wrapped


def retrieval_tool(shortener: ResultShortener | None = None) -> Any:
    """Return the Agno tool that gives slices of originals back."""
    return tool((shortener or ResultShortener()).retrieval_function())


def _is_new(message: Message) -> bool:
    return message.role == "tool" and message.compressed_content is None and isinstance(message.content, str)


def _short_forms(shortener: ResultShortener, messages: Sequence[Message]) -> Iterator[tuple[int, str]]:
    """Yield the index and the short form of each tool message that has none yet."""
    query = ""
    for index, message in enumerate(messages):
        if message.role == "user":
            query = said(message.content) or query
        elif _is_new(message):
            short = shortener.short(str(message.content), message.tool_name or "", message.tool_args, query)
            yield index, short


def _note_short_forms(shortener: ResultShortener, messages: list[Message]) -> None:
    for index, short in _short_forms(shortener, messages):
        messages[index].compressed_content = short


def _short_messages(shortener: ResultShortener, messages: list[Message]) -> list[Message]:
    """Return `messages` with short tool messages in the place of long ones: the run's own objects stay as they are."""
    given = list(messages)
    for index, short in _short_forms(shortener, messages):
        if short != given[index].content:
            given[index] = given[index].model_copy(update={"content": short})
    return given


def _with(
    shortener: ResultShortener, args: tuple[Any, ...], options: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a call with the messages short, given by name or as the first argument."""
    if "messages" in options:
        return args, {**options, "messages": shortener.guarded(_short_messages, options["messages"])}
    return (shortener.guarded(_short_messages, args[0]), *args[1:]), options


def _invoke(inner: Callable[..., Any], shortener: ResultShortener) -> Any:
    def invoke(self: Any, *args: Any, **options: Any) -> Any:
        args, options = _with(shortener, args, options)
        return inner(self, *args, **options)

    return invoke


def _ainvoke(inner: Callable[..., Any], shortener: ResultShortener) -> Any:
    async def ainvoke(self: Any, *args: Any, **options: Any) -> Any:
        args, options = await off_loop(_with, shortener, args, options)
        return await inner(self, *args, **options)

    return ainvoke


def _invoke_stream(inner: Callable[..., Any], shortener: ResultShortener) -> Any:
    def invoke_stream(self: Any, *args: Any, **options: Any) -> Iterator[Any]:
        args, options = _with(shortener, args, options)
        yield from inner(self, *args, **options)

    return invoke_stream


def _ainvoke_stream(inner: Callable[..., Any], shortener: ResultShortener) -> Any:
    async def ainvoke_stream(self: Any, *args: Any, **options: Any) -> AsyncIterator[Any]:
        args, options = await off_loop(_with, shortener, args, options)
        async for chunk in inner(self, *args, **options):
            yield chunk

    return ainvoke_stream


_METHODS = {
    "invoke": _invoke,
    "ainvoke": _ainvoke,
    "invoke_stream": _invoke_stream,
    "ainvoke_stream": _ainvoke_stream,
}
