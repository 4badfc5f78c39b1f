"""Which kind an output is, and why."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from headroom_mcp.commands import shell
from headroom_mcp.routing import router
from headroom_mcp.tool_output import ToolOutput


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            "cd x && LC_ALL=C grep -rn 'a b' . | head -20",
            [[["cd", "x"]], [["grep", "-rn", "a b", "."], ["head", "-20"]]],
        ),
        ("sudo -u me timeout 30 npx --yes jest --ci 2>&1 | tee out", [[["jest", "--ci"], ["tee", "out"]]]),
        ('bash -lc "cd /x && python3 -m pytest -q"', [[["cd", "/x"]], [["pytest", "-q"]]]),
        ("docker compose exec -T web pytest -x", [[["pytest", "-x"]]]),
        ("uv run --with x python -m mypy .", [[["mypy", "."]]]),
        ("cat <<'EOF' > f\nhello | world\nEOF\nls -la", [[["ls", "-la"]]]),
        ("time (make -j4 && ctest)", [[["make", "-j4"]], [["ctest"]]]),
        ("make 2>err.log", [[["make"]]]),
        ("make >out.log 2>&1; tail out.log", [[["tail", "out.log"]]]),
    ],
)
def test_a_command_is_read_through_its_prefixes(command: str, expected: list[shell.Pipeline]) -> None:
    assert shell.parse(command) == expected


def test_documents_of_a_line_each_among_other_lines_are_one_section() -> None:
    documents = [
        json.dumps({"path": f"src/m{i}.js", "messages": [{"line": i, "say": "not defined " * 20}] * 3})
        for i in range(12)
    ]
    output = ToolOutput("\n".join(["Here are the results:", *documents[:6], "", *documents[6:], "Fix them all."]))

    assert [(part.start, part.stop, part.kind) for part in router.route(output) if part.kind == "json"] == [
        (1, 14, "json")
    ]


def test_json_after_log_lines_is_a_section_of_its_own() -> None:
    log = [f"step {i} done" for i in range(20)]
    document = ["{", *(f'  "key{i}": "a value of some length, {i}",' for i in range(40)), '  "last": 1', "}"]
    output = ToolOutput("\n".join([*log, *document, "done."]), "Bash", {"command": "./deploy.sh"})

    sections = router.route(output)

    assert [(s.start, s.stop) for s in sections] == [(0, 20), (20, 63), (63, 64)]
    assert sections[1].kind == "json"


@pytest.mark.parametrize(
    ("tool_name", "tool_input", "text", "expected"),
    [
        ("Grep", {"pattern": "x"}, "src/a.py:1:x = 1\n" * 9, "search"),
        ("Grep", {"pattern": "x", "output_mode": "files_with_matches"}, "src/a.py\nsrc/b.py\nsrc/c.py\nlib/d.py\n", "search"),
        ("Glob", {"pattern": "**/*.py"}, "src/a.py\nsrc/b.py\nsrc/c.py\nlib/d.py\n", "listing"),
        ("Bash", {"command": "cat package.csv | head"}, "a,b,c\n" + "1,2,3\n" * 9, "table"),
        ("Bash", {"command": "cd /srv && sudo git -C shop diff"}, "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "diff"),
        ("Bash", {"command": "curl -s localhost:80/api"}, '{"a": [' + '{"id": 1, "name": "x"},\n' * 40 + '{}]}', "json"),
        ("Bash", {"command": "cat notes.csv"}, '{"error": [' + '{"id": 1, "name": "x"},\n' * 40 + '{}]}', "json"),
        ("Bash", {"command": "nl -ba shop/price.py | sed -n '10,29p'"}, "".join(f"    {n}\t    words of a docstring, two  three\n" for n in range(10, 30)), "code"),
        ("Bash", {"command": "ls -l"}, "total 8\n" + "-rw-r--r-- 1 root root 40 2026-01-03 14:46 a.txt\n" * 6, "listing"),
        ("Bash", {"command": "apt-get install -y jq"}, "Get:1 http://x jq\nUnpacking jq\nSetting up jq\n" * 3, "command"),
    ],
)  # fmt: skip
def test_tool_command_and_text_name_the_kind(
    tool_name: str, tool_input: dict[str, str], text: str, expected: str
) -> None:
    assert {section.kind for section in router.route(ToolOutput(text, tool_name, tool_input))} == {expected}


def test_several_files_printed_by_tail_are_each_of_their_own_kind() -> None:
    rows = ["a,b,c", *(f"{i},{i},{i}" for i in range(30))]
    source = [line for i in range(12) for line in (f"def f{i}(x):", f"    return x + {i}", "")]
    text = "\n".join(["==> a.csv <==", *rows, "", "==> b.py <==", *source])
    sections = router.route(ToolOutput(text, "Bash", {"command": "tail -n +1 a.csv b.py"}))

    assert [section.kind for section in sections] == ["general", "table", "general", "code"]


def test_a_firm_hint_imports_no_other_compressor() -> None:
    code = (
        "import sys; from headroom_mcp.routing import router; from headroom_mcp.tool_output import ToolOutput;"
        "router.route(ToolOutput('src/a.py:1:x = 1\\n' * 9, 'Grep', {'pattern': 'x'}));"
        "print(sorted({m.split('.')[2] for m in sys.modules if m.startswith('headroom_mcp.compressors.') and '._' not in m}),"
        " 'headroom_mcp.routing.sample' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.split("]")[0] == "['command', 'search'"
    assert printed.strip().endswith("False")


def test_sections_cover_every_line_once() -> None:
    text = "\n".join(["--- one ---", *("x" * 30 for _ in range(5)), "--- two ---", "a", "b"])
    output = ToolOutput(text, "Bash", {"command": 'echo "--- one ---"; ls; echo "--- two ---"; cat f'})

    sections = router.route(output)

    assert [s.start for s in sections[1:]] == [s.stop for s in sections[:-1]]
    assert (sections[0].start, sections[-1].stop) == (0, len(output.lines))


def test_git_show_of_a_file_at_a_revision_is_that_file() -> None:
    text = "import os\n\n\ndef f(a):\n    return os.fspath(a)\n" * 40
    sections = router.route(ToolOutput(text, "Bash", {"command": "git show HEAD~2:lib/a.py"}))

    assert [section.kind for section in sections] == ["code"]


_ABOUT_A_FILE = {
    "search": [f"src/core.py:{i * 7}:    value = compute_{i}(request, options)" for i in range(40)],
    "lint": [f"src/core.py:{i * 3 + 1}:5: F821 Undefined name `value_{i}`" for i in range(40)],
    "diff": ["diff --git a/src/core.py b/src/core.py", "--- a/src/core.py", "+++ b/src/core.py", "@@ -1,40 +1,40 @@",
             *[f"{'+-'[i % 2]}    value_{i} = compute({i})" for i in range(40)]],
}  # fmt: skip


@pytest.mark.parametrize("kind", _ABOUT_A_FILE)
@pytest.mark.parametrize("tool", ["mcp__rg__find_all", "mcp__lsp__get_diagnostics", "mcp__git__blame_history"])
def test_what_is_said_about_a_file_is_not_read_as_the_file(kind: str, tool: str) -> None:
    output = ToolOutput("\n".join(_ABOUT_A_FILE[kind]), tool, {"path": "src/core.py"})

    assert [section.kind for section in router.route(output)] == [kind]


@pytest.mark.parametrize("tool", ["Read", "mcp__fs__read_text_file", "mcp__gh__getFileContents", "view", ""])
def test_a_file_that_is_shown_is_read_as_its_name_says(tool: str) -> None:
    docstring = ['"""A long text.', *[f"Sentence number {i} says what nobody asked about." for i in range(60)], '"""']
    output = ToolOutput("\n".join(docstring), tool, {"path": "src/core.py"})

    assert [section.kind for section in router.route(output)] == ["code"]


@pytest.mark.parametrize("sort", ["git", "cc", "combined"])
@pytest.mark.parametrize("count", [1, 12, 40])
def test_what_a_command_says_before_another_prints_a_diff_is_no_part_of_it(sort: str, count: int) -> None:
    """A merge that fails is told above the diff of its conflicts, and is not taken for a header of one."""
    files = [f"src/part_{n}.py" for n in range(count)]
    talk = [
        line for file in files for line in (f"Auto-merging {file}", f"CONFLICT (content): Merge conflict in {file}")
    ]
    talk.append("Automatic merge failed; fix conflicts and then commit the result.")
    diff: list[str] = []
    for number, file in enumerate(files):
        names = f"a/{file} b/{file}" if sort == "git" else file
        at = "@@ -1,2 +1,3 @@" if sort == "git" else "@@@ -1,2 -1,2 +1,5 @@@"
        diff += [f"diff --{sort} {names}", "index 1234567,89abcde..0000000", f"--- a/{file}", f"+++ b/{file}", at]
        diff += [
            "++<<<<<<< HEAD",
            f" +rate = {number}",
            "++=======",
            f"+ rate = {number + 1}",
            "++>>>>>>> topic",
            "  end",
        ]
    output = ToolOutput("\n".join([*talk, *diff]), "Bash", {"command": "git merge topic; git diff"})
    sections = router.route(output)

    assert [section.kind for section in sections][-1] == "diff"
    assert sections[-1].start == len(talk)
