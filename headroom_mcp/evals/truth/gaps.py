"""The notes of markers in place: what each says of the lines it stands for, counted again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from headroom_mcp.evals.truth import verdicts
from headroom_mcp.evals.truth.findings import Findings, number
from headroom_mcp.text import failure_words

Check = Callable[[re.Match[str], "Gap", Findings], None]


class Gap:
    """Lines `start` … `stop - 1` of `lines` that are not shown, in a section of this `kind`, printed by `command`."""

    def __init__(self, lines: Sequence[str], start: int, stop: int, kind: str, command: str) -> None:
        self.lines = lines
        self.start = start
        self.stop = stop
        self.kind = kind
        self.command = command

    @property
    def held(self) -> Sequence[str]:
        """The lines of the gap."""
        return self.lines[self.start : self.stop]


def check(note: str, gap: Gap, findings: Findings) -> None:
    """Check what `note` says of `gap`."""
    left = note
    if match := _AMONG.search(left):
        for part in re.finditer(r"(\d[\d,]*) ([\w' -]+?) among them", match.group()):
            _among(part, gap, findings)
        left = left[: match.start()]
    if not left:
        return
    for pattern, checked in _WHOLE:
        found = pattern.fullmatch(left)
        if found:
            checked(found, gap, findings)
            return
    if gap.kind == "snapshot" and _ELEMENTS.fullmatch(left):
        _elements(left, gap, findings)
        return
    if gap.kind == "command" and _chatter(left, gap, findings):
        return
    findings.unknown(f"{gap.kind}: {note}")


_AMONG = re.compile(r"(?:^|, )\d[\d,]* [\w' -]+? among them(?:, \d[\d,]* [\w' -]+? among them)*$")


# 18 links, 36 buttons
_ELEMENTS = re.compile(r"[\d,]+ [a-z]+(?:, [\d,]+ [a-z]+)*")


def _elements(note: str, gap: Gap, findings: Findings) -> None:
    for count, role in re.findall(r"([\d,]+) ([a-z]+)", note):
        one = role if count == "1" else role.removesuffix("s")
        held = sum(1 for line in gap.held if re.match(rf"\s*- '?{one}\b.*\[ref=", line))
        findings.that(number(count) <= held, f"{count} {role}", held)


def _among(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    told, what = number(match[1]), match[2]
    plain = (lambda line: bool(line.strip())) if "failure" not in what else _tells_failure
    upper = sum(1 for line in gap.held if plain(line))
    least = sum(1 for line in gap.held if _plainly_fails(line)) if what.startswith("failure") else 0
    findings.that(least <= told <= upper, match.group(), f"{least} to {upper}")


def _tells_failure(line: str) -> bool:
    low = line.lower()
    return any(stem.strip() in low for stem in failure_words.STEMS)


def _plainly_fails(line: str) -> bool:
    return re.match(r"(?:ERROR|FATAL|CRITICAL)\b[: ]", line) is not None


def _verdicts(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    told = Counter(
        {
            word: number(count)
            for count, word in re.findall(r"([\d,]+) (passed|failed|skipped|xfailed or xpassed)", match.group())
        }
    )
    least, most = verdicts.counted(gap.lines, gap.start, gap.stop)
    for word in ("passed", "failed", "skipped", "xfailed or xpassed"):
        if told[word]:
            findings.that(
                least[word] <= told[word] <= most[word], f"{told[word]} {word}", f"{least[word]} to {most[word]}"
            )


def _files(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    count = number(match[1])
    findings.that(0 < count <= gap.stop - gap.start, match.group())


_HUNK = re.compile(r"@@+ -\d+(?:,(\d+))?(?: -\d+(?:,\d+)?)* \+\d+(?:,(\d+))? @@+")


def changed(lines: Sequence[str]) -> list[str]:
    """Return for each line of a diff "+", "-" or "": what it adds or takes away, by the counts of its hunks' heads."""
    signs: list[str] = []
    old = new = 0
    for line in lines:
        head = _HUNK.match(line)
        if head:
            old, new = int(head[1] or 1), int(head[2] or 1)
            signs.append("")
        elif old > 0 or new > 0:
            sign = line[:1] if line[:1] in "+-" else ""
            signs.append(sign)
            old -= sign != "+" and line[:1] != "\\"
            new -= sign != "-" and line[:1] != "\\"
        else:
            signs.append("")
    return signs


def _diff(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    signs = changed(gap.lines)[gap.start : gap.stop]
    added, removed = signs.count("+"), signs.count("-")
    findings.that((number(match[1]), number(match[2])) == (added, removed), match.group(), f"+{added} −{removed}")


# path:12:text · path-12-text · 12:text · path:text
_HIT = re.compile(r"^(?P<path>(?:[A-Za-z]:)?[^:\n]+?):(?P<number>\d+):")


def _hits(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    told = number(match[1])
    counts = Counter(found["path"] for line in gap.held if (found := _HIT.match(line)))
    for path in [path for path in counts if _of_context(path, gap)]:
        del counts[path]
    if not counts:
        counts = Counter(
            line.partition(":")[0] for line in gap.held if re.match(r"^\s*(?:Line )?\d+:|^[^:\s][^:]*:", line)
        )
        findings.that(told <= sum(counts.values()), match.group(), f"at most {sum(counts.values())}")
        return
    findings.that(told == sum(counts.values()), match.group(), sum(counts.values()))
    if match[4]:
        findings.that(set(counts) == {match[4]}, match.group(), " ".join(sorted(counts)))
    if match[2]:
        findings.that(number(match[2]) == len(counts), match.group(), f"{len(counts)} files")
        for named in re.finditer(r"(?:^|, )(.+?) (\d+)(?=, |$| …)", match[3].removesuffix(" …")):
            findings.that(counts[named[1]] == int(named[2]), named.group(), counts[named[1]])


def _of_context(path: str, gap: Gap) -> bool:
    """Tell whether `path` was read from a line beside a hit (`a.md-12-at 10:30:`) of a file that has hits."""
    beside = re.match(r"(.+?)-\d+-", path)
    return beside is not None and any(line.startswith(f"{beside[1]}:") and _HIT.match(line) for line in gap.lines)


def _suffixes(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    for count, suffix in re.findall(r"([\d,]+) (\.[^\s,]*)", match.group()):
        held = sum(1 for line in gap.held if re.search(re.escape(suffix) + r"(?:$|[\s*@=|,'\"]| -> )", line.rstrip()))
        findings.that(number(count) <= held, f"{count} {suffix}", f"at most {held}")


def _directories(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    findings.that(1 < number(match[1]) <= gap.stop - gap.start, match.group())
    for folder, count in re.findall(r"(?:^|, )(.+?)/ (\d+)(?=, |$| …)", match[2].removesuffix(" …")):
        if f"{folder}:" in gap.lines[: gap.stop]:  # ls -R
            held = _below(gap, folder)
            findings.that(int(count) <= held, f"{folder}/ {count}", held)
        elif folder and gap.kind in ("search", "listing") and any(line.startswith(f"{folder}/") for line in gap.held):
            held = sum(1 for line in gap.held if line.startswith(f"{folder}/"))
            findings.that(int(count) <= held, f"{folder}/ {count}", held)


def _below(gap: Gap, folder: str) -> int:
    """Return how many names a recursive listing has below `folder` in the gap."""
    here = ""
    held = 0
    for index, line in enumerate(gap.lines[: gap.stop]):
        if line.endswith(":") and (not index or not gap.lines[index - 1].strip()):
            here = line[:-1]
        held += index >= gap.start and here == folder and bool(line.strip())
    return held


def _sections(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    said = re.sub(r" and [\d,]+ more$", "", match[1])
    title = ""
    for piece in said.split(", "):  # a title may hold a comma
        title = f"{title}, {piece}" if title else piece
        found = re.fullmatch(r"(.*) (\d+)", title, re.DOTALL)
        if found and _names_section(found[1], int(found[2]) - 1, gap):
            findings.that(True, title)
            title = ""
    findings.that(not title, title, "no heading of the gap")


def _names_section(title: str, at: int, gap: Gap) -> bool:
    words = " ".join(title.removesuffix("…").split())[:40]
    return gap.start <= at < gap.stop and words in " ".join(" ".join(gap.lines[at : at + 3]).split())


def _options(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    if match[1]:
        check(match[1], gap, findings)
    for name in match[2].split(", "):
        beginning = re.compile(rf"\s+-.*(?<![\w-]){re.escape(name)}(?![\w-])|\s+{re.escape(name)}(?![\w-])")
        findings.that(any(beginning.match(line) for line in gap.held), name, "no option of the gap")


def _some_sections(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    findings.that(0 < number(match[1]) <= gap.stop - gap.start, match.group())


def _commits(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    held = sum(1 for line in gap.held if re.match(r"commit [0-9a-f]{7,40}\b", line))
    findings.that(number(match[1]) == held, match.group(), held)


def _base64(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    start = gap.start
    while start and re.fullmatch(r"\s*[A-Za-z0-9+/=_-]{20,}\s*", gap.lines[start - 1]):
        start -= 1
    chars = sum(len(line.strip()) for line in gap.lines[start : gap.stop])
    findings.that(abs(number(match[1]) - chars * 3 // 4) <= 3, match.group(), chars * 3 // 4)


def _run_of(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    findings.that(number(match[1]) >= gap.stop - gap.start, match.group())


def _numbered(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    first, last = int(match["first"]), int(match["last"] or match["first"])
    printed = [found for line in gap.held if (found := re.match(r"\s*(\d+)", line))]
    ends = (int(printed[0][1]), int(printed[-1][1])) if printed else (0, 0)
    findings.that(ends == (first, last), match.group(), ends)
    if match["label"]:
        _label(match["label"], gap, findings)


_LABELS = {
    "docstring": r"\"\"\"|'''|^\s*\d*\W*/?\*|^\s*(?:///|//!|#|--)|\w",
    "documentation": r"\w",
    "imports": r"\b(?:import|from|require|use|using|include|alias|open|package|load)\b|^\s*[\w{}(),.\"' *]+$",
    "licence": r"(?i)licen[cs]e|copyright|spdx|warrant|permission|liab(?:le|ility)",
    "minified": r".",
}


def _label(label: str, gap: Gap, findings: Findings) -> None:
    pattern = re.compile(_LABELS[label])
    held = _with_paragraphs(gap) if label == "licence" else gap.held
    findings.that(any(pattern.search(line) for line in held), label)


def _with_paragraphs(gap: Gap) -> Sequence[str]:
    """Return the lines of a gap with the rest of the paragraphs that it begins and ends in."""
    start, stop = gap.start, gap.stop
    while start and re.search(r"[^\W\d]", gap.lines[start]) and re.search(r"[^\W\d]", gap.lines[start - 1]):
        start -= 1
    while (
        stop < len(gap.lines) and re.search(r"[^\W\d]", gap.lines[stop - 1]) and re.search(r"[^\W\d]", gap.lines[stop])
    ):
        stop += 1
    return gap.lines[start:stop]


def _only_label(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    _label(match.group(), gap, findings)


def _definitions(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    filled = sum(1 for line in gap.held if line.strip())
    findings.that(0 < number(match[1]) <= filled, match.group(), filled)


def _blame(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    words = match.group().split()
    findings.that(all(all(word in line for word in words) for line in gap.held), match.group())


def _binary(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    findings.that(all("inary file" in line for line in gap.held), match.group())


def _deprecated(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    findings.that(any(re.search(r"(?i)deprecat|will be removed", line) for line in gap.held), match.group())


def _searched(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    findings.that(sum(map(len, gap.held)) > 1_000_000, match.group())


def _compiled(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    """Check that what each line names has the name of another line's file but for its suffix."""
    others = [line for at, line in enumerate(gap.lines) if not gap.start <= at < gap.stop]
    for line in gap.held:
        stem = re.sub(r"(?:\$[\w$]+)?(?:\.\w+-\d+(?:\.opt-\d)?)?\.\w+$", ".", line.replace("__pycache__/", ""))
        findings.that(any(other.startswith(stem) for other in others), match.group(), line)


def _as_above(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    first, last = int(match[1]), int(match[2] or match[1])
    above = list(gap.lines[first - 1 : last])
    begins = match[3] is None or above[0].strip().startswith(match[3])
    findings.that(last <= gap.start and list(gap.held) == above and begins, match.group())


def _like_above(match: re.Match[str], gap: Gap, findings: Findings) -> None:
    """Check that a line says no word which neither the line it is said to be like has nor one of those above it."""
    like = int(match[1])
    known = "\n".join([gap.lines[like - 1], *gap.lines[max(0, gap.start - 12) : gap.start]])
    strange = set(re.findall(r"\w+", "\n".join(gap.held))) - set(re.findall(r"\w+", known))
    findings.that(like <= gap.start < gap.stop == gap.start + 1 and not strange, match.group(), sorted(strange))


def _chatter(note: str, gap: Gap, findings: Findings) -> bool:
    """Check the notes of a command's filter by the filter's own file; tell whether they are notes of one."""
    from headroom_mcp.evals.truth import chatter

    return chatter.check(note, gap, findings)


_WHOLE: list[tuple[re.Pattern[str], Check]] = [
    (
        re.compile(
            r"[\d,]+ (?:passed|failed|skipped|xfailed or xpassed)(?:, [\d,]+ (?:failed|skipped|xfailed or xpassed))*"
        ),
        _verdicts,
    ),
    (re.compile(r"([\d,]+) files?(?: or suites)? of tests passed"), _files),
    (re.compile(r"\+([\d,]+) −([\d,]+)(?: in .*)?"), _diff),
    (re.compile(r"([\d,]+) hits?(?: in ([\d,]+) files: (.*)| in (.+))?"), _hits),
    (re.compile(r"[\d,]+ \.[^\s,]*(?:, [\d,]+ \.[^\s,]*)*"), _suffixes),
    (re.compile(r"in ([\d,]+) directories: (.*)"), _directories),
    (re.compile(r"(?:(.*), )?options: (.*)"), _options),
    (re.compile(r"sections: (.*)"), _sections),
    (re.compile(r"([\d,]+) sections?"), _some_sections),
    (re.compile(r"([\d,]+) commits?"), _commits),
    (re.compile(r"base64 of ([\d,]+) bytes in all(?:, .*)?"), _base64),
    (re.compile(r"hex dump of ([\d,]+) lines in all"), _run_of),
    (re.compile(r"([\d,]+) characters of hex digits in all"), _run_of),
    (re.compile(rf"(?:(?P<label>{'|'.join(_LABELS)}), )?numbered (?P<first>\d+)(?:-(?P<last>\d+))?"), _numbered),
    (re.compile("|".join(_LABELS)), _only_label),
    (re.compile(r"(?:imports, )?([\d,]+) definitions?"), _definitions),
    (re.compile(r"\^?[0-9a-f]{7,40} .*\d{4}-\d\d-\d\d.*"), _blame),
    (re.compile(r"binary files match"), _binary),
    (re.compile(r"searched for failures only"), _searched),
    (re.compile(r"deprecation warnings"), _deprecated),
    (re.compile(r"compiled files of those listed"), _compiled),
    (re.compile(r"as lines? (\d+)(?:-(\d+))?(?:: (.*))?"), _as_above),
    (re.compile(r"like line (\d+)"), _like_above),
]
