"""README's table of alternatives: the same outputs through published packages, seen from outside.

    python3 -m venv DIR/distil-llm && DIR/distil-llm/bin/pip install distil-llm     and so on, one environment each
    python -m tests.alternatives --venvs DIR [--claude PATH]                        writes tests/measured/alternatives.json

Three outputs made here, each with a few facts in it. What a tool makes of them is counted in o200k tokens, and the facts that
still stand in it. A tool that cannot be had, or that has no way to be given a text, is left out; nothing is guessed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from headroom_mcp.flow.compress import compress_output
from headroom_mcp.install.doctor import client
from headroom_mcp.install.live import run as live
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory
from headroom_mcp.text import tokens

_MEASURED = Path(__file__).parent / "measured" / "alternatives.json"
_LIMIT_S = 120


class Output(NamedTuple):
    """An output, the command that printed it, and the words in it that whoever acts on it needs."""

    name: str
    command: str
    text: str
    facts: tuple[str, ...]


def made() -> list[Output]:
    """Return the outputs: a log with one fatal line, a test run with three failures, JSON with one entry that matters."""
    fatal = "FATAL payment-gateway: connection pool exhausted, 1847 requests refused (PG-5523)"
    log = []
    for number in range(3_000):
        clock = f"2026-03-14T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
        said = f"INFO worker-{number % 7} finished job {number:06d} in {number % 90 + 10} ms, nothing is left"
        log.append(f"{clock} {fatal if number == 1_942 else said}")
    failing = (31, 120, 187)
    rows = [
        {
            "timestamp": f"2026-03-14T03:{number // 60:02d}:{number % 60:02d}Z",
            "level": "FATAL" if number == 67 else "INFO",
            "service": ("user", "cart", "search")[number % 3],
            "message": "pool exhausted: 1847 requests refused" if number == 67 else "request completed",
            "request_id": f"req-{number * 7919 % 100000:05d}",
            "duration_ms": 30_000 if number == 67 else 40 + number % 50,
        }
        for number in range(120)
    ]
    return [
        Output("a log of 3,000 lines, one of them FATAL", "cat app.log", "\n".join(log), (fatal,)),
        Output(
            "pytest -v, 300 tests, 3 fail",
            "pytest -v",
            _test_run(failing),
            (
                *(f"test_parcel[{number}]" for number in failing),
                *(f"order {number} lost a parcel" for number in failing),
                "test_parcels.py:10",
                "3 failed, 297 passed",
            ),
        ),
        Output(
            "JSON, 120 entries, one of them FATAL",
            "curl -s http://127.0.0.1/entries",
            json.dumps(rows, indent=1),
            ("FATAL", "pool exhausted: 1847 requests refused", f"req-{67 * 7919 % 100000:05d}", "30000"),
        ),
    ]


def _test_run(failing: tuple[int, ...]) -> str:
    lines = [
        "============================= test session starts ==============================",
        "collected 300 items",
        "",
    ]
    for number in range(300):
        word = "FAILED" if number in failing else "PASSED"
        lines.append(f"test_parcels.py::test_parcel[{number}] {word} [{number // 3:3d}%]")
    lines += ["", "=================================== FAILURES ==================================="]
    for number in failing:
        lines += [
            f"________________________________ test_parcel[{number}] ________________________________", "",
            "    def test_parcel(order):", f">       assert parcels - lost == {2 * number}",
            f"E       AssertionError: order {number} lost a parcel", f"E       assert ({2 * number} - 1) == {2 * number}", "",
            "test_parcels.py:10: AssertionError",
        ]  # fmt: skip
    lines.append("=========================== short test summary info ============================")
    lines += [
        f"FAILED test_parcels.py::test_parcel[{number}] - AssertionError: order {number} lost a parcel"
        for number in failing
    ]
    return "\n".join([*lines, "======================== 3 failed, 297 passed in 1.04s ========================="])


def ours(output: Output) -> str:
    """Return what headroom makes of an output."""
    with open_in_memory(Settings()) as store:
        return compress_output(
            output.text, tool_name="Bash", tool_input={"command": output.command}, store=store, settings=Settings()
        ).text


def by_hook(argv: list[str], output: Output, home: str) -> str:
    """Return what a command that is a hook of Claude Code makes of an output: it may leave it as it is."""
    event = {
        "session_id": "alternatives", "transcript_path": os.path.join(home, "t.jsonl"), "cwd": home,
        "hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_input": {"command": output.command},
        "tool_response": {"stdout": output.text, "stderr": "", "interrupted": False, "isImage": False},
        "tool_use_id": "toolu_1",
    }  # fmt: skip
    answer = json.loads(_run(argv, json.dumps(event), home) or "{}")
    changed = answer.get("hookSpecificOutput", {}).get("updatedToolOutput", {})
    return str(changed.get("stdout", output.text)) if isinstance(changed, dict) else str(changed)


def by_messages(python: str, module: str, output: Output, home: str) -> str:
    """Return what the function `compress(messages)` of a Python package makes of an output, as a tool's result."""
    program = (
        f"import json, sys; from {module} import compress; r = compress(json.load(sys.stdin)); "
        "print(json.dumps(r.messages if hasattr(r, 'messages') else r))"
    )
    call = {
        "id": "1",
        "type": "function",
        "function": {"name": "shell", "arguments": json.dumps({"command": output.command})},
    }
    messages = [
        {"role": "user", "content": "What went wrong?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": output.text},
    ]
    answer = _run([python, "-c", program], json.dumps(messages), home)
    return str(json.loads(answer.strip().split("\n")[-1])[-1]["content"])


def _run(argv: list[str], given: str, home: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": home, "ANTHROPIC_API_KEY": "dummy", "CLAUDE_CONFIG_DIR": home}
    done = subprocess.run(
        argv, input=given, capture_output=True, text=True, env=environment, cwd=home, timeout=_LIMIT_S, check=True
    )
    return done.stdout


def _ways(venvs: str, home: str) -> dict[str, Callable[[Output], str]]:
    """Return the tools that are to be had in `venvs`, each with the way to give it an output."""
    ways: dict[str, Callable[[Output], str]] = {"headroom": ours}
    distil = os.path.join(venvs, "distil-llm", "bin", "distil")
    if os.path.exists(distil):
        subprocess.run([distil, "hook", "install", "--digest"], env={"PATH": os.environ["PATH"], "HOME": home, "CLAUDE_CONFIG_DIR": home}, capture_output=True, timeout=_LIMIT_S, check=True)  # fmt: skip
        ways[_named(venvs, "distil-llm", "its hook, digest tier")] = lambda output: by_hook(
            [distil, "hook"], output, home
        )
    for package, module in (("headroom-ai", "headroom"), ("furl-ctx", "furl_ctx")):
        python = os.path.join(venvs, package, "bin", "python")
        if os.path.exists(python):
            ways[_named(venvs, package, "compress(messages)")] = (
                lambda output, python=python, module=module: by_messages(python, module, output, home)
            )  # fmt: skip
    return ways


def _named(venvs: str, package: str, way: str) -> str:
    python = os.path.join(venvs, package, "bin", "python")
    program = f"from importlib.metadata import version; print(version('{package}'))"
    return f"{package} {_run([python, '-c', program], '', venvs).strip()} ({way})"


def host(claude: str, outputs: list[Output]) -> list[str]:
    """Return what the model of a real Claude Code sees of the outputs, without any hook. Raises: LiveError."""
    with tempfile.TemporaryDirectory() as folder:
        for at, output in enumerate(outputs):
            Path(folder, f"{at}.txt").write_text(output.text, encoding="utf-8")
        turns = [live.bash(f"cat {at}.txt") for at in range(len(outputs))]
        return [seen.text for seen in live.run(claude, turns, folder, timeout_s=120)]


def main() -> int:
    """Measure, and write what README.md shows. Return the exit code."""
    parser = argparse.ArgumentParser(description="The same outputs through published packages.")
    parser.add_argument("--venvs", required=True, help="a folder with an environment for each package")
    parser.add_argument("--claude", default="", help="the `claude` to run; default: the one on the PATH")
    given = parser.parse_args()
    outputs = made()
    claude = given.claude or client.find_claude() or ""
    texts: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as home:
        for name, way in _ways(os.path.abspath(given.venvs), home).items():
            texts[name] = [way(output) for output in outputs]
    if claude:
        texts[f"Claude Code {client.version_of(claude)} by itself"] = host(claude, outputs)
    measured: dict[str, Any] = {
        "counted_by": tokens.method(),
        "outputs": [
            {"name": output.name, "tokens": tokens.count(output.text), "facts": len(output.facts)} for output in outputs
        ],
        "rows": {
            name: [
                {"tokens": tokens.count(text), "facts": sum(fact in text for fact in output.facts)}
                for text, output in zip(shown, outputs, strict=True)
            ]
            for name, shown in texts.items()
        },
    }
    _MEASURED.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(measured["rows"], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
