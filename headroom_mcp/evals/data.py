"""Data sets in a folder of one's own: nothing is bundled, what is there is checked by what its publishers' copies hash to.

    DIR/bfcl/*.jsonl  or  BFCL_v4_simple_python.json with possible_answer/   Apache-2.0
    DIR/squad2/*.jsonl                                                      CC BY-SA 4.0
    DIR/gsm8k/test.jsonl                                                    MIT
    DIR/truthfulqa/TruthfulQA.csv                                           Apache-2.0
    DIR/sessions/*.json                                                     recorded agent sessions

A file with another content is read all the same, and its checksum stands beside the figures: what was measured is known.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from headroom_mcp.types import SettingsError

LICENCES = {
    "bfcl": "Apache-2.0",
    "squad2": "CC BY-SA 4.0",
    "gsm8k": "MIT",
    "truthfulqa": "Apache-2.0",
    "sessions": "of whoever recorded them",
}


class Function(NamedTuple):
    """A question, the tools that may answer it, and the calls that are right: name → parameter → values accepted."""

    id: str
    question: str
    tools: list[dict[str, Any]]
    truth: list[dict[str, dict[str, list[Any]]]]


class Passage(NamedTuple):
    """A passage with a question and the spans that answer it."""

    id: str
    title: str
    text: str
    question: str
    answers: list[str]


class Problem(NamedTuple):
    """A question as it is sent, with nothing to compress, and the answers that count as right."""

    id: str
    text: str
    answers: list[str]


class Data(NamedTuple):
    """A folder of data sets."""

    folder: str

    def has(self, name: str) -> bool:
        """Tell whether the set `name` is there."""
        return bool(self._files(name))

    def checksums(self) -> dict[str, str]:
        """Return the SHA-256 of every file that would be read, by its path in the folder."""
        found: dict[str, str] = {}
        for name in LICENCES:
            for path in self._files(name):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, self.folder)] = hashlib.sha256(file.read()).hexdigest()
        return found

    def functions(self) -> list[Function]:
        """Return the cases of BFCL. Raises: SettingsError."""
        answers = self._bfcl_answers()

        def one(row: dict[str, Any]) -> Function:
            asked = row["question"]
            said = asked if isinstance(asked, str) else " ".join(turn["content"] for turns in asked for turn in turns)
            truth = row["ground_truth"] if "ground_truth" in row else answers[row["id"]]
            return Function(row["id"], said, list(row["function"]), list(truth))

        return self._read("bfcl", one)

    def passages(self) -> list[Passage]:
        """Return the answerable questions of SQuAD. Raises: SettingsError."""
        read = self._read(
            "squad2",
            lambda row: (
                None
                if row.get("is_impossible")
                else Passage(row["id"], row["title"], row["context"], row["question"], list(row["answers"]))
            ),
        )
        return [passage for passage in read if passage is not None]

    def problems(self, name: str) -> list[Problem]:
        """Return the questions of "gsm8k" or "truthfulqa". Raises: SettingsError."""
        if name == "gsm8k":
            return self._read(
                name, lambda row: Problem("", row["question"], [row["answer"].rsplit("####", 1)[-1].strip()])
            )
        found = []
        for path in self._files(name):
            with open(path, encoding="utf-8", newline="") as file:
                try:
                    for row in csv.DictReader(file):
                        right = [row["Best Answer"], *row["Correct Answers"].split(";")]
                        found.append(Problem("", row["Question"], [text.strip() for text in right if text.strip()]))
                except (KeyError, AttributeError) as error:
                    msg = f"{path} is not TruthfulQA's table: {error!r}"
                    raise SettingsError(msg) from error
        return found

    def sessions(self) -> str:
        """Return the folder of recorded sessions."""
        return os.path.join(self.folder, "sessions")

    def _bfcl_answers(self) -> dict[str, Any]:
        """Return BFCL's answers by id, where they stand in files of their own as its publishers have them."""
        folder = os.path.join(self.folder, "bfcl", "possible_answer")
        rows: list[dict[str, Any]] = []
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            rows += [row for _, row in _lines(os.path.join(folder, name))]
        return {row["id"]: row["ground_truth"] for row in rows}

    def _files(self, name: str) -> list[str]:
        folder = os.path.join(self.folder, name)
        endings = (".csv",) if name == "truthfulqa" else (".jsonl", ".json")
        if not os.path.isdir(folder):
            return []
        return [os.path.join(folder, file) for file in sorted(os.listdir(folder)) if file.endswith(endings)]

    def _read(self, name: str, one: Callable[[dict[str, Any]], Any]) -> list[Any]:
        found = []
        for path in self._files(name):
            for number, row in _lines(path):
                try:
                    found.append(one(row))
                except (KeyError, TypeError, AttributeError) as error:
                    msg = f"{path}, line {number}, is not a case of {name}: {error!r}"
                    raise SettingsError(msg) from error
        return found


def at(folder: str) -> Data:
    """Return the data of `folder`. Raises: SettingsError where it holds none of the sets."""
    data = Data(folder)
    if not any(data.has(name) for name in LICENCES):
        msg = f"{folder} holds none of {', '.join(LICENCES)}. See headroom_mcp/evals/data.py for the layout."
        raise SettingsError(msg)
    return data


def _lines(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file of JSON lines with their line numbers. Raises: SettingsError."""
    try:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, json.loads(line)
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read as JSON lines: {error}"
        raise SettingsError(msg) from error
