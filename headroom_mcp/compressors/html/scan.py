"""From a page's markup to its text blocks, in one linear pass without a tree.

A block is what a browser sets off by a line break: a paragraph, a heading, a list item, a table row, a code listing. Each
carries its words, how many of them are link text, and which boilerplate regions (navigation, footer, comments …) it lies
in; `main_text` decides which blocks are the page's text. Unclosed and stray tags do no harm: a closing tag closes the
nearest open element of its name or nothing.
"""

from __future__ import annotations

from html import unescape

from headroom_mcp.compressors.html import metadata, regions, tags
from headroom_mcp.late import NamedTuple, re

# Their content is not part of the page's text.
_SKIP = frozenset(
    "script style noscript template svg iframe object select textarea button canvas audio video datalist map".split()
)
_CONTAINERS = frozenset(
    "html body main article section div nav aside footer header form ul ol dl table tbody thead tr td th blockquote "
    "figure details dialog fieldset li dd center".split()
)
_MAX_DEPTH = 8  # deeper lists are indented no further

_BREAKS = _CONTAINERS | frozenset("p h1 h2 h3 h4 h5 h6 pre hr dt address figcaption summary caption title".split())
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


class Block(NamedTuple):
    """One text block. `kind`: p, h1 … h6, li, pre, row, quote. `depth`: list nesting. Words counts are of plain text."""

    kind: str
    text: str
    words: int
    link_words: int
    depth: int


class Region(NamedTuple):
    """Blocks `start` … `stop - 1` lie in one element of a boilerplate kind; `certain` when its tag or role says so, else
    `word` of its class or id does."""

    start: int
    stop: int
    kind: str
    certain: bool
    word: str = ""


class Page(NamedTuple):
    """A scanned page. `text_regions` are the spans of main and article elements; `links` counts targets not shown."""

    blocks: list[Block]
    regions: list[Region]
    text_regions: list[Region]
    meta: dict[str, str]
    links: int
    scripts: int


def scan(text: str, *, with_targets: bool = False) -> Page:
    """Return the blocks of the page in `text`, which may be a fragment. `with_targets` shows links as `[text](target)`."""
    scanner = _Scanner(with_targets)
    position = 0
    size = len(text)
    unclosed: set[str] = set()
    feed = scanner.feed
    while position < size:
        opening = text.find("<", position)
        if opening < 0:
            feed(text[position:])
            break
        if opening > position:
            feed(text[position:opening])
        match = tags.TAG.match(text, opening)
        if match is None:
            position = tags.after_declaration(text, opening, unclosed)
            if position < 0:
                feed("<")
                position = opening + 1
            continue
        position = match.end()
        closing, name, raw = match.groups()
        name = name.lower()
        if closing:
            scanner.end(name)
        elif name in _SKIP:
            scanner.scripts += name == "script"
            if name == "script" and "ld+json" in raw:
                metadata.add_linked_data(scanner.meta, text[position : tags.end_of(text, name, position, unclosed)])
            if not raw.endswith("/") or name in ("script", "style", "iframe"):
                position = tags.end_of(text, name, position, unclosed)
        elif name == "math":
            stop = tags.end_of(text, name, position, unclosed)
            scanner.formula(tags.attributes(raw).get("alttext", "") if "alttext" in raw else "", text[position:stop])
            position = stop
        else:
            scanner.start(name, raw)
    scanner.finish()
    return Page(
        scanner.blocks, scanner.regions, scanner.text_regions, scanner.meta, scanner.link_count, scanner.scripts
    )


class _Open(NamedTuple):
    """An open container: its name, its first block, the region it makes ("" for none) and the word that says so."""

    name: str
    first: int
    region: str
    certain: bool
    word: str


class _Scanner:
    """The state of one scan: open containers, the inline text under way, finished blocks."""

    def __init__(self, with_targets: bool) -> None:
        self.blocks: list[Block] = []
        self.regions: list[Region] = []
        self.text_regions: list[Region] = []
        self.meta: dict[str, str] = {}
        self.link_count = 0
        self.scripts = 0
        self._with_targets = with_targets
        self._open: list[_Open] = []
        self._open_names: dict[str, int] = {}
        self._regions_open = 0
        self._pieces: list[str] = []
        self._link_words = 0
        self._in_link = False
        self._href = ""
        self._link_start = 0
        self._kind = "p"
        self._pre = 0
        self._code = False
        self._lists: list[str] = []
        self._cells: list[tuple[str, int, int]] | None = None

    def feed(self, data: str) -> None:
        """Take a run of text between tags."""
        if self._pre:
            self._pieces.append(unescape(data) if "&" in data else data)
            return
        if data.isspace():
            if self._pieces:
                self._pieces.append(" ")
            return
        if "&" in data:
            data = unescape(data)
        self._pieces.append(data)
        if self._in_link:
            self._link_words += _count_words(data)

    def start(self, name: str, raw: str) -> None:
        """Take an opening tag."""
        if name in _BREAKS:
            self._start_block(name, raw)
        elif name == "br":
            self._pieces.append("\n" if self._pre else " \n")
        elif name == "a":
            self._start_link(raw)
        elif name == "img":
            self._image(raw)
        elif name == "meta":
            metadata.add_element(self.meta, raw)
        elif name in ("code", "kbd", "samp", "tt") and not self._pre and not self._code:
            self._code = True
            self._pieces.append("`")
        elif name in ("sup", "sub"):
            self._pieces.append("^" if name == "sup" and self._pieces and not self._pieces[-1].endswith(" ") else "")

    def _start_block(self, name: str, raw: str) -> None:
        self._flush()
        if name in _HEADINGS:
            self._kind = name
        elif name == "pre":
            self._pre += 1
            self._kind = "pre"
        elif name == "li":
            self._close_if_open("li")
            self._kind = "li"
        elif name in ("ul", "ol"):
            self._lists.append(name)
        elif name in ("dt", "dd"):
            self._kind = "p"
        elif name == "title" and "title" not in self.meta:
            self._kind = "title"
        elif name == "table":
            self._break_row()
        elif name == "tr":
            self._break_row()
            self._cells = []
        elif name in ("td", "th"):
            if self._cells and self._cells[-1][0] != "\x00":  # the cell before was not closed, as HTML allows
                self._cells.append(("\x00", 0, 0))
        elif name != "p" and self._cells is None:
            self._kind = "p"
        if name in _CONTAINERS:
            region, certain, word = (
                regions.region_of(name, raw) if self._regions_open < regions.MAX_NESTED else regions.NO_REGION
            )
            self._regions_open += bool(region)
            self._open.append(_Open(name, len(self.blocks), region, certain, word))
            self._open_names[name] = self._open_names.get(name, 0) + 1

    def end(self, name: str) -> None:
        """Take a closing tag."""
        if name == "a":
            self._end_link()
        elif name in ("code", "kbd", "samp", "tt"):
            if self._code:
                self._code = False
                self._pieces.append("`")
        elif name in _BREAKS:
            self._flush()
            if name == "pre":
                self._pre = max(0, self._pre - 1)
            elif name in ("td", "th") and self._cells is not None:
                self._cells.append(("\x00", 0, 0))
            elif name in ("tr", "table"):
                self._break_row()
            elif name in ("ul", "ol") and self._lists:
                self._lists.pop()
            self._kind = "pre" if self._pre else "p"
            if name in _CONTAINERS:
                self._close_if_open(name)

    def finish(self) -> None:
        """Close what is still open."""
        self._flush()
        self._break_row()
        while self._open:
            self._pop()

    def formula(self, alternative: str, inner: str) -> None:
        """Take a math element: its TeX where the page gives it, else its symbols."""
        if not alternative:
            at = inner.find("application/x-tex")
            if at >= 0:
                start = inner.find(">", at) + 1
                alternative = unescape(inner[start : inner.find("<", start)])
            else:
                alternative = unescape(" ".join(re.sub(r"<[^<>]*>", " ", inner).split()))
        if alternative:
            self._pieces.append(f" ${alternative.strip()}$ ")

    def _start_link(self, raw: str) -> None:
        if self._in_link:
            self._end_link()
        self._href = tags.attributes(raw).get("href", "") if "href" in raw else ""
        if not self._href:
            return
        self.link_count += 1
        self._in_link = True
        self._link_start = len(self._pieces)

    def _end_link(self) -> None:
        if not self._in_link:
            return
        self._in_link = False
        target = self._href
        if self._with_targets and not self._pre and not target.startswith(("#", "javascript:")):
            shown = "".join(self._pieces[self._link_start :]).strip()
            if shown:
                self._pieces[self._link_start :] = [f"[{shown}]({target})"]

    def _image(self, raw: str) -> None:
        if "alt" not in raw or self._pre:
            return
        found = tags.attributes(raw)
        alt = tags.SPACE.sub(" ", found.get("alt", "")).strip()
        if len(alt) > 3 and "math" not in found.get("class", ""):
            self._pieces.append(f" [image: {alt}] ")
            if self._in_link:
                self._link_words += _count_words(alt) + 1

    def _flush(self) -> None:
        """Make a block of the text under way."""
        if self._in_link:
            self._end_link()
            self._in_link = bool(self._href)
        pieces, self._pieces = self._pieces, []
        link_words, self._link_words = self._link_words, 0
        self._link_start = 0
        if self._code:
            pieces.append("`")
            self._code = False
        if not pieces:
            return
        kind = self._kind
        joined = "".join(pieces)
        if kind == "pre" and self._pre:
            content = joined.strip("\r\n")
            if not content.strip():
                return
        else:
            content = _tidy(joined)
            if not content:
                return
        words = _count_words(content)
        if kind == "title":
            self.meta.setdefault("title", " ".join(content.split()))
            return
        if self._cells is not None and kind != "pre":
            self._cells.append((content, words, link_words))
            return
        self.blocks.append(Block(kind, content, words, min(words, link_words), min(_MAX_DEPTH, len(self._lists))))
        if kind == "li":
            self._kind = "p+"
        elif kind in _HEADINGS:
            self._kind = "p"

    def _break_row(self) -> None:
        """End the table row under way: one block where its cells are short, blocks of their own in a layout table."""
        cells, self._cells = self._cells, None
        if not cells:
            return
        columns: list[list[tuple[str, int, int]]] = [[]]
        for cell in cells:
            if cell[0] == "\x00":
                columns.append([])
            else:
                columns[-1].append(cell)
        if not columns[-1]:
            columns.pop()
        filled = [column for column in columns if column]
        if not filled:
            return
        if len(filled) < 2 or any(len(column) > 6 for column in filled):
            for column in filled:
                for text, words, link_words in column:
                    self.blocks.append(Block("p", text, words, min(words, link_words), 0))
            return
        text = " | ".join(" ".join(" ".join(piece[0].split()) for piece in column) for column in columns)
        words = sum(piece[1] for column in columns for piece in column)
        link_words = sum(piece[2] for column in columns for piece in column)
        self.blocks.append(Block("row", text, words, min(words, link_words), 0))

    def _close_if_open(self, name: str) -> None:
        if self._open_names.get(name, 0) <= 0:
            return
        # An li ends the one before it, not the one around its own list.
        if name == "li" and self._open[-1].name in ("ul", "ol"):
            return
        while self._open:
            if self._pop() == name:
                return

    def _pop(self) -> str:
        opened = self._open.pop()
        self._open_names[opened.name] -= 1
        self._regions_open -= bool(opened.region)
        stop = len(self.blocks)
        if stop > opened.first:
            if opened.region == "text":
                self.text_regions.append(Region(opened.first, stop, opened.name, True))
            elif opened.region:
                self.regions.append(Region(opened.first, stop, opened.region, opened.certain, opened.word))
        return opened.name


def _count_words(text: str) -> int:
    """Return the words of `text`; scripts without spaces count a word for every two characters beyond ASCII."""
    words = text.count(" ") + 1
    if text.isascii():
        return words
    wide = sum(1 for char in text if char > "\u2e7f")
    return words + wide // 2


def _tidy(text: str) -> str:
    """Return inline text with runs of white space as one space; explicit line breaks stay."""
    if "\n" not in text:
        return tags.SPACE.sub(" ", text).strip()
    marked = text.replace(" \n", "\x01")
    joined = tags.SPACE.sub(" ", marked)
    if "\x01" not in joined:
        return joined.strip()
    return "\n".join(line for line in (piece.strip() for piece in joined.split("\x01")) if line)
