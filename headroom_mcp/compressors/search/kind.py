"""Search results: grep, rg, git grep, ag, and the Grep tools of agents.

First without loss: a file's path once, its hits as `N:text` below it. Where that is too long, hits are chosen: those that
define what is looked for, those the question is about, then every file's first ones; what a file hides is counted.

    src/a.py:3:import x                src/a.py
    src/a.py:9:x.run()          →      3:import x
    src/b.py:1:import x                9:x.run()
                                       src/b.py:1:import x
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from headroom_mcp import late
from headroom_mcp.commands import programs, shell
from headroom_mcp.compressors import _paths, _shapes
from headroom_mcp.compressors.search import definitions
from headroom_mcp.compressors.search import hits as _hits
from headroom_mcp.compressors.search.hits import Entry
from headroom_mcp.facts import find, tool_errors
from headroom_mcp.late import re
from headroom_mcp.query import pieces as asked
from headroom_mcp.text import marker, tokens
from headroom_mcp.text.lines import Judged, alike, by_shape
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_GAP_TOKENS = 14
_SMALL_TOKENS = 2_000  # below, a hit lost costs more than the lines saved, unless the question names a definition
_REPORT_TOKENS, _REPORT_SHARE = 8_000, 0.85
_SIGNATURE_LINES = 3  # a definition's head may go on over some lines of context
_MAX_FILES_NAMED = 6
_ALMOST, _IN_FULL = 0.8, 6  # of the best score; so many hits may be what the question means
# grep: a/b.pyc: binary file matches | Binary file a/b.pyc matches
_BINARY = late.pattern(r"^(?:\w+: .*: binary file matches|Binary file .* matches)")
_IDENTIFIER = late.pattern(r"^[A-Za-z_$][\w$]{1,80}$")
# setStrictness, JsonReader, set_strictness: no word of a sentence is written so
_COMPOUND = late.pattern(r"\b(?:[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Za-z][^\W_]*_\w+)\b")
# Copies and by-products: shown after the sources they are made from.
_JOINTS = late.pattern(r"[.:$]+")
_SECONDARY = late.pattern(
    r"(?:^|[/\\])(?:tests?|specs?|__tests__|testdata|fixtures|docs?|examples?|vendor|third_party|node_modules|dist|build|"
    r"target|generated|migrations|locales?)(?:[/\\]|$)|[._-](?:test|spec|min)\.\w+$|\.(?:md|rst|txt|lock|map|snap)$|"
    r"(?:^|[/\\])test_[^/\\]*$",
    re.IGNORECASE,
)


def score(output: ToolOutput) -> float:
    """Return the share of lines that are hits."""
    form, share = _hits.form_of(output.lines)
    if form == "none":
        return 0.3 if _paths.share(output.lines) > 0.8 else 0.0
    if form in ("plain", "single") and not _pattern(output):
        return 0.0  # "key: value" and numbered text have the same shapes
    return round(min(0.8, share * 0.8), 3)


def facts(output: ToolOutput) -> list[Fact]:
    """Return the tool's own complaints: what is found is data."""
    return tool_errors.find(output.lines)


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Group the hits by file; where that is over the budget, choose among them."""
    lines = output.lines
    form, share = _hits.form_of(lines)
    if _paths.share(lines) > 0.8:
        return _paths.compress(output, budget)
    if form == "none" or share < 0.3:
        return None
    entries = _hits.parse(lines, form)
    if form == "plain" and _are_counts(entries):
        return _paths.compress(output, budget)
    if form in ("numbered", "plain"):
        everything = {i for i, line in enumerate(lines) if not _is_binary_hit(line)}
        whole = _parts(lines, entries, everything)
        cost = sum(tokens.estimate(part.text or "\n".join(lines[part.start : part.stop])) for part in whole)
    else:
        whole, cost = [Part(0, len(lines), "keep")], output.tokens
    if not any(entry and entry.is_hit for entry in entries):
        return None
    about = _about(output, entries)
    chosen = None if _is_report(output, cost) else _choose(output, entries, about, budget, cost)
    if chosen is None:
        return Compressed(whole) if cost < output.tokens else None
    if form == "heading":
        chosen |= _headings_of(lines, entries, chosen)
    paths = {_path(entries[index]) for index in chosen}
    return Compressed(
        _parts(lines, entries, chosen, _best(about)), note=lambda start, stop: _note(entries[start:stop], paths)
    )


def _is_report(output: ToolOutput, cost: int) -> bool:
    """Tell whether these are what a program reports and nothing says what was looked for, neither a pattern nor a question:
    each is as likely to be wanted as any other, so that all are shown where that is short enough."""
    unasked = not output.query and output.tokens < _REPORT_TOKENS
    if not unasked or cost > _REPORT_SHARE * output.tokens or _pattern(output):
        return False
    return not _shapes.are_of_records(output.lines)


def _is_binary_hit(line: str) -> bool:
    return "matches" in line and _BINARY.match(line) is not None


def _are_counts(entries: Sequence[Entry]) -> bool:
    """Tell whether these are a number for each file, as `grep -c` prints them."""
    counts = sum(1 for entry in entries if entry and entry.text.strip().isdigit())
    return counts > 0.9 * len(entries) and len({_path(entry) for entry in entries}) >= counts


def _about(output: ToolOutput, entries: Sequence[Entry]) -> dict[int, float]:
    """Return by line how much it is about the question, by its path and text; most, where it asks for that line by number."""
    about = asked.scores(output.query, [f"{entry.path} {entry.text}" if entry else "" for entry in entries])
    most = max(about.values(), default=0.0) + 1.0
    for at in find.of_numbered(output.query, output.lines):
        if entries[at]:
            about[at] = about.get(at, 0.0) + most
    return about


def _best(about: Mapping[int, float]) -> set[int]:
    """Return the few lines that are most about the question: they are shown as they stand, path and all, to be copied."""
    most = max(about.values(), default=0.0)
    best = {index for index, score in about.items() if score >= _ALMOST * most}
    return best if len(best) <= _IN_FULL else set()


def _choose(
    output: ToolOutput, entries: Sequence[Entry], about: Mapping[int, float], budget: int, cost: int
) -> set[int] | None:
    """Return the lines to show, None where all of them should be."""
    if cost <= budget:
        return None
    ranked, sure = _ranked(output, entries, about)
    if output.tokens < _SMALL_TOKENS and not sure:
        return None
    lines = output.lines
    chosen: set[int] = {
        i
        for i, entry in enumerate(entries)
        if entry is None and lines[i] and lines[i] != "--" and not _is_binary_hit(lines[i])
    }
    if len(chosen) > 12:
        chosen = set(sorted(chosen)[:6]) | set(sorted(chosen)[-6:])
    room = budget - sum(tokens.estimate(lines[i]) for i in chosen)
    shown_paths: set[str] = set()
    for block in ranked:
        new = [i for i in block if i not in chosen]
        if not new:
            continue
        price = sum(tokens.estimate(_text(entries[i])) + 3 for i in new)
        if new[0] - 1 not in chosen and new[-1] + 1 not in chosen:
            price += _GAP_TOKENS
        path = _path(entries[new[0]])
        if path not in shown_paths:
            price += tokens.estimate(path)
        if price > room:
            if room < 40:
                break
            continue
        room -= price
        shown_paths.add(path)
        chosen.update(new)
    return chosen if shown_paths else None


def _ranked(
    output: ToolOutput, entries: Sequence[Entry], about: Mapping[int, float]
) -> tuple[Iterator[list[int]], bool]:
    """Return blocks of lines to show, best first, and whether the first surely is what was asked for."""
    named = [*asked.quoted(output.query), *_COMPOUND.findall(output.query)]
    names = [name for name in dict.fromkeys(named) if _IDENTIFIER.match(name)]
    pattern = _pattern(output)
    looked_for = names or ([pattern] if _IDENTIFIER.match(pattern) else [])
    top = max(about.values(), default=1.0)
    per_file = Counter(entry.path for entry in entries if entry and entry.is_hit)
    seen: dict[str, int] = {}
    seen_texts: dict[str, int] = {}
    secondary = _secondary({entry.path for entry in entries if entry})
    weights: list[tuple[float, int]] = []
    sure = False
    defined = Judged(definitions.place_of_name)
    for index, (entry, shape) in enumerate(zip(entries, alike(output.lines).every, strict=True)):
        if entry is None:
            continue
        path, _, is_hit, text = entry
        weight = 4.0 * about[index] / top if index in about else 0.0
        # A hit's text is the end of its line.
        place = defined[shape[-len(text) :]] if text and (is_hit or index in about) else None
        if place is not None:
            name = text[place]
            last = _JOINTS.split(name)[-1]
            if name in looked_for or last in looked_for:
                weight += 12.0
                sure = sure or bool(names)
            elif pattern and is_hit and pattern.lower() in name.lower():
                weight += 5.0
            elif is_hit:
                weight += 1.0
        if is_hit:
            rank = seen[path] = seen.get(path, 0) + 1
            weight += 2.0 / rank + 1.0 / per_file[path]
            bare = text.strip()
            copies = seen_texts[bare] = seen_texts.get(bare, 0) + 1
            weight -= min(2.0, 0.5 * (copies - 1))
        elif not weight:
            continue
        if path in secondary:
            weight -= 1.5
        weights.append((-weight, index))
    weights.sort()
    return (_block(entries, index, -less) for less, index in weights), sure


def _secondary(paths: Collection[str]) -> set[str]:
    """Return those of `paths` that are of copies and by-products."""
    every = list(paths)
    is_secondary = Judged(lambda shape: _SECONDARY.search(shape) is not None)
    return {path for path, shape in zip(every, by_shape(every).every, strict=True) if is_secondary[shape]}


def _block(entries: Sequence[Entry], index: int, weight: float) -> list[int]:
    """Return `index` with the lines that a definition's head goes on over."""
    block = [index]
    if weight < 12.0:
        return block
    text = _text(entries[index])
    path = _path(entries[index])
    for after in range(index + 1, min(len(entries), index + 1 + _SIGNATURE_LINES)):
        if text.rstrip().endswith(("{", ":", ";", "}")) or text.count("(") <= text.count(")"):
            break
        if entries[after] is None or _path(entries[after]) != path:
            break
        block.append(after)
        text += _text(entries[after])
    return block


def _pattern(output: ToolOutput) -> str:
    """Return what was searched for, "" where it cannot be known."""
    pattern = output.tool_input.get("pattern") or output.tool_input.get("query")
    if isinstance(pattern, str):
        return pattern
    for pipeline in shell.parse(output.command):
        for words in pipeline:
            if shell.name(words) == "git" or shell.name(words) in programs.SEARCHERS:
                operands = shell.arguments(words)
                if "-e" in words[:-1]:
                    return words[words.index("-e") + 1]
                operands = operands[1:] if shell.name(words) == "git" else operands
                operands = [word for word in operands if not word.isdigit()]
                if operands:
                    return operands[0]
    return ""


def _headings_of(lines: Sequence[str], entries: Sequence[Entry], chosen: set[int]) -> set[int]:
    """Return the heading lines above the chosen hits."""
    headings: set[int] = set()
    heading = -1
    for index, entry in enumerate(entries):
        if entry is None and lines[index] and lines[index] != "--":
            heading = index
        elif index in chosen and heading >= 0 and entry is not None and lines[heading] == entry.path:
            headings.add(heading)
    return headings


def _parts(lines: Sequence[str], entries: Sequence[Entry], shown: set[int], whole: Collection[int] = ()) -> list[Part]:
    """Return parts that show the lines `shown`, a file's path once above them but for those that stand as they are, `whole`,
    and count what each gap holds."""
    parts: list[Part] = []
    per_path: dict[str, int] = {}
    for index in shown:
        path = _path(entries[index])
        if path:
            per_path[path] = per_path.get(path, 0) + 1
    heading = ""  # the path under which the next line may stand without its own
    index = 0
    total = len(lines)
    while index < total:
        stop = index
        if index not in shown:
            while stop < total and stop not in shown:
                stop += 1
            held = {_path(entry) for entry in entries[index:stop] if entry}
            if held - {heading}:
                heading = ""
            parts.append(Part(index, stop, "omit", note=_note(entries[index:stop], per_path.keys())))
        else:
            path = _path(entries[index])
            as_is = index in whole
            while stop < total and stop in shown and _path(entries[stop]) == path and (stop in whole) == as_is:
                stop += 1
            if as_is:
                parts.append(Part(index, stop, "keep"))
            elif not path or (heading != path and per_path[path] < 2) or lines[index].startswith(path) is False:
                parts.append(Part(index, stop, "keep"))
                heading = "" if path else heading
            else:
                body = "\n".join(_short(entries[i]) for i in range(index, stop))
                text = body if heading == path else f"{path}\n{body}"
                parts.append(Part(index, stop, "render", text=text, lossless=True))
                heading = path
        index = stop
    return parts


def _short(entry: Entry) -> str:
    if entry is None:
        return ""
    if not entry.number:
        return entry.text if entry.is_hit else f"-{entry.text}"
    return f"{entry.number}{':' if entry.is_hit else '-'}{entry.text}"


def _note(gap: Sequence[Entry], shown: Collection[str]) -> str:
    """Return what a gap holds: "14 hits", "9 hits in c.py" where nothing is `shown` of that path, or "230 hits in 12
    files: a.py 90, b.py 31 …"."""
    counts: dict[str, int] = {}
    for entry in gap:
        if entry and entry.is_hit:
            counts[entry.path] = counts.get(entry.path, 0) + 1
    hits = sum(counts.values())
    if not hits:
        return ""
    said = marker.counted(hits, "hit")
    if len(counts) < 2:
        [path] = counts
        if path and path not in shown:
            return f"{said} in {path}"
        return said if len(gap) != hits else ""
    most = sorted(counts.items(), key=lambda item: (item[0] in shown, -item[1], item[0]))[:_MAX_FILES_NAMED]
    most.sort(key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{path} {count}" for path, count in most)
    return f"{said} in {len(counts):,} files: {named}{' …' if len(counts) > len(most) else ''}"


def _path(entry: Entry) -> str:
    return entry.path if entry else ""


def _text(entry: Entry) -> str:
    return entry.text if entry else ""
