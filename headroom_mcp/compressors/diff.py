"""Unified diffs: git diff, git show, git log -p, diff -u. Keeps file and hunk headers and every changed line it can.

What a header says again goes, and lines taken away that are added right below but for their blanks. Lock files, generated and
minified files are folded to their counts. Where the rest is too long, hunks that the question is about come first, then sources
before tests before documents; a folded hunk says what it adds and takes away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from headroom_mcp import late
from headroom_mcp.facts import tool_errors
from headroom_mcp.late import NamedTuple
from headroom_mcp.query import pieces as asked
from headroom_mcp.text import parts as render
from headroom_mcp.text import templates, tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact

_SMALL_TOKENS = 1_500  # below, a line of context lost costs more than it saves
_CONTEXT_LINES = 1  # on each side of a change, in a diff that is too long
_GAP_TOKENS = 14
# together, of lines that say a file's name once more: the line that says so costs a third of it
_MIN_HEADER_TOKENS = 40
_HEADERS_CUT = "[index, --- and +++ lines cut]"
_MIN_MOVED = 3  # lines taken away and added again, but for blanks
_FEW = 2  # hunks with a changed line of one form
# A diff is read to be judged: up to the first every change is shown; of a longer one half, up to the second, where the usual
# budget would be less.
_JUDGED_TOKENS = 3_000
_GENEROUS_TOKENS = 6_000

_MIN_ALIKE, _UNDERSTOOD, _MAX_UNLIKE = (
    20,
    0.8,
    8,
)  # changed lines of one sign, how much of them is understood, how many are odd

_FILE = late.pattern(r"^(?:diff --git |diff --cc |diff --combined |diff -|Index: |Only in )")
_HUNK = late.pattern(r"^@@+ .*@@+")
_COMMIT = late.pattern(r"^commit [0-9a-f]{7,40}\b")
_FOLDED = late.pattern(
    r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|poetry\.lock|"
    r"uv\.lock|pdm\.lock|Pipfile\.lock|composer\.lock|Gemfile\.lock|go\.sum|mix\.lock|flake\.lock|Podfile\.lock|"
    r"gradle\.lockfile|packages\.lock\.json)$|\.(?:min\.(?:js|css)|map|snap|svg|pb\.go|lock)$|_pb2(?:_grpc)?\.py$|"
    r"(?:^|/)(?:dist|build|vendor|node_modules|third_party|__snapshots__|generated)/"
)
_SECONDARY = late.pattern(
    r"(?:^|/)(?:tests?|specs?|__tests__|docs?|examples?|fixtures)/|[._-](?:test|spec)\.\w+$|\.(?:md|rst|txt)$"
)


class Hunk(NamedTuple):
    """Lines `start` … `stop - 1`, the first of them the "@@" line; `file`: the index of its file."""

    start: int
    stop: int
    file: int


class File(NamedTuple):
    """A file's header lines `start` … `stop - 1`, and its path."""

    start: int
    stop: int
    path: str


def score(output: ToolOutput) -> float:
    """Return how surely the text is a diff: by its headers and the share of lines that a diff may have."""
    lines = output.lines[:2_000]
    if not any(_HUNK.match(line) for line in lines):
        return 0.3 if any(line.startswith("diff --git ") for line in lines) else 0.0
    fitting = sum(
        1 for line in lines if not line or line[0] in "+- @\\" or _FILE.match(line) or line.startswith("index ")
    )
    return round(min(0.95, fitting / len(lines)), 3)


def facts(output: ToolOutput) -> list[Fact]:
    """Return complaints of the tool and marks of a conflict: what a diff shows is data."""
    found = tool_errors.find(output.lines)
    for index, line in enumerate(output.lines):
        if line.lstrip("+- ").startswith(("<<<<<<< ", ">>>>>>> ")):
            found.append(Fact(index, 0, "conflict marks", index, index + 1))
    return found[:60]


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Keep changed lines, thin context, fold what machines wrote; of a short diff only what is said twice goes."""
    lines = output.lines
    files, hunks = _read(lines)
    if not hunks:
        return None
    kept = set(range(len(lines))) if output.tokens < _SMALL_TOKENS else _chosen(output, files, hunks, budget)
    moved = {row for row, added in _moved(lines, hunks).items() if added in kept}
    kept.difference_update(moved)
    again = [] if output.files() else _said_again(lines, files)  # a patch that lies in a file may be one to apply
    again = [row for row in again if row in kept]
    if len(kept) >= len(lines) and not again:
        return None
    file_at = {index: hunk.file for hunk in hunks for index in range(hunk.start, hunk.stop)}

    hunk_at = {index: number for number, hunk in enumerate(hunks) for index in range(hunk.start, hunk.stop)}
    begun = {hunk_at[index] for index in kept if index in hunk_at}  # their files stand above

    def note(start: int, stop: int) -> str:
        if moved.issuperset(range(start, stop)):
            return f"−{stop - start:,}, as added below but for blanks"
        of = hunk_at.get(start)
        within = of is not None and of in begun and of == hunk_at.get(stop - 1)
        return _note(lines, files, file_at, range(start, stop), within)

    parts = render.from_kept(kept, len(lines), note)
    return Compressed(render.without(parts, render.runs(again), _HEADERS_CUT, "said above"), note=note)


def _chosen(output: ToolOutput, files: Sequence[File], hunks: Sequence[Hunk], budget: int) -> set[int]:
    """Return the lines to show of a diff that is too long to be shown whole."""
    lines = output.lines
    judged = output.tokens < _JUDGED_TOKENS and (not output.limit_chars or len(output.text) < output.limit_chars)
    room = output.tokens if judged else max(budget, min(output.tokens // 2, _GENEROUS_TOKENS))
    inside = {index for hunk in hunks for index in range(hunk.start, hunk.stop)}
    kept = {i for i in range(len(lines)) if i not in inside}
    outside = tokens.estimate("\n".join(lines[i] for i in sorted(kept)))
    if outside > room // 2:  # a long log or very many files: their headers are chosen, too
        kept = _some_headers(lines, files, kept, room // 2)
        outside = tokens.estimate("\n".join(lines[i] for i in sorted(kept)))
    room -= outside
    too_long: list[Hunk] = []
    for hunk in _by_worth(output, files, hunks):
        body = _telling(lines, hunk)
        cost = tokens.estimate("\n".join(lines[i] for i in body)) + _GAP_TOKENS
        if cost > room:
            too_long.append(hunk)
            continue
        room -= cost
        kept.update(body)
    for hunk in too_long:
        if room < _GAP_TOKENS * 3:
            break
        room -= _add_some(output, hunk, kept, room)
    return kept


def _said_again(lines: Sequence[str], files: Sequence[File]) -> list[int]:
    """Return the lines of headers that say nothing but what `diff --git` says above them: blobs and the file's name twice."""
    found: list[int] = []
    for file in files:
        rows = range(file.start + 1, file.stop)
        told = {lines[row][:4]: lines[row][4:] for row in rows if lines[row].startswith(("--- ", "+++ "))}
        old, new = told.get("--- ", ""), told.get("+++ ", "")
        names = [name for name in (old, new) if name != "/dev/null"]
        is_one_sided = any(lines[row].startswith(("new file ", "deleted file ")) for row in rows)
        if not names or not lines[file.start].startswith("diff --git ") or (len(names) < 2 and not is_one_sided):
            continue
        said = [names[0], names[-1]] if len(names) > 1 else [f"a/{names[0][2:]}", f"b/{names[0][2:]}"]
        if lines[file.start] == f"diff --git {said[0]} {said[1]}":
            found += [row for row in rows if lines[row].startswith(("index ", "--- ", "+++ "))]
    return found if tokens.estimate("\n".join(lines[row] for row in found)) >= _MIN_HEADER_TOKENS else []


def _moved(lines: Sequence[str], hunks: Sequence[Hunk]) -> dict[int, int]:
    """Return the lines taken away that stand again among those added right below, in a row and but for their blanks, each with
    the line where it does."""
    found: dict[int, int] = {}
    for hunk in hunks:
        row = hunk.start + 1
        while row < hunk.stop:
            added = row
            while added < hunk.stop and lines[added].startswith("-"):
                added += 1
            stop = added
            while stop < hunk.stop and lines[stop].startswith("+"):
                stop += 1
            if added - row >= _MIN_MOVED and stop - added >= _MIN_MOVED:
                found.update(_alike(lines, row, added, stop))
            row = max(stop, row + 1)
    return found


def _alike(lines: Sequence[str], start: int, middle: int, stop: int) -> dict[int, int]:
    """Return those of the lines `start` … `middle - 1` that follow one another among `middle` … `stop - 1`, too, with these."""
    bare = ["".join(lines[row][1:].split()) for row in range(start, stop)]
    places: dict[str, list[int]] = {}
    for at in range(middle - start, stop - start):
        places.setdefault(bare[at], []).append(at)
    found: dict[int, int] = {}
    at, least, last = 0, 0, middle - start
    while at < last:
        begins = next((place for place in places.get(bare[at], ()) if place >= least), -1) if bare[at] else -1
        length = 0
        while begins >= 0 and at + length < last and bare[begins + length : begins + length + 1] == [bare[at + length]]:
            length += 1
        if length >= _MIN_MOVED:
            found.update((start + at + by, start + begins + by) for by in range(length))
            least = begins + length
        at += max(1, length)
    return found


def _add_some(output: ToolOutput, hunk: Hunk, kept: set[int], room: int) -> int:
    """Keep of a hunk that is longer than `room` tokens its head, what the question is about, changed lines unlike its
    others, the outermost ones (definitions, headings), then those from the first on. Returns what that costs."""
    lines = output.lines
    changed = [i for i in range(hunk.start + 1, hunk.stop) if lines[i][:1] in ("+", "-") and lines[i][1:].strip()]
    indents = {i: len(lines[i]) - len(lines[i][1:].lstrip()) for i in changed}
    outermost = min(indents.values(), default=0)
    asked_for = (
        [changed[at] for at in asked.best(output.query, [lines[i] for i in changed], 20)] if output.query else []
    )
    outer = [i for i in changed if indents[i] == outermost]
    forms = templates.masked([lines[i] for i in changed])
    counts = Counter(forms)
    alone = [i for i, form in zip(changed, forms, strict=True) if counts[form] == 1]
    order = [hunk.start, *asked_for, *(alone if len(alone) * 4 <= len(changed) else ()), *_unlike(lines, changed)]
    order += [*(outer if len(outer) * 2 <= len(changed) else ()), *changed]
    spent = 0
    for index in dict.fromkeys(order):
        cost = tokens.estimate(lines[index]) + (1 if index - 1 in kept else _GAP_TOKENS)
        if spent + cost > room:
            break
        spent += cost
        kept.add(index)
    return spent


def _unlike(lines: Sequence[str], changed: Sequence[int]) -> list[int]:
    """Return the changed lines that are unlike the others of their sign, where these are alike: of a hundred rates that are set
    to 0.21 the one that is set to 2.10."""
    from headroom_mcp.records import survey
    from headroom_mcp.records.find import Record

    found: list[int] = []
    for sign in "+-":
        rows = [index for index in changed if lines[index].startswith(sign)]
        if len(rows) < _MIN_ALIKE:
            continue
        alike = survey.of_records([lines[index][1:] for index in rows], [Record(at, at + 1) for at in range(len(rows))])
        if alike.understood >= _UNDERSTOOD:
            found += [rows[one.record] for one in survey.telling(alike)[:_MAX_UNLIKE]]
    return found


def _read(lines: Sequence[str]) -> tuple[list[File], list[Hunk]]:
    files: list[File] = []
    hunks: list[Hunk] = []
    index, total = 0, len(lines)
    while index < total:
        line = lines[index]
        if _FILE.match(line) or (line.startswith("--- ") and index + 1 < total and lines[index + 1].startswith("+++ ")):
            start = index
            path = line.rpartition(" b/")[2] if " b/" in line else line.rpartition(" ")[2]
            index += 1
            while (
                index < total
                and not _HUNK.match(lines[index])
                and not _FILE.match(lines[index])
                and lines[index].strip()
            ):
                if lines[index].startswith("+++ ") and not lines[index].startswith("+++ /dev/null"):
                    path = lines[index][4:].partition("\t")[0].removeprefix("b/")
                index += 1
            files.append(File(start, index, path))
        elif _HUNK.match(line):
            start = index
            index += 1
            while index < total and (
                lines[index][:1] in ("+", "-", " ", "\\") or (not lines[index] and _goes_on(lines, index))
            ):
                if lines[index].startswith("--- ") and index + 1 < total and lines[index + 1].startswith("+++ "):
                    break
                index += 1
            hunks.append(Hunk(start, index, len(files) - 1))
        else:
            index += 1
    return files, hunks


def _goes_on(lines: Sequence[str], index: int) -> bool:
    """Tell whether an empty line is context whose blank was stripped."""
    return index + 1 < len(lines) and lines[index + 1][:1] in ("+", "-", " ")


def _by_worth(output: ToolOutput, files: Sequence[File], hunks: Sequence[Hunk]) -> list[Hunk]:
    """Return the hunks to show, best first; those of folded files only where the question names the file."""
    lines = output.lines
    texts = [f"{_path(files, hunk)} " + " ".join(lines[hunk.start : min(hunk.stop, hunk.start + 80)]) for hunk in hunks]
    about = asked.scores(output.query, texts) if output.query else {}
    top = max(about.values(), default=1.0)
    weighed: list[tuple[float, int]] = []
    news = _novelty(lines, hunks)
    for index, hunk in enumerate(hunks):
        path = _path(files, hunk)
        asked_for = about.get(index, 0.0) / top
        if _FOLDED.search(path) and path.rpartition("/")[2] not in output.query:
            continue
        weight = (
            3.0 * asked_for - (1.0 if _SECONDARY.search(path) else 0.0) - (hunk.stop - hunk.start) / 400 + news[index]
        )
        weighed.append((weight, index))
    weighed.sort(key=lambda pair: (-pair[0], pair[1]))
    return [hunks[index] for _, index in weighed]


def _novelty(lines: Sequence[str], hunks: Sequence[Hunk]) -> list[float]:
    """Return for each hunk what share of its changed lines, by their form, few other hunks have: in a diff of one renaming
    the hunk that does something else comes first."""
    forms = [
        set(templates.masked([line for line in lines[hunk.start + 1 : hunk.stop] if line[:1] in ("+", "-")]))
        for hunk in hunks
    ]
    counts = Counter(form for of_hunk in forms for form in of_hunk)
    return [sum(1 for form in of_hunk if counts[form] <= _FEW) / max(1, len(of_hunk)) for of_hunk in forms]


def _path(files: Sequence[File], hunk: Hunk) -> str:
    return files[hunk.file].path if hunk.file >= 0 else ""


def _telling(lines: Sequence[str], hunk: Hunk) -> list[int]:
    """Return a hunk's header, its changed lines, and a line of context around them."""
    kept = {hunk.start}
    for index in range(hunk.start + 1, hunk.stop):
        if lines[index][:1] in ("+", "-"):
            kept.update(range(max(hunk.start, index - _CONTEXT_LINES), min(hunk.stop, index + _CONTEXT_LINES + 1)))
    return sorted(kept)


def _some_headers(lines: Sequence[str], files: Sequence[File], kept: set[int], room: int) -> set[int]:
    """Return commit lines and subjects, then one line for each file, as far as they fit."""
    first = [i for i in sorted(kept) if _COMMIT.match(lines[i]) or lines[i].startswith("    ")]
    chosen: set[int] = set()
    for index in [*first, *(file.start for file in files)]:
        room -= tokens.estimate(lines[index]) + _GAP_TOKENS // 2
        if room < 0:
            break
        chosen.add(index)
    return chosen


def _note(lines: Sequence[str], files: Sequence[File], file_at: Mapping[int, int], gap: range, within: bool) -> str:
    """Return what is added and taken away in a gap; `file_at` gives the file of each line of a hunk. `within` one hunk
    that is shown in part, only lines of one sort need no word."""
    added = sum(1 for i in gap if i in file_at and lines[i].startswith("+"))
    removed = sum(1 for i in gap if i in file_at and lines[i].startswith("-"))
    if not (added or removed) or (within and not (added and removed)):
        return ""
    paths = list(dict.fromkeys(files[file_at[i]].path for i in gap if file_at.get(i, -1) >= 0))
    if not paths:
        return f"+{added:,} −{removed:,}"
    what = paths[0]
    if len(paths) > 1:
        what = f"{len(paths):,} files: {', '.join(paths[:5])}{' …' if len(paths) > 5 else ''}"
    return f"+{added:,} −{removed:,} in {what}"
