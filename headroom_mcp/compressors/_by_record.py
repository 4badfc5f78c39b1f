"""Records by their numbers, the others counted: the form of logs and of any text whose records are alike.

    [log of 1,000 lines; 4 by their numbers, the others counted below]
    1       Mar  1 10:00:00 sshd[123]: session opened for user news by (uid=0)
    77      Mar  1 10:01:17 kernel: Out of memory: Killed process 77
    …
    998 of 1,000× 1-1000 like 1

What is shown, in this order of claim on the budget: the first records, failures, totals of tests, answers to the question, what is unlike
the others (see `records`), the last record. A record of several lines is shown whole, its first line numbered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise, repeat
from operator import contains

from headroom_mcp.compressors import _budget
from headroom_mcp.facts import find as facts_module
from headroom_mcp.facts import unlike
from headroom_mcp.query import bm25, clip
from headroom_mcp.records import kinds, values
from headroom_mcp.records import survey as survey_module
from headroom_mcp.records.find import Record
from headroom_mcp.records.slots import Slot
from headroom_mcp.records.survey import Survey
from headroom_mcp.text import lines as lines_module
from headroom_mcp.text import marker, templates, tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Part

_MAX_RECORD_CHARS = 600
_SUMMARIES, _WARNINGS = 6, 12
_FEW_OF_A_KIND = 5
_EXAMPLE_CHARS = 160
_ALIKE = 0.8  # of text that is less understood, nobody knows what is usual in it
_MIN_RECORDS = 12
_FIRST = 2  # records that show what is usual
_MIN_SPREAD, _MAX_SPREAD = 8, 20_000  # lines of a template in which a number that jumps is news, and is looked for
_MIN_ALIKE_FAILURES = 4
_FEW_FAILURES = 12
_MIN_MEASURED, _MAX_LARGEST = 12, 4  # records of a measure, and how many are shown for having the most of one
_RANKED_WORDS, _MIN_RANKED, _TOP = 6, 20, 8  # words looked at, records of a ranking, how many of its first are shown
# So many records are looked at first: no number may be greater than the one before, and one of so many must be one.
_RANKED_SAMPLE, _OFTEN = 200, 6
_FOR_NAMES = 50  # tokens beyond the budget, unasked: some names cost no more than to say that they differ
_FEW_SHARE = 4  # a value of at most a quarter of alike failures is odd …
_COMMON = 2  # what every second record has tells none from the others
_MAX_ODD_VALUES = 3  # … if there are only so many


def fits(output: ToolOutput) -> bool:
    """Tell whether the records of `output` are so much alike that what is unlike the others says what they hold."""
    return output.survey.understood >= _ALIKE and len(output.survey.records) >= _MIN_RECORDS


class Choice(_budget.Numbered):
    """The records of a survey that are shown, as they are shown, and what they cost; `offset`: the lines before them."""

    def __init__(self, survey: Survey, offset: int = 0) -> None:
        super().__init__()
        self.survey = survey
        self.offset = offset

    def take(self, order: Iterable[int], room: int, about: str = "", *, whole: bool = False) -> None:
        """Show records in `order`, passing over those that no longer fit into `room` tokens; of a long one, unless it is to
        be `whole`, what stands around the words `about`."""
        self.show(self._offered(order, about, whole), room)

    def _offered(self, order: Iterable[int], about: str, whole: bool) -> Iterator[tuple[int, str]]:
        for index in order:
            said = self.survey.texts[index]
            if index in self.shown or not said.strip():
                continue
            yield index, said if whole or len(said) <= _MAX_RECORD_CHARS else clip.clip(said, _MAX_RECORD_CHARS, about)

    def take_unlike(self, limit: int) -> None:
        """Show what is unlike the other records until `limit` tokens are spent in all."""
        for one in survey_module.telling(self.survey):
            about = " ".join(evidence.value for evidence in one.evidence[:3])
            self.take([one.record], limit - self.spent, about)

    def parts(self, start: int, stop: int, told: Collection[int] = ()) -> list[Part]:
        """Return lines `start` … `stop - 1` with the shown records by their line numbers; what the others say that are
        `told` stands whole below, among what is counted."""
        parts: list[Part] = []
        position = start
        for index in sorted(self.shown.keys() | told):
            first, end = self.survey.records[index]
            if first > position:
                parts.append(_counted_below(position, first))
            position = end
            if index not in self.shown:
                if parts and parts[-1].elsewhere and parts[-1].stop == first:
                    first = parts.pop().start
                parts.append(_counted_below(first, end, told=True))
                continue
            said = self.shown[index]
            whole = said == self.survey.texts[index]
            parts.append(Part(first, end, "render", f"{self.offset + first + 1}\t{said}", lossless=whole))
        if position < stop:
            parts.append(_counted_below(position, stop))
        return parts


def _counted_below(start: int, stop: int, *, told: bool = False) -> Part:
    return Part(start, stop, "render", note="counted below", elsewhere=told)


def compress(output: ToolOutput, budget: int, what: str, *, named: bool = False) -> Compressed | None:
    """Return the records of `output` (a "log", a "list" …) that tell something, by number, and the others counted; where
    they are to be `named`, all others by the words in which they differ: None where the budget does not hold these."""
    survey = output.survey
    choice = _choose(output, survey, budget)
    if named:
        choice.take(_of_small_kinds(survey), budget - choice.spent)
    shown = choice.shown
    extra = 0 if output.query or named else _FOR_NAMES
    table, told, unnamed = _counted(choice, max(budget // 4, budget - choice.spent), extra, named=named)
    if named and unnamed:
        return None
    total = len(output.lines)
    unit = "" if len(survey.records) == total else f"{len(survey.records):,} records, "
    head = f"[{what} of {unit}{total:,} lines; {len(shown):,} by line number, the others counted below]"
    parts = [Part(0, 0, "render", head), *choice.parts(0, total, told), Part(total, total, "render", table)]
    return Compressed(parts, range(total))


def _of_small_kinds(survey: Survey) -> list[int]:
    """Return the records of kinds too small to be worth counting."""
    found: list[int] = []
    for kind in kinds.of(survey.groups):
        if len(kind.rows) < _FEW_OF_A_KIND:
            found.extend(kind.rows)
    return sorted(found)


def _choose(output: ToolOutput, survey: Survey, budget: int) -> Choice:
    """Return the records to show within `budget`."""
    texts = survey.texts
    choice = Choice(survey, output.offset)
    record_of = _records_by_line(survey)
    choice.take(range(_FIRST), budget // 4)
    forms: dict[str, None] = {}
    failing = [record_of[line] for line in facts_module.failures(output.lines)]
    for index, form in zip(failing, templates.masked([texts[i].replace("\n", " ") for i in failing]), strict=True):
        if form not in forms:
            forms[form] = None
            choice.take([index], budget * 2 // 5 - choice.spent)
    if facts_module.may_count_tests(output.lines):
        from headroom_mcp.facts import test_totals

        choice.take((record_of[line] for line in test_totals.conclusions(output.lines)), budget // 3)
    choice.take(_odd_failures(survey, failing), budget // 5)
    choice.take((record_of[line] for line in facts_module.warnings(output.lines)[:_WARNINGS]), budget // 4)
    choice.take(unlike.meant(output.query, survey), budget // 3)
    choice.take(_answers(output, survey, record_of), budget * 2 // 5, output.query)
    choice.take(top_of_ranking(texts), budget // 5)
    choice.take_unlike(budget * 17 // 20)
    choice.take(_few_alike(survey, failing), budget * 9 // 10 - choice.spent)
    choice.take(_largest(survey), min(budget // 8, budget - choice.spent))
    choice.take((record_of[line] for line in facts_module.summaries(output.lines)[:_SUMMARIES]), budget // 10)
    choice.take([len(texts) - 1], 200)
    return choice


def _answers(output: ToolOutput, survey: Survey, record_of: Sequence[int]) -> list[int]:
    """Return the records that match the question, the best first. Where some hold a word of it that few records have, those
    with words alone that most have, such as the names of their fields, are no answers."""
    found = list(dict.fromkeys(record_of[line] for line in facts_module.matches(output.query, output.lines)))
    if not found:
        return found
    texts = [text.lower() for text in survey.texts]
    few = []
    for word in bm25.query_terms(output.query):
        times = sum(map(contains, texts, repeat(word)))
        if 0 < times * _COMMON < len(texts):
            few.append(word)
    telling = [index for index in found if any(word in texts[index] for word in few)]
    at = [record_of[line] for line in facts_module.of_numbered(output.query, output.lines)]
    return list(dict.fromkeys([*at, *(telling or found)]))


def ends(question: str, columns: Sequence[Slot]) -> list[int]:
    """Return the records at the ends of columns of numbers that a question is after ("almost full", "the most"), whichever
    of the columns it means; none where it is after none."""
    if not bm25.may_compare(question):
        return []
    from headroom_mcp.query import superlatives

    largest, smallest = superlatives.ends(question)
    if not (largest or smallest):
        return []
    from headroom_mcp.query.clauses import stem
    from headroom_mcp.records import extremes

    words = {stem(word) for word in bm25.query_terms(question)}
    named = [not words.isdisjoint(stem(word) for word in bm25.query_terms(slot.name)) for slot in columns]
    return extremes.of_each(columns, named, largest=largest, smallest=smallest)


def top_of_ranking(texts: Sequence[str]) -> list[int]:
    """Return the first records of a list that is sorted by a falling measure; none where none falls: what a profiler, `du`
    or a counter prints first is what it was run for."""
    words: list[list[str]] = []  # of as many records as were looked at
    least = max(_MIN_RANKED, len(texts) * 2 // 3)
    samples = [
        [text.split(None, _RANKED_WORDS) for text in some]
        for some in (texts[:_RANKED_SAMPLE], texts[:: max(1, len(texts) // _RANKED_SAMPLE)])
    ]
    for at in range(_RANKED_WORDS):
        found = [_sampled(words, at) for words in samples]
        if any(map(_rises, found)) or not any(map(_is_number_often, found)):
            continue
        column: list[tuple[int, float]] = []
        short = 0  # records that have no such word
        for row, text in enumerate(texts):
            if row == len(words):
                words.append(text.split(None, _RANKED_WORDS))
            of_row = words[row]
            short += at >= len(of_row)
            figure = values.number(of_row[at]) if at < len(of_row) else None
            if figure is None:
                if short > len(texts) - least:
                    return []  # nor have they any further to the right
                if row - len(column) >= len(texts) - least:
                    break  # too many are none
            elif column and column[-1][1] < figure:
                break
            else:
                column.append((row, figure))
        else:
            if len(column) >= least and len({figure for _, figure in column}) >= _TOP:
                return [row for row, _ in column[:_TOP]]
    return []


def _sampled(words: Sequence[Sequence[str]], at: int) -> list[float | None]:
    """Return the number that stands at this place among the `words` of each record; None where there is none."""
    return [values.number(of_row[at]) if at < len(of_row) else None for of_row in words]


def _rises(figures: Sequence[float | None]) -> bool:
    return any(before < after for before, after in pairwise(figure for figure in figures if figure is not None))


def _is_number_often(figures: Sequence[float | None]) -> bool:
    return (len(figures) - figures.count(None)) * _OFTEN >= len(figures)


def _odd_failures(survey: Survey, failing: Sequence[int]) -> list[int]:
    """Return the failures that hold a value which few of their form have: ten refusals with code 51, one with 91."""
    wanted = set(failing)
    odd: set[int] = set()
    for group in survey.groups:
        if len(group.rows) < _MIN_ALIKE_FAILURES or wanted.isdisjoint(group.rows):
            continue
        for column, counts in zip(group.columns, group.counts, strict=True):
            few = {value for value, count in counts.items() if count * _FEW_SHARE <= len(group.rows)}
            if len(few) < len(counts) and len(few) <= _MAX_ODD_VALUES:
                odd.update(row for row, value in zip(group.rows, column, strict=True) if value in few)
    return sorted(odd)


def _few_alike(survey: Survey, failing: Sequence[int]) -> list[int]:
    """Return the records of the kinds of failures that there are few of: each names another order, box or file."""
    wanted = set(failing)
    of_failures = [group for group in survey.groups if not wanted.isdisjoint(group.rows)]
    found: list[int] = []
    for kind in kinds.of(of_failures):
        if len(kind.rows) <= _FEW_FAILURES and not wanted.isdisjoint(kind.rows):
            found.extend(kind.rows)
    return found


def _largest(survey: Survey) -> list[int]:
    """Return the records with the largest figure of a column, where one alone has it: "58 … 28718" is said of the kind, and
    what is that large has a name. None of figures that go on from each other, as ids and clocks do."""
    found: list[int] = []
    for group in survey.groups:
        if len(group.rows) < _MIN_MEASURED:
            continue
        for column, counts in zip(group.columns, group.counts, strict=True):
            if len(counts) * 2 > len(group.rows) and (at := values.alone_at_the_top(column)) is not None:
                found.append(group.rows[at])
    return list(dict.fromkeys(found))[:_MAX_LARGEST]


def _records_by_line(survey: Survey) -> list[int]:
    """Return for each line the record it belongs to."""
    found: list[int] = []
    if survey.records and survey.records[-1].stop == len(survey.records):  # as in most texts
        return list(range(len(survey.records)))
    for index, (start, stop) in enumerate(survey.records):
        found.extend([index] * (stop - start))
    return found


def _counted(choice: Choice, room: int, extra: int, *, named: bool) -> tuple[str, set[int], bool]:
    """Return a line for each kind of which records are not shown: how many, where, what varies among all of the kind, and
    the names of those not shown as far as there is room; the most frequent kind first. With it the records that these lines
    quote or name, and whether names found no room."""
    survey, shown = choice.survey, choice.shown
    hidden_of = [(kind, [index for index in kind.rows if index not in shown]) for kind in kinds.of(survey.groups)]
    rows: list[str] = []
    names: list[tuple[str, str]] = []  # of a row's records, and the row that they are added to
    told: set[int] = set()
    rows_of: list[list[int]] = []
    left_kinds: list[list[int]] = []
    unnamed = False
    for kind, hidden in hidden_of:
        if not hidden:
            continue
        row = _kind_row(choice, kind, hidden)
        whole = row + _in_brackets(kind.unlisted)
        cost = tokens.estimate(whole) + 1
        if cost > room or left_kinds:
            left_kinds.append(hidden)
            continue
        room -= cost
        rows.append(whole)
        rows_of.append(hidden)
        told.update(_quoted(choice, kind, hidden))
        listed = ""
        if kind.names and (named or kind.named):
            name_of = dict(zip(kind.rows, kind.names, strict=False))
            listed = ", ".join(map(name_of.__getitem__, hidden))
        names.append((listed, row + _in_brackets(kind.varying)))
    room += extra
    for at in sorted(range(len(rows)), key=lambda at: len(names[at][0])):
        listed, row = names[at]
        cost = tokens.estimate(listed)
        if listed and cost <= room:
            room -= cost
            rows[at] = f"{row}: {listed}"
            told.update(index for index in rows_of[at] if _is_one_line(survey.records[index]))
        elif listed:
            unnamed = True
    if left_kinds:
        rows.append(f"[… {sum(map(len, left_kinds)):,} more of {marker.counted(len(left_kinds), 'other kind')}]")
    return "\n".join(rows), told, unnamed or bool(left_kinds)


def _is_one_line(record: Record) -> bool:
    """Tell whether a name may stand for all of a record: of one of several lines it says what some of these hold."""
    return record.stop - record.start == 1


def _quoted(choice: Choice, kind: kinds.Kind, hidden: Sequence[int]) -> list[int]:
    """Return the `hidden` records of a kind that its row quotes whole: its example, where none of the kind is shown, and
    those of the same text."""
    if len(hidden) < len(kind.rows):
        return []
    texts = choice.survey.texts
    example = texts[kind.rows[0]]
    return [index for index in hidden if texts[index] == example] if len(example) <= _EXAMPLE_CHARS else []


def _kind_row(choice: Choice, kind: kinds.Kind, hidden: Sequence[int]) -> str:
    survey = choice.survey
    number = [choice.offset + survey.records[index].start + 1 for index in (kind.rows[0], kind.rows[-1])]
    # What varies is counted over all records of the kind, those that are shown among them.
    row = f"{len(hidden):,}" + (f" of {len(kind.rows):,}" if len(hidden) < len(kind.rows) else "")
    row += f"× {number[0]}" + (f"-{number[1]}" if number[1] > number[0] else "")
    example = next((index for index in kind.rows if index in choice.shown), None)
    if example is not None:
        row += f" like {choice.offset + survey.records[example].start + 1}"
    else:
        text = survey.texts[kind.rows[0]].replace("\n", " ")
        row += f" {lines_module.clip_middle(text, _EXAMPLE_CHARS)}" if text.strip() else " (blank)"
    return row


def _in_brackets(varying: str) -> str:
    return f" ({varying})" if varying else ""
