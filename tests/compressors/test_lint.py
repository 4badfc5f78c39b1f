"""What linters say of a program: the rule, the message and the place of every problem stay together."""

from __future__ import annotations

import random
import re

import pytest

from headroom_mcp.compressors import load
from headroom_mcp.compressors.lint import problems as lint
from headroom_mcp.routing import router
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput

_RULES = (
    "command-instead-of-shell: Use shell only when it is needed.",
    "name[missing]: All tasks should have a name.",
    "E3002 Additional properties are not allowed",
    "fqcn[action-core]: Use the full name of a module (apt).",
)


@pytest.mark.parametrize("detail", ["Task/Handler: shell rm -rf /tmp/x{at}", "in play {at} of the file"])
@pytest.mark.parametrize("column", ["", ":13"])
def test_a_rule_above_a_place_is_of_the_problem_at_the_place(detail: str, column: str) -> None:
    problems = [
        (_RULES[at % len(_RULES)], f"roles/web/part{at}.yml:{at * 7 + 3}{column} {detail.format(at=at)}")
        for at in range(24)
    ]
    text = "\n\n".join(f"{rule}\n{place}" for rule, place in problems)
    output = ToolOutput(text, "Bash", {"command": "lint ."})

    found = lint.problems(output.lines)
    compressed = load("lint").compress(output, 4_000)

    assert [output.lines[problem.start] for problem in found] == [rule for rule, _ in problems]
    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    for at in range(24):
        assert f"part{at}.yml:{at * 7 + 3}" in shown
    for rule in _RULES:
        assert rule.rpartition(": ")[2] in shown


def test_a_note_at_the_place_of_a_problem_is_told_once() -> None:
    said = [
        line
        for at in range(8)
        for line in (
            f'src/part{at}.py:{at * 7 + 3}: error: Signature of "f{at}" is not that of its base  [rule-{at}]',
            f"src/part{at}.py:{at * 7 + 3}: note: Superclass of f{at}:",
        )
    ]
    output = ToolOutput("\n".join(said), "Bash", {"command": "mypy src"})

    compressed = load("lint").compress(output, 4_000)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    assert shown.count("note: Superclass of f3:") == 1


@pytest.mark.parametrize("folder", ["/srv/app/deploy/roles/", ""])
def test_the_folder_that_all_problems_lie_in_is_said_once(folder: str) -> None:
    rules = ("line-length", "truthy", "indentation", "comments", "colons")
    lines = [
        f"{folder}web{at % 3}.yml:{at * 7 + 3}:81: [error] rule {rules[at % 5]} says no ({rules[at % 5]})"
        for at in range(9)
    ]
    output = ToolOutput("\n".join(lines), "Bash", {"command": "yamllint ."})
    compressed = load("lint").compress(output, 2_000)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    assert shown.count(folder) == 1 if folder else "below" not in shown
    for line in lines:
        assert line.removeprefix(folder).split(": ")[0].rpartition(":")[0] in shown.replace(" ", "\n")


@pytest.mark.parametrize("seed", range(16))
def test_every_problem_is_counted_and_in_short_only_where_its_place_is_said(seed: int) -> None:
    pick = random.Random(seed)
    lines: list[str] = []
    for rule in range(pick.randint(6, 14)):
        for _ in range(pick.choice((1, 1, 2, 3, 8, 40))):
            file, line = pick.randrange(3), pick.randrange(1, 60)
            said = f"src/part{file}.py:{line}:1: W{rule + 100} what rule {rule} says of it"
            lines += [said] * pick.choice((1, 1, 1, 2))
    output = ToolOutput("\n".join(lines), "Bash", {"command": "lint ."})

    compressed = load("lint").compress(output, pick.choice((120, 300, 2_000)))

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    head, *rows = shown.split("\n")
    times = [[int(count) for count in re.findall(r"×(\d+)", row)] for row in rows]
    assert head.startswith(f"[{len(lines)} problems of ")
    assert sum(sum(counts) if counts else 1 for counts in times) == len(lines)
    for part in compressed.parts[1:]:
        file, line = lines[part.start].split(":")[:2]
        is_said = re.search(rf"{file}:(?:\d+,)*{line}\b", shown) is not None
        assert is_said or not part.elsewhere
    uncounted = {code for row in rows[-1:] if re.match(r"W\d+ ×", row) for code in re.findall(r"W\d+", row)}
    of_these = [part for part in compressed.parts[1:] if lines[part.start].split()[1] in uncounted]
    assert all(part.is_gone for part in of_these)


@pytest.mark.parametrize("blank", ["", "\n"])
@pytest.mark.parametrize("label", ["Location", "File"])
@pytest.mark.parametrize("rule", ["[B110:try_except_pass] Try, Except, Pass detected.", "CKV_AWS_20: Bucket is public"])
def test_problems_in_blocks_of_labels_are_told_by_rule_and_place(rule: str, label: str, blank: str) -> None:
    """As bandit and checkov write: the message heads a block, one label of which is the place."""
    blocks = [
        f">> Issue: {rule}\n   Severity: Low   Confidence: High\n   CWE: CWE-703\n   {label}: src/a{number % 3}.py:{number}:8\n"
        f"{number}\t    pass\n{blank}{'-' * 50}"
        for number in range(10, 22)
    ]
    odd = f">> Issue: [B602:shell] A shell is started.\n   Severity: High\n   {label}: src/run.py:77:3\n77\t    run(x)\n{blank}"
    text = "\n".join(
        ["Test results:", *blocks[:7], odd, "-" * 50, *blocks[7:], "", "Run metrics:", "\tHigh: 1", "\tLow: 12"]
    )
    output = ToolOutput(text, "Bash", {"command": "audit -r src"}, "")

    sections = router.route(output)
    compressed = load("lint").compress(output, 400)

    assert [section.kind for section in sections] == ["lint"]
    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    assert "src/run.py:77" in shown and "A shell is started" in shown and "Severity: High" in shown
    assert "×12" in shown and "src/a1.py:10,13,16,19" in shown
    assert shown.endswith("\tHigh: 1\n\tLow: 12")
