"""How searching tools write their hits, read into one shape.

    src/a.py:12:text      a hit                     src/a.py-11-text    context around one (-C, -A, -B)
    src/a.py:text         a hit, no numbers         12:text  12-text    one file searched
    src/a.py (alone), then 12:text                  rg --heading
    --                    between groups of context

Anything else is `other`: a summary, a complaint, a blank line.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from headroom_mcp import late
from headroom_mcp.late import Literal, NamedTuple, re

Form = Literal["numbered", "plain", "single", "heading", "none"]

# src/a.py:12:text ; C:\a\b.py:12:text ; a path holds no tab and no ":" of its own
# (but not 2026-01-01 12:00:00 text, nor 12:00:00 text: "00" is not a line and "12" is not a path)
_NUMBERED = late.pattern(r"^(?![\d/T -]*\d\d:\d\d:\d\d)((?:[A-Za-z]:[\\/])?[^:\t\n]+?):(\d+):(.*)$", re.DOTALL)
# src/a.py:text , where the path has a folder or a suffix and no spaces
# (looked ahead, since "a/a/a/…" without a colon is quadratic otherwise)
_PLAIN = late.pattern(r"^((?:[A-Za-z]:[\\/])?(?=[^\s:]*[/.\\])[^\s:]+):(?!:)(.*)$", re.DOTALL)
# 12:text , 12-text
_SINGLE = late.pattern(r"^(\d+)([:\-])(.*)$", re.DOTALL)
_CONTEXT_NUMBER = late.pattern(r"-(\d+)-")
# 13/07/31  10:28:36 , app/2026-03-01T10:28:36 : the hour ends no path
_HOUR = late.pattern(r"(?:(?<![\w.\-/])|(?<=\d[T_]))(?:[01]?\d|2[0-3])$")
_MINUTE, _SECOND = late.pattern(r"[0-5]\d"), late.pattern(r"[0-5]\d(?!\w)")
_SEPARATOR = "--"
_PATH_LINE = late.pattern(r"^(?=[^\s:]+[/.])[^\s:]+$|^[\w.-]+$")
_SAMPLE = 200
_MAX_PATH_CHARS = 4_096  # PATH_MAX of Linux


class Hit(NamedTuple):
    """One line of the output. `path` "" where one file is searched; `number` "" where there is none."""

    path: str
    number: str
    is_hit: bool
    text: str


Entry = Hit | None
"""None: a line of another sort."""


def form_of(lines: Sequence[str]) -> tuple[Form, float]:
    """Return how the hits are written, and the share of sampled lines that are written so."""
    step = max(1, len(lines) // _SAMPLE)
    sampled = [line for line in lines[::step] if line and line != _SEPARATOR][: _SAMPLE * 2]
    if not sampled:
        return "none", 0.0
    numbered = {m.group(1) for line in sampled if (m := _numbered(line))}
    singles = [m for line in sampled if (m := _SINGLE.match(line))]
    counts: dict[Form, int] = {
        "numbered": sum(1 for line in sampled if _numbered(line) or _context(line, numbered)),
        "single": len(singles) if _ascend([int(m.group(1)[:12]) for m in singles]) else 0,
        "plain": sum(1 for line in sampled if _PLAIN.match(line)),
    }
    headings = sum(1 for line in sampled if _PATH_LINE.match(line) and not line.isdigit())
    if headings and len(singles) >= 0.4 * len(sampled) and len(singles) + headings >= 0.8 * len(sampled):
        return "heading", (len(singles) + headings) / len(sampled)
    form = max(counts, key=lambda form: counts[form])
    # A context line of a file seen only outside the sample still has the shape.
    share = counts[form] / len(sampled)
    if form == "numbered" and any(line == _SEPARATOR for line in lines[:2000]):
        share = max(share, sum(1 for line in sampled if _numbered(line) or _CONTEXT_NUMBER.search(line)) / len(sampled))
    return (form, share) if share > 0 else ("none", 0.0)


def _numbered(line: str) -> re.Match[str] | None:
    """Return the match of a hit with its number; "10.0.0.1 - - [10/Mar/2026:10:00:01" is not a path."""
    match = _NUMBERED.match(line)
    if match and " " in match.group(1):
        path = match.group(1)
        if "/" not in path or " [" in path or '"' in path or " - " in path:
            return None
    if match and _MINUTE.fullmatch(match[2]) and _SECOND.match(match[3]) and _HOUR.search(match[1]):
        return None
    return match


def _ascend(numbers: Sequence[int]) -> bool:
    """Tell whether these can be the line numbers of one file after another: rarely falling, not all years alike."""
    if len(numbers) < 2:
        return bool(numbers)
    falls = sum(1 for before, after in pairwise(numbers) if after <= before)
    return falls <= len(numbers) // 5 and len(set(numbers)) > len(numbers) // 2


def parse(lines: Sequence[str], form: Form) -> list[Entry]:
    """Return one entry for each line."""
    match form:
        case "numbered":
            return _parse_numbered(lines)
        case "plain":
            return _parse_plain(lines)
        case "single":
            return [_single(line, "") for line in lines]
        case "heading":
            return _parse_heading(lines)
        case "none":
            return [None] * len(lines)


def _parse_numbered(lines: Sequence[str]) -> list[Entry]:
    matches = [_numbered(line) for line in lines]
    paths = {match.group(1) for match in matches if match}
    entries: list[Entry] = []
    for line, match in zip(lines, matches, strict=True):
        if match:
            path = match.group(1)
            # "a.py-11-x = {b:12:c}" is context of a.py, not a hit of "a.py-11-x = {b"
            context = _context(line, paths) if "-" in path and (" " in path or "(" in path) else None
            entries.append(context or Hit(path, match.group(2), True, match.group(3)))
        else:
            entries.append(_context(line, paths) if line != _SEPARATOR else None)
    return entries


def _context(line: str, paths: set[str]) -> Hit | None:
    for match in _CONTEXT_NUMBER.finditer(line):
        if match.start() > _MAX_PATH_CHARS:
            break
        path = line[: match.start()]
        if path in paths:
            return Hit(path, match.group(1), False, line[match.end() :])
    return None


def _parse_plain(lines: Sequence[str]) -> list[Entry]:
    entries: list[Entry] = []
    current = ""
    for line in lines:
        match = _PLAIN.match(line)
        if current and line.startswith(f"{current}-"):
            entries.append(Hit(current, "", False, line[len(current) + 1 :]))
        elif match:
            current = match.group(1)
            entries.append(Hit(current, "", True, match.group(2)))
        else:
            entries.append(None)
    return entries


def _parse_heading(lines: Sequence[str]) -> list[Entry]:
    entries: list[Entry] = []
    path = ""
    for line in lines:
        hit = _single(line, path)
        if hit is None and line and line != _SEPARATOR and _PATH_LINE.match(line):
            path = line
        entries.append(hit)
    return entries


def _single(line: str, path: str) -> Hit | None:
    match = _SINGLE.match(line)
    if match is None:
        return None
    number, mark, text = match.groups()
    return Hit(path, number, mark == ":", text)
