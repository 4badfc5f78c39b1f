"""Requests of one conversation, in the shapes of three providers."""

from __future__ import annotations

import copy
from typing import Any

Body = dict[str, Any]
MARK = {"type": "ephemeral"}


def anthropic(turns: int, *, words: int = 900, marks: bool = True) -> Body:
    """Return the request after so many tool calls: tools and system text of some thousand tokens, then the messages."""
    body: Body = {
        "model": "claude-opus-5-5",
        "max_tokens": 4_000,
        "tools": [_tool(name) for name in ("Bash", "Edit", "Read")],
        "system": [{"type": "text", "text": "You are a careful engineer. " * words}],
        "thinking": {"type": "adaptive"},
        "messages": [{"role": "user", "content": [{"type": "text", "text": "why does the build fail?"}]}],
    }
    for turn in range(turns):
        body["messages"] += [
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": f"look at {turn}", "signature": "c2ln"},
                    {
                        "type": "tool_use",
                        "id": f"t{turn}",
                        "name": "Bash",
                        "input": {"command": f"cat {turn}.log", "timeout": 5},
                    },
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": f"t{turn}", "content": f"line {turn} of the log\n" * 30}
                ],
            },
        ]
    if marks:
        body["tools"][-1]["cache_control"] = MARK
        body["system"][-1]["cache_control"] = MARK
        body["messages"][-1]["content"][-1]["cache_control"] = MARK
    return body


def openai(turns: int) -> Body:
    """Return the same as OpenAI chat."""
    messages: list[Body] = [
        {"role": "system", "content": "You are a careful engineer. " * 900},
        {"role": "user", "content": "why does the build fail?"},
    ]
    for turn in range(turns):
        function = {"name": "shell", "arguments": f'{{"command": "cat {turn}.log"}}'}
        messages += [
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": f"t{turn}", "type": "function", "function": function}],
            },
            {"role": "tool", "tool_call_id": f"t{turn}", "content": f"line {turn} of the log\n" * 30},
        ]
    tools = [{"type": "function", "function": _tool(name)} for name in ("apply", "shell", "view")]
    return {"model": "gpt-6", "tools": tools, "reasoning_effort": "high", "messages": messages}


def gemini(turns: int) -> Body:
    """Return the same as Gemini."""
    contents: list[Body] = [{"role": "user", "parts": [{"text": "why does the build fail?"}]}]
    for turn in range(turns):
        contents += [
            {"role": "model", "parts": [{"functionCall": {"name": "shell", "args": {"command": f"cat {turn}.log"}}}]},
            {
                "role": "user",
                "parts": [{"functionResponse": {"name": "shell", "response": {"output": f"line {turn}\n" * 60}}}],
            },
        ]
    system = {"parts": [{"text": "You are a careful engineer. " * 900}]}
    return {
        "model": "gemini-3-pro",
        "systemInstruction": system,
        "tools": [{"functionDeclarations": [_tool("shell")]}],
        "contents": contents,
    }


def changed(body: Body, change: Any) -> Body:
    """Return a copy on which `change` has been at work."""
    new = copy.deepcopy(body)
    change(new)
    return new


def _tool(name: str) -> Body:
    properties = {"command": {"type": "string", "description": "what to run"}, "timeout": {"type": "integer"}}
    schema = {"type": "object", "properties": properties, "required": ["command"]}
    return {"name": name, "description": f"{name} does what it is asked. " * 40, "input_schema": schema}
