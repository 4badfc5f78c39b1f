"""docs/markers.md and the short forms agree, both ways; no gap is dearer than what it hides; the server tells it in few words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from headroom_mcp.compressors import _folders
from headroom_mcp.evals.whole_outputs import play
from headroom_mcp.flow import plan
from headroom_mcp.server import app
from headroom_mcp.server.tools import TOOLS
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import lines as text_lines
from headroom_mcp.text import marker, tokens
from headroom_mcp.tool_output import ToolOutput
from tests import long_form, outputs

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs" / "markers.md").read_text(encoding="utf-8")
_GOLDENS = sorted((_ROOT / "tests" / "cases").glob("*/*/expected.txt"))
_RANGE = r"\d+(?:-\d+)?"
# A placeholder of the page -> what stands for it.
_STANDS_FOR = {
    "A-B": rf"(?:A-B|{_RANGE}(?:, (?:{_RANGE}|…))*)",  # a footer says "--lines A-B" itself
    "REF": "[0-9a-f]{12}",
    "PATH": r"\S+",
    "TEXT": ".+",
    "N": "[0-9][0-9,]*(?:/[0-9]+)?",
}
_PLURAL = re.compile(
    r"\b(line|row|item|value|key|field|state|record|problem|rule|column|kind|request|sentence|paragraph|char|cell)s\b"
)
# What no golden shows: made here, with the functions that make it in the flow.
_MADE = [
    marker.footer("1a2b3c4d5e6f", "1,410 of 1,530 lines left out", "headroom retrieve"),
    marker.footer("1a2b3c4d5e6f", "1,410 of 1,530 lines left out", "/opt/plugin/bin/headroom retrieve"),
    marker.bare_footer("1a2b3c4d5e6f"),
    marker.gap(0, 20, "41-60 as shown above by Read card.py"),
    marker.gap(0, 600, "unchanged, in short above by make run"),
    marker.gap_of(3, "value", "4-6"),
    marker.gap_of(3, "value", "", "1 … 9"),
    marker.gap_of(2, "key", "name, size"),
    marker.gap_of(4, "state", ""),
    marker.gap_of(4, "paragraph", ""),
    marker.gap_of(90, "row", "3-92"),
    "[… 4 items: 3-6]",
    "[… 12 lines of this traceback]",
    "[… 12 more of 3 other kinds]",
    "[time: 2026-01-01T0 cut from the head of each line]",
    "[the ends of 3 of the 90 rows below are cut]",
    _folders.head("/srv/shop/api/"),
    marker.gap(29, 47, "as lines 10-27"),
    marker.gap(129, 147, "as lines 10-27: Depends: libc6"),
    marker.gap(34, 35, "like line 27"),
    "[secret: AWS access key]",
]  # fmt: skip


@cache
def _forms() -> dict[str, re.Pattern[str]]:
    """Return every form of the page, as an expression for the lines that have it."""
    found = re.findall(r"^\| `(\[.*?)` \|", _PAGE, re.MULTILINE)
    return {form: re.compile(_expression(form)) for form in found}


def _expression(form: str) -> str:
    names = "|".join(map(re.escape, _STANDS_FOR))
    pieces = re.split(rf"\b({names})\b", form)
    said = [_STANDS_FOR[piece] if at % 2 else _PLURAL.sub(r"\1s?", re.escape(piece)) for at, piece in enumerate(pieces)]
    return "".join(said) + ("" if form.endswith("]") else ".*")


def _ours(folder: Path) -> Iterator[str]:
    """Yield what of a golden is ours: lines in brackets that the original has not, markers within lines."""
    original = "\n".join(path.read_text("utf-8", "replace") for path in folder.glob("input*"))
    for line in (folder / "expected.txt").read_text("utf-8", "replace").split("\n"):
        said = line.strip()
        if said in original or re.match(r"\[(?:e\d|\d+_)", said):  # [e12]: a ref in a page snapshot
            continue
        several = re.search(r"\] .*\[… ", said) is not None
        if (said.startswith("[") and said.endswith("]") and not several) or re.match(r"\[\d[\d,]* rows \{", said):
            yield said
        else:
            yield from re.findall(r"\[… [^\[\]]*\]", said)


@pytest.mark.parametrize("golden", _GOLDENS, ids=lambda path: f"{path.parts[-3]}/{path.parts[-2]}")
def test_every_form_in_a_golden_case_is_on_the_page(golden: Path) -> None:
    unknown = [line for line in _ours(golden.parent) if not any(form.fullmatch(line) for form in _forms().values())]

    assert unknown == [], "docs/markers.md does not say what these are"


def test_every_form_on_the_page_is_one_that_is_shown() -> None:
    shown = [*_MADE, *(line for golden in _GOLDENS for line in _ours(golden.parent))]
    idle = [form for form, pattern in _forms().items() if not any(pattern.fullmatch(line) for line in shown)]

    assert len(_forms()) > 30
    assert idle == []


@pytest.mark.parametrize("name", ["plain", "noted", "shown above"])
def test_a_form_does_not_take_what_is_none(name: str) -> None:
    wrong = {"plain": "[… lines: 4-9]", "noted": "[… 45 lines: x-y · passed]", "shown above": "[headroom zz: 1 of 2 lines left out]"}  # fmt: skip

    assert not any(form.fullmatch(wrong[name]) for form in _forms().values())


def _dear(shown: str, original: list[str]) -> list[str]:
    """Return the gaps in `shown` that cost more than the lines that they stand for."""
    dear = []
    for line in shown.split("\n"):
        hidden = marker.gap_range(line)
        if hidden is None or line in original:
            continue
        if tokens.estimate(line.strip()) > tokens.estimate("\n".join(original[hidden[0] - 1 : hidden[1]])):
            dear.append(line)
    return dear


@pytest.mark.parametrize("golden", _GOLDENS, ids=lambda path: f"{path.parts[-3]}/{path.parts[-2]}")
def test_no_gap_of_a_golden_case_is_dearer_than_what_it_hides(golden: Path) -> None:
    read = [(golden.parent / name).read_bytes().decode("utf-8", "surrogateescape") for name in ("input.txt", "expected.txt")]  # fmt: skip

    assert _dear(read[1], text_lines.split_lines(read[0])) == []


@pytest.mark.parametrize("runner", sorted(play.RUNNERS)[:: 1 if long_form.FULL else 4])
def test_no_gap_of_a_test_run_is_dearer_than_what_it_hides(runner: str) -> None:
    for seed in range(6) if long_form.FULL else Random(runner).sample(range(60), 2):
        made = play.make(seed, runner, "several")
        output = ToolOutput(made.text, "Bash", {"command": made.command})

        assert _dear(plan.plan(output, Settings()).body, output.lines) == []


@settings(max_examples=long_form.count(25, 300), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)  # fmt: skip
@given(text=outputs.OUTPUTS, query=outputs.QUERIES)
def test_no_gap_of_any_text_is_dearer_than_what_it_hides(text: str, query: str) -> None:
    output = ToolOutput(text, "Bash", {"command": "run"}, query)

    assert _dear(plan.plan(output, Settings(min_tokens=20)).body, output.lines) == []


def test_the_server_explains_the_forms_in_few_words_and_the_page_has_them() -> None:
    offered = [app._offered(row) for row in TOOLS]
    told = [{key: tool[key] for key in ("name", "description", "inputSchema")} for tool in offered]
    schemas = tokens.count(json.dumps(told, ensure_ascii=False, separators=(",", ":")))
    room = 1.1 if tokens.method() == "estimate" else 1.0

    assert tokens.count(app.INSTRUCTIONS) <= 120 * room
    assert schemas + tokens.count(app.INSTRUCTIONS) <= 600 * room
    assert app.INSTRUCTIONS in _PAGE
    for word in ("[… lines 120-164", "in 120-164", "[head]", "<cell id=", "[headroom REF", "json_path", "query"):
        assert word in app.INSTRUCTIONS
