"""Search results: which hits are shown where not all fit."""

from __future__ import annotations

import random

import pytest

from headroom_mcp.compressors.search import definitions, hits
from headroom_mcp.compressors.search import kind as compressor
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput

_SECONDARY = (
    "tests/unit/test_basket.py",
    "vendor/shop/basket.py",
    "node_modules/shop/basket.js",
    "dist/basket.min.js",
    "docs/basket.md",
    "src/basket.spec.ts",
)


def _shown(paths: list[str], hits: int, budget: int) -> str:
    """Return what is shown of a search with `hits` hits in each file, about which nothing else tells one from another."""
    dice = random.Random(7)
    lines = [
        f"{path}:{at * 9 + 1}:    total += price_of(item, {dice.randrange(9_999)})"
        for path in paths
        for at in range(hits)
    ]
    output = ToolOutput("\n".join(lines), "Bash", {"command": "grep -rn price_of ."})
    compressed = compressor.compress(output, budget)
    assert compressed is not None
    return render.render(output.lines, compressed.parts)


@pytest.mark.parametrize("secondary", _SECONDARY)
def test_sources_come_before_the_tests_and_vendored_files_that_have_as_many_hits(secondary: str) -> None:
    sources = [f"src/shop/part{number:02d}.py" for number in range(30)]
    # Named so that neither order of names nor of lines puts the sources first.
    others = [f"a{number:02d}/{secondary}" for number in range(30)]

    shown = _shown([*others, *sources], 8, 900)

    hits = [line for line in shown.split("\n") if "price_of" in line]
    assert len(hits) > 10
    assert {line.partition("/")[0] for line in hits} == {"src"}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("  public final void setStrictness(Strictness strictness) {", "setStrictness"),
        ("    private static Map<String, List<Integer>> byName(Reader in) throws IOException {", "byName"),
        ("      reader.setStrictness(strictness);", ""),
        ("      return this.setStrictness(strictness) {", ""),
        ("    if (strict && isOpen(reader)) {", ""),
    ],
)
def test_a_member_of_a_class_is_a_definition_and_a_call_is_none(line: str, name: str) -> None:
    assert definitions.defined_name(line) == name


def test_a_name_in_the_question_finds_its_definition_among_its_uses() -> None:
    uses = [f"src/Use{at}.java:{at + 1}:      reader.setStrictness(Strictness.LEVEL_{at});" for at in range(400)]
    defined = "src/stream/Reader.java:402:  public final void setStrictness(Strictness strictness) {"
    call = {"command": "git grep -n 'setLenient\\|setStrictness'"}
    output = ToolOutput("\n".join([*uses, defined]), "Bash", call, "Where is setStrictness defined?")

    compressed = compressor.compress(output, 800)

    assert compressed is not None
    shown = {i for part in compressed.parts if part.action != "omit" for i in range(part.start, part.stop)}
    assert 400 in shown
    assert len(shown) < 100


def test_a_file_of_which_no_hit_is_shown_is_named_in_the_gap_that_holds_its_hits_alone() -> None:
    alone = 0
    for seed in range(40):
        pick = random.Random(seed)
        paths = [f"{pick.choice(['src', 'tests', 'vendor'])}/part_{n}.py" for n in range(pick.randint(20, 90))]
        lines = [
            f"{path}:{7 * at + 3}:    raise {pick.choice(['ValueError', 'KeyError'])}({pick.randint(0, 40)})"
            for path in paths
            for at in range(pick.randint(1, 9))
        ]
        output = ToolOutput("\n".join(lines), "Bash", {"command": "grep -rn raise ."}, "")
        compressed = compressor.compress(output, pick.randint(300, 1_500))
        if compressed is None:
            continue
        left_out = [lines[part.start : part.stop] for part in compressed.parts if part.action == "omit"]
        shown = {line.partition(":")[0] for line in set(lines).difference(*left_out)}
        for part, gap in zip((p for p in compressed.parts if p.action == "omit"), left_out, strict=True):
            held = {line.partition(":")[0] for line in gap}
            if len(held) == 1 and not held & shown:
                alone += 1
                assert part.note == f"{len(gap)} hit{'s' * (len(gap) > 1)} in {held.pop()}"

    assert alone > 5


@pytest.mark.parametrize("seed", range(3))
def test_the_hit_that_a_question_means_stands_with_its_path(seed: int) -> None:
    """To be copied: below others of its file, its path stands lines above it."""
    dice = random.Random(seed)
    names = [
        f"{deed}_{thing}" for deed in ("open", "read", "send", "bind") for thing in ("file", "pipe", "page", "user")
    ]
    lines = [
        f"/srv/app/src/click/part{part:02}.py:{at * 7 + 1}:def {dice.choice(names)}_{part}{at}(value):"
        for part in range(14)
        for at in range(16)
    ]
    lines[101] = "/srv/app/src/click/part06.py:42:def batch(iterable, size):"
    output = ToolOutput("\n".join(lines), "Grep", {"pattern": "def "}, "In which file and line is def batch defined?")

    compressed = compressor.compress(output, 700)

    assert compressed is not None
    assert lines[101] in render.render(output.lines, compressed.parts).split("\n")


_WORDS = "amber basil cedar delta ember fjord grove heath islet joist knoll larch maple nacre ochre petal quill ridge".split()


@pytest.mark.parametrize(
    ("command", "query", "whole"),
    [
        ("deadcode src", "", True),
        ("grep -rn unused src", "", False),
        ("deadcode src", "is the maple knoll used?", False),
    ],
)
def test_a_report_is_shown_whole_where_nothing_says_what_is_looked_for(command: str, query: str, whole: bool) -> None:
    text = "\n".join(
        f"src/shop/warehouse/{one}.py:{at}: unused function '{one}_{other}' (60% confidence)"
        for one in _WORDS[:12]
        for at, other in enumerate(_WORDS, 20)
    )
    output = ToolOutput(text, "Bash", {"command": command}, query)

    compressed = compressor.compress(output, 600)

    assert compressed is not None
    assert all(not part.is_gone for part in compressed.parts) is whole


def test_of_a_report_whose_lines_differ_in_numbers_alone_hits_are_chosen() -> None:
    text = "\n".join(f"src/shop/part{at % 9}.py:{at}: a line that is {at} characters too long" for at in range(200))

    compressed = compressor.compress(ToolOutput(text, "Bash", {"command": "check src"}), 600)

    assert compressed is not None
    assert any(part.is_gone for part in compressed.parts)


@pytest.mark.parametrize(
    "day", ["13/07/31  ", "07/13/2031 ", "jobs/2031-07-13T", "on 13/07 at ", "a/b 2031-07-13_", "srv/x\t "]
)
@pytest.mark.parametrize("before", ["", "JOB17 I ", "CPF0004    Information   00   "])
def test_the_hour_of_a_clock_ends_no_path(before: str, day: str) -> None:
    lines = [f"{before}{day}10:{at // 60:02d}:{at % 60:02d} TASK {at * 37 % 101} ENDED" for at in range(90)]

    assert hits.form_of(lines)[0] != "numbered" or hits.form_of(lines)[1] == 0


@pytest.mark.parametrize("path", ["src/a.py", "notes/part 2.md", "v/2", "lib/x-10", "C:\\a\\b10"])
def test_lines_of_code_that_begin_with_two_digits_are_hits(path: str) -> None:
    lines = [f"{path}:{at}:{at % 60:02d} rounds" for at in range(10, 60)]

    assert hits.form_of(lines) == ("numbered", 1.0)
