"""Problems by rule, hits and names by folder, commits, pages, notebooks: what is said in each of these forms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from headroom_mcp.evals.truth.findings import Findings, number
from headroom_mcp.evals.truth.renders import Render, is_shown, plain
from headroom_mcp.types import Section

_PROBLEMS = re.compile(r"\[([\d,]+) problems? of ([\d,]+) rules?; (.*)\]")
# Style/Semicolon ×4   C: [Correctable] Style/Semicolon ×4: a severity and a remark before the rule are of its name
_RULE = re.compile(r"^(?P<code>(?:[A-Z]: )?(?:\[\w+\] )?\S+) ×(?P<count>[\d,]+)(?P<rest>.*)", re.DOTALL)
_NAMELESS = re.compile(r"^×(?P<count>[\d,]+)(?: (?P<code>[A-Z]{1,6}\d{2,5})(?= ))?(?P<rest>.*)", re.DOTALL)
_SAME = re.compile(r" \[×([\d,]+)\]$")  # the same, at the same place
_MORE_PLACES = re.compile(r" \[… ([\d,]+) more(?: in ([\d,]+) files?)?\]$")
_MORE_RULES = re.compile(r"\[… ([\d,]+) problems? of ([\d,]+) more rules?\]")
_PLACES = re.compile(r"(\S+?):(\d+(?:,\d+)*)(?=\s|$)")


def _lint(lines: Sequence[str], section: Section, render: Render, findings: Findings) -> None:
    rows = render.text.split("\n")
    head = _PROBLEMS.match(rows[0])
    if head is None:
        plain(lines, section, render, findings)
        return
    held = lines[section.start : section.stop]
    below = head[3].partition(" below ")[2]
    shown = counted = rules = 0
    single: set[str] = set()
    for row in _entries(rows[1:]):
        more = _MORE_RULES.match(row)
        rule = _RULE.match(row) or _NAMELESS.match(row)
        if more:
            counted += number(more[1])
            rules += number(more[2])
        elif rule and re.fullmatch(r"\S+ ×[\d,]+(?:, \S+ ×[\d,]+)*", row):
            for code, count in re.findall(r"(\S+) ×([\d,]+)", row):
                counted += number(count)
                rules += 1
                _rule_count(held, code, number(count), findings)
        elif rule:
            counted += number(rule["count"])
            rules += 1
            if rule["code"]:
                _rule_count(held, rule["code"], number(rule["count"]), findings)
            _places(held, rule["rest"], number(rule["count"]), below, findings)
        else:
            first = row.split("\n")[0]
            times = _SAME.search(first)
            first = _SAME.sub("", first)
            findings.that(is_shown(first.partition("[… ")[0].strip(), held) or _is_placed(first, held), row)
            if times:
                said = re.sub(r"^\S+?:\d+ ", "", first).partition("[… ")[0].strip()
                standing = sum(1 for line in held if said in line)
                findings.that(1 < number(times[1]) <= standing, row, standing)
            shown += number(times[1]) if times else 1
            single.add(first)
    # A problem that the question is about is shown, and counted once more with its rule.
    findings.that(counted <= number(head[1]) <= counted + shown, rows[0], f"{counted} counted and {shown} in full")
    findings.that(rules <= number(head[2]), rows[0], f"{rules} rules")
    if head[3].startswith("rare rules in full"):
        rare = [
            row
            for row in rows[1:]
            if (found := _RULE.match(row) or _NAMELESS.match(row)) and number(found["count"]) <= 2
        ]
        findings.that(not rare, rows[0], f"{len(rare)} rare rules by place: {rare[:2]}")


def _entries(rows: Sequence[str]) -> list[str]:
    entries: list[str] = []
    for row in rows:
        if row.startswith("  ") and entries:
            entries[-1] += f"\n{row}"
        else:
            entries.append(row)
    return entries


def _rule_count(held: Sequence[str], code: str, count: int, findings: Findings) -> None:
    standing = sum(1 for line in held if code in line)
    findings.that(code == "other" or count <= standing, f"{code} ×{count}", standing)


def _is_placed(row: str, held: Sequence[str]) -> bool:
    match = re.match(r"(\S+?):(\d+) (.*)", row)
    return (
        match is not None
        and any(match[2] in line for line in held)
        and is_shown(match[3].partition("[… ")[0].strip(), held)
    )


def _places(held: Sequence[str], rest: str, count: int, below: str, findings: Findings) -> None:
    more = _MORE_PLACES.search(rest)
    told = 0
    files: set[str] = set()
    for path, places in _PLACES.findall(_MORE_PLACES.sub("", rest)):
        numbers = places.split(",")
        name = path.rpartition("/")[2]
        if not any(name in line for line in held):
            continue
        files.add(path)
        told += len(numbers)
    left = number(more[1]) if more else 0
    if files:
        findings.that(told + left == count, rest[:200], f"{told} places and {left} more of {count}")


def _search(lines: Sequence[str], section: Section, render: Render, findings: Findings) -> None:
    part = render.part
    held = lines[part.start : part.stop]
    rows = render.text.split("\n")
    if len(rows) < len(held):
        _names(lines, section, render, findings)
        return
    if len(rows) == len(held) + 1:
        findings.that(all(line.startswith(rows[0].removesuffix(":").rstrip("/")) for line in held), rows[0])
        rows = rows[1:]
    for row, line in zip(rows, held, strict=True):
        findings.that(line.endswith(row), row, line)


def _names(lines: Sequence[str], section: Section, render: Render, findings: Findings) -> None:
    part = render.part
    held = lines[part.start : part.stop]
    said = render.text.strip()
    for line in held:
        name = re.sub(r"^[\s│├└─┬┼|`+-]*", "", line).strip().rpartition("/")[2]
        findings.that(name in said, render.text[:80], line)


# 1a2b3c4d5e 2026-01-03 Ann: subject (+4 lines) (3 files +20 −1) (+2 of files)
_COMMIT = re.compile(
    r"([0-9a-f]{7,40})\b.*?: (?:.*?)(?: \(\+(\d+) lines?\))?(?: \((\d+) files?(?: \+(\d+))?(?: −(\d+))?\))?(?: \(\+(\d+) (?:lines )?of files\))?$"
)
_FIELD = re.compile(r"(?:Author|AuthorDate|Commit|CommitDate|Date|Merge):")


def _git(lines: Sequence[str], section: Section, render: Render, findings: Findings) -> None:
    part = render.part
    if part.start == part.stop:
        findings.that(render.text.startswith("[… commits as: hash date author: subject"), render.text)
        return
    held = lines[part.start : part.stop]
    head, *files = render.text.split("\n")
    commit = _COMMIT.match(head)
    if commit and held[0].startswith("commit "):
        message = [line.strip() for line in held if line.startswith("    ") and line.strip()]
        findings.that(held[0].startswith(f"commit {commit[1]}"), render.text, held[0])
        more = int(commit[2] or 0)
        findings.that(more == max(0, len(message) - 1), render.text, f"{len(message)} lines of message")
        of_files = [
            line for line in held[1:] if line.strip() and not line.startswith("    ") and not _FIELD.match(line)
        ]
        sums = [line for line in of_files if re.search(r"^ \d+ files? changed", line)]
        findings.that(all(row in held for row in files), render.text)
        rows = len(of_files) - len(sums)
        left = int(commit[6]) if commit[6] else 0
        if sums:
            said = tuple(int(figure or 0) for figure in commit.group(3, 4, 5))
            findings.that(said == _changed(sums[-1]), head, sums[-1])
        same = left == rows - len(files) or (not left and bool(sums) and rows == int(commit[3] or 0))
        findings.that(same, head, f"{rows - len(files)} lines of files")
        return
    _names(lines, section, render, findings) if render.text.startswith("\t") else _blame(held, render, findings)


def _changed(line: str) -> tuple[int, ...]:
    """Return the files, insertions and deletions in "3 files changed, 20 insertions(+), 1 deletion(-)"."""
    figures = {words[1][:4]: int(words[0]) for words in (piece.split() for piece in line.split(","))}
    return tuple(figures.get(what, 0) for what in ("file", "inse", "dele"))


def _blame(held: Sequence[str], render: Render, findings: Findings) -> None:
    head, *rows = render.text.split("\n")
    for line in held:
        findings.that(all(word in line for word in head.split()), head, line)
    for row, line in zip(rows, held, strict=False):
        findings.that(line.endswith(row.partition(") ")[2]), row, line)


def _notebook(lines: Sequence[str], section: Section, render: Render, findings: Findings) -> None:
    """Check the cells' numbers and kinds, and how many lines an output has, against the notebook as JSON."""
    try:
        document = json.loads("\n".join(lines[render.part.start : render.part.stop]))
    except ValueError:
        findings.unknown("notebook: cannot be read")
        return
    cells = document.get("cells", [])
    said = [(int(at), what) for at, what in re.findall(r"^\[cell (\d+) · (\w+)", render.text, re.MULTILINE)]
    numbers = [at for at, _ in said]
    findings.that(numbers == sorted(numbers), "cells in order")
    base = 0 if numbers and numbers[0] == 0 else 1
    for at, what in said:
        findings.that(0 <= at - base < len(cells) and cells[at - base]["cell_type"] == what, f"cell {at} · {what}")
    for count in re.findall(r"^\[… ([\d,]+) lines? of this (?:output|traceback)\]", render.text, re.MULTILINE):
        findings.that(0 < number(count) < len(lines), f"{count} lines of this output")


_LEFT_OUT = re.compile(r"\[… page text only; left out: (.*)\]")


def _html(lines: Sequence[str], section: Section, render: Render, findings: Findings) -> None:
    """Check how many characters and scripts of a page are not shown; its blocks have no other definition than ours."""
    found = _LEFT_OUT.search(render.text)
    if found is None:
        findings.unknown("html: nothing said of what is left out")
        return
    source = "\n".join(lines[render.part.start : render.part.stop])
    chars = re.search(r"([\d,]+) characters", found[1])
    body = render.text[: found.start()]
    if chars:
        findings.that(number(chars[1]) <= len(source), chars.group(), len(source))
        findings.that(number(chars[1]) >= len(source) - len(body) - 1, chars.group(), len(source) - len(body))
    scripts = re.search(r"([\d,]+) scripts?", found[1])
    if scripts:
        standing = len(re.findall(r"<(?:script|style|noscript|template|svg)\b", source, re.IGNORECASE))
        findings.that(number(scripts[1]) <= standing, scripts.group(), standing)
    targets = re.search(r"([\d,]+) link targets?", found[1])
    if targets:
        standing = len(re.findall(r"\bhref\s*=", source, re.IGNORECASE))
        findings.that(number(targets[1]) <= standing, targets.group(), standing)
    tags = len(re.findall(r"<\w", source)) + source.count("\n")
    counted = found[1].partition(" blocks")[0] if " blocks" in found[1] else ""
    for count, what in re.findall(r"([\d,]+) ([a-z -]+?)(?=, |$)", counted):
        findings.that(number(count) <= tags, f"{count} {what}", f"{tags} elements")


def _code(lines: Sequence[str], section: Section, render: Render, findings: Findings) -> None:
    """Check source whose line numbers are thinned."""
    legend = re.fullmatch(r"\[line numbers: every (\d+)th, and where blocks begin\]", render.text)
    if legend:
        findings.that(int(legend[1]) > 1, render.text)
        return
    part = render.part
    rows = render.text.split("\n")
    if len(rows) != part.stop - part.start:
        plain(lines, section, render, findings)
        return
    for row, line in zip(rows, lines[part.start : part.stop], strict=True):
        bare = re.sub(r"^\s*\d+(?:[\t→:|-]|(?=$)) ?", "", row)
        if " chars …]" in row:
            plain(lines, section, Render(part, row), findings)
        else:
            findings.that(line.endswith((row.strip(), bare)) or bare.strip() in line, row, line)


def _snapshot(lines: Sequence[str], section: Section, render: Render, findings: Findings) -> None:
    """Check that every ref of a page's elements stands in the lines that it is shown for."""
    part = render.part
    if part.start == part.stop:
        findings.that(render.text.startswith("[snapshot in short: "), render.text)
        return
    held = "\n".join(lines[part.start : part.stop])
    for ref in re.findall(r"\[((?:f\d+)?e\d+)\]", render.text):
        findings.that(f"[ref={ref}]" in held, f"[{ref}]")


READERS: dict[str, Callable[[Sequence[str], Section, Render, Findings], None]] = {
    "lint": _lint,
    "search": _search,
    "listing": _names,
    "git": _git,
    "notebook": _notebook,
    "html": _html,
    "code": _code,
    "snapshot": _snapshot,
}
