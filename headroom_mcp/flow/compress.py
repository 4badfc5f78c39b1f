"""The order of steps for one output: mask, deny, the user's own hooks, plan, store, marker, result.

`plan` holds the pure half; here is the store. Any doubt ends in the original text, masked where the user wants that.
"""

from __future__ import annotations

from headroom_mcp.flow import footer, user_hooks
from headroom_mcp.flow.plan import Plan, plan_within, without_what_stands_above
from headroom_mcp.late import TYPE_CHECKING, NamedTuple
from headroom_mcp.settings import redaction, sizes
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import lines, marker, numbering, tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import HeadroomError, Origin, Outcome, Result, Shown, ToolInput, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headroom_mcp.store import Store


def compress_output(
    text: str,
    *,
    tool_name: str = "",
    tool_input: ToolInput | None = None,
    query: str | None = "",
    session: str = "",
    store: Store | None = None,
    settings: Settings | None = None,
    origin: Origin | None = None,
    view: View | None = None,
    earlier: Sequence[Shown] | None = None,
) -> Result:
    """Return `text` made small for a model, with the original stored first.

    `origin` says for whom (by default just `session`), `view` how the host shows it (by default without a limit). With a
    session, lines that this context has been shown before are left out as well, and this output is remembered; whoever has
    the whole context at hand gives what stands in it as `earlier`, oldest first, and the store is not asked. Secrets are
    masked as the settings say, whatever else comes of the text: too small, not worth it, denied, or a failure of ours.

    `store` defaults to the store in `HEADROOM_HOME`. Raises nothing for any `text`: a bug, a full disk or a locked store
    give `outcome="failed"` and the original text; `headroom doctor` tells of it. So does an output that takes longer than
    `settings.deadline_s`; by default there is no deadline, and time grows as the text does.
    """
    shown = text
    try:
        settings = settings or load_settings()
        original, shown = redaction.stored_and_shown(settings, text)
        output = ToolOutput(shown, tool_name, tool_input, query or "")
        output.opens = shown == original
        call = _Call(text, original, origin or Origin(session), view or View(), settings, store, earlier)
        return _answer(call, output)
    except Exception as error:  # law 8: whatever goes wrong inside, the caller keeps the original
        from headroom_mcp.settings import fault_log

        fault_log.record("compress_output", error, settings)
        return _untouched(text, "failed") if shown == text else _masked_only(text, shown, None)


_MIN_ABOVE_TOKENS = 24  # saved where the reader has all that is left out: nobody makes a detour for it …
_MIN_LOSSLESS_TOKENS = 12  # … and where nothing is, nobody looks up either


class _Call(NamedTuple):
    """One call of `compress_output`: the text that came, what is stored for it, for whom, and in what view."""

    text: str
    original: str
    origin: Origin
    view: View
    settings: Settings
    store: Store | None
    earlier: Sequence[Shown] | None

    def only_above(self, output: ToolOutput) -> bool:
        """Tell whether nothing of `output` may be left out but what stands above: it is small, just what was asked for, or a
        file of instructions, of which every sentence counts."""
        return self.view.part or output.tokens < self.settings.min_tokens or output.holds_instructions()

    def may_repeat(self, output: ToolOutput) -> bool:
        """Tell whether `output` is looked for above, or will be: there is an above, and it is not tiny."""
        known = self.origin.session if self.earlier is None else self.earlier
        return bool(known) and self.settings.repeats and output.tokens >= sizes.noted(self.settings.min_tokens)

    def otherwise(self, output: ToolOutput) -> Outcome:
        """Return the outcome where `output` stays."""
        return "small" if output.tokens < self.settings.min_tokens else "no_gain"

    @property
    def remembers(self) -> bool:
        """Whether the store is asked what stands above, and told what is shown now."""
        return self.settings.repeats and self.earlier is None


def _answer(call: _Call, output: ToolOutput) -> Result:
    """Return the result for `output`, whose secrets are masked. Raises: whatever goes wrong."""
    settings, name, given = call.settings, output.tool_name, output.tool_input
    if redaction.is_denied(settings, call.text, given):
        # Kept out of the store, so nothing of it may be left out; a secret is masked all the same.
        return (
            _untouched(call.text, "unknown") if output.text == call.text else _masked_only(call.text, output.text, None)
        )
    own = user_hooks.load(settings)
    seen = user_hooks.before(own, output.text, name, given, settings) if own else output.text
    if seen is None:
        return _not_compressed(call, output, _untouched(output.text, "unknown"))
    if seen != output.text:
        output = ToolOutput(seen, name, given, output.query)
        output.opens = False
    result = _compress(call, output)
    if result.outcome != "compressed":
        return _not_compressed(call, output, result)
    if own and not user_hooks.allow(own, result, name, given, settings):
        return _not_compressed(call, output, _untouched(output.text, "unknown"))
    return result


def _untouched(text: str, outcome: Outcome, kind: str = "") -> Result:
    count = tokens.estimate(text)
    return Result(text, kind, None, count, count, outcome)


def _masked_only(text: str, shown: str, ref: str | None) -> Result:
    return Result(shown, "redacted", ref, tokens.estimate(text), tokens.estimate(shown), "compressed")


def _not_compressed(call: _Call, output: ToolOutput, result: Result) -> Result:
    """Return `result`, or where something of the text is masked (or changed by the user's hook) that, its original stored.

    Masking keeps the line count, so slices of the original have the same line numbers.
    """
    if output.text == call.text:
        return result
    store = call.store if call.store is not None else _open(call.settings)
    try:
        ref = _put(
            store, call, output, "redacted", tokens.estimate(call.text), result.tokens_after, lambda ref: output.text
        )
    finally:
        if call.store is None:
            store.close()
    return _masked_only(call.text, output.text, ref)


def _compress(call: _Call, output: ToolOutput) -> Result:
    """Return the compression of `output`, stored, or why there is none. Raises: whatever goes wrong."""
    if call.view.whole:
        return _untouched(output.text, "unknown")
    if lines.is_binary(output.text):  # no kind would win anything, and looking for one takes longer than for a text
        return _untouched(output.text, "unknown", "binary")
    if call.only_above(output) and not call.may_repeat(output):
        return _untouched(output.text, call.otherwise(output))
    if call.store is not None:
        return _compress_in(call.store, call, output)
    if (call.remembers and call.origin.session) or marker.refs(output.text):
        with _open(call.settings) as opened:
            return _compress_in(opened, call, output)
    # Where nothing is remembered there is nothing to ask the store, and where nothing is gained it need not even be opened.
    planned = _worth(_planned(call, output, call.earlier or ()), call, output)
    if isinstance(planned, str):
        return _untouched(output.text, call.otherwise(output), planned)
    with _open(call.settings) as opened:
        return _show(opened, planned, call, output)


def _compress_in(store: Store, call: _Call, output: ToolOutput) -> Result:
    if _is_ours(output.text, store):
        return _untouched(output.text, "already")
    origin, view = call.origin, call.view
    above = store.contexts.shown_in(origin.session, origin.agent) if call.remembers else []
    short = _last_in_short(above, call, output)
    planned: Plan | str = ""
    if short:  # its reader asks for it once more: all of it, at the cost of the short answer
        store.retrieved(short, output.tokens, origin=origin)
    else:
        earlier = _in_front(store, above, call, output) if call.remembers else call.earlier or ()
        _note_ambient(output, above if call.remembers else earlier)
        planned = _worth(_planned(call, output, earlier), call, output)
    if not isinstance(planned, str):
        return _show(store, planned, call, output)
    if call.remembers and (not view.tokens_host or view.tokens_host >= output.tokens):
        text = _whole(call, output)
        store.contexts.note_shown(origin.session, origin.agent, output.label, text, origin.tool_use_id)
    return _untouched(output.text, call.otherwise(output), planned)


def _planned(call: _Call, output: ToolOutput, earlier: Sequence[Shown]) -> Plan | None:
    """Return the plan of `output`. Raises: TimeoutError when there is a deadline and it passes."""
    seconds = call.settings.deadline_s

    def made() -> Plan | None:
        if call.only_above(output):
            return without_what_stands_above(output, call.settings, earlier, numbered=call.view.numbered)
        return plan_within(output, call.settings, call.view, earlier)

    if not seconds:
        return made()
    from headroom_mcp.flow import deadline

    return deadline.within(seconds, made)


def _whole(call: _Call, output: ToolOutput) -> str:
    """Return the whole of `output` as the host shows it."""
    return "\n".join(output.lines_from(call.view.numbered)) if call.view.numbered else output.text


def _last_in_short(above: Sequence[Shown], call: _Call, output: ToolOutput) -> str:
    """Return the ref under which this very text was last shown, in short; "" where it was not, or cannot be shown whole."""
    view = call.view
    if (view.limit_chars and len(output.text) > view.limit_chars) or 0 < view.tokens_host < output.tokens:
        return ""
    digest, whole = "", _whole(call, output)
    for shown in reversed(above):
        if shown.tool_use_id and shown.tool_use_id == call.origin.tool_use_id:
            continue  # another installation's answer to this call
        if shown.text == whole:
            return ""
        for ref in marker.refs(shown.text)[-1:]:
            body = shown.text.removesuffix(f"\n{marker.bare_footer(ref)}")
            if body != shown.text and body == numbering.bare(output.lines_from(view.numbered)):
                return ""  # all of it, but for blanks before line numbers
            if shown.label != output.label and body != shown.text and not marker.misses_lines(body):
                continue  # another call, whose reader missed nothing
            if not digest:
                from headroom_mcp.store import codec
                from headroom_mcp.text import sha256

                digest = sha256.of(codec.encode(call.original))
            if digest.startswith(ref):
                return ref
    return ""


def _in_front(store: Store, earlier: list[Shown], call: _Call, output: ToolOutput) -> list[Shown]:
    """Return those of `earlier` that stand above in the context that will read this output, as far as is known; the last
    answer to the same call, where it was short, with its original."""
    if not earlier:
        return []
    import time

    from headroom_mcp.flow import repeats

    now_s = time.time()
    found = repeats.in_front(output.lines_from(call.view.numbered), earlier, call.origin, now_s)
    if call.only_above(output):
        return found
    base = _short_answer(store, repeats.recent(earlier, call.origin, now_s), output.label)
    if base is None or (call.origin.in_front is not None and not call.origin.in_front([base])):
        return found
    return [*(shown for shown in found if shown.text != base.text), base]


def _note_ambient(output: ToolOutput, earlier: Sequence[Shown]) -> None:
    if earlier:
        from headroom_mcp.flow import repeats

        output.ambient = repeats.head_of_all(output.lines, earlier)


def _short_answer(store: Store, earlier: Sequence[Shown], label: str) -> Shown | None:
    """Return the last short answer to the call `label` that names nothing above itself, with its original; None for none."""
    from headroom_mcp.flow import repeats

    for shown in reversed(earlier):
        refs = marker.refs(shown.text)[-1:] if label and shown.label == label else []
        if not refs or repeats.points_to(shown.text):
            continue
        try:
            if store.was_shown(refs[0], shown.text):
                return shown._replace(original=store.get(refs[0]).text)
        except HeadroomError:  # expired
            return None
    return None


def _worth(planned: Plan | None, call: _Call, output: ToolOutput) -> Plan | str:
    """Return `planned` if it is what was asked for and saves enough, else its kind."""
    if planned is None:
        return ""
    kinds = () if call.only_above(output) else call.view.kinds
    if kinds and not all(section.kind in kinds for section in planned.sections):
        return planned.kind
    shown = footer.added(planned, "0" * 12, call.view.way_back)
    least = int(output.tokens * call.settings.min_saving)
    if planned.lacks_nothing:
        least = _MIN_ABOVE_TOKENS if planned.omitted else _MIN_LOSSLESS_TOKENS
    if tokens.estimate(shown) - planned.closer > output.tokens - least or len(shown) >= len(output.text):
        return planned.kind
    return planned


def _show(store: Store, planned: Plan, call: _Call, output: ToolOutput) -> Result:
    """Store the original, then return what is shown for it."""
    after = tokens.estimate(footer.added(planned, "0" * 12, call.view.way_back))
    way_back = call.view.way_back
    ref = _put(
        store, call, output, planned.kind, output.tokens, after, lambda ref: footer.added(planned, ref, way_back)
    )
    text = footer.added(planned, ref, way_back)
    if store.settings.repeats and call.remembers:
        origin = call.origin
        store.contexts.note_shown(origin.session, origin.agent, output.label, text, origin.tool_use_id)
    return Result(text, planned.kind, ref, output.tokens, after, "compressed", planned.omitted)


def _put(
    store: Store, call: _Call, output: ToolOutput, kind: str, before: int, after: int, shown: Callable[[str], str]
) -> str:
    """Store the original and the record of what is `shown` for it, which may name its ref; return the ref."""
    return store.put(
        call.original,
        shown=shown,
        origin=call.origin,
        tool_name=output.tool_name,
        kind=kind,
        label=output.label,
        tokens_before=before,
        tokens_host=call.view.tokens_host,
        tokens_after=after,
    )


def _open(settings: Settings) -> Store:
    from headroom_mcp.store import open_store

    return open_store(settings)


def _is_ours(text: str, store: Store) -> bool:
    """Tell whether `text` is, to the byte, something we have shown: only the store can know, a marker proves nothing."""
    return any(store.was_shown(ref, text) for ref in marker.refs(text)[-1:])
