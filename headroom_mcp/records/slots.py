"""The slots of records: places in which values of one kind stand, found without knowing the format.

An atom (see `atoms`) stands in several contexts at once, and each is a slot that gathers values over all records:

    column  the cells of a table under one header (from those who read tables)
    key     what follows a word and "=" or ":"               status=200, "status": 200
    after   what follows a word                              took 30 ms
    left    the form from the record's start up to it        fields before a text of any length
    right   the form from it to the record's end             fields after one
    part    a piece of an atom that differs in every record  quokka in quokka.req-1042.state
    word    any word of letters, wherever it stands
    form    the form of the whole record

Which of them is the "true" one need not be known: a value is rare if it is rare in any of them, and a slot whose values all
differ makes none of them rare. One pass over the text, then work by column: linear.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, compress, filterfalse, groupby, islice
from operator import add

from headroom_mcp import late
from headroom_mcp.late import Literal, NamedTuple
from headroom_mcp.records import atoms as atoms_module
from headroom_mcp.records.values import is_time
from headroom_mcp.text.lines import shapes

Context = Literal["column", "key", "after", "left", "right", "part", "word", "form"]

_HEX = "0123456789abcdefABCDEF"
_RUNS = late.pattern(r"(?<![^\W_])[^\W\d_]{2,}(?![^\W_])|\n")  # a run of letters alone, or the end of an atom
_MAX_LEFT, _MAX_RIGHT = 48, 32  # atoms of a record that are looked at from either end
_LEADING = 8  # atoms of a record that tell whether it is one of many alike
_MOSTLY_KNOWN = 0.3  # share of values that stand once in a slot of categories
_SAMPLE = 30
_MAX_DEPTH = 2  # a quoted text within a text, an atom's parts
_MANY = 1_000  # values, from which on it pays to look at them together
_MIN_TOTAL = 6  # fewer values say nothing about what is usual
_ID_CHARS = 5
_FEW = 3  # so often a rare word stands
_WORD_CHARS = 3  # letters that make a name, whatever follows
_GLUED, _GLUED_ALIKE = 8, 4  # so many values, and so many for each way in which they are written
_DIGITS = late.pattern(r"\d+")
_MIN_DIFFERENT = 0.5  # share of values that stand once: from here on an atom is taken apart

Column = tuple[Sequence[int], Sequence[str]]
"""The records (rising) in which values of a slot stand, and the values."""


class Slot:
    """The values of one place: `counts` by value (not to be changed), `total` of them, and the `columns` that hold them."""

    __slots__ = ("columns", "context", "counts", "leading", "name", "total")

    def __init__(self, context: Context, name: str = "", leading: bool = False) -> None:
        self.context: Context = context
        self.name = name
        self.leading = leading
        self.counts: dict[str, int] = {}
        self.total = 0
        self.columns: list[Column] = []

    def add(self, rows: Sequence[int], values: Sequence[str], counts: dict[str, int]) -> None:
        """Take in the `values` of records `rows`, which are `counts`."""
        self.columns.append((rows, values))
        self.total += len(values)
        if len(self.columns) == 1:
            self.counts = counts  # those of the only column are as good, and often long
            return
        if len(self.columns) == 2:
            self.counts = dict(self.counts)
        own = self.counts
        if len(own) == len(counts) and list(own) == list(counts):
            # A head and the lines below it have the same number.
            self.counts = dict(zip(own, map(add, own.values(), counts.values()), strict=True))
        elif own.keys().isdisjoint(counts):
            own.update(counts)
        else:
            for value, count in counts.items():
                own[value] = own.get(value, 0) + count


class Group(NamedTuple):
    """The records of one form: which they are, what stands between their atoms, and the atoms by position."""

    rows: Sequence[int]
    between: list[str]
    columns: Sequence[tuple[str, ...]]
    counts: list[dict[str, int]]


class Slots(NamedTuple):
    """Slots that hold enough values to say what is usual in them, and how much of the records they explain: the share of
    leading atoms whose slot is constant, a category, a number, a time or an id (0: running text, 1: rows of one table).
    `groups` are the records by form."""

    found: list[Slot]
    understood: float
    groups: list[Group]


def of(records: Sequence[str]) -> Slots:
    """Return the slots of `records`."""
    forms, atoms = atoms_module.read(records)
    rows = range(len(records))
    tree = _Tree(False)
    groups = _groups(rows, forms, atoms)
    for group in groups:
        tree.add(group)
    found = _with_inner(tree, 0)
    found.append(_words(rows, forms, atoms))
    whole = Slot("form")
    whole.add(rows, forms, Counter(forms))
    found.append(whole)
    telling = _distinct(slot for slot in found if slot.total >= _MIN_TOTAL and len(slot.counts) > 1)
    return Slots(telling, tree.understood(), groups)


def _of_atoms(rows: Sequence[int], forms: Sequence[str], atoms: Sequence[str], depth: int) -> list[Slot]:
    """Return the slots within the atoms of another slot."""
    tree = _Tree(True)
    for group in _groups(rows, forms, atoms):
        tree.add(group)
    return _with_inner(tree, depth)


def _with_inner(tree: _Tree, depth: int) -> list[Slot]:
    """Return the slots of `tree` by every context, those of quoted texts and of atoms' parts among them."""
    found = tree.slots()
    if depth < _MAX_DEPTH:
        for slot in tree.primary():
            found.extend(_inside(slot, depth + 1))
    return found


class _Tree:
    """Slots by context, grown group by group."""

    def __init__(self, parts: bool) -> None:
        self._parts = parts
        self._paths: dict[tuple[int, str], int] = {}
        self._left: dict[int, Slot] = {}
        self._right: dict[int, Slot] = {}
        self._after: dict[tuple[str, str], Slot] = {}
        self._keyed: set[int] = set()  # columns that stand under a key

    def slots(self) -> list[Slot]:
        """Return all slots, those with a name first: of several reasons that weigh the same, the first one is told."""
        return [*self._after.values(), *self._left.values(), *self._right.values()]

    def primary(self) -> list[Slot]:
        """Return slots that hold every atom once: under its key where it has one, else from the left."""
        found = [slot for slot in self._after.values() if slot.context == "key"]
        for slot in self._left.values():
            columns = [column for column in slot.columns if id(column[1]) not in self._keyed]
            if len(columns) < len(slot.columns):
                rest = Slot("left")
                for rows, values in columns:
                    rest.add(rows, values, Counter(values))
                slot = rest
            found.append(slot)
        return [slot for slot in found if slot.total >= _MIN_TOTAL and len(slot.counts) > 1]

    def understood(self) -> float:
        """Return the share of leading atoms in slots of a known type."""
        leading = [slot for slot in self._left.values() if slot.leading]
        total = sum(slot.total for slot in leading)
        return sum(slot.total for slot in leading if slot.total >= _MIN_TOTAL and _is_typed(slot)) / max(1, total)

    def add(self, group: Group) -> None:
        """Take in the atoms of a group under all their contexts."""
        rows, between, columns, counts = group
        size = len(columns)
        path = 0
        for at in range(min(size, _MAX_LEFT)):
            path = self._path(path, between[at])
            slot = self._left.get(path) or self._left.setdefault(
                path, Slot("part" if self._parts else "left", leading=at < _LEADING)
            )
            slot.add(rows, columns[at], counts[at])
        path = -1
        for at in range(size - 1, max(-1, size - 1 - _MAX_RIGHT), -1):
            path = self._path(path, between[at + 1])
            slot = self._right.get(path) or self._right.setdefault(path, Slot("part" if self._parts else "right"))
            slot.add(rows, columns[at], counts[at])
        for at in range(1, min(size, _MAX_LEFT)):
            self._add_after(group, at)

    def _path(self, before: int, mark: str) -> int:
        return self._paths.setdefault((before, mark), len(self._paths) + 1 if before >= 0 else -len(self._paths) - 2)

    def _add_after(self, group: Group, at: int) -> None:
        """Take in a column by the words before it, if these are words that come again."""
        rows, between, columns, counts = group
        words, mark = columns[at - 1], between[at]
        alone = mark.strip() == atoms_module.BREAK and between[at - 1].strip() in (atoms_module.BREAK, "")
        behind = mark.partition(atoms_module.BREAK)[0]  # what begins the next line makes no key of this one
        keyed = alone or "=" in behind or ":" in behind
        if len(counts[at - 1]) == 1:
            if alone or _is_word(words[0]):
                self._slot_after(words[0], mark, keyed).add(rows, columns[at], counts[at])
                if keyed:
                    self._keyed.add(id(columns[at]))
            return
        if len(counts[at - 1]) * 2 > len(words):
            return
        split: dict[str, tuple[list[int], list[str]]] = {}
        for row, word, value in zip(rows, words, columns[at], strict=True):
            if word in split:
                of_word = split[word]
                of_word[0].append(row)
                of_word[1].append(value)
            else:
                split[word] = ([row], [value])
        for word, (of_rows, values) in split.items():
            if alone or _is_word(word):
                self._slot_after(word, mark, keyed).add(of_rows, values, Counter(values))
        if keyed:
            self._keyed.add(id(columns[at]))

    def _slot_after(self, word: str, mark: str, keyed: bool) -> Slot:
        slot = self._after.get((word, mark))
        if slot is None:
            slot = self._after[word, mark] = Slot("key" if keyed else "after", word.strip("\"'"))
        return slot


def _is_typed(slot: Slot) -> bool:
    """Tell whether the values of `slot` are few, or all numbers, times or ids: anything but words that differ."""
    once = list(slot.counts.values()).count(1)
    if once <= _MOSTLY_KNOWN * slot.total:
        return True
    sample = list(islice(slot.counts, _SAMPLE))
    telling = sum(1 for value in sample if any(map(str.isdigit, value)))
    return telling >= 0.8 * len(sample)


def _is_word(atom: str) -> bool:
    """Tell whether `atom` is a word, or begins with one as the names of types do ("Gauge32")."""
    bare = atom.strip("\"'")
    return bare[-1:].isalpha() or (len(bare) > _WORD_CHARS and bare[:_WORD_CHARS].isalpha())


def _groups(rows: Sequence[int], forms: Sequence[str], atoms: Sequence[str]) -> list[Group]:
    """Return the records by their form, in order of first appearance."""
    members: dict[str, tuple[list[int], list[str]]] = {}
    row = position = 0
    for form, run in groupby(forms):
        count = len(list(run))
        if form not in members:
            members[form] = ([], [])
        own_rows, own_atoms = members[form]
        stop = position + count * form.count(atoms_module.ATOM)
        own_rows += rows[row : row + count]
        own_atoms += atoms[position:stop]
        row, position = row + count, stop
    found: list[Group] = []
    for form, (own_rows, own_atoms) in members.items():
        between = form.split(atoms_module.ATOM)
        size = len(between) - 1
        if len(own_rows) == 1:
            found.append(Group(own_rows, between, [(atom,) for atom in own_atoms], [{atom: 1} for atom in own_atoms]))
            continue
        columns = [tuple(own_atoms[at::size]) for at in range(size)]
        found.append(Group(own_rows, between, columns, list(map(Counter, columns))))
    return found


def _inside(slot: Slot, depth: int) -> list[Slot]:
    """Return the slots within the atoms of `slot`: of quoted texts, or of the parts of atoms that all differ."""
    once = list(slot.counts.values()).count(1)
    if (
        once < _MIN_DIFFERENT * slot.total
        and not (once > 3 and any(" " in value for value in slot.counts))
        and not _is_glued(slot)
    ):
        return []
    if not _has_parts(slot):
        return []
    rows: list[int] = []
    values: list[str] = []
    for of_rows, of_values in slot.columns:
        rows.extend(of_rows)
        values.extend(of_values)
    quoted = any(map("".join(values).__contains__, "\"'"))
    texts = [at for at, value in enumerate(values) if value[:1] in "\"'" and " " in value] if quoted else ()
    if len(texts) * 2 > len(values):
        rows = [rows[at] for at in texts]
        forms, atoms = atoms_module.read([values[at][1:-1] for at in texts])
        # Running text is of as many forms as there are sentences.
        alike = len(set(forms)) * _GLUED <= len(forms)
        return [*_of_atoms(rows, forms, atoms, depth), *([_outlines(rows, forms)] if alike else [])]
    forms, atoms = atoms_module.read_parts(values)
    if len(atoms) <= len(values):
        return []
    return [*_of_atoms(rows, forms, atoms, _MAX_DEPTH), _outlines(rows, forms)]


def _outlines(rows: Sequence[int], forms: Sequence[str]) -> Slot:
    """Return the slot of how texts within the records `rows` are written: one without its state is of another form."""
    slot = Slot("part")
    slot.add(rows, forms, Counter(forms))
    return slot


def _is_glued(slot: Slot) -> bool:
    """Tell whether the values of `slot` are a name and a number in one: "turn:17", "TEL:+118"."""
    if len(slot.counts) <= _GLUED:
        return False
    sample = list(islice(slot.counts, _SAMPLE))
    return len({_DIGITS.sub("0", value) for value in sample}) * _GLUED_ALIKE <= len(sample)


def _has_parts(slot: Slot) -> bool:
    """Tell whether most values of `slot` can be taken apart: neither numbers, words, times nor plain hex."""
    sample = list(islice(slot.counts, _SAMPLE))
    whole = sum(1 for value in sample if value.isalpha() or not value.strip(_HEX) or is_time(value))
    return whole * 2 < len(sample)


def _words(rows: Sequence[int], forms: Sequence[str], atoms: Sequence[str]) -> Slot:
    """Return the slot of all words of letters, each counted once for every atom it stands in."""
    if len(atoms) >= _MANY and len(set(atoms[:: len(atoms) // _MANY])) * 2 > _MANY:
        atoms = shapes(atoms)  # atoms that differ in digits alone have the same words
    times = Counter(atoms)
    of_atom = _words_in(times)
    counts: dict[str, int] = {}
    for atom, words in of_atom.items():
        for word in words:
            counts[word] = counts.get(word, 0) + times[atom]
    slot = Slot("word")
    slot.counts = counts
    slot.total = sum(counts.values())
    # An id of the letters a to f is no word.
    few = {word for word, count in counts.items() if count <= _FEW and (len(word) < _ID_CHARS or word.strip(_HEX))}
    rare = {atom for atom, words in of_atom.items() if not few.isdisjoint(words)}
    where: list[int] = []
    values: list[str] = []
    if rare:
        sizes = {form: form.count(atoms_module.ATOM) for form in dict.fromkeys(forms)}
        ends = list(accumulate(map(sizes.__getitem__, forms)))
        for at in compress(range(len(atoms)), map(rare.__contains__, atoms)):
            words = of_atom[atoms[at]]
            where += [rows[bisect_right(ends, at)]] * len(words)
            values += words
    slot.columns.append((where, values))
    return slot


def _words_in(atoms: Collection[str]) -> dict[str, list[str]]:
    """Return the words of letters in each of `atoms` that has any: "ready" in "not-ready_2", none in "0ade1"."""
    found: dict[str, list[str]] = {atom: [atom] for atom in filter(str.isalpha, atoms)}
    mixed = list(filterfalse(str.isdecimal, filterfalse(str.isalpha, atoms)))
    at = 0
    for run in _RUNS.findall("\n".join(mixed)):  # one search for all: most have none
        if run == "\n":
            at += 1
        elif run.isalpha():
            found.setdefault(mixed[at], []).append(run)
    return found


def _distinct(found: Iterable[Slot]) -> list[Slot]:
    """Return `found` without slots that hold the very columns of an earlier one."""
    seen: set[tuple[int, ...]] = set()
    distinct: list[Slot] = []
    for slot in found:
        mark = tuple(id(values) for _, values in slot.columns)
        if mark not in seen:
            seen.add(mark)
            distinct.append(slot)
    return distinct
