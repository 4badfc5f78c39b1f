"""Recall of coding memory on recorded agent sessions: what memory knows of a step when only its start is given.

Each session is replayed step by step through `memory.coding`, as the hooks would. Before a step is taken in, memory is asked
with the start of the step, and must bring back an earlier step that matters to it:

    command   asked with the first half of its words (at least two, at most twelve)
              → an earlier run of the same command (its key in `memory.commands`)
    file      asked with the first half of the command that changes a file
              → an earlier step that changed the same file
    error     asked with the first 60 characters of its error line
              → an earlier step with the same error, or the note that tells what mended it

A question is a hit when one of the first five notes stems from such a step. Steps that nothing earlier matters to are no
questions. Sessions of one repository share a memory. Beside it: the same questions on plain FTS5, ranked by its own
BM25, over the same notes and over the raw steps (command and output); and what an answer costs in tokens.
"""

from __future__ import annotations

import glob
import json
import os
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from headroom_mcp.commands import identity
from headroom_mcp.memory import learn as coding
from headroom_mcp.memory import recall
from headroom_mcp.store import open_in_memory
from headroom_mcp.store.sqlite.plain_index import PlainIndex
from headroom_mcp.text import tokens
from headroom_mcp.types import HeadroomError

CUT = 5
_ERROR_CHARS = 60
_RAW_CHARS = 4_000  # of each raw step's output, half from its end: a plain store of everything


class Step(NamedTuple):
    """One recorded step: what ran, how it ended (None: unknown), what it printed."""

    command: str
    failed: bool | None
    output: str


class Question(NamedTuple):
    """What is asked before a step, and the numbers of the earlier steps that would answer."""

    kind: str
    text: str
    answers: frozenset[int]


def is_here(folder: str) -> bool:
    """Tell whether `folder` holds recorded sessions."""
    return any(True for _ in _paths(folder))


def measure(folder: str) -> dict[str, Any]:
    """Return hit@5 in per cent, by kind of question, for memory and for plain FTS5. Raises: HeadroomError."""
    memories: dict[str, _Memory] = {}
    asked: dict[str, int] = {}
    hits = {name: dict[str, int]() for name in _SEARCHES}
    first = dict.fromkeys(_SEARCHES, 0)
    cost = dict.fromkeys(_SEARCHES, 0)
    sessions = 0
    for path in _paths(folder):
        project, steps = _read(path)
        sessions += 1
        memory = memories.setdefault(project, _Memory(project))
        for step in steps:
            for question in _questions(step, memory):
                asked[question.kind] = asked.get(question.kind, 0) + 1
                for name, search in _SEARCHES.items():
                    found = search(memory, question.text)
                    cost[name] += sum(tokens.estimate(text) for _, text in found)
                    first[name] += bool(found) and found[0][0] in question.answers
                    met = any(number in question.answers for number, _ in found)
                    hits[name][question.kind] = hits[name].get(question.kind, 0) + met
            memory.take(step, path)
    if not sessions:
        msg = f"{folder} holds no recorded sessions (*.json with steps)."
        raise HeadroomError(msg)
    total = sum(asked.values())
    figures: dict[str, Any] = {"benchmark": "coding recall", "sessions": sessions, "questions": total}
    for name, counts in hits.items():
        figures[name] = {
            "hit@1": round(100 * first[name] / max(1, total), 1),
            f"hit@{CUT}": round(100 * sum(counts.values()) / max(1, total), 1),
            **{f"{kind} ({asked[kind]})": round(100 * counts[kind] / asked[kind], 1) for kind in sorted(asked)},
            "tokens per answer": round(cost[name] / max(1, total)),
        }
    return {**figures, f"hit@{CUT}": figures["memory"][f"hit@{CUT}"]}


class _Memory:
    """What one repository's sessions have taught, and beside it every raw step."""

    def __init__(self, project: str) -> None:
        self.project = os.path.join(os.sep, "recorded", project)
        self.steps: list[Step] = []
        self.known: list[identity.Command] = []
        self.store = open_in_memory()
        self.raw_steps = PlainIndex()

    def take(self, step: Step, session: str) -> None:
        """Take in a step; its number is the time of its notes."""
        number = len(self.steps)
        self.steps.append(step)
        self.known.append(identity.read(step.command))
        coding.command_ran(
            self.store,
            project=self.project,
            session=session,
            command=step.command,
            failed=step.failed,
            output=step.output,
            now_s=float(number),
        )
        half = _RAW_CHARS // 2
        shown = step.output if len(step.output) <= _RAW_CHARS else step.output[:half] + step.output[-half:]
        self.raw_steps.add(number, f"{step.command}\n{shown}")

    def search(self, text: str) -> list[tuple[int, str]]:
        """Return the notes found, each with the step it stems from."""
        found = recall.search(
            self.store, text, (self.project,), limit=CUT, now_s=float(len(self.steps)), semantic=False
        )
        return [(int(hit.note.created_s), hit.note.text) for hit in found]

    def plain_notes(self, text: str) -> list[tuple[int, str]]:
        """Return what plain FTS5 finds among the same notes."""
        live = [note for note in self.store.notes.all() if not note.superseded_by]
        index = PlainIndex()
        index.fill((row, note.text) for row, note in enumerate(live))
        found = [(int(live[row].created_s), body) for row, body in index.search(text, CUT)]
        index.close()
        return found

    def plain_steps(self, text: str) -> list[tuple[int, str]]:
        """Return what plain FTS5 finds among the raw steps."""
        return self.raw_steps.search(text, CUT)


_SEARCHES: dict[str, Callable[[_Memory, str], list[tuple[int, str]]]] = {
    "memory": _Memory.search,
    "plain FTS5, same notes": _Memory.plain_notes,
    "plain FTS5, raw steps": _Memory.plain_steps,
}


def _questions(step: Step, memory: _Memory) -> list[Question]:
    read = identity.read(step.command)
    earlier, known = dict(enumerate(memory.steps)), memory.known
    words = step.command.split()
    start = " ".join(words[: min(12, max(2, len(words) // 2))])
    questions = []
    if read.key:
        answers = frozenset(number for number in earlier if known[number].key == read.key)
        questions.append(Question("command", start, answers))
    if read.changes:
        answers = frozenset(number for number in earlier if set(known[number].changes) & set(read.changes))
        questions.append(Question("file", start, answers))
    if step.failed and step.output.strip():
        gist = coding.gist_of(step.output)
        same = {
            number for number, other in earlier.items() if other.failed and _alike(coding.gist_of(other.output), gist)
        }
        fixes = {
            number
            for number in earlier
            for bad in same
            if number > bad and known[number].key == known[bad].key and earlier[number].failed is False
        }
        questions.append(Question("error", gist[:_ERROR_CHARS], frozenset(same | fixes)))
    return [question for question in questions if question.answers]


def _alike(one: str, other: str) -> bool:
    return re.sub(r"\d+", "#", one)[:_ERROR_CHARS] == re.sub(r"\d+", "#", other)[:_ERROR_CHARS]


def _read(path: str) -> tuple[str, list[Step]]:
    with open(path, encoding="utf-8") as file:
        session = json.load(file)
    steps = [
        Step(
            str(step["tool_input"].get("command", "")),
            None if step.get("returncode") is None else bool(step["returncode"]),
            str(step.get("output", "")),
        )
        for step in session["steps"]
        if step.get("tool_name") == "Bash"
    ]
    return str(session.get("repo") or session.get("id")), steps


def _paths(folder: str) -> list[str]:
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(path, encoding="utf-8") as file:
            head = file.read(20_000)
        if '"steps"' in head:
            found.append(path)
    return found
