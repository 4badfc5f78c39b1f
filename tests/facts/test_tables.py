"""Tables of what is found in texts: failures, tests, verdicts, totals, complaints, moulds. See `tests.tables`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from headroom_mcp.facts import (
    blocks,
    find,
    moulds,
    test_blocks,
    test_run,
    test_totals,
    test_verdicts,
    tool_errors,
    unlike,
    verdicts,
)
from headroom_mcp.facts.blocks import Block
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact
from tests import tables

_TABLES = Path(__file__).parent / "tables"


def _blocks(text: str, errors: bool = False) -> str:
    return _told(blocks.blocks(text.split("\n"), errors=errors))


def _blocks_of_tests(text: str) -> str:
    lines = text.split("\n")
    return _told(test_blocks.find(lines, test_run.read(lines)))


def _told(found: Iterable[Block]) -> str:
    return "\n".join(
        f"{'test' if one.test else 'error'} {one.start}-{one.stop}: {_numbers(one.essential)}" for one in found
    )


def _numbers(found: Iterable[int]) -> str:
    return ", ".join(map(str, found)) or "none"


def _lines(text: str, query: str = "") -> str:
    lines = text.split("\n")
    return "\n".join(
        [
            f"failures {_numbers(find.failures(lines))}",
            f"but for every third {_numbers(find.failures(lines, range(0, len(lines), 3)))}",
            f"all {_numbers(find.all_failures(lines))}",
            f"warned {_numbers(find.warned(lines))}",
            f"warnings {_numbers(find.warnings(lines))}",
            f"summaries {_numbers(find.summaries(lines))}",
            f"matches {_numbers(find.matches(query, lines))}",
            f"may count tests {find.may_count_tests(lines)}",
        ]
    )


def _facts(text: str, query: str = "") -> str:
    return _of_lines(find.find(ToolOutput(text, query=query)))


def _unlike(text: str, query: str = "") -> str:
    return _of_lines(unlike.find(ToolOutput(text, query=query)))


def _unlike_within(text: str, essential: tuple[int, ...] = (0,)) -> str:
    lines = text.split("\n")
    return _told([unlike.of_block(lines, Block(0, len(lines), tuple(essential), False))])


def _tool_errors(text: str) -> str:
    return _of_lines(tool_errors.find(text.split("\n")))


def _of_lines(found: Iterable[Fact]) -> str:
    return "\n".join(f"{one.kind} ({one.rank}) {one.line}: {one.start}-{one.stop}" for one in found)


def _run(text: str) -> str:
    lines = text.split("\n")
    run = test_run.read(lines)
    by_verdict = {
        word: [i for i, said in run.verdicts.items() if said == word] for word in ("passed", "failed", "skipped")
    }
    return "\n".join(
        [
            *(f"{word} {_numbers(sorted(at))}" for word, at in by_verdict.items() if at),
            f"failing {_numbers(run.failed)}; suites {_numbers(sorted(run.suites))}; totals {_numbers(run.totals)}",
            f"routine {', '.join(f'{at} ({often})' for at, often in sorted(run.routine.items())) or 'none'}",
            f"news {_numbers(run.news(lines))}",
            f"conclusions {_numbers(test_totals.conclusions(lines))}",
            f"surely {test_run.looks_like(lines):.2f}",
        ]
    )


def _names(text: str) -> str:
    return "\n".join(f"{test_verdicts.name_of(line)} / {verdicts.key_of(line)}" for line in text.split("\n"))


def _verdicts(text: str, heads: tuple[str, ...] = ()) -> str:
    lines = text.split("\n")
    failed = verdicts.failing(lines)
    return "\n".join(
        [
            *(f"{at} {name}" for at, name in failed),
            f"unnamed {_numbers(verdicts.unnamed(lines, failed, heads))}; all {_numbers(verdicts.unnamed_all(failed, heads))}",
            f"pass {_numbers(i for i, line in enumerate(lines) if verdicts.passes(line))}",
            f"says {verdicts.counts(lines)}",
        ]
    )


def _moulds(text: str) -> str:
    return "\n".join(moulds.of(text.split("\n")))


PROBES: dict[str, tables.Probe] = {
    "blocks": _blocks,
    "blocks of tests": _blocks_of_tests,
    "lines": _lines,
    "facts": _facts,
    "unlike": _unlike,
    "unlike within": _unlike_within,
    "tool errors": _tool_errors,
    "run": _run,
    "names": _names,
    "verdicts": _verdicts,
    "moulds": _moulds,
}
ASKED = {
    "find": ["lines", "facts"],
    "test_blocks": ["blocks of tests"],
    "test_run": ["run", "names"],
    "unlike": ["unlike", "unlike within"],
    "verdicts": ["verdicts", "names"],
}


@pytest.mark.parametrize("name", sorted(path.stem for path in _TABLES.glob("*.txt")))
def test_of_these_texts_just_this_is_said(name: str, request: pytest.FixtureRequest) -> None:
    tables.check(tables.settle(_TABLES / f"{name}.txt", PROBES, request), PROBES)
