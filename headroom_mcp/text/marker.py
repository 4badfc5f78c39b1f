"""The one grammar by which we say what is not shown.

In place:     [… lines 120-164]                      or  [… lines 120-164 · 40 passed, 5 skipped]
At the end:   [headroom 1a2b3c4d5e6f: 1,410 of 1,530 lines left out; headroom_retrieve]
or, where the reader has a shell and no such tool,
              [headroom 1a2b3c4d5e6f: 1,410 of 1,530 lines left out; headroom retrieve 1a2b3c4d5e6f --lines A-B]
or, where all that is left out stands above or is marked in few places,
              [headroom 1a2b3c4d5e6f]

Above lines:  [the next 12 lines begin with "FAILED tests/test_plot.py::"]
In a note:    12 failures among them · 19 lines of requirements, 1 of packages · 200 ×380, 304 ×18

The ranges are 1-based line numbers of the original, in the form `headroom_retrieve(ref, lines="120-164")` takes. A text
that merely looks like a marker proves nothing: whether an output is ours is asked of the store, by its digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from headroom_mcp import late
from headroom_mcp.late import re

# [headroom 1a2b3c4d5e6f: 1,410 of 1,530 lines left out; headroom_retrieve] or [headroom 1a2b3c4d5e6f]
_HOW = r"; headroom_retrieve|headroom retrieve \1 --lines A-B|left out|in short|rearranged"
_FOOTER = late.pattern(
    rf"^\[headroom ([0-9a-f]{{12,64}})(?:: [^\n]*(?:{_HOW}))?\]$",
    re.MULTILINE,
)
_REF = late.pattern(r"\b[0-9a-f]{12,64}\b")
# [… lines 120-164 · note]
# or, as versions before 0.1 wrote it, [… 45 lines: 120-164 · note]
_GAP = late.pattern(r"^\s*\[… (?:[0-9,]+ )?lines?:? ([0-9]+)(?:-([0-9]+))?(?: · .*)?\]$")

# What starts a line of its own for some reader, and other characters that nobody sees
_BREAKS = late.pattern("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# "[… 45 lines: …", "[headroom 1a2b…": the beginnings of what only we say
_OURS = late.pattern(r"\[(?=…|headroom )")
_SPEAKS = late.pattern(f"{_BREAKS.pattern}|{_OURS.pattern}")

MAX_NOTE_CHARS = 1_000  # a longer note says more than what it stands for
GAP_TOKENS = 11  # what lines must cost to be left out: a marker in place costs eight, and no line goes for nothing


def gap(start: int, stop: int, note: str = "") -> str:
    """Return the marker for the left-out lines `start` … `stop - 1` (0-based)."""
    where = f"lines {start + 1}-{stop}" if stop - start > 1 else f"line {stop}"
    return f"[… {where} · {plain(note)}]" if note else f"[… {where}]"


def gap_among(count: int, start: int, stop: int, like: str = "") -> str:
    """Return the marker for `count` of the lines `start` … `stop - 1` (0-based), the others of which are shown."""
    return f"[… {counted(count, 'line')} in {start + 1}-{stop}{like}]"


def gap_of(count: int, unit: str, where: str, note: str = "") -> str:
    """Return the marker for `count` left-out units ("row", "value", "key") at `where` (indexes from 0, as in a path)."""
    units = unit if count == 1 else f"{unit}s"
    inner = f"{count:,} {units}: {plain(where)}" if where else f"{count:,} {units}"
    return f"[… {inner} · {plain(note)}]" if note else f"[… {inner}]"


def below(count: int, prefix: str, suffix: str = "") -> str:
    """Return the line above `count` lines that are shown without the `prefix` and `suffix` that all of them have."""
    said = [f'{how} with "{affix}"' for how, affix in (("begin", prefix), ("end", suffix)) if affix]
    return f"[the next {count:,} lines {' and '.join(said)}]"


def plain(said: str) -> str:
    """Return what a note quotes from data so that it stays within the note: on one line, without the beginning of a
    marker or footer of ours, cut in the middle where it is very long."""
    if _SPEAKS.search(said):
        said = _OURS.sub("(", _BREAKS.sub(" ", said))
    if len(said) > MAX_NOTE_CHARS:
        said = f"{said[: MAX_NOTE_CHARS - 100]}…{said[-100:]}"
    return said


def may_be_forged(original: str) -> bool:
    """Tell whether `original` has anything in it that could be taken for a marker or footer of ours, once it is unescaped."""
    return "[…" in original or "[headroom " in original or "[\\u2026" in original


def quoted(shown: str, original: str) -> str:
    """Return a rendering of `original` in which no line that came from there begins like a marker or footer of ours.

    A rendering has no footer; of its markers those are forged that stand in the original, perhaps escaped.
    """
    lines = shown.split("\n")
    for at, line in enumerate(lines):
        said = line.lstrip()
        if said.startswith(("[…", "[headroom ")) and (said[1] == "h" or _stands_in(said, original)):
            lines[at] = f"{line[: len(line) - len(said)]}({said[1:]}"
    return "\n".join(lines)


def _stands_in(said: str, original: str) -> bool:
    import json

    piece = said[: said.find("]") + 1] or said
    return any(
        form in original for form in (piece, json.dumps(piece)[1:-1], json.dumps(piece, ensure_ascii=False)[1:-1])
    )


def ranges(indexes: Sequence[int], most: int = 16) -> str:
    """Return rising `indexes` as ranges: "4-66, 68, 70-97". More than `most` ranges end in "…" and the last one: what lies
    between stands between the rows shown."""
    runs: list[list[int]] = []
    for index in indexes:
        if runs and runs[-1][1] + 1 == index:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    texts = [f"{first}-{last}" if last > first else f"{first}" for first, last in runs]
    return _some(texts, most)


def _some(texts: list[str], most: int = 16) -> str:
    return ", ".join(texts if len(texts) <= most else [*texts[: most - 1], "…", texts[-1]])


def ranges_but(shown: Sequence[int], total: int) -> str:
    """Return the ranges of all indexes below `total` except the rising `shown`."""
    gone: list[str] = []
    position = 0
    for index in [*shown, total]:
        if index > position:
            gone.append(f"{position}-{index - 1}" if index - position > 1 else str(position))
        position = index + 1
    return _some(gone)


def counted(count: int, unit: str) -> str:
    """Return "1 hit", "2 hits": `unit` is a singular whose plural ends in "s"."""
    return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"


def among(count: int, kind: str) -> str:
    """Return "12 failures among them" for lines of a `kind` (a plural) among others that are left out."""
    return f"{count:,} {singular(kind) if count == 1 else kind} among them"


def singular(kind: str) -> str:
    """Return the singular of a plural in "s", of which only the first word need be one ("rows in a bad state")."""
    first, blank, rest = kind.partition(" ")
    if blank and first.endswith("s"):
        return f"{first[:-1]} {rest}"
    return kind.removesuffix("s")


def lines_of(counts: Mapping[str, int]) -> str:
    """Return "19 lines of requirements, 1 of packages" for `counts` of lines by what they are."""
    said = [f"{count:,} of {what}" for what, count in counts.items()]
    if not said:
        return ""
    first, _, rest = said[0].partition(" ")
    said[0] = f"{first} {'line' if first == '1' else 'lines'} {rest}"
    return ", ".join(said)


def times(values: Iterable[tuple[str, int]]) -> str:
    """Return "200 ×380, 304 ×18" for values and how often each comes, in the order given."""
    return ", ".join(f"{value} ×{count:,}" for value, count in values)


def footer(ref: str, summary: str, way_back: str = "", *, brief: bool = False) -> str:
    """Return the last line of a compressed output: where the original is and what was left out.

    `way_back` is the command that prints an original whose ref follows it, "" for the tool, of which a `brief` one does not
    speak.
    """
    how = f"{way_back} {ref} --lines A-B" if way_back else "" if brief else "headroom_retrieve"
    return f"[headroom {ref}: {plain(summary)}{'; ' if how else ''}{how}]"


def bare_footer(ref: str) -> str:
    """Return the last line of an output of which nothing is left out but what stands above, or what its markers tell."""
    return f"[headroom {ref}]"


def misses_lines(body: str) -> bool:
    """Tell whether a text without its footer has a marker of what is not shown and not said to stand above."""
    marks = (line for line in body.split("\n") if "[…" in line or (line.startswith("[") and " cut " in line))
    return any(" above by " not in line for line in marks)


def is_gap(line: str) -> bool:
    """Tell whether `line` has the form of an in-place marker."""
    return "[… " in line and _GAP.match(line) is not None


def gap_range(line: str) -> tuple[int, int] | None:
    """Return the first and last line (from 1) that an in-place marker stands for, None for any other line."""
    match = _GAP.match(line) if "[… " in line else None
    return (int(match[1]), int(match[2] or match[1])) if match else None


def refs(text: str) -> list[str]:
    """Return the refs of all footers in `text`, in order."""
    if "[headroom " not in text:
        return []
    return [match.group(1) for match in _FOOTER.finditer(text)]


def ref_in(text: str) -> str:
    """Return the ref in what somebody wrote for one: bare, in capitals, or the whole footer."""
    match = _REF.search(text.lower())
    return match.group() if match else text.strip()
