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


def test_windows_have_bare_numbers_and_a_long_output_again_comes_as_what_changed(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    values = [f"    value_{n} = compute_the_value(argument_{n})" for n in range(1, 121)]
    (sandbox.project / "a.py").write_text("\n".join(values) + "\n")
    rows = [f"{Random(n).randrange(10**9):9d} {_line(n)[1:]}" for n in range(900)]
    (sandbox.project / "rows.txt").write_text("\n".join(rows) + "\n")
    windows = [
        Call("Bash", {"command": f"nl -ba a.py | sed -n {of}p", "description": "x"}) for of in ("11,40", "31,70")
    ]
    again = Call("Bash", {"command": "cat rows.txt", "description": "x"})
    change = Call(
        "Bash", {"command": "sed -i '500s/.*/ 12345678 the row that has changed/' rows.txt", "description": "x"}
    )

    first, second, short, _, delta = sandbox.run([*windows, again, change, again, "done"]).texts

    assert first.split("\n")[:30] == [f"{n}\t{values[n - 1]}" for n in range(11, 41)]
    assert second.split("\n")[:2] == [
        "[… lines 1-10 · 31-40 as shown above by nl -ba a.py | sed -n 11…]",
        f"41\t{values[40]}",
    ]
    assert "of 900 lines left out" in short
    assert "[… lines 1-499 · unchanged, in short above by cat rows.txt]\n 12345678 the row that has changed" in delta
