"""The lines that speak of a place which a question names by its number: "what is wrong at line 70 of design.rst?"

docs/design.rst:70:21: …   |   70:21  error …   |   File "a.py", line 70   |   a.ts(70,3): …   |   line 70, column 3
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import re
from headroom_mcp.query import clauses

# at line 70 · lines 70 and 82 · row 12 has no "70:21" in what it says
_NUMBERED = late.pattern(
    r"\blines? (?:no\.? ?|number )?(\d{1,6})\b(?:(?:,| and| or|-| to) ?(\d{1,6})\b)?", re.IGNORECASE
)
_FILE = late.pattern(r"(?<![\w\-./])[\w\-/][\w\-./]{0,120}\.[A-Za-z]\w{0,9}")
_MAX = 24  # lines that say something of the place: more is a listing of it


def of(question: str, lines: Sequence[str]) -> list[int]:
    """Return the `lines` that speak of a line by the number that `question` gives it, in the file that it names where one does;
    none where it names none, or where too many do."""
    asked = [number for match in _NUMBERED.finditer(question) for number in match.groups() if number]
    if not asked:
        return []
    names = _FILE.findall(question)
    of_each: list[list[int]] = []
    for number in dict.fromkeys(asked):
        place = re.compile(
            rf"(?:^\W{{0,12}}|[\w)\]]:|\(){number}[:,]\d|[\w)\]]:{number}(?!\d)|\bline {number}(?!\d)", re.IGNORECASE
        )
        found = [at for at, line in enumerate(lines) if number in line and place.search(line)]
        if names and (of_file := [at for at in found if any(name in lines[at] for name in names)]):
            found = of_file
        if len(found) > _MAX:
            return []
        of_each.append(found)
    return clauses.in_turn(of_each)
