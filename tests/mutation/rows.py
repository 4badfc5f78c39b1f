"""Make rows for tables (see `tests.tables`): the smallest texts found of which a broken function says something else.

    python -m tests.mutation.rows tests.facts.test_tables blocks              all mutants of facts/blocks.py
    python -m tests.mutation.rows tests.facts.test_tables blocks --seconds 60

A test module has `PROBES`, and for its table NAME the module `headroom_mcp.ROOM.NAME` is broken (`MODULES` names others), with
the probes of `ASKED[NAME]` asked. Texts come from the golden cases and from what the tests of the room hold, cut, doubled,
indented and mixed. A mutant that a row of the table already shows is passed over; so few rows show many mutants.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import hashlib
import importlib
import inspect
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import CodeType, FrameType
from typing import Any, NamedTuple

from tests import tables
from tests.mutation import reach, runs
from tests.mutation.mutants import Mutant, made, sample
from tests.tables import Line, Row

_ROOT = Path(__file__).parents[2]
_LONGEST_S = 1.5  # of one question to a probe
_TRIES, _VARIED = 50, 40  # known texts, and new ones, that are tried for a mutant
_MUTANT_S = 0.3  # of processor time, to look for one
_MEMORY_BYTES = 4 << 30
_ODD = (
    "",
    "  ",
    "\t",
    "}",
    "]",
    "Error: it broke",
    "ok",
    "1 failed",
    "x" * 90,
    "12\tfoo",
    "done",
    "at a.b.C(D.java:3)",
)


class _TooLong(BaseException):
    pass


class Input(NamedTuple):
    """A row that is known, what is said of it, and the lines of the broken module that it runs."""

    row: Row
    said: str
    lines: frozenset[int]


class Maker:
    """Looks for rows that show the mutants of one module."""

    def __init__(self, tests: Any, table: str, seed: int) -> None:
        self.tests, self.random = tests, Random(seed)
        room = tests.__name__.split(".")[1]
        name = getattr(tests, "MODULES", {}).get(table, f"headroom_mcp.{room}.{table}")
        self.module = importlib.import_module(name)
        self.file = str(self.module.__file__)
        self.path = Path(tests.__file__).parent / "tables" / f"{table}.txt"
        self.probes: dict[str, tables.Probe] = tests.PROBES
        self.asked: list[str] = getattr(tests, "ASKED", {}).get(table, [table.replace("_", " ")])
        self.rows = tables.read(self.path) if self.path.exists() else []
        self.seeds = list(_texts(tests)) or ["a\nb"]
        self.numbers = sorted({n + by for n in _integers(self.file) for by in (-1, 0, 1) if 0 < n + by <= 2_100})
        self.run_by: list[frozenset[int]] = []  # the lines of the module that each row runs
        self.inputs: list[Input] = []
        self.edges: set[tuple[int, int]] = set()
        self.caches: list[Any] = []

    # what is said

    def say(self, row: Row) -> str:
        """Return what the probe of a row says now, be it that it fails."""
        for cache in self.caches:
            cache.cache_clear()
        signal.setitimer(signal.ITIMER_REAL, _LONGEST_S)
        try:
            return row.ask(self.probes)
        except _TooLong:
            return "takes too long"
        except Exception as error:
            return f"raises {type(error).__name__}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def traced(self, row: Row) -> tuple[str, set[tuple[int, int]]]:
        """Return what a row's probe says, and which lines of the module follow each other meanwhile."""
        edges: set[tuple[int, int]] = set()

        def of_call(frame: FrameType, event: str, _: object) -> Any:
            if frame.f_code.co_filename != self.file:
                return None
            last = [0]

            def of_line(frame: FrameType, event: str, _: object) -> Any:
                if event == "line":
                    edges.add((last[0], frame.f_lineno))
                    last[0] = frame.f_lineno
                return of_line

            return of_line

        sys.settrace(of_call)
        try:
            said = self.say(row)
        finally:
            sys.settrace(None)
        return said, edges

    # texts

    def learn(self, seconds: float) -> None:
        """Collect inputs that run the module's lines in ever new orders."""
        until = time.process_time() + seconds
        for row in self.rows:
            said, edges = self.traced(row)
            self.edges |= edges
            self.run_by.append(frozenset(line for _, line in edges))
            self.inputs.append(Input(row, said, self.run_by[-1]))
        waiting = [self._first(seed) for seed in self.seeds]
        self.random.shuffle(waiting)
        while time.process_time() < until:
            if waiting and self.random.random() < 0.4:
                row = waiting.pop()
            elif self.inputs:
                row = self.vary(
                    self.random.choice(self.inputs[-200:] if self.random.random() < 0.5 else self.inputs).row
                )
            else:
                row = self._first(self.random.choice(self.seeds))
            self._take(row, always=self.random.random() < 0.05)

    def _take(self, row: Row, *, always: bool) -> None:
        said, edges = self.traced(row)
        if said.startswith(("raises ", "takes too long")):
            return
        if always or edges - self.edges:
            self.edges |= edges
            self.inputs.append(Input(row, said, frozenset(line for _, line in edges)))

    def _first(self, seed: str) -> Row:
        probe = self.random.choice(self.asked)
        count = _texts_of(self.probes[probe])
        lines = seed.split("\n")
        if len(lines) > 12 and self.random.random() < 0.8:
            start = self.random.randrange(len(lines))
            lines = lines[start : start + self.random.randint(1, 60)]
        texts = [tuple((1, line) for line in lines[:400])]
        while len(texts) < count:
            texts.append(self._changed(texts[-1]) if self.random.random() < 0.7 else self._seed_lines())
        return Row(probe, self._options(self.probes[probe], {}, texts), tuple(texts))

    def _seed_lines(self) -> tuple[Line, ...]:
        lines = self.random.choice(self.seeds).split("\n")
        start = self.random.randrange(len(lines))
        return tuple((1, line) for line in lines[start : start + self.random.randint(1, 30)])

    def vary(self, row: Row) -> Row:
        """Return a row that differs a little."""
        texts = list(row.texts)
        for _ in range(self.random.choice((1, 1, 2, 4))):
            at = self.random.randrange(len(texts))
            texts[at] = self._changed(texts[at])
        options = row.options
        if self.random.random() < 0.3:
            options = self._options(self.probes[row.probe], options, texts)
        return row._replace(texts=tuple(texts), options=options)

    def _options(self, probe: tables.Probe, old: dict[str, Any], texts: list[tuple[Line, ...]]) -> dict[str, Any]:
        options = dict(old)
        chosen: dict[str, Any] = getattr(self.tests, "CHOICES", {})
        for name, parameter in inspect.signature(probe).parameters.items():
            if parameter.default is inspect.Parameter.empty or (old and self.random.random() < 0.5):
                continue
            value = parameter.default
            if name in chosen:
                value = self.random.choice(chosen[name])
            elif isinstance(value, bool):
                value = self.random.random() < 0.5
            elif isinstance(value, int):
                value = self.random.choice([value, *self.numbers])
            elif isinstance(value, str):
                words = [word for lines in texts for _, line in lines[:40] for word in line.split()] or ["x"]
                value = " ".join(self.random.choices(words, k=self.random.randint(1, 3)))[:80]
            elif isinstance(value, tuple) and all(isinstance(one, int) for one in value):
                value = sorted(self.random.sample(range(sum(often for often, _ in texts[0])), k=1))
            elif isinstance(value, tuple):
                value = [self.random.choice(texts[0] or ((1, "x"),))[1] for _ in range(self.random.randint(1, 2))]
            if value == parameter.default:
                options.pop(name, None)
            else:
                options[name] = value
        return options

    def _changed(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        found = list(lines)
        at = self.random.randrange(len(found)) if found else 0
        kind = self.random.randrange(12)
        if not found or kind == 0:
            found.insert(at, (1, self.random.choice(_ODD)))
        elif kind == 1:
            del found[at : at + self.random.choice((1, 1, 2, 5, 20))]
        elif kind == 2:
            found[at:at] = found[at : at + self.random.choice((1, 1, 2, 3, 8))]
        elif kind == 3:
            found[at:at] = self._seed_lines()
        elif kind == 4 and found[at][1].strip() and tables._is_plain(found[at][1]):
            few = [number for number in self.numbers if number <= 700]
            found[at] = (self.random.choice([2, 3, 4, *few]), self._numbered(found[at][1]))
        elif kind == 5:
            other = self.random.randrange(len(found))
            found[at], found[other] = found[other], found[at]
        elif kind == 6:
            found.insert(at, (1, ""))
        else:
            often, text = found[at]
            found[at] = (often, self._changed_line(text)) if often == 1 else (often, text)
        total = 0
        for number, (often, text) in enumerate(found):
            total += often * (len(text) + 1)
            if total > 60_000:
                return tuple(found[:number])
        return tuple(found)

    def _numbered(self, text: str) -> str:
        digit = next((char for char in text if char.isdigit()), "")
        if self.random.random() < 0.3:
            return text
        return text.replace(digit, "{n}", 1) if digit else f"{text}{{n}}"

    def _changed_line(self, text: str) -> str:
        kind = self.random.randrange(10)
        words = text.split(" ")
        at = self.random.randrange(len(words))
        if kind == 0:
            return "  " * self.random.randint(1, 3) + text
        if kind == 1:
            return text.lstrip()
        if kind == 2:
            return self.random.choice((text.upper(), text.lower(), text.title()))
        if kind == 3:
            del words[at]
            return " ".join(words)
        if kind == 4:
            words.insert(at, self.random.choice(self.random.choice(self.seeds).split() or ["x"])[:60])
            return " ".join(words)
        if kind == 5:
            long = self.random.choice(self.numbers or [80])
            return text[:long] if len(text) > long else text + "y" * (long - len(text))
        if kind == 6:
            return "".join(str(self.random.randrange(10)) if char.isdigit() else char for char in text)
        if kind == 7 and text:
            cut = self.random.randrange(len(text))
            return text[:cut] + text[cut + 1 :]
        if kind == 8:
            return text + self.random.choice((":", " ", "!", ")", " 3", " ok", "\t", ","))
        return self.random.choice(_ODD) + " " + text

    # mutants

    def show(self, mutant: Mutant) -> str:
        """Look for a row that shows a mutant. Returns "known", "found" or "" where none is found."""
        lines = _lines(mutant)
        with _Broken(mutant) as broken:
            until = time.process_time() + _MUTANT_S
            for row, run in reversed(list(zip(self.rows, self.run_by, strict=True))):
                if run & lines and self.say(row) != row.said:
                    return "known"
            reached = [one for one in self.inputs if one.lines & lines]
            some = self.random.sample(reached, min(_TRIES, len(reached)))
            for one in sorted(some, key=lambda one: sum(len(text) for text in one.row.given())):
                if self.say(one.row) != one.said:
                    self._keep(broken, one.row)
                    return "found"
                if time.process_time() > until:
                    return ""
            for _ in range(_VARIED if reached else 0):
                row = self.vary(self.random.choice(some).row)
                if self._differs(broken, row):
                    self._keep(broken, row)
                    return "found"
                if time.process_time() > until:
                    break
        return ""

    def _differs(self, broken: _Broken, row: Row) -> bool:
        broken.mend()
        said = self.say(row)
        broken.break_()
        return not said.startswith(("raises ", "takes too long")) and self.say(row) != said

    def _keep(self, broken: _Broken, row: Row) -> None:
        """Make a row as small as it can be, and keep it."""
        tries, until = 240, time.process_time() + 2 * _MUTANT_S
        for name in list(row.options):
            less = row._replace(options={key: value for key, value in row.options.items() if key != name})
            if self._differs(broken, less):
                row = less
        for number in range(len(row.texts)):
            size = max(1, len(row.texts[number]) // 2)
            while tries > 0 and time.process_time() < until:
                at = 0
                while at < len(row.texts[number]) and tries > 0 and time.process_time() < until:
                    lines = row.texts[number]
                    less = _with(row, number, lines[:at] + lines[at + size :])
                    tries -= 1
                    if self._differs(broken, less):
                        row = less
                    else:
                        at += size
                if size == 1:
                    break
                size //= 2
            for at, (often, text) in enumerate(row.texts[number]):
                for shorter in _shorter(often, text):
                    tries -= 1
                    less = _with(row, number, (*row.texts[number][:at], shorter, *row.texts[number][at + 1 :]))
                    if tries > 0 and time.process_time() < until and self._differs(broken, less):
                        row = less
        broken.mend()
        said, edges = self.traced(row)
        if tables._row(tables.written(row._replace(said=said))) != row._replace(said=said):
            return  # a text that a table cannot hold
        self.rows.append(row._replace(said=said))
        self.run_by.append(frozenset(line for _, line in edges))
        self.inputs.append(Input(row, said, frozenset(line for _, line in edges)))


class _Broken:
    """A function with a mutant's code, while the context lasts."""

    def __init__(self, mutant: Mutant) -> None:
        self.function = runs.function_of(mutant)
        self._sound = self._state()
        runs.apply(mutant)
        self._ill = self._state()

    def _state(self) -> tuple[CodeType, Any, Any]:
        return self.function.__code__, self.function.__defaults__, self.function.__kwdefaults__

    def mend(self) -> None:
        self.function.__code__, self.function.__defaults__, self.function.__kwdefaults__ = self._sound

    def break_(self) -> None:
        self.function.__code__, self.function.__defaults__, self.function.__kwdefaults__ = self._ill

    def __enter__(self) -> _Broken:
        return self

    def __exit__(self, *_: object) -> None:
        self.mend()


def _with(row: Row, number: int, lines: tuple[Line, ...]) -> Row:
    return row._replace(texts=(*row.texts[:number], lines, *row.texts[number + 1 :]))


def _shorter(often: int, text: str) -> Iterator[Line]:
    if often > 1:
        yield 1, text
        yield 2, text
        yield often // 2, text
    elif len(text) > 60:
        yield 1, text[: len(text) // 2]
        yield 1, text[:40]


def _lines(mutant: Mutant) -> frozenset[int]:
    """Return the lines of the statement that a mutant changes."""
    mask, first = reach.statement(mutant), mutant.line - mutant.offset
    count = mutant.before.count("\n") + 1
    return frozenset(first + at for at in range(count) if not mask or mask >> at & 1)


def _texts_of(probe: tables.Probe) -> int:
    return sum(one.default is inspect.Parameter.empty for one in inspect.signature(probe).parameters.values())


def _integers(path: str) -> set[int]:
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is int}


def _texts(tests: Any) -> Iterator[str]:
    """Yield texts: what the tests beside `tests` hold, and the golden cases."""
    yield from getattr(tests, "SEEDS", ())
    for path in sorted(Path(tests.__file__).parent.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value.strip():
                yield node.value
    if getattr(tests, "CASES", True):
        for path in sorted((_ROOT / "tests" / "cases").glob("*/*/input.txt")):
            text = path.read_text(encoding="utf-8", errors="replace").replace("\ufffd", "?")
            yield text if len(text) < 40_000 else text[:20_000]


def _caches() -> list[Any]:
    """Return the caches of the package's functions."""
    kept = []
    for name, module in list(sys.modules.items()):
        if name.startswith("headroom_mcp"):
            kept += [one for one in vars(module).values() if isinstance(one, functools._lru_cache_wrapper)]
    return kept


def main() -> int:
    """Make rows for one table until the time is over."""
    parser = argparse.ArgumentParser(description="Make rows for a table of exact outputs.")
    parser.add_argument("tests", help="the module of tests: tests.facts.test_tables")
    parser.add_argument("table", nargs="+", help="the table: blocks")
    parser.add_argument("--seconds", type=float, default=120.0, help="of processor time for each table (default: 120)")
    parser.add_argument("--apart-from", type=int, action="append", default=[], metavar="SEED",
                        help="leave the sample of 300 of this seed unseen")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", default=str(_ROOT / ".mutation" / "made"))
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    os.environ["HEADROOM_HOME"] = tempfile.mkdtemp()
    every = made(_ROOT, Path(given.cache))
    unseen = {mutant.key for seed in given.apart_from for mutant in sample(every, 300, seed)}
    signal.signal(signal.SIGALRM, _too_long)
    for table in given.table:
        maker = Maker(importlib.import_module(given.tests), table, given.seed)
        _make(
            maker,
            [one for one in every if one.module == maker.module.__name__ and one.key not in unseen],
            given.seconds,
        )
    return 0


def _too_long(*_: object) -> None:
    raise _TooLong


def _make(maker: Maker, mutants: list[Mutant], seconds: float) -> None:
    until = time.process_time() + seconds
    maker.learn(seconds / 6)
    maker.caches = _caches()
    gc.freeze()
    told = {"known": 0, "found": 0, "": 0}
    order = sorted(mutants, key=lambda mutant: hashlib.sha256(mutant.key.encode()).digest())
    left: list[Mutant] = []
    for number, mutant in enumerate(order):
        if time.process_time() > until:
            print(f"{len(order) - number} not tried")
            break
        if number % 100 == 99:
            tables.write(maker.path, maker.rows, maker.probes)
        try:
            outcome = maker.show(mutant)
        except Exception as error:  # a mutant that cannot be put in its place
            print(f"{mutant.name}: {error!r}")
            continue
        told[outcome] += 1
        if not outcome:
            left.append(mutant)
    tables.write(maker.path, maker.rows, maker.probes)
    print(f"{maker.path.name}: {len(maker.rows)} rows, {len(maker.inputs)} texts; {told}")
    if os.environ.get("SHOW"):
        for mutant in sorted(left, key=lambda mutant: mutant.line):
            print(mutant.diff())


if __name__ == "__main__":
    sys.exit(main())
