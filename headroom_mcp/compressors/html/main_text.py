"""Which blocks of a page are its text.

After Kohlschütter, Fankhauser and Nejdl (Boilerplate Detection using Shallow Text Features, WSDM 2010): the words of a
block and the share of them that is link text tell text from boilerplate, and a block is judged with its neighbours.
Regions the page itself names (nav, footer, comments …) add to that, but a name alone is never trusted with the bulk of
the words: a missed paragraph costs the reader more than a menu too many.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from headroom_mcp.compressors.html.regions import MAX_NESTED
from headroom_mcp.compressors.html.scan import Block, Page, Region
from headroom_mcp.late import NamedTuple

_MAX_LINK_DENSITY = 0.34  # the paper's threshold is 0.333
_PROSE_WORDS = 10  # a block of that many words outside links is a sentence or more
_NEIGHBOURS = 2
_LINK_RUN = 3  # more link blocks in a row than this are a menu, wherever they stand
_TITLE_WORDS = 4  # words in a link on average, from which on a list of links is a list of titles
_BULK = 0.35  # a region with more of the page's own words than this is not boilerplate, whatever its name
_CHAPTER = 60  # own words from which a headed section is a chapter
_ENOUGH_WORDS = 120  # so much text outside "comments" or "related" is a page of its own


class Choice(NamedTuple):
    """`kept`: indexes of the text blocks, in order. `dropped`: how many blocks of which kind are left out."""

    kept: list[int]
    dropped: dict[str, int]


def choose(page: Page) -> Choice:
    """Return the text blocks of `page` and what the others were."""
    blocks = page.blocks
    label = _region_labels(page)
    text_at = [i for i, block in enumerate(blocks) if not label[i] and _is_text(block)]
    # A heading or a date just outside the text belongs to it.
    first = text_at[0] - _NEIGHBOURS if text_at else 0
    last = text_at[-1] + _NEIGHBOURS if text_at else len(blocks)
    inside = _in_main_element(page)
    kept: list[int] = []
    dropped: dict[str, int] = {}
    menu = _menus(blocks, label)
    for index in range(len(blocks)):
        reason = label[index] or ("link" if menu[index] else "")
        if not reason and not first <= index <= last and not inside[index] and not blocks[index].kind.startswith("h"):
            reason = "short"
        if reason:
            dropped[reason] = dropped.get(reason, 0) + 1
        else:
            kept.append(index)
    if _own_words(blocks[i] for i in kept) < 0.2 * _own_words(blocks):
        return _everything_but_certain(page)
    return Choice(kept, dropped)


def _in_main_element(page: Page) -> list[bool]:
    """Return which blocks lie in a main or article element that holds most of the page's own words."""
    inside = [False] * len(page.blocks)
    total = _own_words(page.blocks)
    for region in page.text_regions:
        if _own_words(page.blocks[region.start : region.stop]) >= 0.5 * total:
            inside[region.start : region.stop] = [True] * (region.stop - region.start)
    return inside


def _everything_but_certain(page: Page) -> Choice:
    """Return all blocks outside navigation and footers: for pages that are lists of links, or that defeat the rules."""
    label = [""] * len(page.blocks)
    for region in page.regions:
        if region.certain and region.kind in ("navigation", "footer"):
            label[region.start : region.stop] = [region.kind] * (region.stop - region.start)
    dropped: dict[str, int] = {}
    for kind in label:
        if kind:
            dropped[kind] = dropped.get(kind, 0) + 1
    kept = [i for i, kind in enumerate(label) if not kind]
    if _all_words(page.blocks[i] for i in kept) < 0.1 * _all_words(page.blocks):
        return Choice(list(range(len(page.blocks))), {})
    return Choice(kept, dropped)


def _region_labels(page: Page) -> list[str]:
    """Return for each block the boilerplate region it lies in, "" for none or for a region that holds the bulk."""
    blocks = page.blocks
    before = [0]
    for block in blocks:
        before.append(before[-1] + max(0, block.words - block.link_words))
    total = max(1, before[-1])
    label = [""] * len(blocks)
    left = total
    items = sorted(r.start for r in page.regions if r.kind == "comments")
    text_elements = sorted(page.text_regions, key=lambda r: (r.start, -r.stop))
    text_starts = [region.start for region in text_elements]
    # Certain names first; then small regions before large ones, so that a nested menu goes and its article stays.
    for region in sorted(page.regions, key=lambda r: (not r.certain, r.stop - r.start, r.start)):
        if not region.certain and not _keeps_its_name(region, blocks, items):
            continue
        own = sum(
            max(0, blocks[i].words - blocks[i].link_words) for i in range(region.start, region.stop) if not label[i]
        )
        if not _may_drop(region, own, total, left, _holds_text_element(region, text_starts, text_elements)):
            continue
        left -= own
        for index in range(region.start, region.stop):
            label[index] = label[index] or region.kind
    return label


def _keeps_its_name(region: Region, blocks: Sequence[Block], comment_starts: Sequence[int]) -> bool:
    """Tell whether what a region was named after its class or id is borne out by what it holds.

    Sections of manuals are named after their headings ("file-menu", "comments"): a menu is links, comments are several,
    and a block that is headed by the very word it is named for is a chapter about it.
    """
    inside = blocks[region.start : region.stop]
    if region.kind == "navigation":
        return 2 * sum(block.link_words for block in inside) >= _all_words(inside)
    if region.kind == "comments":
        return bisect_left(comment_starts, region.stop) - bisect_left(comment_starts, region.start) >= 2
    return not (inside[0].kind[0] == "h" and region.word in inside[0].text.lower() and _own_words(inside) >= _CHAPTER)


def _holds_text_element(region: Region, starts: Sequence[int], elements: Sequence[Region]) -> bool:
    """Tell whether a main or article element lies inside `region`. Elements nest, so the first few from its start tell."""
    at = bisect_left(starts, region.start)
    return any(
        element.start < region.stop and element.stop <= region.stop for element in elements[at : at + MAX_NESTED + 1]
    )


def _may_drop(region: Region, own_words: int, total: int, left: int, holds_text: bool) -> bool:
    if holds_text:
        return region.kind in ("comments", "aside") and left - own_words >= _ENOUGH_WORDS and own_words < _BULK * total
    if region.kind == "comments" and left - own_words >= _ENOUGH_WORDS:
        return True
    return own_words < _BULK * total and left - own_words >= 0.2 * total


def _is_text(block: Block) -> bool:
    if block.kind == "pre":
        return True
    own = block.words - block.link_words
    if own < (3 if block.kind == "row" else _PROSE_WORDS):
        return False
    return block.link_words <= _MAX_LINK_DENSITY * block.words or own >= 2 * _PROSE_WORDS


def _menus(blocks: Sequence[Block], label: Sequence[str]) -> list[bool]:
    """Return which blocks lie in a long run of blocks that are short links and nothing else. Longer ones are titles."""
    menu = [False] * len(blocks)
    start = 0
    for index in range(len(blocks) + 1):
        if index < len(blocks) and not label[index] and _is_links(blocks[index]):
            continue
        run = blocks[start:index]
        if len(run) > _LINK_RUN and _all_words(run) < _TITLE_WORDS * len(run):
            menu[start:index] = [True] * len(run)
        start = index + 1
    return menu


def _is_links(block: Block) -> bool:
    return block.link_words >= 0.8 * block.words and block.words < 12


def _own_words(blocks: Iterable[Block]) -> int:
    return sum(max(0, block.words - block.link_words) for block in blocks)


def _all_words(blocks: Iterable[Block]) -> int:
    return sum(block.words for block in blocks)
