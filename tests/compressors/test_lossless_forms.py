"""What is called lossless can be rebuilt from what is shown: searches by file, paths by folder, blames by commit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_mcp import compressors
from headroom_mcp.compressors import _prefixes, git
from headroom_mcp.compressors.listing import kind as listing
from headroom_mcp.compressors.search import kind as search
from headroom_mcp.flow import footer, plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

LAW = settings(max_examples=40, deadline=None, derandomize=True, database=None)

_PATHS = st.sampled_from(["src/a.py", "src/b-1-x.py", "lib/deep/c.go", "README.md", "a b/c.txt"])
_TEXTS = st.sampled_from(["x = 1", "    return total", "", "a:b:c", "def run(self):", "-7-", "it's 10:30:00 - ok"])
_HITS = st.lists(st.tuples(_PATHS, st.integers(1, 9_999), st.booleans(), _TEXTS), min_size=4, max_size=60)


@LAW
@given(hits=_HITS)
def test_grouped_hits_can_be_rebuilt(hits: list[tuple[str, int, bool, str]]) -> None:
    hits.sort(key=lambda hit: hit[0])
    known = {path for path, _, context, _ in hits if not context}
    lines = [
        f"{path}-{number}-{text}" if context and path in known else f"{path}:{number}:{text}"
        for path, number, context, text in hits
    ]
    compressed = search.compress(ToolOutput("\n".join(lines), "Grep", {"pattern": "x"}), 10_000)

    assert compressed is None or _rebuilt_hits(lines, compressed.parts) == lines


def _rebuilt_hits(lines: list[str], parts: list[Part]) -> list[str]:
    rebuilt: list[str] = []
    path = ""
    for part in parts:
        if part.action == "keep":
            rebuilt.extend(lines[part.start : part.stop])
            continue
        assert part.action == "render"
        assert part.lossless
        for shown in part.text.split("\n"):
            match = re.match(r"^(\d+)([:-])(.*)$", shown)
            if match:
                number, mark, text = match.groups()
                rebuilt.append(f"{path}{mark}{number}{mark}{text}")
            else:
                path = shown
    return rebuilt


@LAW
@given(
    files=st.lists(
        st.tuples(st.sampled_from(["src", "src/deep", "lib/x", ""]), st.sampled_from(["a.py", "b c.txt", "d", "e.rs"])),
        min_size=5,
        max_size=60,
    )
)
def test_grouped_paths_can_be_rebuilt(files: list[tuple[str, str]]) -> None:
    lines = [f"{folder}/{name}" if folder else f"./{name}" for folder, name in files]
    compressed = listing.compress(ToolOutput("\n".join(lines), "Glob"), 10_000)
    if compressed is None:
        return
    rebuilt: list[str] = []
    for part in compressed.parts:
        if part.action == "keep":
            rebuilt.extend(lines[part.start : part.stop])
            continue
        folder, _, names = part.text.partition("/:")
        split = names.split("\n")[1:] if "\n" in names else names.split()
        rebuilt.extend(f"{folder}/{name}" for name in split)

    assert rebuilt == lines


@LAW
@given(runs=st.lists(st.tuples(st.sampled_from(["1a2b3c4d", "^9f8e7d6c"]), st.integers(1, 6)), min_size=3, max_size=12))
def test_a_blame_can_be_rebuilt(runs: list[tuple[str, int]]) -> None:
    commits = [digest for digest, length in runs for _ in range(length)]
    if len(commits) < 8:
        return
    lines = [f"{digest} (Ann Bee 2026-01-03 10:00:00 +0100 {i}) x = {i}" for i, digest in enumerate(commits, 1)]
    compressed = git.compress(ToolOutput("\n".join(lines), "Bash", {"command": "git blame a.py"}), 10_000)

    assert compressed is not None
    rebuilt: list[str] = []
    for part in compressed.parts:
        assert part.lossless
        head, *code = part.text.split("\n")
        digest, name = head.split(" ", 1)
        rebuilt.extend(f"{digest} ({name} {shown}" for shown in code)
    assert rebuilt == lines


@pytest.mark.parametrize("line", ["+--", "-1-", "a/", "| ", '"a",', "a:1:", "foo ", "a\t"])
@pytest.mark.parametrize("kind", ["search", "listing", "table", "diff", "git", "command"])
def test_no_expression_is_quadratic_on_one_long_line(kind: str, line: str) -> None:
    """Quadratic in 100,000 characters is minutes: the suite's own patience is the bound."""
    module = compressors.load(kind)
    output = ToolOutput(
        "\n".join([line * (100_000 // len(line)), *["x"] * 9]), "Bash", {"command": "make"}, 'is "x" there?'
    )

    assert 0.0 <= module.score(output) <= 1.0
    module.compress(output, 300)


_NAMES = st.sampled_from(
    ["test_a", "TestB::test_c[x y]", "test_d - AssertionError: assert 1 == 2", "", 'say "so"', "a/b.py"]
)
_HEADS = st.sampled_from(
    [
        "FAILED tests/core/test_plot.py::",
        "  Applying orders: ",
        "[warn] packages/web/",
        "x ",
        "a    column  ",
        "src/cart.ts:12",
        "src/cart.ts(3",
    ]
)


_TAILS = st.sampled_from(["... OK", ", which is not installed.", " [failed] in 3 s", "", "x", ".test.tsx", "  col  7 "])
_NEXT = re.compile(r'\[the next (\d+) lines (?:begin with "([^"]*)")?(?: and )?(?:end with "([^"]*)")?\]')


@LAW
@given(rows=st.lists(st.tuples(_HEADS, _NAMES, _TAILS), min_size=3, max_size=40))
def test_lines_below_what_they_begin_and_end_with_can_be_rebuilt(rows: list[tuple[str, str, str]]) -> None:
    lines = ["".join(row) for row in rows]
    rebuilt: list[str] = []
    for part in _prefixes.cut(lines, [Part(0, len(lines), "keep")], 100):
        if part.action == "keep":
            rebuilt.extend(lines[part.start : part.stop])
            continue
        head, *rest = part.text.split("\n")
        said = _NEXT.fullmatch(head)
        assert said is not None
        assert int(said[1]) == len(rest)
        rebuilt.extend(f"{said[2] or ''}{row}{said[3] or ''}" for row in rest)

    assert rebuilt == lines


def _cut(lines: list[str]) -> list[str]:
    return [part.text.split("\n")[0] for part in _prefixes.cut(lines, [Part(0, len(lines), "keep")], 100) if part.text]


def test_many_failures_of_one_file_name_it_once() -> None:
    lines = [f"FAILED tests/core/test_plot.py::TestLegend::test_number_{i} - assert {i}" for i in range(12)]

    assert _cut(lines) == ['[the next 12 lines begin with "FAILED tests/core/test_plot.py::TestLegend::"]']


@pytest.mark.parametrize("opens", [":", "("])
def test_the_file_of_many_messages_is_said_once_before_their_line_numbers(opens: str) -> None:
    lines = [
        f"packages/web/src/cart.ts{opens}{i * 7 + 3}: error: nobody defines {name}" for i, name in enumerate(_STEPS)
    ]

    assert _cut(lines) == [f'[the next 9 lines begin with "packages/web/src/cart.ts{opens}"]']
    assert _cut([line.replace(opens, f"{opens}x", 1) for line in lines]) == []


_STEPS = ("initial", "names", "prices", "stock", "orders", "parcels", "pens", "barns", "levies")


def test_what_many_lines_end_with_is_said_once() -> None:
    steps = [f"  Applying orders.{i:04d}_{name}... OK" for i, name in enumerate(_STEPS)]
    missing = [f"{name} 1.{i} requires weigh, which is not installed." for i, name in enumerate(_STEPS)]

    assert _cut(steps) == ['[the next 9 lines begin with "  Applying " and end with "... OK"]']
    assert _cut(missing) == ['[the next 9 lines end with " requires weigh, which is not installed."]']


def test_a_short_output_of_lines_that_end_alike_lacks_nothing() -> None:
    text = "\n".join(f"package_{i} 1.{i}.0 requires part_{i * 7}, which is not installed." for i in range(17))

    planned = plan.plan(ToolOutput(text, "Bash", {"command": "pip check"}), Settings())

    assert planned.lacks_nothing
    assert "which is not installed." in planned.body.split("\n")[0]
    assert planned.body.count("which is not installed") == 1


@pytest.mark.parametrize(
    "lines",
    [
        [f"src/{name}/index.test.tsx" for name in "abcdefgh"],  # no name is cut in two at its end
        [f"name_{name}.py::TestLegend::test_all" for name in "abcdefgh"],
        [f"packages/web/components/forms/{name}.tsx" for name in "abcdefgh"],  # a path is one name
        [
            f"  0.00    0.000000           0        {i:2d} call_{i}" for i in range(30)
        ],  # columns stand under their header
        [f"tests/core/test_plot_{i}.py: ok" for i in range(30)],  # so does no name in two pieces
    ],
)
def test_what_is_one_name_or_one_row_is_not_cut(lines: list[str]) -> None:
    assert _cut(lines) == []


def test_lines_that_are_only_grouped_need_no_word_about_what_is_left_out() -> None:
    text = "\n".join(f"src/depot/rooms_{i % 3}.py:{i}:    weigh(parcel_{i})" for i in range(3, 60, 3))

    planned = plan.plan(ToolOutput(text, "Bash", {"command": "grep -rn weigh src"}), Settings())

    assert planned.body != text
    assert planned.lacks_nothing
    assert footer.added(planned, "0" * 12, "").split("\n")[-1] == f"[headroom {'0' * 12}]"


@pytest.mark.parametrize("count", [400, 4_000])
def test_a_run_that_cannot_be_said_is_looked_at_once(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f'  "name": "value {n % 7}" and more of it here {n}' for n in range(count)]  # a quote within a quote
    looked_at: list[int] = []
    run = _prefixes._run

    def counted(rows: list[str], start: int, stop: int) -> tuple[int, str, str]:
        looked_at.append(start)
        return run(rows, start, stop)

    monkeypatch.setattr(_prefixes, "_run", counted)
    _prefixes.cut(lines, [Part(0, count, "keep")], count * 10)

    assert len(looked_at) <= 3
