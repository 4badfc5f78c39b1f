"""GitHub Copilot CLI: `~/.copilot/mcp-config.json` for servers, a file of our own in `~/.copilot/hooks`."""

from __future__ import annotations

import os
from typing import Any

from headroom_mcp.install.hosts._live import Live
from headroom_mcp.install.live import dialects
from headroom_mcp.install.plan import Site, Target

TITLE = "Copilot CLI"
TRIED = ("1.0.102", "2026-11-26")
TOOLS = "`headroom-…`"
OUTPUTS = "shell commands, failing ones too, searches, listings, web pages, subagents' reports, MCP results"
CUTS = "nothing: of what it cuts to 500 characters first, our hook reads the whole from Copilot's temporary file"
CONTEXT = "notes at the start and with the prompt"
FORMAT = "jsonc"
PLACE = ("mcpServers",)
TIMEOUT_S = 10
_EVENTS = ("postToolUse", "userPromptSubmitted", "sessionStart", "sessionEnd")


def file() -> str:
    """Return the user's servers."""
    return os.path.join(_folder(), "mcp-config.json")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry, with all of its tools allowed to be offered."""
    return {"type": "local", **server, "tools": ["*"]}


def hooks(command: str) -> tuple[Site, list[Target]]:
    """Return where our hooks go; each event lists commands, for either shell."""
    shell = "powershell" if os.name == "nt" else "bash"
    handler = {"type": "command", shell: command, "timeoutSec": TIMEOUT_S}
    site = Site(os.path.join(_folder(), "hooks", "headroom.json"), "json", empty='{\n  "version": 1\n}\n')
    return site, [Target(("hooks", event), "", handler) for event in _EVENTS]


def sample(text: str, folder: str) -> dict[str, Any]:
    """Return the event of a command that printed `text` in `folder`."""
    return {
        "sessionId": "sample",
        "timestamp": 1,
        "cwd": folder,
        "toolName": "bash",
        "toolArgs": {"command": "make"},
        "toolResult": {
            "resultType": "success",
            "textResultForLlm": f"{text}\n<shellId: 0 completed with exit code 0>",
        },
    }


def shown(answer: dict[str, Any]) -> str:
    """Return the text that an answer of our hook shows."""
    return str(answer.get("modifiedResult", {}).get("textResultForLlm", ""))


def _folder() -> str:
    return os.environ.get("COPILOT_HOME") or os.path.join(os.path.expanduser("~"), ".copilot")


LIVE = Live(
    client="copilot",
    package="@github/copilot",
    arguments=("--allow-all-tools", "-p", "go"),
    dialect=dialects.CHAT,
    environment=lambda url, home: {
        "COPILOT_PROVIDER_BASE_URL": f"{url}/v1",
        "COPILOT_PROVIDER_TYPE": "openai",
        "COPILOT_PROVIDER_API_KEY": "dummy",
        "COPILOT_MODEL": "fake",
        "COPILOT_OFFLINE": "true",
        "COPILOT_AUTO_UPDATE": "false",
    },
    settings=lambda url, home: {},
    call=lambda command: ("bash", {"command": command, "description": "Run it"}),
    prefix="{server}-{tool}",
)
