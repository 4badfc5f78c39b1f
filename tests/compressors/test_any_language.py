"""A language without a grammar still yields its definitions, whole heads and the body that is asked for."""

from __future__ import annotations

import pytest

from headroom_mcp.compressors.code import aim, importance, languages, margins, outline, selection, wanted
from headroom_mcp.routing import router
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from tests.compressors.any_language import SOURCES

_NAMES = sorted(SOURCES)


def _path(suffix: str) -> str:
    return f"src/cart{suffix}" if suffix.startswith(".") else suffix


def _kept(name: str, query: str, share: float) -> tuple[list[str], set[int]]:
    suffix, source, _, _ = SOURCES[name]
    lines = source.split("\n")
    output = ToolOutput(source, "Read", {"file_path": _path(suffix)}, query)
    language = languages.of_path(_path(suffix))
    budget = int(share * tokens.estimate(source))
    kept, _ = selection.choose(output, lines, language, budget, aim.take(output, lines, language))
    return lines, kept


@pytest.mark.parametrize("name", _NAMES)
def test_every_definition_is_found_by_its_margin(name: str) -> None:
    _, source, names, _ = SOURCES[name]

    assert [found[0].replace(" ", ".") for found in margins.definitions(source.split("\n"))] == names.split()


@pytest.mark.parametrize("name", _NAMES)
def test_every_head_is_shown_with_its_brackets(name: str) -> None:
    lines, kept = _kept(name, "", 0.75)
    for _, _, start, head_stop, stop in margins.definitions(lines):
        head = "\n".join(lines[start:head_stop])

        assert kept.issuperset(range(start, head_stop))
        if not lines[start].startswith("(") and stop > head_stop:
            assert head.count("(") - head.count(")") in (0, head.rstrip().endswith("("))


@pytest.mark.parametrize("name", _NAMES)
def test_the_body_that_is_asked_for_is_pointed_at_and_whole(name: str) -> None:
    suffix, source, _, (asked, last) = SOURCES[name]
    lines = source.split("\n")
    definitions = outline.read(lines, languages.of_path(_path(suffix))).definitions
    question = ToolOutput(source, "Read", {}, f"what is wrong with {asked.split('.')[-1]}?")
    pointed = [
        body for body in importance.bodies(lines, definitions, wanted.of(question), by_use=False) if body.pointed
    ]

    assert any(last in lines[body.start : body.stop] for body in pointed)
    assert len(pointed) <= 2


@pytest.mark.parametrize("name", _NAMES)
def test_definitions_are_in_order_and_do_not_cross(name: str) -> None:
    lines = SOURCES[name][1].split("\n")
    open_: list[int] = []
    before = -1
    for _, _, start, head_stop, stop in margins.definitions(lines):
        while open_ and open_[-1] <= start:
            open_.pop()

        assert before < start < head_stop <= stop <= len(lines)
        assert not open_ or stop <= open_[-1]
        open_.append(stop)
        before = start


@pytest.mark.parametrize("name", _NAMES)
def test_such_a_file_is_source_by_its_name(name: str) -> None:
    suffix, source, _, _ = SOURCES[name]
    for tool, given in (
        ("Read", {"file_path": "/srv/" + _path(suffix)}),
        ("Bash", {"command": f"cat {_path(suffix)}"}),
    ):
        assert [section.kind for section in router.route(ToolOutput(source, tool, given))] == ["code"]


def test_a_window_that_begins_inside_a_body_shows_the_heads_after_it() -> None:
    lines = ["    sum += item;", "  }", "", "  def total(items) {", "    items.sum()", "  }"]

    assert [found[0] for found in margins.definitions(lines)] == ["total"]


def test_a_function_of_many_clauses_is_shown_by_its_first_where_all_are_too_many() -> None:
    clauses = "".join(
        f"  def handle({{:part, {i}}}, state) do\n    one = state.one + {i}\n    two = one * {i}\n    {{one, two}}\n  end\n\n"
        for i in range(200)
    )
    lines = f"defmodule Shop do\n{clauses}  def last(state) do\n    state\n  end\nend\n".split("\n")
    output = ToolOutput("\n".join(lines), "Read", {"file_path": "shop.ex"}, "")
    kept, notes = selection.choose(output, lines, "plain", 600, aim.take(output, lines, "plain"))

    assert {0, 1, lines.index("  def last(state) do")} <= kept
    heads = [row for row, line in enumerate(lines) if line.startswith("  def handle")]
    assert len(kept.intersection(heads)) < 0.4 * len(heads)
    assert all(row - 1 in kept for row in kept if lines[row].startswith("    one"))
    assert any("definitions" in note for note in notes.values())


def test_a_text_of_no_known_language_is_read_by_its_margins() -> None:
    lines = [line for i in range(9) for line in (f"routine part_{i}", f"   move {i} to total", "   display total", "")]

    assert [d.name for d in outline.unknown(lines).definitions] == ["routine"] * 9


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("#!/bin/sh -e", "bash"),
        ("#! /usr/bin/python3.11", "python"),
        ("#!/usr/bin/env -S node --harmony", "javascript"),
        ("#!/usr/bin/env LC_ALL=C /opt/ruby/bin/ruby", "ruby"),
        ("     1\t#!/usr/bin/env bats", "bash"),
        ("1→#!/usr/bin/perl -w", "plain"),
        ("#!/usr/sbin/nft -f", ""),
        ("# A comment about #!/bin/sh", ""),
        ("#!", ""),
    ],
)
def test_a_script_is_of_the_language_that_its_first_line_names(line: str, language: str) -> None:
    assert languages.of_first_line(line) == language


@pytest.mark.parametrize(
    "call", [{"file_path": "/usr/bin/tool"}, {"command": "cat bin/tool"}], ids=["a path", "a command"]
)
def test_a_script_without_a_suffix_is_source(call: dict[str, str]) -> None:
    body = "".join(f"Reading the part {n} of all the parts takes its time\n" for n in range(30))
    script = f"#!/bin/sh\ncat <<END\n{body}END\n"

    assert {section.kind for section in router.route(ToolOutput(script, "Read", dict(call)))} == {"code"}
    assert {section.kind for section in router.route(ToolOutput(body, "Read", dict(call)))} != {"code"}
