"""Recorded sessions as the messages of a client, and what `compress` makes of them.

headroom replay --sessions DIR --as anthropic|openai
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from headroom_mcp.context import shapes
from headroom_mcp.context.compress import compress
from headroom_mcp.evals.recorded.sessions import Step
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store


def as_anthropic(task: str, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return a session as messages of Anthropic's API."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": task}]
    for number, step in enumerate(steps):
        use = {"type": "tool_use", "id": f"toolu_{number}", "name": step.tool_name, "input": step.tool_input}
        result = {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": step.output}
        messages += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    return messages


def as_openai(task: str, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return a session as messages of OpenAI's chat API."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": task}]
    for number, step in enumerate(steps):
        function = {"name": step.tool_name, "arguments": json.dumps(step.tool_input)}
        call = {"id": f"call_{number}", "type": "function", "function": function}
        messages += [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": f"call_{number}", "content": step.output},
        ]
    return messages


FORMS: dict[str, Callable[[str, Sequence[Step]], list[dict[str, Any]]]] = {
    "anthropic": as_anthropic,
    "openai": as_openai,
}


def shown(form: str, task: str, steps: Sequence[Step], store: Store, settings: Settings) -> list[str]:
    """Return what a model would be shown of each step, the conversation compressed as a whole."""
    messages = compress(FORMS[form](task, steps), settings=settings, store=store).messages
    found = [e for message in messages for e in shapes.events(message) or [] if isinstance(e, shapes.Returned)]
    return [returned.places[0].text for returned in found]
