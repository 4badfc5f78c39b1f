"""The tree of a page snapshot, read from its lines.

- link "Dashboard" [ref=e6] [cursor=pointer]:          a role, a name, a ref
  - /url: /dashboard.html                              what is said of the element above
- text: 3 new messages                                 text
uid=1_6 link "Dashboard" url="/dashboard.html"         the same, as other servers write it
[6] link "Dashboard"
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple

# a dash, a role, a name as YAML, a ref behind it; a text between quotes where YAML needs them
_DASHED = late.pattern(
    r"""(?P<indent>\s*)-\s(?P<quote>')?(?P<role>[a-z][A-Za-z-]*)(?:\s"(?P<name>(?:[^"\\]|\\.)*)")?(?P<rest>(?:[\s:'].*)?)$"""
)
# uid=1_6 | [6] | [ref=e6]; behind it a role, which texts have not, a name as it is, attributes
_NUMBERED = late.pattern(r"([ \t]*)(?:uid=|\[(?:ref=|uid=)?)([A-Za-z]{0,3}[\d_.-]{0,60}\d)\]?(?=\s|$)")
_ROLE = late.pattern(r"\s([A-Za-z][\w-]{0,60})(?=\s|$)")
# what may stand behind a name, which has quotes of its own as they are
_BEHIND = late.pattern(
    r"$|\s[A-Za-z][\w-]{0,60}=[\"']|\s(?:focus|disable|expand|select|check|press|read|requir|invalid|multi|modal|busy)"
    r"[\w-]{0,30}(?=\s|$)|\s\["
)
# - /url: /dashboard.html
_PROPERTY = late.pattern(r"\s*- /(\w+): ?(.*)$")
_REF = late.pattern(r"\[ref=([\w-]+)\]")
_BRACKETED = late.pattern(r"\[([\w-]+(?:=[^\[\]]*)?)\]")
_ASSIGNED = late.pattern(r"\b([A-Za-z][\w-]{0,60})=\"")
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
    return not line.lstrip().startswith("-") and _of_line(line) is not None


class _Read(NamedTuple):
    """An element as its line has it: the characters before it, its ref, role and name, and what stands behind them."""

    indent: int
    ref: str
    role: str
    name: str | None
    rest: str


def _read_numbered(line: str) -> _Read | None:
    match = _NUMBERED.match(line)
    if match is None:
        return None
    at = match.end()
    role = _ROLE.match(line, at)
    at = role.end() if role else at
    name = None
    if line[at : at + 2] in (' "', " '"):
        end = line.find(line[at + 1], at + 2)
        while end >= 0 and _BEHIND.match(line, end + 1) is None:
            end = line.find(line[at + 1], end + 1)
        if end >= 0:
            name, at = line[at + 2 : end], end + 1
    return _Read(len(match[1]), match[2], role[1] if role else "", name, line[at:])


def _read_dashed(line: str) -> _Read | None:
    match = _DASHED.match(line)
    if match is None or not _is_rest(match["rest"]):
        return None
    name, rest = _ESCAPED.sub(r"\1", match["name"] or ""), match["rest"]
    if match["quote"]:
        name, rest = name.replace("''", "'"), rest.replace("''", "'")
        rest = rest[:-1] if rest.endswith("'") else rest.replace("':", ":", 1)
    ref = _REF.search(rest)
    return _Read(len(match["indent"]), ref[1] if ref else "", match["role"], name, rest)


def _of_line(line: str) -> _Read | None:
    """Return the element that `line` is, None where it is none."""
    start = line.lstrip()[:4]
    if start == "uid=":
        return _read_numbered(line)
    if start[:1] == "[":
        found = _read_numbered(line)
        return found if found is not None and found.role and found.name is not None else None
    return _read_dashed(line) if start[:1] == "-" else None


def _is_of_tree(line: str) -> bool:
    return _of_line(line) is not None or _PROPERTY.match(line) is not None


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
    found = _of_line(line)
    if found is None:
        return None
    node = Node(index, found.indent, found.role or "text")
    node.name, node.ref, rest = found.name or "", found.ref, found.rest
    if line.lstrip().startswith("-"):
        rest, colon, text = _head_and_text(rest)
        node.text = _plain(text) if colon else ""
    else:
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
    """Note what stands behind a name: `url="…" value="…" focused`. A value ends at a quote before a space or the end."""
    position, plain = 0, ""
    while (found := _ASSIGNED.search(head, position)) is not None:
        end = head.find('" ', found.end())
        end = len(head) - 1 if end < 0 else end
        if end < found.end() or head[end] != '"':
            break
        plain += head[position : found.start()]
        position = end + 1
        key, value = found[1], head[found.end() : end]
        if key in ("url", "href"):
            node.about["url"] = value
        elif key not in _UNTOLD:
            node.states.append(f"{key}={value}")
    words = (plain + head[position:]).split()
    node.states += [word for word in words if word.isalpha() and word not in _UNTOLD]


def _plain(text: str) -> str:
    """Return a YAML scalar without its quotes."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return _ESCAPED.sub(r"\1", text[1:-1])
    return text[1:-1].replace("''", "'") if len(text) > 1 and text[0] == text[-1] == "'" else text
