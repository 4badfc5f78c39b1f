"""Records by number and the others counted; requests of an access log."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from headroom_mcp.evals.truth.findings import Findings, has_word, is_clipped, number
from headroom_mcp.evals.truth.renders import Render
from headroom_mcp.types import Section

_HEAD = re.compile(
    r"\[(?:log|list) of (?:([\d,]+) records, )?([\d,]+) lines; ([\d,]+) by line number, the others counted below\]"
)
# 998 of 1,000× 2-1000 like 1 (200 ×380, 304 ×620): a, b
_COUNTED = re.compile(
    r"(?P<hidden>[\d,]+)(?: of (?P<all>[\d,]+))?× (?P<first>\d+)(?:-(?P<last>\d+))?(?P<rest>.*)", re.DOTALL
)
_MORE = re.compile(r"\[… ([\d,]+) more of ([\d,]+) other kinds?\]")
_LIKE = re.compile(r" like (\d+)(?= \(|:|$)")
_CATEGORY = re.compile(r"(\S+) ×([\d,]+)")
_PIECES = re.compile(r"[^\W_]+(?:[.,][^\W_]+)*")
_FIGURE = re.compile(r"\d[\d.,]*[^\W\d]{0,5}")
# 2026-01-03T10:00:00.123Z · 10:00:00,123 · Sat Jan  3 · 03/Jan/2026 · 1767434400.123
_TIMES = re.compile(
    r"\d{4}[-/.]\d\d?[-/.]\d\d?|T?\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\d\d?[-/.]\w{2,3}[-/.]\d{2,4}|\b1[5-9]\d{8}(?:\.\d+|\d{3})?\b"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\b"
)
_RANGE = re.compile(r"(\S+) … (\S+)")


def check(lines: Sequence[str], section: Section, drawn: Sequence[Render], findings: Findings) -> None:
    """Check records by number, and the counts below them."""
    texts = [render for render in drawn if render.text]
    at = next(i for i, render in enumerate(texts) if _HEAD.match(render.text))
    head = _HEAD.match(texts[at].text)
    assert head is not None
    total = section.stop - section.start
    findings.that(number(head[2]) == total, texts[at].text, f"{total} lines")
    shown = texts[at + 1 : -1]
    findings.that(number(head[3]) == len(shown), texts[at].text, f"{len(shown)} by line number")
    numbers: dict[int, str] = {}
    for render in shown:
        numbers[numbered(lines, render, findings)] = render.text.partition("\t")[2]
    rows = [row for row in texts[-1].text.split("\n") if row]
    hidden = 0
    for row in rows:
        hidden += _counted(lines, section, row, numbers, findings, by_line=not head[1])
    records = number(head[1]) if head[1] else total
    blank = sum(1 for line in lines[section.start : section.stop] if not line.strip()) if not head[1] else 0
    findings.that(
        hidden + len(shown) in (records, records - blank), f"{hidden} counted and {len(shown)} by number", records
    )


def numbered(lines: Sequence[str], render: Render, findings: Findings) -> int:
    """Check a record by its number; return the number."""
    said, _, text = render.text.partition("\t")
    findings.that(said == str(render.part.start + 1), f"{said}\t{text[:60]}", f"line {render.part.start + 1}")
    whole = "\n".join(lines[render.part.start : render.part.stop]).rstrip()
    holds = text == whole or is_clipped(text, whole) or whole.endswith(text) or text.rstrip() in whole
    if not holds and " chars …]" in text:
        at = whole.find(text[: text.index("[… ")])
        holds = at >= 0 and is_clipped(text, whole[at:])
    if not holds:  # heads are cut from every line of it
        own = text.split("\n")
        held = lines[render.part.start : render.part.stop]
        holds = all(line.rstrip().endswith(row.rstrip()) for row, line in zip(own, held, strict=False))
    findings.that(holds, render.text[:120], whole[:120])
    return int(said) if said.isdigit() else 0


def _counted(
    lines: Sequence[str], section: Section, row: str, numbers: Mapping[int, str], findings: Findings, *, by_line: bool
) -> int:
    """Check a row that counts the records of one kind; return how many it says are not shown."""
    more = _MORE.fullmatch(row)
    if more:
        findings.that(number(more[1]) >= number(more[2]) >= 1, row)
        findings.that((more[2] == "1") == row.endswith("kind]"), row, "one kind, several kinds")
        return number(more[1])
    match = _COUNTED.match(row)
    if match is None:
        findings.unknown(row)
        return 0
    hidden, first = number(match["hidden"]), int(match["first"])
    every = number(match["all"]) if match["all"] else hidden
    last = int(match["last"] or match["first"])
    inside = section.start < first <= last <= section.stop
    findings.that(inside and 0 < hidden <= every <= last - first + 1, row)
    like = _LIKE.match(match["rest"])
    if like:
        findings.that(int(like[1]) in numbers, row, "not shown by number")
        if inside and by_line and numbers.get(int(like[1])) == lines[int(like[1]) - 1]:  # nothing is cut from its head
            _alike(lines[first - 1 : last], lines[int(like[1]) - 1], match["rest"], every, findings)
    else:
        findings.that(not match["all"], row, "of a kind that is shown")
        _example(lines[first - 1], match["rest"], row, findings) if inside else None
    if match["rest"] and not like and findings.false:
        return hidden
    _varying(lines[section.start : section.stop], match["rest"], every, row, findings)
    return hidden


def _example(line: str, rest: str, row: str, findings: Findings) -> None:
    """Check that an example begins as the line does whose number is given."""
    said = rest.strip()
    if said.startswith("(blank)"):
        findings.that(not line.strip(), row)
        return
    start = said.split("[… ")[0].strip()
    known = line.strip()[:40]
    findings.that(start.startswith(known) or start[:40] in line or _is_end(line.strip(), start), row, line[:80])


def _is_end(line: str, said: str) -> bool:
    """Tell whether `said` begins somewhere in `line`, the head of which is cut."""
    return any(said.startswith(line[at:]) for at in range(min(len(line) - 8, 200)))


def _alike(held: Sequence[str], example: str, rest: str, every: int, findings: Findings) -> None:
    """Check that enough lines differ from `example` only in times and in what `rest` says: numbers where it gives the ends
    of a range, words that it has, anything where it says that more differs or lists the names."""
    said = rest.partition(": ")[0]
    if " differ" in said or ": " in rest:
        return
    ranges, words = "…" in said, set(_PIECES.findall(said)) if "/+" not in said else None
    # of several pieces each ("2048K", "a.b", a quoted text), what is said to vary is compared as one, too
    values = re.findall(r"(\"[^\"]*\"|'[^']*'|\S+) ×\d", said.replace(" (", " ", 1))
    counted = "|".join(sorted(map(re.escape, values), key=len, reverse=True))
    varying = re.compile(rf"(?<!\w)(?:{counted})(?!\w)" if counted else r"(?!)")
    own, as_one = _pieces(example), _pieces(example, varying)
    alike = sum(
        1
        for line in held
        if _differs_as_said(own, _pieces(line), ranges, words)
        or _differs_as_said(as_one, _pieces(line, varying), ranges, words)
    )
    findings.that(alike >= every, f"{every} lines{rest[:200]}", f"{alike} at most")


def _differs_as_said(own: Sequence[str], others: Sequence[str], ranges: bool, words: set[str] | None) -> bool:
    """Tell whether two lines in pieces differ only as is said; `words`: None where words of any kind differ."""
    if len(own) != len(others):
        return False
    for one, other in zip(own, others, strict=True):
        if one == other or (ranges and _FIGURE.fullmatch(one) and _FIGURE.fullmatch(other)):
            continue
        if not (words is None and one.isalpha() and other.isalpha()) and other not in (words or ()):
            return False
    return True


def _pieces(line: str, varying: re.Pattern[str] | None = None) -> list[str]:
    """Return the words and figures of a line, its times masked; what is `varying` as one and the same piece."""
    masked = _TIMES.sub("", line)
    return _PIECES.findall(varying.sub("varies", masked) if varying else masked)


def _varying(held: Sequence[str], rest: str, every: int, row: str, findings: Findings) -> None:
    """Check what is said to vary among the records of a kind: counts by value, which are counts of all of them, and the
    ends of ranges, which stand somewhere."""
    said = re.search(r"\(((?:[^()]| \()*(?: ×[\d,]+| … |/| differ)(?:[^()])*)\)(?=:|$)", rest)
    if said is None:
        return
    for claim in said[1].split(" · "):
        counts = _CATEGORY.findall(claim)
        if counts and "×" in claim:
            findings.that(sum(number(count) for _, count in counts) == every, f"{claim} of {row[:80]}", every)
            for value, count in counts:
                standing = sum(1 for line in held if value in line)
                findings.that(number(count) <= standing, f"{value} ×{count}", standing)
        elif re.fullmatch(r"(?:(?:ids|names|more), )*(?:ids|names|more) differs?", claim):
            findings.that(True, claim)  # says no more than that they may differ
        elif found := _RANGE.search(claim):
            for end in found.groups():
                findings.that(any(has_word(line, end) or end in line for line in held), f"{claim} of {row[:80]}")
        elif "/" in claim:
            findings.that(any(claim.split("/")[0].split()[-1] in line for line in held), claim)
        else:
            findings.unknown(f"{claim} of {row[:80]}")


_REQUEST = re.compile(r'\[([^\]]+)\] "([A-Z]{3,10}) (\S+)[^"]*" (\d{3}) ?(\d+|-)?')
_CLIENT = re.compile(r"\S+")


def check_requests(lines: Sequence[str], section: Section, drawn: Sequence[Render], findings: Findings) -> None:
    """Check an access log: its requests by number, and the counts of statuses, methods, paths and clients."""
    texts = [render for render in drawn if render.text]
    requests = [found for line in lines[section.start : section.stop] if (found := _REQUEST.search(line))]
    head = next(render.text for render in texts if render.text.startswith("[access log"))
    said = re.match(r"\[access log of ([\d,]+) requests", head)
    findings.that(said is not None and number(said[1]) == len(requests), head[:60], len(requests))
    for render in texts[1:-1]:
        text = re.sub(r"  \[×[\d,]+, [\d,]+ clients?\]$", "", render.text)
        numbered(lines, render._replace(text=text), findings)
    counts = {
        "status": Counter(found[4] for found in requests),
        "method": Counter(found[2] for found in requests),
        "paths": Counter(found[3].split("?")[0][:80] for found in requests),
    }
    for row in texts[-1].text.split("\n"):
        what, _, rest = row.partition(": ")
        if what in counts:
            told = re.findall(r"(\S+) ×([\d,]+)", rest)
            for value, count in told:
                findings.that(counts[what][value] == number(count), f"{what} {value} ×{count}", counts[what][value])
            others = re.search(r", ([\d,]+) others?$", rest)
            left = len(counts[what]) - len(told)
            findings.that((number(others[1]) if others else 0) == left, row, f"{left} others")
        elif what == "clients":
            told = re.findall(r"(\S+) ×([\d,]+)", rest)
            for value, count in told:
                standing = sum(1 for line in lines[section.start : section.stop] if has_word(line[:300], value))
                findings.that(number(count) <= standing, f"{value} ×{count}", standing)
        elif what == "largest":
            most = max(int(found[5]) for found in requests if found[5] and found[5].isdigit())
            size = re.match(r"([\d,]+) bytes, .* \(line (\d+)\)$", rest)
            findings.that(size is not None and number(size[1]) == most, row, most)
            if size:
                at = int(size[2]) - 1
                findings.that(at < len(lines) and size[1].replace(",", "") in lines[at], row)
        else:
            findings.unknown(row)
