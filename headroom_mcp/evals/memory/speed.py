"""How fast memory is when it is large, as a ratio to bare FTS5 on the same texts, file system and machine.

    bare query    SELECT rowid, body … WHERE plain MATCH 'a OR b …' ORDER BY rank LIMIT 5, on a table of the texts alone
    bare insert   one INSERT of a text into that table, in a transaction of its own
    search, save  `recall.search` and `notes.save` with the whole of what they do

Texts are drawn from a made-up vocabulary with the frequencies of natural language (Zipf), the same on every run.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from headroom_mcp.memory import notes, recall
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.store.sqlite.plain_index import PlainIndex

NOTES = 100_000
_WORDS_PER_NOTE = (8, 40)
_VOCABULARY = 50_000
_SESSION_NOTES = 20
_PROJECT = "/projects/large"
_ROUNDS = 200


def measure(count: int = NOTES) -> dict[str, Any]:
    """Return the median times in milliseconds with `count` notes in one project, and their ratios to bare FTS5."""
    texts = list(_texts(count + _ROUNDS))
    questions = [_question(text) for text in random.Random(7).sample(texts[:count], _ROUNDS)]
    with tempfile.TemporaryDirectory(prefix="headroom-memory-") as folder:
        bare = PlainIndex(os.path.join(folder, "bare.db"))
        bare.fill(enumerate(texts[:count], 1))
        with open_store(Settings(home=folder)) as store:
            notes.load(store, _exported(texts[:count]))
            fresh = iter(texts[count:])
            fresh_bare = iter(texts[count:])
            times = {
                "bare query": _median(lambda n: bare.search(questions[n], 5)),
                "search": _median(lambda n: recall.search(store, questions[n], (_PROJECT, ""), semantic=False)),
                "bare insert": _median(lambda n: bare.add(count + 1 + n, next(fresh_bare))),
                "save": _median(lambda n: notes.save(store, next(fresh), scope=_PROJECT, session="new")),
                "alike": _median(lambda n: notes.alike(store, texts[n], (_PROJECT, ""))),
            }
        bare.close()
    return {
        "benchmark": "memory speed",
        "notes": count,
        **{f"{name} p50 ms": round(value, 2) for name, value in times.items()},
        "search to bare query": round(times["search"] / times["bare query"], 2),
        "save to bare insert": round(times["save"] / times["bare insert"], 2),
    }


def _texts(count: int) -> Iterator[str]:
    chance = random.Random(11)
    letters = "bcdfghklmnprstvz"
    vocabulary = [
        "".join(chance.choice(letters) + chance.choice("aeiou") for _ in range(2 + index % 3)) + str(index % 97 or "")
        for index in range(_VOCABULARY)
    ]
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(_VOCABULARY)))
    for _ in range(count):
        yield " ".join(chance.choices(vocabulary, cum_weights=weights, k=chance.randint(*_WORDS_PER_NOTE)))


def _question(text: str) -> str:
    words = text.split()
    return " ".join(random.Random(text).sample(words, 5))


def _exported(texts: list[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        note = notes.Note(
            f"{number:010x}", text, scope=_PROJECT, session=str(number // _SESSION_NOTES), created_s=1e9 + number
        )
        yield json.dumps({**note._asdict(), "tags": []})


def _median(call: Callable[[int], object]) -> float:
    taken = []
    for number in range(_ROUNDS):
        start = time.perf_counter()
        call(number)
        taken.append((time.perf_counter() - start) * 1_000)
    return statistics.median(taken)
