"""opencode: `~/.config/opencode/opencode.json`, or the `.jsonc` that is there, and a plugin beside it."""

from __future__ import annotations

import json
import os
from typing import Any

from headroom_mcp.install.hosts._live import Live
from headroom_mcp.install.live import dialects
from headroom_mcp.install.plan import WHOLE_MARK, Site, Target

TITLE = "opencode"
TRIED = ("1.18.33", "2026-11-26")
TOOLS = "`headroom_…`"
OUTPUTS = "shell commands, failing ones too, searches, listings, web pages, subagents' reports, MCP results"
CUTS = "nothing: of what it cuts first, our plugin reads the whole from the file that opencode keeps"
CONTEXT = "notes with the first prompt and with each that they are about"
FORMAT = "jsonc"
PLACE = ("mcp",)

_PLUGIN = """\
MARK
// What our command answers is put in the place of what a tool printed. Whatever goes wrong, nothing changes.
import { spawn } from "node:child_process"

const COMMAND = "…"
const TIMEOUT_MS = 10_000

const ask = (event) =>
  new Promise((resolve) => {
    try {
      const child = spawn(COMMAND, { shell: true, stdio: ["pipe", "pipe", "ignore"] })
      const chunks = []
      const timer = setTimeout(() => {
        child.kill("SIGKILL")
        resolve(null)
      }, TIMEOUT_MS)
      child.on("error", () => resolve(null))
      child.stdin.on("error", () => {})
      child.stdout.on("data", (chunk) => chunks.push(chunk))
      child.on("close", () => {
        clearTimeout(timer)
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")))
        } catch {
          resolve(null)
        }
      })
      child.stdin.end(JSON.stringify(event))
    } catch {
      resolve(null)
    }
  })

export const Headroom = async ({ directory }) => {
  const begun = new Set()
  return {
    "tool.execute.after": async (input, output) => {
      try {
        const isText = typeof output.output === "string"
        if (!isText && !Array.isArray(output.content)) return
        const answer = await ask({
          hook_event_name: "tool.execute.after",
          session_id: input.sessionID,
          tool_use_id: input.callID,
          cwd: directory,
          tool_name: input.tool,
          tool_input: input.args,
          tool_response: isText ? { output: output.output, path: output.metadata?.outputPath } : { content: output.content },
        })
        if (isText && typeof answer?.output === "string") output.output = answer.output
        else if (!isText && Array.isArray(answer?.content)) output.content = answer.content
      } catch {}
    },
    "chat.message": async (input, output) => {
      try {
        const said = output.parts.filter((part) => part.type === "text" && !part.synthetic)
        if (!said.length) return
        const first = !begun.has(input.sessionID)
        begun.add(input.sessionID)
        const answer = await ask({
          hook_event_name: "chat.message",
          session_id: input.sessionID,
          cwd: directory,
          prompt: said.map((part) => part.text).join("\\n"),
          first,
        })
        const last = said[said.length - 1]
        if (typeof answer?.context === "string")
          output.parts.push({ ...last, id: last.id + "h", text: answer.context, synthetic: true })
      } catch {}
    },
  }
}
"""


def file() -> str:
    """Return the user's configuration: the one of the two names that exists."""
    names = [os.path.join(_folder(), f"opencode.{suffix}") for suffix in ("jsonc", "json")]
    return next((name for name in names if os.path.exists(name)), names[-1])


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry: the command is one list."""
    command = [server["command"], *server["args"]]
    return {"type": "local", "command": command, "environment": server["env"], "enabled": True}


def hooks(command: str) -> tuple[Site, list[Target]]:
    """Return where our plugin goes, and what is in it."""
    text = _PLUGIN.replace("MARK", WHOLE_MARK, 1).replace('"…"', json.dumps(command), 1)
    return Site(os.path.join(_folder(), "plugins", "headroom.js"), "whole"), [Target((), "", text)]


def sample(text: str, folder: str) -> dict[str, Any]:
    """Return the event of a command that printed `text` in `folder`, as our plugin hands it over."""
    return {
        "hook_event_name": "tool.execute.after",
        "session_id": "sample",
        "tool_use_id": "toolu_sample",
        "cwd": folder,
        "tool_name": "bash",
        "tool_input": {"command": "make"},
        "tool_response": {"output": text},
    }


def shown(answer: dict[str, Any]) -> str:
    """Return the text that an answer of our hook shows."""
    return str(answer.get("output", ""))


def _folder() -> str:
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "opencode")


def _settings(url: str, home: str) -> dict[str, Any]:
    model = {"name": "fake", "tool_call": True, "limit": {"context": 200_000, "output": 8_000}}
    options = {"baseURL": f"{url}/v1", "apiKey": "dummy"}
    provider = {"npm": "@ai-sdk/openai-compatible", "name": "fake", "options": options, "models": {"fake": model}}
    return {
        "autoupdate": False,
        "share": "disabled",
        "model": "fake/fake",
        "small_model": "fake/fake",
        "permission": {"bash": "allow"},
        "provider": {"fake": provider},
    }


LIVE = Live(
    client="opencode",
    package="opencode-ai",
    arguments=("run", "go"),
    dialect=dialects.CHAT,
    environment=lambda url, home: {
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
        "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
    },
    settings=_settings,
    call=lambda command: ("bash", {"command": command, "description": "Run it"}),
    prefix="{server}_{tool}",
)
