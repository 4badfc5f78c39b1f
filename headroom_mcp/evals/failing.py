"""Failing commands before and after: what the model of a real Claude Code sees of them, without us and with us.

    python -m headroom_mcp.evals.failing [--claude PATH] [--json]     (--json > tests/measured/failing.json: the README's)

The commands are real (pytest with 2,000 tests of which 3 fail, a make with one broken file, a script that ends in a
traceback) and so is Claude Code; only the model is scripted. A fact is a word of the output that whoever is to mend it
needs: each failing test, what it asserts and where, the error and its line, the last count.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from typing import NamedTuple

from headroom_mcp.install.doctor import client
from headroom_mcp.install.live import run as live
from headroom_mcp.text import tokens

_TESTS = """\
import pytest

ORDERS = [f"order {number} of {2 * number} parcels, to the north and before the rain" for number in range(2000)]


@pytest.mark.parametrize("order", ORDERS)
def test_every_parcel_arrives(order):
    number, parcels = int(order.split()[1]), int(order.split()[3])
    lost = 1 if number in (311, 1200, 1877) else 0
    assert parcels - lost == 2 * number, f"order {number} lost a parcel"
"""
_UNIT = """\
int work_{n}(int given) {{
    int {unused};
    return given + {n};
}}
"""
_BROKEN = "\nint broken(void) {\n    return missing_symbol + 1;\n}\n"
_SCRIPT = """\
import json


def load(line):
    return json.loads(line)


def main():
    for number in range(4000):
        print(f"2026-01-01 12:00:00 INFO record {number} read and written to the archive")
        try:
            load("{}" if number != 3999 else "{'price': 12}")
        except ValueError as error:
            raise RuntimeError(f"record {number} is no JSON") from error


main()
"""


class Job(NamedTuple):
    """A command that fails with `code`, and the facts of its output."""

    title: str
    command: str
    code: int
    facts: tuple[str, ...]


class Row(NamedTuple):
    """A job measured: its whole output, and what the model saw of it without us and with us."""

    title: str
    command: str
    output_chars: int
    facts: tuple[str, ...]
    before: str
    after: str
    same_exit: bool

    def kept(self, text: str) -> int:
        """Return how many of the facts stand in `text`."""
        return sum(fact in text for fact in self.facts)


def prepare(folder: str | os.PathLike[str]) -> list[Job]:
    """Write what the commands need into `folder`; return them. The build is left out where there is no make or gcc."""
    python = shlex.quote(sys.executable)
    _write(folder, "test_parcels.py", _TESTS)
    _write(folder, "archive.py", _SCRIPT)
    failing = (311, 1200, 1877)
    jobs = [
        Job(
            "pytest -v, 2,000 tests, 3 fail",
            f"{python} -m pytest -v -p no:cacheprovider test_parcels.py",
            1,
            (
                *(f"FAILED test_parcels.py::test_every_parcel_arrives[order {number} of" for number in failing),
                *(f"AssertionError: order {number} lost a parcel" for number in failing),
                *(f"assert ({2 * number} - 1) == (2 * {number})" for number in failing),
                "test_parcels.py:10: AssertionError",
                "3 failed, 1997 passed",
            ),
        )
    ]
    if shutil.which("make") and shutil.which("gcc"):
        unused = "; int ".join(f"spare_{number}" for number in range(12))
        for number in range(40):
            _write(
                folder, f"unit_{number}.c", _UNIT.format(n=number, unused=unused) + (_BROKEN if number == 21 else "")
            )
        objects = " ".join(f"unit_{number}.o" for number in range(40))
        _write(folder, "Makefile", f"CFLAGS = -Wall\nall: {objects}\n")
        broken = ("unit_21.c:7:12: error:", "missing_symbol", "unit_21.o] Error 1")
        jobs.append(Job("make, one of 40 files is broken", "make -k -B", 2, broken))
    named = (
        "RuntimeError: record 3999 is no JSON",
        "JSONDecodeError: Expecting property name",
        "archive.py",
        "line 14",
    )
    jobs.append(Job("a script that ends in a traceback", f"{python} archive.py", 1, named))
    return jobs


def measure(claude: str) -> list[Row]:
    """Return a row for each job, as the model of the `claude` at this path saw it. Raises: LiveError."""
    with tempfile.TemporaryDirectory(prefix="headroom-failing-") as folder:
        jobs = prepare(folder)
        sizes = []
        for job in jobs:
            done = subprocess.run(
                job.command, shell=True, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
            )
            sizes.append(len(done.stdout.decode("utf-8", "replace")))
        turns = [live.bash(job.command) for job in jobs]
        before = live.run(claude, turns, folder, timeout_s=120)
        after = live.run(claude, turns, folder, timeout_s=120, hooks=live.our_hooks())
    return [
        Row(
            job.title,
            job.command.replace(shlex.quote(sys.executable), "python"),
            size,
            job.facts,
            _anywhere(without.text, folder),
            _anywhere(with_us.text, folder),
            without.text.partition("\n")[0] == with_us.text.partition("\n")[0] == f"Exit code {job.code}",
        )
        for job, size, without, with_us in zip(jobs, sizes, before, after, strict=True)
    ]


def _anywhere(text: str, folder: str) -> str:
    return text.replace(folder, ".").replace(sys.executable, "python")


def main() -> None:
    """Print the rows."""
    import argparse

    parser = argparse.ArgumentParser(description="What the model sees of failing commands, without us and with us.")
    parser.add_argument("--claude", default="", help="the `claude` to run; default: the one on the PATH")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    claude = given.claude or client.find_claude()
    if not claude:
        parser.error("there is no `claude` on the PATH; give --claude")
    version = client.version_of(claude)
    rows = measure(claude)
    if given.json:
        found = [as_object(row) for row in rows]
        found[0].update(text_before=rows[0].before, text_after=rows[0].after)
        print(json.dumps({"claude_code": version, "rows": found}, indent=1, ensure_ascii=False))
        return
    print(f"Claude Code {version}: what the model sees of a failing command\n")
    for row in rows:
        total = len(row.facts)
        print(f"{row.title}: {row.output_chars:,} characters")
        for name, text in (("without", row.before), ("with", row.after)):
            print(f"  {name:8}{tokens.count(text):>6,} tokens, {row.kept(text)} of {total} facts")
        if not row.same_exit:
            print("  the exit codes differ")


def as_object(row: Row) -> dict[str, object]:
    """Return what is worth keeping of a row."""
    return {
        "title": row.title,
        "command": row.command,
        "output_chars": row.output_chars,
        "facts": len(row.facts),
        "same_exit": row.same_exit,
        "before": {"tokens": tokens.count(row.before), "facts": row.kept(row.before)},
        "after": {"tokens": tokens.count(row.after), "facts": row.kept(row.after)},
    }


def _write(folder: str | os.PathLike[str], name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
        stream.write(text)


if __name__ == "__main__":
    main()
