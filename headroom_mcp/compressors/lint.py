"""Linters and type checkers: one problem a line, or one with its code frame.

Ruff, flake8, pylint, mypy, pyright, eslint, tsc, shellcheck, golangci-lint, rubocop, phpstan and their like. Rules that
fire once or twice are shown in full, errors before style; the others once with their count and their places by file:

    E501 ×120 Line too long (96 > 88): a.py:3,9,22 b.py:14
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from headroom_mcp import facts as facts_module
from headroom_mcp import templates, text, tokens
from headroom_mcp.output import ToolOutput
from headroom_mcp.types import Action, Compressed, Fact, Part

KIND = "lint"

_MIN_PROBLEMS = 6
_RARE = 2
_MAX_LINE_CHARS = 300
_MESSAGE_CHARS = 100

# src/a.py:12:5: E501 Line too long | a.py:3: error: Name "x" is not defined  [name-defined] | a.ts(3,4): error TS2304: …
_PLACED = re.compile(
    r"^(?P<file>(?:[A-Za-z]:)?[^\s:()][^:()\n]{0,240}?)(?::(?P<line>\d+)(?::\d+)?(?:-\d+(?::\d+)?)?:?|\((?P<tsline>\d+),\d+\):)\s+(?:-\s+)?(?P<text>\S.*)$"
)
#   12:5  error  'x' is defined but never used  no-unused-vars         (eslint, stylish; the file stands above)
_STYLISH = re.compile(r"^\s+(?P<line>\d+):\d+\s+(?P<text>(?:error|warning|✖|⚠|info|style)\s+.*)$")
_STYLISH_FILE = re.compile(r"^(?:/|\.{0,2}/?[\w@-]+/|\w:\\)?[^\s:][^:\n]*\.\w{1,5}$")
#   --> src/a.py:12:5                     (ruff, rustc, biome: the place stands below the message)
_ARROW = re.compile(r"^\s*(?:-->|╭─\[|┌─)\s*(?P<file>[^\s:]+):(?P<line>\d+)(?::\d+)?\]?\s*$")
_FRAME = re.compile(r"^\s*(?:\d+\s*)?[|│]|^\s*(?:help|note|hint|=)\b[: ]|^\s*\^+|^\s*\d+ [-+|] ")
# E501 · C0114: · error[E0308] · TS2304 · SC2086 · [name-defined] · (no-unused-vars) · Style/Foo: · reportMissingImports
_CODE = re.compile(
    r"^(?:error|warning|note|info|refactor|convention|fatal)?[:\s]*(?P<head>[A-Z]{1,6}\d{2,5}|[CWEFIR]: [A-Z]\w+/\w+|[A-Z]\w+/\w+)\b"
    r"|\berror\[(?P<rust>[A-Z]\d+)\]|\b(?P<ts>TS\d{3,5})\b|\[(?P<tail>[a-z][\w\-/@]+)\]\s*$|\((?P<paren>[a-z][\w\-/@]{2,40})\)\s*$|\s{2,}(?P<rule>@?[a-z][\w\-/@]+)\s*$"
)
_SERIOUS = re.compile(r"\berror\b|^F\d|^E9|^E0", re.IGNORECASE)


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
    """Return the counts and the tool's own failures; the problems are chosen by rule, in `compress`."""
    lines = output.lines
    covered = {i for problem in problems(lines) for i in range(problem.start, problem.stop)}
    found = [Fact(i, 0, "failures", i, i + 1) for i in facts_module.failures(lines)[:200] if i not in covered]
    found.extend(Fact(i, 1, "summary lines", i, i + 1) for i in facts_module.summaries(lines)[:12] if i not in covered)
    return found


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show rare problems in full, then the others by rule and place, as far as the budget goes."""
    lines = output.lines
    found = problems(lines)
    if len(found) < _MIN_PROBLEMS:
        return None
    digest = _digest(lines, found, facts_module.matches(output.query, lines), budget)
    parts: list[Part] = []
    position = 0
    for problem in found:
        if problem.start > position:
            parts.append(Part(position, problem.start, _action(lines, position, problem.start)))
        body = digest if not any(part.text == digest for part in parts[:2]) else ""
        parts.append(Part(problem.start, problem.stop, "render", body, note="by rule"))
        position = problem.stop
    if position < len(lines):
        parts.append(Part(position, len(lines), _action(lines, position, len(lines))))
    return Compressed(parts)


def problems(lines: Sequence[str]) -> list[Problem]:
    """Return the problems that `lines` state, in order, with the code frames that belong to them."""
    found: list[Problem] = []
    file = ""
    index = 0
    while index < len(lines):
        line = lines[index]
        placed = _PLACED.match(line[:600])
        stylish = None if placed else _STYLISH.match(line[:600])
        arrow = _ARROW.match(lines[index + 1][:300]) if index + 1 < len(lines) and line.strip() else None
        if arrow and not line[:1].isspace():
            stop = _frame_end(lines, index + 2)
            code, message = _split(line.strip())
            found.append(Problem(index, stop, arrow["file"], arrow["line"], code, message))
            index = stop
        elif placed:
            stop = _frame_end(lines, index + 1)
            code, message = _split(placed["text"])
            found.append(Problem(index, stop, placed["file"], placed["line"] or placed["tsline"], code, message))
            index = stop
        elif stylish and file:
            code, message = _split(stylish["text"])
            found.append(Problem(index, index + 1, file, stylish["line"], code, message))
            index += 1
        else:
            if _STYLISH_FILE.match(line[:300]):
                file = line.strip()
            index += 1
    return found


def _digest(lines: Sequence[str], found: Sequence[Problem], asked: Sequence[int], budget: int) -> str:
    by_rule: dict[str, list[Problem]] = {}
    forms = templates.masked([problem.message for problem in found])
    for problem, form in zip(found, forms, strict=True):
        by_rule.setdefault(problem.code or form, []).append(problem)
    rules = sorted(
        by_rule.values(), key=lambda group: (len(group) > _RARE, not _serious(group[0]), len(group), group[0].start)
    )
    out = [f"[{len(found):,} problems of {len(by_rule):,} rules; rare rules in full, the others by place]"]
    room = budget
    wanted = set(asked[:10])
    for problem in [p for p in found if wanted.intersection(range(p.start, p.stop))][:10]:
        room -= _add(out, _whole(lines, problem))
    left: list[list[Problem]] = []
    for group in rules:
        if len(group) <= _RARE and room > 0:
            for problem in group:
                room -= _add(out, _whole(lines, problem))
        else:
            left.append(group)
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
        out.append(", ".join(f"{group[0].code or 'other'} ×{len(group):,}" for group in unsaid[:60]))
        if len(unsaid) > 60:
            out.append(f"[… {sum(map(len, unsaid[60:])):,} problems of {len(unsaid) - 60:,} more rules]")
    return "\n".join(out)


def _whole(lines: Sequence[str], problem: Problem) -> str:
    """Return a problem's own lines, without its code frame."""
    head = text.clip_middle(lines[problem.start].strip(), _MAX_LINE_CHARS)
    if problem.stop > problem.start + 1 and _ARROW.match(lines[problem.start + 1][:300]):
        return f"{head}\n  --> {problem.place}:{problem.line}"
    return head if problem.place in head else f"{problem.place}:{problem.line} {head}"


def _by_message(group: Sequence[Problem]) -> str:
    """Return a rule with every message it gives and all the places of each: nothing but columns is left out."""
    messages: dict[str, dict[str, list[str]]] = {}
    for problem in group:
        messages.setdefault(problem.message, {}).setdefault(problem.place, []).append(problem.line)
    said = [
        f"{message}: {' '.join(f'{file}:' + ','.join(places) for file, places in by_file.items())}"
        for message, by_file in messages.items()
    ]
    return f"{group[0].code} ×{len(group):,} " + "\n  ".join(said)


def _by_place(group: Sequence[Problem], room: int) -> str:
    """Return a rule once, with its count and as many of its places as `room` tokens hold."""
    first = group[0]
    message = text.clip_middle(first.message, _MESSAGE_CHARS)
    head = f"{first.code} ×{len(group):,} {message}:" if first.code else f"×{len(group):,} {message}:"
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
    return f"{head} {' '.join(said)}" + (f" [… {rest:,} more in {len(by_file):,} files]" if rest else "")


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
    message = said[match.end("head") :].lstrip(": ") if match["head"] else said
    return code, message or said


def _serious(problem: Problem) -> bool:
    return bool(_SERIOUS.search(problem.message[:40]) or _SERIOUS.search(problem.code))


def _frame_end(lines: Sequence[str], index: int) -> int:
    """Return the line after a code frame that begins at `index`, with the blank line that closes it."""
    start = index
    while index < len(lines) and (
        _FRAME.match(lines[index][:200]) or (lines[index].startswith("    ") and index > start)
    ):
        index += 1
    if index > start and index < len(lines) and not lines[index].strip():
        index += 1
    return index


def _action(lines: Sequence[str], start: int, stop: int) -> Action:
    """Blank lines and few others are shown; long stretches between problems are left out for the gate to look at."""
    return "keep" if sum(1 for line in lines[start:stop] if line.strip()) <= 12 else "omit"
