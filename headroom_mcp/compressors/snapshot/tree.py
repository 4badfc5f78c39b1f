"""The tree of a page snapshot, read from its lines.

- link "Dashboard" [ref=e6] [cursor=pointer]:          a role, a name, a ref
  - /url: /dashboard.html                              what is said of the element above
- text: 3 new messages                                 text
uid=1_6 link "Dashboard" url="/dashboard.html"         the same, as other servers write it
[6] link "Dashboard"
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom_mcp import late

# a dash, a role, a name as YAML, a ref behind it; a text between quotes where YAML needs them
_DASHED = late.pattern(
    r"""(?P<indent>\s*)-\s(?P<quote>')?(?P<role>[a-z][A-Za-z-]*)(?:\s"(?P<name>(?:[^"\\]|\\.)*)")?(?P<rest>(?:[\s:'].*)?)$"""
)
# uid=1_6 | [6] | [ref=e6], a role that texts have not, a name as it is: it ends where an attribute begins
_NUMBERED = late.pattern(
    r"""(?P<indent>\s*)(?:uid=|\[(?:ref=|uid=)?)(?P<uid>[A-Za-z]{0,3}[\d_.-]*\d)\]?(?:\s(?P<role>[A-Za-z][\w-]*)(?!\S))?"""
    r"""(?:\s(?P<opened>["'])(?P<name>.*?)(?P=opened)(?=$|\s[A-Za-z][\w-]*=["']|\s(?:focus|disable|expand|select|check|press|read|requir|invalid|multi|modal|busy)[\w-]*(?:\s|$)|\s\[))?(?P<rest>(?:\s.*)?)$"""
)
# - /url: /dashboard.html
_PROPERTY = late.pattern(r"\s*- /(\w+): ?(.*)$")
_REF = late.pattern(r"\[ref=([\w-]+)\]")
_BRACKETED = late.pattern(r"\[([\w-]+(?:=[^\[\]]*)?)\]")
_ASSIGNED = late.pattern(r"""(?<![\w-])([\w-]+)="([^"]*|.{0,500}?)"(?=\s|$)""")
_MAX_MISSED = 40  # lines of one text
_MAX_DEPTH = 100  # what stands deeper counts as so deep
_ESCAPED = late.pattern(r"\\(.)")
_UNTOLD = frozenset(
    ("level", "cursor", "ref", "box", "active", "focusable", "disableable", "expandable", "selectable")
)  # attributes that change nothing to do
_ACTIONS = frozenset(
    "link button textbox searchbox combobox listbox checkbox radio switch slider spinbutton tab menuitem menuitemcheckbox "
    "menuitemradio option treeitem textarea input select disclosuretriangle togglebutton popupbutton textfield colorwell".split()
)  # fmt: skip


class Node:
    """An element: lines `start` … `stop - 1` hold it and what is in it. `text` stands beside it, `states` are what it is
    at the moment ("checked", "value=3"), `about` its properties (url)."""

    __slots__ = ("about", "children", "indent", "name", "pointer", "ref", "role", "start", "states", "stop", "text")

    def __init__(self, start: int, indent: int, role: str) -> None:
        self.start = start
        self.stop = start + 1
        self.indent = indent
        self.role = role
        self.name = ""
        self.ref = ""
        self.text = ""
        self.pointer = False
        self.states: list[str] = []
        self.about: dict[str, str] = {}
        self.children: list[Node] = []

    @property
    def acts(self) -> bool:
        """Tell whether an agent can do something with this element."""
        return self.role.lower() in _ACTIONS or (bool(self.ref) and self.pointer)


def is_node(line: str) -> bool:
    """Tell whether `line` is an element with a ref."""
    if "[ref=" in line and _DASHED.match(line):
        return True
    return _match(line) is not None and not line.lstrip().startswith("-")


def _match(line: str) -> re.Match[str] | None:
    start = line.lstrip()[:4]
    if start == "uid=":
        return _NUMBERED.match(line)
    if start[:1] == "[":
        match = _NUMBERED.match(line)
        return match if match is not None and match["role"] and match["name"] is not None else None
    match = _DASHED.match(line) if start[:1] == "-" else None
    return match if match is not None and _is_rest(match["rest"]) else None


def _is_of_tree(line: str) -> bool:
    return _match(line) is not None or _PROPERTY.match(line) is not None


def _is_rest(rest: str) -> bool:
    return not rest or rest[0] in ":'" or rest.startswith((" [", " /"))


def regions(lines: Sequence[str], least: int = 8) -> list[tuple[int, int]]:
    """Return the runs of lines that are trees with at least `least` elements that have refs, as (start, stop)."""
    found: list[tuple[int, int]] = []
    start, refs, missed = -1, 0, 0
    numbered = False
    for index in range(len(lines) + 1):
        line = lines[index] if index < len(lines) else ""
        if index < len(lines) and _is_of_tree(line):
            start = index if start < 0 else start
            refs += is_node(line)
            missed = 0
            numbered = not line.lstrip().startswith("-")
            continue
        # A text of several lines goes on deeper than the element that begins it, or anywhere where names are as they are.
        if index < len(lines) and start >= 0 and missed < _MAX_MISSED and (numbered or line[:1] in (" ", "\t")):
            missed += 1
            continue
        if start >= 0 and refs >= least:
            found.append((start, index - missed))
        start, refs, missed = -1, 0, 0
    return found


def read(lines: Sequence[str], start: int, stop: int) -> list[Node]:
    """Return the elements at the top of lines `start` … `stop - 1`."""
    top: list[Node] = []
    path: list[Node] = []
    for index in range(start, stop):
        line = lines[index]
        about = _PROPERTY.match(line)
        if about is not None:
            if path:
                path[-1].about[about[1]] = _plain(about[2])
            continue
        node = _node(line, index) if _is_of_tree(line) else None
        if node is None:
            if path:
                path[-1].text = f"{path[-1].text} {line.strip()}".strip()
            continue
        while path and (path[-1].indent >= node.indent or len(path) > _MAX_DEPTH):
            path.pop().stop = index
        (path[-1].children if path else top).append(node)
        path.append(node)
    for node in path:
        node.stop = stop
    return top


def _node(line: str, index: int) -> Node | None:
    match = _match(line)
    if match is None:
        return None
    node = Node(index, len(match["indent"]), match["role"] or "text")
    rest = match["rest"]
    if line.lstrip().startswith("-"):
        node.name = _ESCAPED.sub(r"\1", match["name"] or "")
        if match["quote"]:
            node.name, rest = node.name.replace("''", "'"), rest.replace("''", "'")
            rest = rest[:-1] if rest.endswith("'") else rest.replace("':", ":", 1)
        ref = _REF.search(rest)
        node.ref = ref[1] if ref else ""
        rest, colon, text = _head_and_text(rest)
        node.text = _plain(text) if colon else ""
    else:
        node.name, node.ref = match["name"] or "", match["uid"]
        _read_attributes(node, rest)
    node.pointer = "[cursor=pointer]" in rest
    node.states += [state for state in _BRACKETED.findall(rest) if state.partition("=")[0] not in _UNTOLD]
    return node


def _head_and_text(rest: str) -> tuple[str, str, str]:
    """Return the attributes in `rest` and the text behind their colon."""
    at = 0
    while at < len(rest) and rest[at] in " [":
        closed = rest.find("]", at)
        if closed < 0:
            break
        at = closed + 1
    if at < len(rest) and rest[at] == ":":
        return rest[:at], ":", rest[at + 1 :].strip()
    return rest, "", ""


def _read_attributes(node: Node, head: str) -> None:
    for key, value in _ASSIGNED.findall(head):
        if key in ("url", "href"):
            node.about["url"] = value
        elif key not in _UNTOLD:
            node.states.append(f"{key}={value}")
    node.states += [word for word in _ASSIGNED.sub("", head).split() if word.isalpha() and word not in _UNTOLD]


def _plain(text: str) -> str:
    """Return a YAML scalar without its quotes."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return _ESCAPED.sub(r"\1", text[1:-1])
    return text[1:-1].replace("''", "'") if len(text) > 1 and text[0] == text[-1] == "'" else text
