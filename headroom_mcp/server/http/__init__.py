"""The MCP server for a team: streamable HTTP before the shared store. `headroom serve --http` runs it."""
