"""Answer spans (SQuAD) in long pages: each question's passage among others, as a page that was fetched."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from headroom_mcp.evals import figures
from headroom_mcp.evals.data import Data, Passage
from headroom_mcp.evals.figures import Figure, Tick
from headroom_mcp.evals.layers import common
from headroom_mcp.evals.layers.common import Given

_PASSAGES = 12  # about 2,000 tokens: a page that is cut


def run(cases: int, tick: Tick, data: Data) -> list[Figure]:
    """Return the shares of answers shown, and shown or fetched back, at the saving that goes with it."""
    everything = data.passages()
    kept = back = total = 0
    lost: list[str] = []
    results = []
    with common.store() as opened:
        for one in everything[:cases]:
            given = page(one, everything)
            result = common.short(given, opened)
            results.append(result)
            found = _holds(one, result.text)
            fetched = found or any(common.fetched(result, opened, answer, one.question)[0] for answer in one.answers)
            kept += found
            back += fetched
            total += 1
            lost += [] if fetched else [f"{one.id}: {one.question}"]
            tick()
    return [
        figures.share("answers shown", kept, total, 0.8),
        figures.share("answers shown or fetched back", back, total, 0.97, lost),
        figures.mean("tokens saved", common.saving(results)),
    ]


def page(one: Passage, everything: Sequence[Passage]) -> Given:
    """Return a page that holds a question's passage at a place that chance has chosen, among other passages."""
    random = Random(one.id)
    texts = {other.text: other.title for other in everything if other.text != one.text}
    others = random.sample(sorted(texts), min(_PASSAGES - 1, len(texts)))
    others.insert(random.randrange(len(others) + 1), one.text)
    sections = [f"## {texts.get(text, one.title).replace('_', ' ')}\n\n{text}" for text in others]
    return Given(
        one.id, "\n\n".join(["# Reader", *sections]) + "\n", "WebFetch",
        {"url": "https://example.org/reader", "prompt": one.question}, tuple(one.answers), one.question,
    )  # fmt: skip


def _holds(one: Passage, text: str) -> bool:
    return any(common.shown(answer, text) for answer in one.answers)
