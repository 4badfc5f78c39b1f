"""A stdio MCP server of one tool, `rows(count)`, in the standard library: what a user's own server is to our hook."""

from __future__ import annotations

import json
import sys
from typing import Any

_TOOL = {
    "name": "rows",
    "description": "Return `count` rows of a table, as text.",
    "inputSchema": {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]},
}


def rows(count: int) -> str:
    """Return the text that the tool answers with."""
    return "\n".join(f"2026-01-01 12:00:00 INFO shipment {number} left the warehouse" for number in range(count))


def _answer(method: str, params: dict[str, Any]) -> dict[str, Any] | None:
    if method == "initialize":
        server = {"name": "mini", "version": "1"}
        return {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": server}
    if method == "tools/list":
        return {"tools": [_TOOL]}
    if method == "tools/call":
        return {"content": [{"type": "text", "text": rows(params["arguments"]["count"])}]}
    return None


def main() -> None:
    """Answer requests, one JSON object a line, until stdin ends."""
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        result = _answer(request["method"], request.get("params") or {})
        reply: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
        reply.update({"result": result} if result is not None else {"error": {"code": -32601, "message": "unknown"}})
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
