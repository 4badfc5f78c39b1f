"""Documents with headings: Markdown, reStructuredText, manual pages, change logs, help texts.

With a query, the paragraphs, entries and listings that answer it stand whole under their headings, and every gap names the
sections it holds with their line numbers. Without one, the outline stays, with the first words of each section.

    # Guide                               # Guide
    (90 lines)                     →      [… lines 2-91 · sections: Install 4, Configuration 31]
    ## Retries                            ## Retries
    The client retries three times …      The client retries three times …
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors import _options, _sections, _shapes, _tables_in, _unasked, _within
from headroom_mcp.compressors._sections import Block
from headroom_mcp.late import re
from headroom_mcp.query import clauses
from headroom_mcp.text import lines as lines_module
from headroom_mcp.text import marker, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact

_GAP_COST = 14  # tokens of a gap's marker and the jump over it
_MAX_SECTIONS_NAMED = 12
_MAX_TITLE_CHARS = 48
_MIN_LINES = 12
# Of the budget goes to what no question has found: what follows the answers; any of the rest says as little as what is left out.
_AROUND = 4
_OUTLINED_TOKENS = 3_000  # the same of a document from that size on, where nobody asks: its outline tells where to look
# A file of documentation up to that length, where nobody knows what it was read for: of twelve outlines ten lack the passage that
# is needed next, which costs another read.
_UNASKED_TOKENS = 8_000
_ENOUGH_CHARS = 300  # what is shown from the start of a match on, as far as no blank line ends it
_DOCUMENT = late.pattern(
    r"\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|[1-9]|org|qmd|rmd)$|(?:changelog|changes|readme|history|news|guide)\b",
    re.IGNORECASE,
)
# These are documents whatever their lines look like; other names may be those of what a program has written.
_MARKUP = late.pattern(r"\.(?:md|mdx|markdown|rst|adoc|asciidoc|org|qmd|rmd)$", re.IGNORECASE)
_OTHER_FILE = late.pattern(r"\.\w{1,8}$")
_MANUAL = late.pattern(r"\b(?:man|info|pydoc|tldr)\s|--help\b|\bhelp\b")


def score(output: ToolOutput) -> float:
    """Return how much of the text is under headings, with what path and command say."""
    lines = lines_module.without_numbers(output.lines[:600])
    if len(lines) < _MIN_LINES:
        return 0.0
    found = _sections.blocks(lines)
    headings = [block for block in found if block.kind == "heading"]
    hinted = bool(_DOCUMENT.search(output.path) or _MANUAL.search(output.command))
    if hinted and output.path and not _MARKUP.search(output.path) and _shapes.are_of_records(lines):
        return 0.0
    if not headings:
        return 0.5 if hinted and output.path else 0.0
    if hinted:
        return 0.9
    if _sections.is_manual(lines):
        return 0.6
    # A log has rulers and titles too, but few blank lines around them.
    set_off = sum(1 for block in headings if _stands_alone(lines, block))
    if len(found) * 10 < sum(1 for line in lines if line.strip()) or set_off * 2 < len(headings):
        return 0.0
    if output.path and _OTHER_FILE.search(output.path):
        return 0.2
    return 0.55 if len(headings) >= 3 and len(headings) <= 0.6 * len(found) else 0.35


def _stands_alone(lines: Sequence[str], block: Block) -> bool:
    after = lines[block.stop] if block.stop < len(lines) else ""
    return (block.start == 0 or not lines[block.start - 1].strip()) and not after.strip()


def facts(output: ToolOutput) -> list[Fact]:
    """Return lines that are failures by their form; what a query finds is kept by `compress`."""
    return _sections.failures(output.lines)


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Keep what the query finds under its headings, else the outline and the first words of the sections."""
    query = clauses.asked(output)
    if _sections.is_read_whole(output, query, in_sections=True) or _is_file_unasked(output):
        return None
    if _unasked.is_read_whole(output):
        return None
    lines = lines_module.without_numbers(output.lines)
    found = _sections.blocks(lines)
    if len(found) < 4:
        return None
    tables = _tables_in.shortened(output, found, budget) if lines is output.lines else []
    found = _tables_in.without(found, tables)
    budget = max(budget // 2, budget - sum(table.tokens for table in tables))
    costs = [tokens.estimate("\n".join(output.lines[block.start : block.stop])) for block in found]
    above = _sections.chains(found)
    answers = _answers(lines, found, above, costs, query, budget) if query else []
    kept = set(answers)
    if kept:
        _add_opening(found, costs, kept, budget // 8)
    else:
        kept = _outline(found, costs, budget)
    kept_lines = {line for index in kept for line in range(found[index].start, found[index].stop)}
    left = budget - sum(costs[i] for i in kept)
    if answers:
        left = _add_what_follows(found, costs, answers, kept_lines, min(left, budget // _AROUND))
    elif not query:
        left = _add_leads(lines, found, kept, kept_lines, left)
        if output.tokens >= _OUTLINED_TOKENS:
            left //= _AROUND
    _add_in_turn(found, costs, kept_lines, left)
    kept_lines.update(line for table in tables for line in range(table.start, table.stop))
    if len(kept_lines) >= len(lines) and not tables:
        return None
    is_outline = not query and output.tokens >= _OUTLINED_TOKENS
    options = _options.named(lines, kept_lines, output.tokens) if is_outline else {}
    notes = _gap_notes(lines, found, kept_lines, budget, output.offset)
    parts = _options.told(_within.spliced(render.from_kept(kept_lines, len(lines), notes), tables), options)

    def note(start: int, stop: int) -> str:
        return _options.note(_gap_note(lines, found, start, stop, output.offset), options, start, stop)

    return Compressed(parts, note=note)


def _is_file_unasked(output: ToolOutput) -> bool:
    """Tell whether a document was read and nothing says what for: it was read to be read, as source is."""
    if output.query or output.tokens >= _UNASKED_TOKENS:
        return False
    return any(map(_MARKUP.search, output.files()))


def _answers(
    lines: Sequence[str],
    found: Sequence[Block],
    above: Sequence[tuple[int, ...]],
    costs: Sequence[int],
    query: str,
    budget: int,
) -> list[int]:
    """Return the blocks that answer the query, the best first, each after the headings over it and what it needs beside it."""
    texts = [_context(lines, found, above[index], index) for index in range(len(found))]
    ranked = clauses.rank(query, texts)
    kept: dict[int, None] = {}
    left = budget * 7 // 8
    for number, passage in enumerate(clauses.deal(ranked, 200, near=0.35)):
        beside = _beside(lines, found, passage.place)
        wanted = {passage.place, *above[passage.place], *beside} - kept.keys()
        cost = sum(costs[i] for i in wanted) + (_GAP_COST if wanted else 0)
        if cost > left:
            if number >= len(ranked):
                break
            wanted = {
                passage.place,
                *above[passage.place][-1:],
            } - kept.keys()  # each question gets its best block all the same
            cost = sum(costs[i] for i in wanted)
            if cost > 2 * budget:
                continue
        left -= cost
        kept.update(dict.fromkeys(sorted(wanted)))
    return list(kept)


def _context(lines: Sequence[str], found: Sequence[Block], chain: Sequence[int], index: int) -> str:
    """Return a block's text after the words of its nearest heading, which often hold what the block does not repeat, and after
    the label right above it ("Options:")."""
    block = found[index]
    text = "\n".join(lines[block.start : block.stop])
    if index and found[index - 1].stop == block.start and lines[block.start - 1].endswith(":"):
        text = f"{lines[block.start - 1]}\n{text}"
    return f"{_sections.title(lines, found[chain[-1]])}\n{text}" if chain else text


def _beside(lines: Sequence[str], found: Sequence[Block], index: int) -> list[int]:
    """Return the neighbours without which a block is half: the listing it announces, the words before a listing, and
    the first block under a heading."""
    block = found[index]
    beside: list[int] = []
    after = found[index + 1] if index + 1 < len(found) else None
    announces = block.kind == "heading" or lines[block.stop - 1].rstrip().endswith(":")
    if announces and after is not None and after.kind != "heading":
        beside.append(index + 1)
    beside.extend(_rest_of_list(lines, found, index))
    if index and block.kind in ("code", "table") and found[index - 1].kind in ("para", "item"):
        beside.append(index - 1)
    return beside


def _rest_of_list(lines: Sequence[str], found: Sequence[Block], index: int) -> list[int]:
    """Return the entries right below a short one, with no blank line between: one entry alone rarely says enough."""
    rest: list[int] = []
    chars = sum(len(line) for line in lines[found[index].start : found[index].stop])
    at = index + 1
    while (
        chars < _ENOUGH_CHARS
        and at < len(found)
        and found[at].start == found[at - 1].stop
        and found[at].kind != "heading"
    ):
        rest.append(at)
        chars += sum(len(line) for line in lines[found[at].start : found[at].stop])
        at += 1
    return rest


def _outline(found: Sequence[Block], costs: Sequence[int], budget: int) -> set[int]:
    """Return the headings of as many levels as half the budget holds, and the opening of the document."""
    kept: set[int] = set()
    left = budget // 2
    for level in range(1, 7):
        at_level = [i for i, block in enumerate(found) if block.kind == "heading" and block.level == level]
        cost = sum(costs[i] + _GAP_COST for i in at_level)
        if cost > left:
            break
        left -= cost
        kept.update(at_level)
    _add_opening(found, costs, kept, budget // 4)
    return kept


def _add_opening(found: Sequence[Block], costs: Sequence[int], kept: set[int], room: int) -> None:
    """Keep the first blocks of the document as far as `room` goes."""
    for index in range(len(found)):
        if index in kept:
            continue
        room -= costs[index]
        if room < 0:
            return
        kept.add(index)


def _add_leads(lines: Sequence[str], found: Sequence[Block], kept: set[int], kept_lines: set[int], room: int) -> int:
    """Keep the first line of each section whose heading is kept, as far as `room` tokens go; return what is left."""
    for index in sorted(kept):
        follows = index + 1
        if found[index].kind != "heading" or follows >= len(found) or found[follows].kind == "heading":
            continue
        line = found[follows].start
        cost = tokens.estimate(lines[line]) + 2
        if cost > room:
            return 0
        room -= cost
        kept_lines.add(line)
    return room


def _add_what_follows(
    found: Sequence[Block], costs: Sequence[int], answers: Sequence[int], kept_lines: set[int], room: int
) -> int:
    """Keep the blocks right below the `answers`, those of the best first, up to the next heading, as far as `room` tokens go;
    return that nothing is left for others."""
    known = set(answers)
    ends = [index for index in answers if index + 1 not in known]
    while ends:
        further: list[int] = []
        for below in (index + 1 for index in ends):
            if below >= len(found) or found[below].kind == "heading" or found[below].start in kept_lines:
                continue
            if costs[below] > room:
                continue
            room -= costs[below]
            kept_lines.update(range(found[below].start, found[below].stop))
            further.append(below)
        ends = further
    return 0


def _add_in_turn(found: Sequence[Block], costs: Sequence[int], kept_lines: set[int], room: int) -> None:
    """Keep blocks while `room` lasts: the first of each section, then the second of each, and so on."""
    rank = 0
    order: list[tuple[int, int]] = []
    for index, block in enumerate(found):
        rank = 0 if block.kind == "heading" else rank + 1
        order.append((rank, index))
    for _, index in sorted(order):
        block = found[index]
        if block.kind == "heading" or block.stop - 1 in kept_lines:
            continue
        cost = costs[index] + (0 if block.start - 1 in kept_lines or block.start in kept_lines else _GAP_COST)
        if cost > room:
            return
        room -= cost
        kept_lines.update(range(block.start, block.stop))


def _gap_notes(
    lines: Sequence[str], found: Sequence[Block], kept_lines: set[int], budget: int, offset: int
) -> dict[int, str]:
    """Return for each gap that holds headings the note that names them with their line numbers."""
    room = budget // 4
    notes: dict[int, str] = {}
    position = 0
    headings = [block for block in found if block.kind == "heading" and block.start not in kept_lines]
    at = 0
    for stop in [*sorted(kept_lines), len(lines)]:
        inside: list[Block] = []
        while at < len(headings) and headings[at].start < stop:
            inside.append(headings[at])
            at += 1
        if stop > position and inside:
            note = _section_names(lines, inside, offset)
            cost = tokens.estimate(note)
            if cost > room:
                note, cost = marker.counted(len(inside), "section"), 3
            room -= cost
            notes[position] = note
        position = stop + 1
    return notes


def _gap_note(lines: Sequence[str], found: Sequence[Block], start: int, stop: int, offset: int) -> str:
    """Return the note of a gap that the gate has made: the sections that begin in it."""
    inside = [block for block in found if block.kind == "heading" and start <= block.start < stop]
    return _section_names(lines, inside, offset) if inside else ""


def _section_names(lines: Sequence[str], headings: Sequence[Block], offset: int) -> str:
    top = min(block.level for block in headings)
    named = (
        [block for block in headings if block.level == top] if len(headings) > _MAX_SECTIONS_NAMED else list(headings)
    )
    names: list[str] = []
    for block in named[:_MAX_SECTIONS_NAMED]:
        title = _sections.title(lines, block)
        short = title if len(title) <= _MAX_TITLE_CHARS else f"{title[:_MAX_TITLE_CHARS]}…"
        names.append(f"{short} {offset + block.start + 1}")
    more = len(headings) - len(names)
    return f"sections: {', '.join(names)}{f' and {more:,} more' if more else ''}"
