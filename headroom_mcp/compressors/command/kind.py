"""Commands whose chatter is known: installs, downloads, deployments. What is dropped is data: filters/*.toml.

    Get:1 http://deb… 72 lines … Processing triggers      →      the summary, what failed, and how much was left out

A filter never drops a failure. What a build or a journal leaves too long goes to the kind for those.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import compressors
from headroom_mcp.commands import shell
from headroom_mcp.compressors.command import filter_rules
from headroom_mcp.compressors.command.filter_rules import Filter
from headroom_mcp.facts import find as fact_finder
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_SAMPLE = 300
_KNOWN_SHARE = 0.08
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
    patterns = [*(pattern for pattern, _ in chosen.drop), *(fold.lines for fold in chosen.fold)]
    lines = output.lines
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
    parts = apply(chosen, output, limit)
    second = _LONG.get(chosen.name, "")
    if second in compressors.BUILTIN:
        left = tokens.estimate(render.render(output.lines, apply(chosen, output))) if parts else output.tokens
        if left > limit:
            answer: Compressed | None = compressors.load(second).compress(output, budget)
            return answer and Compressed(
                answer.parts
            )  # the facts are those of this kind, and the gate answers for them
    return Compressed(parts) if parts else None


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
    lines = output.lines
    if any(pattern.search(line) for pattern in chosen.unless for line in lines):
        return []
    kept = {fact.line for fact in fact_finder.find(output) if fact.rank == 0}
    kept.update(i for i, line in enumerate(lines) if any(pattern.search(line) for pattern in chosen.keep))
    notes: dict[int, str] = {}
    for index, line in enumerate(lines):
        if index in kept:
            continue
        for pattern, note in chosen.drop:
            if pattern.search(line):
                notes[index] = note
                break
    for fold in chosen.fold:
        _fold(lines, fold, kept, notes)
    _bound(len(lines), chosen, kept, notes)
    if limit:
        _thin(lines, limit, kept, notes)
    if not notes:
        return []
    return render.close_cheap_gaps(lines, _parts(len(lines), notes))


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


def _thin(lines: Sequence[str], limit: int, kept: set[int], notes: dict[int, str]) -> None:
    left = [index for index in range(len(lines)) if index not in notes]
    room = limit - sum(tokens.estimate(lines[i]) + 1 for i in left)
    if room >= 0:
        return
    middle = [index for index in left[len(left) // 4 : -len(left) // 4 or None] if index not in kept]
    inner = set(middle)
    others = [index for index in left if index not in kept and index not in inner]
    for index in [*middle, *others[3:-3]]:
        if room >= 0:
            return
        room += tokens.estimate(lines[index]) + 1
        notes[index] = ""


def _parts(total: int, notes: dict[int, str]) -> list[Part]:
    """Return parts that leave out the lines in `notes`; a gap says what it held, each note once with its count."""
    parts: list[Part] = []
    index = 0
    while index < total:
        start = index
        omit = index in notes
        while index < total and (index in notes) == omit:
            index += 1
        if not omit:
            parts.append(Part(start, index, "keep"))
            continue
        counts: dict[str, int] = {}
        for line in range(start, index):
            if notes[line]:
                counts[notes[line]] = counts.get(notes[line], 0) + 1
        whole = len(counts) == 1 and sum(counts.values()) == index - start
        said = next(iter(counts)) if whole else ", ".join(f"{count} {note}" for note, count in counts.items())
        parts.append(Part(start, index, "omit", note=said))
    return parts
