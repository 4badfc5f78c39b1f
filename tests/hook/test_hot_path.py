"""What each kind of event imports: a hook is a process for every tool call, so an import is a price everybody pays.

The lists are in hot_path.json. `pytest tests/hook/test_hot_path.py --update-goldens` writes them; read the change: a
module that is new on the way of a small output needs a reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from . import host

_LISTS = Path(__file__).with_name("hot_path.json")
_ROOT = Path(__file__).parents[2]
_SCRIPT = """
import sys
sys.path.append(sys.argv[1])
from headroom_mcp.hook import entry
reply = entry.answer(sys.stdin.buffer.read())
ours = sorted(name for name in sys.modules if name.startswith("headroom_mcp"))
others = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - {"headroom_mcp", "__main__"}
import json
print(json.dumps({"answered": bool(reply), "ours": ours, "others": sorted(others)}))
"""


def _session(name: str, **more: object) -> dict[str, Any]:
    event = host.event("", None)
    return {**{key: event[key] for key in ("session_id", "transcript_path", "cwd")}, "hook_event_name": name, **more}


def _pytest_run() -> str:
    lines = [f"tests/test_cart.py::test_case_{n} PASSED [{n // 4:3}%]" for n in range(400)]
    lines[200] = "tests/test_cart.py::test_case_200 FAILED [ 50%]"
    return "\n".join(["=" * 20 + " test session starts " + "=" * 20, *lines, "= 1 failed, 399 passed in 2.10s ="])


def _source() -> dict[str, Any]:
    content = "".join(
        f"def function_{n}(value):\n    total = value + {n}\n    return total * 2\n\n\n" for n in range(300)
    )
    lines = content.count("\n") + 1
    file = {"filePath": "/home/u/proj/a.py", "content": content, "numLines": lines, "startLine": 1, "totalLines": lines}
    return host.event("Read", {"type": "text", "file": file}, {"file_path": "/home/u/proj/a.py"})


EVENTS = {
    "a small output": host.bash("done\n" * 5),
    "a log": host.bash(host.log()),
    "a test run": host.bash(_pytest_run()),
    "json": host.bash(json.dumps([{"id": n, "name": f"item {n}", "state": "ready"} for n in range(500)])),
    "a source file": _source(),
    "a prompt": _session("UserPromptSubmit", prompt="why does the build fail?"),
    "the end of a session": _session("SessionEnd", reason="exit"),
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_imports_what_is_listed_and_nothing_else(name: str, request: pytest.FixtureRequest) -> None:
    seen = _imports(EVENTS[name])
    lists = json.loads(_LISTS.read_text(encoding="utf-8")) if _LISTS.exists() else {}
    if request.config.getoption("--update-goldens"):
        _LISTS.write_text(json.dumps({**lists, name: seen["ours"]}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return

    assert seen["ours"] == lists[name]


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_needs_the_standard_library_only(name: str) -> None:
    grammars = {
        other for other in _imports(EVENTS[name])["others"] if other.startswith(("tree_sitter", "_tree_sitter"))
    }

    assert set(_imports(EVENTS[name])["others"]) - grammars == set()
    assert not grammars or name == "a source file"


def test_a_small_output_leaves_before_anything_that_compresses_is_imported() -> None:
    ours = _imports(EVENTS["a small output"])["ours"]

    assert not [
        module
        for module in ours
        if module.startswith(("headroom_mcp.compressors", "headroom_mcp.store", "headroom_mcp.flow"))
    ]


def test_a_small_output_that_is_new_in_its_session_is_noted_without_the_store() -> None:
    _imports(host.bash("\n".join(f"the first line number {n} of this session" for n in range(12))))
    ours = _imports(host.bash("\n".join(f"another line, the {n}th of them, that is new" for n in range(12))))["ours"]

    assert "headroom_mcp.hook.small" in ours
    assert not [module for module in ours if module.startswith(("headroom_mcp.store.sqlite", "headroom_mcp.flow"))]


def _imports(event: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _SCRIPT, str(_ROOT)],
        input=json.dumps(event).encode(),
        capture_output=True,
        env=dict(os.environ),
        check=True,
    )
    imports: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return imports
