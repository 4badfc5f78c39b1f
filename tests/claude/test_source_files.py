"""Source files with a real Claude Code: outlines with true numbers, from which ranges can be read and lines edited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from headroom_mcp.install.live.fake_api import Call, Turn

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

pytestmark = pytest.mark.claude


def _module(functions: int) -> str:
    return '"""Jobs."""\n\nimport os\n\n' + "\n".join(
        f'\ndef job_{i}(value):\n    """Does job {i}."""\n'
        + "".join(f"    step_{j} = value * {i} + {j} - len(os.sep)\n" for j in range(12))
        + "    return step_3\n"
        for i in range(functions)
    )


def test_an_outline_leads_to_a_range_and_the_range_to_an_edit(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    path = sandbox.project / "jobs.py"
    path.write_text(_module(90))
    lines = _module(90).split("\n")
    outline = Call("Read", {"file_path": str(path)})

    def read_body(shown: Mapping[str, str]) -> Turn:
        text = next(iter(shown.values()))
        number = re.search(r"^(\d+)\tdef job_41\(value\):$", text, re.MULTILINE)
        assert number is not None
        return Call("Read", {"file_path": str(path), "offset": int(number[1]), "limit": 8})

    edit = Call(
        "Edit",
        {
            "file_path": str(path),
            "old_string": "    step_5 = value * 41 + 5 - len(os.sep)",
            "new_string": "    step_5 = value * 41 + 55 - len(os.sep)",
        },
    )
    first, body, _, after = sandbox.run([outline, read_body, edit, outline, "done"]).texts

    numbered = re.findall(r"^(\d+)\t(.*)$", first, re.MULTILINE)
    assert len(numbered) >= 90
    assert all(lines[int(number) - 1] == line for number, line in numbered)
    assert len(first) < len(_module(90)) / 2
    assert "\tdef job_41(value):" in body
    assert "    step_5 = value * 41 + 5 - len(os.sep)" in body
    assert path.read_text() == _module(90).replace("value * 41 + 5 -", "value * 41 + 55 -")
    assert "    step_5 = value * 41 + 55 - len(os.sep)" in after
    assert "lines left out" not in after


def test_a_file_over_the_hosts_limit_is_answered_with_its_outline(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    path = sandbox.project / "large.py"
    text = _module(600)
    path.write_text(text)
    assert len(text) > 256 * 1024
    lines = text.split("\n")

    shown = sandbox.run([Call("Read", {"file_path": str(path)}), "done"]).texts[0]

    assert "exceeds maximum" not in shown
    assert re.findall(r"^\d+\tdef (job_\d+)\(value\):$", shown, re.MULTILINE) == [f"job_{i}" for i in range(600)]
    numbered = re.findall(r"^(\d+)\t(.*)$", shown, re.MULTILINE)
    assert all(lines[int(number) - 1] == line for number, line in numbered)


def test_a_body_that_the_prompt_is_not_about_is_left_out_and_can_be_read_and_edited(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    path = sandbox.project / "shop.py"
    subjects = [f"{word}_{n}" for n in range(12) for word in ("harbour", "violin")]
    text = "".join(
        f"def {subject}(first):\n" + "".join(f"    {subject}_{n} = first.{subject}({n})\n" for n in range(30)) + "\n\n"
        for subject in subjects
    )
    path.write_text(text)
    whole = Call("Read", {"file_path": str(path)})

    def read_body(shown: Mapping[str, str]) -> Turn:
        number = re.search(r"^(\d+)\tdef violin_7\(first\):$", next(iter(shown.values())), re.MULTILINE)
        assert number is not None
        return Call("Read", {"file_path": str(path), "offset": int(number[1]), "limit": 8})

    edit = Call(
        "Edit",
        {"file_path": str(path), "old_string": "violin_7_3 = first", "new_string": "violin_7_3 = second"},
    )
    turns = [whole, read_body, edit, whole, "done"]
    first, body, _, after = sandbox.run(turns, prompt="harbour_1 and harbour_2 differ from harbour_3, why?").texts

    numbered = re.findall(r"^(\d+)\t(.*)$", first, re.MULTILINE)
    assert all(text.split("\n")[int(number) - 1] == line for number, line in numbered)
    assert "harbour_2_7 = first" in first and "violin_7_3 = first" not in first
    assert "violin_7_3 = first" in body
    assert path.read_text() == text.replace("violin_7_3 = first", "violin_7_3 = second")
    assert "violin_7_3 = second" in after and "lines left out" not in after
