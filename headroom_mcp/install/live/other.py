"""Another host's real client, in a throwaway home, against the scripted model on loopback: what does its model get to see?

Nothing of the user's is read or written: own HOME, own configuration, own store; no request leaves the machine.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Sequence
from typing import Any
from unittest import mock

from headroom_mcp.install import hosts
from headroom_mcp.install.live.fake_api import Call, FakeApi, Turn
from headroom_mcp.install.live.run import PASSED_ON
from headroom_mcp.types import LiveError

_HOME_NAMES = ("CODEX_HOME", "COPILOT_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "APPDATA")


def run(
    name: str, program: str, turns: Sequence[Turn], home: str, folder: str, *, timeout_s: float = 120.0, with_us: bool = True,
    servers: dict[str, dict[str, Any]] | None = None,
) -> FakeApi:  # fmt: skip
    """Let the client at the path `program` work through `turns` in `folder`, with the empty folder `home` as its home.

    `servers`: more MCP servers, by name. Returns the scripted model with what it was sent. Raises: LiveError.
    """
    live = hosts.load(name).LIVE
    with FakeApi(turns, dialect=live.dialect) as api:
        environment = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
        environment.update(HOME=home, USERPROFILE=home, HEADROOM_HOME=os.path.join(home, "store"), NO_PROXY="127.0.0.1")
        environment.update(live.environment(api.url, home), TERM="dumb")
        prepare(name, api.url, home, servers or {}, with_us=with_us)
        code, said = _ran([program, *live.arguments], folder, environment, timeout_s)
    if code:
        raise LiveError(f"exit code {code}: {said[-300:]}")
    return api


def _ran(command: list[str], folder: str, environment: dict[str, str], timeout_s: float) -> tuple[int, str]:
    """Return the exit code and what was said; these clients start themselves once more, and end together."""
    try:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise LiveError(str(error)[:300]) from error
    try:
        said, _ = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        said, _ = process.communicate()
        raise LiveError(f"it did not end within {timeout_s:g} s: {said[-300:]}") from error
    return process.returncode, said


def prepare(name: str, url: str, home: str, servers: dict[str, dict[str, Any]], *, with_us: bool) -> None:
    """Write the host's settings into `home`, and ours beside them as `headroom install --host` does."""
    host = hosts.load(name)
    own = {"HOME": home, "USERPROFILE": home, "HEADROOM_HOME": os.path.join(home, "store")}
    with mock.patch.dict(os.environ, own):
        for variable in _HOME_NAMES:
            os.environ.pop(variable, None)
        file = host.file()
        os.makedirs(os.path.dirname(file), exist_ok=True)
        text = _settings_text(name, url, home, servers)
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(text)
        if with_us:
            hosts.apply_install(name, hosts.plan_install(name))


def _settings_text(name: str, url: str, home: str, servers: dict[str, dict[str, Any]]) -> str:
    host = hosts.load(name)
    settings = host.LIVE.settings(url, home)
    entries = {key: host.entry(server) for key, server in servers.items()}
    for word in reversed(host.PLACE):
        entries = {word: entries}
    if host.FORMAT == "toml":
        return _toml({**settings, **entries})
    return json.dumps({**settings, **entries}, indent=2)


def _toml(table: dict[str, Any], name: str = "") -> str:
    """Return a table of texts, numbers, lists and tables as TOML; JSON writes these values alike."""
    plain = [f"{key} = {json.dumps(value)}\n" for key, value in table.items() if not isinstance(value, dict)]
    inner = [_toml(value, f"{name}.{key}".lstrip(".")) for key, value in table.items() if isinstance(value, dict)]
    return (f"[{name}]\n" if name else "") + "".join(plain + inner)


def shell(name: str, command: str) -> Call:
    """Return the call of a shell command, as the host's model makes it."""
    return Call(*hosts.load(name).LIVE.call(command))
