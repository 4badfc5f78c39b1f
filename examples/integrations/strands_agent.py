"""A Strands agent whose tool results are short: `pip install 'headroom-mcp[strands]' 'strands-agents[openai]'`.

OPENAI_API_KEY=… python examples/integrations/strands_agent.py "which imports does this project have?"
"""

from __future__ import annotations

import json
import subprocess
import sys

from strands import Agent, tool
from strands.models.openai import OpenAIModel

from headroom_mcp.integrations.strands import HeadroomHooks


@tool
def search(pattern: str = "import") -> str:
    """Search the files of this folder."""
    return subprocess.run(["grep", "-rn", pattern, "."], capture_output=True, text=True, timeout=60, check=False).stdout


if __name__ == "__main__":
    agent = Agent(model=OpenAIModel(model_id="gpt-4.1"), tools=[search], hooks=[HeadroomHooks()], callback_handler=None)
    agent(sys.argv[1] if len(sys.argv) > 1 else "Which imports does this project have?")
    for message in agent.messages:
        print(json.dumps(message, indent=1, ensure_ascii=False).replace("\\n", "\n"))
