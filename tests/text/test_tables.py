"""Tables of how parts become text and which characters are secrets. See `tests.tables`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from headroom_mcp.text import parts, secrets
from headroom_mcp.types import Part
from tests import tables

_TABLES = Path(__file__).parent / "tables"


def _rendered(text: str, numbered: int = 0, cuts: tuple[int, ...] = (), said: str = "", note: str = "") -> str:
    """What is shown of lines that are left out ("-"), said otherwise ("=", "~" without loss, "+" between lines) or kept."""
    made = _parts(text.split("\n"))
    lines = [line.lstrip("-=~+") if line[:1] in "-=~" else line for line in text.split("\n") if line[:1] != "+"]
    closed = parts.close_cheap_gaps(lines, made)
    runs = sorted({(at, at + 1 + at % 2) for at in cuts})
    alike = "some lines are alike" if parts.run_alike(lines, made) else "no lines are alike"
    return "\n".join(
        [
            parts.render(lines, made, numbered=numbered),
            ", ".join(f"{one.first}-{one.last} {one.note}" for one in parts.omissions(made)),
            f"without cheap gaps {_told(closed)}",
            f"without {runs} {_told(parts.without(made, runs, said, note))}",
            f"{alike}; {_checked(made, len(lines))}; a line more: {_checked(made, len(lines) + 1)}; {_checked(made[1:], len(lines))}",
        ]
    )


def _parts(lines: list[str]) -> list[Part]:
    made: list[Part] = []
    at = 0
    for line in lines:
        action = {"-": "omit", "=": "render", "~": "render", "+": "render"}.get(line[:1], "keep")
        stop = at if line[:1] == "+" else at + 1
        if (
            action in ("keep", "omit")
            and made
            and made[-1].action == action
            and not (action == "omit" and line[1:2] == "!")
        ):
            made[-1] = made[-1]._replace(stop=stop)
        else:
            note = line[2:] if line[1:2] == "!" else ""
            made.append(Part(at, stop, action, line[1:] if action == "render" else "", note, lossless=line[:1] == "~"))
        if line.endswith("…") and action == "keep":
            made[-1] = made[-1]._replace(text="after it")
        at = stop
    return made


def _checked(made: Sequence[Part], total: int) -> str:
    try:
        parts.check(made, total)
    except ValueError as error:
        return str(error)
    return "whole"


def _kept(text: str, kept: tuple[int, ...] = (), note: str = "") -> str:
    total = len(text.split("\n"))
    rows = [row % total for row in (*kept, *(at for at, line in enumerate(text.split("\n")) if line.startswith("+")))]
    by_place = (
        {0: "at the start", 3: "at the fourth"}
        if note == "place"
        else (lambda start, stop: f"{start} {stop}")
        if note
        else None
    )
    return f"{_told(parts.from_kept(rows, total, by_place))}\nruns {parts.runs(set(rows))}"


def _told(made: Sequence[Part]) -> str:
    return "; ".join(
        f"{one.start}-{one.stop} {one.action} {one.text} {one.note} {one.lossless}".replace("  ", " ") for one in made
    )


def _secrets(text: str) -> str:
    found = ", ".join(f"{one.start}-{one.stop} {one.kind}" for one in secrets.find(text))
    return f"{found}\n{secrets.mask(text)}"


SEEDS = [
    "one\n-two\n-three\n=three said\nfour\n+between\nfive\n~five as it is\n-!of a note\n-six\nseven…\neight\nnine",
    "a line that begins alike 1 end\na line that begins alike 2 end\na line that begins alike 3 end\n-x\n",
    "-" + "a long line that is left out " * 9 + "\n-next\n-next\nkeep\n" + "-short\n" * 30,
    "password = hunter2hunter2!\napi_key: 'AbcDefGhi123'\nAUTH_TOKEN=none-of-it\nclient_secret => \"Zz9Zz9Zz9Zz\"\nsecret: some_name\n",
    "url postgres://me:pa55word@db:5432/x and https://a:b@c\nAuthorization: Bearer abcDEF123456\n",
    "AKIA"
    + "Q7" * 8
    + " ghp_"
    + "aB3" * 12
    + " glpat-"
    + "x1Y" * 8
    + " xoxb-"
    + "12345-abcde"
    + " sk_live_"
    + "a1" * 9,
    '-----BEGIN RSA PRIVATE KEY-----\nMIIabc+/=\nxyz\n-----END RSA PRIVATE KEY-----\nafter it\npassword="x Y" passwd=Xx1234567;',
]
CASES = False
PROBES: dict[str, tables.Probe] = {"rendered": _rendered, "kept": _kept, "secrets": _secrets}
ASKED = {"parts": ["rendered", "rendered", "kept"], "secrets": ["secrets"]}
CHOICES = {"note": ["", "place", "why"], "said": ["", "[cut]"], "numbered": [0, 1, 40]}


@pytest.mark.parametrize("name", sorted(path.stem for path in _TABLES.glob("*.txt")))
def test_of_these_lines_just_this_is_made(name: str, request: pytest.FixtureRequest) -> None:
    tables.check(tables.settle(_TABLES / f"{name}.txt", PROBES, request), PROBES)
