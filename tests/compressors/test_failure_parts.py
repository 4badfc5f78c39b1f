"""Failures for which there is little room are named by what tells one from the next."""

from __future__ import annotations

import re

import pytest

from headroom_mcp.compressors import _failure_parts
from headroom_mcp.facts import blocks
from headroom_mcp.flow import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput

_FORMS = {
    "rustc": "error[E0308]: mismatched types\n  --> src/lib.rs:{at}:20\n   |\n{at} |     let x: i32 = word;\n   |            ---   ^^^^ expected `i32`\n",
    "python": 'Traceback (most recent call last):\n  File "jobs/run.py", line {at}, in step\n    raise ValueError(name)\nValueError: no such name\n',
    "rustc, no gutter": "error: cannot find value `x` in this scope\n  --> src/main.rs:{at}:5\n   | not found in this scope\n",
}


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("budget", [150, 300, 500])
def test_of_failures_that_begin_alike_the_places_are_said(form: str, budget: int) -> None:
    lines = "\n".join(_FORMS[form].format(at=at) for at in range(11, 71)).split("\n")
    found = blocks.blocks(lines, errors=True)
    assert len(found) == 60

    said = [
        part.text or "\n".join(lines[part.start : part.stop]) for part in _failure_parts.parts_of(lines, found, budget)
    ]

    named = [text for text in said if text]
    assert named
    for number, text in enumerate(said):
        assert not text or str(number + 11) in text, text


_MANY = {
    "go": ("go test -v", "=== RUN   TestSend{at}\n    send_test.go:{at}: got {at}, want 7\n--- FAIL: TestSend{at} (0.00s)\n"),
    "gtest": ("./mail_test", "[ RUN      ] Mail.Send{at}\nmail_test.cc:{at}: Failure\n[  FAILED  ] Mail.Send{at} (1 ms)\n"),
    "make": ("make", "cc -O2 -c -o obj/a{at}.o src/a{at}.c\nsrc/a{at}.c:{at}:5: error: 'x{at}' undeclared\n   {at} |   x{at} = 1;\n      |   ^~~\n"),
    "java": ("java -jar app.jar", 'Exception in thread "main" x.Bad: bad {at}\n\tat x.A.send(A.java:{at})\n\tat x.B.run(B.java:9)\n'),
}  # fmt: skip


@pytest.mark.parametrize("form", _MANY)
def test_failures_for_which_there_is_no_room_are_counted_in_the_gaps_that_hold_them(form: str) -> None:
    command, text = _MANY[form]
    output = ToolOutput("".join(text.format(at=at) for at in range(11, 3_000)), "Bash", {"command": command})

    planned = plan.plan(output, Settings(budget_tokens=800))

    more = sum(map(_number, re.findall(r"\[… ([\d,]+) more failures?\]", planned.body)))
    in_gaps = sum(map(_number, re.findall(r"([\d,]+) failures? among them", planned.body)))
    assert more == in_gaps > 2_000
    assert len(planned.body) < 20_000
    shown = sum(part.stop - part.start for part in planned.parts if part.action != "omit")
    assert shown + sum(last - first + 1 for first, last in _gaps(planned.body)) == len(output.lines)


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _gaps(body: str) -> list[tuple[int, int]]:
    found = re.findall(r"\[… lines? (\d+)(?:-(\d+))?", body)
    return [(int(first), int(last or first)) for first, last in found]
