"""A LangChain agent whose tool results are short: `pip install 'headroom-mcp[langchain]' langchain-openai`.

OPENAI_API_KEY=… python examples/integrations/langchain_agent.py "which imports does this project have?"
"""

from __future__ import annotations

import subprocess
import sys

from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from headroom_mcp.integrations.langchain import HeadroomMiddleware


@tool
def search(pattern: str = "import") -> str:
    """Search the files of this folder."""
    return subprocess.run(["grep", "-rn", pattern, "."], capture_output=True, text=True, timeout=60, check=False).stdout


if __name__ == "__main__":
    agent = create_agent(ChatOpenAI(model="gpt-4.1"), [search], middleware=[HeadroomMiddleware()])
    question = sys.argv[1] if len(sys.argv) > 1 else "Which imports does this project have?"
    for message in agent.invoke({"messages": [{"role": "user", "content": question}]})["messages"]:
        message.pretty_print()
