"""What a page says about itself: its meta elements, and JSON-LD."""

from __future__ import annotations

from headroom_mcp.compressors.html.tags import SPACE, attributes

_MAX_LINKED_CHARS = 200_000
_NAMES = {
    "author": "author",
    "article:author": "author",
    "byl": "author",
    "dc.creator": "author",
    "og:title": "headline",
    "description": "description",
    "og:description": "description",
    "og:site_name": "site",
    "article:published_time": "published",
    "date": "published",
    "dc.date": "published",
    "datepublished": "published",
}


def add_element(meta: dict[str, str], raw: str) -> None:
    """Add what a meta element with the attributes `raw` says; of several authors all."""
    found = attributes(raw)
    name = (found.get("name") or found.get("property") or found.get("itemprop") or "").lower()
    content = SPACE.sub(" ", found.get("content", "")).strip()
    key = _NAMES.get(name, "")
    if key == "author" and content and content not in meta.get("author", ""):
        content = f"{meta['author']}, {content}" if "author" in meta else content
        meta["author"] = content
    elif key and content:
        meta.setdefault(key, content)


def add_linked_data(meta: dict[str, str], raw: str) -> None:
    """Add what a JSON-LD script says: who wrote the page, when, under which headline."""
    if len(raw) > _MAX_LINKED_CHARS:
        return
    import json

    try:
        start = raw.find("{")  # pages wrap it in CDATA, and print line breaks inside strings
        data = json.loads(raw[start : raw.rfind("}") + 1], strict=False)
    except (ValueError, RecursionError):
        return
    for item in _linked_items(data):
        for key, name in (("headline", "headline"), ("datePublished", "published"), ("dateModified", "modified")):
            value = item.get(key)
            if isinstance(value, str) and value:
                meta.setdefault(name, value.strip())
        for key in ("author", "creator"):
            names = _people(item.get(key))
            if names:
                meta.setdefault("author", names)


def _linked_items(data: object) -> list[dict[str, object]]:
    items: list[dict[str, object]] = []
    pending = [data]
    while pending and len(items) < 50:
        value = pending.pop(0)
        if isinstance(value, list):
            pending.extend(value[:20])
        elif isinstance(value, dict):
            items.append(value)
            if isinstance(value.get("@graph"), list):
                pending.extend(value["@graph"][:20])
    return items


def _people(value: object) -> str:
    """Return the author names of a JSON-LD value: a string, an object with a name, or a list of them."""
    people = value if isinstance(value, list) else [value]
    names: list[str] = []
    for person in people[:10]:
        name = person.get("name") if isinstance(person, dict) else person
        if isinstance(name, str) and name.strip():
            names.append(name.strip())
    return ", ".join(names)
