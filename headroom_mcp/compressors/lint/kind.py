"""Linters and type checkers: one problem a line, or one with its code frame.

Ruff, flake8, pylint, mypy, pyright, eslint, tsc, shellcheck, golangci-lint, rubocop, phpstan and their like. Rules that
fire once or twice are shown in full, errors before style; the others once with their count and their places by file:

    ×120 E501 Line too long (96 > 88): a.py:3,9,22 b.py:14
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from headroom_mcp import late
from headroom_mcp.facts import find as facts_module
from headroom_mcp.late import NamedTuple
from headroom_mcp.query import clauses
from headroom_mcp.text import lines as text
from headroom_mcp.text import marker, templates, tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_MIN_PROBLEMS = 6
_SMALL_TOKENS = 900  # below, every problem is told
_RARE = 2
_FEW = 8  # problems of a serious rule, or of one that the question is about: each has a message of its own
_ASKED_RULES = 6
_ASKED_OF_A_RULE = 2  # problems of one rule that the question is about, in full: the others stand with the rule
_MAX_LINE_CHARS = 300
_MESSAGE_CHARS = 100
_SHORT = 12  # lines around the problems that are shown as they are
_LONG = 40  # lines between two problems that are no frame of the first
_LAST_LINES = 5
_MAX_BETWEEN = 40
_MAX_UNSAID = 60  # rules of which only the number is said
_MIN_FOLDER_CHARS = 12
_MAX_NOTES = 4  # of one problem

_WORD = late.pattern(r"\w+")
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
_FRAME = late.pattern(r"^\s*(?:\d+\s*)?[|│]|^\s*(?:help|note|hint|=)\b[: ]|^\s*\^+|^\s*\d+ [-+|] ")
_RULE = late.pattern(r"\S+: \S|[A-Z]{1,3}\d{2,5} ")  # what a line above a place begins with that names a rule
_NOTE = late.pattern(r"^(?:note|help): ")
_CODE_LINE = late.pattern(r"^\d+ ")
_TILDES = late.pattern(r"^\s*[~^][~^\s]*$")
# E501 · C0114: · error[E0308] · TS2304 · SC2086 · [name-defined] · (no-unused-vars) · Style/Foo: · reportMissingImports
_CODE = late.pattern(
    r"^(?:error|warning|note|info|refactor|convention|fatal)?[:\s]*(?P<head>[A-Z]{1,6}\d{2,5}|[CWEFIR]: (?:\[Correctable\] )?[A-Z]\w+/\w+|[A-Z]\w+/\w+)\b|^\[(?P<bracket>[A-Z]{1,6}\d{2,5}|[a-z]+-[a-z-]+)\]"
    r"|\berror\[(?P<rust>[A-Z]\d+)\]|\b(?P<ts>TS\d{3,5})\b|\[(?P<tail>[A-Za-z][\w\-/@.,]+)\]\s*$|\((?P<paren>[a-z][\w\-/@]{2,40})\)\s*$|(?<!\s)\s{2,}(?P<rule>@?[a-z][\w\-/@]+)\s*$"
)
_NUMBERED = late.pattern(r"[A-Z]{1,6}\d{2,5}")
_SERIOUS = late.pattern(r"\berror\b|^F\d|^E9|^E0", re.IGNORECASE)


class Problem(NamedTuple):
    """One problem: its lines `start` … `stop - 1`, where it is, its rule and what it says."""

    start: int
    stop: int
    place: str
    line: str
    code: str
    message: str


def score(output: ToolOutput) -> float:
    """Return the share of sampled lines that state a problem, or are the frame of one."""
    lines = [line for line in output.lines[:400] if line.strip()]
    if len(lines) < 3:
        return 0.0
    found = problems(lines)
    coded = sum(1 for problem in found if problem.code)
    if len(found) < 2 or coded * 2 < len(found):
        return 0.0
    covered = sum(problem.stop - problem.start for problem in found)
    return round(min(0.92, 0.95 * covered / len(lines)), 3)


def facts(output: ToolOutput) -> list[Fact]:
    """Return serious problems, the tool's own failures and the counts; `compress` chooses among problems by rule."""
    lines = output.lines
    stated = problems(lines)
    covered = {i for problem in stated for i in range(problem.start, problem.stop)}
    serious = (problem for problem in stated if _serious(problem))
    found = [Fact(problem.start, 0, "problems", problem.start, problem.stop) for problem in serious]
    found += _around_problems(lines, covered)
    return found


def _around_problems(lines: Sequence[str], covered: Collection[int]) -> list[Fact]:
    found = [Fact(i, 0, "failures", i, i + 1) for i in facts_module.failures(lines)[:200] if i not in covered]
    found.extend(Fact(i, 1, "summary lines", i, i + 1) for i in facts_module.summaries(lines)[:12] if i not in covered)
    return found


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show rare problems in full, then the others by rule and place, as far as the budget goes."""
    lines = output.lines
    found = problems(lines)
    if len(found) < _MIN_PROBLEMS:
        return None
    if output.tokens < _SMALL_TOKENS:
        budget = output.tokens
    digest = _digest(lines, found, output.query, budget)
    covered = {i for problem in found for i in range(problem.start, problem.stop)}
    telling = {fact.line for fact in _around_problems(lines, covered)[:_MAX_BETWEEN]}
    first, last = found[0].start, found[-1].stop
    parts = _head(lines, first)
    parts.append(Part(first, found[0].stop, "render", digest, note="by rule"))
    position = found[0].stop
    words = frozenset(_WORD.findall(digest))
    for problem in found[1:]:
        parts.extend(_between(lines, position, problem.start, telling))
        told = problem.line in words and words.issuperset(_WORD.findall(problem.place.rpartition("/")[2]))
        parts.append(Part(problem.start, problem.stop, "render", note="by rule", elsewhere=told))
        position = problem.stop
    return Compressed([*parts, *_tail(lines, last)])


def _head(lines: Sequence[str], stop: int) -> list[Part]:
    """Return parts for what a linter says before its first problem: file names go, a longer text is left out."""
    if not stop:
        return []
    said = [line for line in lines[:stop] if line.strip()]
    if all(_STYLISH_FILE.match(line[:300]) or _SHELL_PLACE.match(line[:300]) for line in said[-2:]) and len(said) <= 2:
        return [Part(0, stop, "render", note="named below", elsewhere=True)]
    return [Part(0, stop, "keep" if len(said) <= _SHORT else "omit")]


def _between(lines: Sequence[str], start: int, stop: int, telling: set[int]) -> list[Part]:
    """Return parts for what stands between two problems: names of files and frames of code go, what tells stays."""
    if start == stop:
        return []
    if stop - start > _LONG:
        return [Part(start, stop, "omit")]
    parts: list[Part] = []
    for index in range(start, stop):
        if index in telling and not _STYLISH_FILE.match(lines[index][:300]):
            parts.append(Part(index, index + 1, "keep"))
        elif parts and parts[-1].action == "render":
            parts[-1] = parts[-1]._replace(stop=index + 1)
        else:
            parts.append(Part(index, index + 1, "render", note="around problems"))
    return parts


def _tail(lines: Sequence[str], start: int) -> list[Part]:
    """Return parts for what a linter says after its last problem: all of it where it is short, else its last lines."""
    if start == len(lines):
        return []
    if sum(1 for line in lines[start:] if line.strip()) <= _SHORT:
        return [Part(start, len(lines), "keep")]
    end = max(start, len(lines) - _LAST_LINES)
    return [Part(start, end, "omit"), Part(end, len(lines), "keep")]


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
        elif file and (said := _STYLISH.match(line)):
            found.append(_problem(index, stop, file, said["line"], said["text"]))
        elif shell_line and (said := _SHELL_SAID.match(line)):
            found.append(_problem(index, stop, file, shell_line, said["text"] or said["short"]))
        elif head := _SHELL_PLACE.match(line):
            file, shell_line = head["file"], head["line"]
        elif _STYLISH_FILE.match(line[:300]):
            file = line.strip().rstrip(":")
        index = stop
    return found


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


def _digest(lines: Sequence[str], found: Sequence[Problem], query: str, budget: int) -> str:
    asked = facts_module.matches(query, lines)
    by_rule: dict[str, list[Problem]] = {}
    forms = templates.masked([problem.message for problem in found])
    for problem, form in zip(found, forms, strict=True):
        by_rule.setdefault(problem.code or form, []).append(problem)
    rules = sorted(
        by_rule.values(), key=lambda group: (len(group) > _RARE, not _serious(group[0]), len(group), group[0].start)
    )
    base = _common_folder([problem.place for problem in found])
    below = f" below {base}" if base else ""
    out: list[str] = []
    room = budget
    wanted = set(asked[:10])
    times: dict[str, int] = {}
    for problem in [p for p in found if wanted.intersection(range(p.start, p.stop))]:
        times[problem.code] = times.get(problem.code, 0) + 1
        if times[problem.code] <= _ASKED_OF_A_RULE:
            room -= _add(out, _whole(lines, problem))
    in_full, left, room = _told_one_by_one(lines, _by_claim(rules, query), room, out)
    left = [[problem._replace(place=problem.place[len(base) :]) for problem in group] for group in left]
    room = max(room, budget // 3)
    share = max(40, room // max(1, len(left)))
    unsaid: list[list[Problem]] = []
    for number, group in enumerate(left):
        if room <= 0:
            unsaid = left[number:]
            break
        fair = max(share, room // max(1, len(left) - number))
        entry = _by_message(group)
        room -= _add(out, entry if tokens.estimate(entry) <= 2 * fair else _by_place(group, fair))
    if unsaid:
        out.append(marker.times((group[0].code or "other", len(group)) for group in unsaid[:_MAX_UNSAID]))
        more = unsaid[_MAX_UNSAID:]
        if more:
            problems_left = marker.counted(sum(map(len, more)), "problem")
            out.append(f"[… {problems_left} of {marker.counted(len(more), 'more rule')}]")
    rare_left = any(len(group) <= _RARE for group in left)
    how = "by place" if not in_full else f"{in_full:,} rules in full" if rare_left else "rare rules in full"
    others = ", the others by place" if in_full and left else ""
    rules_said = marker.counted(len(by_rule), "rule")
    return "\n".join([f"[{marker.counted(len(found), 'problem')} of {rules_said}; {how}{others}{below}]", *out])


def _by_claim(rules: Sequence[list[Problem]], query: str) -> list[tuple[list[Problem], int]]:
    """Return the rules, best first, each with how many of its problems may be told one by one: those the question is about,
    then serious ones among others that are not, then the rare."""
    asked: set[int] = set()
    if query:
        texts = [" ".join([group[0].code, *(problem.message for problem in group[:_FEW])]) for group in rules]
        asked = {passage.place for passage in clauses.deal(clauses.rank(query, texts), _ASKED_RULES, near=0.5)}
    ranked = [(place not in asked, not _serious(group[0]), place, group) for place, group in enumerate(rules)]
    ranked.sort(key=lambda claim: claim[:3])
    return [
        (group, _FEW if (not unasked or not minor) and _differ(group) else _RARE) for unasked, minor, _, group in ranked
    ]


def _differ(group: Sequence[Problem]) -> bool:
    """Tell whether most problems of a rule say something of their own."""
    return 2 * len({problem.message for problem in group[:_FEW]}) > min(len(group), _FEW)


def _told_one_by_one(
    lines: Sequence[str], claims: Sequence[tuple[list[Problem], int]], room: int, out: list[str]
) -> tuple[int, list[list[Problem]], int]:
    """Add the problems of rules to `out` while there is room; return how many rules were, the others, and what room is left.

    A rare rule is begun wherever there is room; one of more problems must leave half of it to the others."""
    told = 0
    left: list[list[Problem]] = []
    for group, few in claims:
        said = [_whole(lines, problem) for problem in group] if len(group) <= few and room > 0 else []
        if not said or (len(group) > _RARE and sum(map(tokens.estimate, said)) > room // 2):
            left.append(group)
            continue
        told += 1
        for entry in said:
            room -= _add(out, entry)
    return told, left, room


def _common_folder(places: Sequence[str]) -> str:
    """Return the folder, with its last "/", that all of the absolute `places` lie in; "" where it is not worth saying."""
    low, high = min(places), max(places)
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    folder = low[: low.rfind("/", 0, same) + 1]
    return folder if folder.startswith("/") and len(folder) > _MIN_FOLDER_CHARS else ""


def _whole(lines: Sequence[str], problem: Problem) -> str:
    """Return a problem's own lines with its notes, without its code frame."""
    head = text.clip_middle(lines[problem.start].strip(), _MAX_LINE_CHARS)
    notes = [
        text.clip_middle(line, _MAX_LINE_CHARS)
        for line in lines[problem.start + 1 : problem.stop]
        if _NOTE.match(line.lstrip(" =")) or ((placed := _PLACED.match(line)) and _NOTE.match(placed["text"]))
    ][:_MAX_NOTES]
    if problem.stop > problem.start + 1 and _ARROW.match(lines[problem.start + 1][:300]):
        head = f"{head}\n  --> {problem.place}:{problem.line}"
    elif problem.place not in head:
        below = lines[problem.start + 1] if problem.stop > problem.start + 1 else ""
        if below.startswith(f"{problem.place}:{problem.line}"):
            head = f"{head}\n{text.clip_middle(below, _MAX_LINE_CHARS)}"
        else:
            head = f"{problem.place}:{problem.line} {head}"
    return "\n".join([head, *notes])


def _by_message(group: Sequence[Problem]) -> str:
    """Return a rule with every message it gives and all the places of each: nothing but columns is left out."""
    messages: dict[str, dict[str, list[str]]] = {}
    for problem in group:
        messages.setdefault(problem.message, {}).setdefault(problem.place, []).append(problem.line)
    said = [
        f"{message}: {' '.join(f'{file}:' + ','.join(places) for file, places in by_file.items())}"
        for message, by_file in messages.items()
    ]
    return f"{_times(group)} " + "\n  ".join(said)


def _times(group: Sequence[Problem]) -> str:
    """Return how often a rule fires, and its code where the linter writes it: before the message, or elsewhere."""
    code = group[0].code
    if not code:
        return f"×{len(group):,}"
    return f"×{len(group):,} {code}" if _NUMBERED.fullmatch(code) else f"{code} ×{len(group):,}"


def _by_place(group: Sequence[Problem], room: int) -> str:
    """Return a rule once, with its count and as many of its places as `room` tokens hold."""
    first = group[0]
    message = text.clip_middle(first.message, _MESSAGE_CHARS)
    head = f"{_times(group)} {message}:"
    room -= tokens.estimate(head)
    by_file: dict[str, list[str]] = {}
    for problem in group:
        by_file.setdefault(problem.place, []).append(problem.line)
    said: list[str] = []
    told = 0
    for file, places in by_file.items():
        entry = f"{file}:{','.join(places)}"
        cost = tokens.estimate(entry)
        if cost > room and said:
            break
        if cost > room:
            places = places[: max(1, room // 2)]
            entry = f"{file}:{','.join(places)}"
        room -= tokens.estimate(entry)
        told += len(places)
        said.append(entry)
    rest = len(group) - told
    if not rest:
        return f"{head} {' '.join(said)}"
    whole = sum(len(places) for places in list(by_file.values())[: len(said)])
    files = len(by_file) - len(said) + (whole > told)  # of the last file said, some places may be left
    return f"{head} {' '.join(said)} [… {rest:,} more in {marker.counted(files, 'file')}]"


def _add(out: list[str], entry: str) -> int:
    if entry in out:
        return 0
    out.append(entry)
    return tokens.estimate(entry) + 1


def _split(said: str) -> tuple[str, str]:
    """Return the rule and the message of what a linter says."""
    match = _CODE.search(said[:400])
    if match is None:
        return "", said
    code = next(group for group in match.groups() if group)
    if match["head"]:
        message = said[match.end("head") :].lstrip(": ")
    elif match["tail"] or match["paren"] or match["rule"]:
        message = said[: match.start()].rstrip()
    else:
        message = said
    return code, " ".join(message.split()) or said


def _serious(problem: Problem) -> bool:
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
    return index
