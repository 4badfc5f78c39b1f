"""What can be taken out of a conversation, in which order, and what stands in its place.

    1  the same result again, and a file that was read again: the newest stays
    2  results of commands that were run again later
    3  old results, those worth least per token first
    4  the same among the newest, and failures that nothing has mended yet

Worth: 0.35 what was named again later + 0.25 a failure + 0.20 how often such outputs were fetched back + 0.10 how new it is +
0.10 what it shares with the question. Everything is known at the moment of the decision; nothing looks ahead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from headroom_mcp import late
from headroom_mcp.context import calls, memo, shapes
from headroom_mcp.context.counting import Counter, Form, form
from headroom_mcp.context.result import Reason
from headroom_mcp.facts import find
from headroom_mcp.flow import repeats
from headroom_mcp.query import bm25
from headroom_mcp.routing import router
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.figures import Grouping, Totals, tool_and_kind
from headroom_mcp.text import marker
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import HeadroomError, Origin

if TYPE_CHECKING:
    from headroom_mcp.store import Store

MIN_TOKENS = 40  # a shorter result is about as long as what would stand there
_NEWEST = 10  # results that stay as long as the others are enough
_QUOTE_CHARS = 100
_NAME = late.pattern(r"[A-Za-z_][\w./\-]{3,}\w")
_SCANNED_CHARS = 60_000
_PRIOR = (1.0, 9.0)  # fetched back, not fetched back: before anything is known


class Candidate(NamedTuple):
    """A text of a tool result that can be taken out. `last`: only where the budget cannot be met without it.

    `label`: how its reader knows it · `given_ref`: of the original, where the text is a short form already.
    """

    index: int  # type: ignore[assignment]  # the word of the field, not the method of tuples
    path: shapes.Path
    role: str
    tool: str
    label: str
    text: str
    tokens: int
    form: Form
    key: str
    file: str
    given_ref: str
    digest: bytes
    reason: Reason = "evicted"
    last: bool = False


def candidates(messages: Sequence[Any], counter: Counter) -> list[Candidate]:
    """Return every result that can be taken out, in their order; our own tools' are not among them, nor what is out already."""
    known: dict[str, calls.Asked] = {}
    found: list[Candidate] = []
    for index, message in enumerate(messages):
        for event in shapes.events_or_none(message) or []:
            if isinstance(event, shapes.Call):
                known[event.id or event.name] = calls.asked(event.id, event.name, event.arguments)
            elif isinstance(event, shapes.Returned):
                call = known.get(event.id or event.name)
                if call is None or calls.is_own(call):
                    continue
                for place in event.places:
                    tokens = counter.count(place.text)
                    if tokens >= MIN_TOKENS and not is_stub(place.text):
                        found.append(_candidate(index, message, call, place, tokens))
    return found


class Pointing(NamedTuple):
    """A text of a tool result that calls something "shown above"."""

    at: int
    path: shapes.Path
    text: str


def pointing(messages: Sequence[Any]) -> list[Pointing]:
    """Return the texts that call something shown above, in order."""
    return [
        Pointing(index, place.path, place.text)
        for index, message in enumerate(messages)
        for event in shapes.events_or_none(message) or []
        if isinstance(event, shapes.Returned)
        for place in event.places
        if repeats.points_to(place.text)
    ]


def resting_on(candidate: Candidate, found: Sequence[Candidate], notes: Sequence[Pointing]) -> list[Candidate] | None:
    """Return the later results that call `candidate` shown above: they go with it, or what they say would not be true.

    None where one of them cannot go: then `candidate` stays.
    """
    resting: list[Candidate] = []
    for note in notes:
        if note.at >= candidate.index and note[:2] != candidate[:2] and repeats.points_to(note.text, candidate.label):
            own = next((one for one in found if one[:2] == note[:2]), None)
            if own is None:
                return None
            resting.append(own)
    return resting


def _candidate(index: int, message: Any, call: calls.Asked, place: shapes.Place, tokens: int) -> Candidate:
    refs = marker.refs(place.text.rstrip("\n").rpartition("\n")[2])
    return Candidate(
        index,
        place.path,
        shapes.role_of(message),
        call.name,
        ToolOutput("", call.name, call.given).label or call.name,
        place.text,
        tokens,
        form(place.text),
        f"{call.name} {call.words}",
        calls.path_read(call),
        refs[0] if refs else "",
        memo.digest_of(call.name, call.words, place.text),
    )


def ranked(
    messages: Sequence[Any], found: Sequence[Candidate], store: Store | None, settings: Settings, project: str
) -> list[Candidate]:
    """Return the candidates in the order in which they are taken out."""
    newest = {one.index for one in found[-_NEWEST:]}
    later = _named_after(messages, found)
    fetched = _Fetched(store, project)
    said = next(
        (e.text for m in reversed(messages) for e in shapes.events_or_none(m) or [] if isinstance(e, shapes.Said)), ""
    )
    overlap = _overlap(said, found)
    last_of = {one.key: number for number, one in enumerate(found)}
    last_text = {one.text: number for number, one in enumerate(found)}
    last_file = {one.file: number for number, one in enumerate(found) if one.file}
    notes = pointing(messages)
    rows: list[tuple[int, float, int, Candidate]] = []
    for number, one in enumerate(found):
        fails = bool(find.failures(one.text[:_SCANNED_CHARS].split("\n")))
        again = last_of[one.key] > number
        if last_text[one.text] > number or (one.file and last_file[one.file] > number and not later[number]):
            stage = 1
        elif again:
            stage = 2
        else:
            stage = 4 if one.index in newest or fails else 3
        if stage < 4 and any(note.at >= one.index and repeats.points_to(note.text, one.label) for note in notes):
            stage = 4
        new = (number + 1) / len(found)
        worth = 0.35 * later[number] + 0.25 * fails + 0.20 * fetched.share(one) + 0.10 * new + 0.10 * overlap[number]
        rows.append((stage, worth / one.tokens, number, one._replace(last=stage == 4)))
    rows.sort(key=lambda row: row[:3])
    return [row[3] for row in rows]


def stub(candidate: Candidate, store: Store, session: str, project: str) -> str:
    """Return the line that stands in the place of a result, its original stored. Raises: StoreError."""
    said = _said(candidate)
    if candidate.given_ref:
        return marker.footer(candidate.given_ref, said)
    ref = store.put(
        candidate.text,
        shown=lambda ref: marker.footer(ref, said),
        origin=Origin(session, project=project),
        # JSON is cut along its values. No tool: what the ledger knows of tools, by which results are chosen, stays what it was.
        kind="json" if candidate.form.startswith("json") else "evicted",
        label=candidate.label,
        tokens_before=candidate.tokens,
        tokens_after=len(said) // 4,
    )
    return marker.footer(ref, said)


def is_stub(text: str) -> bool:
    """Tell whether `text` is what stands in the place of something that was taken out."""
    return text.startswith("[headroom ") and "\n" not in text.strip() and bool(marker.refs(text.strip()))


def _said(candidate: Candidate) -> str:
    """Return what is said of a result that is out: a pure function of the call and the text."""
    lines = candidate.text.split("\n")
    if candidate.given_ref:
        return f"{candidate.label}: its short form of {len(lines):,} lines taken out"
    failing = find.failures(lines) if len(candidate.text) <= _SCANNED_CHARS else []
    count = len(failing)
    quoted = (
        f"; {count:,} {'line tells' if count == 1 else 'lines tell'} of failures, first: {lines[min(failing)].strip()[:_QUOTE_CHARS]!r}"
        if count
        else ""
    )
    unit = "line" if len(lines) == 1 else "lines"
    return f"{candidate.label}: all {len(lines):,} {unit} taken out{quoted}"


def _named_after(messages: Sequence[Any], found: Sequence[Candidate]) -> list[float]:
    """Return, for each candidate, how much of what it names was named again after it, by the model or the user (0 to 1)."""
    said: list[set[str]] = []
    for message in messages:
        texts = [text for event in shapes.events_or_none(message) or [] for text in _own_texts(event)]
        said.append({name for text in texts for name in _NAME.findall(text[:_SCANNED_CHARS])})
    after: list[set[str]] = [set()] * (len(messages) + 1)
    for index in range(len(messages) - 1, -1, -1):
        after[index] = after[index + 1] | said[index] if said[index] - after[index + 1] else after[index + 1]
    shares = []
    for one in found:
        names = set(_NAME.findall(one.text[:_SCANNED_CHARS]))
        shares.append(min(1.0, len(names & after[one.index + 1]) / 5) if names else 0.0)
    return shares


def _own_texts(event: shapes.Event) -> list[str]:
    if isinstance(event, shapes.Said):
        return [event.text]
    return [calls.asked(event.id, event.name, event.arguments).words] if isinstance(event, shapes.Call) else []


def _overlap(said: str, found: Sequence[Candidate]) -> list[float]:
    terms = set(bm25.terms(said))
    if not terms:
        return [0.0] * len(found)
    return [len(terms & set(bm25.terms(one.text[:_SCANNED_CHARS]))) / len(terms) for one in found]


class _Fetched:
    """How often outputs of a tool and kind were fetched back, as far as the ledger knows: counts, no text."""

    def __init__(self, store: Store | None, project: str) -> None:
        self._store, self._project = store, project or None
        self._by_both: Mapping[str, Totals] = self._read("tool and kind")
        self._by_tool: Mapping[str, Totals] = self._read("tool") if self._by_both else {}

    def share(self, candidate: Candidate) -> float:
        """Return the share that is expected of `candidate`: by its tool and kind; by its tool where that kind is new."""
        of_tool = self._by_tool.get(candidate.tool)
        if of_tool is None:
            return _share(0, 0)
        row = self._by_both.get(tool_and_kind(candidate.tool, self._kind(candidate)), of_tool)
        return _share(row.retrievals, row.outputs)

    def _read(self, by: Grouping) -> Mapping[str, Totals]:
        return {} if self._store is None else self._store.ledger.read(by, project=self._project).rows

    def _kind(self, candidate: Candidate) -> str:
        """Return the kind of the original where the candidate is its short form, else what its text is taken for."""
        if candidate.given_ref and self._store is not None:
            try:
                return self._store.get(candidate.given_ref).kind
            except HeadroomError:  # not there any more, or under another name
                return ""
        output = ToolOutput(candidate.text[:_SCANNED_CHARS], candidate.tool, {})
        return max(router.route(output), key=lambda section: section.stop - section.start).kind


def _share(fetched: int, shown: int) -> float:
    return min(1.0, (_PRIOR[0] + fetched) / (sum(_PRIOR) + shown))
