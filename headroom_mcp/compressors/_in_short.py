"""Kept lines in fewer words, nothing left out: columns one blank apart; what neighbouring lines begin and end with, and the folder
of many paths, said once.

What is a program's output may be set in another way; the text of a file stays as it is, for whoever reads it will edit it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headroom_mcp.compressors import _prefixes
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_COMPILED = (".pyc", ".class", ".o\n", ".obj\n")  # of files that may stand beside what they are made of
_MIN_TOLD = 8  # lines
_MIN_SLASHES = 12  # in three paths of three folders
_MAX_LINES = 5_000  # beyond, only what is kept is looked at: a table may be set in two ways then


def cut(output: ToolOutput, parts: Sequence[Part], *, closer: bool, told: bool) -> list[Part]:
    """Return `parts` with their kept lines in fewer words, where that is worth being told of. Columns stand `closer` if they may, and
    what a program has `told` above is not told again."""
    if not output.query and any(suffix in output.text for suffix in _COMPILED):
        from headroom_mcp.compressors import _by_products

        parts = _by_products.cut(output.lines, parts, output.tokens)
    if told and len(output.lines) > _MIN_TOLD:
        from headroom_mcp.compressors import _said_above

        parts = _said_above.cut(output.lines, parts, output.tokens)
    return with_folders(output, _narrowed_and_said_once(output, parts, closer=closer and not output.files()))


def with_folders(output: ToolOutput, parts: Sequence[Part]) -> list[Part]:
    """Return `parts` with the folder of many paths said once."""
    if output.text.count("/") < _MIN_SLASHES:
        return list(parts)
    from headroom_mcp.compressors import _folders

    return _folders.cut(output.lines, parts, output.tokens)


def _narrowed_and_said_once(output: ToolOutput, parts: Sequence[Part], *, closer: bool) -> list[Part]:
    lines = output.lines
    shorter = _narrowed(output, parts) if closer and "   " in output.text else {}
    if not shorter:
        return _prefixes.cut(lines, parts, output.tokens)
    from headroom_mcp.text import columns

    shown = [shorter.get(index, line) for index, line in enumerate(lines)]
    made: list[Part] = []
    for part in _prefixes.cut(shown, parts, output.tokens):
        made.extend(_as_shown(shown, part, shorter) if part.action == "keep" and not part.text else [part])
    first = next(at for at, part in enumerate(made) if part.stop > min(shorter))
    made.insert(first, Part(made[first].start, made[first].start, "render", columns.HEAD, lossless=True))
    return made


def _narrowed(output: ToolOutput, parts: Sequence[Part]) -> dict[int, str]:
    """Return the kept lines whose columns stand closer, by their index; none where that is not worth a head."""
    from headroom_mcp.text import columns

    lines = output.lines
    kept = [part for part in parts if part.action == "keep" and not part.text]
    found = _closer(lines, 0, len(lines)) if len(lines) <= _MAX_LINES else {}
    shorter: dict[int, str] = {}
    for start, stop, *_ in kept:
        of_part = found if len(lines) <= _MAX_LINES else _closer(lines, start, stop)
        shorter.update((index, of_part[index]) for index in range(start, stop) if index in of_part)
    fewer = sum(columns.gaps(lines[index]) - columns.gaps(line) for index, line in shorter.items())
    return shorter if fewer >= columns.MIN_CUT else {}


def _closer(lines: Sequence[str], start: int, stop: int) -> dict[int, str]:
    from headroom_mcp.text import columns

    return {**columns.narrowed(lines, start, stop), **columns.barred(lines, start, stop)}


def _as_shown(shown: Sequence[str], part: Part, shorter: Mapping[int, str]) -> list[Part]:
    """Return a kept part with those of its lines as renders that are not as they were."""
    made: list[Part] = []
    at = part.start
    while at < part.stop:
        start, changed = at, at in shorter
        while at < part.stop and (at in shorter) == changed:
            at += 1
        if changed:
            made.append(Part(start, at, "render", "\n".join(shown[start:at]), lossless=True))
        else:
            made.append(Part(start, at, "keep"))
    return made
