"""What a tool says about itself amid its data is found by how tools say it, whichever tool it is."""

from __future__ import annotations

import pytest

from headroom_mcp import compress_output
from headroom_mcp.facts import tool_errors

_SAID = [
    'psql:load.sql:41: ERROR:  duplicate key value violates unique constraint "users_pkey"',
    "Parse error near line 3: no such table: userz",
    "Runtime error near line 2: UNIQUE constraint failed: t.a",
    "├── secret  [error opening dir]",
    "│   └── private [error opening dir: Permission denied]",
    "E0101 12:00:00.000000   12345 memcache.go:265] couldn't get current server API group list",
    "F0719 08:01:02.500000       1 main.go:26] cannot start",
    "warning: unable to access '/root/.config/git/attributes': Permission denied",
    "find: '/root/x': Permission denied",
    "ERROR 1064 (42000) at line 3: You have an error in your SQL syntax",
    "mysqldump: Got error: 1045: Access denied",
]
_BODIES = {
    "psql -f load.sql": [f"{i:5d} | name{i} | {i * 37 % 91} | some text for row {i}" for i in range(400)],
    "tree": [f"│   ├── file{i}.txt" for i in range(400)],
    "git log --oneline": [f"{i * 7919:07x} message number {i}" for i in range(400)],
    "kubectl get pods": ["NAME READY STATUS", *(f"pod-{i} 1/1 Running" for i in range(400))],
    "grep -rn value src": [f"src/mod{i % 40}.py:{i}:    value = compute({i}, key)" for i in range(400)],
}


@pytest.mark.parametrize("line", _SAID)
def test_a_complaint_is_a_failure(line: str) -> None:
    (fact,) = tool_errors.find(["one row", line, "another row"])

    assert (fact.line, fact.rank, fact.kind) == (1, 0, "errors")


@pytest.mark.parametrize("line", ["grep: a.bin: binary file matches", "Binary file data/a.bin matches"])
def test_a_hit_in_a_binary_file_is_a_hit(line: str) -> None:
    (fact,) = tool_errors.find([line])

    assert (fact.rank, fact.kind) == (2, "hits in binary files")


@pytest.mark.parametrize(
    "line",
    ["src/a.py:12: error = None", "error_count | 3", "the binary file matches nothing here", "E2E tests [error]"],
)
def test_data_is_no_complaint(line: str) -> None:
    assert tool_errors.find([line]) == []


@pytest.mark.parametrize("command", list(_BODIES))
def test_what_a_tool_says_in_the_middle_of_its_data_is_shown(command: str) -> None:
    for line in [*_SAID, "grep: a.bin: binary file matches"]:
        lines = list(_BODIES[command])
        lines.insert(217, line)
        result = compress_output("\n".join(lines), tool_name="Bash", tool_input={"command": command})
        assert line in result.text, result.text[-500:]
