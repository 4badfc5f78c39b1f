"""Lines that a context has been shown before are named instead of shown again; nothing else is."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.flow import repeats
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import numbering, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.types import Origin, Part, Shown, View
from tests import long_form

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = Path(__file__).parent.parent / "cases"
_LONG_LINES = [
    "}",
    "    return the_total_of_all_parts(first, second)",
    "alpha and beta and gamma and delta, all of them",
    "x = 1",
]
FAILING = sorted(
    path.parent
    for kind in ("access_log", "build", "lint", "log", "stack_trace", "test_output")
    for path in CASES.glob(f"{kind}/*/case.toml")
)


def _listing(first: int, last: int, shift: int = 0) -> str:
    return "\n".join(
        f"{n + shift:6d}\t    value_{n} = compute_the_value(argument_{n}, factor={n * 7})"
        for n in range(first, last + 1)
    )


def test_an_overlapping_range_of_a_file_is_folded_with_its_true_numbers() -> None:
    lines = _listing(40, 90).split("\n")
    earlier = [Shown("nl -ba card.py", _listing(1, 60))]
    runs = repeats.find(lines, earlier)

    parts = repeats.fold(lines, [Part(0, len(lines), "keep")], runs, earlier, ())

    assert [
        Part(0, 21, "omit", note="40-60 as shown above by nl -ba card.py", above=True),
        Part(21, 51, "keep"),
    ] == parts


def test_lines_that_an_edit_moved_are_folded_with_the_shift() -> None:
    lines = _listing(1, 30, shift=2).split("\n")
    (run,) = repeats.find(lines, [Shown("nl -ba card.py", _listing(1, 30))])

    assert (run.start, run.stop, run.shift) == (0, 30, 2)


def test_numbers_that_were_never_shown_are_not_folded_away() -> None:
    plain = "\n".join(line.split("\t", 1)[1] for line in _listing(1, 30).split("\n"))

    assert repeats.find(_listing(1, 30).split("\n"), [Shown("cat card.py", plain)]) == []


@pytest.mark.parametrize("hours", [0, 1])
def test_a_time_at_the_head_of_a_line_is_no_line_number(hours: int) -> None:
    """The same words an hour later are another line; the same hour is no range of lines."""
    first = [f"{8 + n}:00:00 the hourly job number {n % 3} has started and ended" for n in range(12)]
    later = [f"{8 + n + hours}:00:00 the hourly job number {n % 3} has started and ended" for n in range(12)]
    earlier = [Shown("journalctl", "\n".join(first))]
    runs = repeats.find(later, earlier)

    folded = {at for run in runs for at in range(run.start, run.stop)}
    assert all(later[at] in first for at in folded)
    assert all(not run.shift for run in runs)
    parts = repeats.fold(later, [Part(0, 12, "keep")], runs, earlier, ())
    assert [part.note for part in parts if part.above] == ([] if hours else ["as shown above by journalctl"])


def test_lines_shown_with_thin_numbers_have_the_numbers_between(tmp_path: Path) -> None:
    """Of a long listing every fifth number is shown; a range of it, asked for later, stands above all the same."""
    settings = Settings(home=str(tmp_path), min_saving=0.01)
    body = [f"    value_{n} = compute_the_value(argument_{n})" for n in range(1, 101)]
    body[49:52] = ["", "def area(shape):", '    """Return its area."""']
    listing = [f"{n:6d}\t{line}" for n, line in enumerate(body, 1)]
    with open_store(settings) as store:

        def shown(first: int, last: int) -> str:
            call = {"command": f"nl -ba card.py | sed -n '{first},{last}p'"}
            text = "\n".join(listing[first - 1 : last])
            return compress_output(
                text, tool_name="Bash", tool_input=call, session="s", store=store, settings=settings
            ).text

        whole = shown(1, 100).split("\n")
        again = shown(42, 61)
        moved = compress_output(
            "\n".join(f"{n + 1:6d}\t{line}" for n, line in enumerate(body[41:61], 42)),
            tool_name="Bash", session="s", store=store, settings=settings,
        ).text  # fmt: skip

    assert body[47] in whole and "51\tdef area(shape):" in whole
    assert again.startswith("[… lines 1-20 · 42-61 as shown above by nl -ba card.py")
    assert moved.startswith("[… lines 1-20 · 43-62 as shown above by nl -ba card.py") and ", moved by +1" in moved


@given(
    rows=st.lists(st.sampled_from(["", "x", "    y = f(1)", "3:00 is a time", "\t7\tz"]), min_size=3, max_size=40),
    first=st.integers(1, 30),
    tail=st.sampled_from(["", "\n--", "\n[… lines 90-96]"]),
)
def test_the_numbers_between_thin_ones_are_those_of_the_listing(rows: list[str], first: int, tail: str) -> None:
    numbered = numbering.Numbered(rows, list(range(first, first + len(rows))), "\t")
    thin = f"{numbering.thinned(numbered, 0, len(rows))}{tail}".split("\n")
    known = numbering.filled(thin, numbering.of_each(thin)[0])

    assert all(number in (None, first + at) for at, number in enumerate(known[: len(rows)]))
    assert set(known[len(rows) :]) <= {None}
    assert sum(number is None for number in known[: len(rows)]) < numbering.EVERY


def test_a_changed_line_breaks_the_run_and_is_shown() -> None:
    lines = _listing(1, 40).split("\n")
    lines[20] = "    21\t    value_21 = None"
    earlier = [Shown("nl", _listing(1, 40))]
    runs = repeats.find(lines, earlier)
    parts = repeats.fold(lines, [Part(0, 40, "keep")], runs, earlier, ())

    assert "value_21 = None" in render.render(lines, parts)


@given(
    old=st.lists(st.sampled_from([f"line {i} of a text that has some words" for i in range(12)]), max_size=60),
    new=st.lists(st.sampled_from([f"line {i} of a text that has some words" for i in range(14)]), max_size=60),
)
def test_every_folded_run_stands_in_the_earlier_text_consecutively(old: list[str], new: list[str]) -> None:
    earlier = [Shown("cat", "\n".join(old))]
    for run in repeats.find(new, earlier):
        folded = new[run.start : run.stop]
        assert any(folded == old[i : i + len(folded)] for i in range(len(old)))


@given(
    old=st.lists(st.text(alphabet="ab1: \t-", max_size=9), max_size=40),
    new=st.lists(st.text(alphabet="ab1: \t-", max_size=9), max_size=40),
    keep=st.sets(st.integers(0, 39)),
)
def test_folding_keeps_the_partition_and_the_lines_asked_for(old: list[str], new: list[str], keep: set[int]) -> None:
    earlier = [Shown("cat", "\n".join(old))]
    parts = repeats.fold(new, [Part(0, len(new), "keep")] if new else [], repeats.find(new, earlier), earlier, keep)
    render.check(parts, len(new))

    left_out = {i for part in parts if part.action == "omit" for i in range(part.start, part.stop)}
    assert not left_out & keep


@given(
    st.lists(st.lists(st.sampled_from(_LONG_LINES), max_size=4), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 4)), max_size=4),
)
@example([_LONG_LINES[1:], _LONG_LINES[1:3]], [(0, 0, 3)])
def test_what_is_folded_is_the_longest_run_at_each_place_and_nothing_worth_it_is_missed(
    old: list[list[str]], cuts: list[tuple[int, int, int]]
) -> None:
    """Compared with trying every place; none of the lines stands in more places than are tried."""
    earlier = [Shown(f"call {n}", "\n".join(text)) for n, text in enumerate(old)]
    new = [line for source, start, length in cuts for line in old[source % len(old)][start : start + length]]

    def longest(position: int) -> int:
        lengths = [0]
        for text in old:
            for at in range(len(text)):
                length = 0
                while new[position + length : position + length + 1] == text[at + length : at + length + 1] != []:
                    length += 1
                lengths.append(length)
        return max(lengths)

    def is_worth(position: int, length: int) -> bool:
        said = "\n".join(new[position : position + length])
        return length >= repeats.MIN_LINES and tokens.estimate(said) >= repeats.MIN_TOKENS

    expected: list[tuple[int, int]] = []
    position = 0
    while position < len(new):
        length = longest(position)
        if is_worth(position, length) and len(new[position].strip()) >= 4:
            expected.append((position, position + length))
            position += length
        else:
            position += 1

    assert [(run.start, run.stop) for run in repeats.find(new, earlier)] == expected


def test_of_two_texts_with_the_same_lines_the_later_one_is_named() -> None:
    lines = [f"the same long line of text with the number {word}" for word in ("one", "two", "three", "four")]
    earlier = [Shown("first", "\n".join(lines)), Shown("second", "\n".join(lines)), Shown("other", "nothing")]

    assert [run.source for run in repeats.find(lines, earlier)] == [1]


def test_the_same_output_again_names_the_earlier_one_and_its_original_comes_back(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    text = _listing(1, 40)
    with open_store(settings) as store:
        first = compress_output(
            text, tool_name="Bash", tool_input={"command": "nl -ba a.py"}, session="s", store=store,
            settings=settings._replace(budget_tokens=100_000),
        )  # fmt: skip
        again = compress_output(
            text, tool_name="Bash", tool_input={"command": "nl -ba a.py"}, session="s", store=store, settings=settings
        )

        assert numbering.bare(text.split("\n")) == first.text.rpartition("\n")[0]
        assert "1-40 as shown above by nl -ba a.py" in again.text
        assert again.ref is not None
        assert _listing(7, 7) in retrieve(again.ref, lines="7", store=store)


def test_a_small_output_that_stands_above_is_named_in_two_short_lines(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    text = "\n".join(f"value_{n} = compute({n})" for n in range(14))
    assert 62 < tokens.estimate(text) < settings.min_tokens
    with open_store(settings) as store:
        first, again = (
            compress_output(text, tool_name="Bash", session="s", store=store, settings=settings) for _ in range(2)
        )

        assert (first.outcome, first.text) == ("small", text)
        assert again.text == f"[… lines 1-14 · as shown above by Bash]\n[headroom {again.ref}]"
        assert store.get(again.ref or "").text == text


def test_what_was_shown_in_short_comes_whole_when_it_is_asked_for_again_and_is_charged(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    long = "\n".join(f"2026-01-01 00:00:{n % 60:02} INFO worker {n % 7} did job {n}" for n in range(400))
    with open_store(settings) as store:
        runs = [compress_output(long, session="s", store=store, settings=settings) for _ in range(3)]
        net = store.ledger.read().totals

    assert [run.outcome for run in runs] == ["compressed", "no_gain", "compressed"]
    assert runs[1].text == long
    assert runs[2].text == f"[… lines 1-400 · as shown above by an earlier call]\n[headroom {runs[2].ref}]"
    assert (net.retrievals, net.tokens_retrieved) == (1, runs[0].tokens_before)


def test_what_is_asked_for_again_and_does_not_fit_stays_short(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    long = "\n".join(f"2026-01-01 00:00:{n % 60:02} INFO worker {n % 7} did job {n}" for n in range(400))
    with open_store(settings) as store:
        for view in (View(10_000), View(tokens_host=200)):
            for _ in range(2):
                result = compress_output(long, session="s", store=store, settings=settings, view=view)

            assert result.outcome == "compressed"


def test_of_a_small_output_only_what_changed_and_what_failed_is_shown_again(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    body = [f"building target_{n} of the long list" for n in range(16)]
    body[8] = "error: cannot find the file main.c"
    with open_store(settings) as store:
        for number in range(2):
            body[3] = f"building another_{number} instead"
            result = compress_output("\n".join(body), session="s", store=store, settings=settings)

    shown = result.text.split("\n")
    assert result.outcome == "compressed" and result.tokens_after < result.tokens_before
    assert body[3] in shown and body[8] in shown
    assert body[12] not in shown


def test_what_is_tiny_or_switched_off_is_not_even_remembered(tmp_path: Path) -> None:
    text = "\n".join(f"value_{n} = compute({n})" for n in range(14))
    for number, settings in enumerate((Settings(repeats=False), Settings(min_tokens=1_000))):
        settings = settings._replace(home=str(tmp_path / str(number)))
        with open_store(settings) as store:
            for _ in range(2):
                assert compress_output(text, session="s", store=store, settings=settings).text == text
            assert store.contexts.shown_in("s", "") == []


def test_what_was_asked_for_in_just_this_extent_keeps_its_numbers(tmp_path: Path) -> None:
    """A Read of some lines of a file: the viewer numbers them, and what stands above under these numbers is named."""
    settings = Settings(home=str(tmp_path))
    lines = [f"    value_{n} = compute_the_value(argument_{n})" for n in range(1, 91)]
    with open_store(settings) as store:

        def read(first: int, last: int) -> str:
            return compress_output(
                "\n".join(lines[first - 1 : last]), tool_name="Read", tool_input={"file_path": "/p/card.py"},
                session="s", store=store, settings=settings, view=View(numbered=first, part=True),
            ).text  # fmt: skip

        assert read(1, 60) == "\n".join(lines[:60])
        again = read(41, 90).split("\n")
        lines[49] = "    value_50 = None"
        changed = read(41, 90).split("\n")

    assert again[0] == "[… lines 1-20 · 41-60 as shown above by Read card.py]"
    assert again[1] == f"61\t{lines[60]}"
    assert "50\t    value_50 = None" in changed
    assert sum(line.count("as shown above by Read card.py") for line in changed) >= 2


def test_another_context_is_never_told_of_what_it_has_not_been_shown(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path), min_saving=0.95)  # only what stands above may go
    text = _listing(1, 40)
    with open_store(settings) as store:
        compress_output(text, session="s", store=store, settings=settings)

        assert text == compress_output(text, session="other", store=store, settings=settings).text
        assert text == compress_output(text, origin=Origin("s", "sub"), store=store, settings=settings).text


def test_after_a_compaction_everything_is_shown_again(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path), min_saving=0.95)  # only what stands above may go
    text = _listing(1, 40)
    with open_store(settings) as store:
        compress_output(text, session="s", store=store, settings=settings)
        store.contexts.forget_shown("s")

        assert text == compress_output(text, session="s", store=store, settings=settings).text


def test_a_failure_that_repeats_is_shown_every_time(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path), budget_tokens=100_000)
    body = [f"tests/test_{i}.py::test_number_{i} PASSED in the usual way" for i in range(40)]
    body[20] = "tests/test_20.py::test_number_20 FAILED: AssertionError: 3 != 4"
    text = "\n".join(body)
    with open_store(settings) as store:
        compress_output(text, session="s", store=store, settings=settings)
        again = compress_output(f"{text}\n", session="s", store=store, settings=settings)

    assert body[20] in again.text.split("\n")
    assert again.tokens_after < again.tokens_before / 2


@pytest.mark.parametrize(
    ("folder", "first_whole"),
    [
        pytest.param(folder, whole, id=f"{folder.parent.name}/{folder.name}-{'whole' if whole else 'shortened'} before")
        for number, folder in enumerate(FAILING)
        for whole in ((False, True) if long_form.FULL else (bool(number % 2),))
    ],
)
def test_what_failed_is_shown_again_when_it_fails_again(folder: Path, first_whole: bool, tmp_path: Path) -> None:
    case = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    text = (folder / "input.txt").read_bytes().decode("utf-8", "surrogatepass")
    given = {key: case[key] for key in ("command", "file_path") if key in case}
    settings = Settings(home=str(tmp_path))
    generous = settings._replace(budget_tokens=200_000)
    with open_store(settings) as store:
        for number, run in enumerate((generous if first_whole else settings, settings)):
            result = compress_output(
                text + number * "\n",  # to the byte the same, it would be asked for again, and whole
                tool_name=case.get("tool_name", "Bash"), tool_input=given, query=case.get("query", ""),
                session="s", store=store, settings=run,
            )  # fmt: skip

    assert [fact for fact in case.get("must_keep", []) if fact not in result.text] == []


@pytest.mark.parametrize(
    ("pauses_min", "left"), [([0, 10, 40], 3), ([70, 10, 5], 2), ([10, 70, 5], 1), ([1, 1, 70], 0)]
)
def test_what_was_shown_before_a_long_pause_no_longer_stands_above(pauses_min: list[int], left: int) -> None:
    """`pauses_min`: after each of three texts, until the next one or now."""
    now_s = 1_000_000.0
    earlier = []
    for at in range(3):
        earlier.append(Shown(f"cat {at}", "text", now_s - 60.0 * sum(pauses_min[at:])))

    assert repeats.in_front([], earlier, Origin(), now_s) == earlier[3 - left :]


def test_the_flow_shows_again_what_a_pause_may_have_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=str(tmp_path), min_saving=0.95)  # only what stands above may go
    text = _listing(1, 40)
    with open_store(settings) as store:
        compress_output(text, session="s", store=store, settings=settings)
        later_s = time.time() + 66 * 60
        monkeypatch.setattr(time, "time", lambda: later_s)

        assert text == compress_output(text, session="s", store=store, settings=settings).text


_BROKEN = [
    "Error processing line 1 of /opt/env/lib/python3.9/site-packages/precedence.pth:",
    "  Traceback (most recent call last):",
    '    File "/opt/env/lib/python3.9/site.py", line 177, in addpackage',
    "      exec(line)",
    '    File "<string>", line 1, in <module>',
    "  ModuleNotFoundError: No module named '_precedence_hack'",
    "Remainder of file ignored, which has been so since the environment was made",
]


@pytest.mark.parametrize(
    ("commands", "is_named"),
    [
        (["python -c 'print(1)'", "pytest a.py", "pylint a.py", "mypy a.py"], True),
        (["pytest a.py", "cd app && python -m pytest a.py -x", "timeout 9 pytest a.py", "pytest a.py"], False),
        (["pytest a.py", "pylint a.py", "mypy a.py"], False),
    ],
    ids=["all programs", "one program", "too few"],
)
def test_a_failure_ahead_of_every_program_s_output_is_named_after_a_few(
    commands: list[str], is_named: bool, tmp_path: Path
) -> None:
    settings = Settings(home=str(tmp_path))
    with open_store(settings) as store:
        for number, command in enumerate(commands):
            text = "\n".join([*_BROKEN, f"what {number} says: ValueError: {number} is too small"])
            last = compress_output(
                text, tool_name="Bash", tool_input={"command": command}, session="s", store=store, settings=settings
            ).text

    assert (_BROKEN[5] not in last) == is_named
    assert last.startswith("[… lines 1-7 · as shown above by ") == is_named
    assert f"what {len(commands) - 1} says: ValueError" in last


def test_another_call_that_prints_the_same_is_no_call_for_the_whole(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    text = "\n".join(f"value_{n} = compute({n})" for n in range(14))
    with open_store(settings) as store:
        shown = [
            compress_output(
                text, tool_name="Bash", tool_input={"command": command}, session="s", store=store, settings=settings
            ).text
            for command in ("cat a", "cat b", "cat c", "cat c")
        ]

    assert [text == one for one in shown] == [True, False, False, True]


def test_what_markers_say_is_missing_comes_whole_by_another_call_too(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    passing = "\n".join(f"test_shop.py::test_{name} PASSED" for name in map(str, range(40)))
    text = f"{passing}\nE   AssertionError: 3 != 4\nFAILED test_shop.py::test_sum - AssertionError: 3 != 4\n1 failed, 40 passed in 0.3s\n"
    with open_store(settings) as store:
        shown = [
            compress_output(
                text, tool_name="Bash", tool_input={"command": command}, session="s", store=store, settings=settings
            )
            for command in ("pytest -v test_shop.py", "python -m pytest -v test_shop.py")
        ]

    assert shown[0].text.endswith(f"[headroom {shown[0].ref}]")
    assert "[… " in shown[0].text
    assert shown[1].text == text


def test_no_question_is_a_question_like_an_empty_one(tmp_path: Path) -> None:
    text = "\n".join(f"2026-01-01 00:00:00 INFO worker {i % 7} did job {i}" for i in range(400))
    with open_store(Settings(home=str(tmp_path))) as store:
        assert compress_output(text, query=None, store=store) == compress_output(text, query="", store=store)
        assert compress_output(text, query=None, store=store).outcome == "compressed"


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("cat a/b.py", "cat a/b.py"),
        ("pytest tests/lint/unittest_lint.py", "pytest unittest_lint.py"),
        ("nl -ba sympy/physics/quantum/tensorprod…", "nl -ba tensorprod…"),
        ("bin/test sympy/physics/quantum/qubit.py", "bin/test qubit.py"),
        ("ls -la src/deep/folder/with/a/name/", "ls -la src/deep/folder/…"),
        ("cat pylint/config/with/many/folders/a…", "cat pylint/config/with/…"),
        ("sed -i 's/alpha_and/beta_and/' lib/alpha.py", "sed -i 's/alpha_and/bet…"),
        ("curl https://example.com/one/two/three", "curl https://example.co…"),
    ],
)
def test_a_call_is_known_by_its_program_and_file_rather_than_by_folders(label: str, said: str) -> None:
    assert repeats.pointer(label) == f"as shown above by {said}"
    assert repeats.points_to(repeats.pointer(label), label)


@pytest.mark.parametrize(("falling", "numbered"), [(0, True), (1, True), (2, False)])
def test_lines_have_numbers_where_nine_of_ten_go_up(falling: int, numbered: bool) -> None:
    numbers = [*range(1, 12 - falling), *([3, 2] if falling == 2 else [3] * falling)]
    lines = [f"{number}\tline of a file" for number in numbers]

    found, texts = repeats._numbered(lines)

    assert len(lines) == 11  # ten steps
    assert found == (numbers if numbered else [None] * 11)
    assert texts == (["line of a file"] * 11 if numbered else lines)
