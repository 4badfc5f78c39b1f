"""A session of Claude Code whose tool calls go through the hook, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headroom_mcp.hook import entry
from tests.hook.transcripts import Transcript


class ClaudeSession:
    """A session of Claude Code whose calls go through the hook; `shown` is what its model gets of each."""

    def __init__(self, folder: Path, name: str = "s") -> None:
        self.folder = folder
        self.name = name
        self.file = Transcript(folder / f"{name}.jsonl")
        self.file.prompt("go")
        self.calls = 0

    def run(self, command: str, text: str) -> str:
        """Return what is shown for a command that prints `text`."""
        reply = self._call("Bash", {"command": command}, {"stdout": text, "stderr": "", "interrupted": False})
        shown = text if reply is None else str(reply["stdout"])
        self.file.result(self._name, shown)
        return shown

    def read(self, lines: list[str], first: int = 1, last: int = 0, *, shows: int = 0) -> str | None:
        """Return the hook's answer to a Read of these lines; `shows`: how many of them the host shows."""
        last = last or len(lines)
        given: dict[str, object] = {"file_path": "/p/card.py"}
        if (first, last) != (1, len(lines)):
            given.update(offset=first, limit=last - first + 1)
        content = "\n".join(lines[first - 1 : shows or last])
        file = {
            "filePath": "/p/card.py", "content": content, "numLines": content.count("\n") + 1, "startLine": first,
            "totalLines": len(lines),
        }  # fmt: skip
        reply = self._call("Read", given, {"type": "text", "file": file})
        numbered = "\n".join(f"{at}\t{line}" for at, line in enumerate(content.split("\n"), first))
        answer = None if reply is None else str(reply["file"]["cells"][0]["source"]).strip("\n")
        self.file.result(self._name, numbered if answer is None else answer)
        return answer

    def compact(self) -> None:
        """What was said so far is summed up."""
        entry.handle(
            {
                "session_id": self.name, "transcript_path": str(self.file.path), "cwd": str(self.folder),
                "hook_event_name": "PreCompact", "trigger": "auto",
            }
        )  # fmt: skip

    def edit(self) -> None:
        """The model edits the file."""
        self._call(
            "Edit", {"file_path": "/p/card.py", "old_string": "a", "new_string": "b"}, {"filePath": "/p/card.py"}
        )
        self.file.result(self._name, "done")

    @property
    def _name(self) -> str:
        return f"toolu_{self.calls}"

    def _call(self, tool: str, given: dict[str, object], response: dict[str, object]) -> Any:
        self.calls += 1
        self.file.call(self._name, tool, given)
        reply = entry.handle(
            {
                "session_id": self.name, "transcript_path": str(self.file.path), "cwd": str(self.folder),
                "hook_event_name": "PostToolUse", "tool_name": tool, "tool_input": given, "tool_use_id": self._name,
                "tool_response": response,
            }
        )  # fmt: skip
        return reply["hookSpecificOutput"]["updatedToolOutput"] if isinstance(reply, dict) else None  # type: ignore[index]
