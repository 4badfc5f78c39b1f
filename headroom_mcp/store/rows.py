"""What a store gives back, as plain values. The figures of the ledger are in `figures`, the protocols in `interface`.

Imported where a value is made and not before: each of these classes costs a hook half a millisecond to define.
"""

from __future__ import annotations

from headroom_mcp.late import Literal, NamedTuple

GLOBAL = ""
"""The scope of a note that every project sees."""

Author = Literal["user", "agent", "tool"]
"""user: a person's own words · agent: a model's · tool: derived from tool output, which anybody may have written."""


class Original(NamedTuple):
    """An original as stored. `text` decodes UTF-8; bytes that are not UTF-8 come back as lone surrogates."""

    ref: str
    body: bytes
    tool_name: str
    kind: str
    created_s: float

    @property
    def text(self) -> str:
        """The original as it came in."""
        from headroom_mcp.store import codec

        return codec.decode(self.body)


class SeenFile(NamedTuple):
    """How a context last met a file. state: shortened (as `ref`) · whole · edited."""

    state: str
    ref: str


class LiveRef(NamedTuple):
    """An original of a session that is still there. `label`: the command, file or tool it came from."""

    ref: str
    label: str
    tokens_before: int


class Purged(NamedTuple):
    """How much is gone: originals, records of outputs, and bytes of the store's files."""

    originals: int
    outputs: int
    file_bytes: int


class Note(NamedTuple):
    """One note. Times are seconds since 1970; `superseded_by` is "" while the note holds.

    topic: what an automatic note is about, "" for one that was asked for · ref: the original it was taken from ·
    rests_on: the project's files it speaks of, with their digest when it was made.
    """

    id: str
    text: str
    tags: tuple[str, ...] = ()
    scope: str = GLOBAL
    author: Author = "agent"
    speaker: str = ""
    session: str = ""
    tool: str = ""
    ref: str = ""
    topic: str = ""
    rests_on: dict[str, str] = {}  # noqa: RUF012 - read only, as the whole tuple is
    created_s: float = 0.0
    used_s: float = 0.0
    uses: int = 0
    superseded_by: str = ""


class Observation(NamedTuple):
    """Something that hooks saw and may learn from later. `id` orders them.

    what: "failure", "edit", "command", "shown" · subject: the command's key, the file's path, the note's id.
    """

    id: int
    scope: str
    session: str
    what: str
    subject: str
    detail: str
    ref: str
    created_s: float
