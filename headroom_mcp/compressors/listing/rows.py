"""Rows of `ls -l` without what is the same in nearly all of them, which is said once.

-rw-r--r--  1 root root   8270 Oct 24  2024 .mailmap      8270 .mailmap
drwxr-xr-x 12 root root   4096 Oct 24  2024 docs          docs/
drwxr-xr-x  2 root root   4096 Nov 18 23:42 out           Nov 18 23:42 out/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple
from headroom_mcp.text import tokens
from headroom_mcp.types import Part

_MIN_ROWS = 6  # fewer do not pay for the line that says what is cut
# -rw-r--r--@  1 root  wheel  288 Oct 24  2024 name
_ROW = late.pattern(
    r"^([-d][rwxsStTl-]{9}[@+.]?)\s+(\d+)\s+(\S+)\s+(\S+)\s+([\d.,]+[KMGTP]?)\s+"
    r"(\w{3}\s+\d+\s+[\d:]+|\d{4}-\d\d-\d\d(?: [\d:.]+(?: [-+]\d{4})?)?)\s(.+)$"
)


class Row(NamedTuple):
    """An entry; `said` is what `usual` ones have in common: mode, owner and group, date."""

    said: tuple[str, str, str]
    links: str
    size: str
    name: str

    @property
    def is_folder(self) -> bool:
        """Tell by the mode whether it is a folder."""
        return self.said[0].startswith("d")


class _Usual(NamedTuple):
    files: tuple[str, str, str]
    folders: tuple[str, str, str]
    links: str

    def of(self, row: Row) -> tuple[str, str, str]:
        return self.folders if row.is_folder else self.files


def shortened(lines: Sequence[str], parts: Sequence[Part], whole: Collection[int]) -> list[Part] | None:
    """Return `parts` with the entries among the lines that they keep in short, but for the lines `whole`; None where that
    is not shorter."""
    kept = [i for part in parts if part.action == "keep" for i in range(part.start, part.stop)]
    read = {i: row for i in kept if i not in whole and (row := _read(lines[i]))}
    if len(read) < _MIN_ROWS:
        return None
    usual = _usual(list(read.values()))
    texts = {i: text for i, row in read.items() if (text := _text(row, usual)) is not None}
    head = _head(usual, [read[i] for i in texts])
    saved = sum(tokens.estimate(lines[i]) - tokens.estimate(text) for i, text in texts.items())
    if saved <= tokens.estimate(head):
        return None
    short: list[Part] = []
    for part in parts:
        if part.action != "keep":
            short.append(part)
            continue
        position = part.start
        while position < part.stop:
            stop = position + 1
            while stop < part.stop and (stop in texts) == (position in texts):
                stop += 1
            if position in texts:
                if head:
                    short.append(Part(position, position, "render", head))
                    head = ""
                rows = "\n".join(texts[i] for i in range(position, stop))
                short.append(Part(position, stop, "render", rows, note="in short"))
            else:
                short.append(Part(position, stop, "keep"))
            position = stop
    return short


def _read(line: str) -> Row | None:
    match = _ROW.match(line)
    if match is None or match[7] != match[7].strip():
        return None
    return Row((match[1], f"{match[3]} {match[4]}", match[6]), match[2], match[5], match[7])


def _usual(rows: Sequence[Row]) -> _Usual:
    """Return what files and folders mostly have in common; of what there are none, nothing."""
    files, folders = [row for row in rows if not row.is_folder], [row for row in rows if row.is_folder]
    links = _most([row.links for row in files])
    return _Usual(_common(files), _common(folders), links)


def _common(rows: Sequence[Row]) -> tuple[str, str, str]:
    mode, owner, date = (_most([row.said[at] for row in rows]) for at in range(3))
    return mode, owner, date


def _most(values: Sequence[str]) -> str:
    """Return the commonest value where it is that of at least two and a third of them, the first of several; else ""."""
    if not values:
        return ""
    value, count = Counter(values).most_common(1)[0]
    return value if count >= 2 and 3 * count >= len(values) else ""


def _text(row: Row, usual: _Usual) -> str | None:
    """Return the row without what is usual; None for a file of another number of links."""
    if not row.is_folder and row.links != usual.links:
        return None
    unusual = [said for said, common in zip(row.said, usual.of(row), strict=True) if said != common]
    tail = [f"{row.name}/"] if row.is_folder else [row.size, row.name]
    return " ".join([*unusual, *tail])


def _head(usual: _Usual, rows: Sequence[Row]) -> str:
    """Return the line that says what is cut from which rows."""
    said = []
    if any(not row.is_folder for row in rows):
        mode, owner, date = usual.files
        said.append(f"files are {' '.join(filter(None, (mode, usual.links, owner, date)))}")
    cut = ""
    if any(row.is_folder for row in rows):
        said.append(f"folders are {' '.join(filter(None, usual.folders))}")
        cut = "; links and sizes of folders cut"
    return f"[where nothing else is said, {', '.join(said)}{cut}]"
