"""Folding at its bounds: what a note saves, what is left of a part that is cut, which earlier place is named."""

from __future__ import annotations

import pytest

from headroom_mcp.flow import repeats
from headroom_mcp.text import marker, numbering, tokens
from headroom_mcp.types import Part, Shown

_RUN = [f"the {n}. line of a run that says so many words" for n in range(12)]


@pytest.mark.parametrize("label", ["cat a.py", "", "pytest -q tests/a/very/long/path/of/folders/test_weigh.py"])
@pytest.mark.parametrize(("start", "stop"), [(0, 12), (3, 4), (5, 9)])
def test_what_a_fold_saves_is_its_lines_less_the_note_that_stands_for_them(label: str, start: int, stop: int) -> None:
    earlier = [Shown("other", "x"), Shown(label, "\n".join(_RUN))]
    run = repeats.Run(0, 12, 1, None)
    note = repeats.pointer(label)
    saved = tokens.estimate("\n".join(_RUN[start:stop])) - tokens.estimate(marker.gap(start, stop, note))
    assert repeats._gain(_RUN, start, stop, run, earlier) == saved


@pytest.mark.parametrize("words", range(1, 40))
def test_lines_are_folded_only_where_that_saves_twelve_tokens(words: int) -> None:
    lines = ["word " * words + "end", "and a last one"]
    earlier = [Shown("cat a.py", "\n".join(lines))]
    saved = tokens.estimate("\n".join(lines)) - tokens.estimate(marker.gap(0, 2, "as shown above by cat a.py"))

    parts = repeats.fold(lines, [Part(0, 2, "keep")], [repeats.Run(0, 2, 0, None)], earlier, ())

    assert [part.above for part in parts] == [saved >= 12]


@pytest.mark.parametrize("at", [0, 1, 7])
def test_what_is_left_of_a_rendered_part_begins_with_its_number_again(at: int) -> None:
    """Lines shown without all their numbers are folded in their middle: the rest are the rows of just these lines."""
    head = [f"a head of its own, {n}" for n in range(at)]
    numbered = [f"{n:6d}\t{line}" for n, line in enumerate(_RUN, 40)]
    lines = [*head, *numbered]
    rows = [numbered[0].lstrip(" "), *_RUN[1:]]
    part = Part(at, at + 12, "render", text="\n".join(rows), lossless=True)
    earlier = [Shown("cat a.py", "\n".join(numbered[4:8]))]
    parts = [*([Part(0, at, "keep")] if at else []), part]

    folded = repeats.fold(lines, parts, [repeats.Run(at + 4, at + 8, 0, 0)], earlier, ())

    assert folded[-3:] == [
        part._replace(stop=at + 4, text="\n".join(rows[:4])),
        Part(at + 4, at + 8, "omit", note="44-47 as shown above by cat a.py", above=True),
        part._replace(start=at + 8, text="\n".join([numbered[8].lstrip(" "), *rows[9:]])),
    ]
    assert folded[:-3] == parts[:-1]


def test_what_is_left_of_a_gap_has_a_note_of_its_own_and_what_is_not_cut_keeps_its() -> None:
    earlier = [Shown("cat a.py", "\n".join(_RUN))]
    parts = [Part(0, 2, "omit", note="two"), Part(2, 12, "omit", note="ten")]

    folded = repeats.fold(_RUN, parts, [repeats.Run(4, 9, 0, None)], earlier, (), lambda *at: f"{at}")

    assert [(part.start, part.stop, part.note) for part in folded] == [
        (0, 2, "two"),
        (2, 4, "(2, 4)"),
        (4, 9, "as shown above by cat a.py"),
        (9, 12, "(9, 12)"),
    ]


@pytest.mark.parametrize("keep", [set(), {0}, {11}, {5}, {5, 6}, {0, 11}, set(range(12))])
def test_the_lines_to_keep_are_shown_between_the_folded_ones(keep: set[int]) -> None:
    lines = [line * 3 for line in _RUN]
    earlier = [Shown("cat a.py", "\n".join(lines))]

    folded = repeats.fold(lines, [Part(0, 12, "keep")], [repeats.Run(0, 12, 0, None)], earlier, keep)

    shown = {i for part in folded if not part.above for i in range(part.start, part.stop)}
    assert shown == keep


def test_lines_under_a_time_are_found_where_the_same_time_stood_though_others_came_later() -> None:
    def at(hour: int) -> list[str]:
        return [f"{hour + n}:00:00 the hourly job has started and has then ended in order" for n in range(5)]

    earlier = [Shown("first", "\n".join(at(8))), Shown("second", "\n".join(at(9)))]

    runs = repeats.find(at(8), earlier)

    assert runs[-1].stop == 5
    assert all(run.shift in (0, None) for run in runs)
    assert {i for run in runs for i in range(run.start, run.stop)} == set(range(5))


@pytest.mark.parametrize("count", [1, 2, 11, 12, 13])
def test_of_many_places_of_a_line_the_twelve_latest_are_looked_at(count: int) -> None:
    """The one place where all four lines stand is followed by others where only the first does."""
    lines = _RUN[:4]
    earlier = [Shown("whole", "\n".join(lines)), *(Shown(f"other {n}", lines[0]) for n in range(count - 1))]

    runs = repeats.find(lines, earlier)

    assert [(run.start, run.stop, run.source) for run in runs] == ([(0, 4, 0)] if count <= 12 else [(1, 4, 0)])


def test_a_note_names_the_first_and_the_last_number_and_how_far_they_have_moved() -> None:
    lines = [f"{n:6d}\t{line}" for n, line in enumerate(_RUN, 100)]
    shown = Shown("cat a.py", "x")

    assert numbering.of_each(lines)[0][0] == 100
    assert repeats._note(lines, 2, 5, repeats.Run(0, 12, 0, 0), shown) == "102-104 as shown above by cat a.py"
    assert (
        repeats._note(lines, 0, 1, repeats.Run(0, 12, 0, -3), shown)
        == "100-100 as shown above by cat a.py, moved by -3"
    )
    assert repeats._note(lines, 2, 5, repeats.Run(0, 12, 0, 7), shown).endswith(", moved by +7")
    assert repeats._note(_RUN, 2, 5, repeats.Run(0, 12, 0, None), shown) == "as shown above by cat a.py"
