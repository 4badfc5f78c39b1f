"""A session's transcript as Claude Code 2.1.330 writes it: entries that name the one before them."""

from __future__ import annotations

import json
from pathlib import Path


class Transcript:
    """The file at `path`; `last` is the entry that the next one hangs on, "" for the beginning of a tree."""

    def __init__(self, path: Path, agent: str = "") -> None:
        self.path = path
        self.agent = agent
        self.last = ""
        self._entries = 0

    def prompt(self, text: str) -> str:
        """Write down what the user says; return the entry's name."""
        return self.write("user", text)

    def call(self, tool_use_id: str, name: str, given: dict[str, object]) -> str:
        """Write down that the model calls a tool; return the entry's name."""
        return self.write("assistant", [{"type": "tool_use", "id": tool_use_id, "name": name, "input": given}])

    def result(self, tool_use_id: str, content: object) -> str:
        """Write down what the model was given for a call; return the entry's name."""
        return self.write("user", [{"type": "tool_result", "tool_use_id": tool_use_id, "content": content}])

    def write(self, kind: str, content: object, **more: object) -> str:
        """Append an entry and return its name."""
        self._entries += 1
        name = f"{self._entries:08d}-{self.agent or 'main'}"
        entry = {
            "parentUuid": self.last or None,
            "isSidechain": bool(self.agent),
            "type": kind,
            "message": {"role": kind, "content": content},
            "uuid": name,
            **({"agentId": self.agent} if self.agent else {}),
            **more,
        }
        self.append(entry)
        self.last = name
        return name

    def append(self, entry: dict[str, object]) -> None:
        """Append an entry of any kind."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, separators=(",", ":")) + "\n")
