"""The problems that linters and type checkers state, each read with its rule, its place and the lines that belong to it."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.text import failure_words
from headroom_mcp.text import lines as text

_MAX_LINE_CHARS = 300
_MAX_NOTES = 4  # of one problem
_MAX_GOES_ON = 6  # lines that go on with a message
_MAX_LABELS = 8  # lines above the one that names the place
# src/a.py:12:5: E501 Line too long | a.py:3: error: Name "x" is not defined  [name-defined] | a.ts(3,4): error TS2304: …
_PLACED = late.pattern(
    r"^(?P<file>(?:[A-Za-z]:)?[^\s:()][^:()\n]{0,240}?)(?::(?P<line>\d+)(?::\d+)?(?:-\d+(?::\d+)?)?:?|\((?P<tsline>\d+),\d+\):)\s+(?:-\s+)?(?P<text>\S.*)$"
)
#   12:5  error  'x' is defined but never used  no-unused-vars         (eslint, stylish; the file stands above)
#   12:5  F821 Undefined name                                         (ruff, grouped)
_STYLISH = late.pattern(
    r"^\s+(?P<line>\d+):\d+:?\s+(?P<text>(?:error|warning|✖|⚠|info|style|[A-Z]{1,6}\d{2,5}|[a-z]+-[\w-]+:)\s.*)"
)
_STYLISH_FILE = late.pattern(r"^(?:/|\.{0,2}/?[\w@-]+/|\w:\\)?[^\s:][^:\n]*\.\w{1,5}:?$")
#   /src/a.py:3:5 - error: …  (pyright)   ::error file=a.py,line=3::a.py:3:5: F821 …  (GitHub's annotations)
_LEAD = late.pattern(r"^(?:\s{2,4}(?=\S+:\d+:\d+ - )|::(?:error|warning|notice)\b.*?::)")
# In a.sh line 3:  …  ^-- SC2086 (info): Double quote …               (shellcheck)
_SHELL_PLACE = late.pattern(r"^In (?P<file>\S+) line (?P<line>\d+):$")
_SHELL_SAID = late.pattern(r"^\s*\^-*\^? (?:-- )?(?P<text>SC\d+ \(\w+\): .*)$|^\s*\^-- (?P<short>SC\d+ \(\w+\): .*)$")
#   --> src/a.py:12:5                     (ruff, rustc, biome: the place stands below the message)
_ARROW = late.pattern(r"^\s*(?:-->|╭─\[|┌─)\s*(?P<file>[^\s:]+):(?P<line>\d+)(?::\d+)?\]?\s*$")
#    Location: src/a.py:12:8    File: /main.tf:1-10      (bandit, checkov: the place stands in a block below the message)
_LOCATED = late.pattern(
    r"^\s+(?:Location|File|Path|Where): (?P<file>[^\s:][^:\n]{0,240}):(?P<line>\d+)(?:[:-]\d+)*\s*$"
)
_LABEL = late.pattern(r"^\W{0,3}[A-Z]\w+: +")
_WEIGHT = late.pattern(r"^\s+(?:Severity|Level|Priority|Impact): ?\S", re.IGNORECASE)
_FRAME = late.pattern(r"^\s*(?:\d+\s*)?[|│]|^\s*(?:help|note|hint|=)\b[: ]|^\s*\^+|^\s*\d+ [-+|] ")
#   Property 'links' is missing in type 'Rope' but required in type 'Chain'.
_GOES_ON = late.pattern(r"^(?: {2,}|\t)(?![\w ]{1,24}: )['\"`(]?[A-Z][\w']* [^|]*\w")
_RULE = late.pattern(r"\S+: \S|[A-Z]{1,3}\d{2,5} ")  # what a line above a place begins with that names a rule
_NOTE = late.pattern(r"^(?:note|help): ")
_CODE_LINE = late.pattern(r"^\d+ ")
_TILDES = late.pattern(r"^\s*[~^][~^\s]*$")
# E501 · C0114: · error[E0308] · TS2304 · SC2086 · [name-defined] · (no-unused-vars) · Style/Foo: · reportMissingImports
_CODE = late.pattern(
    r"^(?:error|warning|note|info|refactor|convention|fatal)?[:\s]*(?P<head>[A-Z]{1,6}\d{2,5}|[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*\d+|[CWEFIR]: (?:\[Correctable\] )?[A-Z]\w+/\w+|[A-Z]\w+/\w+)\b|^\[(?P<bracket>[A-Z]{1,6}\d{2,5}(?::\w+)?|[a-z]+-[a-z-]+)\]"
    r"|\berror\[(?P<rust>[A-Z]\d+)\]|\b(?P<ts>TS\d{3,5})\b|\[(?P<tail>[A-Za-z][\w\-/@.,]+)\]\s*$|\((?P<paren>[a-z][\w\-/@]{2,40})\)\s*$|(?<!\s)\s{2,}(?P<rule>@?[a-z][\w\-/@]+)\s*$"
)
_SERIOUS = late.pattern(r"\berror\b|^F\d|^E9|^E0", re.IGNORECASE)


class Problem(NamedTuple):
    """One problem: its lines `start` … `stop - 1`, where it is, its rule and what it says."""

    start: int
    stop: int
    place: str
    line: str
    code: str
    message: str


def problems(lines: Sequence[str]) -> list[Problem]:
    """Return the problems that `lines` state, in order, with the code frames and notes that belong to them."""
    found: list[Problem] = []
    file = shell_line = ""
    index = 0
    while index < len(lines):
        line = lines[index][:600]
        arrow = _ARROW.match(lines[index + 1][:300]) if index + 1 < len(lines) and line.strip() else None
        placed = _PLACED.match(_LEAD.sub("", line, count=1))
        stop = index + 1
        if arrow and not line[:1].isspace():
            stop = _frame_end(lines, index + 2)
            found.append(_problem(index, stop, arrow["file"], arrow["line"], line.strip()))
        elif placed:
            stop = _frame_end(lines, index + 1)
            if found and found[-1].stop == index and _NOTE.match(placed["text"]) and not _split(placed["text"])[0]:
                found[-1] = found[-1]._replace(stop=stop)  # a note on the problem above
            else:
                place = placed["line"] or placed["tsline"]
                rule = _headline(lines, index, found)
                start, said = (index - 1, f"{rule} {placed['text']}") if rule else (index, placed["text"])
                found.append(_problem(start, stop, placed["file"], place, said))
        elif located := _LOCATED.match(line):
            start = _head_of_block(lines, index, found[-1].stop if found else 0)
            stop = _paragraph_end(lines, index + 1, _LABEL.match(lines[start][:600]))
            if start < index:
                found.append(_problem(start, stop, located["file"], located["line"], _of_block(lines, start, index)))
        elif file and (said := _STYLISH.match(line)):
            found.append(_problem(index, stop, file, said["line"], said["text"]))
        elif shell_line and (said := _SHELL_SAID.match(line)):
            found.append(_problem(index, stop, file, shell_line, said["text"] or said["short"]))
        elif head := _SHELL_PLACE.match(line):
            file, shell_line = head["file"], head["line"]
        elif names_a_file(line):
            file = line.strip().rstrip(":")
        index = stop
    return found


def _head_of_block(lines: Sequence[str], place: int, first: int) -> int:
    """Return the line at the head of the block of labels that names its `place`, at `first` or below; `place` where no line
    stands at a margin of its own above it."""
    indent = _indent(lines[place])
    for at in range(place - 1, max(first, place - _MAX_LABELS) - 1, -1):
        if not lines[at].strip():
            break
        if _indent(lines[at]) < indent:
            return at
    return place


def _of_block(lines: Sequence[str], start: int, place: int) -> str:
    """Return what the head of a block says, and how grave it is, or what failed, where a line of labels tells."""
    said = _LABEL.sub("", lines[start][:600], count=1).strip()
    weight = next((" ".join(line.split()) for line in lines[start + 1 : place] if _is_said(line)), "")
    return f"{said} ({weight})" if weight else said


def _is_said(line: str) -> bool:
    """Tell whether a line of labels says how grave a problem is, or what it was that failed."""
    return _WEIGHT.match(line) is not None or (line[:1].isspace() and failure_words.is_strong(line[:_MAX_LINE_CHARS]))


def _paragraph_end(lines: Sequence[str], index: int, head: re.Match[str] | None) -> int:
    """Return the line after what stands at `index` and below it, up to a blank one, a rule or the `head` of another block."""
    label = head.group() if head else "\n"
    while index < len(lines) and lines[index].strip().strip("-=_*") and not lines[index].startswith(label):
        index += 1
    return index


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _headline(lines: Sequence[str], index: int, found: Sequence[Problem]) -> str:
    """Return the line above a place where it alone stands between a blank line and the place: the rule, and what it says;
    else ""."""
    above = lines[index - 1][:600] if index else ""
    alone = index < 2 or not lines[index - 2].strip()
    free = not found or found[-1].stop < index
    return above.strip() if alone and free and _RULE.match(above) else ""


def _problem(start: int, stop: int, file: str, line: str, said: str) -> Problem:
    code, message = _split(said)
    return Problem(start, stop, file, line, code, message)


def whole(lines: Sequence[str], problem: Problem) -> str:
    """Return a problem's own lines with its notes, without its code frame."""
    head = text.clip_middle(lines[problem.start].strip(), _MAX_LINE_CHARS)
    below = lines[problem.start + 1 : problem.stop]
    weights = [line.strip() for line in below if _is_said(line)] if any(map(_LOCATED.match, below)) else []
    notes = [
        text.clip_middle(line, _MAX_LINE_CHARS)
        for line in below
        if _NOTE.match(line.lstrip(" ="))
        or _GOES_ON.match(line)
        or ((placed := _PLACED.match(line)) and _NOTE.match(placed["text"]))
    ][:_MAX_NOTES]
    if below and _ARROW.match(below[0][:300]):
        head = f"{head}\n  --> {problem.place}:{problem.line}"
    elif problem.place not in head:
        if below and below[0].startswith(f"{problem.place}:{problem.line}"):
            head = f"{head}\n{text.clip_middle(below[0], _MAX_LINE_CHARS)}"
        else:
            head = f"{problem.place}:{problem.line} {head}"
    return "\n".join([head, *weights, *notes])


def _split(said: str) -> tuple[str, str]:
    """Return the rule and the message of what a linter says."""
    match = _CODE.search(said[:400])
    if match is None:
        return "", said
    code = next(group for group in match.groups() if group)
    if match["head"]:
        message = said[match.end("head") :].lstrip(": ")
    elif match["bracket"]:
        message = said[match.end() :].lstrip(": ")
    elif match["tail"] or match["paren"] or match["rule"]:
        message = said[: match.start()].rstrip()
    else:
        message = said
    return code, " ".join(message.split()) or said


def is_serious(problem: Problem) -> bool:
    """Tell whether a problem is an error, by its rule or its first words."""
    return bool(_SERIOUS.search(problem.message[:40]) or _SERIOUS.search(problem.code))


def _frame_end(lines: Sequence[str], index: int) -> int:
    """Return the line after a code frame that begins at `index`, with the blank line that closes it."""
    below = [line[:400] for line in lines[index : index + 3]]
    if len(below) == 3 and not below[0].strip() and _CODE_LINE.match(below[1]) and _TILDES.match(below[2]):
        index += 3  # tsc's: a blank line, the code, what is meant, blank lines
        while index < len(lines) and not lines[index].strip():
            index += 1
        return index
    if index + 1 < len(lines) and lines[index].strip() and _TILDES.match(lines[index + 1][:400]):
        return index + 2  # the code and a line of carets below it
    start = index
    while index < len(lines) and (
        _FRAME.match(lines[index][:200]) or (lines[index].startswith("    ") and index > start)
    ):
        index += 1
    if index > start and index < len(lines) and not lines[index].strip():
        index += 1
    while index == start or index - start < _MAX_GOES_ON:
        if index >= len(lines) or not _goes_on(lines[index][:600]):
            break
        index += 1
    return index


def _goes_on(line: str) -> bool:
    """Tell whether an indented `line` goes on with the message above it: no problem of its own, no place."""
    return _GOES_ON.match(line) is not None and not (_STYLISH.match(line) or _LEAD.match(line) or _LOCATED.match(line))


def names_a_file(line: str) -> bool:
    """Tell whether `line` names the file that the problems below it are in, and says nothing else."""
    return _STYLISH_FILE.match(line[:300]) is not None


def names_a_place(line: str) -> bool:
    """Tell whether `line` says no more than where the problems below it are."""
    return names_a_file(line) or _SHELL_PLACE.match(line[:300]) is not None
