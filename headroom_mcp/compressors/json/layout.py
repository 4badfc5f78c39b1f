"""Where the documents stand in an output, and how much room each gets."""

from __future__ import annotations

from bisect import bisect_right

from headroom_mcp.compressors import _unasked
from headroom_mcp.compressors.json import encode, parse, positional, reduce, select, survey
from headroom_mcp.compressors.json.parse import Document, Embedded, Value
from headroom_mcp.compressors.json.query import Query
from headroom_mcp.compressors.json.thin import Thinner
from headroom_mcp.late import NamedTuple
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Part

_LOSSLESS_SHARE = 0.30  # of the original is worth it, whatever the budget
_LOSSLESS_SHARE_BLIND = 0.90  # without a query nobody knows which rows would be missed
_NAMES_SHARE, _MIN_NAMES = 0.8, 48  # of the text, and how many; of fewer each has room to be told of
_BLIND_SHARE = 0.06
_BLIND_SHARE_OF_LIMIT = 0.25  # tokens a character
_SMALL_TOKENS = 2_500  # whole, if that saves anything worth it: a small document is asked for its details
_SMALL_SHARE = 0.75
_ANSWERED_TOKENS, _MIN_ROWS, _MAX_ANSWERS = 700, 4, 3  # or not, if the question is surely about few of its rows
_BACKGROUND_TOKENS, _BACKGROUND_SHARE = 220, 0.07  # where few rows stand out of many, what fills up says nothing
_GENEROUS_TOKENS = 6_000  # the one record that was asked for may take this much
# Of a document, for names of cells, without which models take one for another; a question is about few of the rows.
_LABEL_TOKENS, _LABEL_TOKENS_ASKED = 270.0, 100.0
_MAX_LOSSLESS_CHARS = 400_000  # more does not become small enough by writing alone
_UNLIMITED_CHARS = 60_000
_MARGIN_CHARS = 1_000  # the footer and what stands around the document
_MIN_COVERED = 0.5  # of the text must be JSON
_MAX_JOINT_CHARS = 40  # "data: " before each document
_MAX_CUT_CHARS = 300


class Group(NamedTuple):
    """Documents in a row, characters `start` … `stop - 1`, with the same text (`joint`) between any two."""

    start: int
    stop: int
    documents: list[Document]
    joint: str


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Return the parts of `output`, None where it holds no JSON worth a new form. Raises: RecursionError."""
    lines = output.lines
    text = "\n".join(lines)
    if len(text) <= reduce.LARGE_CHARS:
        return _compress(output, text, budget)
    # A large document is a million small objects and no cycles: collecting garbage meanwhile doubles the time.
    import gc

    collecting = gc.isenabled()
    gc.disable()
    try:
        return _compress(output, text, budget)
    finally:
        if collecting:
            gc.enable()


def is_read(output: ToolOutput) -> bool:
    """Tell whether documents of JSON make up most of a text."""
    return bool(_groups("\n".join(output.lines)))


def _groups(text: str) -> list[Group]:
    """Return the documents in `text`, in runs; none where most of it is something else."""
    numbers = reduce.plain_numbers(text)
    groups = group([numbers] if numbers else parse.documents(text) or _literals(text), text)
    covered = sum(found.stop - found.start for found in groups)
    return groups if covered >= len(text) * _MIN_COVERED else []


def _compress(output: ToolOutput, text: str, budget: int) -> Compressed | None:
    lines = output.lines
    groups = _groups(text)
    if not groups:
        return None
    opened = parse.may_embed(text)
    covered = sum(found.stop - found.start for found in groups)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    limit = (output.limit_chars or _UNLIMITED_CHARS) - _MARGIN_CHARS
    parts: list[Part] = []
    position = 0
    for found in groups:
        first = bisect_right(starts, found.start) - 1
        last = bisect_right(starts, max(found.start, found.stop - 1)) - 1
        if first < position:
            return None  # two documents on one line, with other text between: nothing to gain
        if first > position:
            parts.append(Part(position, first, "keep"))
        share = max(80, budget * (found.stop - found.start) // max(1, covered))
        before = text[starts[first] : found.start]
        after = text[found.stop : starts[last + 1] - 1]
        parts.append(_rendered(found, text, share, output.query, limit, opened, first, last + 1, before, after))
        position = last + 1
    if position < len(lines):
        parts.append(Part(position, len(lines), "keep"))
    return Compressed(parts, range(len(lines)))


def _literals(text: str) -> list[Document]:
    """Return what `text` holds as Python prints it, which few outputs do."""
    from headroom_mcp.compressors.json import literal

    return literal.documents(text)


def group(documents: list[Document], text: str) -> list[Group]:
    """Return runs of documents that stand in a row, one a line or with the same few characters between any two."""
    groups: list[Group] = []
    for document in documents:
        if groups:
            open_group = groups[-1]
            joint = text[open_group.stop : document.start]
            single = len(open_group.documents) == 1
            same = joint.strip() == open_group.joint.strip() or single
            if same and len(joint.strip()) <= _MAX_JOINT_CHARS and joint.count("\n") <= 3:
                open_group.documents.append(document)
                joint = joint if single else open_group.joint
                groups[-1] = Group(open_group.start, document.stop, open_group.documents, joint)
                continue
        groups.append(Group(document.start, document.stop, [document], ""))
    return groups


def _is_background(value: Value, documents: int, query: Query) -> bool:
    """Tell whether what is told of most rows is background: the largest array in `value`, at most four levels down, has few
    rows that stand out, and there is no question or, in a log, one about these rows; or it is the lines of a log, unasked."""
    items = _largest_array(value)
    rows = [select.leaves(item) for item in items]
    few = select.standing_out(rows)
    if not select.is_log(rows):
        return bool(few) and not query.text
    return select.asks_only_for(items, few, query) if few else documents > 1 and not query.text


def _is_answered(value: Value, query: Query) -> bool:
    """Tell whether the question surely means few rows of many: they are shown whole, whatever becomes of the others."""
    items = _largest_array(value)
    if not query.text or query.failures or len(items) < _MIN_ROWS:
        return False
    return 0 < select.surely_asked_for(items, query) <= _MAX_ANSWERS


def _largest_array(value: Value) -> list[Value]:
    level = [value]
    arrays: list[list[Value]] = []
    for _ in range(5):
        arrays.extend(item for item in level if type(item) is list)
        level = [item for held in level if type(held) is tuple for _, item in held]
        level = [item.value if type(item) is Embedded else item for item in level]
    return max(arrays, key=len, default=[])


def _is_of_names(value: Value, chars: int) -> bool:
    """Tell whether a document is a list of names, paths or texts that words tell apart, none of them most of it: nothing in
    it says which could go."""
    strings = select.strings_of(value)
    total = sum(map(len, strings))
    if total < _NAMES_SHARE * chars or 2 * max(map(len, strings)) > total or len(strings) < _MIN_NAMES:
        return False
    return _unasked.are_told_apart_by_words(strings)


def _rendered(
    found: Group,
    text: str,
    room: int,
    query: str,
    limit_chars: int,
    opened: bool,
    first: int,
    stop: int,
    before: str,
    after: str,
) -> Part:
    """Return the render of one group: lossless where that is small enough, thinned otherwise."""
    documents = found.documents
    value: Value = documents[0].value if len(documents) == 1 else [document.value for document in documents]
    if opened:
        value = parse.embed(value)
    told, shortened = "", 0
    if not query and "sha" in text:  # nobody asks for a checksum by itself
        from headroom_mcp.compressors.json import digests

        value, shortened = digests.cut(value)
        told = digests.said(shortened) if shortened else ""
    value, named_by = positional.named(value)
    head = before
    if len(documents) > 1:
        between = found.joint.strip()
        head = f"{before}{len(documents):,} JSON documents" + (f", each after {between!r}" if between else "") + ": "
    tail = after
    cut, clipped = documents[-1].cut, shortened  # a value that the host cut off, and whether we show only part of that
    if cut is not None:
        shown = (
            cut if len(cut) <= _MAX_CUT_CHARS else f"{cut[:_MAX_CUT_CHARS]}[… {len(cut) - _MAX_CUT_CHARS:,} chars …]"
        )
        tail = f"\n[the text is cut off here, after: {shown}]" if cut else "\n[the text is cut off here]"
        clipped += int(len(shown) < len(cut))
    head = told + named_by + head
    chars = found.stop - found.start
    original = tokens.estimate(text[found.start : found.stop]) if chars <= _MAX_LOSSLESS_CHARS else int(chars * 0.3)
    thinner = Thinner(query, min(_GENEROUS_TOKENS, int(original * 0.8)))
    background = False
    if chars <= _MAX_LOSSLESS_CHARS:
        background = _is_background(value, len(documents), thinner.query)
        # A form longer than the host shows is taken if it costs next to nothing only.
        limit = encode.Limit(limit_chars, max(room, _SMALL_TOKENS))
        try:
            legend, written = encode.lossless(value, thinner.query.asks_for, thinner.query.speaks_of, limit=limit)
        except encode.TooLong:
            fits = False
        else:
            whole = legend + written
            cost = tokens.estimate(whole)
            blind = not query and len(whole) <= limit_chars
            blind = blind and (
                cost <= original * _LOSSLESS_SHARE_BLIND
                or (cost <= original < _unasked.MAX_TOKENS and _is_of_names(value, chars))
            )
            small = cost <= _SMALL_TOKENS and cost <= original * _SMALL_SHARE
            little = cost <= original * _LOSSLESS_SHARE and len(whole) <= limit_chars
            small = small and not background and not (cost > _ANSWERED_TOKENS and _is_answered(value, thinner.query))
            fits = cost <= room or little or small or (blind and not background)
        if fits:
            names = _LABEL_TOKENS_ASKED if query else _LABEL_TOKENS
            legend, labelled = encode.lossless(value, thinner.query.asks_for, thinner.query.speaks_of, names)
            if labelled != written and len(legend) + len(labelled) <= limit_chars:
                whole = legend + labelled
            total = survey.count_of(value) + clipped
            return Part(first, stop, "render", head + whole + tail, "", not clipped, clipped, total, "values")
    if chars > reduce.LARGE_CHARS:
        value = reduce.reduce(value, chars, thinner.query)
    if background and select.is_log([select.leaves(item) for item in _largest_array(value)]):
        room = min(room, max(_BACKGROUND_TOKENS, int(original * _BACKGROUND_SHARE)))
    elif not query:
        # Nobody knows what will be looked for: more of it, as long as the host shows it and it is a small part.
        room = max(room, min(int(limit_chars * _BLIND_SHARE_OF_LIMIT), int(original * _BLIND_SHARE)))
    total = thinner.count(value)
    thinned = thinner.thin(value, room)
    left_out, total = thinner.left_values + clipped, total + clipped
    note = f"{left_out:,} of {total:,} values left out"
    return Part(first, stop, "render", head + thinned + tail, note, False, left_out, total, "values")
