"""What git says besides diffs: log, status, blame, branches, reflog, --stat.

    commit 1a2b…/Author/Date/subject     →  1a2b3c4d5e 2026-01-03 Ann: subject      for each commit of a log
    hash (Ann 2026-01-03 10:00 12) code  →  hash Ann 2026-01-03 above the lines it holds, "12) code" below     in a blame

A status keeps its headings and hints; lists of untracked files are grouped. Of other lists, what the question names, the
first lines and the last stay.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from headroom_mcp import late
from headroom_mcp.compressors import _budget, _paths, _unasked
from headroom_mcp.facts import tool_errors
from headroom_mcp.query import clauses
from headroom_mcp.query import pieces as asked
from headroom_mcp.records import survey
from headroom_mcp.records.find import Record
from headroom_mcp.text import marker, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.text.lines import alike
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_SMALL_TOKENS = 1_000
_GAP_TOKENS = 14
_MAX_MATCHES = 30
# Where nobody asks, each commit of a log is named for so much: any of them may be the one wanted.
_EVERY_SHARE, _EVERY_TOKENS = 0.35, 2_500
_SHORT_DIGEST = 10  # digits
_FEW_COMMITS, _WITH_WHOLE_DIGEST = 3, 3
_AROUND = 4  # of the budget is for the lines that nobody asked about, where others answer
_FILES_TOO = ", files below (+ those left out)"
_CHANGED_TOO = " (N files +lines −lines)"

_CONFLICTS = ("\tboth ", "You have unmerged", "Unmerged paths", "CONFLICT", "UU ", "AA ")
_BRANCHES = ("On branch ", "HEAD detached", "Your branch ")
_COMMIT = late.pattern(r"^commit ([0-9a-f]{7,40})\b(.*)")
_AUTHOR = late.pattern(r"^Author: +(?! )(.*?)(?: <[^<>]*>)?$")
# Sat Nov 21 10:00:00 2026 +0100 | 2026-11-21 10:00:00 +0100
_DATE = late.pattern(
    r"^(?:Author|Commit)?Date: +(?:\w{3} (?P<day>\w{3} +\d+) [\d:]+ (?P<year>\d{4})|(?P<iso>\d{4}-\d\d-\d\d)).*$"
)
# ^1a2b3c4d path (Ann Bee 2026-01-03 10:00:00 +0100  12) code
_BLAME = late.pattern(
    r"^(\^?[0-9a-f]{7,40})\s+(?:\S+\s+)?\((.*?\S)\s+(\d{4}-\d\d-\d\d(?: [\d:]+ [-+]\d{4})?)\s+(\d+)\) ?(.*)"
)
#  3 files changed, 20 insertions(+), 1 deletion(-)
_CHANGED = late.pattern(r"^ (\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?$")
#  src/main/java/Reader.java  | 1433 ++++++----
_STAT = late.pattern(r"^ .* \| +(\d+)(?: [+-]*)?$")
_STATUS = late.pattern(
    r"^(?:On branch |HEAD detached|Changes |Untracked files:|Unmerged paths:|Your branch |nothing to commit|no changes added)"
)
_ONE_LINE = late.pattern(r"^[*|\\/ ]*[0-9a-f]{7,12}(?: |\t)")


def score(output: ToolOutput) -> float:
    """Return how surely git said this."""
    sampled = [line for line in output.lines[:300] if line.strip()]
    if not sampled:
        return 0.0
    if _COMMIT.match(sampled[0]):
        return 0.8
    if _STATUS.match(sampled[0]):
        return 0.8
    blamed = sum(1 for line in sampled if _BLAME.match(line))
    if blamed > 0.8 * len(sampled):
        return 0.9
    one_line = sum(1 for line in sampled if _ONE_LINE.match(line))
    if one_line > 0.8 * len(sampled):
        return 0.6
    return 0.1 if output.command else 0.0


def facts(output: ToolOutput) -> list[Fact]:
    """Return complaints, conflicts and where a branch stands; subjects of commits are data."""
    found = tool_errors.find(output.lines)
    for index in alike(output.lines).where(lambda line: line.startswith(_CONFLICTS + _BRANCHES)):
        if output.lines[index].startswith(_CONFLICTS):
            found.append(Fact(index, 0, "conflicts", index, index + 1))
        else:
            found.append(Fact(index, 2, "summary lines", index, index + 1))
    return found[:60]


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Write a log or a blame shorter; choose where that is over the budget."""
    lines = output.lines
    if len(lines) < 8:
        return None
    first = next((line for line in lines if line.strip()), "")
    if _COMMIT.match(first):
        return _log(output, budget)
    if _STATUS.match(first):
        return _status(output, budget)
    if sum(1 for line in lines[:200] if _BLAME.match(line)) > 0.8 * min(200, len(lines)):
        return _blame(output, budget)
    return _list(output, budget)


def _log(output: ToolOutput, budget: int) -> Compressed | None:
    lines = output.lines
    starts = alike(lines).where(_COMMIT.match)
    stops = [*starts[1:], len(lines)]
    digests, said_of, changed = _texts(lines, starts, stops)
    texts = list(map(str.__add__, digests, said_of))
    of_all = sum(tokens.estimate(text) + 1 for text in texts)
    named = not output.query and of_all <= min(_EVERY_SHARE * output.tokens, _EVERY_TOKENS)
    blocks = [" ".join(lines[start:stop]) for start, stop in zip(starts, stops, strict=True)]
    matches = _asked_for(output.query, blocks)
    if not named:  # more commits in short are worth more than whole digests, but for those that are asked for
        whole = frozenset(matches[:_WITH_WHOLE_DIGEST])
        texts = [
            (digest if at in whole else digest[:_SHORT_DIGEST]) + said
            for at, (digest, said) in enumerate(zip(digests, said_of, strict=True))
        ]
    rest = _files(lines, starts, stops)
    asked_for = [index for commit in matches for index in _asked_files(lines, rest[commit], output.query)]
    odd = _odd_files(lines, rest)
    kept_for_files = min(budget // 4, sum(tokens.estimate(lines[index]) + 1 for index in [*asked_for, *odd]))
    room = budget - 30 - kept_for_files
    if named:
        room = max(room, of_all)
    shown: dict[int, bool] = {}  # commit -> in full
    # What was asked for first, each in a line before any is shown in full.
    for commit, full in [
        *((commit, False) for commit in matches),
        *((commit, True) for commit in matches[:5] if stops[commit] - starts[commit] < 60),
        *((commit, False) for commit in range(len(starts)) if commit not in matches),
    ]:
        cost = tokens.estimate(blocks[commit] if full else texts[commit]) + (_GAP_TOKENS if commit in matches else 1)
        if full and commit in shown:
            cost -= tokens.estimate(texts[commit]) + _GAP_TOKENS
        if cost <= room:
            room -= cost
            shown[commit] = full
    if not shown:
        return None
    rest = {commit: rest[commit] for commit, full in shown.items() if not full}
    every = [*asked_for, *odd, *(index for of_commit in rest.values() for index in of_commit)]
    told = _told_files(lines, every, room + kept_for_files)
    parts = [Part(0, starts[0], "keep")] if starts[0] else []
    parts.append(
        Part(
            starts[0],
            starts[0],
            "render",
            text=f"[… commits as: hash date author: subject (+ further lines of the message){_CHANGED_TOO if any(changed) else ''}{_FILES_TOO if any(rest.values()) else ''}; an author is named where it changes …]",
        )
    )
    for commit, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        if commit not in shown:
            if parts[-1].action == "omit":
                start = parts.pop().start
            parts.append(Part(start, stop, "omit"))
        elif shown[commit]:
            parts.append(Part(start, stop, "keep"))
        else:
            files = [index for index in rest[commit] if index in told]
            # Where the number of files is said and each has a line, those below tell how many are not.
            more = 0 if len(rest[commit]) == changed[commit] else len(rest[commit]) - len(files)
            said = [
                texts[commit] + (f" (+{more} {'lines of' if changed[commit] else 'of'} files)" if more else ""),
                *(lines[index] for index in files),
            ]
            parts.append(Part(start, stop, "render", text="\n".join(said)))
    # What a gap holds is counted when all of it is known: for each commit that joins it, that would be quadratic.
    parts = [
        part._replace(note=_commits(lines, part.start, part.stop)) if part.action == "omit" else part for part in parts
    ]
    return Compressed(parts, note=lambda start, stop: _commits(lines, start, stop))


def _asked_for(question: str, commits: Sequence[str]) -> list[int]:
    """Return the `commits` that `question` is about, best first: those of each part of it that few of them answer, as "and in
    which commit?" does not."""
    if not question:
        return []
    most = max(_FEW_COMMITS, len(commits) // 3)
    of_each = [asked.best(part, commits, _MAX_MATCHES) for part in clauses.parts(question)]
    return clauses.in_turn([found for found in of_each if len(found) <= most])[:_MAX_MATCHES]


def _texts(lines: Sequence[str], starts: Sequence[int], stops: Sequence[int]) -> tuple[list[str], list[str], list[int]]:
    """Return of each commit its digest, a line of it that goes on from there, with what it changed where git sums that up, and
    how many files (0: not said)."""
    digests: list[str] = []
    texts: list[str] = []
    changed: list[int] = []
    author = ""
    for start, stop in zip(starts, stops, strict=True):
        digest, text, author = _commit(lines, start, stop, author)
        sum_of = next((found for i in range(stop - 1, start, -1) if (found := _CHANGED.match(lines[i]))), None)
        files, added, removed = sum_of.groups() if sum_of else ("0", None, None)
        if sum_of:
            signed = "".join(f" {sign}{count}" for sign, count in (("+", added), ("−", removed)) if count)
            text += f" ({marker.counted(int(files), 'file')}{signed})"
        digests.append(digest)
        texts.append(text)
        changed.append(int(files))
    return digests, texts, changed


def _commits(lines: Sequence[str], start: int, stop: int) -> str:
    """Return how many commits begin in a gap."""
    held = sum(1 for line in lines[start:stop] if _COMMIT.match(line))
    return marker.counted(held, "commit") if held else ""


def _files(lines: Sequence[str], starts: Sequence[int], stops: Sequence[int]) -> dict[int, list[int]]:
    """Return of each commit the lines that are neither its head nor its message nor their sum: what --stat, --name-status …
    were asked for."""
    found = alike(lines)
    blank = set(found.where(lambda line: not line.strip()))
    listed = found.where(lambda line: line.strip() and not line.startswith("    ") and not _CHANGED.match(line))
    files: dict[int, list[int]] = {}
    for commit, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        head = next((i for i in range(start + 1, stop) if i in blank), stop)
        files[commit] = listed[bisect_left(listed, head) : bisect_left(listed, stop)]
    return files


def _asked_files(lines: Sequence[str], files: Sequence[int], query: str) -> list[int]:
    """Return those of the lines `files` that the question names."""
    return [files[at] for at in asked.best(query, [lines[index] for index in files], _MAX_MATCHES)]


def _odd_files(lines: Sequence[str], rest: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the lines of `rest` that are unlike the others, most unlike first."""
    every = [index for of_commit in rest.values() for index in of_commit]
    alone = [Record(at, at + 1) for at in range(len(every))]
    return [every[one.record] for one in survey.telling(survey.of_records([lines[i] for i in every], alone))]


def _told_files(lines: Sequence[str], order: Sequence[int], room: int) -> set[int]:
    """Return the lines in `order` for which there is room."""
    told: set[int] = set()
    for index in order:
        cost = tokens.estimate(lines[index]) + 1
        if index not in told and cost <= room:
            room -= cost
            told.add(index)
    return told


def _commit(lines: Sequence[str], start: int, stop: int, author_before: str) -> tuple[str, str, str]:
    """Return a commit's digest, what a line says of it, " 2026-01-03 Ann: subject (+4 lines)", and its author."""
    match = _COMMIT.match(lines[start])
    digest, refs = (match.group(1), match.group(2)) if match else ("", "")
    author = date = subject = ""
    message = 0
    for line in lines[start + 1 : stop]:
        if not author and (found := _AUTHOR.match(line)):
            author = found.group(1)
        elif not date and (found := _DATE.match(line)):
            date = found.group("iso") or f"{found.group('day')} {found.group('year')}"
        elif line.startswith("    ") and line.strip():
            subject, message = (subject or line.strip()), message + 1
    rest = f" (+{marker.counted(message - 1, 'line')})" if message > 1 else ""
    named = f" {author}" if author != author_before else ""
    return digest, f"{refs} {date}{named}: {subject}{rest}", author


def _blame(output: ToolOutput, budget: int) -> Compressed | None:
    lines = output.lines
    matches = (
        set(asked.best(output.query, [m.group(5) if (m := _BLAME.match(line)) else line for line in lines], 40))
        if output.query
        else set()
    )
    parts: list[Part] = []
    index, total = 0, len(lines)
    room = max(budget, min(output.tokens // 2, _within_limit(output)))
    while index < total:
        match = _BLAME.match(lines[index])
        stop = index + 1
        if not match:
            parts.append(Part(index, stop, "keep"))
            index = stop
            continue
        head = match.group(1, 2, 3)
        while stop < total and (again := _BLAME.match(lines[stop])) and again.group(1, 2, 3) == head:
            stop += 1
        code = [found.group(4, 5) for line in lines[index:stop] if (found := _BLAME.match(line))]
        text = "\n".join([" ".join(head), *(f"{number}) {source}" for number, source in code)])
        cost = tokens.estimate(text)
        if cost <= room or any(i in matches for i in range(index, stop)):
            room -= cost
            parts.append(Part(index, stop, "render", text=text, lossless=True))
        else:
            parts.append(Part(index, stop, "omit", note=" ".join(head)))
        index = stop
    return Compressed(parts, note=lambda start, stop: _blamed(lines, start, stop))


def _within_limit(output: ToolOutput) -> int:
    """Return how many tokens of `output` the host shows, with room for the markers of what it does not."""
    return output.tokens * output.limit_chars * 2 // (5 * len(output.text)) if output.limit_chars else output.tokens


def _blamed(lines: Sequence[str], start: int, stop: int) -> str:
    """Return the commit that all lines of a gap are of, "" where they are of several."""
    heads = {match.group(1, 2, 3) if (match := _BLAME.match(line)) else () for line in lines[start:stop]}
    return " ".join(heads.pop()) if len(heads) == 1 else ""


def _status(output: ToolOutput, budget: int) -> Compressed | None:
    lines = output.lines
    entries = [line.strip() if line.startswith("\t") else "" for line in lines]
    whole = _grouped(lines, entries)
    if tokens.estimate(render.render(lines, whole)) <= max(budget, _SMALL_TOKENS):
        return Compressed(whole)
    matches = asked.best(output.query, entries, _MAX_MATCHES) if output.query else []
    kept = {i for i, entry in enumerate(entries) if not entry}
    tracked = [i for i, entry in enumerate(entries) if ":  " in entry]
    top = [i for i, entry in enumerate(entries) if entry and ":  " not in entry]
    room = budget - sum(tokens.estimate(lines[i]) for i in kept)
    for index in [*matches, *tracked, *top]:
        cost = tokens.estimate(lines[index]) + 1
        if index not in kept and cost <= room:
            room -= cost
            kept.add(index)
    if len(kept) >= len(lines):
        return None
    folders = [entry.rpartition("/")[0] for entry in entries]

    def note(start: int, stop: int) -> str:
        return _paths.note(entries, folders, start, stop)

    return Compressed(render.from_kept(kept, len(lines), note), note=note)


def _grouped(lines: Sequence[str], entries: Sequence[str]) -> list[Part]:
    """Return a status with the untracked files of a folder on one line, the folder once."""
    parts: list[Part] = []
    index, total = 0, len(lines)
    while index < total:
        start = index
        folder = entries[index].rpartition("/")[0]
        while index < total and folder and ":  " not in entries[index] and entries[index].rpartition("/")[0] == folder:
            index += 1
        names = [entry[len(folder) + 1 :] for entry in entries[start:index]]
        if len(names) > 1 and all(name and " " not in name for name in names):
            parts.append(Part(start, index, "render", text=f"\t{folder}/: {' '.join(names)}", lossless=True))
            continue
        index = max(index, start + 1)
        parts.append(Part(start, index, "keep"))
    return render.close_cheap_gaps(lines, parts)


def _changed_most(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the lines of a --stat with their costs, those of files in which most lines changed first; none of other lists."""
    changed = [(int(found[1]), at) for at, line in enumerate(lines) if (found := _STAT.match(line))]
    if 2 * len(changed) < len(lines):
        return []
    changed.sort(key=lambda one: (-one[0], one[1]))
    return [(at, tokens.estimate(lines[at]) + _GAP_TOKENS // 2) for _, at in changed]


def _list(output: ToolOutput, budget: int) -> Compressed | None:
    lines = output.lines
    ranked = _changed_most(lines)
    if output.tokens <= max(budget, _SMALL_TOKENS) or (
        not ranked and not output.query and output.tokens < _unasked.MAX_TOKENS
    ):
        return None
    matches = asked.best(output.query, lines, _MAX_MATCHES) if output.query else []
    kept: set[int] = {len(lines) - 1}
    room = budget - tokens.estimate(lines[-1])
    for index in matches:
        cost = tokens.estimate(lines[index]) + _GAP_TOKENS
        if index not in kept and cost <= room:
            room -= cost
            kept.add(index)
    if matches:
        room = min(room, budget // _AROUND)
    for index, cost in _budget.within(room * 2 // 3, ranked):
        if index not in kept:
            room -= cost
            kept.add(index)
    for index in range(len(lines)):
        cost = tokens.estimate(lines[index]) + 1
        if index not in kept and cost <= room:
            room -= cost
            kept.add(index)
        elif cost > room:
            break
    return Compressed(render.from_kept(kept, len(lines))) if len(kept) < len(lines) else None
