"""Numbers that `nl` and `cat -n` write into a column of six are shown without its blanks, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.evals.truth.inputs import Input
from headroom_mcp.evals.truth.judge import judge
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import marker, numbering, tokens
from headroom_mcp.types import Part
from tests.hook.claude_session import ClaudeSession

CASES = Path(__file__).parent.parent / "cases"
_OF_EACH_KIND = [sorted(kind.glob("*/input.txt"))[0] for kind in sorted(CASES.iterdir()) if kind.is_dir()]


def _numbered(lines: list[str], first: int = 1) -> str:
    return "\n".join(f"{number:6}\t{line}" for number, line in enumerate(lines, first))


def _code(first: int, last: int) -> list[str]:
    return [f"    value_{n} = compute_the_value(argument_{n})" for n in range(first, last + 1)]


@pytest.mark.parametrize(("first", "last"), [(95, 118), (9_990, 10_030)])
def test_every_number_and_line_of_a_window_is_shown_without_the_blanks(first: int, last: int, tmp_path: Path) -> None:
    text = _numbered(_code(first, last), first)
    command = {"command": f"nl -ba a.py | sed -n '{first},{last}p'"}
    with open_store(Settings(home=str(tmp_path))) as store:
        result = compress_output(text, tool_name="Bash", tool_input=command, session="s", store=store)
        body, _, footer = result.text.rpartition("\n")

        assert body.split("\n") == [line.lstrip(" ") for line in text.split("\n")]
        assert footer == marker.bare_footer(result.ref or "")
        assert retrieve(result.ref or "", lines="1-3", store=store).endswith("\n".join(text.split("\n")[:3]))


def test_what_was_shown_without_blanks_stands_above(tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path))) as store:
        for first, last in ((10, 40), (31, 70)):
            command = {"command": f"nl -ba a.py | sed -n '{first},{last}p'"}
            text = _numbered(_code(first, last), first)
            shown = compress_output(text, tool_name="Bash", tool_input=command, session="s", store=store).text

    assert shown.startswith("[… lines 1-10 · 31-40 as shown above by nl -ba a.py")
    assert shown.split("\n")[1] == f"41\t{_code(41, 41)[0]}"


def test_a_long_window_has_thin_numbers_and_names_what_stands_above(tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path))) as store:
        for first, last in ((101, 160), (62, 123), (140, 230)):
            command = {"command": f"nl -ba a.py | sed -n '{first},{last}p'"}
            text = _numbered(_code(first, last), first)
            shown = compress_output(text, tool_name="Bash", tool_input=command, session="s", store=store).text
            lines = shown.split("\n")
            numbers = [int(line.partition("\t")[0]) for line in lines if "\t" in line]
            gap = next((at for at, line in enumerate(lines) if marker.is_gap(line)), 0)
            if first == 62:
                assert lines[gap].startswith("[… lines 40-62 · 101-123 as shown above by nl -ba a.py")
                assert numbers == [62, *range(65, 101, 5)]
            if first == 140:
                assert lines[gap].startswith("[… lines 1-21 · 140-160 as shown above by nl -ba a.py")
                assert lines[gap + 1] == f"161\t{_code(161, 161)[0]}"
                assert numbers == [161, *range(165, 231, 5)]
            assert numbering.LEGEND in lines


def test_a_hook_shows_a_small_window_without_blanks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    session = ClaudeSession(tmp_path)
    lines = [f"    value_{n} = {n}" for n in range(301, 325)]

    answer = session.run("nl -ba a.py | sed -n 301,324p", _numbered(lines, 301))

    assert answer.split("\n")[:-1] == [f"{number}\t{line}" for number, line in enumerate(lines, 301)]


@pytest.mark.parametrize("text", ["\n".join(_code(1, 30)), "\n".join(f"{n:7} {n * 3}" for n in range(60))])
def test_other_outputs_are_not_looked_at_for_it(text: str) -> None:
    lines = text.split("\n")
    parts = [Part(0, len(lines), "keep")]

    assert numbering.unpadded(lines, parts) == parts


_LINES = st.lists(st.sampled_from(["", "x = 1", "12\ty", "     3\tz", "  7", "\tq", "[… lines 1-4]"]), max_size=40)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(lines=_LINES, first=st.sampled_from([1, 95, 99_990, 999_990]), bare=st.sets(st.integers(0, 39)))
def test_the_lines_can_be_rebuilt(lines: list[str], first: int, bare: set[int]) -> None:
    printed = [line if at in bare else f"{first + at:6}\t{line}" for at, line in enumerate(lines)]

    rebuilt: list[str] = []
    for part in numbering.unpadded(printed, [Part(0, len(printed), "keep")] if printed else []):
        shown = part.text.split("\n") if part.action == "render" else printed[part.start : part.stop]
        assert len(shown) == part.stop - part.start
        numbers = [line.partition("\t") for line in shown]
        rebuilt += [f"{n:>6}{tab}{rest}" for n, tab, rest in numbers] if part.action == "render" else shown

    assert rebuilt == printed


@pytest.mark.parametrize("path", _OF_EACH_KIND, ids=lambda path: path.parent.parent.name)
def test_what_is_said_of_numbered_outputs_of_every_kind_is_true(path: Path, tmp_path: Path) -> None:
    lines = path.read_text("utf-8", "replace").split("\n")[:120]
    command = {"command": f"nl -ba {path.parent.name}.txt"}

    findings = judge(Input(path.parent.name, _numbered(lines), "Bash", command), Settings(home=str(tmp_path)))

    assert findings is None or findings.false == []


def test_numbers_at_the_heads_of_lines_are_estimated_at_what_they_cost() -> None:
    """By o200k: 612 tokens with blanks, 492 without, 372 without numbers."""
    lines = [f"    value_{'abcdefgh'[n % 8]} = compute_value(of_them)" for n in range(60)]
    padded = _numbered(lines, 300)
    bare = padded.replace("   3", "3")

    assert tokens.estimate("\n".join(lines)) + 60 <= tokens.estimate(bare) <= tokens.estimate(padded) - 60
