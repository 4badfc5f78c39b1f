"""Page snapshots of browser tools: every element that an agent can act on keeps its ref and its name.

    - listitem [ref=e5]:                                   link "Dashboard" [e6] · "Users" [e8] · searchbox "Search" [e30]
      - link "Dashboard" [ref=e6] [cursor=pointer]:   →    (rows: text | text | button "Edit" [ref] | button "Delete" [ref])
        - /url: /dashboard.html                            Ben Costa | Admin | [e88] | [e90]
    …                                                      [… lines 310-549 · 18 links, 36 buttons]

Boxes without a meaning, addresses of links and texts that repeat a name go first. What does not fit then is chosen:
messages and what the question is about whole, headings, fields and buttons, links, texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp.compressors.snapshot import choose, tree
from headroom_mcp.compressors.snapshot import units as units_module
from headroom_mcp.compressors.snapshot.units import Unit
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_MIN_SHARE = 0.2  # of the lines must be elements with refs
_MIN_ELEMENTS = 8
_SAMPLE = 400
_ROOM_SHARE = 0.34  # of a snapshot: an agent that misses an element takes the snapshot again
_ROOM_TOKENS = (1_200, 6_000)
_LEGEND = "[snapshot in short: [{ref}] is the ref of the element before it, {{2}} in a head the cell of column 2; … cuts a text; boxes, urls and labels that repeat a name left out]"


def score(output: ToolOutput) -> float:
    """Return whether the text holds a tree of elements with refs."""
    lines = output.lines
    step = max(1, len(lines) // _SAMPLE)
    sample = [line for line in lines[::step] if line.strip()]
    elements = sum(map(tree.is_node, sample))
    return 0.95 if elements >= _MIN_ELEMENTS and elements >= _MIN_SHARE * len(sample) else 0.0


def facts(output: ToolOutput) -> list[Fact]:
    """Return the messages of the page: what it says in an alert. Other words of failure are data."""
    return [
        Fact(i, 0, "alerts", i, i + 1) for i, line in enumerate(output.lines) if line.lstrip().startswith("- alert")
    ]


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Return the elements of the trees in `output` side by side, chosen where there is no room for all."""
    lines = output.lines
    regions = tree.regions(lines, _MIN_ELEMENTS)
    if not regions:
        return None
    room = max(budget, min(_ROOM_TOKENS[1], max(_ROOM_TOKENS[0], int(output.tokens * _ROOM_SHARE))))
    held = sum(stop - start for start, stop in regions)
    parts: list[Part] = []
    position = 0
    for start, stop in regions:
        if start > position:
            parts.append(Part(position, start, "keep"))
        try:
            found = units_module.units(tree.read(lines, start, stop))
        except RecursionError:
            return None
        parts += _region(output, found, start, stop, room * (stop - start) // held)
        position = stop
    if position < len(lines):
        parts.append(Part(position, len(lines), "keep"))
    return Compressed(parts, range(len(lines)))


def _region(output: ToolOutput, found: Sequence[Unit], start: int, stop: int, room: int) -> list[Part]:
    """Return the parts of the tree in lines `start` … `stop - 1`, whose units are `found`."""
    chosen = choose.chosen(found, output.query, room)
    ref = next((piece.ref for unit in found for piece in unit.pieces if piece.ref), "ref")
    parts = [Part(start, start, "render", _LEGEND.format(ref=ref))]
    position, run = start, start
    shown: list[str] = []
    gone: Counter[str] = Counter()
    table = ""

    def close(at: int) -> None:
        nonlocal run
        if shown:
            parts.append(Part(run, at, "render", "\n".join(shown)))
            shown.clear()
        elif at > run:
            parts.append(Part(run, at, "omit", note=_tally(gone)))
            gone.clear()
        run = at

    for index, unit in enumerate(found):
        text = chosen.get(index)
        if (text is None) == bool(shown):
            close(position)
        if text is None:
            gone.update(piece.role for piece in unit.pieces if piece.ref)
        else:
            if unit.table and unit.table != table:
                shown.append(unit.table)
            table = unit.table or table
            shown.append(text)
        position = unit.stop if index + 1 < len(found) else stop
    close(stop)
    return parts


def _tally(gone: Counter[str]) -> str:
    """Return what is left out: "18 links, 36 buttons"."""
    return ", ".join([f"{count:,} {role}{'' if count == 1 else 's'}" for role, count in gone.most_common(6)])
