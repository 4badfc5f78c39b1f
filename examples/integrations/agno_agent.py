"""An Agno agent whose tool results are short: `pip install 'headroom-mcp[agno]' openai`.

OPENAI_API_KEY=… python examples/integrations/agno_agent.py "which imports does this project have?"
"""

from __future__ import annotations

import subprocess
import sys

from agno.agent import Agent
from agno.models.openai import OpenAIChat

from headroom_mcp.integrations.agno import HeadroomCompressionManager, retrieval_tool


def search(pattern: str = "import") -> str:
    """Search the files of this folder."""
    return subprocess.run(["grep", "-rn", pattern, "."], capture_output=True, text=True, timeout=60, check=False).stdout


if __name__ == "__main__":
    agent = Agent(
        model=OpenAIChat(id="gpt-4.1"),
        tools=[search, retrieval_tool()],
        compression_manager=HeadroomCompressionManager(),
        telemetry=False,
    )
    run = agent.run(sys.argv[1] if len(sys.argv) > 1 else "Which imports does this project have?")
    for message in run.messages or []:
        print(f"{message.role}: {message.compressed_content or message.content}")
