"""LiteLLM with one line more: `pip install 'headroom-mcp[litellm]'`.

OPENAI_API_KEY=… python examples/integrations/litellm_call.py
"""

from __future__ import annotations

import litellm

from headroom_mcp.integrations.litellm import HeadroomCallback

litellm.callbacks = [HeadroomCallback()]

log = "\n".join("ERROR job 1700: disk full" if job == 1700 else f"INFO job {job} done" for job in range(3000))
call = {"id": "1", "type": "function", "function": {"name": "shell", "arguments": '{"command": "cat jobs.log"}'}}
messages = [
    {"role": "user", "content": "Why did the night's jobs fail?"},
    {"role": "assistant", "content": None, "tool_calls": [call]},
    {"role": "tool", "tool_call_id": "1", "content": log},
]

if __name__ == "__main__":
    answer = litellm.completion(model="openai/gpt-4.1", messages=messages)
    print(answer.choices[0].message.content)
