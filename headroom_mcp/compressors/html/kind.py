"""Web pages: the main text as Markdown, without the markup, navigation, scripts, advertising and comments around it.

    <nav>…</nav><h1>Title</h1><p>Text with a <a href="/x">link</a>.</p><footer>…</footer>
    →  # Title
       Text with a link.
       [… page text; left out: 7 navigation, 3 footer blocks, 12 link targets, 5 scripts, 41,236 characters of markup]

The main text is shown whole where that is possible: a sentence missed costs the reader the page again; but for a question
that points into a long one (`clauses.point_into`), which gets the passages it finds. Link targets are shown when the query asks for links, and counted otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from headroom_mcp import compressors, late
from headroom_mcp.compressors.html import main_text, scan
from headroom_mcp.compressors.html.scan import Block, Page
from headroom_mcp.late import re
from headroom_mcp.query import clauses
from headroom_mcp.text import marker
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_SAMPLE_CHARS = 20_000
_START = late.pattern(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
# elements of pages; XML, feeds and drawings have other names
_PAGE_TAG = late.pattern(
    r"</?(?:a|article|body|br|button|div|footer|form|h[1-6]|head|header|img|input|li|link|main|meta|nav|ol|p|script|section"
    r"|span|strong|style|table|td|th|title|tr|ul)\b",
    re.IGNORECASE,
)
_ANY_TAG = late.pattern(r"</?[a-zA-Z][\w:.-]*")
_ASKS_LINKS = late.pattern(r"\b(?:links?|urls?|hrefs?|uris?|download|https?)\b", re.IGNORECASE)
_EDITED_CHARS = 60_000  # a page file below this is read to be edited: its markup is the content
_MARGIN_CHARS = 1_500  # what stands around the text: the heading, what is left out, the footer
_MAX_CHARS = 160_000  # 40,000 tokens of text: more is a book, of which the reader wants passages
_SHORT_TOKENS = 1_500  # a text up to that is shown whole, whatever is asked
_HEAD_LINES = 60  # response headers or log lines may precede a page


def score(output: ToolOutput) -> float:
    """Return how surely this is a web page: by its first tag, else by the share of page elements."""
    sample = output.text[:_SAMPLE_CHARS]
    if "<" not in sample or (output.tool_name in ("Read", "Edit", "Write") and len(output.text) < _EDITED_CHARS):
        return 0.0
    start = _START.search(sample, 0, 6_000)
    if start is not None and not sample[: start.start()].rsplit("\n", 1)[-1].strip():
        return 0.95
    if sample.lstrip()[:1] != "<":
        return 0.0
    tags = len(_ANY_TAG.findall(sample))
    if tags >= 20 and len(_PAGE_TAG.findall(sample)) >= 0.6 * tags:
        return 0.8
    return 0.0


def facts(output: ToolOutput) -> list[Fact]:
    """Return nothing: the rendering shows the page's whole text, and markup is not looked through for error words."""
    return []


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Render the page's text; lines before the page stay."""
    lines = output.lines
    first = _first_line(lines)
    source = "\n".join(lines[first:]) if first else output.text
    query = clauses.asked(output)
    page = scan.scan(source, with_targets=bool(_ASKS_LINKS.search(query)))
    chosen = main_text.choose(page)
    if not chosen.kept:
        return None
    limit = output.limit_chars - _MARGIN_CHARS if output.limit_chars else _MAX_CHARS
    body = _markdown([page.blocks[i] for i in chosen.kept])
    dropped = dict(chosen.dropped)
    if len(body) > limit:
        kept = clauses.fit([page.blocks[i].text for i in chosen.kept], query, limit // 4)
        dropped["text"] = len(chosen.kept) - len(kept)
        body = _markdown([page.blocks[chosen.kept[i]] for i in kept])
    shown = _answering(output, body, query, budget)
    text = "\n".join(
        part for part in (_heading(page, body), shown, _left_out(page, dropped, len(source), shown)) if part
    )
    parts = [Part(0, first, "keep")] if first else []
    return Compressed([*parts, Part(first, len(lines), "render", text)])


def _answering(output: ToolOutput, body: str, query: str, budget: int) -> str:
    """Return of the text of a page, as Markdown, what answers a question that points into it, with how many paragraphs are left
    out where; all of it where there is no such question, or the text is short."""
    piece = output.with_lines(body.split("\n"))
    if not query or piece.tokens <= max(budget, _SHORT_TOKENS):
        return body
    if not clauses.point_into(query, [paragraph for paragraph in body.split("\n\n") if paragraph.strip()]):
        return body
    made = compressors.load("markdown").compress(piece, budget)
    if made is None:
        return body
    said: list[str] = []
    for part in made.parts:
        lines = piece.lines[part.start : part.stop]
        if part.action == "keep":
            said.extend(lines)
        elif part.text:
            said.append(part.text)
        elif any(line.strip() for line in lines):
            said.append(marker.gap_of(_paragraphs(lines), "paragraph", ""))
    return "\n".join(said)


def _paragraphs(lines: Sequence[str]) -> int:
    """Return how many runs of lines there are between blank ones."""
    return sum(1 for before, line in pairwise(["", *lines]) if line.strip() and not before.strip())


def _first_line(lines: Sequence[str]) -> int:
    """Return the line on which the page starts: 0 unless headers or messages come first."""
    for index, line in enumerate(lines[:_HEAD_LINES]):
        if _START.match(line.lstrip()):
            return index
    return 0


def _heading(page: Page, body: str) -> str:
    """Return what the head of the page says about it and the body does not."""
    said: list[str] = []
    for key in ("title", "headline", "author", "published", "site", "description"):
        value = page.meta.get(key, "")
        if value and value[:80] not in body[:4_000] and not any(value in line for line in said):
            said.append(f"{key}: {value}")
    return "\n".join(said)


def _markdown(blocks: Sequence[Block]) -> str:
    """Return blocks as Markdown: headings, list items, table rows and code keep their form."""
    out: list[str] = []
    before = ""
    for block in blocks:
        kind = block.kind
        if kind[0] == "h":
            out.append(f"\n{'#' * int(kind[1])} {' '.join(block.text.split())}")
        elif kind == "li":
            out.append(f"{'  ' * max(0, block.depth - 1)}- {block.text}")
        elif kind == "pre":
            out.append(f"```\n{block.text}\n```")
        elif kind == "row":
            out.append(f"| {block.text} |")
        elif before in ("li", "p+") and kind == "p+":
            out.append(f"{'  ' * block.depth}{block.text}")
        else:
            out.append(f"\n{block.text}" if before not in ("", "h") else block.text)
        before = "h" if kind[0] == "h" else kind
    return "\n".join(out).strip("\n")


_NAMES = {
    "text": "text",
    "navigation": "navigation",
    "header": "page header",
    "footer": "footer",
    "aside": "sidebar",
    "form": "form",
    "dialog": "dialog",
    "comments": "reader comment",
    "social": "share-button",
    "advert": "advertising",
    "hidden": "hidden",
    "link": "menu",
    "short": "stray",
}


def _left_out(page: Page, dropped: dict[str, int], source_chars: int, body: str) -> str:
    """Return the line that counts what the rendering does not show."""
    blocks = [f"{count:,} {_NAMES[kind]}" for kind, count in dropped.items() if count]
    said = [f"{', '.join(blocks)} blocks"] if blocks else []
    if page.links:
        said.append(f"{page.links:,} link targets")
    if page.scripts:
        said.append(f"{page.scripts:,} scripts")
    said.append(f"{max(0, source_chars - len(body)):,} characters of markup and the rest")
    return f"[… page text only; left out: {', '.join(said)}]"
