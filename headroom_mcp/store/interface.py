"""What a store does, as protocols. Any backend that passes tests/store/contract can stand in for another.

    Store = Originals (put, get, expire) + ledger + sessions + contexts + notes + observations

Every method may raise StoreError: the store cannot be read, or is locked, full or read-only. Times are seconds since
1970. A store may be shared by threads; another process sees what was written as soon as the method returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from headroom_mcp.settings.table import Settings
from headroom_mcp.store.figures import Bill, Billed, Case, Charge, Figures, Grouping
from headroom_mcp.store.rows import LiveRef, Note, Observation, Original, Purged, SeenFile
from headroom_mcp.types import Origin, Shown


class Originals(Protocol):
    """Originals, content-addressed, and the records of what was shown for them."""

    def put(
        self,
        original: str | bytes,
        *,
        origin: Origin | None = None,
        shown: Callable[[str], str] | None = None,
        tool_name: str = "",
        kind: str = "",
        label: str = "",
        tokens_before: int = 0,
        tokens_host: int = 0,
        tokens_after: int = 0,
    ) -> str:
        """Store `original` and the record of what was shown for it, filed under `origin` (default: under nobody's name); return
        its ref once both are safe.

        `shown(ref)` gives the text that replaces it, whose digest `was_shown` asks for later.
        """
        ...

    def get(self, ref: str, *, project: str | None = None, session: str = "") -> Original:
        """Return the original stored under `ref`.

        `project` limits the search to what that project (or `session`) has stored; None looks everywhere. A project whose
        folder was moved since is the same one (`settings.project.identity`), as far as a session has stored from it.
        Raises: UnknownRef, ExpiredRef, StoreError when the stored bytes no longer match their digest.
        """
        ...

    def was_shown(self, ref: str, text: str) -> bool:
        """Tell whether `text` is, to the byte, what was once shown for `ref`."""
        ...

    def ref_of_call(self, tool_use_id: str) -> str:
        """Return the ref of the original of this tool call, "" where its output was not kept."""
        ...

    def retrieved(self, ref: str, tokens: int, *, origin: Origin | None = None) -> None:
        """Charge a retrieval by `origin` back to the ledger and count it as use."""
        ...

    def expire(self, now_s: float | None = None, *, within_s: float | None = None) -> int:
        """Remove originals beyond retention (age, then size); return how many. Those of live sessions stay.

        It goes in small steps, each of them lasting: a process that is killed has got as far as it got, and others may
        write between. After `within_s` seconds no further step is begun; one always is.
        """
        ...


class Ledger(Protocol):
    """What compression was worth. `project` and `session` limit the figures; None: all of them."""

    def charge(self, what: Charge, tokens: int, origin: Origin, *, once: bool = False) -> None:
        """Note what we put into a context of `origin` ourselves; with `once`, only the first time in its session."""
        ...

    def bill(self, bills: Sequence[Bill]) -> None:
        """Note what providers say of requests; `created_s` 0 is now."""
        ...

    def billed(self, *, project: str | None = None, session: str | None = None) -> dict[str, Billed]:
        """Return what providers said, by model, most requests first."""
        ...

    def read(self, by: Grouping = "kind", *, project: str | None = None, session: str | None = None) -> Figures:
        """Return the figures, in rows `by` kind, tool, day, project or host."""
        ...

    def worst(self, most: int, *, project: str | None = None, session: str | None = None) -> list[Case]:
        """Return the originals that were worth least, as a share of their size, losses first."""
        ...

    def most_left_out(self, most: int, *, project: str | None = None, session: str | None = None) -> list[Case]:
        """Return the originals of which most was left out."""
        ...


class Sessions(Protocol):
    """What a session is about, and which files its contexts have seen.

    A context is what one model has before its eyes: a session, or one of its subagents ("SESSION/AGENT").
    """

    def query(self, session: str) -> str:
        """Return the user's last prompt in `session`, "" when none was noted."""
        ...

    def set_query(self, session: str, project: str, text: str) -> None:
        """Note the user's prompt as what `session` is about."""
        ...

    def end(self, session: str) -> None:
        """Note that `session` has ended: retention may take its originals, and its contexts are gone."""
        ...

    def file_state(self, context: str, path: str) -> SeenFile | None:
        """Return how `context` last met the file `path`, None when it has not."""
        ...

    def note_file(self, context: str, path: str, state: str, ref: str = "") -> None:
        """Note that `context` has met the file `path`: "shortened" (as `ref`), "whole" or "edited"."""
        ...

    def path_of(self, ref: str) -> str:
        """Return the file that some context was shown as `ref`, "" where none is known."""
        ...

    def forget_files(self, session: str) -> None:
        """Forget what the contexts of `session` have seen: after a compaction they have seen nothing."""
        ...

    def refs(self, session: str, most: int) -> list[LiveRef]:
        """Return the refs of `session` that still lead somewhere, those that were retrieved first, then the latest."""
        ...


class Contexts(Protocol):
    """The texts that each context (session and agent) has been shown since its last compaction."""

    def note_shown(self, session: str, agent: str, label: str, text: str, tool_use_id: str = "") -> None:
        """Remember that this context now has `text` in front of it, for that tool call; without a session, nothing."""
        ...

    def shown_in(self, session: str, agent: str, *, since_s: float = 0.0) -> list[Shown]:
        """Return the latest texts that this context has been shown since then, oldest first, within bounds."""
        ...

    def shown_of(self, ref: str) -> str:
        """Return the latest text that was shown for the original `ref`, "" where it is not remembered any more."""
        ...

    def forget_shown(self, session: str, agent: str | None = None) -> None:
        """Forget what a session (or one agent of it) has been shown: after a compaction, or at its end."""
        ...


class Notes(Protocol):
    """The notes of the memory, and the candidates for recalling them. `row` is the place of a note in the order of saving.

    A note belongs to one scope: a project's path, or "" for every project. Methods that read take the scopes they may see.
    """

    def add(self, note: Note, *, replaces: str = "") -> None:
        """Save a note; with `replaces`, it supersedes the note of that id in the same scope.

        Raises: UnknownNote where there is none, NoteError where that one is superseded already.
        """
        ...

    def add_all(self, notes: Iterable[Note]) -> int:
        """Save notes as they are, superseded ones too, and return how many."""
        ...

    def get(self, note_id: str, scopes: Sequence[str] | None = None) -> Note | None:
        """Return the note with this id, superseded or not, if it lies in `scopes` (None: in any)."""
        ...

    def newest(
        self,
        scopes: Sequence[str],
        *,
        limit: int,
        auto: bool = False,
        tags: Sequence[str] = (),
        superseded: bool = False,
    ) -> list[Note]:
        """Return the latest notes with all of `tags`, newest first; `auto` only those that nobody asked for."""
        ...

    def on_topic(self, scope: str, topic: str) -> Note | None:
        """Return the live automatic note about `topic`, if there is one."""
        ...

    def all(self, scopes: Sequence[str] | None = None) -> Iterator[Note]:
        """Yield every note, superseded ones too, in the order of saving; None: of all scopes."""
        ...

    def by_row(self, rows: Sequence[int], scopes: Sequence[str]) -> dict[int, Note]:
        """Return the live notes of these rows that lie in `scopes`."""
        ...

    def count_use(self, ids: Iterable[str], now_s: float) -> None:
        """Count that these notes were shown."""
        ...

    def remove(self, note_id: str) -> None:
        """Remove a note and everything it superseded."""
        ...

    def remove_where(
        self,
        *,
        scope: str | None = None,
        before_s: float | None = None,
        auto: bool = False,
        matches: Callable[[str], object] | None = None,
    ) -> int:
        """Remove all notes that meet every condition given (without any: all), and return how many.

        `matches` is asked with the text of each, a newline and its tags as JSON.
        """
        ...

    def keep_newest(self, scope: str, topics: str, count: int) -> None:
        """Remove the automatic notes on topics that begin with `topics`:, superseded or not, but the newest `count`."""
        ...

    def candidates(
        self, terms: Sequence[str], scopes: Sequence[str], *, tags: Sequence[str] = (), limit: int
    ) -> dict[int, float]:
        """Return a score above 0 for the live notes that hold any of `terms` themselves, in a neighbour or a tag, by row,
        best first. A note that holds more and rarer terms scores higher."""
        ...

    def holding(self, text: str, scopes: Sequence[str], *, limit: int) -> list[int]:
        """Return the rows of the live notes that hold `text` as it stands, newest first."""
        ...

    def sharing(self, terms: Sequence[str], *, at_most: int) -> dict[int, int]:
        """Return how many of `terms` each note holds itself, by row; a term in more notes than `at_most` is not counted."""
        ...

    def without_vector(self, model: str, scopes: Sequence[str], *, limit: int, chars: int) -> list[tuple[int, str]]:
        """Return live notes that have no vector of `model` yet, newest first: row, speaker and the first `chars` of text."""
        ...

    def add_vectors(self, model: str, vectors: Mapping[int, bytes]) -> None:
        """Keep the vectors of notes (little-endian float32), by row; a row that is gone is passed over."""
        ...

    def vectors(self, model: str, scopes: Sequence[str]) -> list[tuple[int, str, bytes]]:
        """Return row, thread ("" for none) and vector of the live notes that have one, thread by thread, in order."""
        ...

    def stamp(self, scopes: Sequence[str]) -> str:
        """Return a text that changes whenever a note in `scopes` is added, replaced or forgotten."""
        ...

    def folder(self) -> str:
        """Return the folder on this machine where files that go with these notes may lie; "" where there is none."""
        ...


class Observations(Protocol):
    """What hooks saw and may learn from."""

    def add(self, rows: Sequence[Observation]) -> None:
        """Keep what was seen, in this order; the ids of `rows` do not matter."""
        ...

    def find(
        self,
        scope: str,
        what: str,
        *,
        subject: str = "",
        session: str = "",
        since_s: float | None = None,
        after_id: int = 0,
    ) -> list[Observation]:
        """Return what was seen in `scope`, oldest first, of all subjects and sessions where none is named."""
        ...

    def forget(
        self,
        scope: str | None = None,
        what: str | None = None,
        *,
        subject: str | None = None,
        session: str | None = None,
        before_s: float | None = None,
    ) -> None:
        """Forget what meets every condition given; without any, everything."""
        ...


class Store(Originals, Protocol):
    """An open store: originals, and beside them what else outlives a process."""

    @property
    def settings(self) -> Settings:
        """The settings it was opened with."""
        ...

    @property
    def is_local(self) -> bool:
        """Whether the files that sessions have met are those of this machine."""
        ...

    @property
    def ledger(self) -> Ledger: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def contexts(self) -> Contexts: ...
    @property
    def notes(self) -> Notes: ...
    @property
    def observations(self) -> Observations: ...

    def transaction(self) -> AbstractContextManager[None]:
        """Make what is written inside one write, all or nothing; may be nested."""
        ...

    def erasing(self, *, rebuild: bool = True) -> AbstractContextManager[None]:
        """Overwrite what is removed inside; with `rebuild`, what holds the store is written again without it."""
        ...

    def purge(
        self, *, session: str | None = None, project: str | None = None, older_than_s: float | None = None
    ) -> Purged:
        """Remove outputs that match every criterion given; with none, everything but the notes.

        Refs that were removed answer "expired". An original that others still have a record of stays for them.
        """
        ...

    def close(self) -> None:
        """Close it; what was put is already durable."""
        ...

    def __enter__(self) -> Store: ...
    def __exit__(self, *exception: object) -> None: ...
