"""Lists of paths: find, git ls-files, fd, rg -l, Glob. A directory once, its names after it.

    src/a.py                    src/: a.py b.py c.py
    src/b.py             →      src/x/: d.py
    src/c.py
    src/x/d.py

Paths that the question is about are shown in full. Too long a list shows the first names of each directory, shallow ones
first, and counts the others by suffix.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors import _budget
from headroom_mcp.facts import find
from headroom_mcp.query import pieces as asked
from headroom_mcp.text import parts as render
from headroom_mcp.text import templates, tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Part

_SMALL_TOKENS = 2_500  # below, every name is shown
_UNASKED_TOKENS = 3_000  # below, every path stands as it is where nobody asks
_MATCHED_TOKENS = 1_200  # the same where some of them are what the question is about
_AROUND = 3  # of the budget is for other paths than those that a question is about
_WORTH_IT = 0.7  # of what all names cost, grouped: for less saved none is left out
_GAP_TOKENS = 14
_MAX_MATCHES = 30
# one path: no ":" after it, no sentence; spaces only inside a name with a suffix
_PATH = late.pattern(r"^(?:\.{0,2}/|~/|[A-Za-z]:\\)?[^\s:|,;<>\"'=(){}]+(?: [^\s:|,;<>\"'=(){}]+){0,3}$")
_FOLDER_MARK = late.pattern(r"[/\\]")
_SUFFIX = late.pattern(r"\.(?!\d+$)[\w+-]+")
_SAMPLE = 200
_WRAPPED_CHARS = 56  # no encoder wraps its lines earlier


def share(lines: Sequence[str]) -> float:
    """Return the share of sampled lines that are one path each, with folders in enough of them to be a list of files."""
    step = max(1, len(lines) // _SAMPLE)
    sampled = [line for line in lines[::step] if line]
    if len(sampled) < 4:
        return 0.0
    paths = [line for line in sampled if _PATH.match(line)]
    foldered = sum(1 for line in paths if "/" in line or "\\" in line)
    if foldered < 0.4 * len(sampled) or _are_of_one_width(sampled):
        return 0.0
    # A field before a path: the first folder of hardly any list has two words.
    apart = [_FOLDER_MARK.split(line, maxsplit=1) for line in paths]
    if sum(1 for parts in apart if len(parts) > 1 and " " in parts[0]) * 2 > len(paths):
        return 0.0
    return len(paths) / len(sampled)


def _are_of_one_width(lines: Sequence[str]) -> bool:
    """Tell whether most lines are long and equally long, as those of base64 are."""
    width = len(lines[0])
    return width >= _WRAPPED_CHARS and sum(1 for line in lines if len(line) == width) * 2 > len(lines)


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Group the paths by directory; choose among them where that is over the budget."""
    if not output.query and output.tokens < _UNASKED_TOKENS:
        return None  # whole paths are what is copied from a short list; nobody said which
    lines = output.lines
    folders = [line.rpartition("/")[0] for line in lines]
    matches = set(asked.best(output.query, lines, _MAX_MATCHES)) if output.query else set()
    if len(matches) > len(lines) // 3:
        matches = set()
    whole = _parts(lines, folders, set(range(len(lines))), matches)
    cost = _cost(lines, whole)
    small = output.tokens < (_MATCHED_TOKENS if matches else _SMALL_TOKENS)
    if cost <= budget or small or (not output.query and cost < 0.5 * output.tokens):
        return Compressed(whole) if cost < output.tokens else None
    said = _said(lines, budget * 2 // 3)
    room = budget - sum(tokens.estimate(lines[i]) + _GAP_TOKENS * (i - 1 not in said) for i in matches | said)
    if matches:
        room = min(room, budget // _AROUND)
    parts = _parts(lines, folders, matches | said | _chosen(lines, folders, room), matches | said)
    shown = tokens.estimate(render.render(lines, parts))
    if shown > _WORTH_IT * cost and output.tokens < _SMALL_TOKENS:
        return Compressed(whole)
    return Compressed(parts, note=lambda start, stop: note(lines, folders, start, stop))


def _said(lines: Sequence[str], room: int) -> set[int]:
    """Return the lines that are no paths, failures first, one of each template before others, within `room` tokens: what a
    program says of what it lists, and at its end."""
    others = [i for i, line in enumerate(lines) if line and _is_said(line)]
    texts = [lines[i] for i in others]
    first: dict[str, int] = {}
    again: list[int] = []
    for at, form in enumerate(templates.masked(texts)):
        if first.setdefault(form, at) != at:
            again.append(at)
    order = dict.fromkeys([*find.failures(texts), *first.values(), *again])
    priced = ((others[at], tokens.estimate(texts[at]) + 2) for at in order)
    return {index for index, _ in _budget.within(room, priced)}


def _cost(lines: Sequence[str], parts: Sequence[Part]) -> int:
    return sum(tokens.estimate(part.text or "\n".join(lines[part.start : part.stop])) for part in parts)


def _is_said(line: str) -> bool:
    """Tell whether `line` is no path, or of words that may be a path but look like none: "no errors were found"."""
    named = "/" in line or "\\" in line or _SUFFIX.search(line) is not None
    return not _PATH.match(line) or (" " in line and not named)


def _chosen(lines: Sequence[str], folders: Sequence[str], room: int) -> set[int]:
    """Return the lines that fit into `room` tokens: the first names of each directory, shallow directories first."""
    in_folder: dict[str, int] = {}
    weighed: list[tuple[float, int]] = []
    for index, folder in enumerate(folders):
        rank = in_folder[folder] = in_folder.get(folder, 0) + 1
        weighed.append((rank + 1.5 * folder.count("/"), index))
    weighed.sort()
    chosen: set[int] = set()
    seen: set[str] = set()
    for _, index in weighed:
        folder = folders[index]
        price = tokens.estimate(lines[index][len(folder) :])
        if folder not in seen:
            price += tokens.estimate(folder) + _GAP_TOKENS
        if price > room:
            break
        room -= price
        seen.add(folder)
        chosen.add(index)
    return chosen


def _parts(lines: Sequence[str], folders: Sequence[str], shown: set[int], matches: set[int]) -> list[Part]:
    parts: list[Part] = []
    index = 0
    total = len(lines)
    while index < total:
        stop = index + 1
        if index not in shown:
            while stop < total and stop not in shown:
                stop += 1
            parts.append(Part(index, stop, "omit", note=note(lines, folders, index, stop)))
        elif index in matches:
            while stop < total and stop in matches:
                stop += 1
            parts.append(Part(index, stop, "keep"))
        else:
            while stop < total and stop in shown and stop not in matches and folders[stop] == folders[index]:
                stop += 1
            folder = folders[index]
            if stop - index < 2 or not folder:
                parts.append(Part(index, stop, "keep"))
            else:
                names = [line[len(folder) + 1 :] for line in lines[index:stop]]
                spaced = any(" " in name or not name for name in names)
                body = "\n".join(["", *names]) if spaced else " " + " ".join(names)
                parts.append(Part(index, stop, "render", text=f"{folder}/:{body}", lossless=True))
        index = stop
    return parts


def note(lines: Sequence[str], folders: Sequence[str], start: int, stop: int) -> str:
    """Return what a gap in a list of paths holds: "31 .py, 4 .md" or "310 in 12 directories: src/ 100, lib/ 40 …"."""
    per_folder: dict[str, int] = {}
    suffixes: dict[str, int] = {}
    for index in range(start, stop):
        folder = folders[index]
        per_folder[folder] = per_folder.get(folder, 0) + 1
        name = lines[index].rpartition("/")[2]
        suffix = name[name.rindex(".") :] if "." in name[1:] else ""
        if len(suffix) <= 8 and _SUFFIX.fullmatch(suffix):
            suffixes[suffix] = suffixes.get(suffix, 0) + 1
    kinds = sorted(
        ((count, suffix) for suffix, count in suffixes.items() if suffix), key=lambda pair: (-pair[0], pair[1])
    )
    if len(per_folder) < 2:
        return ", ".join(f"{count} {suffix}" for count, suffix in kinds[:4])
    top: dict[str, int] = {}
    for folder, count in per_folder.items():
        top[folder] = top.get(folder, 0) + count
    most = sorted(top.items(), key=lambda item: (-item[1], item[0]))[:5]
    named = ", ".join(f"{folder or '.'}/ {count}" for folder, count in most)
    return f"in {len(per_folder)} directories: {named}{' …' if len(top) > len(most) else ''}"
