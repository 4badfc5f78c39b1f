"""How hosts speak to a model: the APIs that the scripted one (`fake_api`) can be, each a few functions.

A turn is given as content blocks in the words of Anthropic's API ({"type": "text", "text": …}, {"type": "tool_use", "id",
"name", "input"}); a dialect says how its own API streams them, and finds what the model was shown for each call.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

Body = dict[str, Any]
Block = dict[str, Any]
_USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


class Dialect(NamedTuple):
    """One API. `path` is how the address of a request for a turn ends, without its query; others get "{}".

    results: a request's body → what it shows for each tool call, by the call's id · stream: blocks and the body → the
    server-sent events of one answer · whole: the same as one JSON object, for a body that asks for no stream.
    """

    path: str
    results: Callable[[Body], dict[str, str]]
    stream: Callable[[list[Block], Body], str]
    whole: Callable[[list[Block], Body], Body]


def text_of(content: Any) -> str:
    """Return the text of a result's content: a text, or a list of parts with texts in them."""
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else json.dumps(content)


# OpenAI's chat completions: Qwen Code, opencode, Copilot CLI


def _chat_results(body: Body) -> dict[str, str]:
    messages = body.get("messages", ())
    return {one["tool_call_id"]: text_of(one.get("content")) for one in messages if one.get("role") == "tool"}


def _chat_message(blocks: list[Block]) -> Body:
    calls = [
        {
            "index": index,
            "id": block["id"],
            "type": "function",
            "function": {"name": block["name"], "arguments": json.dumps(block["input"])},
        }
        for index, block in enumerate(block for block in blocks if block["type"] == "tool_use")
    ]
    texts = "".join(block["text"] for block in blocks if block["type"] == "text")
    return {"role": "assistant", "content": texts or None, **({"tool_calls": calls} if calls else {})}


def _chat_stream(blocks: list[Block], body: Body) -> str:
    message = _chat_message(blocks)
    reason = "tool_calls" if "tool_calls" in message else "stop"
    head = {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1, "model": body.get("model", "fake")}
    chunks: list[Body] = [
        {**head, "choices": [{"index": 0, "delta": message, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}], "usage": _USAGE},
    ]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


def _chat_whole(blocks: list[Block], body: Body) -> Body:
    message = _chat_message(blocks)
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": "tool_calls" if "tool_calls" in message else "stop",
    }
    model = body.get("model", "fake")
    return {
        "id": "chatcmpl-fake", "object": "chat.completion", "created": 1, "model": model, "choices": [choice], "usage": _USAGE,
    }  # fmt: skip


CHAT = Dialect("/chat/completions", _chat_results, _chat_stream, _chat_whole)


# OpenAI's responses: Codex CLI


def _responses_results(body: Body) -> dict[str, str]:
    found = body.get("input")
    items = found if isinstance(found, list) else ()
    return {one["call_id"]: text_of(one.get("output")) for one in items if one.get("type") == "function_call_output"}


def _response_items(blocks: list[Block]) -> list[Body]:
    items: list[Body] = []
    for index, block in enumerate(blocks):
        if block["type"] == "text":
            content = [{"type": "output_text", "text": block["text"], "annotations": []}]
            items.append({"type": "message", "id": f"msg_{index}", "role": "assistant", "content": content})
            continue
        # "mcp__headroom/headroom_retrieve": a tool of a namespace
        namespace, _, name = block["name"].rpartition("/")
        call = {
            "type": "function_call",
            "id": f"fc_{block['id']}",
            "call_id": block["id"],
            "name": name,
            "arguments": json.dumps(block["input"]),
        }
        items.append({**call, **({"namespace": namespace} if namespace else {})})
    return items


def _responses_whole(blocks: list[Block], body: Body) -> Body:
    usage = {
        "input_tokens": 10, "output_tokens": 5, "total_tokens": 15, "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }  # fmt: skip
    return {
        "id": "resp_fake", "object": "response", "status": "completed", "model": body.get("model", "fake"),
        "output": _response_items(blocks), "usage": usage,
    }  # fmt: skip


def _responses_stream(blocks: list[Block], body: Body) -> str:
    whole = _responses_whole(blocks, body)
    events: list[Body] = [{"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}}]
    for index, item in enumerate(whole["output"]):
        events.append({"type": "response.output_item.added", "output_index": index, "item": item})
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    events.append({"type": "response.completed", "response": whole})
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)


RESPONSES = Dialect("/responses", _responses_results, _responses_stream, _responses_whole)


# Google's generateContent: Gemini CLI


def _gemini_results(body: Body) -> dict[str, str]:
    shown: dict[str, str] = {}
    for content in body.get("contents", ()):
        for part in content.get("parts", ()):
            response = part.get("functionResponse")
            if isinstance(response, dict):
                said = response.get("response", {})
                text = said.get("output", said.get("error", "")) if isinstance(said, dict) else said
                shown[str(response.get("id") or len(shown))] = text_of(text)
    return shown


def _gemini_whole(blocks: list[Block], body: Body) -> Body:
    parts: list[Body] = []
    for block in blocks:
        if block["type"] == "text":
            parts.append({"text": block["text"]})
        else:
            parts.append({"functionCall": {"id": block["id"], "name": block["name"], "args": block["input"]}})
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15}
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "fake"}


def _gemini_stream(blocks: list[Block], body: Body) -> str:
    return f"data: {json.dumps(_gemini_whole(blocks, body))}\n\n"


GEMINI = Dialect("GenerateContent", _gemini_results, _gemini_stream, _gemini_whole)
