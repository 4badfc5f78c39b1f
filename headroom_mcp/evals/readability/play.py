"""Asks a reader the same questions in every form, keeps each answer, and makes the table of forms."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from headroom_mcp.evals import statistics
from headroom_mcp.evals.readability import forms, shapes, texts
from headroom_mcp.evals.readability.shapes import Lookup
from headroom_mcp.evals.reader import Reader
from headroom_mcp.text import tokens

BASE = "json"
AGAIN = "json, again"  # A/A: how often the same text gets another answer
NAMES = (*shapes.SHAPES, *texts.SHAPES)
BAR_POINTS = -3  # our form may be that much worse than JSON
OF_TEXTS = (BASE, AGAIN, "ours")  # a text is no data: there is nothing else to write it as
_LOOKUPS = 52  # at most: a text is read once for all of them
_EDGES = " \t\n\"'`.,;"


class Question(NamedTuple):
    """One question about one text in one form; `shape`, `seed` and `at` pair it with the other forms."""

    shape: str
    seed: int
    at: int
    form: str
    text: str
    lookup: Lookup


class Answered(NamedTuple):
    """What a model said to a question, whether that is right, and the nats a token of the right answer (None: unknown).

    `prompt` tells the text and the question from any others: the same are not asked again of the same model.
    """

    model: str
    shape: str
    seed: int
    at: int
    form: str
    tokens: int
    gold: str
    said: str
    right: bool
    nats: float | None
    prompt: str = ""


class Row(NamedTuple):
    """A form beside JSON, over the questions that both were asked: shares 0..1, `p` by McNemar's exact test."""

    model: str
    shape: str
    form: str
    questions: int
    tokens: float
    base_tokens: float
    right: int
    base_right: int
    p: float
    nats: float | None
    base_nats: float | None

    @property
    def points(self) -> float:
        """Percentage points right, less those of JSON."""
        return 100 * (self.right - self.base_right) / max(1, self.questions)


def questions(count: int, chosen: Sequence[str], names: Sequence[str] = (), first_seed: int = 0) -> Iterator[Question]:
    """Yield questions, at least `count` a form, table by table, so that whatever has been asked is paired.

    `chosen` are names of forms; `names` those of shapes (all where there are none). What several questions share, the
    text, is asked in a row.
    """
    asked, seed = 0, first_seed
    while asked < count:
        for shape in names or NAMES:
            table = (
                texts.SHAPES[shape](seed, _LOOKUPS) if shape in texts.SHAPES else shapes.table(shape, seed, _LOOKUPS)
            )
            for form in dict.fromkeys((BASE, *chosen)):
                if isinstance(table.value, texts.Text) and form not in OF_TEXTS:
                    continue
                text = forms.FORMS[BASE if form == AGAIN else form](table.value)
                for at, lookup in enumerate(table.lookups):
                    yield Question(shape, seed, at, form, text, lookup)
            asked += len(table.lookups)
        seed += 1


def prompt_of(found: Question) -> str:
    """Return what tells the text and the question of `found`, and how often they are asked, from any others."""
    asked = f"{found.text}\0{found.lookup.question}\0{found.form if found.form == AGAIN else ''}"
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


def ask(reader: Reader, found: Question, *, nats: bool = False) -> Answered:
    """Ask one question. Raises: ReaderError."""
    said = reader.ask(found.text, found.lookup.question)
    cost = reader.nats(found.text, found.lookup.question, found.lookup.gold) if nats else None
    return Answered(
        reader.model, found.shape, found.seed, found.at, found.form, tokens.count(found.text), found.lookup.gold, said,
        is_right(said, found.lookup.gold), cost, prompt_of(found),
    )  # fmt: skip


def is_right(said: str, gold: str) -> bool:
    """Tell whether an answer is the value that was asked for; a sentence that holds it, and no other value like it, is."""
    plain = said.strip().splitlines()[0].strip(_EDGES) if said.strip() else ""
    if plain.lower() == gold.lower() or (gold == "null" and plain.lower() in ("none", "empty", "not set")):
        return True
    # "The cpu is 250m." but not "1250m", and "40" of "40, 41" is a guess.
    if re.search(r"\d", gold) and len(re.findall(r"[\w.-]*\d[\w.:-]*", plain)) > 1 + len(re.findall(r"\s", gold)):
        plain = plain.rsplit(" ", 1)[-1].strip(_EDGES)
        return plain.lower() == gold.lower()
    return re.search(rf"(?<![\w.-]){re.escape(gold)}(?![\w-])", plain, re.IGNORECASE) is not None


def load(path: str) -> list[Answered]:
    """Return what an earlier run has left in the file `path`; nothing where there is none. Raises: ValueError."""
    if not path or not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    try:
        # A run that was stopped may have left half a line.
        return [Answered(**json.loads(line)) for line in lines if line.endswith("}")]
    except (ValueError, TypeError) as error:
        msg = f"{path} does not hold answers of this program: {error}. Give another file, or remove it."
        raise ValueError(msg) from error


def rows(answers: Sequence[Answered], by_shape: bool = False) -> list[Row]:
    """Return a row for each model and form (and shape), over the questions that were asked of JSON as well.

    Of several answers to one question in one form the last counts: the form has changed since those before.
    """
    answers = list({(one.model, one.shape, one.seed, one.at, one.form): one for one in answers}.values())
    base = {(one.model, one.shape, one.seed, one.at): one for one in answers if one.form == BASE}
    groups: dict[tuple[str, str, str], list[tuple[Answered, Answered]]] = {}
    for one in answers:
        beside = base.get((one.model, one.shape, one.seed, one.at))
        if beside is not None:
            groups.setdefault((one.model, one.shape if by_shape else "all", one.form), []).append((beside, one))
    return [_row(*key, pairs) for key, pairs in sorted(groups.items())]


def _row(model: str, shape: str, form: str, pairs: Sequence[tuple[Answered, Answered]]) -> Row:
    only_base = sum(1 for base, one in pairs if base.right and not one.right)
    only_one = sum(1 for base, one in pairs if one.right and not base.right)
    known = [(base.nats, one.nats) for base, one in pairs if base.nats is not None and one.nats is not None]
    return Row(
        model, shape, form, len(pairs),
        sum(one.tokens for _, one in pairs) / len(pairs), sum(base.tokens for base, _ in pairs) / len(pairs),
        sum(one.right for _, one in pairs), sum(base.right for base, _ in pairs),
        statistics.mcnemar(only_base, only_one),
        sum(one for _, one in known) / len(known) if known else None,
        sum(base for base, _ in known) / len(known) if known else None,
    )  # fmt: skip
