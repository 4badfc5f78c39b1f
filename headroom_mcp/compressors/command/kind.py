"""Commands whose chatter is known: installs, downloads, deployments. What is dropped is data: filters/*.toml.

    Get:1 http://deb… 72 lines … Processing triggers      →      the summary, what failed, and how much was left out

A filter never drops a failure. What a build or a journal leaves too long goes to the kind for those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat

from headroom_mcp import compressors, late
from headroom_mcp.commands import shell
from headroom_mcp.compressors.command import filter_rules
from headroom_mcp.compressors.command.filter_rules import Drop, Filter
from headroom_mcp.facts import find as fact_finder
from headroom_mcp.query import bm25
from headroom_mcp.records import survey as survey_module
from headroom_mcp.text import marker, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.text.lines import Judged, alike
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_SAMPLE = 300
_KNOWN_SHARE = 0.08
_MAX_LINE_CHARS = 600
_RARE = 2  # lines with a word of a failure: one in more of them is what everything is about
# Node-Selectors:    disktype=nvme     a label with its value
_LABELLED = late.pattern(r"\s*[\w./ -]{2,40}[:=]\s+\S")
_MIN_TERM_CHARS = 5
_MIN_UNDERSTOOD = 0.5
_ALIKE, _FIRST = 4, 2  # of so many records of one form, so many stay at least
_ENOUGH_TOKENS = 1_500  # what a filter leaves is chosen line by line already
# What these leave too long has a kind of its own: compilers' diagnostics and tests, records with a clock.
_LONG = {
    **dict.fromkeys(("make", "cmake", "mvn", "gradle", "cargo_build", "dotnet_build"), "build"),
    "journalctl": "log",
}


def score(output: ToolOutput) -> float:
    """Return 0.5 where there is a filter for the command and it knows some of these lines."""
    chosen = filter_of(output)
    if chosen is None:
        return 0.0
    lines = output.lines
    patterns = [*(drop.lines for drop in _in_force(chosen, lines)), *(fold.lines for fold in chosen.fold)]
    sampled = lines if len(lines) <= _SAMPLE else lines[:: len(lines) // _SAMPLE]
    known = sum(1 for line in sampled if any(pattern.search(line) for pattern in patterns))
    return 0.5 if known >= max(2, _KNOWN_SHARE * len(sampled)) else 0.0


def facts(output: ToolOutput) -> list[Fact]:
    """Return what any text's facts are."""
    return fact_finder.find(output)


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Leave out what the command's filter names; a failure stays."""
    chosen = filter_of(output)
    if chosen is None:
        return None
    limit = max(budget, _ENOUGH_TOKENS)
    kept, asked, notes = _dropped(chosen, output) or (None, set(), {})
    second = _LONG.get(chosen.name, "")
    second = second if second in compressors.BUILTIN else ""
    if second and notes and _is_longer(output.lines, notes, limit):
        return _by_kind(second, output, budget)
    if kept is not None:
        _thin(output, limit, kept, asked, notes)
    parts = _parts(output.lines, notes)
    if second and not parts and output.tokens > limit:
        return _by_kind(second, output, budget)
    from headroom_mcp.compressors import _long_lines

    shown = _long_lines.clipped(output, parts or [Part(0, len(output.lines), "keep")], budget)
    if all(part.action == "keep" for part in shown):
        return None
    return Compressed(
        shown, note=lambda start, stop: _note(_with_ends(chosen, output.lines, notes, start, stop), start, stop)
    )


def _is_longer(lines: Sequence[str], notes: Mapping[int, str], limit: int) -> bool:
    """Tell whether the lines that are not in `notes`, with the markers between them, cost more than `limit`."""
    left = "\n".join([line for index, line in enumerate(lines) if index not in notes])
    return tokens.estimate(left) > limit or tokens.estimate(render.render(lines, _parts(lines, notes))) > limit


def _by_kind(kind: str, output: ToolOutput, budget: int) -> Compressed | None:
    """Return what the compressor of a `kind` makes of the output; the facts are those of this one, and the gate answers."""
    answer: Compressed | None = compressors.load(kind).compress(output, budget)
    return answer and answer._replace(answers_for=())


def filter_of(output: ToolOutput) -> Filter | None:
    """Return the filter of the last command that has one."""
    for pipeline in reversed(shell.parse(output.command) if output.command else []):
        for words in pipeline[:1]:
            name = filter_rules.name_for(words)
            if name:
                return filter_rules.load(name)
    return None


def apply(chosen: Filter, output: ToolOutput, limit: int = 0) -> list[Part]:
    """Return parts after the filter's stages, none where it does not apply or drops nothing.

    With a `limit` in tokens, the middle of what the stages leave goes, too; failures and what the filter keeps stay.
    """
    dropped = _dropped(chosen, output)
    if dropped is None:
        return []
    kept, asked, notes = dropped
    if limit:
        _thin(output, limit, kept, asked, notes)
    return _parts(output.lines, notes)


def _dropped(chosen: Filter, output: ToolOutput) -> tuple[set[int], set[int], dict[int, str]] | None:
    """Return the lines that must stay, those of them that only the filter keeps, and those that its stages drop, each with
    what is said of it; None where it does not apply."""
    lines = output.lines
    notes: dict[int, str] = {}
    # Where no expression tells one digit from another, lines that differ in digits alone are one.
    told = alike(lines).every if chosen.is_blind else lines
    different = dict.fromkeys(told)
    if any(pattern.search(line) for pattern in chosen.unless for line in different):
        return None
    failing = fact_finder.failures(lines)
    kept = set(failing)
    stays: Judged[bool] = Judged(lambda line: any(pattern.search(line) for pattern in chosen.keep))
    asked = {index for index, line in enumerate(told) if stays[line]} - kept
    kept |= asked
    drops = _in_force(chosen, different)
    drop_of: Judged[Drop | None] = Judged(lambda line: next((drop for drop in drops if drop.lines.search(line)), None))
    last, begun = None, 0
    for index, line in enumerate(told):
        goes_on = last is not None and last.then is not None and last.then.search(line)
        if index in kept:
            if goes_on:  # what a record says of a failure is said of its head
                for above in range(begun, index):
                    del notes[above]
            last = None
            continue
        if not goes_on:
            last, begun = drop_of[line], index
        if last is not None:
            notes[index] = last.note
    if failing:
        for index in _explaining(lines, failing, notes):
            del notes[index]
            kept.add(index)
    for fold in chosen.fold:
        _fold(lines, fold, kept, notes)
    _bound(len(lines), chosen, kept, notes)
    return kept, asked, notes


def _in_force(chosen: Filter, lines: Iterable[str]) -> list[Drop]:
    """Return the drops of a filter that are meant for an output of these `lines`."""
    return [drop for drop in chosen.drop if drop.beside is None or any(map(drop.beside.search, lines))]


def _parts(lines: Sequence[str], notes: Mapping[int, str]) -> list[Part]:
    """Return the parts of an output without the lines of `notes`; none where all stay."""
    if not notes:
        return []
    left = (index for index in range(len(lines)) if index not in notes)
    parts = render.from_kept(left, len(lines), lambda start, stop: _note(notes, start, stop))
    return render.close_cheap_gaps(lines, parts)


def _fold(lines: Sequence[str], fold: filter_rules.Fold, kept: set[int], notes: dict[int, str]) -> None:
    run: list[int] = []
    for index in range(len(lines) + 1):
        alike = index < len(lines) and index not in notes and fold.lines.search(lines[index])
        if alike:
            run.append(index)
        elif index == len(lines) or index not in notes:
            for folded in run[fold.first : len(run) - fold.last]:
                if folded not in kept:
                    notes[folded] = fold.note
            run = []


def _bound(total: int, chosen: Filter, kept: set[int], notes: dict[int, str]) -> None:
    left = [index for index in range(total) if index not in notes]
    if not (chosen.head or chosen.tail) or len(left) <= chosen.head + chosen.tail:
        return
    for index in left[chosen.head : len(left) - chosen.tail]:
        if index not in kept:
            notes[index] = ""


def _explaining(lines: Sequence[str], failing: Sequence[int], dropped: Collection[int]) -> list[int]:
    """Return those of the `dropped` lines, labels with their values, that share a rare word with a failing line: what it
    says is wrong stands there.

    Node-Selectors:  disktype=nvme        0/9 nodes are available: 9 node(s) didn't match Pod's node affinity/selector
    """
    labelled = [index for index in dropped if _LABELLED.match(lines[index][:_MAX_LINE_CHARS])]
    words = {term for index in failing for term in _terms(lines[index][:_MAX_LINE_CHARS])} if labelled else set()
    if not words:
        return []
    often = Counter(term for line in lines for term in _terms(line[:_MAX_LINE_CHARS]))
    rare = {word for word in words if often[word] <= _RARE}
    return [index for index in labelled if not rare.isdisjoint(_terms(lines[index][:_MAX_LINE_CHARS]))]


def _terms(line: str) -> set[str]:
    """Return the words of a line that may name a thing, without a plural's "s"."""
    return {term.removesuffix("s") for term in bm25.query_terms(line) if len(term) >= _MIN_TERM_CHARS}


def _thin(output: ToolOutput, limit: int, kept: set[int], asked: set[int], notes: dict[int, str]) -> None:
    """Leave out more records, whole ones, the last of each form first, until `limit` holds; those unlike the others stay,
    and the lines `kept`, but for those `asked` for by the filter alone that a record of their form says, too."""
    lines = output.lines
    left = [index for index in range(len(lines)) if index not in notes]
    found = alike(lines)
    prices = [tokens.estimate(shape) + 1 for shape in found.shapes]  # to which a digit is a digit
    costs = list(map(prices.__getitem__, found.of))
    room = limit - sum(map(costs.__getitem__, left))
    if room >= 0:
        return
    if output.survey.understood >= _MIN_UNDERSTOOD:
        room = _thin_records(output, room, costs, kept, asked, notes)
        left = [index for index in left if index not in notes]
    middle = [index for index in left[len(left) // 4 : -len(left) // 4 or None] if index not in kept]
    inner = set(middle)
    others = [index for index in left if index not in kept and index not in inner]
    for index in [*middle, *others[3:-3]]:
        if room >= 0:
            return
        room += costs[index]
        notes[index] = ""


def _thin_records(
    output: ToolOutput, room: int, costs: Sequence[int], kept: set[int], asked: set[int], notes: dict[int, str]
) -> int:
    """Leave out records that are like others, as long as `room` is negative; return what it is then."""
    lines, survey = output.lines, output.survey
    telling = [survey.records[one.record] for one in survey_module.telling(survey)]
    spared = {index for start, stop in telling for index in range(start, stop)}
    kept.update(spared)
    stay = {index for index in kept if lines[index].strip()}
    others: list[tuple[int, int]] = []
    for group in survey.groups:
        if len(group.rows) >= _ALIKE:
            records = [survey.records[row] for row in group.rows]
            others += records[_FIRST:]
            if asked:
                first = {lines[index] for record in records[:_FIRST] for index in asked.intersection(range(*record))}
                stay.difference_update(
                    index for record in records for index in range(*record) if index in asked and lines[index] in first
                )
    for start, stop in sorted(others, reverse=True):
        if room >= 0:
            break
        whole = [index for index in range(start, stop) if index not in notes]
        if spared.isdisjoint(whole) and stay.isdisjoint(whole[1:]):
            room += sum(map(costs.__getitem__, whole))
            notes.update(dict.fromkeys(whole, ""))
    return room


def _with_ends(chosen: Filter, lines: Sequence[str], notes: Mapping[int, str], start: int, stop: int) -> dict[int, str]:
    """Return `notes` of a gap that took lines of the ends of a fold, which the filter had kept: they are what the others are."""
    found = {index: notes[index] for index in range(start, stop) if index in notes}
    if not chosen.fold:
        return found
    for index in range(start, stop):
        fold = next((fold for fold in chosen.fold if index not in notes and fold.lines.search(lines[index])), None)
        if fold is not None:
            found[index] = fold.note
    return found


def _note(dropped: Mapping[int, str], start: int, stop: int) -> str:
    """Return what the lines of a gap are, each note of `dropped` once with its count where there are several."""
    counts = Counter(map(dropped.get, range(start, stop), repeat("")))
    others = counts.pop("", 0)
    if len(counts) == 1 and not others:
        return next(iter(counts))
    return marker.lines_of(counts)
