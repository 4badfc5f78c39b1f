"""The words of this package and its errors. Everybody imports this module and it imports only `late`.

An *original* (text) becomes *parts* that partition its lines: kept verbatim, left out, or rendered another way. Because
they partition, kept + rendered + left out = original holds by construction and can be checked for any compressor.

Every error of ours is in one tree. Each message says what happened, with the value, and what to do next.

HeadroomError
 ├─ StoreError        the store cannot be read or written
 ├─ RefError          a ref that leads nowhere
 │   ├─ UnknownRef    never stored here, or stored for another project
 │   └─ ExpiredRef    stored once, gone by retention
 ├─ SliceError        lines, query or JSON path that cannot be applied to this original
 ├─ NoteError         a note that cannot be saved, found or read
 │   ├─ UnknownNote   no note with this id in this scope
 │   └─ SecretFound   the text holds what looks like a secret: never stored
 ├─ SettingsError     a settings file or variable that cannot be used
 ├─ PathRefused       a path that the `compress` tool will not read
 ├─ RequestRefused    a request that the proxy does not pass on
 ├─ ShapeError        an event of a host in a shape that is not known (a ValueError, too)
 ├─ NotAnImage        bytes that cannot be read as an image
 ├─ UnknownModel      a model whose rules are not known here (a ValueError, too)
 ├─ LiveError         Claude Code could not be run to its end
 ├─ WorkerError       work for a caller was stopped, or its process died
 └─ MissingExtra      an optional library is not installed
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from headroom_mcp.late import Any, Literal, NamedTuple

Outcome = Literal["compressed", "small", "no_gain", "already", "unknown", "failed"]
"""compressed: the text was replaced · small: below `min_tokens`, and nothing of it stands above · no_gain: nothing shorter
was found · already: our own output · unknown: not ours to touch · failed: a bug or a store that cannot be written, the original stands."""

Action = Literal["keep", "omit", "render"]


class Part(NamedTuple):
    """What becomes of the original's lines `start` … `stop - 1` (0-based). `start == stop` inserts `text` there.

    keep: shown verbatim · omit: left out, marked in place with count, range and `note` · render: shown as `text`, which
    is lossless for what it shows, or says in `note`, itself, what it leaves out. `lossless` is for render: True when the
    lines could be rebuilt from `text` alone. A render whose text is no sequence of lines counts in a `unit` of its own:
    `left_out` of `total` ("values") are not shown. A render without a text shows nothing, unless what its lines say stands
    `elsewhere`, in the text of another part. `above` is for omit: the lines stand above, in an output that this context has
    been shown.
    """

    start: int
    stop: int
    action: Action
    text: str = ""
    note: str = ""
    lossless: bool = False
    left_out: int = 0
    total: int = 0
    unit: str = ""
    above: bool = False
    elsewhere: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether nothing of its lines is shown, in whatever form."""
        if self.action == "omit":
            return True
        return self.action == "render" and not (self.text or self.lossless or self.unit or self.elsewhere)


Note = Callable[[int, int], str]
"""What left-out lines `start` … `stop - 1` hold, in words; "" where there is nothing to say."""


class Compressed(NamedTuple):
    """A compressor's answer: parts in line order, without overlap, covering every line exactly once.

    `answers_for` are the lines among whose facts the compressor has chosen itself, counting those that it leaves out: the
    gate puts none of them back. `note` says what lines `start` … `stop - 1` hold: where lines of a gap are put back, it is
    asked for the gaps that are left. Without it such gaps have no note: what was said of the whole may be untrue of them.
    """

    parts: Sequence[Part]
    answers_for: Collection[int] = ()
    note: Note | None = None

    def statements(self) -> tuple[Sequence[Part], set[int], list[str]]:
        """Return all that it says, to be compared with another: two functions are never equal, what they answer may be."""
        gaps = [(part.start, part.stop) for part in self.parts if part.action == "omit"]
        notes = [self.note(start, stop) for start, stop in gaps] if self.note is not None else []
        return self.parts, set(self.answers_for), notes


class Fact(NamedTuple):
    """One line (0-based) that must survive, or be counted as left out.

    rank: 0 a failure · 1 a line that matches the query · 2 structure (totals, versions, summaries) · 3 a rare line.
    kind: a plural noun for the count ("errors", "failing tests"). `start`/`stop`: the block it needs to be understood.
    """

    line: int
    rank: int
    kind: str
    start: int
    stop: int


class Section(NamedTuple):
    """Lines `start` … `stop - 1` of an output are of this kind; `why` is for people (`--explain`).

    `headed`: without what stands at the head of every line (`text.heads`); with it they look like something else.
    """

    start: int
    stop: int
    kind: str
    why: str
    headed: bool = False


class Omission(NamedTuple):
    """Lines `first` to `last` (1-based, inclusive) of the original are not shown. `note` says what they held."""

    first: int
    last: int
    note: str


class Origin(NamedTuple):
    """Who asked for an output, and for whom: what it is filed under, and which context will read it.

    A context is a session and, for a subagent, its `agent`; `project` is a resolved folder. `in_front` tells which of the
    texts that it was shown still stand in it, where the host lets anybody see that (None: what was shown stands there).
    `host`: the agent whose hook this is, "" for the library, the command line and the server's tools.
    """

    session: str = ""
    agent: str = ""
    project: str = ""
    tool_use_id: str = ""
    in_front: Callable[[Sequence[Shown]], list[Shown]] | None = None
    host: str = ""


class View(NamedTuple):
    """How the host shows a replacement.

    `limit_chars`: beyond, the host hides it again; smaller budgets are tried first (0: no limit) · `tokens_host`: what the
    host would have shown of the original, for the ledger (0: all of it) · `numbered`: kept lines with their numbers, from
    this on (0: without) · `part`: the reader asked for just this: nothing is left out but what stands above · `kinds`: a result of another kind is no gain (empty: any) · `whole`: nothing is left out, secrets are masked ·
    `way_back`: the command that gives the original back to a reader who has no tool for it ("": the tool).
    """

    limit_chars: int = 0
    tokens_host: int = 0
    numbered: int = 0
    kinds: tuple[str, ...] = ()
    whole: bool = False
    way_back: str = ""
    part: bool = False


class Shown(NamedTuple):
    """A text that a context has been shown, how its reader knows it ("Read card.py", "pytest -q"), when (s since 1970) and
    for which tool call.

    A host may drop old tool results from a context without a word: what is to be called "shown above" needs an age.
    `original` is what `text` is the short form of, where the same call is made again and it was looked up.
    """

    label: str
    text: str
    shown_s: float = 0.0
    tool_use_id: str = ""
    original: str = ""


class Result(NamedTuple):
    """What `compress_output` returns. `text` is always safe to show: on any doubt it is the original."""

    text: str
    kind: str
    ref: str | None
    tokens_before: int
    tokens_after: int
    outcome: Outcome
    omitted: tuple[Omission, ...] = ()


End = Literal["most", "least", "first", "last"]
Measure = Literal["time", "size", "rate", "date", "any", "place"]


class Superlative(NamedTuple):
    """A superlative of a question: which `end` of what `measure`, how many are wanted, the words around it (lower case)."""

    end: End
    measure: Measure
    how_many: int
    about: tuple[str, ...]


ToolInput = dict[str, Any]
"""The arguments of the tool call whose output is compressed, as the host gave them (`{"command": "pytest -q"}`)."""


class HeadroomError(Exception):
    """Base of all errors a caller of this package may want to catch."""


class StoreError(HeadroomError):
    """The store cannot be read or written."""


class RefError(HeadroomError):
    """A ref that leads nowhere."""


class UnknownRef(RefError):
    """No original was ever stored under this ref here, or it belongs to another project."""


class ExpiredRef(RefError):
    """The original was stored once and has been removed by retention."""


class SliceError(HeadroomError):
    """The lines, query or JSON path asked for cannot be applied to this original."""


class NoteError(HeadroomError):
    """A note that cannot be saved, found or read as it stands."""


class UnknownNote(NoteError):
    """No note has this id here, or it belongs to another project."""


class SecretFound(NoteError):
    """The text holds what looks like a secret; nothing was saved."""


class SettingsError(HeadroomError):
    """A settings file, variable or host configuration that cannot be used as it stands."""


class PathRefused(HeadroomError):
    """A path that the `compress` tool will not read; the message says why and what to do instead."""


class RequestRefused(HeadroomError):
    """A request that the proxy does not pass on. `status` is what the client is answered."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ShapeError(HeadroomError, ValueError):
    """An event that is not what its host sends for this tool."""


class NotAnImage(HeadroomError):
    """Bytes that cannot be read as an image; the message says why."""


class UnknownModel(HeadroomError, ValueError):
    """A model whose rules are not known here; the message names what is known."""


class LiveError(HeadroomError):
    """Claude Code could not be run to its end; the message says what it said."""


class WorkerError(HeadroomError):
    """Work that another process did for a caller was stopped because it took too long, or the process died."""


class MissingExtra(HeadroomError):
    """An optional library is not installed; the message names the pip command."""
