"""Recall of conversation memory on LoCoMo (Maharana et al., 2024): one note per dialogue turn, one project per conversation.

A question counts as a hit when at least one turn of its evidence is among the k notes returned; neighbours count in k.
Categories 1 to 4 with evidence; category 5 has no answer in the conversation. Beside it: recall (the share of all
evidence turns returned), and the same notes and questions on a plain FTS5 table ranked by its own BM25.
"""

from __future__ import annotations

import calendar
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from headroom_mcp.memory import embeddings, notes, recall, vectors
from headroom_mcp.settings.load import load_settings
from headroom_mcp.store import open_in_memory
from headroom_mcp.store.sqlite.plain_index import PlainIndex
from headroom_mcp.types import HeadroomError

FILE_NAME = "locomo.json"
CUTS = (5, 10)
_ANSWERABLE = frozenset({1, 2, 3, 4})
_TURN_ID = re.compile(r"D(\d+):0*(\d+)")
# 1:56 pm on 8 May, 2023
_SAID_AT = re.compile(r"(\d+):(\d+) (am|pm) on (\d+) (\w+), (\d{4})")


class Turn(NamedTuple):
    """One dialogue turn: its id in the data, who says what in which session, and when."""

    id: str
    speaker: str
    text: str
    session: str
    said_s: float


class Question(NamedTuple):
    """A question, the ids of the turns that hold its answer, and its category."""

    text: str
    evidence: frozenset[str]
    category: int


class Conversation(NamedTuple):
    """One conversation over many sessions, with its questions."""

    id: str
    turns: list[Turn]
    questions: list[Question]


def measure(folder: str, *, semantic: bool = False) -> dict[str, Any]:
    """Return the figures for the data in `folder`, in per cent. Raises: HeadroomError where it is not LoCoMo."""
    conversations = list(read(folder))
    ours = _score(conversations, lambda conversation: _notes_answerer(conversation, semantic=semantic))
    plain = _score(conversations, _plain_answerer)
    return {
        "benchmark": "locomo",
        "questions": sum(len(conversation.questions) for conversation in conversations),
        "notes": sum(len(conversation.turns) for conversation in conversations),
        "semantic": semantic,
        **ours,
        "plain_fts5": plain,
    }


def read(folder: str) -> Iterator[Conversation]:
    """Yield the conversations of `folder`/locomo.json."""
    path = os.path.join(folder, FILE_NAME)
    others = sorted(name for name in os.listdir(folder) if name.endswith(".json"))
    if not os.path.exists(path) and len(others) == 1:
        path = os.path.join(folder, others[0])  # it goes by names such as locomo10.json, too
    try:
        with open(path, encoding="utf-8") as file:
            samples = json.load(file)
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read ({error}); give the folder that holds LoCoMo's {FILE_NAME}."
        raise HeadroomError(msg) from error
    for sample in samples:
        try:
            turns, questions = list(_turns(sample["conversation"])), list(_questions(sample["qa"]))
        except (KeyError, TypeError, AttributeError) as error:
            msg = f"{path} is not LoCoMo's data ({type(error).__name__}: {error}); give the folder that holds {FILE_NAME}."
            raise HeadroomError(msg) from error
        yield Conversation(str(sample["sample_id"]), turns, questions)


def _turns(conversation: dict[str, Any]) -> Iterator[Turn]:
    number = 1
    while f"session_{number}" in conversation:
        said_s = _said_at(str(conversation.get(f"session_{number}_date_time", "")))
        for turn in conversation[f"session_{number}"]:
            caption = turn.get("blip_caption")
            text = f"{turn['text']} [photo: {caption}]" if caption else turn["text"]
            yield Turn(turn["dia_id"], turn["speaker"], text, str(number), said_s)
        number += 1


def _questions(rows: list[dict[str, Any]]) -> Iterator[Question]:
    for row in rows:
        named = _TURN_ID.findall(" ".join(row["evidence"]))
        if row["category"] in _ANSWERABLE and named:
            yield Question(row["question"], frozenset(f"D{session}:{turn}" for session, turn in named), row["category"])


def _said_at(text: str) -> float:
    match = _SAID_AT.search(text)
    if match is None:
        return 0.0
    hour, minute, half, day, month, year = match.groups()
    month_number = list(calendar.month_name).index(month)
    clock = int(hour) % 12 + (12 if half == "pm" else 0)
    return float(calendar.timegm((int(year), month_number, int(day), clock, int(minute), 0)))


Answerer = Callable[[str], list[str]]


def _score(conversations: list[Conversation], answerer: Callable[[Conversation], Answerer]) -> dict[str, Any]:
    hits = dict.fromkeys(CUTS, 0.0)
    shares = dict.fromkeys(CUTS, 0.0)
    by_category: dict[int, list[float]] = {}
    total = 0
    for conversation in conversations:
        answer = answerer(conversation)
        for question in conversation.questions:
            found = answer(question.text)
            total += 1
            for cut in CUTS:
                met = question.evidence.intersection(found[:cut])
                hits[cut] += bool(met)
                shares[cut] += len(met) / len(question.evidence)
            by_category.setdefault(question.category, []).append(bool(question.evidence.intersection(found[:5])))
    figures: dict[str, Any] = {f"hit@{cut}": round(100 * hits[cut] / max(1, total), 1) for cut in CUTS}
    figures.update({f"recall@{cut}": round(100 * shares[cut] / max(1, total), 1) for cut in CUTS})
    figures["hit@5 by category"] = {
        str(category): round(100 * sum(met) / len(met), 1) for category, met in sorted(by_category.items())
    }
    return figures


def _notes_answerer(conversation: Conversation, *, semantic: bool) -> Answerer:
    store = open_in_memory()
    scope = conversation.id
    turn_of: dict[str, str] = {}
    for turn in conversation.turns:
        note = notes.save(
            store,
            turn.text or "-",
            scope=scope,
            author="user",
            speaker=turn.speaker,
            session=turn.session,
            created_s=turn.said_s,
        )
        turn_of[note.id] = turn.id
    if semantic:
        model = embeddings.load(load_settings().embeddings)
        while vectors.catch_up(store, model, (scope,)):
            pass
    asked_s = max((turn.said_s for turn in conversation.turns), default=time.time())

    def answer(question: str) -> list[str]:
        found = recall.search(store, question, (scope, notes.GLOBAL), limit=max(CUTS), now_s=asked_s, semantic=semantic)
        return [turn_of[hit.note.id] for hit in found]

    return answer


def _plain_answerer(conversation: Conversation) -> Answerer:
    index = PlainIndex()
    index.fill((number, f"{turn.speaker}: {turn.text}") for number, turn in enumerate(conversation.turns))

    def answer(question: str) -> list[str]:
        return [conversation.turns[number].id for number, _ in index.search(question, max(CUTS))]

    return answer
