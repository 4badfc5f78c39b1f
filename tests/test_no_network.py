"""Hook, server and command line give the same bytes on a machine without any network interface."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from tests.hook.host import COMMAND, bash, event, log

_ROOT = Path(__file__).parents[1]
_WITHOUT = ["unshare", "--net"]


def _texts() -> dict[str, str]:
    """Return one output for each of several kinds, a source file and prose among them."""
    rows = [{"id": i, "name": f"item {i}", "state": "failed" if i == 77 else "ok"} for i in range(300)]
    page = "".join(f"<h2>Part {i}</h2><p>{'words of no weight ' * 20}</p><script>x({i})</script>\n" for i in range(60))
    return {
        "log": log(900),
        "json": json.dumps(rows, indent=1),
        "html": f"<!DOCTYPE html><html><body><nav>menu</nav><main>{page}</main></body></html>",
        "source": "\n\n".join(
            path.read_text(encoding="utf-8") for path in sorted((_ROOT / "headroom_mcp" / "context").glob("*.py"))
        ),
        "prose": "\n\n".join(
            f"{i}. " + "The committee met again and found nothing new to say. " * 6 for i in range(90)
        ),
    }


def _everything(prefix: list[str], work: Path, home: Path) -> dict[str, bytes]:
    """Run hook, command line and server on every text; return what each printed, standard error included."""
    env = {**os.environ, "HEADROOM_HOME": str(home), "PYTHONPATH": str(_ROOT), "CLAUDE_PROJECT_DIR": str(work)}
    printed: dict[str, bytes] = {}

    def run(name: str, command: list[str], given: bytes = b"") -> bytes:
        done = subprocess.run(
            [*prefix, *command], input=given, capture_output=True, cwd=work, env=env, timeout=120, check=False
        )
        printed[name] = b"%d\n%s\n%s" % (done.returncode, done.stdout, done.stderr)
        return done.stdout

    shell = [sys.executable, "-m", "headroom_mcp"]
    for name, text in _texts().items():
        run(f"hook {name}", COMMAND, json.dumps(bash(text)).encode())
        shown = run(f"compress {name}", [*shell, "compress"], text.encode())
        ref = shown.rpartition(b"[headroom ")[2][:12].decode("ascii", "replace")
        run(f"retrieve {name}", [*shell, "retrieve", ref, "--lines", "5-30"])
    page = {"bytes": 9, "code": 200, "result": _texts()["html"], "url": "https://example.com/"}
    run("hook page", COMMAND, json.dumps(event("WebFetch", page, {"url": "https://example.com/"})).encode())
    run("remember", [*shell, "memory", "add", "the build needs node 20"])
    run("stats", [*shell, "stats"])
    (work / "app.log").write_text(_texts()["log"], encoding="utf-8")
    printed["server"] = asyncio.run(_conversation([*prefix, *shell, "serve"], work, env))
    return printed


async def _conversation(command: list[str], work: Path, env: dict[str, str]) -> bytes:
    """Return what a client reads from the server: its instructions, its tools and three answers."""
    parameters = StdioServerParameters(command=command[0], args=command[1:], env=env, cwd=str(work))
    async with Client(parameters) as client:
        said = [client.instructions or "", (await client.list_tools()).model_dump_json()]
        for name, arguments in (
            ("compress", {"path": "app.log", "query": "payment"}),
            ("memory_search", {"query": "node"}),
        ):
            said.append((await client.call_tool(name, arguments)).model_dump_json())
    return "\n".join(["0", *said]).encode()


@pytest.mark.slow
def test_without_any_network_interface_every_answer_is_the_same_to_the_byte(tmp_path: Path) -> None:
    if (
        shutil.which("unshare") is None
        or subprocess.run([*_WITHOUT, "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("`unshare --net` is not permitted here: run as root, or allow user namespaces")
    alone = subprocess.run(
        [*_WITHOUT, sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 9), 1)"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    work = tmp_path / "work"
    work.mkdir()

    with_network = _everything([], work, tmp_path / "a")
    without = _everything(_WITHOUT, work, tmp_path / "b")

    assert "Network is unreachable" in alone.stderr
    assert _without_ids(with_network) == _without_ids(without)
    assert [name for name, printed in without.items() if not printed.startswith(b"0\n")] == []
    assert b"[headroom " in without["hook log"] and b"[headroom " in without["compress html"]
    assert without["server"].count(b'"is_error":false') == 2


def _without_ids(printed: dict[str, bytes]) -> dict[str, bytes]:
    """Return `printed` without what only a run itself knows: a note's id."""
    [note] = re.findall(rb"Saved as ([0-9a-f]+)", printed["remember"])
    return {name: text.replace(note, b"ID") for name, text in printed.items()}
