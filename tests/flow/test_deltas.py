"""The same call again after a short answer: what changed is shown, and of the rest it is said, truly, that it did not."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.flow import deltas
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import marker
from headroom_mcp.text import parts as render
from headroom_mcp.types import Part, Result

_WORDS = [f"the line {i} of a text that has some words in it" for i in range(14)]
_TEXTS = st.lists(st.sampled_from(_WORDS), max_size=50)


@given(old=_TEXTS, new=_TEXTS)
def test_blocks_are_the_same_lines_of_both_texts_in_order(old: list[str], new: list[str]) -> None:
    before = at = 0
    for block in deltas.blocks(old, new):
        assert block.size > 0 and block.before >= before and block.at >= at
        assert old[block.before : block.before + block.size] == new[block.at : block.at + block.size]
        before, at = block.before + block.size, block.at + block.size


@given(text=_TEXTS, where=st.integers(0, 49), what=st.sampled_from(["put in", "taken out", "changed"]))
def test_one_change_leaves_all_other_lines_in_blocks(text: list[str], where: int, what: str) -> None:
    text = [f"{line} {number}" for number, line in enumerate(text)]
    where = min(where, len(text))
    rest = text[where:] if what == "put in" else text[where + 1 :]
    new = [*text[:where], *(["something else"] if what != "taken out" else []), *rest]

    assert sum(block.size for block in deltas.blocks(text, new)) == where + len(rest)


@given(old=_TEXTS, new=_TEXTS, keep=st.sets(st.integers(0, 49)))
def test_what_is_called_unchanged_stands_in_the_earlier_text_and_fewer_lines_are_counted(
    old: list[str], new: list[str], keep: set[int]
) -> None:
    parts = deltas.parts_of(new, old, "make", keep)
    render.check(parts, len(new))
    left_out = [part for part in parts if part.action == "omit"]
    fewer = sum(int(count) for part in left_out for count in re.findall(r"(\d+) lines? fewer", part.note))

    assert not keep & {i for part in left_out for i in range(part.start, part.stop)}
    for part in left_out:
        said = new[part.start : part.stop]
        assert any(said == old[i : i + len(said)] for i in range(len(old)))
    assert fewer >= 0 and (not left_out or fewer <= len(old))


def _line(seed: int) -> str:
    dice = Random(seed)
    return " ".join("".join(dice.choices("0123456789abcdef", k=dice.randint(3, 9))) for _ in range(7))


def _log(*changed: int, extra: str = "") -> str:
    lines = [_line(at + 1_000 * (at in changed)) for at in range(600)]
    return "\n".join([*lines, *([extra] if extra else [])])


def _runs(folder: Path, *texts: str, commands: tuple[str, ...] = ()) -> list[Result]:
    settings = Settings(home=str(folder))
    with open_store(settings) as store:
        return [
            compress_output(
                text, tool_name="Bash", tool_input={"command": command}, session="s", store=store, settings=settings
            )
            for text, command in zip(texts, commands or ["make run"] * len(texts), strict=True)
        ]


def test_the_same_command_again_says_what_changed(tmp_path: Path) -> None:
    first, again = _runs(tmp_path, _log(), _log(100, 400))

    assert first.outcome == again.outcome == "compressed"
    assert again.text.split("\n")[:5] == [
        "[… lines 1-100 · unchanged, in short above by make run]",
        _log(100).split("\n")[100],
        "[… lines 102-400 · unchanged, in short above by make run]",
        _log(400).split("\n")[400],
        "[… lines 402-600 · unchanged, in short above by make run]",
    ]
    assert marker.refs(again.text) == [again.ref]
    with open_store(Settings(home=str(tmp_path))) as store:
        assert _line(1_100) in retrieve(again.ref or "", lines="101", store=store)


def test_what_is_gone_is_counted(tmp_path: Path) -> None:
    lines = _log().split("\n")
    _, again = _runs(tmp_path, "\n".join(lines), "\n".join([*lines[:200], *lines[203:590]]))

    assert again.text.split("\n")[:2] == [
        "[… lines 1-200 · unchanged, in short above by make run]",
        "[… lines 201-587 · unchanged, in short above by make run; 3 lines fewer before it; 10 lines fewer behind it]",
    ]


def test_a_failure_of_this_run_is_shown_whole_though_it_has_not_changed(tmp_path: Path) -> None:
    failure = "ERROR cannot open /srv/data/orders.db: disk I/O error"
    _, again = _runs(tmp_path, _log(extra=failure), _log(300, extra=failure))

    assert failure in again.text.split("\n")
    assert "unchanged, in short above by make run" in again.text


def test_another_call_is_no_run_before(tmp_path: Path) -> None:
    _, other = _runs(tmp_path, _log(), _log(100), commands=("make run", "make other"))

    assert "unchanged" not in other.text


def test_a_third_run_is_compared_with_what_was_shown_itself(tmp_path: Path) -> None:
    """A delta names what stands above; who compares with it would name something that names something."""
    *_, third = _runs(tmp_path, _log(), _log(100), _log(100, 200))
    shown = third.text.split("\n")

    assert _log(100).split("\n")[100] in shown and _log(200).split("\n")[200] in shown


def test_where_everything_is_new_the_short_form_stands(tmp_path: Path) -> None:
    other = "\n".join(
        f"2026-01-02 07:{n // 60:02}:{n % 60:02} INFO queue {n % 5} has {n * 13 % 97} jobs" for n in range(600)
    )
    _, again = _runs(tmp_path, _log(), other)

    assert again.outcome == "compressed" and "unchanged" not in again.text


def _page(*, changed: str = "", new: bool = False) -> str:
    rows = []
    for n in range(120):
        rows.append(f"      - row [ref=e{3 * n}]:")
        rows.append(f'        - cell "{"Order" if n != 60 or not changed else changed} {n}" [ref=e{3 * n + 1}]')
        rows.append(f'        - button "Open order {n}" [ref=e{3 * n + 2}]')
        if new and n == 60:
            rows.append('        - button "Pay now" [ref=e900]')
    return "\n".join(
        ["- main [ref=m1]:", '  - heading "Orders" [ref=m2]', "  - table [ref=m3]:", "    - rowgroup [ref=m4]:", *rows]
    )


@pytest.mark.parametrize("new", [False, True])
def test_a_snapshot_after_a_snapshot_shows_what_changed_in_its_place_with_its_refs(tmp_path: Path, new: bool) -> None:
    settings = Settings(home=str(tmp_path))
    with open_store(settings) as store:
        first, again = (
            compress_output(
                page, tool_name="mcp__browser__snapshot", session="s", store=store, settings=settings, query=""
            )
            for page in (_page(), _page(changed="Paid", new=new))
        )
    shown = again.text.split("\n")

    assert first.outcome == "compressed"
    assert '        - cell "Paid 60" [ref=e181]' in shown
    assert "      - row [ref=e180]:" in shown and "- main [ref=m1]:" in shown
    assert ('        - button "Pay now" [ref=e900]' in shown) == new
    assert again.tokens_after < first.tokens_after / 2
    refs = re.findall(r"\[ref=(\w+)\]", first.text + again.text)
    assert {f"e{3 * n + 2}" for n in range(120)} <= set(refs) or "[ref=" not in first.text


@given(st.permutations(range(7)), st.lists(st.sampled_from([*range(9), 0, 1]), max_size=9))
def test_anchors_are_a_longest_row_of_lines_that_stand_once_in_both_texts(order: list[int], some: list[int]) -> None:
    old, new = [str(n) for n in order], [str(n) for n in some]
    row = deltas._anchors(old, new)

    assert all(old[a] == new[b] and old.count(old[a]) == new.count(new[b]) == 1 for a, b in row)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(row))
    places = [old.index(line) for line in new if old.count(line) == new.count(line) == 1]
    longest: list[int] = []
    for at, place in enumerate(places):
        longest.append(1 + max((longest[i] for i in range(at) if places[i] < place), default=0))
    assert len(row) == max(longest, default=0)


_SAME = [f"the {n}. line of a report that is the same in both of them, word for word" for n in range(40)]


@pytest.mark.parametrize("keep", [(), (0,), (39,), (10,), (10, 11), (10, 11, 30), (0, 20, 39)])
def test_all_of_what_is_the_same_is_left_out_but_for_the_lines_to_keep(keep: tuple[int, ...]) -> None:
    parts = deltas.parts_of(_SAME, _SAME, "make", keep)

    shown = {i for part in parts if part.action == "keep" for i in range(part.start, part.stop)}
    assert shown == set(keep)
    assert {part.note for part in parts if part.action == "omit"} <= {"unchanged, in short above by make"}


@pytest.mark.parametrize("gone", [0, 1, 2, 7])
@pytest.mark.parametrize(
    ("come", "where"), [(0, 0), (1, 0), (3, 0), (0, 20), (1, 20), (3, 20), (0, 40), (1, 40), (3, 40)]
)
def test_a_note_counts_by_how_many_lines_there_are_fewer(gone: int, come: int, where: int) -> None:
    """`gone` lines stood, where now `come` others stand: ahead of all that is the same, in its middle, behind it."""
    base = [*_SAME[:where], *(f"was {n}" for n in range(gone)), *_SAME[where:]]
    lines = [*_SAME[:where], *(f"is {n}" for n in range(come)), *_SAME[where:]]

    notes = [part.note for part in deltas.parts_of(lines, base, "make", ()) if part.action == "omit"]

    same = "unchanged, in short above by make"
    fewer = gone - come
    count = f"{fewer} line{'s' if fewer > 1 else ''} fewer"
    if fewer <= 0:
        assert set(notes) == {same}
    elif where == 40:
        assert notes == [f"{same}; {count} behind it"]
    else:
        assert notes == [*([same] if where else []), f"{same}; {count} before it"]


@pytest.mark.parametrize(
    ("indents", "kept", "above"),
    [
        ("024424", {2}, {0, 1}),
        ("024424", {5}, {0, 4}),
        ("024424", {3, 5}, {0, 1, 4}),
        ("024424", {0}, set()),
        ("024424", {0, 1, 2}, set()),  # they are kept themselves
        ("420", {2}, set()),
        ("0 24", {3}, {0, 2}),  # a blank line is nobody's place
        ("0 24", {1}, set()),
        ("0240", {3}, set()),
    ],
)
def test_what_changed_comes_with_the_lines_that_it_stands_under(indents: str, kept: set[int], above: set[int]) -> None:
    lines = ["" if indent == " " else " " * int(indent) + "x" for indent in indents]
    parts = [Part(i, i + 1, "keep" if i in kept else "omit") for i in range(len(lines))]

    assert deltas.above_in_outline(lines, parts) == above
