"""Verdicts: the lines in which a test runner says of one test, or of one file of tests, how it went.

Passing ones are only counted. A failing one names a test that a reader must see, here or at the head of its own report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from headroom_mcp import late
from headroom_mcp.facts import find as facts
from headroom_mcp.text import failure_words
from headroom_mcp.text.lines import Judged, alike, once

# Any of these stands in the line of a failing test (lower case); no other line is looked at.
_STEMS = ("fail", "error", "sigsegv", "sigabrt", "timeout", *failure_words.MARKS, "not ok ", "***", "\nrspec ", " s = e", "dubious", "(wstat", "segfault", "not run", "\nx ", "\n  x ")  # fmt: skip
# Any of these stands in a verdict of any sort (lower case).
_MARKS = (*_STEMS, "ok", "pass", "skip", "ignored", "✓", "✔", "√", "○", "↓", " s = ")
# a.test.js, a package, a script: how a whole file of tests went
_FILE_PASSED = late.pattern(
    r"^PASS(?:\s+\S|\s*$)|^ok\s+[\w./-]+\s+(?:\d|\(cached\))|^\s*(?:✓|✔) \S+\.\w+ +\(\d+ tests?\b|^\S+\.t \.{2,} ?ok\b|^//\S+ +PASSED"
)
_PASSED = late.pattern(
    r"^(?:[^:]|:(?!:))*::.* PASSED\b|\bPASSED \S+::|^\S(?=.* > ).* PASSED$|\.\.\. (?:#\d+ )?ok$|^\s*(?:✓|✔|√) |^\s*ok \d+(?!.*# (?:SKIP|skip|TODO))|^\[ +OK +\] \S|^\s*--- PASS: |^\s+Passed \S"
    r"|^ *\d+/\d+ Test +#\d+: .* Passed +\d|^\S+#\w+ = [\d.]+ s = \.$|^\s+PASS \["
)
_SKIPPED = late.pattern(
    r"^(?:[^:]|:(?!:))*::.* SKIPPED\b|\bSKIPPED \S+::|\.\.\. (?:skipped\b|ignored)|^\s*ok \d.*# (?:SKIP|skip)|^\[ +SKIPPED +\] (?=\S+\.\S)\S+ \(|^\s*--- SKIP: |^\s+Skipped \S|^\S(?=.* > ).* SKIPPED$|^\s*[○↓] |= S$"
)
# The name of what failed. Those with a message of their own come first.
_FAILED = late.pattern(
    r"^(?:FAILED|ERROR) (?P<pytest>(?=\S+::).+?)(?: - |$)"
    r"|^(?:\[gw\d+\] \[ *\d+%\] )?(?:FAILED|ERROR) (?P<xdist>(?=\S+::\S).*)"
    r"|^(?P<verbose>(?=\S+::).+?) (?:FAILED|ERROR)\b(?: +\[ *\d+%\])?\s*$"
    r"|^(?:FAILED|ERROR) (?P<file>\S+\.py)\b"
    r"|^(?P<unittest>\w+) \([\w.]+\).*\.\.\. (?:FAIL|ERROR)$"
    r"|^test (?P<cargo>\S+)(?: - .*)? \.\.\. FAILED"
    r"|^\s+(?:FAIL|SIGSEGV|SIGABRT|TIMEOUT) \[ *[\d.]+s\] (?P<nextest>\S.*)$"
    rf"|^\s*[{failure_words.MARKS}] (?P<mark>\S.*)"
    r"|^\s*not ok \d+(?: -)? ?(?P<tap>.*)"
    r"|^\[ +FAILED +\] (?P<gtest>[^\s,]+\.[^\s,]+)"
    r"|^ *\d+/\d+ Test +#\d+: (?P<ctest>\S+) \.*\*\*\*"
    r"|^\s+\d+ - (?P<listed>\S.*) \((?:Failed|SEGFAULT|Timeout|Not Run|ILLEGAL|NUMERICAL|OTHER_FAULT|Subprocess aborted|BAD_COMMAND|INTERRUPT)\)"
    r"|^\[ERROR\] {2,}(?P<maven>[\w.$]+(?:\.|:)\w+(?:->\S+)?(?::\d+)?)(?: .*)?$"
    r"|^(?P<gradle>\S(?=.* > ).*) FAILED\s*$"
    r"|^rspec (?P<rspec>\S+:\d+) # "
    r"|^\s*--- FAIL: (?P<go>\S+)"
    r"|^FAIL\s+(?P<suite>[^\s\[]*[./][^\s\[]*)"
    r"|^(?P<minitest>\S+#\w+) = [\d.]+ s = [FE]$"
    r"|^(?P<perl>\S+\.t) +(?:\.{2,} *(?:Failed|Dubious)|\(Wstat)"
    r"|^(?P<bazel>//\S+) +(?:FAILED|TIMEOUT)"
    r"|^\s{0,4}(?:Failed|X) (?P<dotnet>[\w.].*?) \[[\d<. ]{1,12} ?\w+\]$"
)
_DURATION = late.pattern(r" \(?\d[\d.]{0,12} ?m?s\)?$")  # what a reporter puts after a test's name: "(12 ms)"
_TICKS = ("✓ ", "✔ ", "√ ")
_APART = late.pattern(r"::| > | › | - |\s{2,}")
_APART_MARKS = ("::", " > ", " › ", " - ")
_JOINTS = ":()#"
_LOOKED_AT = 400  # characters of a line
_FEW = 8  # names, each of which may be looked for by itself


@once
def failing(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Return the lines that say a test failed, in order, each with the test's name as it stands there."""
    found: list[tuple[int, str]] = []
    every = alike(lines).every
    places = Judged(_place_of_name)
    for index in facts.touched(lines, _STEMS):
        place = places[every[index]]
        if place is not None:
            found.append((index, lines[index][place]))
    return found


def _place_of_name(line: str) -> slice | None:
    """Return where in a line that says a test failed its name stands; None for another line."""
    match = _FAILED.match(line[:_LOOKED_AT])
    if match is None:
        return None
    start, stop = next((match.span(group) for group in match.groupdict() if match[group]), (0, 0))
    name = line[start:stop]
    start += len(name) - len(name.lstrip())
    name = name.strip()
    if match["mark"]:
        name = _DURATION.sub("", name)
    return slice(start, start + len(name))


def unnamed(lines: Sequence[str], failed: Sequence[tuple[int, str]], heads: Iterable[str]) -> list[int]:
    """Return a line for each of the tests `failed` that none of `heads` names, in order: the line that says the most."""
    key_at = dict(_keyed(failed))
    best: dict[str, int] = {}
    for index in unnamed_all(failed, heads):
        name = key_at[index]
        earlier = best.get(name)
        if earlier is None or _length(lines[index]) >= _length(lines[earlier]):
            best[name] = index
    return sorted(best.values())


def unnamed_all(failed: Sequence[tuple[int, str]], heads: Iterable[str]) -> list[int]:
    """Return all lines of the tests `failed` that none of `heads` names, in order."""
    keyed = _keyed(failed)
    unnamed = _not_named({key for _, key in keyed}, heads)
    return sorted({index for index, key in keyed if key in unnamed})


@once
def _keyed(failed: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(index, key_of(name)) for index, name in failed]


def counts(lines: Sequence[str]) -> str:
    """Return what left-out lines of a run say together: "1,998 passed, 3 skipped"; "" where they give no verdicts."""
    every = alike(lines).every
    verdict_of = Judged(_verdict)
    told: Counter[str] = Counter()
    for index in facts.touched(lines, _MARKS):
        verdict = verdict_of[every[index]]
        if verdict != "passed" or not _is_suite(lines, index):
            told[verdict] += 1
    said = [f"{told[verdict]:,} {verdict}" for verdict in ("passed", "failed", "skipped") if told[verdict]]
    files = told["file"]
    if said or not files:
        return ", ".join(said)
    return f"{files:,} {'file' if files == 1 else 'files'} of tests passed"


def _verdict(line: str) -> str:
    """Return what `line` says of a test: "passed", "failed", "skipped" or ""; "file" where it says that those of a file passed."""
    if _plainly_passed(line):
        return "passed"
    head = line[:_LOOKED_AT]
    if _FILE_PASSED.match(head):
        return "file"
    if _SKIPPED.search(head):
        return "skipped"
    if _PASSED.search(head):
        return "passed"
    return "failed" if _FAILED.match(head) else ""


def _plainly_passed(line: str) -> bool:
    """Tell whether `line` is one of the most frequent verdicts, without any expression."""
    if " PASSED" in line and "::" in line:
        return True
    start = line.lstrip()
    return line.endswith("... ok") or start.startswith("--- PASS: ") or (start[:2] in _TICKS and " tests" not in line)


def passes(line: str) -> bool:
    """Tell whether `line` says that a test, or a file of tests, went well."""
    if _plainly_passed(line):
        return True
    head = line[:_LOOKED_AT]
    return bool(_FILE_PASSED.match(head) or _PASSED.search(head))


def key_of(name: str) -> str:
    """Return the last part of a test's name: what its own report is headed by."""
    last = _apart(name.strip())[-1].strip()
    if " " not in last and "[" not in last:
        bare = last.rstrip(".")
        last = bare[max(bare.rfind("."), bare.rfind("#")) + 1 :] or last
    return last


def _length(line: str) -> int:
    """Return the characters of a line without its padding: the line with a message of its own is the longer one."""
    return len(" ".join(line.split()))


def words(head: str) -> list[str]:
    """Return what a report's first line may name: its parts and its words, with and without what leads up to them."""
    text = head.strip().strip("_=- ").strip()
    names = [text, *(part.strip() for part in _apart(text))]
    for word in _bare_words(text):
        names.append(word)
        if "." in word or "[" in word:
            names.append(_led_up_to(word))
    if text[:1] in _JOINTS or text[-1:] in _JOINTS:
        names.append("")
    return names


def _bare_words(text: str) -> list[str]:
    for joint in _JOINTS:
        text = text.replace(joint, " ")
    return text.split()


def _led_up_to(word: str) -> str:
    """Return a word without what leads up to it: a module, classes; the parameters of a test may have dots of their own."""
    return word.partition(".")[2] if "[" in word else word.rpartition(".")[2]


def _not_named(keys: set[str], heads: Iterable[str]) -> set[str]:
    """Return those of `keys` that are not among the `words` of any of `heads`, lines without breaks.

    Of thousands, what takes them apart runs over all at once, and the slowest, where they come apart, only for keys that are no
    word of theirs."""
    texts = {head.strip().strip("_=- ").strip() for head in heads} if keys else set()
    unnamed = keys - texts
    if "" in unnamed and any(text[:1] in _JOINTS or text[-1:] in _JOINTS for text in texts):
        unnamed.discard("")
    if not unnamed or not texts:
        return unnamed
    text = "\n".join(filter(None, texts))
    every_word = {*_bare_words(text)}
    unnamed -= every_word
    if unnamed:
        unnamed.difference_update(_led_up_to(word) for word in every_word if "." in word or "[" in word)
    if len(unnamed) > _FEW or any(key in text for key in unnamed):
        unnamed.difference_update(map(str.strip, "\n".join(_APART.split(text)).split("\n")))
    return unnamed


def _apart(text: str) -> list[str]:
    """Return the parts of a test's name; most have but one."""
    for mark in _APART_MARKS:
        if mark in text:
            return _APART.split(text)
    return [text] if " ".join(text.split()) == text else _APART.split(text)


def _is_suite(lines: Sequence[str], index: int) -> bool:
    """Tell whether TAP's `ok` at `index` concludes a suite, whose tests are counted by themselves."""
    if not lines[index].lstrip().startswith("ok "):
        return False
    return any(line.strip() == "type: 'suite'" for line in lines[index + 1 : index + 4])
