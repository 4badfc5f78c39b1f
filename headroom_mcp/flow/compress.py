"""The flow: output → router → compressor → gate → store → marker → result, and back by `retrieve`.

`plan` is the pure half (no store, no clock); `compress_output` adds the store. Any doubt ends in the original text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from headroom_mcp import compressors
from headroom_mcp.errors import StoreError
from headroom_mcp.flow import gate, user_hooks
from headroom_mcp.routing import router
from headroom_mcp.settings import table as config
from headroom_mcp.store.sqlite import contexts
from headroom_mcp.text import marker, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact, Omission, Outcome, Part, Result, Section, Shown, ToolInput

if TYPE_CHECKING:
    from collections.abc import Collection

    from headroom_mcp.store import Store

_GIANT_CHARS = 12_000_000  # beyond, an output is read closely at its ends only: a host waits for seconds at most
_FOOTER_CHARS = 120  # room for the footer in a text that must not exceed `max_chars`


class Plan(NamedTuple):
    """A compression before it is stored: the body without its footer, and what it does not show."""

    body: str
    sections: list[Section]
    parts: list[Part]
    omitted: tuple[Omission, ...]
    kept_lines: int
    total_lines: int


def plan(
    output: ToolOutput, settings: config.Settings, earlier: Sequence[Shown] = (), *, numbered: bool = False
) -> Plan:
    """Return the best compression of `output` that keeps its facts.

    `earlier` is what the same context has been shown: runs of lines that stand there are left out. `numbered` puts its
    true line number before every kept line, as a file viewer does.
    """
    budget = settings.budget_tokens or config.budget_for(max(1, output.tokens))
    output.prose_model = settings.prose_model
    lines = output.lines
    sections, parts, found = _compressed(output, budget) if len(output.text) <= _GIANT_CHARS else _giant(output, budget)
    render.check(parts, len(lines))
    shown = tokens.estimate(render.render(lines, parts))
    found.sort(key=lambda fact: fact.rank)
    parts = gate.restore(lines, parts, found, max(budget - shown, budget // 3))
    parts = render.close_cheap_gaps(lines, parts)
    if earlier:
        parts = _leave_out_repeats(output, settings, parts, found, earlier)
    body = render.render(lines, parts, numbered=numbered)
    kept = sum(part.stop - part.start for part in parts if part.action == "keep")
    return Plan(body, sections, parts, render.omissions(parts), kept, len(lines))


def _compressed(output: ToolOutput, budget: int, start: int = 0) -> tuple[list[Section], list[Part], list[Fact]]:
    """Return the sections of `output`, what becomes of its lines and its facts, all numbered from `start`."""
    total_tokens = max(1, output.tokens)
    sections = router.route(output)
    parts: list[Part] = []
    found: list[Fact] = []
    for section in sections:
        piece = output.section(section.start, section.stop)
        share = max(100, budget * max(1, piece.tokens) // total_tokens)
        compressor = compressors.load(section.kind)
        find = getattr(compressor, "facts", None)
        if not callable(find):  # a module that imports facts.py has it under the same name
            from headroom_mcp.facts import (
                find as facts,  # compiling its expressions costs what reading a source file has no use for
            )

            find = facts.find
        by = start + section.start
        found.extend(_shifted(find(piece), by))
        compressed = compressor.compress(piece, share)
        if compressed is None:
            parts.append(Part(by, start + section.stop, "keep"))
        else:
            parts.extend(part._replace(start=part.start + by, stop=part.stop + by) for part in compressed.parts)
    moved = [section._replace(start=section.start + start, stop=section.stop + start) for section in sections]
    return moved, parts, found


def _giant(output: ToolOutput, budget: int) -> tuple[list[Section], list[Part], list[Fact]]:
    """Return the same of an output too big to be read closely: its two ends are, its middle is only searched."""
    from headroom_mcp.flow import huge

    sections: list[Section] = []
    parts: list[Part] = []
    found: list[Fact] = []
    position, total = 0, len(output.lines)
    for start, stop in [*huge.windows(output.lines), (total, total)]:
        if start > position:
            sections.append(Section(position, start, "general", "too big to be read closely"))
            parts.append(Part(position, start, "omit", note="searched for failures only"))
            found.extend(huge.facts(output, position, start))
        if stop > start:
            of_end, parts_of_end, facts_of_end = _compressed(output.section(start, stop), budget // 3, start)
            sections += of_end
            parts += parts_of_end
            found += facts_of_end
        position = stop
    return sections, parts, found


def _shifted(found: Sequence[Fact], by: int) -> list[Fact]:
    return [fact._replace(line=fact.line + by, start=fact.start + by, stop=fact.stop + by) for fact in found]


def _leave_out_repeats(
    output: ToolOutput,
    settings: config.Settings,
    parts: list[Part],
    found: Sequence[Fact],
    earlier: Sequence[Shown],
) -> list[Part]:
    from headroom_mcp.flow import repeats

    lines = output.lines
    runs = repeats.find(lines, earlier)
    if not runs:
        return parts
    failures = {line for fact in found if fact.rank == 0 for line in range(fact.start, fact.stop)}
    if tokens.estimate(render.render(lines, parts)) > output.tokens * (1 - settings.min_saving):
        parts = [Part(0, len(lines), "keep")]  # not worth compressing: only what stands above goes
    return repeats.fold(lines, parts, runs, earlier, failures)


def compress_output(
    text: str,
    *,
    tool_name: str = "",
    tool_input: ToolInput | None = None,
    query: str = "",
    session: str = "",
    store: Store | None = None,
    settings: config.Settings | None = None,
    project: str = "",
    tool_use_id: str = "",
    agent: str = "",
    tokens_host: int = 0,
    numbered: bool = False,
    kinds: Collection[str] = (),
) -> Result:
    """Return `text` made small for a model, with the original stored first.

    `tokens_host` is what the host would have shown without us, for the ledger; 0: all of `text`. `numbered` shows kept
    lines with their numbers; a result of none of `kinds` (when given) is no gain. Nor is one over `settings.max_chars`,
    which a host would hide again: smaller budgets are tried first. With a `session`, lines that this context (session
    and `agent`, since the last compaction) has been shown before are left out as well, and this output is remembered.

    `store` defaults to the store in `HEADROOM_HOME`. Raises nothing for any `text`: a bug, a full disk or a locked store
    give `outcome="failed"` and the original text; `failures.record` says where it is logged.
    """
    settings = settings or config.load()
    call = _Call(tool_name, tool_use_id, session, agent, project, tokens_host, numbered, tuple(kinds))
    try:
        if settings.deny and _is_denied(settings.deny, text, tool_input):
            return _untouched(text, "unknown")
        original, seen = _masked(text, settings)
        own = user_hooks.load(settings)
        given = user_hooks.before(own, seen, tool_name, tool_input or {}, settings) if own else seen
        if given is None:
            return _untouched(seen, "unknown")
        if given == text == original:
            result = _compress(ToolOutput(text, tool_name, tool_input, query), text, call, settings, store)
        else:
            result = _compress_masked(text, original, given, tool_input, query, call, settings, store)
        objected = result.outcome == "compressed" and not user_hooks.allow(
            own, result, tool_name, tool_input or {}, settings
        )
        return _untouched(given, "unknown") if objected else result
    except Exception as error:  # law 8: whatever goes wrong inside, the caller keeps the original
        from headroom_mcp import fault_log as failures

        failures.record("compress_output", error, settings)
        return _untouched(text, "failed")


class _Call(NamedTuple):
    """Where an output comes from and how it is to be shown: the keyword arguments of `compress_output`."""

    tool_name: str
    tool_use_id: str
    session: str
    agent: str
    project: str
    tokens_host: int
    numbered: bool
    kinds: tuple[str, ...]


def _untouched(text: str, outcome: Outcome, kind: str = "") -> Result:
    count = tokens.estimate(text)
    return Result(text, kind, None, count, count, outcome)


def _compress(output: ToolOutput, original: str, call: _Call, settings: config.Settings, store: Store | None) -> Result:
    """Return the result for `output`, as whose original `original` is stored. Raises: whatever goes wrong."""
    text = output.text
    if output.tokens < settings.min_tokens:
        return _untouched(text, "small")
    if store is not None:
        return _compress_in(store, output, original, call, settings)
    if call.session or marker.refs(text):
        with _open(settings) as opened:
            return _compress_in(opened, output, original, call, settings)
    # Without a session there is nothing to ask the store, and where nothing is gained it need not even be opened.
    planned = _worth(_plan_within(output, settings, (), call.numbered), output, call, settings)
    if isinstance(planned, str):
        return _untouched(text, "no_gain", planned)
    with _open(settings) as opened:
        return _show(opened, planned, output, original, call)


def _compress_in(store: Store, output: ToolOutput, original: str, call: _Call, settings: config.Settings) -> Result:
    text = output.text
    if _is_ours(text, store):
        return _untouched(text, "already")
    earlier = contexts.shown_in(store, call.session, call.agent) if settings.repeats else []
    planned = _worth(_plan_within(output, settings, earlier, call.numbered), output, call, settings)
    if not isinstance(planned, str):
        return _show(store, planned, output, original, call)
    if settings.repeats and (not call.tokens_host or call.tokens_host >= output.tokens):
        contexts.note_shown(store, call.session, call.agent, output.label, text)
    return _untouched(text, "no_gain", planned)


def _worth(planned: Plan | None, output: ToolOutput, call: _Call, settings: config.Settings) -> Plan | str:
    """Return `planned` if it is what was asked for and saves enough, else its kind."""
    if planned is None:
        return ""
    if call.kinds and not all(section.kind in call.kinds for section in planned.sections):
        return _kind_word(planned.sections)
    shown = f"{planned.body}\n{_footer('0' * 12, planned)}"
    if tokens.estimate(shown) > output.tokens * (1 - settings.min_saving) or len(shown) >= len(output.text):
        return _kind_word(planned.sections)
    return planned


def _show(store: Store, planned: Plan, output: ToolOutput, original: str, call: _Call) -> Result:
    """Store the original, then return what is shown for it."""

    def shown(ref: str) -> str:
        return f"{planned.body}\n{_footer(ref, planned)}"

    kind = _kind_word(planned.sections)
    after = tokens.estimate(shown("0" * 12))
    ref = store.put(
        original,
        shown=shown,
        session=call.session,
        project=call.project,
        tool_name=call.tool_name,
        tool_use_id=call.tool_use_id,
        kind=kind,
        label=output.label,
        tokens_before=output.tokens,
        tokens_host=call.tokens_host,
        tokens_after=after,
    )
    if store.settings.repeats:
        contexts.note_shown(store, call.session, call.agent, output.label, shown(ref))
    return Result(shown(ref), kind, ref, output.tokens, after, "compressed", planned.omitted)


def _masked(text: str, settings: config.Settings) -> tuple[str, str]:
    """Return what is stored and what is shown of `text`, secrets masked where the settings say so."""
    if settings.redact == "none":
        return text, text
    from headroom_mcp.text import secrets

    masked = secrets.mask(text)
    return (
        masked if settings.redact in ("store", "both") else text,
        masked if settings.redact in ("model", "both") else text,
    )


def _compress_masked(
    text: str,
    original: str,
    seen: str,
    tool_input: ToolInput | None,
    query: str,
    call: _Call,
    settings: config.Settings,
    store: Store | None,
) -> Result:
    """Return the result where `original` is stored for `text`, and `seen` shown, whether it can be made small or not.

    Masking keeps the line count, so slices of a masked original have the same line numbers.
    """
    result = _compress(ToolOutput(seen, call.tool_name, tool_input, query), original, call, settings, store)
    if result.outcome == "compressed" or seen == text:
        return result
    opened = store if store is not None else _open(settings)
    try:
        ref = opened.put(
            original,
            shown=lambda ref: seen,
            session=call.session,
            project=call.project,
            tool_name=call.tool_name,
            tool_use_id=call.tool_use_id,
            kind="redacted",
            tokens_before=tokens.estimate(text),
            tokens_after=result.tokens_after,
        )
    finally:
        if store is None:
            opened.close()
    return Result(seen, "redacted", ref, tokens.estimate(text), result.tokens_after, "compressed")


def _plan_within(
    output: ToolOutput, settings: config.Settings, earlier: Sequence[Shown], numbered: bool
) -> Plan | None:
    """Return a plan that the host shows in full (see `config.limit_chars`), by ever smaller budgets; None where there is none."""
    budget = settings.budget_tokens or config.budget_for(max(1, output.tokens))
    limit = config.limit_chars(settings, output.tool_name)
    for attempt in (1, 2, 4):
        tighter = settings._replace(budget_tokens=max(200, budget // attempt))
        planned = plan(output, tighter, earlier, numbered=numbered)
        if not limit or len(planned.body) + _FOOTER_CHARS <= limit:
            return planned
    return None


def _open(settings: config.Settings) -> Store:
    from headroom_mcp.store import open_store

    return open_store(settings)


def _is_denied(patterns: Sequence[str], text: str, tool_input: ToolInput | None) -> bool:
    """Tell whether the user wants this output kept out of the store: then nothing of it may be left out either."""
    import re

    given = "\n".join(value for value in (tool_input or {}).values() if isinstance(value, str))
    return any(re.search(pattern, text) or re.search(pattern, given) for pattern in patterns)


def _is_ours(text: str, store: Store) -> bool:
    """Tell whether `text` is, to the byte, something we have shown: only the store can know, a marker proves nothing."""
    return any(store.was_shown(ref, text) for ref in marker.refs(text)[-1:])


def _kind_word(sections: list[Section]) -> str:
    kinds = list(dict.fromkeys(section.kind for section in sections))
    return kinds[0] if len(kinds) == 1 else "+".join(kinds[:3])


def _footer(ref: str, planned: Plan) -> str:
    """Return the footer: what is left out or in short, counted in lines or in the unit that a render gives."""
    total = planned.total_lines
    left_out = sum(part.stop - part.start for part in planned.parts if part.action == "omit")
    shortened = 0
    counts: dict[str, list[int]] = {}
    for part in planned.parts:
        if part.action == "render" and part.unit:
            count = counts.setdefault(part.unit, [0, 0])
            count[0] += part.left_out
            count[1] += part.total
        elif part.action == "render" and not part.lossless:
            shortened += part.stop - part.start
    said = [f"{left_out:,} of {total:,} lines left out"] if left_out else []
    if shortened:
        said.append(f"{shortened:,} of {total:,} lines in short")
    said.extend(f"{left:,} of {all_of:,} {unit} left out" for unit, (left, all_of) in counts.items() if left)
    if said:
        return marker.footer(ref, ", ".join(said))
    if len(counts) == 1 and all(part.unit for part in planned.parts):
        unit, (_, all_of) = next(iter(counts.items()))
        return marker.footer(ref, f"all {all_of:,} {unit}, rearranged")
    return marker.footer(ref, f"all {planned.total_lines:,} lines, rearranged")


def retrieve(
    ref: str,
    *,
    query: str | None = None,
    lines: str | None = None,
    json_path: str | None = None,
    max_tokens: int = 2000,
    store: Store | None = None,
    project: str | None = None,
    session: str = "",
) -> str:
    """Return a slice of the original stored under `ref`: the lines `"120-180"`, the blocks about `query`, or what
    `json_path` selects; without any, the first page and how to go on. At most about `max_tokens` tokens.

    `project` limits the search to one project's originals (None: any). Raises: RefError, SliceError, StoreError.
    """
    from headroom_mcp.retrieval import slices

    own_store = store is None
    opened = store if store is not None else _open(config.load())
    try:
        original = opened.get(ref, project=project, session=session)
        text = slices.cut(original, query=query, lines=lines, json_path=json_path, max_tokens=max_tokens)
        if opened.settings.redact in ("model", "both"):
            from headroom_mcp.text import secrets

            text = secrets.mask(text)
        try:
            opened.retrieved(ref, tokens.estimate(text), session=session, project=project or "")
        except StoreError as error:  # a read-only store can still be read: only the ledger misses this
            from headroom_mcp import fault_log as failures

            failures.record("retrieve", error, opened.settings)
        return text
    finally:
        if own_store:
            opened.close()
