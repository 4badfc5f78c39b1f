"""Records that stand on one line: a program's `repr`, XML without line ends, the `INSERT` of a dump, segments of EDI.

Nobody reads such a line, and what is unlike the others in it is found by nobody. It is divided where its records end, and these
are the lines that are shown, numbered and given back.

    <depots><depot id="1" state="open"/><depot id="2" state="open"/>…   →   <depots>
                                                                            <depot id="1" state="open"/>
                                                                            <depot id="2" state="open"/>
Nothing of this is known by name. Records are the groups in brackets or tags of one depth, or what stands between two of one mark,
if most of them are written alike; of a text where they are not, as of a minified program, nothing is divided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, json
from headroom_mcp.text import written

MIN_CHARS = 2_000  # of a line
_MAX_CHARS = 8_000_000  # of a text
_MIN_RECORDS = 20
_MIN_RECORD_CHARS, _MAX_RECORD_CHARS = 10, 2_000  # shorter ones are a list of words, which is best read as it stands
_ALIKE, _RECORDS_FOR_EACH_FORM = 0.6, 10  # the share of records of one form, or how many there are for each
_END_ALIKE = 0.8  # share of groups that one bracket closes
_FEW_BODIES = 5  # one body of a function in so many records
_MOST = 0.5  # of a text must be in lines that are divided
_MAX_DEPTH = 4
_SAMPLE_CHARS = 40_000  # of a line, which tell where its records end
_HEAD_CHARS = 1_000
# "text", 'text', <tag …>, </tag>, a bracket
_MARKS = late.pattern(
    r""""(?:[^"\\]|\\.){0,300}"|(?<!\w)'(?:[^'\\]|\\.){0,300}'(?!\w)|<(/?)[A-Za-z][\w:.-]*(?:\s[^<>]*?)?(/?)>|([(\[{])|([)\]}])"""
)
_BEHIND = late.pattern(r"[,;]?\s*")
_SEPARATORS = ("\\r\\n", "\\n", ";", "&", "'", "|", "~", "\t")
_BETWEEN_WORDS = (", ", " ")  # of a text, too: what they divide has marks of its own, or it is one
_WORDS = late.pattern(r"[\w\s.,!?'’-]*")
_PAGE = late.pattern(r"(?i)<!doctype html|<html\b")


def lines(text: str) -> list[str] | None:
    """Return the lines of `text` with the records of its long lines each on a line of its own; None where most of it is
    nothing to divide. Joined, what a line was divided into is that line."""
    if len(text) > _MAX_CHARS or "\r" in text:  # what a terminal has drawn over
        return None
    whole = text.split("\n")
    if whole[-1] == "":
        whole.pop()
    long = [line for line in whole if len(line) >= MIN_CHARS]
    if sum(map(len, long)) < _MOST * len(text) or _PAGE.search(text[:_HEAD_CHARS]) or any(map(_is_json, long)):
        return None
    made: list[str] = []
    divided = 0
    for line in whole:
        records = _records(line) if len(line) >= MIN_CHARS else None
        divided += len(line) if records else 0
        made.extend(records or [line])
    return made if divided >= _MOST * len(text) else None


def _is_json(line: str) -> bool:
    """Tell whether `line` is read as JSON, or as what Python prints for it."""
    bare = line.strip()
    if bare[:1] not in ("{", "["):
        return False
    try:
        json.loads(bare)
    except (ValueError, RecursionError):
        return False
    return True


def _records(line: str) -> list[str] | None:
    """Return the pieces into which `line` is divided, its records among them; None where none are found."""
    sample = line[:_SAMPLE_CHARS]
    groups = list(_groups(sample))
    for depth in range(_MAX_DEPTH):
        if _are_alike(_pieces(sample, _ends(sample, groups, depth)), in_groups=True):
            found = _pieces(line, _ends(line, groups if sample == line else list(_groups(line)), depth))
            return found if _are_alike(found, in_groups=True) else None
    alike = [mark for mark in _SEPARATORS if _are_alike(_pieces(sample, _after(sample, mark)))]
    for mark in _BETWEEN_WORDS if not alike else ():
        pieces = _pieces(sample, _after(sample, mark))
        if _are_alike(pieces) and _WORDS.fullmatch(pieces[len(pieces) // 2]) is None:
            alike.append(mark)
    if not alike:
        return None
    found = _pieces(line, _after(line, min(alike, key=sample.count)))
    return found if _are_alike(found) else None


class _Group(NamedTuple):
    """What stands in a pair of brackets or tags: `line[start:stop]`; `behind` the mark that opens the group around it."""

    start: int
    stop: int
    depth: int
    behind: int


def _groups(line: str) -> Iterator[_Group]:
    """Yield the groups of `line` in the order in which they end."""
    open_: list[tuple[int, int]] = []
    for match in _MARKS.finditer(line):
        closes_tag, is_empty, opens, closes = match.groups()
        if opens or (closes_tag == "" and not is_empty):
            open_.append(match.span())
        elif is_empty or ((closes or closes_tag) and open_):
            start = match.start() if is_empty else open_.pop()[0]
            yield _Group(start, match.end(), len(open_), open_[-1][1] if open_ else 0)


def _ends(line: str, groups: Sequence[_Group], depth: int) -> list[int]:
    """Return where the groups at `depth` end, with the comma and the blanks behind each, and where the first of them begins."""
    chosen = [group for group in groups if group.depth == depth]
    if len(chosen) < _MIN_RECORDS:
        return []
    found: list[int] = []
    for group in chosen:
        behind = _BEHIND.match(line, group.stop)
        found.append(behind.end() if behind else group.stop)
    first, second = chosen[:2]
    begins = first.behind
    if not depth:  # what names a group stands before it: of the first one as much as of the second
        named = line[found[0] : second.start]
        begins = first.start - len(named) if line[: first.start].endswith(named) else 0
    return [begins, *found] if begins else found


def _after(line: str, mark: str) -> list[int]:
    """Return the places behind each `mark`."""
    found: list[int] = []
    at = line.find(mark)
    while at >= 0:
        found.append(at + len(mark))
        at = line.find(mark, found[-1])
    return found


def _pieces(line: str, cuts: Sequence[int]) -> list[str]:
    """Return `line` divided at `cuts`."""
    return list(filter(None, (line[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(line)], strict=True))))


def _are_alike(pieces: Sequence[str], *, in_groups: bool = False) -> bool:
    """Tell whether `pieces`, each a group in brackets or not, are records: many, neither short nor long, most of them written
    alike."""
    if len(pieces) < _MIN_RECORDS:
        return False
    chars = sorted(map(len, pieces))
    if not _MIN_RECORD_CHARS <= chars[len(chars) // 2] <= _MAX_RECORD_CHARS:
        return False
    ends = Counter(piece.rstrip(" ,;")[-1:] for piece in pieces)
    if in_groups and ends.most_common(1)[0][1] < _END_ALIKE * len(pieces):
        return False  # heads in round brackets, bodies in curly ones
    if sum("){" in piece for piece in pieces) * _FEW_BODIES > len(pieces):
        return False  # a program
    forms = Counter(written.forms(pieces))
    return forms.most_common(1)[0][1] >= _ALIKE * len(pieces) or len(forms) * _RECORDS_FOR_EACH_FORM <= len(pieces)
