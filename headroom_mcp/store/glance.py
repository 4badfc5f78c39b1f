"""What a context was shown, at a glance: whether any of a small output can stand above, without opening the store.

Beside the store lie two files for each context, in the folder `shown`:

KEY.lines   a filter of the lines that it was shown and of the files it has met, two bits for each: what is not in it was
            not shown; what is in it may have been, and the store is asked
KEY.texts   texts that were shown since the store was last open, one JSON list a line; the store takes them in

The filter never says that something stands above. Where a file is missing or damaged the store is opened, and the filter
is made again from what that knows. Texts that get lost, when a process is killed between two steps, cost a saving only.
"""

from __future__ import annotations

import os

from headroom_mcp import late
from headroom_mcp.late import NamedTuple
from headroom_mcp.settings import private
from headroom_mcp.text import numbering, sha256
from headroom_mcp.types import Shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FOLDER = "shown"
_BYTES = 1 << 16  # a context window of lines sets a tenth of the bits
_MAX_TEXT_BYTES = 1 << 18  # beyond, the store takes in what waits
_KEY_DIGITS = 24
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # for a pipe that somebody has put in a file's place


class Place(NamedTuple):
    """The files of one context of the data folder `home`: without their suffixes."""

    home: str
    session: str
    agent: str

    @property
    def path(self) -> str:
        """The path of both files, but for the suffix: ids are the host's, and may hold what no file name can."""
        return os.path.join(self.home, FOLDER, f"{_key(self.session)}.{_key(self.agent)}")


class Taken(NamedTuple):
    """Texts that waited for the store, oldest first; `file` is theirs, to be removed once they are in the store."""

    texts: list[Shown]
    file: str

    def done(self) -> None:
        """Remove their file."""
        if self.file:
            _remove(self.file)


def note_if_new(place: Place, texts: Sequence[Shown], file: str = "") -> bool:
    """Remember that a context is shown `texts`, whole; False where the store has to be asked first, and nothing is noted.

    That is: where a line or the file `file` that they are of may have been met before, or where nothing is known.
    """
    bits = _bits(place)
    if bits is None or (file and _is_in(bits, _file_digest(file))):
        return False
    digests = [_digests(shown.text) for shown in texts]
    if any(_may_have_a_run(bits, of_lines) for of_lines in digests):
        return False
    try:
        path = f"{place.path}.texts"
        with open(private.open_file(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_WAIT), "ab") as stream:
            if not private.is_file(os.fstat(stream.fileno()).st_mode) or stream.tell() > _MAX_TEXT_BYTES:
                return False
            stream.write(b"".join(late.dumps([*shown[:4]]).encode() + b"\n" for shown in texts))
    except OSError:
        return False
    for of_lines in digests:
        _set(bits, (digest for row in of_lines for digest in row))
    return _write(place, bits)


def waiting(place: Place) -> list[Shown]:
    """Return the texts that wait for the store, oldest first."""
    return _texts(f"{place.path}.texts")


def take(place: Place) -> Taken:
    """Return the texts that wait for the store: nobody else will."""
    path = f"{place.path}.texts"
    own = f"{path}.{os.getpid()}"
    try:
        os.replace(path, own)
    except OSError:
        return Taken([], "")
    return Taken(_texts(own), own)


def add(place: Place, text: str) -> bool:
    """Note the lines of a text that a context is shown, in its filter; False where there is none, which `make` makes."""
    bits = _bits(place)
    if bits is None:
        return False
    _set(bits, (digest for row in _digests(text) for digest in row))
    return _write(place, bits)


def add_file(place: Place, file: str) -> None:
    """Note that a context has met a file, where it has a filter."""
    bits = _bits(place)
    if bits is not None:
        _set(bits, [_file_digest(file)])
        _write(place, bits)


def make(place: Place, texts: Iterable[str], files: Iterable[str]) -> None:
    """Make the filter of a context that was shown `texts` and has met `files`, and no other."""
    bits = bytearray(_BYTES)
    for text in texts:
        _set(bits, (digest for row in _digests(text) for digest in row))
    _set(bits, map(_file_digest, files))
    try:
        private.folder(place.home, FOLDER)
        private.write(f"{place.path}.lines", bytes(bits))
    except OSError:  # without it, the store is opened for every output
        return


def forget(home: str, session: str | None = None, agent: str | None = None, *, before_s: float | None = None) -> None:
    """Forget what the contexts of a session, or one of them, were shown; without a session, all that of no later than then."""
    folder = os.path.join(home, FOLDER)
    start = "" if session is None else f"{_key(session)}." if agent is None else f"{_key(session)}.{_key(agent)}."
    try:
        names = [name for name in os.listdir(folder) if name.startswith(start)]
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        if before_s is None or _written_s(path) < before_s:
            _remove(path)


def _key(name: str) -> str:
    return sha256.of(name.encode("utf-8", "surrogatepass"))[:_KEY_DIGITS]


def _bits(place: Place) -> bytearray | None:
    """Return the filter of a context, None where there is none or it is damaged."""
    body = _read(f"{place.path}.lines", _BYTES + 1)
    return bytearray(body) if len(body) == _BYTES else None


def _read(path: str, most: int) -> bytes:
    """Return at most so many bytes of a file, b"" where there is none; a pipe or a device is not waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_WAIT | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb", buffering=0) as stream:
            return (stream.read(most) or b"") if private.is_file(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return b""


def _write(place: Place, bits: bytearray) -> bool:
    """Write the filter in its place: where two do at once, lines of one may be missing, which costs a saving only."""
    try:
        with open(f"{place.path}.lines", "r+b", buffering=0) as stream:
            stream.write(bits)
    except OSError:
        return False
    return True


def _digests(text: str) -> list[tuple[bytes, ...]]:
    """Return what stands for each line of `text`: by itself, and without the number that a viewer may have put before it."""
    lines = text.split("\n")
    return [
        tuple(_digest(form) for form in dict.fromkeys((line.rstrip(), body)))
        for line, body in zip(lines, numbering.of_each(lines)[1], strict=True)
    ]


def _digest(line: str) -> bytes:
    return bytes.fromhex(sha256.of(line.encode("utf-8", "surrogatepass"))[:12])


def _file_digest(file: str) -> bytes:
    return _digest(f"\0{file}")


def _may_have_a_run(bits: bytearray, lines: Sequence[tuple[bytes, ...]]) -> bool:
    """Tell whether two lines on end may have been shown before: what stands above is never said of one alone."""
    before = False
    for forms in lines:
        known = any(_is_in(bits, digest) for digest in forms)
        if known and before:
            return True
        before = known
    return False


def _places(digest: bytes) -> tuple[int, int]:
    return int.from_bytes(digest[:3], "little") % (_BYTES * 8), int.from_bytes(digest[3:6], "little") % (_BYTES * 8)


def _is_in(bits: bytearray, digest: bytes) -> bool:
    return all(bits[at >> 3] & (1 << (at & 7)) for at in _places(digest))


def _set(bits: bytearray, digests: Iterable[bytes]) -> None:
    for digest in digests:
        for at in _places(digest):
            bits[at >> 3] |= 1 << (at & 7)


def _texts(path: str) -> list[Shown]:
    body = _read(path, 2 * _MAX_TEXT_BYTES)
    return [shown for line in body.split(b"\n") if line and (shown := _parsed(line)) is not None]


def _parsed(line: bytes) -> Shown | None:
    """Return the text of a line, None for one that is damaged: it is then not called shown."""
    try:
        label, text, shown_s, tool_use_id = late.loads(line)
        return Shown(str(label), str(text), float(shown_s), str(tool_use_id))
    except (ValueError, TypeError):
        return None


def _written_s(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:  # somebody else was faster
        return
