"""A whole-file Read over the host's limit gets a limit, and is answered with all of the file."""

from __future__ import annotations

from pathlib import Path

from headroom_mcp.hook.claude_code import oversize, tool_outputs


def _before(path: Path, **given: object) -> dict[str, object]:
    return {"tool_name": "Read", "tool_input": {"file_path": str(path), **given}}


def _large(tmp_path: Path, name: str = "large.py") -> Path:
    path = tmp_path / name
    path.write_text("def f(a):\n    return a  # and so on\n\n\n" * 9_000)
    return path


def test_only_a_whole_read_of_a_large_text_file_is_given_a_limit(tmp_path: Path) -> None:
    large = _large(tmp_path)
    small = tmp_path / "small.py"
    small.write_text("x = 1\n")
    binary = tmp_path / "data.json"
    binary.write_bytes(b"\0" * 300_000)

    reply = oversize.answer(_before(large))

    assert reply is not None
    assert reply["hookSpecificOutput"]["updatedInput"] == {  # type: ignore[index]
        "file_path": str(large),
        "limit": oversize.LIMIT_LINES,
    }
    assert "permissionDecision" not in reply["hookSpecificOutput"]  # type: ignore[operator]
    for payload in (
        _before(large, limit=20),
        _before(large, offset=5),
        _before(small),
        _before(binary),
        _before(_large(tmp_path, "book.ipynb")),
        _before(tmp_path / "missing.py"),
        {"tool_name": "Read", "tool_input": {"file_path": 7}},
        {"tool_name": "Write", "tool_input": {"file_path": str(large)}},
    ):
        assert oversize.answer(payload) is None


def test_the_limited_read_is_answered_as_the_whole_file(tmp_path: Path) -> None:
    large = _large(tmp_path)
    lines = large.read_text().split("\n")
    file = {
        "filePath": str(large),
        "content": "\n".join(lines[: oversize.LIMIT_LINES]),
        "numLines": oversize.LIMIT_LINES,
        "startLine": 1,
        "totalLines": len(lines),
    }
    payload = {
        "tool_name": "Read",
        "tool_input": {"file_path": str(large), "limit": oversize.LIMIT_LINES},
        "tool_response": {"type": "text", "file": file},
    }

    event = tool_outputs.parse(payload)

    assert event is not None
    assert (event.oversize, event.partial) == (True, False)
    assert event.texts == [large.read_text()]

    large.write_text("another file by now\n" * 20_000)
    changed = tool_outputs.parse(payload)

    assert changed is not None
    assert (changed.oversize, changed.partial) == (False, True)
