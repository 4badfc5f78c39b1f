"""The way back: what is said beside a slice is true of now."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.hook import entry
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import marker
from headroom_mcp.types import Origin, View
from tests.hook.host import event


@pytest.mark.parametrize("change", ["edit", "shell", "delete", "none"])
def test_a_slice_of_a_file_says_that_the_file_has_changed_since(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    path = tmp_path / "app.log"
    text = "\n".join(f"2026-01-01 00:00:00 INFO worker {i % 7} did job {i}" for i in range(900)) + "\n"
    path.write_text(text)
    count = text.count("\n") + 1
    file = {"filePath": str(path), "content": text, "numLines": count, "startLine": 1, "totalLines": count}
    given = {"file_path": str(path)}
    reply = entry.handle(event("Read", {"type": "text", "file": file}, given))
    assert isinstance(reply, dict)
    ref = marker.refs(str(reply["hookSpecificOutput"]["updatedToolOutput"]["file"]["cells"][0]["source"]))[-1]  # type: ignore[index]
    if change == "edit":
        entry.handle(event("Edit", {"filePath": str(path)}, {**given, "old_string": "a", "new_string": "b"}))
        path.write_text(text.replace("job 40\n", "job forty\n"))
    elif change == "shell":
        path.write_text(text + "one more line\n")
    elif change == "delete":
        path.unlink()

    answer = retrieve(ref, lines="1-3")

    assert "did job 0" in answer
    assert answer.endswith("has changed since: this is its old text]") == (change in ("edit", "shell"))
    assert answer.endswith("is gone since: this is what it was]") == (change == "delete")


def test_what_a_command_printed_has_no_file_to_compare(tmp_path: Path) -> None:
    text = "\n".join(f"2026-01-01 00:00:00 INFO worker {i % 7} did job {i}" for i in range(900))
    with open_store(Settings(home=str(tmp_path))) as store:
        view = View(limits.limit_chars("Bash"))
        result = compress_output(text, tool_name="Bash", store=store, origin=Origin("s"), view=view)
        assert result.ref is not None

        assert "since:" not in retrieve(result.ref, lines="1-3", store=store)
