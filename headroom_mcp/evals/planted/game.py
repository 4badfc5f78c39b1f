"""The game: draw an output, plant anomalies, compress, look for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from headroom_mcp.evals.planted.blocks import BLOCKS, FRAMES
from headroom_mcp.evals.planted.draw import ANOMALIES, Anomaly, Draw
from headroom_mcp.evals.planted.formats import LINES, Format

FORMATS: dict[str, Format] = {made.name: made for made in (*LINES, *BLOCKS, *FRAMES)}
QUESTION = "Does anything here stand out?"
_COUNTS = (60, 150, 400, 1200)
_EDGE = 4  # neither in the first nor in the last records: those are shown anyway
_BLANKS = re.compile(r"\s+")


class Planted(NamedTuple):
    """An anomaly and the strings that a reader must see to know of it."""

    anomaly: Anomaly
    marks: tuple[str, ...]


class Output(NamedTuple):
    """A made-up output, the command that would have printed it, and what is odd in it."""

    text: str
    command: str
    format: str
    planted: tuple[Planted, ...]


class Score(NamedTuple):
    """How many of the planted anomalies were seen, and the mean saving of `outputs` outputs (percent)."""

    seen: int
    planted: int
    saving: float
    outputs: int


def output(seed: int, only: str = "") -> Output:
    """Return the output of `seed`, in the format `only` where one is named. Raises: KeyError for an unknown format."""
    draw = Draw(seed)
    made = FORMATS[only] if only else FORMATS[draw.random.choice(sorted(FORMATS))]
    count = draw.random.choice(_COUNTS)
    entries = draw.entries(count // 4 if made.whole and count > 150 else count)
    planted: list[Planted] = []
    places = draw.random.sample(range(_EDGE, len(entries) - _EDGE), draw.random.choice((1, 1, 2)))
    for at in places:
        anomaly = draw.random.choice([name for name in ANOMALIES if _fits(name, made)])
        usual = entries[at]
        entries[at], slot, value = draw.odd(usual, anomaly, made.slots)
        marks = [usual.id] if anomaly == "empty" else [value]
        if made.whole and slot != "id" and usual.id not in marks:
            marks.append(usual.id)
        planted.append(Planted(anomaly, tuple(marks)))
    body = made.joint.join(made.write(entry) for entry in entries)
    text = "\n".join(piece for piece in (made.head, body, made.foot) if piece) + "\n"
    return Output(text, made.command, made.name, tuple(planted))


def seen(marks: Iterable[str], text: str) -> bool:
    """Tell whether every mark stands in `text`; a number may be written with commas."""
    flat = _BLANKS.sub(" ", text.replace('\\"', '"'))
    return all(
        _BLANKS.sub(" ", mark) in flat or (mark.isdigit() and f"{int(mark):,}" in flat) or _escaped(mark) in flat
        for mark in marks
    )


def play(
    seeds: Iterable[int],
    compress: Callable[[str, str, str], str],
    count: Callable[[str], int],
    *,
    query: bool,
    only: str = "",
) -> dict[str, Score]:
    """Return the score by format, by anomaly and of "ALL". `compress` gets text, command and question."""
    tallies: dict[str, list[float]] = {}
    for seed in seeds:
        drawn = output(seed, only)
        short = compress(drawn.text, drawn.command, QUESTION if query else "")
        saving = 1 - count(short) / max(1, count(drawn.text))
        for key in (drawn.format, "ALL"):
            tally = tallies.setdefault(key, [0, 0, 0.0, 0])
            tally[2] += saving
            tally[3] += 1
        for anomaly, marks in drawn.planted:
            for key in (drawn.format, anomaly, "ALL"):
                tally = tallies.setdefault(key, [0, 0, 0.0, 0])
                tally[0] += seen(marks, short)
                tally[1] += 1
    order = sorted(tallies, key=lambda key: (key == "ALL", key in ANOMALIES, key))
    return {key: _score(tallies[key]) for key in order}


def _score(tally: list[float]) -> Score:
    return Score(int(tally[0]), int(tally[1]), 100 * tally[2] / tally[3] if tally[3] else 0.0, int(tally[3]))


def _fits(anomaly: Anomaly, made: Format) -> bool:
    needs = {"outlier": {"number"}, "rare": {"state", "code", "name"}, "empty": {"id"}}.get(anomaly, {"text"})
    if anomaly == "rare":
        return bool(needs & made.slots)
    return needs <= made.slots and (anomaly != "empty" or bool({"state", "name"} & made.slots))


def _escaped(mark: str) -> str:
    return mark.replace('"', "&quot;").replace("'", "\\'")
