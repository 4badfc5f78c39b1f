"""Many content blocks as one text: the records or lines of one answer, each in a block of its own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headroom_mcp.hook.respond import Replacement

_MIN_RUN = 3  # texts in a row
_SHORT_CHARS = 4_000  # on average: a longer text is an answer of its own


def joined(texts: list[str]) -> tuple[list[str], bool]:
    """Return `texts` ("" for an image) with each run of many short ones as one text, and whether there was such a run."""
    groups = _groups(texts)
    return ["\n".join([texts[index] for index in group]) for group in groups], len(groups) < len(texts)


def reply(blocks: list[Any], texts: list[str], new: list[Replacement | None]) -> list[Any]:
    """Return `blocks` (whose texts are `texts`) with the replacements for what `joined` gave in place of their runs."""
    shown: list[Any] = []
    for group, replacement in zip(_groups(texts), new, strict=True):
        if replacement is None:
            shown += [blocks[index] for index in group]
        else:
            shown.append({**blocks[group.start], "text": replacement.text})
    return shown


def _groups(texts: list[str]) -> list[range]:
    """Return the runs of neighbouring texts that are one text, and all others alone. What stands between texts, as an
    image, ends a run."""
    groups: list[range] = []
    position = 0
    while position < len(texts):
        stop = position
        while stop < len(texts) and texts[stop]:
            stop += 1
        run = range(position, stop)
        if len(run) >= _MIN_RUN and sum([len(texts[index]) for index in run]) < _SHORT_CHARS * len(run):
            groups.append(run)
        else:
            groups += [range(index, index + 1) for index in run]
        if stop < len(texts):
            groups.append(range(stop, stop + 1))
        position = stop + 1
    return groups
