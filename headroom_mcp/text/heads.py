r"""What stands at the head of every line and is none of its text: a CI service's job, step and time, a container's name.

    test<TAB>Run tests<TAB>2026-03-01T12:00:00.1234567Z FAIL src/a.test.ts     tag "test<TAB>Run tests<TAB>", a time
    2022-05-30T09:11:02.8576680Z npm error code E404                           a time
    #9 31.002 npm error code E404                                              tag "#9 ", a time
    web-1  | Listening on 8080                                                 tag "web-1  | "
    ==7== Invalid read of size 1                                               tag "==7== "

A time says nothing about a failure and costs twenty tokens a line; a tag says whose line it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re

_DATE = r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]? ?"
_HEAD = late.pattern(
    rf"^(?P<tag>[^\t\n]{{1,80}}\t[^\t\n]{{1,80}}\t|#\d+ (?=\d+\.\d)|[\w./-]{{1,60}} +\| |==\d+==(?: |$))?(?P<time>{_DATE}|\d+\.\d+ |\[\d\d:\d\d:\d\d(?:\.\d+)?\] ?)?"
)
_MIN_SHARE = 0.7
_MAX_TAGS = 60
_MARKS = ("|", "=", "==")  # with which a tag ends that needs no time to be one
_BOM = "\ufeff"  # GitHub puts one before the first line of each step


class Heads(NamedTuple):
    """The lines without their heads; each one's tag ("" where it has none); and the lines as they are shown: with their tags
    unless all are one, without times except those that count from a step's start. `timed`: some heads hold a time."""

    bare: list[str]
    tags: list[str]
    shown: list[str]
    timed: bool


def read(lines: Sequence[str]) -> Heads | None:
    """Return the lines and their heads, None where most lines have none."""
    step = max(1, len(lines) // 100)
    sampled = [line for line in lines[::step] if line][:120]
    if not sampled:
        return None
    found = [match for line in sampled if (match := _match(line)) is not None]
    if len(found) < _MIN_SHARE * len(sampled):
        return None
    tags: list[str] = []
    bare: list[str] = []
    timed = False
    for line in lines:
        match = _match(line)
        if match is None:
            tags.append("")
            bare.append(line)
            continue
        timed = timed or match["time"] is not None
        tags.append(match["tag"] or "")
        bare.append(line[match.end() :].lstrip(_BOM))
    if len(set(tags)) > _MAX_TAGS:
        return None  # a category with that many values is a column
    if any(tag.startswith("#") for tag in tags):
        return Heads(bare, tags, list(lines), timed)
    shown = bare if len(set(tags)) == 1 else [f"{tag}{line}" for tag, line in zip(tags, bare, strict=True)]
    return Heads(bare, tags, shown, timed)


def runs(tags: Sequence[str]) -> list[tuple[int, int]]:
    """Return the runs of lines of one tag as (start, stop), one run for all where tags alternate; "" goes with the tag
    before it."""
    found: list[tuple[int, int]] = []
    current = ""
    for index, tag in enumerate(tags):
        if not found or (tag and tag != current):
            found.append((index, index + 1))
            current = tag or current
        else:
            found[-1] = (found[-1][0], index + 1)
    different = len({tag for tag in tags if tag})
    return found if len(found) <= 2 * max(1, different) else [(0, len(tags))]


def _match(line: str) -> re.Match[str] | None:
    match = _HEAD.match(line)
    return (
        match
        if match is not None and match.end() and (match["time"] or (match["tag"] or "")[-2:].strip() in _MARKS)
        else None
    )
