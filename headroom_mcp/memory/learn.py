"""What coding teaches, from hooks alone: a command fails, files change, the same command passes.

    fix:…         `pytest tests/a.py` failed: AssertionError …; passed after src/a.py changed      rests on src/a.py
    works:test:…  Tests pass with `uv run pytest -q`                                               rests on pyproject.toml
    convention:…  "always use uv": the user's own sentence
    run:… edit:… error:…  what ran, which files were changed how, what went wrong: found when asked for, never told

Only when the user turned it on. Everything but conventions is derived from tool output, which anybody may have written:
it is `author="tool"`, one line, and never presented as the user's word. A note that rests on files is flagged when they
change. Nothing is guessed: a command that passes again with nothing done in between teaches nothing.
"""

from __future__ import annotations

import os
import time

from headroom_mcp import late
from headroom_mcp.commands import identity
from headroom_mcp.late import TYPE_CHECKING, NamedTuple, json, re
from headroom_mcp.memory import note_secrets, notes, provenance, typed
from headroom_mcp.memory.notes import Author, Note
from headroom_mcp.store.rows import Observation
from headroom_mcp.text import sha256
from headroom_mcp.types import NoteError

if TYPE_CHECKING:
    from headroom_mcp.store import Store

_OPEN_DAYS = 3.0  # a failure older than this is not what a success today mends
_KEPT_EPISODES = 300  # run and edit notes of a project; the oldest go
_MAX_FILES = 6
_COMMAND_CHARS = 200
_GIST_CHARS = 160

_PASSES = {
    "test": "Tests pass with",
    "build": "The build works with",
    "lint": "Checks pass with",
    "install": "Dependencies install with",
}
# What a project's commands are declared in: when it changes, they may have.
_MANIFESTS = (
    "pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "noxfile.py", "package.json", "Makefile", "makefile", "justfile",
    "Cargo.toml", "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "CMakeLists.txt", "Gemfile", "composer.json",
    "mix.exs", "Taskfile.yml", "meson.build",
)  # fmt: skip

# The line that says what went wrong, most telling first; of each, the last one counts.
_TELLING = tuple(
    late.pattern(pattern, re.MULTILINE)
    for pattern in (
        r"^(?:E\s+|\w+: )?((?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|Failure|Exit|Interrupt|Warning|NotFound|DoesNotExist)\b[^\n]*)",
        r"^[^\n]{0,200}?\b((?:error|fatal|panic)(?:\[\w+\])?: [^\n]+)",
        r"^(?:npm )?(ERR! [^\n]+)",
        r"^(FAILED [^\n]+|--- FAIL: [^\n]+|FAIL[: ][^\n]+)",
        r"^([^\n]*(?:command not found|No such file|not found|[Pp]ermission denied|cannot |undefined )[^\n]*)",
    )
)
# "always use uv", "from now on …", "we use tabs", "in this project …"
_CONVENTION = late.pattern(
    r"^(?:please |and |but |also |note[:,]? |important[:,]? )*(?:"
    r"(?:always|never) \w+|do(?: not|n't) ever \w+|from now on\b|remember (?:that|to)\b|"
    r"(?:in|for) this (?:project|repo|repository|codebase)\b|"
    r"(?:we|i) (?:always|never|only|prefer|use|don't use|do not use|want you to always)\b|"
    r"(?:use|prefer|run) [^.]{2,60} (?:instead of|rather than|over|, not|and not) |"
    r"our (?:convention|style|policy|rule|standard)\b)",
    re.IGNORECASE,
)
_MAX_CONVENTION_CHARS = 240


class _Failure(NamedTuple):
    row: int
    command: str
    gist: str
    ref: str


def command_ran(
    store: Store,
    *,
    project: str,
    session: str,
    command: str,
    failed: bool | None,
    output: str,
    ref: str = "",
    now_s: float | None = None,
) -> list[Note]:
    """Take in a finished command (`failed` None: unknown) and return the notes it led to.

    Raises: StoreError. A secret in a command or message makes no note.
    """
    if note_secrets.find_in_command(command):
        return []
    now = time.time() if now_s is None else now_s
    read = identity.read(command)
    made: list[Note | None] = []
    episode = _Writer(store, project, session, ref, now)
    shown = _one_line(identity.without_bodies(command[:20_000]), _COMMAND_CHARS)
    if failed and not output.strip() and identity.asks_only(command):
        failed = None
    if failed:
        gist = gist_of(output)
        if read.key:
            episode.observe("failure", read.key, json.dumps([shown, gist, ref]))
        made.append(episode.note(_error_topic(gist), f"`{shown}` failed: {gist}"))
    elif read.key:
        if failed is False:
            made.extend((_mended(episode, read, shown), _works(episode, read, shown)))
        if not any(made):
            made.append(
                episode.note(f"run:{read.key}", f"`{shown}` {'ran' if failed is None else 'ran without an error'}")
            )
        if read.purpose in {"run", "install", "build"}:
            episode.observe("command", read.key, shown)
    for file in read.changes if failed is not True else ():
        made.append(file_changed(store, project=project, session=session, path=file, by=shown, ref=ref, now_s=now))
    return [note for note in made if note is not None]


def file_changed(
    store: Store,
    *,
    project: str,
    session: str,
    path: str,
    by: str = "",
    ref: str = "",
    now_s: float | None = None,
) -> Note | None:
    """Take in that `path` was changed, and return the note about it, None for a file outside the project.

    Raises: StoreError.
    """
    inside = os.path.relpath(os.path.join(project, path), project).replace(os.sep, "/")
    if inside.startswith("../"):
        return None
    writer = _Writer(store, project, session, ref, time.time() if now_s is None else now_s)
    writer.observe("edit", inside, by)
    failures = writer.open_failures("")
    about = f", while `{failures[-1].command}` failed: {failures[-1].gist}" if failures else ""
    return writer.note(f"edit:{inside}", f"{inside} was changed{f' by `{by}`' if by else ''}{about}")


def said(store: Store, *, project: str, session: str, prompt: str, now_s: float | None = None) -> list[Note]:
    """Note the conventions that the user states in `prompt`, in the user's own words. Raises: StoreError."""
    if prompt.lstrip().startswith(("<", "/", "#", "!")):
        return []
    writer = _Writer(store, project, session, "", time.time() if now_s is None else now_s)
    made = []
    for stated in typed.sentences(prompt):
        if 8 <= len(stated) <= _MAX_CONVENTION_CHARS and not stated.endswith("?") and _CONVENTION.match(stated):
            topic = f"convention:{_digest(stated.lower().rstrip('.!'))}"
            if store.notes.on_topic(project, topic) is None:
                made.append(writer.note(topic, stated, author="user"))
    return [note for note in made if note is not None]


def gist_of(output: str) -> str:
    """Return the line of `output` that best says what went wrong, clipped; its last line where none does."""
    tail = output[-60_000:]
    for pattern in _TELLING:
        found = pattern.findall(tail)
        if found:
            return _one_line(found[-1], _GIST_CHARS)
    lines = [line for line in tail.splitlines() if line.strip()]
    return _one_line(lines[-1], _GIST_CHARS) if lines else "no output"


def _mended(episode: _Writer, read: identity.Command, shown: str) -> Note | None:
    """Note what was done between the first failure of a command and this success; nothing, where nothing was."""
    failures = episode.open_failures(read.key)
    if not failures:
        return None
    first = failures[0].row
    files = episode.subjects_since("edit", first)
    ran = [command for command in episode.subjects_since("command", first) if command != read.key]
    episode.close_failures(read.key)
    gists = list(dict.fromkeys(failure.gist for failure in (failures[0], failures[-1])))
    if files:
        more = f" and {len(files) - _MAX_FILES} more" if len(files) > _MAX_FILES else ""
        done = f"{', '.join(files[:_MAX_FILES])}{more} changed"
    elif ran:
        done = f"`{_one_line(episode.detail_of('command', ran[-1]), _COMMAND_CHARS)}`"
    else:
        return None
    error = episode.store.notes.on_topic(episode.project, _error_topic(gists[0]))
    return episode.note(
        f"fix:{read.key}:{_digest(_masked(gists[0]))}",
        f"`{shown}` failed: {' / '.join(gists)}; it passed after {done}",
        instead_of=error,
        rests_on=provenance.digests(files[:_MAX_FILES], episode.project),
        ref=failures[0].ref or episode.ref,
    )


def _works(episode: _Writer, read: identity.Command, shown: str) -> Note | None:
    """Note the broadest form in which a test, build or check is known to pass here."""
    if read.purpose not in _PASSES:
        return None
    topic = f"works:{read.purpose}:{read.program}"
    known = episode.store.notes.on_topic(episode.project, topic)
    if known is not None and not provenance.changed(known, episode.project):
        before = identity.read(known.text.partition("`")[2].rpartition("`")[0])
        if before.breadth <= read.breadth:
            return None
    manifests = [name for name in _MANIFESTS if os.path.exists(os.path.join(episode.project, name))]
    return episode.note(
        topic, f"{_PASSES[read.purpose]} `{shown}`", rests_on=provenance.digests(manifests, episode.project)
    )


class _Writer:
    """Observations and notes of one moment of one session in one project."""

    def __init__(self, store: Store, project: str, session: str, ref: str, now_s: float) -> None:
        self.store = store
        self.project = project
        self.session = session
        self.ref = ref
        self.now_s = now_s

    def observe(self, what: str, subject: str, detail: str) -> None:
        if note_secrets.find(f"{subject}\n{detail}"):
            return
        with self.store.transaction():
            for old in ("failure", "edit", "command"):
                self.store.observations.forget(self.project, old, before_s=self._open_since_s)
            row = Observation(0, self.project, self.session, what, subject, detail, self.ref, self.now_s)
            self.store.observations.add([row])

    def note(
        self,
        topic: str,
        text: str,
        *,
        author: Author = "tool",
        rests_on: dict[str, str] | None = None,
        ref: str = "",
        instead_of: Note | None = None,
    ) -> Note | None:
        """Save a note that takes the place of the last one on its topic; None where it may not be kept."""
        known = self.store.notes.on_topic(self.project, topic) or instead_of
        if known is not None and known.text == text and known.rests_on == (rests_on or {}):
            return None
        try:
            saved = notes.save(
                self.store, text, scope=self.project, author=author, topic=topic, rests_on=rests_on,
                replaces=known.id if known else "", session=self.session, tool="hook", ref=ref or self.ref, created_s=self.now_s,
            )  # fmt: skip
        except NoteError:  # a secret, or another process was first: what is not noted costs nothing
            return None
        if topic.startswith(("run:", "edit:", "error:")):
            self.store.notes.keep_newest(self.project, topic.partition(":")[0], _KEPT_EPISODES)
        return saved

    def open_failures(self, key: str) -> list[_Failure]:
        """Return the failures that a success may still mend, of the command `key` or ("") of any, oldest first."""
        seen = self.store.observations.find(self.project, "failure", subject=key, since_s=self._open_since_s)
        return [_Failure(row.id, *json.loads(row.detail)) for row in seen]

    def close_failures(self, key: str) -> None:
        self.store.observations.forget(self.project, "failure", subject=key)

    def subjects_since(self, what: str, row: int) -> list[str]:
        seen = self.store.observations.find(self.project, what, after_id=row)
        return list(dict.fromkeys(row.subject for row in seen))

    def detail_of(self, what: str, subject: str) -> str:
        seen = self.store.observations.find(self.project, what, subject=subject)
        return seen[-1].detail if seen else subject

    @property
    def _open_since_s(self) -> float:
        return self.now_s - _OPEN_DAYS * 86_400


def _error_topic(gist: str) -> str:
    return f"error:{_digest(_masked(gist))}"


def _masked(gist: str) -> str:
    return re.sub(r"0x[0-9a-f]+|\d+", "#", gist)


def _digest(text: str) -> str:
    return sha256.of(text.encode("utf-8", "replace"))[:12]


def _one_line(text: str, max_chars: int) -> str:
    line = re.sub(r"\s+", " ", text[: max_chars * 8]).replace("`", "'").strip()
    line = line.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    return line if len(line) <= max_chars else f"{line[: max_chars - 1]}…"
