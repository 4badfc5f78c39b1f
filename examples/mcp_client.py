"""Talk to the server as any agent does: start it, list its tools, read a file compressed, fetch a slice.

Run: python examples/mcp_client.py
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile

from mcp import Client, StdioServerParameters


async def ask(client: Client, tool: str, **arguments: object) -> str:
    """Return the text that a model would read as the answer of `tool`."""
    answer = await client.call_tool(tool, arguments)
    return "\n".join(block.text for block in answer.content if block.type == "text")


async def main() -> None:
    with tempfile.TemporaryDirectory() as project:
        with open(os.path.join(project, "access.log"), "w", encoding="utf-8") as file:
            for hit in range(2000):
                status = 500 if hit == 1234 else 200
                file.write(f'10.0.0.{hit % 50} - - "GET /item/{hit} HTTP/1.1" {status} {300 + hit % 90}\n')
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "headroom_mcp", "serve"],
            cwd=project,
            env={**os.environ, "CLAUDE_PROJECT_DIR": project, "HEADROOM_HOME": os.path.join(project, ".headroom")},
        )
        async with Client(server) as client:
            print("tools:", ", ".join(tool.name for tool in (await client.list_tools()).tools))

            shown = await ask(client, "compress", path="access.log", query="status 500")
            print(shown)

            ref = shown.rsplit("[headroom ", 1)[1].split(":")[0]
            print(await ask(client, "headroom_retrieve", ref=ref, lines="1234-1236"))
            print(await ask(client, "headroom_stats"))


asyncio.run(main())
