"""What an output says again: lines that stand further up in it, and long ones that say the same of something else.

    error: externally-managed-environment                 error: externally-managed-environment
    × This environment is externally managed              × This environment is externally managed
    …                                                     …
    error: externally-managed-environment           →     [… lines 30-47 · as lines 10-27]
    × This environment is externally managed

    ✘ Could not resolve "fs"                              ✘ Could not resolve "fs"
      The package "fs" is built into node. Are you …      [… line 29 · like line 24]

Nothing is lost: what such a long line says of something else is in the line it is like, and in the lines right above it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple
from headroom_mcp.text import failure_words, tokens
from headroom_mcp.types import Part

_GAP_TOKENS = 12  # of a marker with its note
_MIN_GAIN = 12  # tokens, of each gap …
_MIN_SHARE = 0.03  # … and of the whole output together: whoever reads looks further up, for which something must be had
_SHORT_TOKENS, _MANY_LINES = 4_000, 6
_HEAD_LINES = 3  # in a row, by which a long run is found again
_FAR = 40  # lines
_BEGINNING, _BEGINNING_TOKENS = 40, 12
_LONG_CHARS = 80
_MAX_CHARS = 2_000
_NEAR = 6  # lines above in which stands what differs
# "fs"   `x`: what a sentence is about
_VARYING = late.pattern(r'"[^"\n]*"|`[^`\n]*`')
_PLAIN = late.pattern(r"(?<!\S)[A-Za-z]+(?!\S)")
_SENTENCE = 10  # words that are nothing else
_WORD = late.pattern(r"\w")
# a.c:3 · a.ts(3,4) · line 3
_PLACE = late.pattern(r"\w[:(]\d|\bline \d")


class _Again(NamedTuple):
    """Lines `start` … `stop - 1` say what those from `above` on say; `exact`: in the same words."""

    start: int
    stop: int
    above: int
    exact: bool


def cut(lines: Sequence[str], parts: Sequence[Part], total_tokens: int) -> list[Part]:
    """Return `parts` without those kept lines that kept lines above them say; of an output of more than a few thousand tokens,
    many lines in a row only: there a trace reads worse with holes."""
    kept = [at for part in parts if part.action == "keep" and not part.text for at in range(part.start, part.stop)]
    is_short = total_tokens < _SHORT_TOKENS
    found = {again.start: again for again in _again(lines, kept, 1 if is_short else _MANY_LINES)}
    gain = sum(_cost(lines, again) - _GAP_TOKENS for again in found.values())
    if gain < max(_MIN_GAIN, _MIN_SHARE * min(total_tokens, _SHORT_TOKENS)):
        return list(parts)
    made: list[Part] = []
    for part in parts:
        if part.action != "keep" or part.text:
            made.append(part)
            continue
        at = start = part.start
        while at < part.stop:
            again = found.get(at)
            if again is None:
                at += 1
                continue
            if at > start:
                made.append(Part(start, at, "keep"))
            made.append(Part(at, again.stop, "omit", note=_note(lines, again)))
            at = start = again.stop
        if at > start:
            made.append(Part(start, at, "keep"))
    return made


def _note(lines: Sequence[str], again: _Again) -> str:
    """Return what a marker says of lines that stand above: where, and if that is far, how they begin."""
    if not again.exact:
        return f"like line {again.above + 1}"
    size = again.stop - again.start
    said = f"as lines {again.above + 1}-{again.above + size}" if size > 1 else f"as line {again.above + 1}"
    return f"{said}: {lines[again.above].strip()[:_BEGINNING]}" if _is_far(again) else said


def _is_far(again: _Again) -> bool:
    """Tell whether nobody finds by its number alone the line that is meant."""
    return again.start - again.above > _FAR


def _again(lines: Sequence[str], kept: Sequence[int], least: int) -> list[_Again]:
    """Return the runs of `kept` lines, at least so many, that are said above by lines that stay, each worth a marker."""
    last: dict[str, int] = {}  # the last line with a text, of those that stay
    heads: dict[tuple[str, ...], int] = {}  # the first of some lines in a row that stay
    forms: dict[str, int] = {}  # the first long line of a form
    found: list[_Again] = []
    stayed: list[int] = []
    staying: set[int] = set()
    position = 0
    while position < len(kept):
        at = kept[position]
        places = (heads.get(tuple(lines[at : at + _HEAD_LINES]), -1), last.get(lines[at], -1))
        blocks = [
            _block(lines, kept, position, above, staying) for above in places if above >= 0 and _WORD.search(lines[at])
        ]
        again = max(blocks, key=lambda block: block.stop, default=None) or _alike(lines, at, forms, stayed[-_NEAR:])
        is_enough = again is not None and again.stop - again.start >= least
        if again is not None and is_enough and _cost(lines, again) >= _GAP_TOKENS + _MIN_GAIN:
            found.append(again)
            position += again.stop - again.start
            continue
        stayed.append(at)
        staying.add(at)
        last[lines[at]] = at
        if stayed[-_HEAD_LINES:] == list(range(at - _HEAD_LINES + 1, at + 1)):
            heads.setdefault(tuple(lines[at - _HEAD_LINES + 1 : at + 1]), at - _HEAD_LINES + 1)
        if len(lines[at]) >= _LONG_CHARS:
            forms.setdefault(_VARYING.sub('""', lines[at][:_MAX_CHARS]), at)
        position += 1
    return found


def _block(lines: Sequence[str], kept: Sequence[int], position: int, above: int, staying: Collection[int]) -> _Again:
    """Return the run of lines from `position` on that stand from `above` on in the same order, all of which stay."""
    start = kept[position]
    size = 1
    while (
        position + size < len(kept)
        and kept[position + size] == start + size
        and above + size < start
        and lines[start + size] == lines[above + size]
        and (above + size in staying or not lines[above + size].strip())
    ):
        size += 1
    while size > 1 and not lines[start + size - 1].strip():
        size -= 1
    return _Again(start, start + size, above, True)


def _alike(lines: Sequence[str], at: int, forms: dict[str, int], near: Sequence[int]) -> _Again | None:
    """Return a long line that says what one above says, of what the lines right above it, `near`, name."""
    line = lines[at]
    if not _LONG_CHARS <= len(line) <= _MAX_CHARS or _is_failure(line) or len(_PLAIN.findall(line)) < _SENTENCE:
        return None  # of each failure its own words are shown, and of a row its figures
    above = forms.get(_VARYING.sub('""', line), -1)
    if above < 0:
        return None
    named = "\n".join(lines[index] for index in near if index >= at - 2 * _NEAR)
    for one, other in zip(_VARYING.findall(line), _VARYING.findall(lines[above]), strict=True):
        if one != other and one not in named:
            return None
    return _Again(at, at + 1, above, False)


def _is_failure(line: str) -> bool:
    """Tell whether a line reports a failure itself, and is no advice below one."""
    return failure_words.is_strong(line) or (_PLACE.search(line) is not None and failure_words.is_failure(line))


def _cost(lines: Sequence[str], again: _Again) -> int:
    """Return what the words of lines cost, less what is said of them: rules are next to nothing, however long."""
    cost = tokens.estimate("\n".join(filter(_WORD.search, lines[again.start : again.stop])))
    return cost - _BEGINNING_TOKENS * _is_far(again)
