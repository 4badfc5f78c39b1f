"""The order of steps for one output: deny, mask, the user's own hooks, plan, store, marker, result.

`plan` holds the pure half; here is the store. Any doubt ends in the original text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from headroom_mcp.flow import user_hooks
from headroom_mcp.flow.plan import Plan, plan_within
from headroom_mcp.settings import redaction
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.sqlite import contexts
from headroom_mcp.text import marker, tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Outcome, Result, Section, ToolInput

if TYPE_CHECKING:
    from collections.abc import Collection

    from headroom_mcp.store import Store


def compress_output(
    text: str,
    *,
    tool_name: str = "",
    tool_input: ToolInput | None = None,
    query: str = "",
    session: str = "",
    store: Store | None = None,
    settings: Settings | None = None,
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
    settings = settings or load_settings()
    call = _Call(tool_name, tool_use_id, session, agent, project, tokens_host, numbered, tuple(kinds))
    try:
        if redaction.is_denied(settings, text, tool_input):
            return _untouched(text, "unknown")
        original, seen = redaction.stored_and_shown(settings, text)
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


def _compress(output: ToolOutput, original: str, call: _Call, settings: Settings, store: Store | None) -> Result:
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
    planned = _worth(plan_within(output, settings, (), call.numbered), output, call, settings)
    if isinstance(planned, str):
        return _untouched(text, "no_gain", planned)
    with _open(settings) as opened:
        return _show(opened, planned, output, original, call)


def _compress_in(store: Store, output: ToolOutput, original: str, call: _Call, settings: Settings) -> Result:
    text = output.text
    if _is_ours(text, store):
        return _untouched(text, "already")
    earlier = contexts.shown_in(store, call.session, call.agent) if settings.repeats else []
    planned = _worth(plan_within(output, settings, earlier, call.numbered), output, call, settings)
    if not isinstance(planned, str):
        return _show(store, planned, output, original, call)
    if settings.repeats and (not call.tokens_host or call.tokens_host >= output.tokens):
        contexts.note_shown(store, call.session, call.agent, output.label, text)
    return _untouched(text, "no_gain", planned)


def _worth(planned: Plan | None, output: ToolOutput, call: _Call, settings: Settings) -> Plan | str:
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


def _compress_masked(
    text: str,
    original: str,
    seen: str,
    tool_input: ToolInput | None,
    query: str,
    call: _Call,
    settings: Settings,
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


def _open(settings: Settings) -> Store:
    from headroom_mcp.store import open_store

    return open_store(settings)


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
