"""Listings read into entries: ls, ls -l, ls -R, du, tree and what draws trees like it (npm ls, cargo tree).

drwxr-xr-x  2 root root 4096 Jan  3 14:46 name      an entry with its size
dir:                                                 the folder of what follows (ls -R)
4096<TAB>path/name                                   du
├── name                                             an entry below the nearest less indented one
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import Literal, NamedTuple

Form = Literal["long", "recursive", "du", "tree", "names", "none"]

# drwxr-xr-x@  9 root  wheel  288 May  3  2019 name with spaces -> target
_LONG = late.pattern(r"^([-dlbcpsD])[rwxsStTl-]{9}[@+.]?\s+(?:\d+\s+)?\S+\s+(?:\S+\s+)?([\d.,]+[KMGT]?)\s+(.*)")
# the date before the name: "Jan  3 14:46", "May  3  2019", "2020-07-30 18:49:49.000000000 -0700", "2020-07-30 18:49"
_DATE = late.pattern(
    r"^(?:\w{3}\s+\d+\s+[\d:]+|\d+\s+\w{3}\s+[\d:]+|\d{4}-\d\d-\d\d(?: [\d:.]+(?: [-+]\d{4})?)?|[\d-]+ [\d:]+)\s+"
)
_FOLDER = late.pattern(r"^((?:[./~]|\w:\\|[\w@.+-]).*):$")
_DU = late.pattern(
    r"^\s*(\d+(?:\.\d+)?[KMGTP]?i?B?)(?:\t| +)((?=.*[/.]|total$)[^\s\"'=<>|()\[\]{}]+(?: [^\s\"'=<>|]+){0,5})$"
)
_BRANCH = late.pattern(r"^([│├└|`\s─┬+\\-]*?)[├└|`+\\][─┬-]+ ?(.*)")
_SENTENCE_WORDS = 3
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}


class Entry(NamedTuple):
    """One line of a listing. `above`: the line of its folder, -1 for none; `depth`: levels below the top."""

    is_folder: bool
    name: str
    folder: str
    above: int
    depth: int
    size: float


_OTHER = Entry(False, "", "", -1, 0, -1.0)


def form_of(lines: Sequence[str]) -> tuple[Form, float]:
    """Return how a listing is written and the share of sampled lines that are."""
    step = max(1, len(lines) // 300)
    sampled = [line for line in lines[::step] if line.strip()]
    if len(sampled) < 3:
        return "none", 0.0
    long = sum(1 for line in sampled if _LONG.match(line) or line.startswith("total ") or _FOLDER.match(line))
    if long > 0.6 * len(sampled) and any(_LONG.match(line) for line in sampled):
        return "long", long / len(sampled)
    du = sum(1 for line in sampled if _DU.match(line))
    if du > 0.8 * len(sampled):
        return "du", du / len(sampled)
    branches = [match[2] for line in sampled if (match := _BRANCH.match(line))]
    if len(branches) > 0.6 * len(sampled):
        # What has a sentence at each branch is a plan or a report, and not a list of names.
        sentences = sum(1 for name in branches if sum(map(str.isalpha, name.split())) >= _SENTENCE_WORDS)
        return ("none", 0.0) if sentences * 2 > len(branches) else ("tree", len(branches) / len(sampled))
    folders = sum(1 for before, line in zip(["", *lines], lines, strict=False) if not before and _FOLDER.match(line))
    short = sum(1 for line in sampled if len(line) < 120 and not line.startswith((" ", "\t")))
    if folders >= 2 and short > 0.95 * len(sampled):
        return "recursive", 0.9
    if short == len(sampled) and all(len(line.split()) <= 4 for line in sampled) and not _have_fields(sampled):
        return "names", 0.5
    return "none", 0.0


def _have_fields(sampled: Sequence[str]) -> bool:
    """Tell whether most lines have a word before the first that holds a slash: a field before a path, and not one name."""
    before = sum(1 for line in sampled if " " in line.partition("/")[0] and "/" in line)
    return before * 2 > len(sampled)


def parse(lines: Sequence[str], form: Form) -> list[Entry]:
    """Return one entry for each line; a line that is none has an empty name."""
    match form:
        case "long" | "recursive":
            return _parse_folders(lines, form)
        case "du":
            return [_du(line) for line in lines]
        case "tree":
            return _parse_tree(lines)
        case _:
            return [Entry(False, line, "", -1, 0, -1.0) if line else _OTHER for line in lines]


def _parse_folders(lines: Sequence[str], form: Form) -> list[Entry]:
    entries: list[Entry] = []
    folder, above = "", -1
    before = ""
    for index, line in enumerate(lines):
        heading = _FOLDER.match(line) if not before and line.endswith(":") else None
        if heading:
            folder, above = heading.group(1), index
            entries.append(Entry(True, folder, folder, -1, folder.strip("/").count("/"), -1.0))
        elif not line or line.startswith("total "):
            entries.append(_OTHER)
        elif form == "recursive":
            entries.append(Entry(False, line, folder, above, folder.count("/") + 1, -1.0))
        else:
            entries.append(_long(line, folder, above))
        before = line
    return entries


def _long(line: str, folder: str, above: int) -> Entry:
    match = _LONG.match(line)
    if not match:
        return _OTHER
    sort, size, rest = match.groups()
    name = _DATE.sub("", rest, count=1)
    is_file = sort == "-"
    return Entry(sort == "d", name, folder, above, folder.count("/") + 1, _size(size) if is_file else -1.0)


def _du(line: str) -> Entry:
    match = _DU.match(line)
    if not match:
        return _OTHER
    path = match.group(2)
    return Entry(True, path, path.rpartition("/")[0], -1, path.strip("/").count("/"), _size(match.group(1)))


def _parse_tree(lines: Sequence[str]) -> list[Entry]:
    entries: list[Entry] = []
    open_at: list[tuple[int, int]] = []  # (indent, line) of the entries that may have children
    for index, line in enumerate(lines):
        match = _BRANCH.match(line)
        if not match:
            if line and index + 1 < len(lines) and _BRANCH.match(lines[index + 1]):
                open_at = [(-1, index)]
            entries.append(Entry(True, line, "", -1, 0, -1.0) if open_at == [(-1, index)] else _OTHER)
            continue
        indent = len(match.group(1))
        while open_at and open_at[-1][0] >= indent:
            open_at.pop()
        above = open_at[-1][1] if open_at else -1
        entries.append(Entry(False, match.group(2), "", above, len(open_at), -1.0))
        open_at.append((indent, index))
    return entries


def _size(text: str) -> float:
    text = text.replace(",", "").removesuffix("B").removesuffix("i")
    unit = _UNITS.get(text[-1:], 1)
    try:
        return float(text.rstrip("KMGTP")) * unit
    except ValueError:
        return -1.0
