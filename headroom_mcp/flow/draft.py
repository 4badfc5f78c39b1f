"""What the compressors make of an output before the gate: its pieces, and what becomes of its lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from types import ModuleType

from headroom_mcp.flow import gate
from headroom_mcp.late import NamedTuple
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact, Note, Part, Section

_LINES_BEFORE = 2  # a failure that is shown again: compilers and shells name the place or the call ahead of the message
_LINES_AFTER = 1
# What these show is written by somebody, not said by a run: a word of failure in it is data.
_QUOTING = frozenset(("code", "diff", "git", "html", "listing", "markdown", "notebook", "prose", "search", "snapshot"))
# Running text, source, names and bytes: their lines are no records, and what is unlike the others says nothing.
_NO_RECORDS = frozenset(("blob", "code", "diff", "html", "listing", "markdown", "notebook", "prose", "snapshot"))
# Of these any line may be the answer to a question, and is understood without all the others.
_LISTS = frozenset(("command", "general", "listing", "log", "table"))
# So it is of these where nothing was left out; else they have read the question themselves.
_LISTS_WHERE_WHOLE = frozenset(("git", "markdown", "search", "test_output"))
_MAX_UNLIKE = 6  # records that stay although something else was asked


class Piece(NamedTuple):
    """A section of an output, the line where it begins, its kind, its compressor and the lines that this answers for."""

    start: int
    kind: str
    output: ToolOutput
    compressor: ModuleType
    answers_for: Collection[int]
    note: Note | None

    def facts(self) -> list[Fact]:
        """Return the facts of the section by the lines of the whole output."""
        found = self._moved(self.compressor.facts(self.output))
        if self.kind not in _QUOTING:
            return found
        return [fact._replace(kind=gate.QUOTED) if fact.kind == gate.FAILURES else fact for fact in found]

    def unlike(self) -> list[Fact]:
        """Return the records of the section that are unlike its others, by the lines of the whole output."""
        if self.kind in _NO_RECORDS:
            return []
        from headroom_mcp.facts import unlike

        return self._moved(unlike.find(self.output))

    def totals(self) -> list[Fact]:
        """Return the lines that say how runs of tests went, the last first: nobody may leave them out."""
        from headroom_mcp.facts import find

        if not find.may_count_tests(self.output.lines):
            return []
        from headroom_mcp.facts import test_totals

        found = reversed(test_totals.conclusions(self.output.lines))
        return self._moved([Fact(i, 1, "totals of tests", i, i + 1) for i in found])

    def is_list(self) -> bool:
        """Tell whether any line of the section may be the answer to a question."""
        return self.kind in _LISTS or (self.kind == "code" and self.compressor.is_list(self.output))

    def is_list_where_whole(self) -> bool:
        """Tell whether any line of the section may be the answer to a question, if all of them are shown."""
        return self.kind in _LISTS_WHERE_WHOLE

    def _moved(self, found: Sequence[Fact]) -> list[Fact]:
        by = self.start
        return [fact._replace(line=fact.line + by, start=fact.start + by, stop=fact.stop + by) for fact in found]


class Draft(NamedTuple):
    """What the compressors make of an output before the gate: its sections, and what becomes of its lines.

    `searched` are facts found without a compressor, in the middle of an output too big to be read closely; `around` what stands
    above texts in a wrapper, whatever form these are shown in.
    """

    sections: list[Section]
    parts: list[Part]
    pieces: list[Piece]
    searched: list[Fact]
    around: Sequence[Part] = ()

    def note(self, start: int, stop: int) -> str:
        """Return what the compressor says of the left-out lines `start` … `stop - 1`, if they are of one section."""
        at = bisect_right([piece.start for piece in self.pieces], start) - 1
        piece = self.pieces[at] if at >= 0 else None
        if piece is None or piece.note is None or stop > piece.start + len(piece.output.lines):
            return ""
        return piece.note(start - piece.start, stop - piece.start)

    def dropped(self) -> list[Fact]:
        """Return the facts that a compressor may have dropped and that the gate answers for."""
        found = list(self.searched)
        for piece in self._with_gaps():
            if len(piece.answers_for) < len(piece.output.lines):
                found += [fact for fact in piece.facts() if fact.line - piece.start not in piece.answers_for]
            if piece.kind not in _QUOTING and piece.kind != "test_output":  # it reads the run itself
                found += piece.totals()
        return found

    def _with_gaps(self) -> list[Piece]:
        """Return the pieces of which lines are left out: to no other can the gate put anything back."""
        starts = [piece.start for piece in self.pieces]
        gaps = {bisect_right(starts, part.start) - 1 for part in self.parts if part.action == "omit"}
        return [piece for at, piece in enumerate(self.pieces) if at in gaps]

    def unlike(self) -> list[Fact]:
        """Return the records that are unlike the others of their section, where no compressor answers for them."""
        return [
            fact
            for piece in self._with_gaps()
            if len(piece.answers_for) < len(piece.output.lines)
            for fact in piece.unlike()
        ]

    def is_list(self, parts: Sequence[Part]) -> bool:
        """Tell whether lines of all sections are worth something without the others, and no head in `parts` counts them."""
        counted = any(part.start == part.stop and part.text for part in parts)
        if self.searched or counted:
            return False
        whole = all(part.action == "keep" for part in parts)
        return all(piece.is_list() or (whole and piece.is_list_where_whole()) for piece in self.pieces)

    def lasting(self) -> list[Fact]:
        """Return the facts that no question makes less: failures, totals, and the records most unlike the others."""
        found = [fact for piece in self.pieces for fact in (*piece.facts(), *piece.totals())]
        found = [fact for fact in found if fact.rank == 0 or fact.kind == "summary lines"]
        return [*found, *(fact for piece in self.pieces for fact in piece.unlike()[:_MAX_UNLIKE])]

    def failures(self, ambient: int = 0) -> set[int]:
        """Return the lines that tell of failures with the lines beside them, and what counts them: every run shows them.

        The first `ambient` lines are of no run (see `ToolOutput.ambient`).
        """
        from headroom_mcp.facts import find

        lines: set[int] = set()
        for found in (self.searched, *(piece.facts() for piece in self.pieces)):
            failing = [fact for fact in found if fact.rank == 0]
            for fact in failing:
                lines.update(range(max(0, fact.start - _LINES_BEFORE), fact.stop + _LINES_AFTER))
            lines.update(fact.line for fact in found if failing and fact.kind == "summary lines")
        for piece in self.pieces:
            if piece.kind not in _QUOTING:
                lines.update(piece.start + line for line in find.failures(piece.output.lines))
        return {line for line in lines if line >= ambient} if ambient else lines
