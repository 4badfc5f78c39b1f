"""Entries of a long listing without what nearly all of them have in common, which one line before them says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from headroom_mcp.evals.truth.findings import Findings
from headroom_mcp.evals.truth.renders import Render

_USUAL = re.compile(
    r"\[where nothing else is said, (?:files are (?P<files>.*?))?(?:, )?(?:folders are (?P<folders>.*?))?(?P<cut>; links and sizes of folders cut)?\]"
)


def usual(drawn: Sequence[Render]) -> re.Match[str] | None:
    """Return what is said of the entries that say nothing else, None where no line says so."""
    return next((found for render in drawn if (found := _USUAL.fullmatch(render.text))), None)


def check(lines: Sequence[str], render: Render, said: re.Match[str], findings: Findings) -> None:
    """Check that every entry is that of its line, and that what it leaves out is what was said to be usual."""
    part = render.part
    if render.text == said.group():
        findings.that(bool(said["files"] or said["folders"]), said.group())
        return
    rows = render.text.split("\n")
    if not findings.that(len(rows) == part.stop - part.start, render.text, f"{part.stop - part.start} lines"):
        return
    for row, line in zip(rows, lines[part.start : part.stop], strict=True):
        folder = line.startswith("d")
        missing = _missing(row.removesuffix("/") if folder else row, line)
        known = (said["folders" if folder else "files"] or "").split()
        if missing is not None and folder and said["cut"]:
            missing = [word for word in missing if not re.fullmatch(r"[\d.,]+[KMGTP]?", word)]
        findings.that(missing is not None and not set(missing) - set(known), row, line)


def _missing(row: str, line: str) -> list[str] | None:
    """Return the words of `line` that `row` does not say; None where `row` says others, or another name."""
    said, words = Counter(row.split()), line.split()
    if said - Counter(words) or not row.endswith(words[-1]):
        return None
    return list((Counter(words) - said).elements())
