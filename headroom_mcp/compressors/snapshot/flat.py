"""Elements on one line: roles, names and refs one after another, what merely repeats a name left out."""

from __future__ import annotations

from collections.abc import Iterable

from headroom_mcp.compressors.snapshot.tree import Node
from headroom_mcp.late import NamedTuple

_LABELLED = frozenset(
    "region group dialog alertdialog navigation form toolbar complementary article search radiogroup tabpanel tablist menu "
    "menubar listbox tree grid table main banner contentinfo iframe figure".split()
)  # containers with a name of their own; the name of any other is made of what it holds
_TEXT = frozenset(("text", "StaticText", "generic", "paragraph", "cell", "gridcell", "listitem", "strong", "emphasis", "time",
                   "code", "term", "definition", "superscript", "subscript", "LabelText", "InlineTextBox", "labelText"))  # fmt: skip
_OPTIONS = frozenset(("combobox", "listbox"))
_MAX_OPTIONS = 60


class Piece(NamedTuple):
    """One element or text on a line. `role` "" is text; `state` is what follows the name; `url` where a link leads."""

    role: str
    name: str
    ref: str = ""
    state: str = ""
    url: str = ""

    @property
    def text(self) -> str:
        """The piece as it is written."""
        if not self.role:
            return self.name
        named = f'{self.role} "{self.name}"' if self.name else self.role
        return named + (f" [{self.ref}]" if self.ref else "") + self.state


def pieces(node: Node) -> list[Piece]:
    """Return `node` and what is in it as pieces, texts that repeat a name left out."""
    found: list[Piece] = []
    _add(node, found)
    return without_echoes(found)


def own(node: Node) -> Piece:
    """Return an element that holds much, as a piece without what is in it."""
    state = _states(node) + (f": {node.text}" if node.text and node.text != node.name else "")
    return Piece(_role(node), node.name, node.ref, state, node.about.get("url", ""))


def _role(node: Node) -> str:
    return "clickable" if node.role in ("generic", "text") else node.role


def _add(node: Node, found: list[Piece]) -> None:
    if node.acts:
        _add_action(node, found)
        return
    name = node.name if not node.children or node.role in _LABELLED else ""
    if node.role == "heading" or node.role == "img" or node.role == "image":
        if name or node.text or node.states:
            found.append(Piece(node.role, node.name or node.text, state=_states(node)))
    elif node.role in ("alert", "status", "dialog", "alertdialog", "iframe") or (node.states and (name or node.text)):
        said = _states(node) + (f": {node.text}" if node.text else "")
        found.append(Piece(node.role, name, node.ref if node.role == "iframe" else "", said))
    else:
        if name:
            found.append(Piece("" if node.role in _TEXT else node.role, name, state=_states(node)))
        if node.text:
            found.append(Piece("", node.text))
    if node.role == "heading" and node.name:
        found.extend(piece for child in node.children for piece in pieces(child) if piece.ref)
        return
    for child in node.children:
        _add(child, found)


def _add_action(node: Node, found: list[Piece]) -> None:
    state = _states(node)
    inner: list[Piece] = []
    if node.role in _OPTIONS and node.children and not any(child.ref for child in node.children):
        options = [child.name + ("*" if "selected" in child.states else "") for child in node.children]
        more = f" | … {len(options) - _MAX_OPTIONS} more" if len(options) > _MAX_OPTIONS else ""
        state += ": " + " | ".join(options[:_MAX_OPTIONS]) + more
    else:
        for child in node.children:
            _add(child, inner)
    if node.text and node.text != node.name:
        state += f": {node.text}"
    name = node.name
    if not name:  # a link around a picture or a word is called what it holds
        name = " ".join(dict.fromkeys(piece.name for piece in inner if not piece.ref and piece.name))
        inner = [piece for piece in inner if piece.ref]
    if not name and not state:
        name = node.about.get("placeholder") or node.about.get("url", "")
    found.append(Piece(_role(node), name, node.ref, state, node.about.get("url", "")))
    found.extend(piece for piece in inner if piece.ref or piece.name not in name)


def _states(node: Node) -> str:
    return "".join(f" [{state}]" for state in node.states)


def without_echoes(found: list[Piece]) -> list[Piece]:
    """Return the pieces without texts that say what a named element beside them says."""
    named = {piece.name for piece in found if piece.role and piece.name}
    kept: list[Piece] = []
    seen = ""
    for piece in found:
        if not piece.role and (piece.name in named or not piece.name.strip()):
            continue
        if piece.role in ("heading", "img", "image") and piece.name and piece.name == seen:
            continue
        kept.append(piece)
        seen = piece.name
    return kept


def joined(found: Iterable[Piece], *, urls: bool = False, longest: int = 0) -> str:
    """Return pieces on one line; a role is said once for its run. Texts beyond `longest` characters are cut (0: none)."""
    written: list[str] = []
    role = ""
    for piece in found:
        text = piece.text
        if piece.role and piece.role == role and piece.name and piece.ref:
            text = text[len(role) + 1 :]
        role = piece.role
        if not piece.role:
            text = clipped(text, longest)
        if urls and piece.url and piece.url != piece.name:
            text += f" → {piece.url}"
        written.append(text)
    return " · ".join(written)


def clipped(text: str, longest: int) -> str:
    """Return `text`, its end cut beyond `longest` characters (0: none)."""
    return f"{text[: longest - 1]}…" if longest and len(text) > longest else text
