"""Any text that no other kind claims.

Nothing is known of it but what all outputs share: what was asked for counts most, the end and the beginning say what it
is, a line that looks like a hundred others says least. So the paragraphs that answer the query stay with their neighbours,
then head and tail, then the lines whose shape is rare and those that begin paragraphs; runs of lines of one shape are
shown by their first and last. Very long lines are clipped in the middle, around what matters in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headroom_mcp import late
from headroom_mcp.compressors import _budget, _by_record, _fields, _shapes, _unasked
from headroom_mcp.query import clauses
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact

_MIN_LINES = 8
# Up to the first nothing but dull lines goes; from the second on, the budget holds: at half its size, three of four outputs
# in between still answer what is asked of them.
_SMALL_TOKENS, _LARGE_TOKENS = 500, 3_000
_NAMED_TOKENS = 1_500  # below, records that are alike are named by what differs
_SHOWN_CHARS = 400  # of a long line, about
_BLOCK_LINES = 12  # a paragraph up to that length is shown whole
_SHORT_RECORD_LINES = 8  # such a record is shown whole
_GAP_TOKENS = 12
# From so many tokens on, a half of what an answer leaves is for the rest: any of it says as little as what is left out.
_ANSWERED_TOKENS, _AROUND = 1_500, 2
_MIN_BLOCKS, _MIN_FIELDS, _MIN_TELLING = 3, 4, 2  # records, their lines, and keys whose values differ
_ENOUGH_CHARS = 300
#        ^~~~ Tag must be paired      | ^^^^ expected `i32`
_POINTS = late.pattern(r"^[\s|│:]*\^[\^~-]*[ \t]+\S.{3}")
# </dependency>   });   end: what ends says nothing that what began it has not said
_CLOSES = late.pattern(r"^\s*(?:</[\w:.-]+>|[\])}]+[;,]?|end|fi|done|esac)\s*$")
_FIELDS_SHARE = 0.5  # of records below the second, fields are left out one by one, each in all records
_MAX_POINTED = 24
_RUN = 4  # so many lines of one shape in a row are shown by the first and the last
_MAX_RANKED_CHARS = 20_000_000  # beyond, a query's words are looked for by the gate alone


_OWN_WORDS, _MAX_OF_OTHER_WORDS, _RARELY = 4, 3, 8  # rare words of a record; such records at most, and one of so many
_OTHER_WORDS_TOKENS = 1_000
_WORD_OF = late.pattern(r"[^\W\d_]{2,}")


def score(output: ToolOutput) -> float:
    """Return the score of the last resort."""
    return 0.05


def facts(output: ToolOutput) -> list[Fact]:
    """Return what any text's facts are."""
    from headroom_mcp.facts import find  # its expressions cost what only an output with gaps has use for

    return find.find(output)


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Keep what the query finds, the head, the tail, and rare lines, in that order of claim on the budget."""
    lines = output.lines
    if output.tokens <= budget:
        return None  # dull or not, there is room for it
    if len(lines) < _MIN_LINES:
        return _in_part(output, range(len(lines)), budget)
    whole = _unasked.is_read_whole(output)
    if (in_fields := _fields.compress(output, _room_for_fields(output, budget, whole=whole))) is not None or whole:
        return in_fields
    if _by_record.fits(output):
        small = output.tokens < _NAMED_TOKENS
        return _by_record.compress(output, output.tokens if small else budget, "list", named=small)
    costs = _costs(output)
    kept: set[int] = set()
    forms = _shapes.of(lines)
    dull = _dull(forms)
    pointed = _pointed_at(lines)
    for at in pointed:
        dull[at] = False  # lines of one shape, but each is about another place
    # What is not understood is cut little: nobody knows which of its lines is the fact, but dull ones are none.
    share = _share_kept(output.tokens)
    budget = max(budget, int(output.tokens * share))
    telling = [i for i in range(len(lines)) if not dull[i]]
    if share == 1.0 or sum(costs[i] for i in telling) <= budget:
        return _in_part(output, telling, budget)
    query = clauses.asked(output)
    left = budget
    if query and len(output.text) <= _MAX_RANKED_CHARS:
        spent = _take_answers(output, costs, query, budget // 2, kept)
        left -= spent
        if spent and output.tokens >= _ANSWERED_TOKENS:
            left //= _AROUND
    left -= _take(_measured(query, lines), costs, dull, budget // 6, kept)
    left -= _take(pointed, costs, dull, left // 2, kept)
    left -= _take(_of_other_words(output), [cost + _GAP_TOKENS for cost in costs], dull, budget // 6, kept)
    left -= _take(_of_each_record(output), [cost + _GAP_TOKENS // 2 for cost in costs], dull, left * 3 // 4, kept)
    left -= _take(_unlike(output), [cost + _GAP_TOKENS for cost in costs], [False] * len(lines), left // 4, kept)
    left -= _take(range(len(lines)), costs, dull, budget // 6, kept)
    left -= _take(range(len(lines) - 1, -1, -1), costs, dull, budget // 6, kept)
    left -= _take_telling(lines, forms, costs, dull, left, kept)
    if query or output.tokens < _LARGE_TOKENS:
        _take(range(len(lines)), costs, dull, left, kept)
    return _in_part(output, sorted(kept), budget)


def _of_other_words(output: ToolOutput) -> list[int]:
    """Return the lines that hold what is said in words of their own, where hardly a record does: among thirty comments that
    agree the one with the cause. In ordinary prose each record has words that no other has."""
    from headroom_mcp.records import survey

    if output.tokens < _OTHER_WORDS_TOKENS:
        return []  # most of it stays anyway
    found = output.survey
    own = [one for one in survey.telling(found) if sum(e.slot.context == "word" for e in one.evidence) >= _OWN_WORDS]
    if len(own) > _MAX_OF_OTHER_WORDS or len(own) * _RARELY > len(found.records):
        return []
    rows: list[int] = []
    for one in own:
        words = {evidence.value for evidence in one.evidence}
        rows += [
            i for i in range(*found.records[one.record]) if not words.isdisjoint(_WORD_OF.findall(output.lines[i]))
        ]
    return rows


def _room_for_fields(output: ToolOutput, budget: int, *, whole: bool) -> int:
    """Return the tokens for records of keys and values; half of a long one that would be read as a `whole`, all of a short
    one."""
    if output.tokens >= _LARGE_TOKENS:
        return max(budget, int(_FIELDS_SHARE * output.tokens)) if whole else budget
    return output.tokens if whole else max(budget, int(output.tokens * max(_FIELDS_SHARE, _share_kept(output.tokens))))


def _measured(query: str, lines: Sequence[str]) -> list[int]:
    """Return the lines with a size or a time, where the question is after one."""
    if "how" not in query.lower():
        return []
    from headroom_mcp.query import quantities

    measure = quantities.asked(query)
    return quantities.lines_with(measure, lines) if measure else []


def _pointed_at(lines: Sequence[str]) -> list[int]:
    """Return the lines that say of a place what is wrong there: below a caret, and the warnings, those of rare forms first."""
    from headroom_mcp.facts import find

    below = [i for i, line in enumerate(lines) if "^" in line and _POINTS.match(line)]
    return list(dict.fromkeys([*below, *find.warnings(lines)]))[:_MAX_POINTED]


def _of_each_record(output: ToolOutput) -> list[int]:
    """Return the heads of records that are blocks of keys and values, then the lines in which they differ, key by key, short
    ones first; none where the text is no such records: three packages are told apart by their versions."""
    lines = output.lines
    records = [record for record in output.survey.records if record.stop - record.start >= _MIN_FIELDS]
    if len(records) < _MIN_BLOCKS or sum(stop - start for start, stop in records) * 2 < len(lines):
        return []
    from headroom_mcp.records import find

    found: dict[str, list[int]] = {}
    keys = find.keys(lines)
    for start, stop in records:
        own: set[str] = set()
        for at in range(start + 1, stop):
            if keys[at] and keys[at] not in own:
                own.add(keys[at])
                found.setdefault(keys[at], []).append(at)
    common = [at for at in found.values() if len(at) * 3 >= 2 * len(records)]
    values = [len({lines[i].strip() for i in at}) for at in common]
    telling = [at for at, count in zip(common, values, strict=True) if count * 2 > len(at)]
    if len(telling) < _MIN_TELLING:
        return []
    sorts = [at for at, count in zip(common, values, strict=True) if 1 < count <= len(at) // 2]
    by_length = [sorted(some, key=lambda at: sum(len(lines[i]) for i in at) / len(at)) for some in (telling, sorts)]
    # The shortest of what tells records apart, what sorts them, the rest of what tells them apart.
    order = [*by_length[0][:1], *by_length[1], *by_length[0][1:]]
    return [*(start for start, _ in records), *(i for at in order for i in at)]


def _unlike(output: ToolOutput) -> list[int]:
    """Return the lines that say in what records are unlike the others, the most unlike first: beside what nobody knows there
    may be rows of a table, of which one has another state."""
    from headroom_mcp.records import survey as survey_module

    survey = output.survey
    found: list[int] = []
    of_lines = bool(_records_of_lines(output))
    for one in survey_module.telling(survey):
        at = range(*survey.records[one.record])
        values = [evidence.value for evidence in one.evidence]
        short = of_lines and len(at) <= _SHORT_RECORD_LINES  # and not to be cut apart
        found.extend(
            line for line in at if short or len(at) == 1 or any(value in output.lines[line] for value in values)
        )
    return found


def _share_kept(tokens: int) -> float:
    """Return the share of an output of `tokens` that stays although nothing is known of it: all of a small one."""
    return min(1.0, max(0.0, (_LARGE_TOKENS - tokens) / (_LARGE_TOKENS - _SMALL_TOKENS)))


def _costs(output: ToolOutput) -> list[int]:
    """Return about what each line costs: its share of the whole output's tokens, near enough to choose by."""
    per_char = output.tokens / max(1, len(output.text))
    return [int(min(len(line), _SHOWN_CHARS) * per_char) + 1 for line in output.lines]


def _dull(forms: Sequence[str]) -> list[bool]:
    """Return which lines stand inside a run of lines of one shape, neither first nor last."""
    dull = [False] * len(forms)
    start = 0
    for index in range(1, len(forms) + 1):
        if index < len(forms) and forms[index] == forms[start]:
            continue
        if index - start >= _RUN:
            dull[start + 1 : index - 1] = [True] * (index - start - 2)
        start = index
    return dull


def _take(order: Sequence[int], costs: Sequence[int], dull: Sequence[bool], room: int, kept: set[int]) -> int:
    """Keep lines in `order` until `room` tokens are spent, passing over dull ones. Returns what was spent."""
    spent = 0
    for index, cost in _budget.within(room, _offered(order, costs, dull, kept), to_the_first=True):
        spent += cost
        kept.add(index)
    return spent


def _offered(
    order: Sequence[int], costs: Sequence[int], dull: Sequence[bool], kept: set[int]
) -> Iterator[tuple[int, int]]:
    """Yield the lines of `order` that are neither kept nor dull, each with its cost; past dull ones a gap is paid for."""
    after_dull = False
    for index in order:
        if index in kept:
            continue
        if dull[index]:
            after_dull = True
            continue
        yield index, costs[index] + (_GAP_TOKENS if after_dull else 0)
        after_dull = False


def _take_answers(output: ToolOutput, costs: Sequence[int], query: str, room: int, kept: set[int]) -> int:
    """Keep the paragraphs (long ones: the lines and their neighbours) or records that answer each question of the query."""
    lines = output.lines
    spans = _records_of_lines(output) or paragraphs(lines)
    ranked = clauses.rank(query, ["\n".join(lines[start:stop]) for start, stop in spans])
    spent = 0
    for number, passage in enumerate(clauses.deal(ranked, 60, near=0.4)):
        wanted = _with_rest(lines, spans, passage.place) - kept
        cost = sum(costs[i] for i in wanted) + _GAP_TOKENS
        if spent + cost > room:
            if number >= len(ranked):
                break
            if cost > room:
                continue
        spent += cost
        kept |= wanted
    return spent


def _records_of_lines(output: ToolOutput) -> list[tuple[int, int]]:
    """Return the records of a text that has no blank lines, if they are of several lines each; none for another text."""
    lines = output.lines
    if not all(lines):
        return []
    records = output.survey.records
    if len(records) * 2 > len(lines) or len(records) * _SHORT_RECORD_LINES < len(lines):
        return []
    return [(start, stop) for start, stop in records]


def _with_rest(lines: Sequence[str], spans: Sequence[tuple[int, int]], place: int) -> set[int]:
    """Return the lines of a span and of those that go on without a blank line, until enough is shown to make sense."""
    start, stop = spans[place]
    chars = sum(len(line) for line in lines[start:stop])
    while chars < _ENOUGH_CHARS and place + 1 < len(spans) and spans[place + 1][0] == stop:
        place += 1
        chars += sum(len(line) for line in lines[stop : spans[place][1]])
        stop = spans[place][1]
    return set(range(start, stop))


def paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return spans of lines that belong together: between blank lines, or windows of a few lines where there are none."""
    spans: list[tuple[int, int]] = []
    start = -1
    for index in range(len(lines) + 1):
        if index < len(lines) and lines[index].strip():
            if start < 0:
                start = index
            continue
        if start >= 0:
            size = _BLOCK_LINES if index - start <= 2 * _BLOCK_LINES else 3
            spans.extend((at, min(index, at + size)) for at in range(start, index, size))
            start = -1
    return spans


def _take_telling(
    lines: Sequence[str], forms: Sequence[str], costs: Sequence[int], dull: Sequence[bool], room: int, kept: set[int]
) -> int:
    """Keep, while there is room, lines of rare shapes where most are common, else the first lines of paragraphs, evenly.
    Returns what was spent."""
    counts: dict[str, int] = {}
    for form in forms:
        counts[form] = counts.get(form, 0) + 1
    rare = [
        i
        for i, form in enumerate(forms)
        if form and counts[form] <= 2 and i not in kept and not _CLOSES.match(lines[i])
    ]
    if len(rare) * 4 > len(lines):
        rare = [i for i in rare if i == 0 or not lines[i - 1].strip() or _indent(lines[i]) < _indent(lines[i - 1])]
    total = sum(costs[i] + _GAP_TOKENS for i in rare)
    step = max(1, -(-total // max(1, room)))
    return _take(rare[::step], [cost + _GAP_TOKENS for cost in costs], dull, room, kept)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _in_part(output: ToolOutput, kept: Sequence[int], budget: int) -> Compressed | None:
    """Return parts that keep `kept`, long lines clipped, and leave out the rest."""
    from headroom_mcp.compressors import _long_lines

    parts = _long_lines.clipped(output, render.from_kept(kept, len(output.lines)), budget)
    return None if all(part.action == "keep" for part in parts) else Compressed(parts)
