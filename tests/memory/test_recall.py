"""What a question finds: identifiers, names, dates, neighbours, any script, and any input without an error."""

from __future__ import annotations

import calendar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp.memory import dates, notes, recall
from headroom_mcp.store import Store, open_in_memory
from headroom_mcp.store.sqlite import note_search

HERE = "/projects/here"
NOW_S = float(calendar.timegm((2023, 8, 20, 12, 0, 0)))


@pytest.fixture(name="db")
def _db() -> Store:
    return open_in_memory()


def _best(db: Store, query: str, limit: int = 1) -> list[str]:
    return [hit.note.text for hit in recall.search(db, query, [HERE, notes.GLOBAL], limit=limit, now_s=NOW_S)]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("getUserId reads the session cookie", "user id"),
        ("the HTTPServerError is retried", "http server"),
        ("max_retry_count is 5 in production", "retry count"),
        ("see src/payments/ledger.py for rounding", "ledger rounding"),
        ("tests are running in parallel", "run test parallel"),
        ("das Café hat geschlossen", "cafe"),
        ("המפתח נמצא בתיקיית ההגדרות", "תיקיית ההגדרות"),
        ("مفتاح النشر في مجلد الإعدادات", "مجلد الإعدادات"),
        ("数据库迁移需要先备份", "备份"),
        ("テストは並列で実行する", "並列"),
        ("deploy 🚀 only from main", "🚀"),
    ],
)
def test_a_note_is_found_by_its_words_in_any_form(db: Store, text: str, query: str) -> None:
    notes.save(db, "nothing to do with it", scope=HERE)
    notes.save(db, text, scope=HERE)
    notes.save(db, "something else again", scope=HERE)

    assert _best(db, query) == [text]


def test_the_neighbour_of_a_hit_is_found_too(db: Store) -> None:
    for number in range(20):
        notes.save(db, f"unrelated remark {number}", scope=HERE, session="talk")
    notes.save(db, "Where did you buy the telescope?", scope=HERE, session="talk")
    notes.save(db, "At the corner shop, for ninety euros.", scope=HERE, session="talk")

    assert "At the corner shop, for ninety euros." in _best(db, "telescope", limit=2)


def test_who_said_it_counts(db: Store) -> None:
    notes.save(db, "I went hiking in the hills", scope=HERE, speaker="Ana")
    notes.save(db, "I went hiking in the hills too", scope=HERE, speaker="Ben")
    notes.save(db, "Ana and Ben had lunch", scope=HERE)

    assert _best(db, "Where did Ben go hiking?") == ["I went hiking in the hills too"]


def test_a_date_in_the_question_prefers_notes_of_that_time(db: Store) -> None:
    for month in (3, 5, 6):
        made_s = float(calendar.timegm((2023, month, 10, 0, 0, 0)))
        notes.save(db, f"release number {month} went out", scope=HERE, created_s=made_s)

    assert _best(db, "which release went out last May?") == ["release number 5 went out"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("what happened on 2023-05-08?", (2023, 5, 8), (2023, 5, 9)),
        ("the release of 2023-05", (2023, 5, 1), (2023, 6, 1)),
        ("last May", (2023, 5, 1), (2023, 6, 1)),
        ("in December", (2022, 12, 1), (2023, 1, 1)),
        ("on 3rd of July, 2021", (2021, 7, 3), (2021, 7, 4)),
        ("July 3, 2021", (2021, 7, 3), (2021, 7, 4)),
        ("in 2022", (2022, 1, 1), (2023, 1, 1)),
        ("yesterday", (2023, 8, 19), (2023, 8, 20)),
        ("last Tuesday", (2023, 8, 15), (2023, 8, 16)),
        ("3 days ago", (2023, 8, 16), (2023, 8, 19)),
    ],
)
def test_a_date_is_read_as_a_stretch_of_time(text: str, first: tuple[int, ...], last: tuple[int, ...]) -> None:
    start, stop = float(calendar.timegm((*first, 0, 0, 0))), float(calendar.timegm((*last, 0, 0, 0)))

    assert dates.window(text, NOW_S) == (start, stop)


@pytest.mark.parametrize("text", ["may I march on?", "no date", "2023-13-45", "31 February 2020", "the mar file", ""])
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.window(text, NOW_S) is None


@pytest.mark.parametrize(
    "query",
    ['"AND OR NEAR(', "NEAR(a b, 3)", "a* OR b^", 'body : "x', "'; DROP TABLE note; --", "-foo +bar", "{a b}:c", '""""',
     "(((", "\0", "\ud800", "*", "^", "NOT", "AND", "%", "a" * 100_000, "؟", "\u202e", "__", "a\nb\tc", "1e999"],
)  # fmt: skip
def test_a_query_of_operators_and_quotes_is_only_words(db: Store, query: str) -> None:
    notes.save(db, "the operators are near the quotes", scope=HERE)

    recall.search(db, query, [HERE, notes.GLOBAL])

    assert _best(db, "near the quotes") == ["the operators are near the quotes"]


def test_an_operator_as_a_word_is_found(db: Store) -> None:
    notes.save(db, "use NEAR for proximity", scope=HERE)

    assert _best(db, '"AND OR NEAR(') == ["use NEAR for proximity"]


@given(query=st.text(max_size=60), text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_query_raises(query: str, text: str) -> None:
    store = open_in_memory()
    notes.save(store, f"word {text}".replace("\0", ""), scope=HERE)

    assert len(recall.search(store, query, [HERE])) <= 1


def test_the_limit_counts_everything_that_is_returned(db: Store) -> None:
    for number in range(12):
        notes.save(db, f"apple {number}", scope=HERE, session="s")

    assert len(_best(db, "apple", limit=5)) == 5


def test_only_notes_with_all_the_tags_are_returned(db: Store) -> None:
    notes.save(db, "apple one", scope=HERE, tags=["fruit"])
    notes.save(db, "apple two", scope=HERE, tags=["fruit", "ripe"])

    hits = recall.search(db, "apple", [HERE], tags=["fruit", "ripe"])

    assert [hit.note.text for hit in hits] == ["apple two"]


def test_a_large_memory_answers_as_a_small_one_does(db: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(300):
        notes.save(db, f"the server log number {number} was rotated", scope=HERE)
    notes.save(db, "the server certificate expires in october", scope=HERE)
    small = _best(db, "server certificate log")
    monkeypatch.setattr(note_search, "_SMALL_SCOPE", 10)
    monkeypatch.setattr(note_search, "_MATCHES", 50)

    assert _best(db, "server certificate log") == small == ["the server certificate expires in october"]


def test_a_tagged_note_is_found_behind_many_better_ones(db: Store) -> None:
    notes.save(db, "apple, among much else that is said here at length", scope=HERE, tags=["rare"])
    for number in range(100):
        notes.save(db, f"apple {number}", scope=HERE)

    assert len(recall.search(db, "apple", [HERE], tags=["rare"])) == 1
