"""What a sample of lines looks like: a cheap guess at its kinds, so that only a few compressors need to be asked.

Each pattern is a line of a kind, as a regular expression with the share of lines at which it is plain. Nothing here
decides alone: the compressors named score the text themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.text import lines as lines_module

_MAX_LINE_CHARS = 400
_SAMPLE_LINES = 120


class Guess(NamedTuple):
    """The sample looks like `kind` with a strength of 0 … 1."""

    kind: str
    strength: float
    why: str


class _Pattern(NamedTuple):
    kind: str
    plain_share: float
    what: str
    regex: re.Pattern[str]


def _pattern(kind: str, plain_share: float, what: str, regex: str) -> _Pattern:
    return _Pattern(kind, plain_share, what, late.pattern(regex))


# One line of these is enough: nothing else prints them at the start of a line.
_BRACKETED = late.pattern(r"^\[[A-Za-z… ][\w…: ,.-]*\]")
_SIGNS = (
    _pattern("diff", 0, "diff headers", r"^(?:diff --git |diff --cc |diff -r |Index: \S|--- a/|@@ -\d+(?:,\d+)? \+\d+)"),
    _pattern("git", 0, "git's own words", r"^(?:commit [0-9a-f]{40}|On branch \S|HEAD detached |\*? ?[0-9a-f]{7,12} [^(]*\([^)]{0,80}?\d{4}-\d\d-\d\d [^)]{0,40}\d\) )"),
    _pattern(
        "test_output",
        0,
        "a test runner's lines",
        r"^(?:=+ test session starts|=+ FAILURES|=+ short test summary|\s*(?:PASS|FAIL) +\S+\.\w+|--- (?:FAIL|PASS): |=== RUN |"
        r"test [\w:]+ \.\.\. (?:ok|FAILED)|test result: |running \d+ tests?$|\[INFO\] +T E S T S|Tests run: \d|"
        r"Test Suites: |\s*\d+ passing \(|\s*Tests +\d+ |Ran \d+ tests? in|\d+ examples?, \d+ failures?|"
        r"\s*\d+% tests passed|(?:not )?ok \d+ |\S+\.py(?:::\S| [.FEsx]+ +\[ *\d+%\])|\w+ \([\w.]+\) ?\.\.\. (?:ok|FAIL|ERROR)|\[ +(?:RUN|OK|FAILED) +\] |\[=+\] (?:Running )?\d+ tests? from|"
        r" RUN  v\d|\s*[✓✔✗✘✖×✕]\s+\S|\s*Test Files +\d|PHPUnit \d|\d+ runs, \d+ assertions|\S+#\w+ = [\d.]+ s = |\S+\.t \.{2,} |Result: (?:PASS|FAIL)$| *\d+/\d+ Test +#\d+: )",
    ),
    _pattern(
        "test_output",
        0,
        "counts of tests",
        r"(?i)\b\d+ (?:tests?|specs?|examples?|scenarios?|steps?|features?|runs|successes|passed|passing)\b.{0,60}\b\d* ?(?:pass(?:ed|ing)?|fail(?:ed|ing|ures?)?|succeeded|assertions)\b"
        r"|\b(?:tests?|total tests|passed|total)\b(?: run)?: *(?:succeeded )?\d+|\bexecuted \d+ (?:of \d+|tests?)|\btests? run\b|\ball (?:tests|specs) passed",
    ),
    _pattern(
        "stack_trace",
        0,
        "stack frames",
        r"^(?:[\s|+]*(?:Exception Group )?Traceback \(most recent call last\):|\s+at \S[^()]*(?:\([^()]*)?:\d|Exception in thread |Caused by: |panic: |"
        r"goroutine \d+ \[|thread '.*' panicked|Unhandled exception|\s+File \".*\", line \d+)",
    ),
    _pattern("html", 0, "HTML", r"(?i)^\s*<(?:!doctype html|html|head|body|div|script|meta|link)\b"),
)  # fmt: skip

# A share of lines of these.
_SHARES = (
    _pattern("snapshot", 0.3, "elements with refs", r"^\s*- '?\w+.{0,300}\[ref=\w|^\s*uid=\S+ [A-Za-z]|^\s*\[(?:ref=)?\w{0,3}\d+\] [a-z]+ [\"']"),
    _pattern("lint", 0.5, "path:line:column: message", r"^\S[^:\n]*\.\w+:\d+:\d+:? +\S|^\S[^:(\n]*\(\d+(?:,\d+)?\): (?:error|warning|info)|^\S[^:\n]*\.\w+:\d+: (?:error|warning|note)|^ *--> \S+:\d+:\d+|^[A-Z]{1,4}\d{2,4} "),
    _pattern("lint", 0.06, "places of problems", r"^\s+(?:Location|File|Path|Where): [^\s:]{1,240}:\d{1,9}(?:[:-]\d{1,9}){0,3}$"),
    _pattern("search", 0.6, "path:line:text", r"^(?:(?=[^\s:][^:\n]*[./])[^:\n]+?[:\-]\d+[:\-]|\d+[:\-]|[\w.@+/-]+/[\w.@+-]+:|--$)"),
    _pattern("access_log", 0.5, "requests", r'"(?:GET|POST|PUT|HEAD|DELETE|PATCH|OPTIONS|CONNECT) [^"]*" \d{3}\b'),
    _pattern(
        "log",
        0.4,
        "timestamps or levels",
        r"^(?:\S+ +\| )?\W{0,2}(?:\d\d/\d\d/\d{4} |\d{4}[-/.]\d\d[-/.]\d\d[T ,]?\d\d?:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d\d[/:]\d\d[/:]\d\d[ .,:]|\d{8}-\d|\d{10}\b|"
        r"(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|NOTICE)\b|[IWEF]\d{4} |- \d{10} )|\b(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR)\b[ :\]|]",
    ),
    _pattern(
        "listing",
        0.6,
        "file names",
        r"^(?:[-dlbcpsD][rwxsStT-]{9}[@+.]?\s|total \d+$|\d+(?:\.\d+)?[KMGT]?\t\S|\.{0,2}/?(?:[\w.@+ -]+/)+[\w.@+ -]*\*?$|"
        r"[│├└|`\s]*[├└|`](?:──|--|─┬) ?\S|\S+/?:$|[\w@+-][\w.@+-]*\.\w{1,8}$)",
    ),
    _pattern("table", 0.7, "columns", r"^(?:[^\t]*\t[^\t]*\t|[^|]*\|[^|]*\||[^,]*,[^,]*,[^,]|\S+(?: \S+)*(?: {2,}\S+(?: \S+)*){2,} *$|[-+=|:\s]{8,}$)"),
    _pattern("json", 0.5, "JSON lines", r'^\s*(?:[{}\[\]],?$|"[^"]*": .|\{".*\},?$)'),
    _pattern(
        "build",
        0.15,
        "a build's lines",
        r"^(?:\S+: (?:error|warning): |(?:gcc|g\+\+|cc|clang|ld|ar|libtool): |make(?:\[\d+\])?: |\[\s*\d+%\] (?:Building|Linking|Built)|"
        r"\s*(?:CC|CXX|LD|AR|Compiling|Downloading|Downloaded|Installing|Collecting|Building|Linking) +\S|npm (?:ERR!|WARN|error|warn)|"
        r"\[INFO\]|\[ERROR\]|\[WARNING\]|> Task :|#\d+ |Step \d+/\d+ :|##\[|travis_(?:fold|time):|\S+\t[^\t]+\t\d{4}-\d\d-\d\dT|\$ \S|\+ \S)",
    ),
    _pattern("markdown", 0.08, "headings", r"^(?:#{1,6} \S|```|={4,}$|-{4,}$|\.\. \w+::|\* \S|- \S)"),
    _pattern(
        "code",
        0.15,
        "source lines",
        r"^\s*(?:def |class |async def |from \S+ import |import [\w{*\"']|func |fn |pub |impl |struct |enum |interface |type \w+ |export |const |"
        r"let |var |public |private |protected |static |#include|#define|package |namespace |using |return\b|if ?\(|for ?\(|\}|@\w+)",
    ),
    _pattern("prose", 0.3, "sentences", r"^\s*[A-Z\"'(\[«„“][^|{}<>=]{60,}"),
    _pattern("blob", 0.3, "unbroken runs or lines without end", r"^\s*\S{60,}$|^[^\s]{200,}|^(?=.{400}).*[;{}=,(]|^[0-9a-f]{4,16}:? +(?:[0-9a-f]{2,8} +){4}"),
)  # fmt: skip


def sample(lines: Sequence[str]) -> list[str]:
    """Return some lines from the start, the middle and the end, clipped, without blank ones and line numbers."""
    count = len(lines)
    if count <= _SAMPLE_LINES:
        picked = list(lines)
    else:
        third = _SAMPLE_LINES // 3
        middle = (count - third) // 2
        picked = [*lines[:third], *lines[middle : middle + third], *lines[-third:]]
    # The end stays as well: a document on one line is known by its last bracket.
    picked = [
        line if len(line) <= _MAX_LINE_CHARS else line[: _MAX_LINE_CHARS - 20] + line[-20:]
        for line in picked
        if line and not line.isspace()
    ]
    return list(lines_module.without_numbers(picked))


def guesses(lines: Sequence[str]) -> list[Guess]:
    """Return what `lines` (a sample) look like, strongest first; empty where they look like nothing known."""
    found: list[Guess] = []
    total = len(lines)
    if not total:
        return found
    first, last = lines[0].lstrip("\ufeff \t"), lines[-1].rstrip(" \t;,")
    if (
        first[:1] in ("{", "[")
        and last[-1:] in ("}", "]")
        and (total > 1 or len(first) > 1)
        and not _is_bracketed_word(first)
    ):
        found.append(Guess("json", 0.9, "starts and ends like JSON"))
    for kind, _, what, regex in _SIGNS:
        count = sum(1 for line in lines if regex.search(line))
        if count:
            strength = min(1.0, 0.55 + count / total)
            if kind == "html" and total > 3 and count < 3:
                strength = 0.3
            found.append(Guess(kind, strength, f"{count} of {total} sampled lines are {what}"))
    for kind, plain_share, what, regex in _SHARES:
        count = sum(1 for line in lines if regex.search(line))
        share = count / total
        if share >= plain_share / 3 and count:
            strength = min(0.9, 0.6 * share / plain_share)
            found.append(Guess(kind, round(strength, 3), f"{count} of {total} sampled lines are {what}"))
    found.sort(key=lambda guess: -guess.strength)
    seen: set[str] = set()
    return [guess for guess in found if not (guess.kind in seen or seen.add(guess.kind))]  # type: ignore[func-returns-value]


def _is_bracketed_word(line: str) -> bool:
    """Tell whether `line` begins like a log's `[INFO] …` and not like an array."""
    return _BRACKETED.match(line) is not None
