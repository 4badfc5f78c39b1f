"""Rows that an output was made for: figures of a run, the top of a ranking, what lacks what is asked for, serious problems."""

from __future__ import annotations

from typing import Any

import pytest

from headroom_mcp.compressors import _code_frames
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part


def _shown(text: str, command: str, query: str = "") -> tuple[str, str]:
    planned = plan(ToolOutput(text, "Bash", {"command": command}, query), Settings())
    return planned.kind, planned.body


def _coverage(modules: int) -> str:
    dots = ["." * 72 + f" [{n * 10:3}%]" for n in range(1, 10)]
    rows = [
        f"shop/module_{n:02}.py   {100 + n}   {n}   {90 - n}%   " + ", ".join(f"{k}-{k + 3}" for k in range(n, 400, 9))
        for n in range(modules)
    ]
    return "\n".join(
        [
            "============================= test session starts ==============================",
            "collected 648 items",
            *dots,
            "================================ tests coverage ================================",
            "_______________ coverage: platform linux, python 3.12.4-final-0 ________________",
            "Name   Stmts   Miss   Cover   Missing",
            "-" * 60,
            *rows,
            "-" * 60,
            "TOTAL   5000   400   92%",
            "============================= 648 passed in 9.10s ==============================",
        ]
    )


@pytest.mark.parametrize("modules", [8, 20, 40])
def test_every_file_of_a_coverage_table_is_shown_with_its_share(modules: int) -> None:
    kind, body = _shown(_coverage(modules), "python -m pytest --cov=shop -q")
    assert kind == "test_output"
    for n in range(modules):
        assert f"shop/module_{n:02}.py   {100 + n}   {n}   {90 - n}%" in body
    assert "failures" not in body


def test_a_row_that_the_question_names_keeps_its_end() -> None:
    row = next(line for line in _coverage(30).split("\n") if line.startswith("shop/module_17.py"))
    assert row not in _shown(_coverage(30), "pytest --cov=shop")[1]
    assert row in _shown(_coverage(30), "pytest --cov=shop", "What does module_17 not test?")[1]


@pytest.mark.parametrize("nothing", ["None", "null", "never", "n/a"])
def test_rows_that_lack_what_is_asked_for_are_found(nothing: str) -> None:
    rows = [
        f"service-{n:03}   eu-{n % 3}   owner={'team-' + str(n % 7) if n % 23 else nothing}   port={8000 + n}"
        for n in range(1, 160)
    ]
    body = _shown("\n".join(rows), "services list", "Which services have no owner?")[1]
    for row in (row for row in rows if f"owner={nothing}" in row):
        assert row in body


def test_the_top_of_a_ranking_is_shown() -> None:
    seconds = [9 / (n + 1) for n in range(120)]
    rows = [
        f"{100 + 37 * n % 91:8}  {spent:8.3f}  lib/part_{n % 11}.py:{n}(step_{n})" for n, spent in enumerate(seconds)
    ]
    body = _shown("   ncalls  tottime  where\n" + "\n".join(rows), "python -m profiler slow.py")[1]
    for row in rows[:5]:
        assert row.strip() in body


@pytest.mark.parametrize("first", ["[1 of 9] Compiling Main", "[0.25, 17, 20]"])
def test_what_only_begins_like_a_list_is_no_json(first: str) -> None:
    rows = [f"    {n}    0.0{n % 10}    {{method 'run' of 'part_{n}' objects}}" for n in range(150)]
    assert "json" not in _shown("\n".join([first, *rows]), "python slow.py")[0]


def test_serious_problems_are_told_one_by_one_before_style() -> None:
    style = [f"shop/mod_{n % 9}.py:{n}:80: E501 Line too long ({80 + n % 7} > 79)" for n in range(1, 200)]
    serious = [f"shop/mod_{n}.py:{n + 40}:5: F821 Undefined name `total_{n}`" for n in range(6)]
    body = _shown("\n".join([*style[:90], *serious, *style[90:]]), "ruff check shop --output-format concise")[1]
    for line in serious:
        assert line in body
    assert "×199 E501" in body


def _javac(n: int) -> list[str]:
    code = f"  private final List<Part{n}> parts{n} = new ArrayList<>();"
    return [f"src/shop/Cart{n}.java:{n + 7}: error: cannot find symbol Part{n}", code, "                     ^"]


def _esbuild(n: int) -> list[str]:
    said = f'✘ [ERROR] Could not resolve "part-{n}"'
    code = f"      {n + 3} │ import part{n} from 'part-{n}'"
    return [said, "", f"    src/main{n}.js:{n + 3}:20:", code, "        ╵                     ~~~~~~~~~~~", ""]


@pytest.mark.parametrize("compiler", [_javac, _esbuild])
@pytest.mark.parametrize("errors", [6, 14])
def test_of_many_code_frames_one_is_shown_and_every_message_with_its_place(compiler: Any, errors: int) -> None:
    blocks = [compiler(n) for n in range(errors)]
    lines = [line for block in blocks for line in block]
    rows = render.render(lines, _code_frames.cut(lines, [Part(0, len(lines), "keep")])).split("\n")
    frames = [line for line in lines if "private" in line or "│" in line]
    assert [line for line in lines if (line in rows and "│" in line) or ("private" in line and line in rows)] == frames[
        :1
    ]
    assert f"[code frames cut below: {errors - 1}]" in rows
    for line in (line for line in lines if "Cart" in line or "ERROR" in line or "src/" in line):
        assert line in rows


def test_frames_of_a_build_are_cut_on_the_way() -> None:
    text = "\n".join(line for n in range(5) for line in _esbuild(n)) + "\n5 errors\n"
    body = _shown(text, "npx esbuild src/main.js --bundle")[1]
    assert "[code frames cut below: 4]" in body
    assert all(f"src/main{n}.js:{n + 3}:20:" in body for n in range(5))


def test_a_traceback_keeps_its_lines_of_source() -> None:
    lines = ["Traceback (most recent call last):"]
    for n in range(12):
        lines += [f'  File "/srv/app/part{n}.py", line {n + 3}, in step_{n}', f"    run_{n}(value)", "    ^^^^^^^^^^^^"]
    lines += ["ValueError: no such part"]
    assert "code frames" not in _shown("\n".join(["started"] * 3 + lines), "./run")[1]


def test_a_list_of_versions_is_clipped_around_the_one_that_is_asked_for() -> None:
    versions = ", ".join(f"{major}.{minor}.{patch}" for major in (1, 2) for minor in range(30) for patch in range(4))
    text = f"Collecting numpy==9.9\nERROR: Could not find a version (from versions: {versions})\n" * 2
    kind, body = _shown(text, "pip install numpy==9.9", "Which is the newest of the 1.26 series?")
    assert kind == "command"
    assert "1.26.3" in body and len(body) < len(text) * 3 // 4


def test_a_measure_behind_a_label_is_read_from_its_top() -> None:
    """Where every cell of a column begins with the same words, the number behind them is what the column holds."""
    measures = [int(30 * 1.05 ** (n * 37 % 160)) for n in range(160)]
    rows = [f"load time: {own:9} | {4_000 + n:10} | package_{n:03}" for n, own in enumerate(measures)]
    top = rows[measures.index(max(measures))]
    text = "\n".join(["load time: self [us] | cumulative | loaded package", *rows])

    kind, body = _shown(text, "runner -X loadtime")

    assert kind == "table"
    assert top in body
    assert len(body.split("\n")) < 60
