"""A real Claude Code, in a throwaway home, against the scripted API on loopback: what does its model get to see?

Nothing of the user's is read or written: own HOME, own configuration, own store; no request leaves the machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from typing import Any, NamedTuple

from headroom_mcp.hook.claude_code import places
from headroom_mcp.install import claude_code
from headroom_mcp.install.live.fake_api import Call, FakeApi, Turn
from headroom_mcp.types import LiveError

PASSED_ON = ("PATH", "SHELL", "LANG", "LC_ALL", "TERM", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT", "COMSPEC")
_REMINDER = "\n\n<system-reminder>"


class Seen(NamedTuple):
    """What the model was shown for one tool call."""

    text: str
    is_error: bool


def run(
    claude: str,
    turns: Sequence[Turn],
    folder: str,
    *,
    hooks: dict[str, Any] | None = None,
    timeout_s: float = 60.0,
    environ: dict[str, str] | None = None,
    arrivals: list[float] | None = None,
) -> list[Seen]:
    """Let the `claude` at this path work through `turns` in `folder`, with `hooks` as its only settings.

    `arrivals` gets when each of the model's requests came, by a clock of seconds. Raises: LiveError, also when it takes longer than `timeout_s`.
    """
    with tempfile.TemporaryDirectory(prefix="headroom-live-", ignore_cleanup_errors=True) as home:
        config_dir = os.path.join(home, ".claude")
        os.mkdir(config_dir)
        settings = {"permissions": {"allow": ["Bash", "Read"]}, "hooks": hooks or {}}
        _dump(os.path.join(config_dir, "settings.json"), settings)
        if hooks:
            _dump(
                os.path.join(config_dir, ".claude.json"),
                {"mcpServers": {places.SERVER: claude_code.server_entry()}},
            )
        with FakeApi(turns) as api:
            environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
            environment.update(
                HOME=home,
                USERPROFILE=home,
                CLAUDE_CONFIG_DIR=config_dir,
                HEADROOM_HOME=os.path.join(home, "store"),
                ANTHROPIC_BASE_URL=api.url,
                ANTHROPIC_API_KEY="dummy",
                NO_PROXY="127.0.0.1",
                IS_SANDBOX="1",
                CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
                DISABLE_TELEMETRY="1",
                DISABLE_AUTOUPDATER="1",
                DISABLE_ERROR_REPORTING="1",
                **(environ or {}),
            )
            command = [claude, "-p", "go", "--model", "claude-sonnet-4-5", "--output-format", "json"]
            try:
                done = subprocess.run(
                    command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False,
                    stdin=subprocess.DEVNULL,
                )  # fmt: skip
            except (OSError, subprocess.TimeoutExpired) as error:
                raise LiveError(str(error)[:300]) from error
        if done.returncode:
            raise LiveError(f"exit code {done.returncode}: {(done.stderr or done.stdout)[-300:]}")
        if arrivals is not None:
            arrivals.extend(api.arrivals_s)
        return seen(api)


def seen(api: FakeApi) -> list[Seen]:
    """Return what the model was shown for each call, without the reminders that the host appends, in order."""
    errors: dict[str, bool] = {}
    for request in api.requests:
        for message in request.get("messages", ()):
            content = message.get("content")
            for block in content if isinstance(content, list) else ():
                if block.get("type") == "tool_result":
                    errors.setdefault(block["tool_use_id"], bool(block.get("is_error")))
    return [Seen(text.partition(_REMINDER)[0], errors.get(key, False)) for key, text in api.results().items()]


def our_hooks() -> dict[str, Any]:
    """Return the hooks that `headroom install` adds, as a settings file holds them."""
    return {event: [group] for event, group in claude_code.hook_events().items()}


def bash(command: str) -> Call:
    """Return the call of a shell command."""
    return Call("Bash", {"command": command, "description": "Run it"})


def _dump(path: str, value: object) -> None:
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(value, stream)
