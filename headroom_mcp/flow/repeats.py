"""Lines that this context has been shown before: overlapping ranges of a file, a test run again.

Agents read the same lines several times; in recorded sessions a quarter of all tool-output tokens are such lines. A run
of lines that stands, consecutive and to the byte, in a text *shown* earlier in the same context (session and agent,
since the last compaction) is left out and its place named. Never by likeness, never for what was left out earlier,
never for a failure: those are shown every time. Only what is printed ahead of everything, whatever program runs (a broken
start-up file, a library that cannot be preloaded), says nothing of this run.

Listings with line numbers (`nl -ba`, `grep -n`, a Read) match by number and text, so what is folded keeps its true
numbers; after an edit that moved lines, a run matches with one constant shift, which the note says.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from headroom_mcp.late import NamedTuple
from headroom_mcp.text import marker, numbering, tokens
from headroom_mcp.types import Note, Origin, Part, Shown

MIN_LINES = 2
MIN_TOKENS = 30  # below this the note costs more than it saves, and the reader's detour too
LABEL_CHARS = 24  # of the call that showed them: it is said in every note
_MARKS = frozenset("'\"`|<>;&$(){}:?")  # of words that are no plain path
_SHORT_WORD_CHARS = 10  # "bin/test" is no longer than it should be
_MIN_NAME_CHARS = 5  # "src/de…" says nothing without "src"
_NUMBER_CHARS = 12  # a line number with its margin
_MIN_GAIN = 12  # tokens that a note must save
_MAX_CANDIDATES = 12  # a line like "    return None" stands in many places; the latest ones are tried
_MIN_HEADED = 3  # outputs that begin alike
_MAX_HEAD_LINES = 40
_IDLE_S = 50 * 60.0  # after about 65 idle minutes Claude Code may clear old tool results, and tells nobody


class Run(NamedTuple):
    """Lines `start` … `stop - 1` (0-based) of the new output stand in `earlier[source]`."""

    start: int
    stop: int
    source: int
    shift: int | None
    """New line number minus the earlier one, where both texts are numbered; None where the new one is not."""


def in_front(lines: Sequence[str], earlier: Sequence[Shown], origin: Origin, now_s: float) -> list[Shown]:
    """Return those of `earlier`, oldest first, that may be said to stand above `lines`, which are shown now.

    Not what was shown before a pause in which a host may have cleared old results; not what was shown for this very call,
    by another installation of ours; and where the host lets us see (`Origin.in_front`), nothing that is gone from the
    context. It is asked only about texts that have lines in common with these.
    """
    found = recent(earlier, origin, now_s)
    if origin.in_front is None or not found:
        return found
    used = {run.source for run in find(lines, found)}
    named = [shown for source, shown in enumerate(found) if source in used]
    standing = origin.in_front(named) if named else []
    # Where one of them is gone, the same lines may stand in another.
    return standing if len(standing) == len(named) else origin.in_front(found)


def recent(earlier: Sequence[Shown], origin: Origin, now_s: float) -> list[Shown]:
    """Return those of `earlier` that were shown since the last long pause, for other calls than this."""
    found: list[Shown] = []
    later_s = now_s
    for shown in reversed(earlier):
        if later_s - shown.shown_s > _IDLE_S:
            break
        later_s = shown.shown_s
        if not origin.tool_use_id or shown.tool_use_id != origin.tool_use_id:
            found.append(shown)
    found.reverse()
    return found


def head_of_all(lines: Sequence[str], earlier: Sequence[Shown]) -> int:
    """Return how many of the first lines stand ahead of the outputs of other programs, too: they are no word of this run's.

    That takes `_MIN_HEADED` texts of at least two programs in `earlier`.
    """
    headed: list[tuple[int, str]] = []
    first = f"{lines[0]}\n" if lines else ""
    for shown in earlier:
        if first.strip() and shown.text.startswith(first):
            theirs = shown.text.split("\n", _MAX_HEAD_LINES)[:_MAX_HEAD_LINES]
            pairs = zip(lines, theirs, strict=False)
            headed.append((next((at for at, (a, b) in enumerate(pairs) if a != b), len(theirs)), shown.label))
    if len(headed) < _MIN_HEADED:
        return 0
    from headroom_mcp.commands import identity

    headed.sort(key=lambda found: -found[0])
    programs: set[str] = set()
    for count, (length, label) in enumerate(headed, 1):
        programs.add(identity.read(label).program or label.partition(" ")[0])
        if count >= _MIN_HEADED and len(programs) > 1:
            return min(length, len(lines))
    return 0


def find(lines: Sequence[str], earlier: Sequence[Shown]) -> list[Run]:
    """Return the runs of `lines` that stand in `earlier`, longest first choice at each place, in line order.

    Later texts are preferred: they are nearer to the reader. Linear in the size of both but for common lines, of which
    only the latest `_MAX_CANDIDATES` places are tried.
    """
    numbers, bodies = _numbered(lines)
    wanted = {body for body in bodies if len(body.strip()) >= 4}
    places: dict[str, list[tuple[int, int]]] = {}
    texts: list[tuple[list[int | None], list[str]]] = []
    for source, shown in enumerate(earlier):
        shown_numbers, shown_bodies = _numbered(shown.text.split("\n"))
        texts.append((shown_numbers, shown_bodies))
        for at, body in enumerate(shown_bodies):
            if body in wanted:
                places.setdefault(body, []).append((source, at))
    runs: list[Run] = []
    position = 0
    while position < len(lines):
        best: Run | None = None
        for source, at in reversed(places.get(bodies[position], ())[-_MAX_CANDIDATES:]):
            run = _extend(position, numbers, bodies, source, at, *texts[source])
            if run is not None and run.shift and not _has_line_number(lines[position]):
                continue  # "10:00:00 started" an hour later is no line that has moved
            if run is not None and (best is None or run.stop > best.stop):
                best = run
        if best is not None and _is_worth(lines, best):
            runs.append(best)
            position = best.stop
        else:
            position += 1
    return runs


def fold(
    lines: Sequence[str],
    parts: Sequence[Part],
    runs: Sequence[Run],
    earlier: Sequence[Shown],
    keep: Collection[int],
    note: Note = lambda start, stop: "",
) -> list[Part]:
    """Return `parts` with the lines that lie in `runs` left out and their earlier place named, except the lines `keep`.

    `note` says what the rest of a gap holds, part of which was shown earlier.
    Lines that a compressor left out and that were shown earlier are named too: the reader has them. What is rendered
    stays: its text is not the lines'.
    """
    folded: list[Part] = []
    stretches = _stretches(lines, runs, keep, earlier)
    at = 0
    for part in parts:
        if part.start == part.stop or ((part.action == "render" or part.text) and not _is_by_line(lines, part)):
            folded.append(part)
            continue
        while at < len(stretches) and stretches[at][1] <= part.start:
            at += 1
        position = part.start
        for start, stop, run in stretches[at:]:
            if start >= part.stop:
                break
            start, stop = max(start, position), min(stop, part.stop)
            if start > position:
                folded.append(_rest(lines, part, position, start, note))
            folded.append(_above(lines, start, stop, run, earlier))
            position = stop
        if position < part.stop:
            folded.append(_rest(lines, part, position, part.stop, note))
    return _join(lines, folded, stretches, earlier)


def _rest(lines: Sequence[str], part: Part, start: int, stop: int, note: Note) -> Part:
    """Return lines `start` … `stop - 1` of `part`; where a gap is cut, with a note of their own."""
    cut = (start, stop) != (part.start, part.stop)
    if cut and part.action == "render":
        rows = part.text.split("\n")[start - part.start : stop - part.start]
        rows[0] = lines[start].lstrip(" ")  # below a gap, a number is said again
        return part._replace(start=start, stop=stop, text="\n".join(rows))
    return part._replace(start=start, stop=stop, note=note(start, stop) if cut and part.action == "omit" else part.note)


def _is_by_line(lines: Sequence[str], part: Part) -> bool:
    """Tell whether `part` shows its lines one by one, with or without the numbers before them."""
    rows = part.text.split("\n")
    return (
        part.lossless
        and len(rows) == part.stop - part.start
        and all(
            line.lstrip(" ") == row or line.endswith(f"\t{row}")
            for line, row in zip(lines[part.start : part.stop], rows, strict=True)
        )
    )


def _stretches(
    lines: Sequence[str], runs: Sequence[Run], keep: Collection[int], earlier: Sequence[Shown]
) -> list[tuple[int, int, Run]]:
    """Return the parts of `runs` between the lines `keep` that are long enough for a note to be shorter."""
    found: list[tuple[int, int, Run]] = []
    for run in runs:
        start = run.start
        for stop in [*sorted(i for i in keep if run.start <= i < run.stop), run.stop]:
            if stop > start and _gain(lines, start, stop, run, earlier) >= _MIN_GAIN:
                found.append((start, stop, run))
            start = stop + 1
    return found


def _join(
    lines: Sequence[str],
    parts: Sequence[Part],
    stretches: Sequence[tuple[int, int, Run]],
    earlier: Sequence[Shown],
) -> list[Part]:
    """Return `parts` with the pieces of one stretch, cut at the compressor's own boundaries, as one omission again."""
    run_at = {start: (stop, run) for start, stop, run in stretches}
    joined: list[Part] = []
    until, run = 0, None
    for part in parts:
        if part.start in run_at and part.stop > part.start:
            until, run = run_at[part.start]
        elif run is not None and joined and joined[-1].stop == part.start < until and part.stop <= until:
            first = joined.pop().start
            joined.append(_above(lines, first, part.stop, run, earlier))
            continue
        else:
            run = None
        joined.append(part)
    return joined


def _above(lines: Sequence[str], start: int, stop: int, run: Run, earlier: Sequence[Shown]) -> Part:
    return Part(start, stop, "omit", note=_note(lines, start, stop, run, earlier[run.source]), above=True)


def _gain(lines: Sequence[str], start: int, stop: int, run: Run, earlier: Sequence[Shown]) -> int:
    """Return the tokens that are saved where these lines are named instead of shown."""
    said = marker.gap(start, stop, _note(lines, start, stop, run, earlier[run.source]))
    return tokens.estimate("\n".join(lines[start:stop])) - tokens.estimate(said)


def _note(lines: Sequence[str], start: int, stop: int, run: Run, shown: Shown) -> str:
    viewed = run.shift is not None and _has_line_number(lines[start])
    first, last = (numbering.of_each([lines[at]])[0][0] if viewed else None for at in (start, stop - 1))
    what = f"{first}-{last} " if first is not None and last is not None else ""
    moved = f", moved by {run.shift:+d}" if run.shift else ""
    return f"{what}{pointer(shown.label)}{moved}"


def _without_folders(word: str) -> str:
    """Return what a path ends in, and any other `word` as it is; one that the label cuts off must end in more than a letter or two."""
    last = word.rpartition("/")[2]
    is_path = len(word) > _SHORT_WORD_CHARS and len(last) >= _MIN_NAME_CHARS and not _MARKS.intersection(word)
    return last if is_path else word


def _has_line_number(line: str) -> bool:
    """Tell whether a number at the head of `line` is certainly that of a line, as viewers write it: a time is none."""
    return "\t" in line[:_NUMBER_CHARS]


def pointer(label: str) -> str:
    """Return the words that say which call showed what is left out."""
    return f"as shown above by {_name(label)}"


def in_short(label: str) -> str:
    """Return the words that say which call showed in short what is left out."""
    return f"in short above by {_name(label)}"


def points_to(text: str, label: str = "") -> bool:
    """Tell whether `text` says that something stands above, by the call `label` or (without one) by any."""
    return (f" above by {_name(label)}" if label else " above by ") in text


def _name(label: str) -> str:
    """Return the call `label` in few characters: of a long one, paths without their folders, which tell the least."""
    label = label or "an earlier call"
    if len(label) <= LABEL_CHARS:
        return label
    label = " ".join(map(_without_folders, label.split(" ")))
    return label if len(label) <= LABEL_CHARS else f"{label[: LABEL_CHARS - 1].rstrip()}…"


def _numbered(lines: Sequence[str]) -> tuple[list[int | None], list[str]]:
    """Return the line number and the text of each line; no number where what lines begin with is a time, a year, a size."""
    numbers, texts = numbering.of_each(lines)
    if numbering.LEGEND in lines:
        numbers = numbering.filled(lines, numbers)
    steps = [later - before for before, later in pairwise(number for number in numbers if number is not None)]
    if 10 * sum(1 for step in steps if step > 0) >= 9 * len(steps):
        return numbers, texts
    return [None] * len(lines), [line.rstrip() for line in lines]


def _extend(
    position: int,
    numbers: Sequence[int | None],
    bodies: Sequence[str],
    source: int,
    at: int,
    shown_numbers: Sequence[int | None],
    shown_bodies: Sequence[str],
) -> Run | None:
    shift: int | None = None
    length = 0
    while position + length < len(bodies) and at + length < len(shown_bodies):
        number, shown = numbers[position + length], shown_numbers[at + length]
        if bodies[position + length] != shown_bodies[at + length] or (number is not None and shown is None):
            break
        step = None if number is None or shown is None else number - shown
        if length and step != shift:
            break
        shift = step
        length += 1
    return Run(position, position + length, source, shift) if length else None


def _is_worth(lines: Sequence[str], run: Run) -> bool:
    if run.stop - run.start < MIN_LINES:
        return False
    return tokens.estimate("\n".join(lines[run.start : run.stop])) >= MIN_TOKENS
