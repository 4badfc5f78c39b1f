"""Tables of figures among other lines: the coverage of a run, its benchmarks.

Each row has a name and figures; which row is wanted cannot be known, so that all are shown, with their ends cut where
there is no room for them: a file's lines that no test reaches come after its share.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headroom_mcp.records import values
from headroom_mcp.text import tokens
from headroom_mcp.text.lines import Judged, alike
from headroom_mcp.types import Part

_MIN_ROWS = 4
_MIN_FIGURES = 2
_WORDS = 8  # of a row are looked at
_MAX_LINE_CHARS = 600
_ASKED = 3
_LEAST_CHARS = 40  # of a row, below which it says nothing


def tables(lines: Sequence[str], candidates: Iterable[int]) -> list[range]:
    """Return the runs of neighbouring lines among `candidates` (rising) that are rows of figures."""
    found: list[range] = []
    rows = Judged(lambda shape: _is_row(shape[:_MAX_LINE_CHARS]))
    every = alike(lines).every
    for index in candidates:
        if not rows[every[index]]:
            continue
        if found and found[-1].stop == index:
            found[-1] = range(found[-1].start, index + 1)
        else:
            found.append(range(index, index + 1))
    return [rows for rows in found if len(rows) >= _MIN_ROWS]


def fill(lines: Sequence[str], block: range) -> bool:
    """Tell whether most lines of a block are rows of figures."""
    return sum(map(len, tables(lines, block))) * 2 > len(block)


def shown(lines: Sequence[str], rows: range, room: int, query: str) -> list[Part]:
    """Return the parts that show `rows` within `room` tokens, their ends cut if they must be, but of those that the `query`
    is about; none where that says nothing."""
    texts = lines[rows.start : rows.stop]
    cost = tokens.estimate("\n".join(texts))
    if cost <= room:
        return [Part(rows.start, rows.stop, "keep")]
    width = max(map(len, texts))
    while cost > room and width > _LEAST_CHARS:
        width = max(_LEAST_CHARS, width * 9 // 10)
        cost = tokens.estimate("\n".join(text[:width] for text in texts))
    if cost > room:
        return []
    wanted: set[int] = set()
    if query:
        from headroom_mcp.query import pieces

        wanted.update(pieces.best(query, texts, _ASKED))
    told = [text if row in wanted else text[:width].rstrip() for row, text in enumerate(texts)]
    cut = sum(1 for text, said in zip(texts, told, strict=True) if said != text.rstrip())
    head = f"[the ends of {cut:,} of the {len(rows):,} rows below are cut]"
    said = "\n".join(told)
    return [Part(rows.start, rows.stop, "render", f"{head}\n{said}", note="rows of figures, cut")]


def _is_row(line: str) -> bool:
    """Tell whether a line has a name and figures after it."""
    name, *words = line.split(None, _WORDS)[:_WORDS] or [""]
    if not any(map(str.isalpha, name)):
        return False
    return sum(1 for word in words if values.number(word.strip("(),%")) is not None) >= _MIN_FIGURES
