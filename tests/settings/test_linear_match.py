"""A repository's patterns find what `re` finds, and never cost more than the text is long."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_mcp.settings import linear_match
from headroom_mcp.settings.linear_match import Pattern, UnsupportedPattern
from tests import long_form

_ATOMS = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", "ab", "(?:a|bb)", "(a|ab)", "^", "$", r"\b", r"\B", "x"]
)
_REPEATED = st.builds(lambda atom, times: atom + times, _ATOMS.filter(lambda a: a[-1] not in "^$" and a not in (r"\b", r"\B")),
                      st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}", "*?", "{0,2}"]))  # fmt: skip
_PATTERNS = st.lists(_ATOMS | _REPEATED, min_size=1, max_size=6).map("".join)


@settings(max_examples=long_form.count(120, 400), deadline=None)
@given(_PATTERNS, st.text(alphabet="abx1 \n_", min_size=1, max_size=14), st.sampled_from(["", "(?i)", "(?m)", "(?s)"]))
def test_it_finds_what_re_finds(pattern: str, text: str, flags: str) -> None:
    found = bool(re.search(flags + pattern, text))

    answer = Pattern(flags + pattern).search(text)

    assert answer == found or (answer and "$" in pattern)  # "$" is taken for the end of any line


HOSTILE = [
    r"(a+)+$",
    r"(a|aa)+$",
    r"(a*)*b",
    r"a*a*a*a*c",
    r"(?:a|a)*d",
    r"(.*)(.*)(.*)(.*)(.*)x$",
    r"(a|b)*a(a|b){30}c",
    r"([a-z]+)*\d",
]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_a_hostile_pattern_costs_work_in_proportion_to_the_text(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    counted = linear_match._Run.step
    monkeypatch.setattr(linear_match._Run, "step", lambda *given: (steps.append(1), counted(*given))[1])
    sizes = []
    for size in (10_000, 20_000):
        steps.clear()
        Pattern(pattern).search("ab" * size)
        Pattern(pattern).search("a" * size)
        sizes.append(len(steps))

    assert sizes[1] <= 2.2 * sizes[0] + 10
    assert sizes[1] < 100_000


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?=a)b", r"(?<!a)b", "a{5000}", "(", "((a{90}){90}){90}"])
def test_what_cannot_be_searched_in_linear_time_is_refused(pattern: str) -> None:
    with pytest.raises(UnsupportedPattern):
        Pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [("a$", "a\n", True), ("a$", "ab", False), (r"a\Z", "a\n", False), ("^b", "a\nb", False), ("(?m)^b", "a\nb", True)],
)
def test_the_end_is_ahead_of_a_last_line_break_too(pattern: str, text: str, found: bool) -> None:
    assert linear_match.any_found([pattern], text) is found


@settings(max_examples=long_form.count(120, 400), deadline=None)
@given(_PATTERNS, st.text(alphabet="abx1 \n_", min_size=1, max_size=14), st.sampled_from(["", "(?i)"]))
def test_a_text_with_a_match_holds_the_word_that_is_looked_for_first(pattern: str, text: str, flags: str) -> None:
    if re.search(flags + pattern, text):
        assert Pattern(flags + pattern).may_be_in(text)


@pytest.mark.parametrize(
    ("pattern", "without", "within"),
    [
        ("secret-[0-9]+", "secret", "secret-"),
        ("a(bcde|x)fghi", "fgh", "fghi"),  # the longest that every match holds
        ("abc.defgh.ijk", "abc defg ijk", "defgh"),
        (".(token)=", "toke", "token"),  # in a group
        ("(?i:token)xyz", "xy", "xyz"),  # not one in which letters may be large or small
        ("ab.cd", "", ""),  # too short to be worth it
        ("(?i)token", "", ""),
        ("tok+en", "to", "to"),
    ],
)
def test_a_text_without_a_word_of_the_pattern_is_not_searched(pattern: str, without: str, within: str) -> None:
    assert Pattern(pattern).may_be_in(within)
    assert Pattern(pattern).may_be_in(without) is (without == within)


def test_patterns_are_searched_in_as_much_text_as_is_allowed_and_beyond_count_as_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linear_match, "_MAX_CHARS", 30)
    ten = "abcdefghij"

    assert linear_match.any_found(["x1", "x2", "x3"], ten) is False
    assert linear_match.any_found(["x1", "x2", "x3", "x4"], ten) is True
    assert linear_match.any_found(["x1", "x2", "x3", "notthere"], ten) is False  # this one is not searched
    assert linear_match.any_found(["x1", "cd"], ten) is True


@pytest.mark.parametrize("allowed", [True, False])
def test_what_makes_too_many_sets_of_states_counts_as_found(allowed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    work: list[int] = []
    stepped = linear_match._Run.step

    def step(run: linear_match._Run, state: linear_match._State, char: str) -> linear_match._State | None:
        following = stepped(run, state, char)
        work.append(run._work)
        return following

    monkeypatch.setattr(linear_match._Run, "step", step)
    assert Pattern("a(b|c)d").search("abababacacab") is False
    needed = work[-1]
    monkeypatch.setattr(linear_match, "_MAX_WORK", needed if allowed else needed - 1)

    assert Pattern("a(b|c)d").search("abababacacab") is not allowed
    assert needed < 60  # a state that is known costs nothing again


@pytest.mark.parametrize("size", [1_000, 1_500])
def test_a_pattern_has_as_many_nodes_as_are_allowed(size: int) -> None:
    text = "ab" * (size // 2)

    if size < 1_500:
        assert Pattern(text).search(f"x{text}")
    else:
        with pytest.raises(UnsupportedPattern, match="too large"):
            Pattern(text)
        assert Pattern(text[1:]).search(text)


@pytest.mark.parametrize(
    "pattern",
    [
        "(?i)(a)b",
        "(?i:a)b",
        "(?i)(?-i:a)b",
        "(?i)(?-i:a(b))c",
        "(?s)(a.)b",
        "(?s:a.)b.",
        "(?m)(^a)b",
        "(?m:^b)a",
        "(?i)((a|b)){2}c",
        "(?i)(?:a(?-i:b)){2}",
    ],
)
@pytest.mark.parametrize(
    "text",
    ["ab", "aB", "Ab", "AB", "abc", "aBc", "ABC", "a\nb", "a\nb\n", "x\nab", "x\nba", "aBaB", "ABAb", "AbAb", "aBc"],
)
def test_flags_hold_in_the_group_that_sets_them_and_in_what_it_holds(pattern: str, text: str) -> None:
    assert Pattern(pattern).search(text) == bool(re.search(pattern, text))


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*"])
def test_of_what_is_no_pattern_it_says_what_re_says(pattern: str) -> None:
    with pytest.raises(re.error) as theirs:
        re.compile(pattern)
    with pytest.raises(UnsupportedPattern) as ours:
        Pattern(pattern)

    assert str(ours.value) == str(theirs.value)
