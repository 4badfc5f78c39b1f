"""The whole path with a real Claude Code: what the model is shown, what it gets back, what is left when we go."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from headroom_mcp.install.live.fake_api import Call, Turn
from headroom_mcp.text import marker

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

pytestmark = pytest.mark.claude

_SETTINGS = '{\n\t"model": "sonnet",\n\t"permissions": {"allow": []}\n}\n'


def _log(lines: int) -> str:
    """Return what `_log_command` prints."""
    return "".join(f"2026-01-01 12:00:00 INFO worker {n % 7} finished job {n}\n" for n in range(1, lines + 1))


def _log_command(lines: int) -> str:
    return f"""awk 'BEGIN {{ for (n = 1; n <= {lines}; n++) print "2026-01-01 12:00:00 INFO worker " n % 7 " finished job " n }}'"""


def _retrieve(call: int, lines: str) -> Turn:
    """Return a turn that asks for `lines` of the ref that was shown for the call number `call`."""

    def turn(shown: Mapping[str, str]) -> Turn:
        ref = marker.refs(list(shown.values())[call])[-1]
        return Call("mcp__headroom__headroom_retrieve", {"ref": ref, "lines": lines})

    return turn


@pytest.mark.slow
def test_outputs_arrive_small_and_the_original_comes_back_by_its_ref(sandbox: Sandbox) -> None:
    sandbox.add_mini_server()
    (sandbox.config / "settings.json").write_text(_SETTINGS)
    sandbox.headroom("install")
    (sandbox.project / "app.log").write_text(_log(600))

    run = sandbox.run(
        [
            Call("Bash", {"command": _log_command(500), "description": "Print the log"}),
            Call("Bash", {"command": _log_command(2000), "description": "Print more of the log"}),
            Call("Read", {"file_path": str(sandbox.project / "app.log")}),
            Call("mcp__mini__rows", {"count": 400}),
            _retrieve(0, "201-220"),
            _retrieve(1, "1990-2000"),
            "done",
        ]
    )

    bash, long_bash, read, rows, slice_, long_slice = run.texts
    assert [len(marker.refs(_lines_of_ours(text))) for text in (bash, long_bash, read, rows)] == [1, 1, 1, 1]
    assert max(len(bash), len(read), len(rows)) < len(_log(500)) / 3
    assert "persisted-output" not in long_bash
    assert "\n".join(_log(500).splitlines()[200:220]) in slice_
    assert "\n".join(_log(2000).splitlines()[1989:2000]) in long_slice
    assert sandbox.headroom("doctor")

    sandbox.headroom("uninstall")

    assert (sandbox.config / "settings.json").read_text() == _SETTINGS
    assert "headroom" not in json.loads((sandbox.config / ".claude.json").read_text()).get("mcpServers", {})


@pytest.mark.slow
def test_a_second_look_at_a_file_and_a_look_after_an_edit_come_whole(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    path = sandbox.project / "app.log"
    path.write_text(_log(600))
    read = Call("Read", {"file_path": str(path)})
    edit = Call("Edit", {"file_path": str(path), "old_string": "job 300\n", "new_string": "job three hundred\n"})

    first, second, _, after_edit = sandbox.run([read, read, edit, read, "done"]).texts

    assert "[headroom " in first
    assert all(f"{n}\t{line}" in second for n, line in enumerate(_log(600).splitlines(), 1))
    assert "300\t2026-01-01 12:00:00 INFO worker 6 finished job three hundred" in after_edit
    assert "[headroom " not in after_edit


def test_line_numbers_of_a_shortened_file_are_true(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    path = sandbox.project / "app.log"
    path.write_text(_log(600))

    shown = sandbox.run([Call("Read", {"file_path": str(path)}), "done"]).texts[0]

    lines = _log(600).splitlines()
    numbered = re.findall(r"^(\d+)\t(.*)$", shown, re.MULTILINE)
    assert numbered
    assert all(lines[int(number) - 1] == line for number, line in numbered)


def test_an_mcp_result_that_was_saved_to_a_file_is_shown_small_instead(sandbox: Sandbox) -> None:
    sandbox.add_mini_server()
    sandbox.headroom("install")

    run = sandbox.run([Call("mcp__mini__rows", {"count": 1500}), _retrieve(0, "900"), "done"], count_tokens=60_000)

    rows, slice_ = run.texts
    assert "exceeds maximum allowed tokens" not in rows
    assert "[headroom " in rows
    assert "2026-01-01 12:00:00 INFO shipment 899 left the warehouse" in slice_


def _lines_of_ours(text: str) -> str:
    # A Read's answer is wrapped in <cell …>, whose end stands on a line of its own.
    return "\n".join(line for line in text.splitlines() if line.startswith("[headroom "))
