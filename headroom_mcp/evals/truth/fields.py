"""Records of keys and values without some of their fields: each line that is not shown is of a field that the head names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from headroom_mcp.evals.truth.findings import Findings, number
from headroom_mcp.types import Part

HEAD = re.compile(
    r"\[(?P<count>[\d,]+) records of keys and values"
    r"(?:; left out: (?P<gone>.*?))?(?:; the same in each unless shown: (?P<same>.*))?\]"
)
_FIELD = re.compile(r"\s*[A-Za-z][\w ()./-]*?\s*[:=|]")
_BUT = re.compile(r"(.*) \(but ([\d,]+)\)")


def check(lines: Sequence[str], head: re.Match[str], parts: Sequence[Part], findings: Findings) -> None:
    """Check the head against the lines of `parts` that are shown and those that are not."""
    gone: dict[str, int] = {}
    for name in (head["gone"] or "").split(", ") if head["gone"] else []:
        but = _BUT.fullmatch(name)
        gone[but[1] if but else name] = number(but[2]) if but else 0
    same = _values(head["same"] or "")
    shown: Counter[str] = Counter()
    unlike: set[str] = set()
    for part in parts:
        hidden = part.action == "render" and not part.text
        held = [lines[i] for i in range(part.start, part.stop)]
        name = ""
        for line in held:
            name = _named(line, gone) or (name if hidden else "")
            if hidden:
                said = " ".join(line.split())
                findings.that(bool(name) or not said or said in same, head.group(), line)
            elif name:
                shown[name] += 1
            elif " ".join(line.split()) in same:
                unlike.add(line)
    for name, count in gone.items():
        findings.that(shown[name] == count, f"{head.group()[:80]} {name} (but {count})", shown[name])
    for value in same:
        key = re.split(r"[:=|]", value)[0].strip()
        times = sum(1 for line in lines if re.match(rf"\s*{re.escape(key)}\s*[:=|]", line))
        findings.that(times == number(head["count"]), f"{head.group()[:80]} {value}", f"{times} have {key!r}")
    findings.that(not unlike, head.group(), f"shown, too: {sorted(unlike)[:3]}")
    findings.that(number(head["count"]) in _may_be(lines), head.group(), _may_be(lines))


def _named(line: str, names: dict[str, int]) -> str:
    """Return the name of `names` with which `line` begins."""
    found = [name for name in names if re.match(rf"\s*{re.escape(name)}\s*(?::|=|\|)", line)]
    return max(found, key=len, default="")


def _values(said: str) -> list[str]:
    return said.split("; ") if said else []


def _may_be(lines: Sequence[str]) -> set[int]:
    """Return how many records there may be: so many lines begin like the first, numbers and what is quoted aside, or so many
    blocks stand between blank lines, rules or lines at the margin, or below lines that are no field."""
    begins = [re.sub(r'"[^"]*"|\d+', "0", re.split(r"[:=|]", line)[0]).strip() for line in lines]
    alike = begins.count(next(begin for begin, line in zip(begins, lines, strict=True) if line.strip()))
    blocks = len([block for block in re.split(r"\n[\s\-=*]*\n", "\n".join(lines)) if block.strip()])
    margin = sum(1 for line in lines if line[:1].strip())
    heads = sum(1 for line in lines if line.strip() and not _FIELD.match(line))
    return {alike, blocks, margin, heads}
