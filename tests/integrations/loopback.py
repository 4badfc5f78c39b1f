"""A model on loopback: it asks for tools for some turns, then answers, and records every request as it came.

It speaks Anthropic messages, OpenAI chat and OpenAI responses, streamed or not, chosen by the path. Which turn it is,
the request itself says, so one model serves many conversations at once.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

Json = dict[str, Any]


class Request(NamedTuple):
    """One request: where to, its headers and its body, byte for byte."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def rows(self) -> list[Any]:
        """The conversation: `messages`, or `input`."""
        body = self.json
        rows = body.get("messages", body.get("input"))
        return rows if isinstance(rows, list) else []

    @property
    def results(self) -> list[str]:
        """The texts of the tool results in it, in order."""
        return [_text(result) for result in _results(self.rows)]


class Model:
    """The scripted model. `turns` times it calls the first foreign tool `parallel` times, with {"n": 0}, {"n": 1} …"""

    def __init__(self, turns: int = 5, parallel: int = 2) -> None:
        self.turns = turns
        self.parallel = parallel
        self.requests: list[Request] = []
        self.script: Callable[[Json, int], list[Json]] | None = None
        self._ids = itertools.count(1)
        handler = type("Handler", (_Handler,), {"model": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Model:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def calls(self, body: Json) -> list[Json]:
        """Return the tool calls of the reply to `body`: name and arguments; [] for the last turn."""
        rows = body.get("messages", body.get("input"))
        rows = rows if isinstance(rows, list) else []
        turn = _turns(rows)
        if body.get("previous_response_id"):  # the history stays with the provider: this model has none
            return []
        if self.script is not None:
            return self.script(body, turn)
        names = [name for name in _tool_names(body) if not name.endswith("headroom_retrieve")]
        if turn >= self.turns or not names:
            return []
        first = turn * self.parallel
        return [{"name": names[0], "arguments": {"n": first + index}} for index in range(self.parallel)]

    def new_id(self, prefix: str) -> str:
        """Return an id that no other reply has."""
        return f"{prefix}_{next(self._ids)}"


class _Handler(BaseHTTPRequestHandler):
    model: Model
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._send(b'{"data": [], "object": "list"}', "application/json")

    def do_POST(self) -> None:
        body = self._body()
        request = Request(self.path, {key.lower(): value for key, value in self.headers.items()}, body)
        self.model.requests.append(request)
        given = request.json
        path = self.path.partition("?")[0]
        if path.endswith("/count_tokens"):
            self._send(json.dumps({"input_tokens": len(body) // 4}).encode(), "application/json")
            return
        make = next((make for end, make in _REPLIES.items() if path.endswith(end)), None)
        if make is None:
            self._send(
                b'{"data": [{"embedding": [0.5], "index": 0, "object": "embedding"}], "object": "list", "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}',
                "application/json",
            )
            return
        whole, events = make(self.model, given)
        if given.get("stream"):
            stream = "".join(events).encode()
            self._send(stream, "text/event-stream")
        else:
            self._send(json.dumps(whole).encode(), "application/json")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _event(data: Json, name: str = "") -> str:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n"


def _anthropic(model: Model, body: Json) -> tuple[Json, Iterator[str]]:
    calls = model.calls(body)
    blocks: list[Json] = [
        {"type": "tool_use", "id": model.new_id("toolu"), "name": call["name"], "input": call["arguments"]}
        for call in calls
    ] or [{"type": "text", "text": "All done."}]
    message: Json = {
        "id": model.new_id("msg"), "type": "message", "role": "assistant", "model": body.get("model", "m"),
        "content": blocks, "stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }  # fmt: skip

    def events() -> Iterator[str]:
        yield _event(
            {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}, "message_start"
        )
        for index, block in enumerate(blocks):
            empty = {**block, "input": {}} if block["type"] == "tool_use" else {**block, "text": ""}
            delta = (
                {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
                if block["type"] == "tool_use"
                else {"type": "text_delta", "text": block["text"]}
            )
            yield _event({"type": "content_block_start", "index": index, "content_block": empty}, "content_block_start")
            yield _event({"type": "content_block_delta", "index": index, "delta": delta}, "content_block_delta")
            yield _event({"type": "content_block_stop", "index": index}, "content_block_stop")
        stop = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        yield _event({"type": "message_delta", "delta": stop, "usage": {"output_tokens": 5}}, "message_delta")
        yield _event({"type": "message_stop"}, "message_stop")

    return message, events()


def _chat(model: Model, body: Json) -> tuple[Json, Iterator[str]]:
    calls = [
        {
            "id": model.new_id("call"), "type": "function",
            "function": {"name": call["name"], "arguments": json.dumps(call["arguments"])},
        }
        for call in model.calls(body)
    ]  # fmt: skip
    message: Json = {"role": "assistant", "content": None if calls else "All done."}
    if calls:
        message["tool_calls"] = calls
    reason = "tool_calls" if calls else "stop"
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    head: Json = {"id": model.new_id("chatcmpl"), "created": 1, "model": body.get("model", "m")}
    whole = {
        **head, "object": "chat.completion", "usage": usage,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
    }  # fmt: skip

    def events() -> Iterator[str]:
        def chunk(delta: Json, finish: str | None = None) -> str:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            return _event({**head, "object": "chat.completion.chunk", "choices": [choice]})

        yield chunk({"role": "assistant", "content": None if calls else ""})
        for index, call in enumerate(calls):
            yield chunk({"tool_calls": [{"index": index, **call}]})
        if not calls:
            yield chunk({"content": "All done."})
        yield chunk({}, reason)
        yield _event({**head, "object": "chat.completion.chunk", "choices": [], "usage": usage})
        yield "data: [DONE]\n\n"

    return whole, events()


def _responses(model: Model, body: Json) -> tuple[Json, Iterator[str]]:
    output: list[Json] = [
        {
            "type": "function_call", "id": model.new_id("fc"), "call_id": model.new_id("call"), "status": "completed",
            "name": call["name"], "arguments": json.dumps(call["arguments"]),
        }
        for call in model.calls(body)
    ] or [
        {
            "type": "message", "id": model.new_id("msg"), "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": "All done.", "annotations": []}],
        }
    ]  # fmt: skip
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    response: Json = {
        "id": model.new_id("resp"), "object": "response", "created_at": 1, "status": "completed", "error": None,
        "model": body.get("model", "m"), "output": output, "parallel_tool_calls": True, "tool_choice": "auto",
        "tools": [], "incomplete_details": None, "instructions": None, "metadata": {}, "temperature": 1.0, "top_p": 1.0,
        "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15, **details},
    }  # fmt: skip

    def events() -> Iterator[str]:
        numbers = itertools.count()

        def one(kind: str, **data: Any) -> str:
            return _event({"type": kind, "sequence_number": next(numbers), **data}, kind)

        yield one("response.created", response={**response, "status": "in_progress", "output": []})
        for index, item in enumerate(output):
            begun = {"arguments": ""} if item["type"] == "function_call" else {"content": []}
            yield one("response.output_item.added", output_index=index, item={**item, **begun, "status": "in_progress"})
            place = {"item_id": item["id"], "output_index": index}
            if item["type"] == "function_call":
                yield one("response.function_call_arguments.delta", delta=item["arguments"], **place)
                yield one(
                    "response.function_call_arguments.done", arguments=item["arguments"], name=item["name"], **place
                )
            else:
                part = item["content"][0]
                yield one("response.content_part.added", content_index=0, part={**part, "text": ""}, **place)
                yield one("response.output_text.delta", content_index=0, delta=part["text"], logprobs=[], **place)
                yield one("response.output_text.done", content_index=0, text=part["text"], logprobs=[], **place)
                yield one("response.content_part.done", content_index=0, part=part, **place)
            yield one("response.output_item.done", output_index=index, item=item)
        yield one("response.completed", response=response)

    return response, events()


_REPLIES = {"/messages": _anthropic, "/chat/completions": _chat, "/responses": _responses}


def _turns(rows: list[Any]) -> int:
    """Count the assistant's turns that called tools: runs of them, since one turn may be several items."""
    count = 0
    before = False
    for row in rows:
        content = row.get("content")
        calls = bool(row.get("tool_calls")) or row.get("type") == "function_call" or (
            row.get("role") == "assistant"
            and isinstance(content, list)
            and any(block.get("type") == "tool_use" for block in content)
        )  # fmt: skip
        count += calls and not before
        before = calls
    return count


def _tool_names(body: Json) -> list[str]:
    return [tool.get("name") or tool.get("function", {}).get("name", "") for tool in body.get("tools") or ()]


def _results(rows: list[Any]) -> Iterator[Any]:
    for row in rows:
        if row.get("role") == "tool":
            yield row.get("content")
        elif row.get("type") == "function_call_output":
            yield row.get("output")
        elif isinstance(row.get("content"), list):
            for block in row["content"]:
                if block.get("type") == "tool_result":
                    yield block.get("content")


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(block.get("text", "") for block in content)
    return content or ""
