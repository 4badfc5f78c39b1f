"""Diffs: every change of a short one is shown; what is said twice is shown once."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.compressors import load
from headroom_mcp.flow import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput

_LEGEND = "[index, --- and +++ lines cut]"


def _shown(text: str, **given: str) -> str:
    tool = "Read" if "file_path" in given else "Bash"
    return plan.plan(ToolOutput(text, tool, given or {"command": "git diff"}), Settings()).body


def _header(path: str) -> list[str]:
    return [f"diff --git a/{path} b/{path}", "index 3f1c0aa9..77ab12e4 100644", f"--- a/{path}", f"+++ b/{path}"]


def _moved(seed: int) -> list[str]:
    """Return a diff that puts a run of lines into a block and changes some others on the way."""
    dice = Random(seed)
    old = [f"    {dice.choice(('send', 'weigh', 'book'))}(parcel_{at}, {dice.randrange(900)})" for at in range(dice.randint(4, 12))]  # fmt: skip
    new = [f"    {line}" if dice.random() < 0.8 else f"        skip({at})" for at, line in enumerate(old)]
    added = ["+    with lock:", *(f"+{line}" for line in new)]
    return [*_header("depot/send.py"), "@@ -3,9 +3,10 @@ def send(parcels):", "     start()", *(f"-{line}" for line in old), *added, "     stop()"]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_lines_said_to_be_added_again_stand_below_but_for_their_blanks(seed: int) -> None:
    lines = [*_moved(seed), *_moved(seed + 1000)]
    output = ToolOutput("\n".join(lines), "Bash", {"command": "git diff"})
    compressed = load("diff").compress(output, 5_000)
    assert compressed is not None

    said = [part for part in compressed.parts if "as added below" in part.note]
    kept = [row for part in compressed.parts if part.action == "keep" for row in range(part.start, part.stop)]
    for part in said:
        below = ["".join(lines[row][1:].split()) for row in kept if row > part.stop and lines[row].startswith("+")]
        gone = ["".join(line[1:].split()) for line in lines[part.start : part.stop]]
        assert all(line.startswith("-") for line in lines[part.start : part.stop])
        assert any(below[at : at + len(gone)] == gone for at in range(len(below)))


def test_some_runs_are_found() -> None:
    assert sum("as added below" in _shown("\n".join([*_moved(seed), *_moved(seed + 1)])) for seed in range(40)) > 10


def test_lines_that_change_in_more_than_blanks_stay() -> None:
    lines = [line.replace("+        ", "+        other_") for line in _moved(1)]

    assert "as added below" not in _shown("\n".join([*lines, *lines]))


def test_every_change_of_a_diff_of_some_pages_is_shown() -> None:
    lines: list[str] = []
    for at in range(12):
        lines += [*_header(f"depot/room_{at}.py"), f"@@ -{at + 3},9 +{at + 3},9 @@ class Room{at}:"]
        lines += [f"     keep({at}, {n})  # so that nobody enters a room that is being cleaned" for n in range(3)]
        lines += [f"-    close(door_{at}, after={at})", f"+    close(door_{at}, after={at}, locked=True)"]
        lines += [f"     leave({at}, {n})  # so that nobody enters a room that is being cleaned" for n in range(3)]
    text = "\n".join(lines)
    assert 1_500 < ToolOutput(text).tokens < 3_000

    shown = _shown(text)

    assert all(line in shown for line in lines if line[:1] in "+-" and not line.startswith(("---", "+++")))


def test_headers_keep_what_only_they_say() -> None:
    lines = [*_header("a.py"), "@@ -1 +1 @@", "-x = 1", "+x = 2"]
    lines += ["diff --git a/old.py b/new.py", "similarity index 90%", "rename from old.py", "rename to new.py", "index 1a..2b 100644", "--- a/old.py", "+++ b/new.py", "@@ -1 +1 @@", "-y = 1", "+y = 2"]  # fmt: skip
    lines += ["diff --git a/gone.py b/gone.py", "deleted file mode 100755", "index 1a..0", "--- a/gone.py", "+++ /dev/null", "@@ -1 +0,0 @@", "-z = 1"]  # fmt: skip
    lines += ["diff --git c/odd.py w/odd.py", "index 1a..2b", "--- c/odd.py", "+++ w/odd.py", "@@ -1 +1 @@", "-q = 1", "+q = 2"]  # fmt: skip
    lines += ["diff --git a/bin b/bin", "index 1a..2b 100644", "Binary files a/bin and b/bin differ"]

    shown = _shown("\n".join(lines)).split("\n")

    assert shown.count(_LEGEND) == 1
    assert {"rename from old.py", "deleted file mode 100755", "similarity index 90%", "index 1a..2b 100644"} <= {*shown}
    assert shown.count("index 1a..2b 100644") == 1  # of the binary file, whose header says no name twice
    assert [line for line in lines if line.startswith("diff --git")] == [
        line for line in shown if line.startswith("diff --git")
    ]
    assert not any(line.startswith(("--- ", "+++ ")) for line in shown)


def test_a_patch_that_lies_in_a_file_keeps_its_headers() -> None:
    text = "\n".join([*_header("a.py"), "@@ -1 +1 @@", "-x = 1", "+x = 2"] * 4)

    assert _LEGEND in _shown(text)
    assert _LEGEND not in _shown(text, command="cat fix.patch")
    assert _LEGEND not in _shown(text, file_path="/srv/fix.diff")
