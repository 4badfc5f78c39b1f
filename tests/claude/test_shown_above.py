"""What a real Claude Code writes down of a session is enough to see what stands in front of its model."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from headroom_mcp.install.live.fake_api import Call

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

pytestmark = pytest.mark.claude


def _line(number: int) -> str:
    dice = Random(number)
    return "+" + " ".join("".join(dice.choices("abcdefghijklmnop", k=dice.randint(3, 9))) for _ in range(7)) + "."


_LINES = [_line(number) for number in range(40)]  # of a patch, all of them worth showing


def _cat(copy: int) -> Call:
    return Call("Bash", {"command": f"cat change.patch  # {copy}", "description": "x"})


def test_lines_shown_before_are_named_in_the_session_and_in_a_subagent_shown(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    (sandbox.project / "change.patch").write_text("\n".join(["--- a/n", "+++ b/n", "@@ -1 +1,40 @@", *_LINES]) + "\n")
    subagent = Call(
        "Agent",
        {"prompt": "x", "description": "x", "subagent_type": "general-purpose", "run_in_background": False},
    )

    run = sandbox.run([_cat(1), subagent, _cat(2), _cat(3), "sub done", _cat(4), "done"])

    texts = {use_id[-1]: text for use_id, text in run.api.results().items()}
    assert _LINES[7] in texts["1"]
    assert _LINES[7] in texts["3"]
    assert "as shown above by cat change.patch # 2" in texts["4"]
    assert "as shown above by cat change.patch # 1" in texts["5"]
