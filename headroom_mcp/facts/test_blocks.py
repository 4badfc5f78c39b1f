"""Failing tests of a run as blocks, by where their details stand: in a known runner's style, right below the verdict, right
above it, or in the paragraph around it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Sequence
from itertools import chain

from headroom_mcp import late
from headroom_mcp.facts import blocks, test_verdicts, verdicts
from headroom_mcp.facts.blocks import Block
from headroom_mcp.facts.test_run import Reading

_PLACES = late.pattern(r"[\s:]+")  # parts a file from the line in it
_MAX_DETAILS = 200  # lines of one failing test
_MAX_PARAGRAPH = 30


def find(lines: Sequence[str], reading: Reading) -> list[Block]:
    """Return the failures of a run, in order and apart from each other."""
    ends = sorted([*reading.totals, *(i for i, verdict in reading.verdicts.items() if verdict == "passed")])
    found = [_ended(lines, block, ends) for block in blocks.blocks(lines, errors=False)]
    covered = set(chain.from_iterable(range(block.start, block.stop) for block in found))
    heads = [lines[block.start] for block in found]
    named = [(i, name) for i, name in failing(lines, reading) if i not in covered]
    failed = [i for i in verdicts.unnamed_all(named, heads) if i not in reading.suites]
    return sorted([*found, *_by_verdicts(lines, reading, failed, covered)], key=lambda block: block.start)


def failing(lines: Sequence[str], reading: Reading) -> list[tuple[int, str]]:
    """Return the lines that name a failing test, each with the name."""
    known = verdicts.failing(lines)
    at = {index for index, _ in known}
    others = [i for i in reading.failed if i not in at]
    return [*known, *zip(others, test_verdicts.names_of(lines, others), strict=True)]


def in_files_not_said(lines: Sequence[str], failed: Sequence[tuple[int, str]], found: Sequence[Block]) -> list[int]:
    """Return the last line of each test `failed` whose name begins with the file that it is run by, where its block in
    `found` tells of other files only: of a base class that many tests share."""
    last = {name: index for index, name in failed if "::" in name}
    key_of = {name: verdicts.key_of(name) for name in last}
    said: dict[str, list[str]] = {key: [] for key in key_of.values()}
    for block in found if last else ():
        texts = "\n".join(lines[i] for i in block.essential)
        for word in filter(said.__contains__, {*verdicts.words(lines[block.start])}):
            said[word].append(texts)
    places = {key: set(_PLACES.split("\n".join(texts))) for key, texts in said.items()}
    apart: list[int] = []
    for name, index in last.items():
        key, file = key_of[name], name.partition("::")[0]
        if said[key] and file not in places[key] and not any(file in texts for texts in said[key]):
            apart.append(index)
    return sorted(apart)


def _ended(lines: Sequence[str], block: Block, ends: Sequence[int]) -> Block:
    """Return `block` as far as the next total or passing test that is not indented below its head."""
    within = ends[bisect_left(ends, block.start + 1) : bisect_left(ends, block.stop)]
    stop = next((i for i in within if _indent(lines[i]) <= _indent(lines[block.start])), block.stop)
    if stop == block.stop:
        return block
    while stop > block.start + 1 and not lines[stop - 1].strip():
        stop -= 1
    return Block(block.start, stop, tuple([i for i in block.essential if i < stop]), block.test)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _by_verdicts(
    lines: Sequence[str], reading: Reading, failed: Sequence[int], apart_from: Container[int]
) -> list[Block]:
    known = {*reading.routine, *reading.verdicts, *reading.totals}
    below = [_run_below(lines, i, known, apart_from) for i in failed]
    above = [_run_above(lines, i, known, apart_from) for i in failed]
    # What stands above the first of several, or below the last, may be of anything.
    sizes_above = [i - start for start, i in zip(above, failed, strict=True)]
    sizes_below = [stop - i - 1 for stop, i in zip(below, failed, strict=True)]
    is_above = sum(sizes_above[1:] or sizes_above) > sum(sizes_below[:-1] or sizes_below)
    judged = sorted([*reading.verdicts, *reading.totals])
    found: list[Block] = []
    for index, start, stop in zip(failed, above, below, strict=True):
        first, last = (start, index + 1) if is_above else (index, stop)
        if last - first < 2:
            first, last = _paragraph(lines, index, judged)
        if last - first < 2 or (found and first < found[-1].stop) or any(i in apart_from for i in range(first, last)):
            continue
        essential = {index, *blocks.essentials(lines, first, last, True)}
        found.append(Block(first, last, tuple(sorted(essential)), True))
    return found


def _run_below(lines: Sequence[str], index: int, known: set[int], apart_from: Container[int]) -> int:
    """Return the end of the run of news below `index`; blank lines within it belong to it."""
    stop = at = index + 1
    while at < len(lines) and at - index <= _MAX_DETAILS and at not in apart_from:
        if at not in known:
            stop = at + 1
        elif lines[at].strip():
            break
        at += 1
    return stop


def _run_above(lines: Sequence[str], index: int, known: set[int], apart_from: Container[int]) -> int:
    """Return the start of the run of news above `index`; blank lines within it belong to it."""
    start = index
    at = index - 1
    while at >= 0 and index - at <= _MAX_DETAILS and at not in apart_from:
        if at not in known:
            start = at
        elif lines[at].strip():
            break
        at -= 1
    return start


def _paragraph(lines: Sequence[str], index: int, judged: Sequence[int]) -> tuple[int, int]:
    """Return what stands around a verdict where every test has as much: from the end of the paragraph of the verdict before
    it to the end of its own."""
    at = bisect_left(judged, index)
    start = judged[at - 1] + 1 if at else 0
    start = next((i + 1 for i in range(start, index) if not lines[i].strip()), index if at else start)
    stop = judged[at + 1] if at + 1 < len(judged) else len(lines)
    stop = next((i for i in range(index + 1, stop) if not lines[i].strip()), stop)
    return (start, stop) if stop - start <= _MAX_PARAGRAPH else (index, index + 1)
