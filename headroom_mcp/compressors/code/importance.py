"""Which bodies of a file matter: those the reader names, then those the rest of the file uses, then the small ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from headroom_mcp import late
from headroom_mcp.compressors.code.outline import Definition
from headroom_mcp.compressors.code.wanted import Asked
from headroom_mcp.late import NamedTuple

_PARTS = late.pattern(r"[.:<>]+")
_ENDS = late.pattern(r"[.:>]+")
_IDENTIFIER = late.pattern(r"[A-Za-z_$][\w$]*")


class Body(NamedTuple):
    """Rows `start` … `stop - 1` under a signature that begins at `head`, and how much they matter. `pointed`: the reader
    named this very definition."""

    head: int
    start: int
    stop: int
    pointed: bool
    references: int


def bodies(lines: list[str], definitions: list[Definition], asked: Asked, *, by_use: bool) -> list[Body]:
    """Return the bodies of functions and data types, most important first.

    `by_use`: of those that nobody named, too, by how often the file names each; where they cannot be shown, ranking them is
    not worth the time.
    """
    pointed = named(definitions, asked) if asked.names else set()
    offered: Iterable[Definition] = definitions if by_use else pointed
    found = [d for d in offered if d.role != "type" and d.stop > d.head_stop]
    uses = _uses(lines) if found and by_use else {}
    ranked = [
        Body(
            d.start,
            d.head_stop,
            d.stop,
            d in pointed,
            uses.get(_last_name(d.name), 0),
        )
        for d in found
    ]
    ranked.sort(key=lambda body: (not body.pointed, -body.references, body.stop - body.start, body.start))
    return ranked


def named(definitions: list[Definition], asked: Asked) -> set[Definition]:
    """Return the definitions that the reader named: of several with one name those in a type that was named too, and none
    where a plain word ("update") names several."""
    holders: dict[str, list[tuple[Definition, bool]]] = {}
    open_: list[Definition] = []
    for definition in definitions:
        while open_ and open_[-1].stop <= definition.start:
            open_.pop()
        name = _last_name(definition.name)
        if name in asked.names:
            inside = any(_last_name(outer.name) in asked.names for outer in open_) or (
                name != definition.name and any(part in asked.names for part in _PARTS.split(definition.name)[:-1])
            )
            holders.setdefault(name, []).append((definition, inside))
        open_.append(definition)
    found: set[Definition] = set()
    for name, same in holders.items():
        inner = [definition for definition, inside in same if inside]
        if inner:
            found.update(inner)
        elif _is_identifier(name) or sum(d.stop > d.head_stop for d, _ in same) <= 1:  # declared, and defined once
            found.update(definition for definition, _ in same)
    return found


def _is_identifier(name: str) -> bool:
    """Tell a name that only a program has from a word: "read_file", "readFile", "X509"."""
    return "_" in name.strip("_") or not name[1:].islower()


def _uses(lines: list[str]) -> dict[str, int]:
    return Counter(_IDENTIFIER.findall("\n".join(lines)))


def _last_name(name: str) -> str:
    """Return `bar` for `Foo.prototype.bar` and `ns::bar`."""
    return name if name.isidentifier() else _ENDS.split(name)[-1].strip("*& ")
