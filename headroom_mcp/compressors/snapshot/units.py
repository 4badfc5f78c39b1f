"""A tree as lines to show: small elements side by side, each row of a table on a line, what all rows share above them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from headroom_mcp.compressors.snapshot import flat
from headroom_mcp.compressors.snapshot.flat import Piece
from headroom_mcp.compressors.snapshot.tree import Node
from headroom_mcp.late import NamedTuple

_WIDTH = 220
_MAX_ROW_CHARS = 1_500
_MIN_ROWS = 3
_MIN_CELLS = 2
_MIN_SOURCE_CHARS = 3  # of a name from which another one is made
_MAX_PACKED_LINES = 400  # of an element that may be one line: a larger one is opened unread
_ROWS = frozenset(("row", "listitem", "article", "option", "treeitem", "menuitem"))
_APART = frozenset(
    "row heading article region form table grid dialog alertdialog alert status navigation banner main contentinfo "
    "complementary iframe".split()
)  # never on one line with others
_TOLD = frozenset("region group dialog alertdialog form navigation toolbar complementary iframe search article".split())


class Unit(NamedTuple):
    """Lines `start` … `stop - 1` of the output on one line: `pieces`, or a row of a `table` (its head, "" for none), of which
    the head tells the names of some (`told`). `heads` says that it stands above what follows it; `depth` how deep."""

    start: int
    stop: int
    pieces: tuple[Piece, ...]
    table: str = ""
    told: tuple[bool, ...] = ()
    heads: bool = False
    depth: int = 0

    def shown(self, *, urls: bool = False, longest: int = 0) -> str:
        """Return the unit as it is shown below its table's head, texts beyond `longest` characters cut (0: none)."""
        if self.table and not urls:
            return _cells(self.pieces, self.told, longest)
        return flat.joined(self.pieces, urls=urls, longest=longest)


def units(top: Sequence[Node]) -> list[Unit]:
    """Return the units of the trees `top`, in order."""
    found: list[Unit] = []
    _pack(top, found, 0)
    return found


def _pack(nodes: Sequence[Node], found: list[Unit], depth: int) -> None:
    """Add the units of sibling `nodes`: rows of one shape as a table, others side by side while a line is short."""
    flats = [flat.pieces(node) if node.stop - node.start <= _MAX_PACKED_LINES else [] for node in nodes]
    tables = _tables(nodes, flats)
    line: list[Piece] = []
    start = stop = -1

    def flush() -> None:
        nonlocal start
        if line:
            found.append(Unit(start, stop, tuple(flat.without_echoes(line)), depth=depth))
            line.clear()
        start = -1

    for index, (node, inner) in enumerate(zip(nodes, flats, strict=True)):
        size = sum(len(piece.text) + 3 for piece in inner)
        if node.stop - node.start > _MAX_PACKED_LINES:
            size = _MAX_ROW_CHARS + 1
        if index in tables:
            flush()
            found.append(tables[index]._replace(depth=depth))
            continue
        if size > (_MAX_ROW_CHARS if node.role in _ROWS else _WIDTH) and node.children:
            flush()
            _open(node, found, depth)
            continue
        if not inner:
            continue
        if line and not line[-1].role and line[-1].name == inner[0].name:
            line.pop()  # a field's label
        if line and (node.role in _APART or sum(len(piece.text) + 3 for piece in line) + size > _WIDTH):
            flush()
        start = node.start if start < 0 else start
        stop = node.stop
        line += inner
        if node.role in _APART:
            flush()
    flush()


def _open(node: Node, found: list[Unit], depth: int) -> None:
    """Add a unit for the label of `node`, where it has one, and those of its children."""
    if node.acts:
        found.append(Unit(node.start, node.start + 1, (flat.own(node),), heads=True, depth=depth))
        depth += 1
    elif (node.name and node.role in _TOLD) or node.role == "iframe":
        label = Piece(node.role, node.name, node.ref if node.role == "iframe" else "", ":")
        found.append(Unit(node.start, node.start + 1, (label,), heads=True, depth=depth))
        depth += 1
    elif node.text:
        found.append(Unit(node.start, node.start + 1, (Piece("", node.text),), depth=depth))
    _pack(node.children, found, depth)


def _tables(nodes: Sequence[Node], flats: Sequence[list[Piece]]) -> dict[int, Unit]:
    """Return the units of the nodes, by index, whose shape so many of their siblings have that they are rows."""
    shapes = [
        (node.role, *[(piece.role, bool(piece.ref)) for piece in inner]) if len(inner) >= _MIN_CELLS else ()
        for node, inner in zip(nodes, flats, strict=True)
    ]
    counts = Counter(shape for shape in shapes if shape)
    found: dict[int, Unit] = {}
    for shape, count in counts.items():
        if count < _MIN_ROWS:
            continue
        members = [index for index, other in enumerate(shapes) if other == shape]
        rows = [flats[index] for index in members]
        columns = [_column(rows, at) for at in range(len(shape) - 1)]
        head = "(rows: " + " | ".join(column.head for column in columns) + ")"
        told = tuple(column.told for column in columns)
        runs = 1 + sum(after - before > 1 for before, after in itertools.pairwise(members))
        if sum(len(flat.joined(row)) - len(_cells(row, told, 0)) for row in rows) > runs * len(head):
            for index, row in zip(members, rows, strict=True):
                found[index] = Unit(nodes[index].start, nodes[index].stop, tuple(row), head, told)
    return found


class _Column(NamedTuple):
    """A column of rows: `head` says what it is; `told`: the head says its names, too, so only its refs are written."""

    head: str
    told: bool


def _column(rows: Sequence[Sequence[Piece]], at: int) -> _Column:
    """Return what column `at` of `rows` is: one name in all rows, a name made of another column's, or names of its own."""
    first = rows[0][at]
    ref = " [ref]" if first.ref else ""
    if all((row[at].name, row[at].state) == (first.name, first.state) for row in rows):
        return _Column(first._replace(ref="").text + ref, True)
    if first.role and all(row[at].state == first.state for row in rows):
        for other in range(len(rows[0])):
            source = rows[0][other].name
            if other == at or len(source) < _MIN_SOURCE_CHARS or first.name.count(source) != 1:
                continue
            before, _, after = first.name.partition(source)
            if all(row[at].name == f"{before}{row[other].name}{after}" for row in rows) and (
                other < at or before or after
            ):
                named = f"{before}{{{other + 1}}}{after}"
                return _Column(first._replace(ref="", name=named).text + ref, True)
    return _Column((first.role or "text") + ref, False)


def _cells(row: Sequence[Piece], told: Sequence[bool], longest: int) -> str:
    cells: list[str] = []
    for piece, fixed in zip(row, told, strict=True):
        ref = f"[{piece.ref}]" if piece.ref else ""
        if fixed:
            cells += [ref] if ref else []
            continue
        name = piece.name if ref else flat.clipped(piece.name, longest)
        cells.append(name + (" " if ref and name else "") + ref + piece.state)
    return " | ".join(cells)
