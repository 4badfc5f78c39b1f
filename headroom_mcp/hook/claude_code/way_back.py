"""By what a model can have left-out lines back: the server's tool where it has that, a command where it has a shell, or neither.

The server's tool is not everywhere: a server that did not start or that was declined, a subagent with a list of tools of its
own. The server notes itself down under the process of its client, which a hook finds in CLAUDE_PID; a subagent's tools stand
in its definition. What cannot be known counts as no.
"""

from __future__ import annotations

import os

from headroom_mcp import late
from headroom_mcp.hook import event as decide
from headroom_mcp.late import re
from headroom_mcp.settings import environment, running

# Subagents that Claude Code brings along, with all tools of its servers; 2.1.330
_BUILT_IN = frozenset(("claude", "general-purpose", "Explore", "Plan"))
_HEAD_BYTES = 8_192
_MAX_FILES = 400
# The lines of a definition's head that matter: "tools: Bash, Read", or "tools:" and a list below it
_NAME = late.pattern(r"^name:[ \t]*['\"]?([^'\"\n]*)", re.MULTILINE)
_TOOLS = late.pattern(r"^(tools|disallowedTools):((?:[^\n]*)(?:\n[ \t]+[^\n]*|\n-[^\n]*)*)", re.MULTILINE)
_TOOL = late.pattern(r"[A-Za-z_*][\w*-]*")


def of(agent_type: str, cwd: str, tool: str) -> str | None:
    """Return "" for a model that has the tool `headroom_retrieve`, the command for one that has a shell only, None for neither.

    `tool` is what it has just used, "shell" for one; `agent_type` is a subagent's kind, "" for the session's own model.
    """
    has_tool, has_shell = _tools_of(agent_type, cwd)
    client = os.environ.get("CLAUDE_PID")  # 2.1.197 does not tell; its servers are taken to run
    if has_tool and (client is None or running.is_served(client)):
        return ""
    return command() if has_shell or tool == "shell" else None


def command() -> str | None:
    """Return the command that gives originals back in a shell, to be followed by a ref; None where there is none."""
    import shutil
    import sys

    if shutil.which("headroom"):
        return "headroom retrieve"
    checkout = os.path.abspath(__file__).split(f"{os.sep}headroom_mcp{os.sep}", 1)[0]
    # Beside the interpreter of an installation; in the plugin's folder, whose script needs nothing but a python3.
    for script in (
        os.path.join(os.path.dirname(sys.executable), "headroom"),
        os.path.join(checkout, "bin", "headroom"),
    ):
        if re.fullmatch(r"[\w@%+=:,./-]+", script, re.ASCII) and os.access(script, os.X_OK):
            return f"{script} retrieve"
    return None


def _tools_of(agent_type: str, cwd: str) -> tuple[bool, bool]:
    """Tell whether a model may use our server's tool, and a shell."""
    if not agent_type:
        return True, True
    for text in _definitions(cwd):
        name = _NAME.search(text)
        if name is not None and name[1].strip() == agent_type:
            given = {row[1]: _TOOL.findall(row[2]) for row in _TOOLS.finditer(text)}
            allowed, denied = given.get("tools"), given.get("disallowedTools", [])
            every = not allowed or "*" in allowed
            has_tool = (every or any(map(_is_ours, allowed or ()))) and not any(map(_is_ours, denied))
            return has_tool, (every or "Bash" in (allowed or ())) and "Bash" not in denied
    known = agent_type in _BUILT_IN
    return known, known


def _is_ours(name: str) -> bool:
    """Tell whether `name` in a list of tools stands for the tool: by itself, by its server, or by `mcp__headroom__*`."""
    if not decide.is_own_tool(name):
        return False
    return name.rpartition("__")[2] in ("headroom_retrieve", "*") or name.count("__") == 1


def _definitions(cwd: str) -> list[str]:
    """Return the heads of the definitions of subagents, the project's first."""
    import glob

    project = environment.project_dir(cwd=cwd)
    user = os.environ.get("CLAUDE_CONFIG_DIR") or os.path.join(os.path.expanduser("~"), ".claude")
    heads: list[str] = []
    for folder in dict.fromkeys((os.path.join(cwd, ".claude"), os.path.join(project, ".claude"), user)):
        for path in sorted(glob.glob(os.path.join(glob.escape(folder), "agents", "**", "*.md"), recursive=True)):
            if len(heads) < _MAX_FILES:
                heads.append(_head(path))
    return heads


def _head(path: str) -> str:
    """Return what stands between the first two lines of dashes of a definition; "" where there is no such head."""
    try:
        with open(path, "rb") as stream:
            text = stream.read(_HEAD_BYTES).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return ""
    return text.partition("\n---")[0] if text.startswith("---\n") else ""
