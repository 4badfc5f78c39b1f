"""Notes: append-only rows of one scope, and the candidates that recall asks for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from headroom_mcp.store import Store
from headroom_mcp.store.rows import Note, Observation
from headroom_mcp.types import NoteError, UnknownNote

HERE, THERE = "/here", "/there"


@dataclass
class Writer:
    """Adds notes with ids n0, n1, … and knows their rows."""

    store: Store
    count: int = 0

    def add(self, text: str, *, scope: str = HERE, replaces: str = "", **fields: object) -> str:
        note = Note(f"n{self.count}", text, scope=scope, created_s=float(self.count), **fields)
        self.count += 1
        self.store.notes.add(note, replaces=replaces)
        return note.id

    def found(self, *terms: str, scopes: tuple[str, ...] = (HERE,), **options: object) -> list[str]:
        scores = self.store.notes.candidates(terms, scopes, limit=60, **options)
        notes = self.store.notes.by_row(list(scores), scopes)
        return [notes[row].text for row in scores]


@pytest.fixture(name="writer")
def _writer(store: Store) -> Writer:
    return Writer(store)


def test_a_note_comes_back_as_it_was_saved(store: Store) -> None:
    note = Note(
        "n1", "ünïcödé \U0001f600", ("a", "b c"), HERE, "user", "Ann", "s", "memory_save", "0123456789ab", "topic:x",
        {"a.py": "1f"}, 5.0, 6.0, 7,
    )  # fmt: skip
    store.notes.add(note)

    assert store.notes.get("n1", [HERE]) == note
    assert store.notes.get("n1") == note
    assert store.notes.get("n1", [THERE]) is None
    assert list(store.notes.all()) == list(store.notes.all([HERE])) == [note]
    assert list(store.notes.all([THERE])) == []


def test_what_is_superseded_stays_but_is_not_found(store: Store, writer: Writer) -> None:
    old = writer.add("deploys on friday")
    new = writer.add("deploys on monday", replaces=old)

    assert store.notes.get(old, [HERE]).superseded_by == new
    assert writer.found("deploys", "friday") == ["deploys on monday"]
    assert [note.id for note in store.notes.newest([HERE], limit=9)] == [new]
    assert [note.id for note in store.notes.newest([HERE], limit=9, superseded=True)] == [new, old]
    with pytest.raises(NoteError, match=new):
        writer.add("again", replaces=old)
    with pytest.raises(UnknownNote):
        writer.add("elsewhere", scope=THERE, replaces=new)


def test_a_save_that_is_refused_leaves_nothing(store: Store, writer: Writer) -> None:
    with pytest.raises(UnknownNote):
        writer.add("text", replaces="nobody")

    assert list(store.notes.all()) == []
    assert writer.found("text") == []


def test_the_newest_notes_by_scope_tag_and_kind(store: Store, writer: Writer) -> None:
    writer.add("one", tags=("x",))
    writer.add("two", scope=THERE)
    writer.add("three", topic="run:a", tags=("x", "y"))

    def newest(*scopes: str, **options: object) -> list[str]:
        return [note.text for note in store.notes.newest(scopes, limit=9, **options)]

    assert newest(HERE, THERE) == ["three", "two", "one"]
    assert newest(HERE, HERE) == ["three", "one"]
    assert newest(HERE, auto=True) == ["three"]
    assert newest(HERE, tags=["x"]) == ["three", "one"]
    assert newest(HERE, tags=["x", "y"]) == ["three"]
    assert [note.text for note in store.notes.newest([HERE, THERE], limit=2)] == ["three", "two"]


def test_a_topic_leads_to_its_live_note(store: Store, writer: Writer) -> None:
    old = writer.add("first", topic="fix:a")
    writer.add("second", topic="fix:a", replaces=old)
    writer.add("no topic")

    assert store.notes.on_topic(HERE, "fix:a").text == "second"
    assert store.notes.on_topic(THERE, "fix:a") is None
    assert store.notes.on_topic(HERE, "") is None


def test_candidates_are_of_the_scopes_asked_for_with_all_tags(writer: Writer) -> None:
    writer.add("the server certificate", tags=("tls",))
    writer.add("the server certificate elsewhere", scope=THERE)
    writer.add("a server for all", scope="")

    assert writer.found("certificate") == ["the server certificate"]
    assert set(writer.found("server", scopes=(HERE, ""))) == {"the server certificate", "a server for all"}
    assert writer.found("server", scopes=(HERE, ""), tags=["tls"]) == ["the server certificate"]
    assert writer.found("server", tags=["tls", "none"]) == []


def test_more_and_rarer_terms_come_first(writer: Writer) -> None:
    for number in range(8):
        writer.add(f"the database is slow on day {number}")
    writer.add("the database index was missing")

    assert writer.found("database", "index")[0] == "the database index was missing"


@pytest.mark.parametrize(
    ("text", "term"),
    [("getUserId fails", "user"), ("see src/snake_case.py", "snake"), ("Größe café", "cafe"), ("running tests", "run"),
     ("東京都の天気", "東京"), ("HTTPServer", "server")],
)  # fmt: skip
def test_words_are_found_in_names_scripts_and_forms(writer: Writer, text: str, term: str) -> None:
    writer.add(text)

    assert writer.found(term) == [text]


@pytest.mark.parametrize("term", ['"', "a OR b", "NEAR(", "body:x", "*", "-", "'; DROP TABLE note; --", "(", "^x"])
def test_no_term_is_an_operator(writer: Writer, term: str) -> None:
    writer.add("harmless")

    assert writer.found(term) == []


def test_a_neighbour_in_the_session_makes_a_candidate_and_one_outside_does_not(writer: Writer) -> None:
    writer.add("what about zanzibar?", session="s")
    writer.add("it is in june", session="s")
    writer.add("next to nobody")

    assert set(writer.found("zanzibar")) == {"what about zanzibar?", "it is in june"}


def test_what_is_removed_is_no_neighbour_any_more(store: Store, writer: Writer) -> None:
    asked = writer.add("what about zanzibar?", session="s")
    writer.add("it is in june", session="s")

    store.notes.remove(asked)

    assert writer.found("zanzibar") == []


def test_removing_takes_what_was_superseded_along(store: Store, writer: Writer) -> None:
    first = writer.add("one")
    second = writer.add("two", replaces=first)
    third = writer.add("three", replaces=second)
    other = writer.add("other")

    store.notes.remove(third)

    assert [note.id for note in store.notes.all()] == [other]


def test_removing_by_conditions_meets_them_all(store: Store, writer: Writer) -> None:
    writer.add("old draft")
    writer.add("old plan")
    writer.add("old draft", scope=THERE)
    writer.add("new draft", topic="run:x", tags=("keepsake",))

    assert store.notes.remove_where(scope=HERE, before_s=2.5, matches=lambda text: "draft" in text) == 1
    assert store.notes.remove_where(scope=HERE, auto=True, matches=lambda text: "keepsake" in text) == 1
    assert [note.text for note in store.notes.all()] == ["old plan", "old draft"]
    assert store.notes.remove_where() == 2


def test_only_the_newest_automatic_notes_of_a_kind_are_kept(store: Store, writer: Writer) -> None:
    for number in range(4):
        writer.add(f"run {number}", topic=f"run:{number}")
    writer.add("running late", topic="runner:1")
    writer.add("asked for")

    store.notes.keep_newest(HERE, "run", 2)

    assert [note.text for note in store.notes.all()] == ["run 2", "run 3", "running late", "asked for"]


def test_many_notes_at_once_are_found_like_those_saved_one_by_one(store: Store, writer: Writer) -> None:
    superseded = Note("x", "gone zanzibar", scope=HERE, superseded_by="y")
    rows = [Note(f"m{i}", f"word{i} here", scope=HERE, session="s") for i in range(5)]

    assert store.notes.add_all([*rows, superseded]) == 6
    assert writer.found("zanzibar") == []
    assert writer.found("word2")[0] == "word2 here"
    assert set(writer.found("word2")) == {f"word{i} here" for i in range(5)}


def test_uses_are_counted(store: Store, writer: Writer) -> None:
    note = writer.add("text")
    store.notes.count_use([note, note], 99.0)

    assert store.notes.get(note)[12:14] == (99.0, 2)


def test_texts_are_found_as_they_stand(store: Store, writer: Writer) -> None:
    for text in ("100 % sure", "so _ so", "100 x sure"):
        writer.add(text)

    def holding(text: str, **options: int) -> list[str]:
        rows = store.notes.holding(text, [HERE], limit=options.get("limit", 9))
        notes = store.notes.by_row(rows, [HERE])
        return [notes[row].text for row in rows]

    assert holding("100 %") == ["100 % sure"]
    assert holding("_") == ["so _ so"]
    assert holding("s") == ["100 x sure", "so _ so", "100 % sure"]
    assert holding("s", limit=1) == ["100 x sure"]


def test_shared_words_are_counted_and_common_ones_are_not(store: Store, writer: Writer) -> None:
    for number in range(4):
        writer.add(f"common text {number}")
    writer.add("common and rare")

    shared = store.notes.sharing(["common", "rare", "text"], at_most=4)

    counts = {store.notes.by_row([row], [HERE])[row].text: count for row, count in shared.items()}
    assert counts == {"common and rare": 1, **{f"common text {number}": 1 for number in range(4)}}


def test_vectors_belong_to_a_model_and_to_notes_that_live(store: Store, writer: Writer) -> None:
    old = writer.add("one", session="s", speaker="Ann")
    writer.add("two")
    missing = store.notes.without_vector("m", [HERE], limit=9, chars=2)
    assert [text for _, text in missing] == ["tw", "Ann: on"]

    store.notes.add_vectors("m", {row: bytes([row] * 4) for row, _ in missing} | {10_000: b"gone"})

    assert store.notes.without_vector("m", [HERE], limit=9, chars=9) == []
    assert len(store.notes.without_vector("other", [HERE], limit=1, chars=9)) == 1
    assert [(bool(thread), body) for _, thread, body in store.notes.vectors("m", [HERE])] == [
        (False, bytes([missing[0][0]] * 4)),
        (True, bytes([missing[1][0]] * 4)),
    ]
    writer.add("three", replaces=old)
    assert len(store.notes.vectors("m", [HERE])) == 1
    assert store.notes.vectors("m", [THERE]) == []


def test_observations_come_back_in_order_by_what_and_whom(store: Store) -> None:
    seen = [
        Observation(0, HERE, "s", "edit", "a.py", "by sed", "", 1.0),
        Observation(0, HERE, "t", "edit", "b.py", "", "", 2.0),
        Observation(0, THERE, "s", "edit", "a.py", "", "", 3.0),
        Observation(0, HERE, "s", "failure", "pytest", "{}", "0123456789ab", 4.0),
    ]
    store.observations.add(seen)

    def subjects(what: str, **options: object) -> list[str]:
        return [row.subject for row in store.observations.find(HERE, what, **options)]

    assert store.observations.find(HERE, "failure")[0][1:] == seen[3][1:]
    assert subjects("edit") == ["a.py", "b.py"]
    assert (
        subjects("edit", subject="b.py") == subjects("edit", session="t") == subjects("edit", since_s=2.0) == ["b.py"]
    )
    first = store.observations.find(HERE, "edit")[0].id
    assert subjects("edit", after_id=first) == ["b.py"]


def test_observations_are_forgotten_by_every_condition_given(store: Store) -> None:
    store.observations.add(
        [
            Observation(0, scope, session, what, "x", "", "", at_s)
            for at_s, (scope, session, what) in enumerate(
                [(HERE, "s", "shown"), (HERE, "t", "shown"), (HERE, "s", "edit"), (THERE, "s", "shown")]
            )
        ]
    )

    store.observations.forget(HERE, "shown", session="s")
    assert [row.session for row in store.observations.find(HERE, "shown")] == ["t"]
    store.observations.forget(what="shown", before_s=2.0)
    assert (store.observations.find(HERE, "shown"), len(store.observations.find(THERE, "shown"))) == ([], 1)
    store.observations.forget(HERE)
    assert store.observations.find(HERE, "edit") == []


def test_the_stamp_of_notes_changes_with_every_note_that_comes_goes_or_is_replaced(
    store: Store, writer: Writer
) -> None:
    stamps = []
    writer.add("zero")
    for step in (
        lambda: writer.add("one"),
        lambda: writer.add("two"),
        lambda: writer.add("uno", replaces="n1"),
        lambda: store.notes.remove("n3"),
        lambda: writer.add("three"),
        lambda: writer.add("elsewhere", scope=THERE),
    ):
        step()
        stamps.append(store.notes.stamp([HERE]))

    assert len(set(stamps[:5])) == 5
    assert stamps[5] == stamps[4]
    assert store.notes.stamp([HERE, THERE]) not in stamps
