"""Listings: ls, find, tree, du, git ls-files, Glob. Names grouped by folder first; then chosen, the others counted.

Shown are the entries that the question is about, with the folder they are in; the biggest ones; folders near the top and
what they begin with. A gap says what it holds by suffix or folder.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors import _paths
from headroom_mcp.compressors.listing import entries as _listed
from headroom_mcp.compressors.listing import rows as short_rows
from headroom_mcp.compressors.listing.entries import Entry, Form
from headroom_mcp.facts import tool_errors, unlike
from headroom_mcp.query import pieces as asked
from headroom_mcp.records import find, survey
from headroom_mcp.records.find import Record
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_SMALL_TOKENS = 1_800  # below, every entry is shown: any of them may be the one wanted
_MATCHED_TOKENS = 800  # the same where some entries hold words of the question
_MATCHED_TREE_TOKENS = 1_500
_POINTED_TOKENS = 500  # the same where the question names an entry that is there
_GAP_TOKENS = 14
_MAX_MATCHES = 40
# What programs write beside the sources: nobody asks for it by the name that it shares with them.
_BY_PRODUCT = late.pattern(
    r"(?:^|/)(?:__pycache__|node_modules|dist|build|target|\.git|\.?venv|site-packages)(?:/|$)|\.(?:pyc|class|o|map)$"
)
_BIGGEST = 5
_MAX_UNLIKE = 8
_MAX_LINE_CHARS = 160
# Without a question every name is as likely to be wanted as any other: all are shown where that is short enough.
_LOSSLESS_SHARE = 0.75
_LOSSLESS_TOKENS = 7_000


def score(output: ToolOutput) -> float:
    """Return how surely the text is a listing: by its form."""
    lines = output.lines
    share = _paths.share(lines)
    if share > 0.8:
        return 0.6 * share
    form, share = _listed.form_of(lines)
    match form:
        case "long" | "du":
            return 0.85 * share
        case "tree":
            return 0.7 * share
        case "recursive":
            return 0.6
        case "names":
            return 0.0 if find.in_blocks(lines) else 0.06
        case _:
            return 0.0


def facts(output: ToolOutput) -> list[Fact]:
    """Return the tool's own complaints: names are data."""
    return tool_errors.find(output.lines)


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Group or choose, as the budget wants."""
    lines = output.lines
    form, _ = _listed.form_of(lines)
    if form in ("none", "names", "recursive") and _paths.share(lines) > 0.8:
        return _paths.compress(output, budget)
    if form == "none" or len(lines) < 8:
        return None
    entries = _listed.parse(lines, form)
    matches = _matches(output, entries)
    if form == "tree":
        whole = _outline(lines, entries)
    else:
        whole = _in_short(lines, _parts(lines, entries, set(range(len(lines))), matches, form), matches, form)
    cost = _cost(lines, whole)
    unasked = not output.query and cost < _LOSSLESS_SHARE * output.tokens and cost < _LOSSLESS_TOKENS
    answered = bool(matches) and asked.is_pointed(output.query)
    # A tree is short when its names stand side by side.
    matched = bool(matches) and (form != "tree" or output.tokens >= _MATCHED_TREE_TOKENS)
    size = cost if form == "long" else output.tokens  # its rows have been cut already
    small = size < (_POINTED_TOKENS if answered else _MATCHED_TOKENS if matched else _SMALL_TOKENS)
    if cost <= budget or small or unasked:
        return Compressed(whole) if cost < output.tokens else None
    unlike = _unlike(output, entries) if form == "long" else []
    chosen = _chosen(lines, entries, matches, unlike, budget, answered=answered)
    parts = _in_short(lines, _parts(lines, entries, chosen, matches, form), [*matches, *unlike], form)
    return Compressed(parts, note=lambda start, stop: _note(entries, start, stop, form))


def _unlike(output: ToolOutput, entries: Sequence[Entry]) -> list[int]:
    """Return the files of a long listing that a superlative of the question means, then those that are unlike the others
    but for their names: of another owner or mode, a thousand times larger, of another year."""
    lines = output.lines
    files = [i for i, entry in enumerate(entries) if entry.name and not entry.is_folder]
    heads = [lines[i].removesuffix(entries[i].name) for i in files]
    found = survey.of_records(heads, [Record(at, at + 1) for at in range(len(heads))])
    asked_for = unlike.meant(output.query, found)
    rows = dict.fromkeys([*asked_for, *(one.record for one in survey.telling(found)[:_MAX_UNLIKE])])
    return [files[row] for row in rows]


def _matches(output: ToolOutput, entries: Sequence[Entry]) -> list[int]:
    """Return the entries that the question is about, best first; none where it is about a third of them all."""
    if not output.query:
        return []
    lines = output.lines
    texts = [
        f"{entry.folder}/ {line}" if entry.above >= 0 and entry.folder else line
        for entry, line in zip(entries, lines, strict=True)
    ]
    found = asked.best(output.query, texts, _MAX_MATCHES)
    found = sorted(found, key=lambda index: _BY_PRODUCT.search(texts[index]) is not None)
    return found if len(found) < max(8, len(lines) // 3) else []


def _chosen(
    lines: Sequence[str],
    entries: Sequence[Entry],
    matches: Sequence[int],
    unlike: Sequence[int],
    budget: int,
    *,
    answered: bool,
) -> set[int]:
    chosen: set[int] = set()
    room = budget

    def add(index: int, *, always: bool = False) -> bool:
        nonlocal room
        chain = [index]
        while entries[chain[-1]].above >= 0:
            chain.append(entries[chain[-1]].above)
        new = [i for i in chain if i not in chosen]
        cost = sum(tokens.estimate(lines[i]) + 1 for i in new)
        cost += _GAP_TOKENS * sum(1 for i in new if i - 1 not in chosen)
        if cost > room and not always:
            return False
        room -= cost
        chosen.update(new)
        return True

    for position, index in enumerate(matches):
        if room > budget // 3 or position == 0:
            add(index, always=position == 0)
    for index, entry in enumerate(entries):
        if not entry.name and lines[index] and not lines[index].startswith("total "):
            add(index)  # complaints, summaries
    for index in unlike:
        if room > budget // 2:
            add(index)
    if answered:
        room = min(room, budget // 3)  # the rest is for orientation
    sized = sorted((i for i, entry in enumerate(entries) if entry.size > 0), key=lambda i: (-entries[i].size, i))
    for index in sized[:_BIGGEST]:
        add(index)
    rank_in: dict[int, int] = {}
    weighed: list[tuple[float, int]] = []
    for index, entry in enumerate(entries):
        if entry.name:
            rank = rank_in[entry.above] = rank_in.get(entry.above, 0) + 1
            weight = 3.0 * entry.depth + 0.2 * rank - (2.0 if entry.is_folder else 0.0)
            if entry.is_folder and entry.size >= 0:  # du, wc: what is big is what was asked for
                weight = entry.depth - 2.0 * math.log2(1.0 + entry.size)
            weighed.append((weight, index))
    for _, index in sorted(weighed):
        if not add(index):
            break
    return chosen


def _parts(
    lines: Sequence[str], entries: Sequence[Entry], shown: set[int], matches: Sequence[int], form: Form
) -> list[Part]:
    """Return parts that show `shown`; in a bare `ls` or `ls -R` the names of one folder go on one line."""
    full = set(matches)
    joined = form in ("recursive", "names")
    parts: list[Part] = []
    index = 0
    total = len(lines)
    while index < total:
        stop = index + 1
        if index not in shown:
            while stop < total and stop not in shown:
                stop += 1
            parts.append(Part(index, stop, "omit", note=_note(entries, index, stop, form)))
        elif joined and _is_name(entries[index]) and index not in full:
            while stop < total and stop in shown and stop not in full and _is_name(entries[stop]):
                stop += 1
            names = lines[index:stop]
            if stop - index < 3 or any(" " in name for name in names):
                parts.append(Part(index, stop, "keep"))
            else:
                parts.append(Part(index, stop, "render", text=" ".join(names), lossless=True))
        else:
            while stop < total and stop in shown and (stop in full or not (joined and _is_name(entries[stop]))):
                stop += 1
            parts.append(Part(index, stop, "keep"))
        index = stop
    return parts


def _in_short(lines: Sequence[str], parts: list[Part], whole: Sequence[int], form: Form) -> list[Part]:
    """Return `parts` with the rows of a long listing cut where they are as most, but for those that somebody looks for."""
    return (short_rows.shortened(lines, parts, set(whole)) if form == "long" else None) or parts


def _outline(lines: Sequence[str], entries: Sequence[Entry]) -> list[Part]:
    """Return a drawn tree as an outline: a blank for each level, leaves beside each other on a line."""
    parents = {entry.above for entry in entries}
    parts: list[Part] = []
    index, total = 0, len(lines)
    while index < total:
        if not entries[index].name or entries[index].above < 0:
            parts.append(Part(index, index + 1, "keep"))
            index += 1
            continue
        start = index
        outlined: list[str] = []
        while index < total and entries[index].name and entries[index].above >= 0:
            entry = entries[index]
            leaf = index not in parents
            beside = leaf and index > start and index - 1 not in parents and entries[index - 1].above == entry.above
            if beside and ", " not in entry.name and len(outlined[-1]) < _MAX_LINE_CHARS:
                outlined[-1] += f", {entry.name}"
            else:
                outlined.append(f"{' ' * entry.depth}{entry.name}{'' if leaf else '/'}")
            index += 1
        parts.append(Part(start, index, "render", text="\n".join(outlined), lossless=True))
    return parts


def _is_name(entry: Entry) -> bool:
    return bool(entry.name) and not entry.is_folder


def _note(entries: Sequence[Entry], start: int, stop: int, form: Form) -> str:
    """Return what a gap holds."""
    # the head of a folder ("src:" of ls -R) and what stands for it are no names in it
    held = [entry for entry in entries[start:stop] if entry.name not in ("", ".", "..", entry.folder)]
    names = [entry.name.partition(" -> ")[0] for entry in held if not entry.is_folder]
    if form == "du" or not held:
        return ""
    if form == "tree":
        return ""
    folders = [entry.folder for entry in held]
    paths = [f"{entry.folder}/{entry.name}" for entry in held]
    if len(names) < 2:
        return ""
    return _paths.note(paths, folders, 0, len(paths))


def _cost(lines: Sequence[str], parts: Sequence[Part]) -> int:
    return sum(tokens.estimate(part.text or "\n".join(lines[part.start : part.stop])) for part in parts)
