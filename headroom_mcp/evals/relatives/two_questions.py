"""Outputs of many forms, and a question of two parts: what answers either is in the short form.

A grid of things and their properties, each with a value of its own, is printed in one form after the other; the question is after
two properties of one thing, and after one of another. Ranked by all words at once, the first thing's lines win every place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from headroom_mcp.evals.relatives import draw
from headroom_mcp.evals.relatives.draw import Relative

_PROPERTIES = "limit owner port volume delay quota region retries weight colour depth span".split()
_QUESTIONS = (
    "What are the {first} and the {second} of {one}, and what is the {third} of {other}?",
    "Which {first} and which {second} has {one}, and which {third} {other}?",
    "What is the {first} of {one}, its {second}, and the {third} of {other}?",
    "{one}: {first} and {second}? {other}: {third}?",
    "Show me {first} and {second} of {one}; also the {third} of {other}",
    "How is the {first} of {one} set, how its {second}, and where is the {third} of {other}?",
    "I need the {third} of {other} and the {first} and {second} of {one}.",
)
# The first part is after many lines, the second after one.
_OF_MANY = (
    "Which of them have a {first} or a {second}, and what is the {third} of {other}?",
    "How many {first} and {second} are there, and which {third} has {other}?",
    "List the {first}s and {second}s and say which {third} the {other} has",
    "Is any {first} or {second} wrong and does {other} have a {third}?",
    "Which {first} is the largest, and how large is the {third} of {other}?",
)


class Grid(NamedTuple):
    """Things, their properties, and by both the value."""

    things: list[str]
    properties: list[str]
    values: dict[tuple[str, str], str]


def _grid(random: Random) -> Grid:
    things = random.sample(draw.THINGS, random.randrange(14, 21))
    properties = random.sample(_PROPERTIES, random.randrange(9, 13))
    numbers = random.sample(range(10_000, 99_999), len(things) * len(properties))
    cells = ((thing, one) for thing in things for one in properties)
    return Grid(
        things, properties, {cell: f"{random.choice('kmpx')}{n}" for cell, n in zip(cells, numbers, strict=True)}
    )


def _settings(grid: Grid, random: Random) -> list[str]:
    form = random.choice(("{t}.{p} = {v}", "{t}_{p}={v}", "{p} of {t}: {v}", "set {t} {p} {v}", "  {t}-{p}:    {v}"))
    return [form.format(t=t, p=p, v=v) for (t, p), v in grid.values.items()]


def _sections(grid: Grid, random: Random) -> list[str]:
    head, line = random.choice((
        ("[{t}]", "{p} = {v}"), ("{t}:", "  {p}: {v}"), ("## {t}", "- {p}: {v}"), ("Name: {t}", "{p}: {v}"), ("{t} {{", "    {p} {v};"),
    ))  # fmt: skip
    lines: list[str] = []
    for t in grid.things:
        lines += [head.format(t=t), *(line.format(p=p, v=grid.values[t, p]) for p in grid.properties)]
        lines += ["}"] if "{{" in head else [""]
    return lines


def _columns(grid: Grid, random: Random) -> list[str]:
    between = random.choice(("  ", " | ", ",", "\t"))
    rows = [["name", *grid.properties], *([t, *(grid.values[t, p] for p in grid.properties)] for t in grid.things)]
    more = [[f"{t}{n}", *("k" + str(random.randrange(10**4, 10**5)) for _ in grid.properties)] for t in grid.things for n in range(1, 7)]  # fmt: skip
    width = 1 if between in ",\t" else 10
    return [between.join(cell.ljust(width) for cell in row).rstrip() for row in (*rows, *more)]


def _log(grid: Grid, random: Random) -> list[str]:
    form = random.choice((
        "2031-03-04T09:{m:02d}:{s:02d}Z INFO {t}: {p} is now {v}", "Mar  4 09:{m:02d}:{s:02d} web-1 {t}[77]: {p}={v}",
        'level=info ts=09:{m:02d}:{s:02d} unit={t} msg="{p} changed to {v}"',
    ))  # fmt: skip
    cells = random.sample(sorted(grid.values.items()), len(grid.values))
    return [form.format(m=n // 60, s=n % 60, t=t, p=p, v=v) for n, ((t, p), v) in enumerate(cells)]


def _problems(grid: Grid, random: Random) -> list[str]:
    form = random.choice((
        "src/{t}.py:{n}:1: W{c} {p} should not be {v}", "src/{t}.c:{n}:5: warning: {p} is {v} [-W{p}]",
        "{t}.go:{n}:2: {p} {v} is not used ({p})",
    ))  # fmt: skip
    cells = enumerate(grid.values.items())
    return [form.format(t=t, p=p, v=v, n=n + 3, c=100 + grid.properties.index(p)) for n, ((t, p), v) in cells]


def _steps(grid: Grid, random: Random) -> list[str]:
    lines: list[str] = []
    for t in grid.things:
        lines.append(random.choice(("==> {t}", "Step: {t}", "[{t}] start")).format(t=t))
        lines += [f"   {random.choice(('checking', 'reading', 'using'))} {t} {p} ... {grid.values[t, p]}" for p in grid.properties]  # fmt: skip
    return [*lines, "done"]


def _prose(grid: Grid, random: Random) -> list[str]:
    forms = ("The {p} of the {t} is {v}.", "For {t}, a {p} of {v} was agreed upon.", "In the {t} one finds a {p} of {v}.")  # fmt: skip
    lines: list[str] = []
    for t in grid.things:
        said = " ".join(random.choice(forms).format(t=t, p=p, v=grid.values[t, p]) for p in grid.properties)
        lines += [said, ""]
    return lines


def _hits(grid: Grid, random: Random) -> list[str]:
    form = random.choice(("conf/{t}.toml:{n}:{p} = {v}", "conf/{n}.ini:{n}:{t}.{p}={v}"))
    return [form.format(t=t, p=p, v=v, n=n + 1) for n, ((t, p), v) in enumerate(grid.values.items())]


def _json(grid: Grid, random: Random) -> list[str]:
    made = [{"name": t, **{p: grid.values[t, p] for p in grid.properties}} for t in grid.things]
    nested = {t: {p: {"value": grid.values[t, p], "unit": "m"} for p in grid.properties} for t in grid.things}
    return json.dumps(random.choice((made, nested)), indent=random.choice((1, 2, None))).split("\n")


def _options(grid: Grid, random: Random) -> list[str]:
    lines = ["Usage: mill [OPTIONS] FILE", "", "Options:"]
    for (t, p), v in random.sample(sorted(grid.values.items()), len(grid.values)):
        lines += [f"      --{t}-{p} N", f"          Sets what the {t} may have of {p}; by default {v}"]
    return lines


def _paths(grid: Grid, random: Random) -> list[str]:
    form = random.choice(("./{t}/{p}/{v}.dat", "-rw-r--r-- 1 ana ana  {n} Mar  4 09:00 {t}/{p}-{v}.bin"))
    return [form.format(t=t, p=p, v=v, n=1000 + n) for n, ((t, p), v) in enumerate(grid.values.items())]


def _mixed(grid: Grid, random: Random) -> list[str]:
    half = len(grid.things) // 2
    first, rest = grid._replace(things=grid.things[:half]), grid._replace(things=grid.things[half:])
    first = first._replace(values={cell: v for cell, v in grid.values.items() if cell[0] in first.things})
    rest = rest._replace(values={cell: v for cell, v in grid.values.items() if cell[0] in rest.things})
    return [*_sections(first, random), "", *_settings(rest, random)]


_FORMS: dict[str, tuple[str, Callable[[Grid, Random], list[str]]]] = {
    "settings": ("mill config --list", _settings),
    "sections": ("mill show --all", _sections),
    "columns": ("mill ls", _columns),
    "log": ("tail -n 200 mill.log", _log),
    "problems": ("mill lint", _problems),
    "steps": ("make check", _steps),
    "prose": ("cat NOTES.txt", _prose),
    "hits": ("grep -rn = conf", _hits),
    "json": ("mill export --json", _json),
    "options": ("mill --help", _options),
    "paths": ("find . -type f", _paths),
    "mixed": ("mill show; mill config", _mixed),
}
FORMS: Sequence[str] = tuple(_FORMS)


def drawn(form: str, seed: int) -> Relative:
    """Return the output in `form` that is drawn from `seed`, with its question; its marks are the answers to both parts."""
    random = Random(seed)
    grid = _grid(random)
    command, printed = _FORMS[form]
    one, other = random.sample(grid.things, 2)
    first, second, third = random.sample(grid.properties, 3)
    questions = (*_QUESTIONS, *_OF_MANY)
    asked = questions[seed % len(questions)]
    question = asked.format(one=one, other=other, first=first, second=second, third=third)
    marks = [grid.values[other, third]]
    if asked not in _OF_MANY:
        marks += [grid.values[one, first], grid.values[one, second]]
    return Relative("\n".join(printed(grid, random)) + "\n", command, marks, question)
