"""What all integrations share: one tool result made short, off the event loop, and the way back to its original.

The short form depends on the result, the call and the question that stood before it, on nothing else, so a request that
is sent again has the same bytes and the provider's prompt cache holds.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from headroom_mcp.flow.compress import compress_output
from headroom_mcp.integrations import _worker
from headroom_mcp.integrations._worker import off_loop
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.settings import environment, fault_log
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.switches import is_off
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.text import marker
from headroom_mcp.types import HeadroomError, Origin, ToolInput

RETRIEVAL_TOOL = "headroom_retrieve"
_MEMO = 512  # short forms kept: retries and router attempts hand over the same originals again
_MAX_ANSWER_TOKENS = 4000


class ResultShortener:
    """Makes tool results short for one program, which `project` (by default the working directory) names in the store.

    Threads may share it: the store is opened for each result that is shortened. `enabled` may be set to False and back at
    any time; `headroom off` and the setting `enabled` count as well. `worker`: large texts that an event loop waits for are made
    short in a process of their own, see `_worker`. Nothing that it is given makes it raise.
    """

    def __init__(self, *, settings: Settings | None = None, project: str = "", session: str = "") -> None:
        self.enabled = True
        self.worker = True
        self.project = project or environment.project_dir()
        self.session = session
        self._settings = settings
        self._known: OrderedDict[bytes, str] = OrderedDict()
        self._lock = threading.Lock()

    def short(self, text: str, tool: str = "", arguments: object = None, query: str = "") -> str:
        """Return the short form of what `tool` answered to `arguments` (a mapping or JSON), or `text` as it is.

        `query` is what the user had asked for before the call.
        """
        try:
            if not self.enabled or not isinstance(text, str) or is_retrieval(tool):
                return text
            if self.worker and _worker.awaited() and len(text) >= _worker.LARGE_CHARS:
                place = (_worker.as_json(self._settings), self.project, self.session)
                done, short = _worker.beside.ask(_worker.result, *place, text, [tool, mapping(arguments), query])
                if done:
                    return str(short)
            settings = self._settings or load_settings()
            if is_off(settings, self.session):
                return text
            given = mapping(arguments)
            key = _digest(text, tool, given, query)
            with self._lock:
                if key in self._known:
                    self._known.move_to_end(key)
                    return self._known[key]
            # What this context has been shown before depends on order, and requests are sent again: no repeats.
            result = compress_output(
                text,
                tool_name=tool,
                tool_input=given,
                query=query,
                origin=Origin(self.session, project=self.project),
                settings=settings._replace(repeats=False),
            )
            if result.outcome != "failed":
                self._remember(key, result.text)
            return result.text
        except Exception as error:  # a hook that raises would end the caller's run
            self.trouble(error)
            return text

    async def short_async(self, text: str, tool: str = "", arguments: object = None, query: str = "") -> str:
        """Return `short(…)`, found while the event loop goes on: a large text takes tens of milliseconds."""
        return await off_loop(self.short, text, tool, arguments, query)

    def guarded(self, change: Callable[[ResultShortener, Any], Any], request: Any) -> Any:
        """Return `change(self, request)`, or `request` as it is where that raises or shortening is off."""
        try:
            return change(self, request) if self.enabled else request
        except Exception as error:
            self.trouble(error)
            return request

    def trouble(self, error: Exception) -> None:
        """Note a fault of ours where `headroom doctor` finds it."""
        fault_log.record("integrations", error, self._settings)

    def _remember(self, key: bytes, text: str) -> None:
        with self._lock:
            self._known[key] = text
            while len(self._known) > _MEMO:
                self._known.popitem(last=False)

    def retrieve(self, ref: str, lines: str = "", query: str = "", json_path: str = "") -> str:
        """Return a slice of the original `ref`, or what to do instead. Raises nothing: its reader is a model."""
        try:
            with self._store() as store:
                return retrieve(
                    marker.ref_in(ref),
                    query=query or None,
                    lines=lines or None,
                    json_path=json_path or None,
                    max_tokens=_MAX_ANSWER_TOKENS,
                    store=store,
                    project=self.project or None,
                    session=self.session,
                )
        except HeadroomError as error:
            return str(error)

    def _store(self) -> Store:
        return open_store(self._settings or load_settings())

    def retrieval_function(self) -> Callable[..., str]:
        """Return `retrieve` as a plain function with the name, types and description that frameworks make a tool of."""

        def headroom_retrieve(ref: str, lines: str = "", query: str = "", json_path: str = "") -> str:
            """Get back lines left out of a tool output that ends in [headroom REF …].

            Args:
                ref: the REF of that last line
                lines: "120-180", as in […] markers; "-50" for the last 50
                query: words to find
                json_path: like $.items[3].name
            """
            return self.retrieve(ref, lines, query, json_path)

        return headroom_retrieve


def is_retrieval(tool: str) -> bool:
    """Tell whether `tool` is ours, bare or with a server's prefix: what it gives back must not be shortened again."""
    return tool == RETRIEVAL_TOOL or tool.endswith(f"__{RETRIEVAL_TOOL}")


def mapping(arguments: object) -> ToolInput | None:
    """Return a call's arguments as a dict: given as a mapping, as JSON text, or as an object with fields; else None."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            return None
    if isinstance(arguments, Mapping):
        return {str(key): value for key, value in arguments.items()}
    dump = getattr(arguments, "model_dump", None)
    given = dump() if callable(dump) else None
    return given if isinstance(given, dict) else None


def _digest(text: str, tool: str, given: ToolInput | None, query: str) -> bytes:
    call = json.dumps([tool, given, query], default=str, sort_keys=True)
    return hashlib.sha256(f"{call}\0{text}".encode("utf-8", "surrogatepass")).digest()


def said(content: Any) -> str:
    """Return the text of a message's `content`: a string, or the texts of its blocks (dicts or objects)."""
    if isinstance(content, str):
        return content
    if not isinstance(content, (list, tuple)):
        return ""
    texts = [block if isinstance(block, str) else field(block, "text") for block in content]
    return "\n".join(text for text in texts if isinstance(text, str) and text)


def field(value: Any, name: str) -> Any:
    """Return the field `name` of a dict or an object, None if it has none."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
