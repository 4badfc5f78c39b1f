"""Text that no reader reads: base64, hex dumps, minified scripts and styles, data URIs, single lines without end.

What it is, how much of it, its head and tail stay; so does what lies around the words of the query. Readable lines between
are kept, or chosen as in any other text.

    iVBORw0KGgoAAAANSUhEUgAA…       →   iVBORw0KGgoAAAANSUhEUgAA…
    (212 lines)                          [… lines 2-213 · base64 of 12,084 bytes, a PNG image]
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import compressors, late
from headroom_mcp.query import clauses
from headroom_mcp.query import clip as _clip
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_BASE64 = late.pattern(r"^\s*[A-Za-z0-9+/_-]{56,}={0,2}\s*$")
_BASE64_END = late.pattern(r"^\s*[A-Za-z0-9+/_-]{1,}={0,2}\s*$")
_HEX = late.pattern(r"^\s*(?:[0-9a-fA-F]{2}[: ]?){32,}\s*$")
# 00000010: 8b25 0a87 …  .%.. · 00000010  48 65 6c 6c  |Hell| · 0000020 062510 …
_DUMP = late.pattern(r"^(?:0x)?[0-9a-fA-F]{4,16}:?\s+(?:[0-9a-fA-F]{2,8}\s+){4,}")
_DATA_URI = late.pattern(r"(data:[\w.+-]+/[\w.+-]+(?:;[\w=-]+)*;base64,)([A-Za-z0-9+/=%]{120,})")
_LONG_CHARS = 1_000
_MAX_SPACE_SHARE = 0.16  # running text has one character in six blank, minified code one in twenty
_MIN_RUN = 3
_HEAD_DUMP_LINES = 4
_SAMPLE_LINES = 2_000

# The first bytes of files, in base64.
_MAGIC = (
    ("iVBORw0KGgo", "a PNG image"),
    ("/9j/", "a JPEG image"),
    ("R0lGOD", "a GIF image"),
    ("UklGR", "a RIFF file (WebP, WAV)"),
    ("JVBERi", "a PDF"),
    ("UEsDB", "a ZIP archive"),
    ("H4sI", "gzip data"),
    ("d09GM", "a WOFF2 font"),
    ("d09GR", "a WOFF font"),
    ("AAEAAAA", "a TrueType font"),
    ("f0VMR", "an ELF binary"),
    ("TVqQ", "a Windows binary"),
    ("MII", "DER (a certificate or key)"),
    ("PHN2Zy", "an SVG image"),
    ("eyJ", "JSON"),
)


def score(output: ToolOutput) -> float:
    """Return the share of the characters that nobody reads, from a sample of the lines."""
    total = unread = 0
    for line in output.lines[:_SAMPLE_LINES]:
        total += len(line)
        if len(line) > 40 and sort_of(line):
            unread += len(line)
    if total < 400 or unread < 0.5 * total:
        return 0.0
    return 0.85 * unread / total


def sort_of(line: str) -> str:
    """Return what sort of unreadable a line is: base64, hex, dump or long; "" for a readable one."""
    if len(line) > _LONG_CHARS:
        head = line[:4_000]
        if _BASE64.match(line):
            return "base64"
        is_dense = sum(map(head.count, " \t")) < _MAX_SPACE_SHARE * len(head) and head.isascii()
        return "long" if is_dense or _DATA_URI.search(line) is not None else ""
    if _HEX.match(line):
        return "hex"
    if _BASE64.match(line) and not line.strip().isalpha():
        return "base64"
    return "dump" if _DUMP.match(line) else ""


def facts(output: ToolOutput) -> list[Fact]:
    """Return what any text's facts are."""
    from headroom_mcp.facts import find  # its expressions cost what only an output with gaps has use for

    return find.find(output)


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show each run of unreadable lines by its head and what it is; clip long lines; choose among the readable ones."""
    lines = output.lines
    runs = _runs(lines)
    long_lines = sum(stop - start for start, stop, sort in runs if sort == "long" or (sort and stop - start < _MIN_RUN))
    room = max(300, min(12_000, 3 * budget // max(1, long_lines)))
    readable = sum(tokens.estimate("\n".join(lines[start:stop])) for start, stop, sort in runs if not sort)
    query = clauses.asked(output)
    parts: list[Part] = []
    for start, stop, sort in runs:
        if not sort:
            parts.extend(_readable(output, start, stop, budget, readable))
        elif sort == "long" or stop - start < _MIN_RUN:
            parts.extend(_clipped(lines[at], at, sort, room, query) for at in range(start, stop))
        else:
            parts.extend(_run(lines, start, stop, sort))
    return None if all(part.action == "keep" for part in parts) else Compressed(parts)


def _runs(lines: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return runs of lines of one sort, in order, covering all. A base64 run takes its shorter last line."""
    runs: list[tuple[int, int, str]] = []
    for index, line in enumerate(lines):
        sort = sort_of(line)
        last = runs[-1] if runs else None
        if not sort and last is not None and last[2] == "base64" and last[1] - last[0] >= _MIN_RUN - 1:
            sort = "base64" if _BASE64_END.match(line) and len(line) <= len(lines[last[0]]) else ""
        if last is not None and last[2] == sort:
            runs[-1] = (last[0], index + 1, sort)
        else:
            runs.append((index, index + 1, sort))
    return runs


def _run(lines: Sequence[str], start: int, stop: int, sort: str) -> list[Part]:
    """Return the head of a run and the count of the rest."""
    shown = min(stop - start, _HEAD_DUMP_LINES if sort == "dump" else 1)
    last = stop - 1 if sort == "dump" and stop - start > shown + 1 else stop
    parts = [Part(start, start + shown, "keep")]
    if last > start + shown:
        chars = sum(len(line.strip()) for line in lines[start:stop])
        parts.append(Part(start + shown, last, "omit", note=_what(sort, lines[start].strip(), chars, stop - start)))
    if last < stop:
        parts.append(Part(last, stop, "keep"))
    return parts


def _what(sort: str, head: str, chars: int, lines: int) -> str:
    if sort == "dump":
        return f"hex dump of {lines:,} lines in all"
    if sort == "hex":
        return f"{chars:,} characters of hex digits in all"
    kind = next((f", {name}" for magic, name in _MAGIC if head.startswith(magic)), "")
    return f"base64 of {chars * 3 // 4:,} bytes in all{kind}"


def _clipped(line: str, at: int, sort: str, room: int, query: str) -> Part:
    """Return one long line in part: data URIs first, then its middle."""
    if len(line) <= 200:
        return Part(at, at + 1, "keep")
    if sort == "base64":
        shown = _clip.clip(line, 160)
        return Part(at, at + 1, "render", f"{shown} [… {_what(sort, line.strip(), len(line.strip()), 1)}]")
    shorter = _DATA_URI.sub(lambda found: f"{found.group(1)}[… {len(found.group(2)):,} chars …]", line)
    shown = _clip.clip(shorter, room, query)
    return Part(at, at + 1, "render", shown) if len(shown) < len(line) else Part(at, at + 1, "keep")


def _readable(output: ToolOutput, start: int, stop: int, budget: int, readable: int) -> list[Part]:
    """Return readable lines whole where all of them fit, else chosen."""
    if readable > budget * 3 // 4:
        piece = output.section(start, stop)
        chosen = compressors.load("general").compress(piece, max(100, budget * piece.tokens // max(1, readable)))
        if chosen is not None:
            return [part._replace(start=part.start + start, stop=part.stop + start) for part in chosen.parts]
    return [Part(start, stop, "keep")]
