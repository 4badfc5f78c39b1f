"""Which elements hold no text of the page: navigation, footers, comments, what asks for cookies."""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.compressors.html.tags import attributes
from headroom_mcp.late import re

_NAME_WORDS = late.pattern(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_HIDDEN = late.pattern(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
MAX_NESTED = 24  # each costs a look at its blocks; pages nest a handful, and only an attack nests thousands

# Regions by element and role (certain), and by the words of class and id (likely).
_REGION_TAGS = {"nav": "navigation", "footer": "footer", "aside": "aside", "form": "form", "dialog": "dialog"}
_REGION_ROLES = {
    "navigation": "navigation",
    "contentinfo": "footer",
    "banner": "header",
    "search": "form",
    "complementary": "aside",
    "dialog": "dialog",
    "alertdialog": "dialog",
    "menu": "navigation",
    "menubar": "navigation",
}
_REGION_WORDS = {
    word: kind
    for kind, words in {
        "navigation": "nav navbar navbox navigation menu menubar breadcrumb breadcrumbs pagination pager toc skip sitemap",
        "footer": "footer foot copyright colophon",
        "aside": "sidebar aside related recommend recommended recommendations trending popular teaser teasers outbrain "
        "taboola",
        "comments": "comment comments disqus respond replies",
        "social": "social share sharing sharebar shares follow addthis sociable",
        "advert": "ad ads advert advertisement adverts adsense sponsor sponsored promo promotion promoted banner",
        "form": "newsletter subscribe subscription login signup signin register search searchform",
        "dialog": "cookie cookies consent gdpr modal popup overlay lightbox paywall",
    }.items()
    for word in words.split()
}
# Words that say "this is the text", against a neighbour such as "post-with-sidebar".
_TEXT_WORDS = frozenset(
    "article content main post entry story body text page wrapper container has with layout".split()
)

NO_REGION = ("", False, "")


def region_of(name: str, raw: str) -> tuple[str, bool, str]:
    """Return the boilerplate kind an element opens ("" for none, "text" for main text), whether that is certain, and the
    word of its class or id that says so."""
    if name in ("html", "body"):
        return NO_REGION
    if name in ("main", "article"):
        return "text", True, ""
    if name in _REGION_TAGS:
        return _REGION_TAGS[name], name != "form", ""
    if "=" not in raw and "hidden" not in raw:
        return NO_REGION
    found = attributes(raw)
    role = found.get("role", "")
    if role in _REGION_ROLES:
        return _REGION_ROLES[role], True, ""
    if role in ("main", "article"):
        return "text", True, ""
    if found.get("aria-hidden") == "true" or ("style" in found and _HIDDEN.search(found["style"])):
        return "hidden", False, "\0"
    if name in ("td", "th", "tr", "tbody", "thead"):
        return NO_REGION
    for label in (found.get("id", ""), *found.get("class", "").split()):
        words = [word.lower() for word in _NAME_WORDS.findall(label)]
        if any(word in _TEXT_WORDS for word in words):
            continue
        for word in words:
            if word in _REGION_WORDS:
                return _REGION_WORDS[word], False, word
    return NO_REGION
