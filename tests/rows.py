"""Make rows for tables (see `tests.tables`): small texts that take a function through all its ways.

    python -m tests.rows tests.facts.test_tables blocks test_run --seconds 20
    python -m tests.mutation.rows tests.facts.test_tables blocks      goes on: until each mutant is shown by a row

A test module has `PROBES`, and its table NAME is about the module `headroom_mcp.ROOM.NAME` (`MODULES` names others), of which
the probes `ASKED[NAME]` are asked. Texts come from the golden cases and from what the tests of the room hold, cut, doubled,
indented and mixed. Kept is what runs lines of the module one after the other as no row has before, or no more than a few, made
as small as it can be.
"""

from __future__ import annotations

import argparse
import ast
import functools
import importlib
import inspect
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, NamedTuple

from tests import tables
from tests.tables import Line, Row

_ROOT = Path(__file__).parents[1]
_LONGEST_S = 1.5  # of one question to a probe
_OFTEN = 3  # rows in which one line follows another
_SMALLER_S = 0.8  # of processor time, to make a row smaller
_LONG, _LONG_CHARS = 30, 12_000  # a row that cannot be made smaller than that is none
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

Edge = tuple[int, int]  # a line of the module, and the one that runs after it


class _TooLong(BaseException):
    pass


class Input(NamedTuple):
    """A row that is known, what is said of it, and the lines of the module that it runs."""

    row: Row
    said: str
    lines: frozenset[int]


class Maker:
    """Makes rows for the table of one module."""

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
        self.inputs: list[Input] = []
        self.often: Counter[Edge] = Counter()  # in how many rows
        self.said: set[str] = set()

    def save(self) -> None:
        """Write the table."""
        tables.write(self.path, self.rows, self.probes)

    def say(self, row: Row) -> str:
        """Return what the probe of a row says now, be it that it fails; nothing is remembered of others."""
        for cache in _caches():
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

    def traced(self, row: Row) -> tuple[str, set[Edge]]:
        """Return what a row's probe says, and which lines of the module follow each other meanwhile."""
        edges: set[Edge] = set()

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

    def grow(self, seconds: float) -> None:
        """Add rows until the time is over, or nothing new is found for long."""
        for row in self.rows:
            self._note(row, self.traced(row)[1])
        waiting = [self._first(seed) for seed in self.seeds]
        self.random.shuffle(waiting)
        until = time.process_time() + seconds
        while time.process_time() < until:
            if waiting and (not self.inputs or self.random.random() < 0.4):
                row = waiting.pop()
            elif self.inputs and self.random.random() < 0.9:
                recent = self.random.random() < 0.5
                row = self.vary(self.random.choice(self.inputs[-60:] if recent else self.inputs).row)
            else:
                row = self._first(self.random.choice(self.seeds))
            self._look_at(row)

    def _look_at(self, row: Row) -> None:
        """Keep a row, made small, where it runs some lines one after the other that too few rows do."""
        said, edges = self.traced(row)
        new = {edge for edge in edges if self.often[edge] < _OFTEN}
        if said.startswith(("raises ", "takes too long")) or not new or said in self.said:
            return
        unseen = {edge for edge in new if not self.often[edge]}
        wanted = unseen or {min(new, key=lambda edge: (self.often[edge], edge))}
        row = self.smaller(row, lambda less: wanted <= self.traced(less)[1])
        if all(len(lines) <= _LONG for lines in row.texts) and sum(map(len, row.given())) <= _LONG_CHARS:
            self.keep(row)

    def keep(self, row: Row) -> None:
        """Add a row to the table."""
        said, edges = self.traced(row)
        row = row._replace(said=said)
        if said.startswith(("raises ", "takes too long")) or row in self.rows or not tables.can_hold(row):
            return
        self.rows.append(row)
        self._note(row, edges)

    def _note(self, row: Row, edges: set[Edge]) -> None:
        self.often.update(edges)
        self.said.add(row.said)
        self.inputs.append(Input(row, row.said, frozenset(line for _, line in edges)))

    def smaller(self, row: Row, does: Callable[[Row], bool]) -> Row:
        """Return a row with as little as it takes for it to do what it `does`."""
        until = time.process_time() + _SMALLER_S
        for name in list(row.options):
            less = row._replace(options={key: value for key, value in row.options.items() if key != name})
            row = less if does(less) else row
        for number in range(len(row.texts)):
            size = max(1, len(row.texts[number]) // 2)
            while size and time.process_time() < until:
                at = 0
                while at < len(row.texts[number]):
                    lines = row.texts[number]
                    less = _with(row, number, lines[:at] + lines[at + size :])
                    if time.process_time() < until and does(less):
                        row = less
                    else:
                        at += size
                size //= 2
            for at, (often, text) in enumerate(row.texts[number]):
                for shorter in _shorter(often, text):
                    less = _with(row, number, (*row.texts[number][:at], shorter, *row.texts[number][at + 1 :]))
                    if time.process_time() < until and does(less):
                        row = less
                        break
        return row

    def _first(self, seed: str) -> Row:
        probe = self.random.choice(self.asked)
        count = _texts_of(self.probes[probe])
        lines = seed.split("\n")
        if len(lines) > 12 and self.random.random() < 0.8:
            start = self.random.randrange(len(lines))
            lines = lines[start : start + self.random.randint(1, 40)]
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
                value = [self.random.randint(0, sum(often for often, _ in texts[0]))]
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
        elif kind == 4 and found[at][1].strip() and tables.is_plain(found[at][1]):
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


@functools.lru_cache(maxsize=1)
def _caches() -> tuple[Any, ...]:
    """Return the caches of the package's functions."""
    loaded = [module for name, module in sys.modules.items() if name.startswith("headroom_mcp")]
    return tuple(
        one for module in loaded for one in vars(module).values() if isinstance(one, functools._lru_cache_wrapper)
    )


def main() -> int:
    """Make rows for some tables."""
    parser = argparse.ArgumentParser(description="Make rows for tables of exact outputs.")
    parser.add_argument("tests", help="the module of tests: tests.facts.test_tables")
    parser.add_argument("table", nargs="+", help="the table: blocks")
    parser.add_argument("--seconds", type=float, default=20.0, help="of processor time for each table (default: 20)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    prepare()
    for table in given.table:
        maker = Maker(importlib.import_module(given.tests), table, given.seed)
        maker.grow(given.seconds)
        maker.save()
        print(f"{table}: {len(maker.rows)} rows, {len(maker.often)} steps")
    return 0


def prepare() -> None:
    """Give this process a data folder of its own, and an end to questions that take too long."""
    os.environ["HEADROOM_HOME"] = tempfile.mkdtemp()
    signal.signal(signal.SIGALRM, _too_long)


def _too_long(*_: object) -> None:
    raise _TooLong


if __name__ == "__main__":
    sys.exit(main())
