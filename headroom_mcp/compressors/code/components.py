"""Files of several languages: what stands between `<script>` or `<style>` and its end is read in its own language.

<script setup lang="ts">     a part in TypeScript: its definitions, imports and constants
<template>                   markup: the tag at the margin and its rows
---                          the script at the top of an Astro page
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors.code import margins

# <script setup lang="ts">    <style scoped lang="scss">
_OPENING = late.pattern(r"^\s*<(?P<tag>script|style)\b(?P<given>[^>]*)>\s*$")
_LANG = late.pattern(r"\blang=[\"']?(?P<lang>\w+)")
_BY_LANG = {"ts": "typescript", "tsx": "tsx", "typescript": "typescript", "jsx": "javascript", "js": "javascript"}
_FENCE = "---"

Part = tuple[int, int, str]


def parts(lines: Sequence[str]) -> list[Part]:
    """Return (start, stop, language) of the parts between their tags, in order, rows half-open."""
    found: list[Part] = []
    row = 0
    if lines and lines[0].strip() == _FENCE:
        stop = next((at for at in range(1, len(lines)) if lines[at].strip() == _FENCE), 0)
        if stop:
            found.append((1, stop, "typescript"))
            row = stop + 1
    while row < len(lines):
        opening = _OPENING.match(lines[row])
        if opening is None:
            row += 1
            continue
        tag = opening["tag"]
        stop = next((at for at in range(row + 1, len(lines)) if lines[at].lstrip().startswith(f"</{tag}")), -1)
        if stop < 0:
            break
        given = _LANG.search(opening["given"])
        language = _BY_LANG.get(given["lang"], "javascript") if given is not None else "javascript"
        found.append((row + 1, stop, "css" if tag == "style" else language))
        row = stop + 1
    return found


def markup(lines: Sequence[str], taken: Sequence[Part]) -> list[margins.Found]:
    """Return the tags at the margin outside of the parts `taken`, as definitions."""
    inside = {row for start, stop, _ in taken for row in range(start, stop)}
    bare = ["" if row in inside else line for row, line in enumerate(lines)]
    return [
        found
        for found in margins.definitions(bare)
        if found[4] - found[3] > 1
        and not _OPENING.match(lines[found[2]])
        and inside.isdisjoint(range(found[3], found[4]))
    ]
