"""Outputs of every kind, each with a mark that a reader must see: what a router has to tell apart by the text alone.

Every function takes a source of random numbers and returns the text and its marks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

Made = tuple[str, list[str]]

_WORDS = "amber basil cedar delta ember fjord grove haven iris jade karst lotus maple north onyx pearl quartz river slate tulip umber violet".split()
_VERBS = "opened closed merged renewed checked moved sent read wrote split".split()


def _word(random: Random) -> str:
    return random.choice(_WORDS)


def _sentence(random: Random, words: int) -> str:
    said = [random.choice([*_WORDS, "the", "the", "of", "and", "a", "with", "is"]) for _ in range(words)]
    return " ".join(said).capitalize() + "."


def _time(n: int) -> str:
    return f"2026-03-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z"


def _record(random: Random, n: int, odd: bool) -> dict[str, object]:
    return {
        "ts": _time(n * 7), "level": "error" if odd else "info", "service": _word(random),
        "msg": "ledger 4411 is locked by another writer" if odd else f"{random.choice(_VERBS)} parcel", "ms": random.randrange(5, 40),
        "id": f"{random.getrandbits(32):08x}",
    }  # fmt: skip


def json_logs(random: Random) -> Made:
    """Log records as one compact JSON array."""
    at = random.randrange(5, 195)
    return json.dumps([_record(random, n, n == at) for n in range(200)], separators=(",", ":")), [
        "ledger 4411 is locked"
    ]


def json_lines(random: Random) -> Made:
    """Log records, one JSON object a line."""
    at = random.randrange(5, 195)
    return "\n".join(json.dumps(_record(random, n, n == at)) for n in range(200)), ["ledger 4411 is locked"]


def json_pretty(random: Random) -> Made:
    """An answer of an API, indented."""
    at = random.randrange(3, 57)
    rows = [
        {"number": n, "title": _sentence(random, 6), "state": "locked" if n == at else "open", "user": {"login": _word(random), "id": n}}
        for n in range(60)
    ]  # fmt: skip
    return json.dumps({"total": 60, "items": rows}, indent=2), ["locked"]


def csv(random: Random) -> Made:
    """A file of comma-separated values."""
    at = random.randrange(5, 195)
    rows = [f"{n},{_word(random)},{random.randrange(10, 90)},{'orphaned' if n == at else 'ready'}" for n in range(200)]
    return "\n".join(["id,name,weight,state", *rows]), ["orphaned"]


def psql(random: Random) -> Made:
    """A table of psql."""
    at = random.randrange(5, 115)
    rows = [
        f" {n:4} | {_word(random):<8} | {random.randrange(10, 90):6} | {'orphaned' if n == at else 'ready'}"
        for n in range(120)
    ]
    return "\n".join(
        ["  id  | name     | weight | state", "------+----------+--------+----------", *rows, "(120 rows)"]
    ), ["orphaned"]


def containers(random: Random) -> Made:
    """The columns of `docker ps -a`."""
    at = random.randrange(3, 57)
    rows = [
        f"{random.getrandbits(48):012x}   barn/{_word(random):<10}   {'Exited (137) 2 days ago' if n == at else 'Up 9 days':<26}{_word(random)}_{n}"
        for n in range(60)
    ]
    return "\n".join([f"{'CONTAINER ID':<15}{'IMAGE':<18}{'STATUS':<26}NAMES", *rows]), ["Exited (137)"]


def log(random: Random) -> Made:
    """The log of an application."""
    at = random.randrange(5, 295)
    rows = [
        f"2026-03-01 10:{n // 60:02}:{n % 60:02},{random.randrange(1000):03} "
        + ("ERROR [barn.ledger] ledger 4411 is locked by another writer" if n == at else f"INFO [barn.{_word(random)}] {random.choice(_VERBS)} parcel {random.randrange(9999)} in {random.randrange(5, 40)} ms")
        for n in range(300)
    ]  # fmt: skip
    return "\n".join(rows), ["ledger 4411 is locked"]


def syslog(random: Random) -> Made:
    """The journal of a machine."""
    at = random.randrange(5, 295)
    rows = [
        f"Mar  1 10:{n // 60:02}:{n % 60:02} barn "
        + ("kernel: Out of memory: Killed process 4411 (silod)" if n == at else f"sshd[{random.randrange(900, 9000)}]: session opened for user {_word(random)} by (uid=0)")
        for n in range(300)
    ]  # fmt: skip
    return "\n".join(rows), ["Killed process 4411"]


def access_log(random: Random) -> Made:
    """The requests that a server answered."""
    at = random.randrange(5, 295)
    rows = [
        f'10.0.{random.randrange(9)}.{random.randrange(200)} - - [01/Mar/2026:10:{n // 60:02}:{n % 60:02} +0000] "GET /{_word(random)}/{random.randrange(9)} HTTP/1.1" {503 if n == at else 200} {random.randrange(900)} "-" "curl/8"'
        for n in range(300)
    ]
    return "\n".join(rows), ["503"]


def diff(random: Random) -> Made:
    """A diff of several files."""
    lines: list[str] = []
    at = random.randrange(6)
    for n in range(6):
        path = f"src/{_word(random)}_{n}.py"
        lines += [
            f"diff --git a/{path} b/{path}",
            "index 1234567..89abcde 100644",
            f"--- a/{path}",
            f"+++ b/{path}",
            "@@ -10,30 +10,30 @@ def weigh(pen):",
        ]
        lines += [f"     {_word(random)} = {_word(random)}({k})" for k in range(24)]
        lines += [
            f"-    return {n}",
            "+    return round(total, 2, half_even=True)" if n == at else f"+    return {n + 1}",
        ]
        lines += [f"     {_word(random)} = {_word(random)}({k})" for k in range(6)]
    return "\n".join(lines), ["half_even=True"]


def git_log(random: Random) -> Made:
    """The log of a repository."""
    lines: list[str] = []
    for n in range(40):
        lines += [
            f"commit {random.getrandbits(160):040x}",
            f"Author: {_word(random)} <{_word(random)}@example.org>",
            f"Date:   Sun Mar 1 10:{n:02}:00 2026 +0000",
            "",
            f"    {_sentence(random, 6)}",
            "",
        ]
    return "\n".join(lines), [lines[4].strip()]


def hits(random: Random) -> Made:
    """The hits of a search."""
    paths = [f"src/{_word(random)}/{_word(random)}_{n}.py" for n in range(12)]
    lines = [f"{path}:{n * 7 + 3}:    total = weigh_pen({_word(random)}, {n})" for path in paths for n in range(9)]
    lines.insert(40, f"{paths[4]}:1:def weigh_pen(pen: Pen, count: int) -> Total:")
    return "\n".join(lines), ["def weigh_pen"]


def listing(random: Random) -> Made:
    """`ls -l` of a folder."""
    rows = [
        f"-rw-r--r-- 1 root root {random.randrange(900, 9000):6} Mar  1 10:{n % 60:02} {_word(random)}_{n}.dat"
        for n in range(80)
    ]
    return "\n".join(["total 612", *rows]), ["total 612"]


def paths(random: Random) -> Made:
    """Paths of files, one a line."""
    rows = [f"src/{_word(random)}/{_word(random)}/{_word(random)}_{n}.ts" for n in range(120)]
    return "\n".join(rows), []


def source(random: Random) -> Made:
    """A module of Python."""
    lines = ['"""Weighs pens."""', "", "from __future__ import annotations", ""]
    for n in range(30):
        lines += [
            "",
            f"def {_word(random)}_{n}(pen: int, count: int = {n}) -> int:",
            f'    """{_sentence(random, 6)}"""',
        ]
        lines += [f"    {_word(random)} = pen * {k} + count" for k in range(8)]
        lines += ["    return pen + count", ""]
    return "\n".join(lines), ["Weighs pens"]


def document(random: Random) -> Made:
    """A document in Markdown."""
    lines = ["# Weighing pens", ""]
    for _n in range(14):
        lines += [
            f"## {_sentence(random, 3)}",
            "",
            " ".join(_sentence(random, 12) for _ in range(4)),
            "",
            f"- {_sentence(random, 6)}",
            f"- {_sentence(random, 6)}",
            "",
        ]
    return "\n".join(lines), ["# Weighing pens"]


def page(random: Random) -> Made:
    """A web page."""
    rows = "\n".join(
        f"<div class='{_word(random)}'><p>{' '.join(_sentence(random, 12) for _ in range(3))}</p></div>"
        for _ in range(40)
    )
    return (
        f"<!DOCTYPE html>\n<html><head><title>Weighing pens</title></head><body>\n<h1>Weighing pens</h1>\n{rows}\n</body></html>",
        ["Weighing pens"],
    )


def prose(random: Random) -> Made:
    """Running text."""
    return "\n\n".join(" ".join(_sentence(random, 14) for _ in range(5)) for _ in range(16)), []


def issue(random: Random) -> Made:
    """An issue and what was said below it, as `gh issue view --comments` prints them to a pipe."""
    lines = [
        "title:\tSilo rounding",
        "state:\tOPEN",
        "author:\tana",
        "labels:\tbug",
        "comments:\t20",
        "--",
        "The totals differ by one cent.",
        "",
    ]
    for n in range(20):
        said = (
            "Setting ROUNDING=half_even in the job fixed it for us."
            if n == 11
            else " ".join(_sentence(random, 10) for _ in range(3))
        )
        lines += [
            f"author:\t{_word(random)}",
            "association:\tnone",
            "edited:\tfalse",
            "status:\tnone",
            "--",
            said,
            "--",
        ]
    return "\n".join(lines), ["ROUNDING=half_even"]


def lint(random: Random) -> Made:
    """Problems by place."""
    rows = [
        f"src/{_word(random)}_{n % 9}.py:{n * 3 + 1}:{n % 7 + 1}: E501 Line too long ({90 + n % 30} > 88)"
        for n in range(90)
    ]
    rows.insert(50, "src/ledger.py:88:5: F821 Undefined name `weigh_pen`")
    return "\n".join(rows), ["F821"]


def build(random: Random) -> Made:
    """A build of C that fails."""
    rows = [f"[{n:3}%] Building C object src/CMakeFiles/barn.dir/{_word(random)}_{n}.c.o" for n in range(1, 90)]
    rows[60:60] = [
        "src/ledger.c:88:12: error: 'weigh_pen' undeclared (first use in this function)",
        "   88 |     return weigh_pen(p);",
        "      |            ^~~~~~~~~",
    ]
    return "\n".join(
        [
            *rows,
            "make[2]: *** [src/CMakeFiles/barn.dir/build.make:76: src/ledger.c.o] Error 1",
            "make: *** [Makefile:91: all] Error 2",
        ]
    ), ["src/ledger.c:88:12", "weigh_pen"]


def ticks(random: Random) -> Made:
    """A bundler that ticks off what it has made."""
    rows = [f"✓ {random.randrange(20, 400)} modules transformed for {_word(random)}_{n}." for n in range(60)]
    rows.insert(37, "(!) ledger_4411 imports itself through silo, its value is undefined")
    return "\n".join(["vite v5.4.2 building for production...", *rows, "✓ built in 3.21s"]), [
        "ledger_4411 imports itself"
    ]


def ok_rows(random: Random) -> Made:
    """A program that says ok of each row."""
    rows = [f"ok {n} rows weighed in {random.randrange(5, 99)} ms" for n in range(160)]
    rows.insert(91, "not weighed: row 4411 has a weight of -3 kg")
    return "\n".join(rows), ["row 4411"]


def trace(random: Random) -> Made:
    """An exception of Java with its causes."""
    frames = [
        f"\tat org.barn.{_word(random)}.{_word(random).title()}.{random.choice(_VERBS)}({_word(random).title()}.java:{n + 10})"
        for n in range(60)
    ]
    return "\n".join(
        [
            "org.barn.LedgerException: cannot weigh the pen",
            *frames,
            "Caused by: java.io.IOException: ledger 4411 is locked",
            *frames[:20],
            "\t... 40 more",
        ]
    ), ["ledger 4411 is locked"]


def config(random: Random) -> Made:
    """A file of settings in YAML."""
    lines: list[str] = []
    for n in range(40):
        lines += [
            f"{_word(random)}_{n}:",
            f"  image: barn/{_word(random)}:1.{n}",
            f"  replicas: {random.randrange(1, 4)}",
            "  resources:",
            f"    memory: {random.choice([128, 256])}Mi",
        ]
    return "\n".join(lines), [lines[0]]


def blob(random: Random) -> Made:
    """Base64."""
    rows = [
        "".join(random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") for _ in range(76))
        for _ in range(120)
    ]
    return "\n".join(rows), []


MAKERS: dict[str, Callable[[Random], Made]] = {
    maker.__name__: maker
    for maker in (
        json_logs, json_lines, json_pretty, csv, psql, containers, log, syslog, access_log, diff, git_log, hits, listing, paths,
        source, document, page, prose, issue, lint, build, ticks, ok_rows, trace, config, blob,
    )
}  # fmt: skip
