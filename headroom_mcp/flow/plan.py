"""The pure half of the flow: output → router → compressor → gate → parts, with no store and no clock."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from types import ModuleType

from headroom_mcp import compressors
from headroom_mcp.flow import gate, whole
from headroom_mcp.flow.budget import budget_for
from headroom_mcp.flow.draft import Draft, Piece
from headroom_mcp.late import NamedTuple
from headroom_mcp.routing import router
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import heads, marker, numbering, opened, tokens
from headroom_mcp.text import lines as text_module
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Omission, Part, Section, Shown, View

GIANT_CHARS = 12_000_000  # beyond, an output is read closely at its ends only: a host waits for seconds at most
# Compilers quote the line that a message is about.
_FRAMED = frozenset(("build", "command", "general", "lint", "log", "test_output"))
# What many of their lines begin or end with is the same: a path, a verdict.
_LISTED = frozenset(
    ("build", "command", "general", "lint", "listing", "log", "search", "stack_trace", "table", "test_output")
)
_OUTER_CHARS = 600  # of a wrapper around texts stand above them as they are
FOOTER_CHARS = 140  # room for the footer in a text that must not exceed the host's limit


class Plan(NamedTuple):
    """A compression before it is stored: the body without its footer, and what it does not show."""

    body: str
    sections: list[Section]
    parts: list[Part]
    omitted: tuple[Omission, ...]
    kept_lines: int
    total_lines: int
    overwritten: int = 0  # states of lines that a terminal shows no more
    above: int = 0  # lines that are not shown because they stand above
    small: bool = False  # of an output that is seen at one glance, with every marker in it
    closer: int = 0  # tokens that blanks between columns cost, which an estimate by characters does not know

    @property
    def kind(self) -> str:
        """The kinds of its sections, as one word."""
        kinds = list(dict.fromkeys(section.kind for section in self.sections))
        return kinds[0] if len(kinds) == 1 else "+".join(kinds[:3])

    @property
    def lacks_nothing(self) -> bool:
        """Whether all that is not shown stands above: other lines are shown as they are, or so that they could be rebuilt."""
        return not self.overwritten and all(
            part.action == "keep" or part.above or (part.lossless and not part.unit) for part in self.parts
        )

    @property
    def told_in_place(self) -> bool:
        """Whether what is not shown is lines, each told of where it stood, and so few that nobody need add them up."""
        return self.small and not self.overwritten and not any(part.unit for part in self.parts)


def plan(output: ToolOutput, settings: Settings, earlier: Sequence[Shown] = (), *, numbered: int = 0) -> Plan:
    """Return the best compression of `output` that keeps its facts.

    `earlier` is what the same context has been shown: runs of lines that stand there are left out. `numbered` puts its
    true line number, from that on, before every kept line, as a file viewer does.
    """
    # A large output is a million small objects and next to no cycles: looking for these meanwhile takes a fifth of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _plan(output, settings, earlier, numbered)
    finally:
        text_module.forget()
        if collecting:
            gc.enable()


def _plan(output: ToolOutput, settings: Settings, earlier: Sequence[Shown], numbered: int) -> Plan:
    budget = settings.budget_tokens or budget_for(max(1, output.tokens))
    output.prose_model = settings.prose_model
    wrapper = opened.opened(output.text, output.tool_name) if output.opens else None
    if wrapper is not None:
        output, draft = _of_texts(output, wrapper, budget)
    else:
        draft = _compressed(output, budget) if len(output.text) <= GIANT_CHARS else _giant(output, budget)
    lines = output.lines
    parts = draft.parts
    render.check(parts, len(lines))
    shown = tokens.estimate(render.render(lines, parts))
    found = sorted(draft.dropped(), key=lambda fact: fact.rank)
    parts, missed = gate.put_back(lines, parts, found, max(budget - shown, budget // 3))
    unlike = draft.unlike() if shown < budget else []
    if unlike:  # what is left of the budget, if anything
        parts, _ = gate.put_back(lines, parts, unlike, budget - tokens.estimate(render.render(lines, parts)))
    if output.query and draft.is_list(parts):
        from headroom_mcp.flow import answered

        parts = answered.under_labels(lines, answered.narrowed(output, parts, draft.lasting))
    parts = gate.say(lines, parts, draft.parts, draft.note, missed)
    parts = render.close_cheap_gaps(lines, parts)
    if ("^" in output.text or "│" in output.text) and _FRAMED.issuperset(section.kind for section in draft.sections):
        from headroom_mcp.compressors import _code_frames

        parts = _code_frames.cut(lines, parts)
    if whole.TRACED.issuperset(section.kind for section in draft.sections):
        parts = _beside_the_point(output, parts)
    if earlier:
        changed = _changed_only(output, draft, parts, earlier)
        parts = changed or _leave_out_repeats(output, settings, parts, draft, earlier, missed)
    if not numbered and all(s.kind in _LISTED or (s.kind == "code" and not output.files()) for s in draft.sections):
        parts = whole.in_short(output, draft, parts)
    if marker.may_be_forged(output.text):
        parts = [part._replace(text=marker.quoted(part.text, output.text)) if part.text else part for part in parts]
    return _planned(output, draft.sections, parts, numbered)


def _beside_the_point(output: ToolOutput, parts: list[Part]) -> list[Part]:
    """Return `parts` without what nobody mends who reads of a failure: frames of libraries in a row, deprecations."""
    text = output.text
    if "  at " in text or "\tat " in text or '  File "' in text:
        from headroom_mcp.compressors import _library_frames

        parts = _library_frames.cut(output, parts)
    if "eprecat" in text or "will be removed" in text or "DEPRECAT" in text:
        from headroom_mcp.compressors import _deprecations

        parts = _deprecations.cut(output, parts)
    return parts


def without_what_stands_above(
    output: ToolOutput, settings: Settings, earlier: Sequence[Shown], *, numbered: int = 0
) -> Plan | None:
    """Return `output` with nothing left out but lines that stand in `earlier`; None where there are none.

    For what is small, and for what the reader asked for in just this extent: what is gained need not pay for a detour.
    """
    from headroom_mcp.flow import repeats

    lines = output.lines_from(numbered)
    runs = repeats.find(lines, earlier) if earlier else []
    if not runs and not any(map(numbering.is_padded, lines)):
        return None
    draft = _compressed(output, settings.budget_tokens or budget_for(max(1, output.tokens)))  # its failures are shown
    parts = repeats.fold(lines, [Part(0, len(lines), "keep")], runs, earlier, draft.failures(output.ambient))
    return _planned(output, draft.sections, parts, numbered)


def _planned(output: ToolOutput, sections: list[Section], parts: list[Part], numbered: int) -> Plan:
    if not numbered:
        parts = numbering.unpadded(output.lines, parts)
    body = render.render(output.lines, parts, numbered=numbered)
    kept = sum(part.stop - part.start for part in parts if part.action == "keep")
    above = sum(part.stop - part.start for part in parts if part.above)
    omitted = render.omissions(parts)
    small = output.tokens < whole.WHOLE_TOKENS
    closer = whole.closer(output.lines, parts)
    return Plan(body, sections, parts, omitted, kept, len(output.lines), output.overwritten, above, small, closer)


def plan_within(output: ToolOutput, settings: Settings, view: View, earlier: Sequence[Shown] = ()) -> Plan | None:
    """Return a plan that the host shows in full (see `View.limit_chars`), by ever smaller budgets; None where there is none."""
    output.limit_chars = view.limit_chars
    budget = settings.budget_tokens or budget_for(max(1, output.tokens))
    for attempt in (1, 2, 4):
        tighter = settings._replace(budget_tokens=max(200, budget // attempt))
        planned = plan(output, tighter, earlier, numbered=view.numbered)
        if not view.limit_chars or len(planned.body) + FOOTER_CHARS + len(view.way_back) <= view.limit_chars:
            return planned
    return None


def _compressed(output: ToolOutput, budget: int, start: int = 0) -> Draft:
    """Return what becomes of the lines of `output`, all numbered from `start`."""
    total_tokens = max(1, output.tokens)
    draft = Draft([], [], [], [])
    for section in router.route(output):
        piece = output.section(section.start, section.stop)
        share = max(100, budget * max(1, piece.tokens) // total_tokens)
        compressor = compressors.load(section.kind)
        if section.headed:
            piece, compressed = _without_heads(piece, compressor, share)
        else:
            compressed = compressor.compress(piece, share)
            if compressed is None and hasattr(compressor, "is_of_kind") and not compressor.is_of_kind(piece):
                section = section._replace(kind="general")
                compressor = compressors.load(section.kind)
                compressed = compressor.compress(piece, share)
        by = start + section.start
        draft.sections.append(section._replace(start=by, stop=section.stop + start))
        if compressed is None:
            draft.parts.append(Part(by, start + section.stop, "keep"))
        else:
            moved = (part._replace(start=part.start + by, stop=part.stop + by) for part in compressed.parts)
            draft.parts.extend(moved if by else compressed.parts)
        _, answers_for, note = compressed or Compressed(())
        draft.pieces.append(Piece(by, section.kind, piece, compressor, answers_for, note))
    return draft


def _of_texts(output: ToolOutput, wrapper: opened.Opened, budget: int) -> tuple[ToolOutput, Draft]:
    """Return the texts in a wrapper as one output, and what becomes of them: each is read by itself, below the wrapper."""
    inner = output.with_lines(text_module.split_lines("\n".join(wrapper.lines) + "\n"))
    draft = Draft([], [], [], [])
    head = _outer(output, wrapper.outer, budget // 3)
    around = [head] if head is not None else []
    draft.parts.extend(around)
    total = max(1, inner.tokens)
    for number, (path, start, stop) in enumerate(wrapper.texts, 1):
        piece = inner.section(start, stop)
        if len(wrapper.texts) > 1:
            around.append(Part(start, start, "render", f"({number}) {path}:", lossless=True))
            draft.parts.append(around[-1])
        found = _compressed(piece, max(100, budget * piece.tokens // total), start)
        draft.sections.extend(found.sections)
        draft.parts.extend(found.parts)
        draft.pieces.extend(found.pieces)
    return inner, draft._replace(around=around)


def _outer(output: ToolOutput, outer: str, budget: int) -> Part | None:
    """Return the wrapper without its texts as it stands above them, made small where it is long."""
    if not outer:
        return None
    unread = Part(0, 0, "render", outer, lossless=True)
    if len(outer) <= _OUTER_CHARS:
        return unread
    compressed = compressors.load("json").compress(output.with_lines(outer.split("\n")), max(_OUTER_CHARS // 3, budget))
    parts: Sequence[Part] = compressed.parts if compressed is not None else ()
    return parts[0]._replace(start=0, stop=0) if len(parts) == 1 and parts[0].action == "render" else unread


def _without_heads(piece: ToolOutput, compressor: ModuleType, budget: int) -> tuple[ToolOutput, Compressed | None]:
    """Return `piece` without the heads of its lines and what becomes of it; where the heads are one but for the time,
    they are said once and cut."""
    read = heads.read(piece.lines)
    if read is None:
        return piece, compressor.compress(piece, budget)
    bare = piece.with_lines(read.bare)
    compressed = compressor.compress(bare, budget)
    if compressed is None:
        return bare, None
    shown = read.shown
    tag = read.tags[0].strip().replace("\t", " · ") if shown is read.bare else ""
    this = "this, and the time," if read.timed else "this is"
    head = f"[{tag}: {this} cut from the head of each line]" if tag else "[times cut from the lines]"
    parts = [
        part._replace(action="render", text="\n".join(shown[part.start : part.stop]), note="its head cut")
        if part.action == "keep"
        else part
        for part in compressed.parts
    ]
    return bare, compressed._replace(parts=[Part(0, 0, "render", head), *parts])


def _giant(output: ToolOutput, budget: int) -> Draft:
    """Return the same of an output too big to be read closely: its two ends are, its middle is only searched."""
    from headroom_mcp.flow import huge

    draft = Draft([], [], [], [])
    position, total = 0, len(output.lines)
    for start, stop in [*huge.windows(output.lines), (total, total)]:
        if start > position:
            draft.sections.append(Section(position, start, "general", "too big to be read closely"))
            draft.parts.append(Part(position, start, "omit", note="searched for failures only"))
            draft.searched.extend(huge.facts(output, position, start))
        if stop > start:
            end = _compressed(output.section(start, stop), budget // 3, start)
            draft.sections.extend(end.sections)
            draft.parts.extend(end.parts)
            draft.pieces.extend(end.pieces)
        position = stop
    return draft


def _leave_out_repeats(
    output: ToolOutput,
    settings: Settings,
    parts: list[Part],
    draft: Draft,
    earlier: Sequence[Shown],
    missed: gate.Missed,
) -> list[Part]:
    from headroom_mcp.flow import repeats

    lines = output.lines
    runs = repeats.find(lines, earlier)
    if not runs:
        return parts
    failures = draft.failures(output.ambient)
    every = repeats.fold(lines, [Part(0, len(lines), "keep")], runs, earlier, failures)
    if tokens.estimate(render.render(lines, parts)) > output.tokens * (1 - settings.min_saving):
        return every  # not worth compressing: only what stands above goes

    def note(start: int, stop: int) -> str:
        return gate.with_counts(lines, start, stop, draft.note(start, stop), missed)

    if any(part.start == part.stop and part.text and not part.lossless for part in parts):
        return whole.cheaper(lines, parts, every)  # a head counts what is shown below it: nothing of that goes
    return whole.cheaper(lines, every, repeats.fold(lines, parts, runs, earlier, failures, note))


def _changed_only(output: ToolOutput, draft: Draft, parts: list[Part], earlier: Sequence[Shown]) -> list[Part] | None:
    """Return what changed since this call was answered in short, where that is known and much shorter than `parts`.

    It may cost more than `parts` without what stands above, of which nobody could tell that and where they changed.
    """
    base = next((shown for shown in reversed(earlier) if shown.original), None)
    if base is None:
        return None
    from headroom_mcp.flow import deltas

    lines = output.lines
    before = ToolOutput(base.original, output.tool_name, output.tool_input)
    wrapper = opened.opened(base.original, output.tool_name)
    old = text_module.split_lines("\n".join(wrapper.lines) + "\n") if wrapper is not None else before.lines
    keep = draft.failures()
    changed = deltas.parts_of(lines, old, base.label, keep)
    if any(piece.kind == "snapshot" for piece in draft.pieces):
        changed = deltas.parts_of(lines, old, base.label, keep | deltas.above_in_outline(lines, changed))
    costs = [tokens.estimate(render.render(lines, shown)) for shown in (parts, changed)]
    least = 0 if deltas.hidden(lines, old, parts) else deltas.MIN_SAVED
    return changed if costs[1] <= min(deltas.MAX_COST * costs[0], costs[0] - least) else None
