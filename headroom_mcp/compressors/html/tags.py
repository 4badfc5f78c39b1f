"""The grammar of tags: one tag with its attributes, and where an element that is passed over ends."""

from __future__ import annotations

from html import unescape

from headroom_mcp import late
from headroom_mcp.late import re

# One tag. An attribute value may hold ">" when quoted. The pattern never fails after the name, so it never backtracks.
TAG = late.pattern(r"<(/?)([a-zA-Z][a-zA-Z0-9:_-]*)((?:[^>=]+|=\s*(?:\"[^\"]*\"|'[^']*')?)*)>?")
_ATTRIBUTE = late.pattern(r"(?<![\w:.-])([a-zA-Z_:][\w:.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
SPACE = late.pattern(r"[ \t\r\n\f\xa0\u200b]+")


def attributes(raw: str) -> dict[str, str]:
    """Return the attributes of a tag by lower-case name, entities decoded; the first of a name wins."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(raw):
        name = match.group(1).lower()
        if name not in found:
            value = match.group(2) or match.group(3) or match.group(4) or ""
            found[name] = unescape(value) if "&" in value else value
    return found


def end_of(text: str, name: str, position: int, unclosed: set[str]) -> int:
    """Return where the content of element `name` ends; `position` itself when it is never closed (script: the end)."""
    if name in unclosed:
        return position
    match = re.compile("</" + re.escape(name) + r"\b", re.IGNORECASE).search(text, position)
    if match is None:
        unclosed.add(name)
        return len(text) if name in ("script", "style") else position
    return match.start()


def after_declaration(text: str, opening: int, unclosed: set[str]) -> int:
    """Return the position after a comment, doctype, CDATA mark or processing instruction that begins at `opening`, -1 for a
    lone "<", which is text."""
    if text.startswith("<!--", opening):
        if "<!--" in unclosed:
            return opening + 4
        end = text.find("-->", opening + 2)
        if end < 0:
            unclosed.add("<!--")
            return opening + 4
        return end + 3
    if text.startswith("<![CDATA[", opening):
        return opening + 9
    if text.startswith(("<!", "<?", "</"), opening):
        end = text.find(">", opening, opening + 2_000)
        return end + 1 if end >= 0 else opening + 2
    return -1
