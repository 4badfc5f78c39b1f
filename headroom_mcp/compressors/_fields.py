"""Records that are blocks of keys and values: whole fields are left out, and named once.

Package: anvil            [3 records of keys and values; left out: SHA256; the same in each unless shown: Architecture: all]
Architecture: all         Package: anvil
Version: 2.1              Version: 2.1
SHA256: 5d41402abc4b2a…
                          Package: basin
Package: basin            Version: 0.9
Architecture: all
Version: 0.9              Package: cedar
SHA256: 7d793037a07601…   Architecture: amd64
…                         Version: 1.4

A gap in each record would cost what it saves. First goes what (nearly) all records say alike: it is said once, and what stands
below it is the exception. Then what nobody reads, checksums; then, where there is no room, what is longest. Fields that the
question names stay, and so do values that tell of failures, answer the question or are unlike the others of their field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.facts import find as facts_module
from headroom_mcp.late import NamedTuple
from headroom_mcp.query import bm25, clauses
from headroom_mcp.records import survey as survey_module
from headroom_mcp.records.find import Record
from headroom_mcp.text import marker, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Part

_MIN_RECORDS, _MIN_FIELDS = 3, 4
_COVERED = 0.8  # of the lines stand in such records
_COMMON = 0.5  # of the records have what is a field of all
_DIFFERENT = 0.9  # of the values of a name are like no other
_USUAL = 0.75  # of the records have a value that is said once
_FIELD_TOKENS = 3  # a short one, with its key
_MIN_GAIN = 20  # tokens …
_MIN_SHARE = 0.1  # … and of the whole
_MAX_UNLIKE = 8
_MAX_NAME_CHARS = 40
_MAX_SAID_CHARS = 80  # of a value that most have
# "Version: 1.2"   "  id = 7"   "balance   | 31.86"   "userPassword:: e1N…"
_FIELD = late.pattern(
    r"^([ \t]*)([A-Za-z_$@#][\w.()/#%$@-]*(?: [\w.()/#%$@-]+)*)[ \t]*(?:::?(?=[ \t]|$)|=(?!=)|\|(?!.*\|))"
)
_DIGITS = late.pattern(r"\d+")
_CHECKSUM = late.pattern(r"[:=|]\s*(?:[0-9a-f]{32,}|[0-9A-F]{32,}|(?=\S*\d)[A-Za-z0-9+/]{43,}={0,2})$")


class Field(NamedTuple):
    """Lines `start` … `stop - 1` of a record: a key, its value and what goes on below it."""

    name: str
    start: int
    stop: int


class Leaving(NamedTuple):
    """What is not shown: fields by name, and the lines of values that are said once."""

    gone: dict[str, list[Field]]
    usual: dict[str, list[int]]


def compress(output: ToolOutput, room: int) -> Compressed | None:
    """Return the records of `output` without the fields that can go: so many that `room` tokens hold the rest. None where the
    text is no such records, where the rest needs more room, or where nothing is gained."""
    lines = output.lines
    records = [record for record in output.survey.records if record.stop - record.start >= _MIN_FIELDS]
    if len(records) < _MIN_RECORDS or sum(stop - start for start, stop in records) < _COVERED * len(lines):
        return None
    if room < _MIN_FIELDS * _FIELD_TOKENS * len(records):
        return None
    of_name: dict[str, list[Field]] = {}
    had_by: Counter[str] = Counter()
    for record in records:
        fields = _fields(lines, record)[1:]  # the first tells which record this is
        had_by.update(list(dict.fromkeys(field.name for field in fields)))  # in order: the same text says the same
        for field in fields:
            of_name.setdefault(field.name, []).append(field)
    common = [name for name, count in had_by.items() if count >= _COMMON * len(records)]
    if len(common) < _MIN_FIELDS - 1 or sum(had_by[name] for name in common) * 2 < had_by.total():
        return None
    asked = {clauses.stem(word) for word in bm25.query_terms(output.query)}
    free = [name for name in had_by if asked.isdisjoint(clauses.stem(word) for word in bm25.query_terms(name))]
    usual = {
        name: at
        for name in free
        if (at := _usual(lines, of_name[name], len(records), every=had_by[name] == len(records)))
    }
    known_by = _known_by(lines, records, of_name)
    left = output.tokens - sum(tokens.estimate(lines[at]) for some in usual.values() for at in some)
    several = {
        name: some
        for name in free
        if had_by[name] > 1
        and name not in usual
        and name != known_by
        and not _hold_fields(lines, some := of_name[name])
    }
    gone, left = _gone(output, several, left, room)
    if left > room or output.tokens - left < max(_MIN_GAIN, _MIN_SHARE * output.tokens):
        return None
    return _without(lines, Leaving(gone, usual), len(records))


def _known_by(lines: Sequence[str], records: Sequence[Record], of_name: dict[str, list[Field]]) -> str:
    """Return the field by which records are known: "" where their heads differ in more than numbers, else the first of which
    hardly two values are the same."""
    if len({_DIGITS.sub("", lines[start]) for start, _ in records}) * 2 > len(records):
        return ""
    for name, fields in of_name.items():
        told = {lines[start].strip() for _, start, _ in fields}
        if len(fields) >= _DIFFERENT * len(records) and len(told) >= _DIFFERENT * len(fields):
            return name
    return ""


def _fields(lines: Sequence[str], record: Record) -> list[Field]:
    """Return the fields of a record; lines that are deeper than its keys, or have none, belong to the one above."""
    found = [
        (at, match) for at in range(*record) if (match := _FIELD.match(lines[at])) and len(match[2]) <= _MAX_NAME_CHARS
    ]
    margin = min((len(match[1]) for at, match in found if at > record.start), default=0)
    edges = {match.end() for at, match in found if at > record.start}
    to_the_right = len(edges) == 1 and len(found) > 2  # "     id: 7" above "created: …"
    starts = [(at, match[2].strip()) for at, match in found if to_the_right or len(match[1]) <= margin]
    if not starts or starts[0][0] != record.start:
        starts.insert(0, (record.start, ""))
    stop = record.stop
    while stop > record.start and not lines[stop - 1].strip(" \t-=*"):
        stop -= 1  # what divides records is no value
    ends = [at for at, _ in starts[1:]] + [stop]
    return [Field(name, at, end) for (at, name), end in zip(starts, ends, strict=True) if at < end]


def _usual(lines: Sequence[str], fields: Sequence[Field], records: int, *, every: bool) -> list[int]:
    """Return the lines of a field that say what most records say; none where it is not one short line in `every` record."""
    if not every or len(fields) != records or any(stop - start > 1 for _, start, stop in fields):
        return []
    said, count = Counter(lines[start].strip() for _, start, _ in fields).most_common(1)[0]
    if count < _USUAL * records or len(said) > _MAX_SAID_CHARS:
        return []
    return [start for _, start, _ in fields if lines[start].strip() == said]


def _gone(
    output: ToolOutput, fields: dict[str, list[Field]], left: int, room: int
) -> tuple[dict[str, list[Field]], int]:
    """Return what of `fields` goes so that of `left` tokens only `room` are left, and what is left: checksums in any case, then
    the longest, but for the few shortest, which tell records apart."""
    lines = output.lines
    facts = {
        at for fact in facts_module.find(output) for at in range(fact.start, fact.stop)
    }  # the gate puts these back
    sums = {name for name, some in fields.items() if _are_checksums(lines, some)}
    long = {name: sum(_chars(lines, field) for field in some) / len(some) for name, some in fields.items()}
    order = sorted(fields, key=lambda name: (name not in sums, -long[name]))
    gone: dict[str, list[Field]] = {}
    for name in order[: 1 - _MIN_FIELDS]:
        if left <= room and name not in sums:
            break
        unlike = set() if name in sums else _unlike(lines, fields[name])
        cut = [
            field
            for at, field in enumerate(fields[name])
            if at not in unlike and facts.isdisjoint(range(field.start, field.stop))
        ]
        if cut:
            gone[name] = cut
            left -= sum(tokens.estimate("\n".join(lines[start:stop])) for _, start, stop in cut)
    return gone, left


def _unlike(lines: Sequence[str], fields: Sequence[Field]) -> set[int]:
    """Return which values of a field are most unlike its others: whatever else differs between records is no matter here."""
    values = [" ".join(lines[at].strip() for at in range(start, stop)) for _, start, stop in fields]
    survey = survey_module.of_records(values, [Record(at, at + 1) for at in range(len(values))])
    return {one.record for one in survey_module.telling(survey)[:_MAX_UNLIKE]}


def _hold_fields(lines: Sequence[str], fields: Sequence[Field]) -> bool:
    """Tell whether most of what stands below these keys are keys and values, too: a record within a record is what it is
    about, and no field of it."""
    below = [lines[at] for _, start, stop in fields for at in range(start + 1, stop)]
    return len(below) >= _MIN_FIELDS and 2 * sum(
        1 for line in below if _FIELD.match(line.replace("- ", "  ", 1))
    ) > len(below)


def _are_checksums(lines: Sequence[str], fields: Sequence[Field]) -> bool:
    return all(stop - start == 1 and _CHECKSUM.search(lines[start].rstrip()) for _, start, stop in fields)


def _chars(lines: Sequence[str], field: Field) -> int:
    return sum(len(lines[at]) for at in range(field.start, field.stop))


def _without(lines: Sequence[str], leaving: Leaving, records: int) -> Compressed:
    """Return the lines that are shown, and above them the one that says which are not."""
    cuts = [(start, stop) for fields in leaving.gone.values() for _, start, stop in fields]
    told = {at for some in leaving.usual.values() for at in some}
    said = f"[{records:,} records of keys and values"
    if cuts:
        # A record that is written otherwise may have a field of the name that is none of those: it stays, and is counted.
        within = {at for start, stop in cuts for at in range(start, stop)}
        shown = [
            match[2].strip() for at, line in enumerate(lines) if at not in within and (match := _FIELD.match(line))
        ]
        stays = Counter(shown)
        names = [f"{name} (but {stays[name]:,})" if stays[name] else name for name in leaving.gone]
        said += f"; left out: {marker.plain(', '.join(names))}"
    if told:
        values = [" ".join(lines[some[0]].split()) for some in leaving.usual.values()]
        said += f"; the same in each unless shown: {marker.plain('; '.join(values))}"
    whole = [Part(0, len(lines), "keep")]
    parts = render.without(whole, sorted([*cuts, *((at, at + 1) for at in told)]), "", "a field left out")
    parts = [
        part._replace(elsewhere=True) if part.start in told and part.action == "render" else part for part in parts
    ]
    return Compressed([Part(0, 0, "render", said + "]"), *parts], range(len(lines)))
