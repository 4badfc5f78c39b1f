"""Conversations drawn at random: users speak, models call tools, tools answer, in every shape a client may use.

A drawn conversation is a list of steps that no API knows; `as_messages` says it in one shape, or each step in its own.
"""

from __future__ import annotations

import json
import random
from typing import Any, NamedTuple

from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

SHAPES = ("anthropic", "chat", "responses", "gemini", "converse")
_TOOLS = ("Bash", "Read", "mcp__ci__job_log", "search", "mcp__headroom__headroom_retrieve", "view_file")
_COMMANDS = ("pytest -q", "make", "cat app.log", "git status", "grep -rn TODO src")
_SAID = (
    "why does the build fail?",
    "find every FATAL entry",
    "<system-reminder>be brief</system-reminder>fix it",
    "",
    "thanks \ud83d",
)


class Step(NamedTuple):
    """One thing that happens. kind: said · thought · call · result."""

    kind: str
    text: str = ""
    id: str = ""
    tool: str = ""
    arguments: dict[str, Any] | None = None


class Message(BaseModel):
    """A message as a client's library holds it."""

    model_config = ConfigDict(extra="allow")
    role: str = ""


class Block(BaseModel):
    """A block as a client's library holds it."""

    model_config = ConfigDict(extra="allow")


def _log(rng: random.Random) -> str:
    rows = rng.randint(1, 70)
    odd = rng.randrange(rows)
    lines = [
        f"2026-03-14T03:00:{i % 60:02d}Z INFO worker-{rng.randint(1, 3)} request {i} done in {i * 7 % 90} ms"
        for i in range(rows)
    ]
    lines[odd] = f"2026-03-14T03:00:{odd % 60:02d}Z FATAL worker-2 pool exhausted after {rng.randint(1, 999)} requests"
    return "\n".join(lines)


def _tests(rng: random.Random) -> str:
    count = rng.randint(1, 60)
    lines = [f"tests/test_card.py::test_number_{i} PASSED [{i * 100 // count:3d}%]" for i in range(count)]
    lines.insert(rng.randrange(count), "E   AssertionError: assert 3 == 4")
    return "\n".join([*lines, f"==== 1 failed, {count} passed in 0.{rng.randint(10, 99)}s ===="])


def _json(rng: random.Random) -> str:
    rows = [
        {"id": i, "state": rng.choice(("ok", "ok", "late")), "note": f"parcel {i}"} for i in range(rng.randint(1, 60))
    ]
    return json.dumps(rows, indent=rng.choice((None, 1)))


def _source(rng: random.Random) -> str:
    return "\n".join(
        f"def area_{i}(width, height):\n    return width * height * {i}\n" for i in range(rng.randint(1, 25))
    )


def _odd(rng: random.Random) -> str:
    return rng.choice(
        ("", "ok", "\ud800" * 40, "\x1b[31mred\x1b[0m\r\n" * 30, "<keep>" + _log(rng) + "</keep>", "café\u2028" * 60)
    )


def _output(rng: random.Random) -> str:
    return rng.choice((_log, _log, _tests, _json, _source, _odd))(rng)


def drawn_steps(rng: random.Random, count: int) -> list[Step]:
    """Draw what happens in a conversation; now and then a result without its call, or before it, or a call twice."""
    drawn: list[Step] = []
    printed = [_output(rng) for _ in range(3)]
    for number in range(count):
        roll = rng.random()
        if roll < 0.2:
            drawn.append(Step("said", rng.choice(_SAID)))
        elif roll < 0.3:
            drawn.append(Step("thought", "I will look at the log first."))
        else:
            tool = rng.choice(_TOOLS)
            given = {"command": rng.choice(_COMMANDS)} if tool == "Bash" else {"file_path": "/src/card.py"}
            text = rng.choice(printed) if rng.random() < 0.5 else _output(rng)
            pair = [Step("call", "", f"call_{number}", tool, given), Step("result", text, f"call_{number}", tool)]
            drawn.extend(pair[::-1] if rng.random() < 0.05 else pair[rng.random() < 0.05 :])
    return drawn


@st.composite
def conversations(draw: st.DrawFn, shape: str = "mixed", most: int = 14) -> list[Any]:
    """Draw a list of messages in `shape`; "mixed": each message in its own, some as objects."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    return as_messages(drawn_steps(rng, draw(st.integers(0, most))), shape, rng)


def as_messages(happened: list[Step], shape: str, rng: random.Random) -> list[Any]:
    """Return the steps as messages. A call and its result are in the same shape, or ids would not meet."""
    messages: list[Any] = []
    of_call = {step.id: rng.choice(SHAPES) for step in happened if step.id}
    for step in happened:
        form = shape if shape != "mixed" else of_call.get(step.id) or rng.choice(SHAPES)
        message = _SAY[form](step, rng)
        if shape == "mixed" and rng.random() < 0.2:
            message = Message(**message)
        messages.append(message)
    return messages


def _blocks(text: str, rng: random.Random, kind: str = "text") -> Any:
    if rng.random() < 0.5:
        return text
    blocks: list[Any] = [{"type": kind, "text": text}]
    if rng.random() < 0.3:
        blocks.append({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0K"}})
    if rng.random() < 0.3:
        blocks[0]["cache_control"] = {"type": "ephemeral"}
    return blocks


def _anthropic(step: Step, rng: random.Random) -> dict[str, Any]:
    if step.kind == "said":
        return {"role": "user", "content": _blocks(step.text, rng)}
    if step.kind == "thought":
        return {"role": "assistant", "content": [{"type": "thinking", "thinking": step.text, "signature": "c2ln"}]}
    if step.kind == "call":
        use: Any = {"type": "tool_use", "id": step.id, "name": step.tool, "input": step.arguments}
        return {"role": "assistant", "content": [Block(**use) if rng.random() < 0.3 else use]}
    block = {"type": "tool_result", "tool_use_id": step.id, "content": _blocks(step.text, rng)}
    return {"role": "user", "content": [block, *([{"type": "text", "text": "go on"}] if rng.random() < 0.2 else [])]}


def _chat(step: Step, rng: random.Random) -> dict[str, Any]:
    if step.kind in ("said", "thought"):
        return {"role": "user" if step.kind == "said" else "assistant", "content": step.text}
    if step.kind == "call":
        function: Any = {"name": step.tool, "arguments": json.dumps(step.arguments)}
        call = {"id": step.id, "type": "function", "function": Block(**function) if rng.random() < 0.3 else function}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"role": "tool", "tool_call_id": step.id, "content": _blocks(step.text, rng)}


def _responses(step: Step, rng: random.Random) -> dict[str, Any]:
    if step.kind == "said":
        return {"type": "message", "role": "user", "content": _blocks(step.text, rng, "input_text")}
    if step.kind == "thought":
        return {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "sealed"}
    if step.kind == "call":
        return {"type": "function_call", "call_id": step.id, "name": step.tool, "arguments": json.dumps(step.arguments)}
    return {"type": "function_call_output", "call_id": step.id, "output": _blocks(step.text, rng, "input_text")}


def _gemini(step: Step, rng: random.Random) -> dict[str, Any]:
    named = {"id": step.id}
    if step.kind in ("said", "thought"):
        return {"role": "user" if step.kind == "said" else "model", "parts": [{"text": step.text}]}
    if step.kind == "call":
        call = {**named, "name": step.tool, "args": step.arguments}
        return {"role": "model", "parts": [{"functionCall": call, "thoughtSignature": "c2ln"}]}
    response = rng.choice(({"output": step.text}, {"result": {"content": [{"text": step.text}]}, "exit": 0}))
    return {"role": "user", "parts": [{"functionResponse": {**named, "name": step.tool, "response": response}}]}


def _converse(step: Step, rng: random.Random) -> dict[str, Any]:
    if step.kind in ("said", "thought"):
        return {"role": "user" if step.kind == "said" else "assistant", "content": [{"text": step.text}]}
    if step.kind == "call":
        use = {"toolUseId": step.id, "name": step.tool, "input": step.arguments}
        return {"role": "assistant", "content": [{"toolUse": use}]}
    result = {"toolUseId": step.id, "content": [{"text": step.text}], "status": "success"}
    return {"role": "user", "content": [{"toolResult": result}]}


_SAY = {"anthropic": _anthropic, "chat": _chat, "responses": _responses, "gemini": _gemini, "converse": _converse}


def plain(value: Any) -> Any:
    """Return `value` with objects as dicts, so that messages can be compared and written down."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value
