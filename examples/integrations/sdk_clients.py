"""The Anthropic and OpenAI SDKs: `pip install 'headroom-mcp[anthropic,openai]'`.

ANTHROPIC_API_KEY=… OPENAI_API_KEY=… python examples/integrations/sdk_clients.py
"""

from __future__ import annotations

import anthropic
import openai

from headroom_mcp.integrations.anthropic import HeadroomMiddleware
from headroom_mcp.integrations.openai import HeadroomTransport

log = "\n".join("ERROR job 1700: disk full" if job == 1700 else f"INFO job {job} done" for job in range(3000))

if __name__ == "__main__":
    claude = anthropic.Anthropic(middleware=[HeadroomMiddleware()])
    use = {"type": "tool_use", "id": "1", "name": "shell", "input": {"command": "cat jobs.log"}}
    message = claude.messages.create(
        model="claude-opus-4-6",
        max_tokens=500,
        messages=[
            {"role": "user", "content": "Why did the night's jobs fail?"},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": log}]},
        ],
    )
    print(message.content)

    client = openai.OpenAI(http_client=openai.DefaultHttpxClient(transport=HeadroomTransport()))
    call = {"type": "function_call", "call_id": "1", "name": "shell", "arguments": '{"command": "cat jobs.log"}'}
    response = client.responses.create(
        model="gpt-4.1",
        input=[
            {"role": "user", "content": "Why did the night's jobs fail?"},
            call,
            {"type": "function_call_output", "call_id": "1", "output": log},
        ],
    )
    print(response.output_text)
