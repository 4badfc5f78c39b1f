"""Kept lines in fewer words, and whether all lines of an output are shown so: nothing is left out where that costs hardly more."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.flow.draft import Draft
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

WHOLE_TOKENS = (
    1_500  # below, a form that leaves nothing out is tried, too, and the footer is the ref where that tells all
)
# What a run says may have a trace in it, whatever else it is.
TRACED = frozenset(("build", "command", "general", "lint", "log", "stack_trace", "test_output"))
_TWICE = 6  # kept lines that are kept above, from which on a run of them may be
# Of a short output, so much more must the form save that leaves something out than the one that does not; of unknown form,
# where nobody asks, one in three such cuts lost what was wanted.
_DETOUR_SHARE, _GUESSED_DETOUR_SHARE = 0.05, 0.26
_WIDE = 8  # wide blanks from which on columns may stand too far apart
_PATHS = 12  # slashes from which on paths may have a folder in common
# Where nothing says what is wanted, a form that leaves nothing out is worth so much of a list of unknown form up to that length.
_UNASKED_TOKENS, _UNASKED_SHARE = 8_000, 0.9


def in_short(output: ToolOutput, draft: Draft, parts: list[Part]) -> list[Part]:
    """Return `parts` with their kept lines in fewer words; of a short output all of its lines so, where that costs no more:
    nothing is left out then. What a search quotes stays as far apart as it is."""
    lines = output.lines
    small = output.tokens < WHOLE_TOKENS
    whole = all_of(draft, len(lines)) if small or _is_unasked_list(output, draft) else []
    text = output.text
    again = render.kept_twice(lines, parts) >= _TWICE
    is_wide = text.count("   ") >= _WIDE or text.count("/") >= _PATHS
    if not (again or is_wide or render.run_alike(lines, whole or parts)):
        if not (small and render.omissions(parts) and _is_guessed(output, draft, parts)):
            return parts
        return cheaper(lines, parts, whole, int(_GUESSED_DETOUR_SHARE * output.tokens))
    from headroom_mcp.compressors import _in_short

    kinds = {section.kind for section in draft.sections}
    if "code" in kinds:  # what a trace or a search quotes
        return _in_short.with_folders(output, parts)
    apart, told = "search" in kinds, (small or again) and kinds <= TRACED and not output.files()
    cut = _in_short.cut(output, parts, closer=not apart, told=told)
    if not whole:
        return cut
    every = _in_short.cut(output, whole, closer=not apart, told=told)
    if small:  # a few tokens are no reason to leave anything out
        share = _GUESSED_DETOUR_SHARE if _is_guessed(output, draft, parts) else _DETOUR_SHARE
        return cheaper(lines, cut, every, int(share * output.tokens) if render.omissions(cut) else 0)
    return every if tokens.estimate(render.render(lines, every)) <= _UNASKED_SHARE * output.tokens else cut


def all_of(draft: Draft, total: int) -> list[Part]:
    """Return all of the lines as they are, below what stands above them: the wrapper around texts, and the path of each."""
    parts: list[Part] = []
    at = 0
    for head in draft.around:
        if head.start > at:
            parts.append(Part(at, head.start, "keep"))
        parts.append(head)
        at = head.start
    return [*parts, Part(at, total, "keep")] if at < total else parts


def _is_guessed(output: ToolOutput, draft: Draft, parts: Sequence[Part]) -> bool:
    """Tell whether nobody knows what an output is, and nobody has asked: what is left out of it is a guess."""
    if output.query or output.is_hidden or any(part.above for part in parts):
        return False
    return all(section.kind == "general" for section in draft.sections)


def _is_unasked_list(output: ToolOutput, draft: Draft) -> bool:
    """Tell whether an output of no known form is lines that say more than numbers each, nothing was asked, and it is not long:
    a short form of such loses what is wanted next as often as not, unless nothing of it is left out."""
    if output.query or output.tokens >= _UNASKED_TOKENS or any(section.kind != "general" for section in draft.sections):
        return False
    from headroom_mcp.compressors import _shapes

    return not _shapes.are_of_records(output.lines)


def cheaper(lines: Sequence[str], one: list[Part], other: list[Part], more: int = 0) -> list[Part]:
    """Return the one of both that costs less; the `other` even if it costs as much or `more` than that."""
    costs = [tokens.estimate(render.render(lines, parts)) - closer(lines, parts) for parts in (one, other)]
    return other if costs[1] <= costs[0] + more else one


def closer(lines: Sequence[str], parts: Sequence[Part]) -> int:
    """Return how many tokens fewer than by their characters `parts` cost whose columns stand closer."""
    if not any(part.text.startswith("[columns ") for part in parts if part.start == part.stop):
        return 0
    from headroom_mcp.text import columns

    return columns.saved(lines, parts)
