"""Definitions of a language that nobody here knows: what begins at the margin, with the deeper lines below it.

    defmodule Shop.Cart do          a head line that opens a type: its own members are looked for, one margin deeper
      @doc "Adds an item."
      def add(cart, item) do        a head line with a body
        …
      end
    end

Every language that people indent has this shape. A table of first words tells a definition of one line, and a type, from
a statement; nothing else is known of any language. Rows are 0-based, ranges half-open.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late

_TYPES = frozenset(
    (
        "defmodule defprotocol defimpl class trait object interface module namespace package instance protocol extension "
        "extend mixin actor primitive impl implementation contract library service functor signature behaviour entity "
        "program unit component singleton"
    ).split()
)
_DATA = frozenset(
    (
        "struct enum union record type newtype data message oneof input scalar fragment schema typedef alias defstruct "
        "defexception defrecord exception typep callback macrocallback table view error event variable output locals resource"
    ).split()
)
_FUNCTIONS = frozenset(
    (
        "def defp defmacro defmacrop defguard defguardp defdelegate defn defn- defmulti defmethod deftype definterface "
        "defun defvar defparameter defconst defcustom define fn func function fun proc procedure sub method macro template "
        "rpc directive query mutation subscription modifier constructor provider task target rule stage create alter let "
        "rec and val new be op operator subroutine predicate theorem lemma test it describe context given macro_rules! ns "
        "project option add_executable add_library add_custom_target"
    ).split()
)
_MODIFIERS = frozenset(
    (
        "public private protected internal static final abstract sealed override virtual async export default declare "
        "open inline case implicit lazy partial pure recursive global local pub extern const var unsafe inductive rec "
        "mutable data foreign external late factory suspend companion comptime opaque mut my our box ref iso trn tag"
    ).split()
)
_DEFINING_SIGNS = frozenset(
    "interface implementation protocol class type typep opaque callback macrocallback".split()
)  # @…
_CONTROL = frozenset("if for foreach while loop switch match select try unless until repeat return guard".split())
_CLOSERS = frozenset(
    (
        "end end. end; fi done esac else elif elsif elseif rescue catch after finally ensure then endif endwhile endfunction "
        "endmodule endclass endmacro endforeach @end when otherwise in"
    ).split()
)
_IMPORTS = frozenset(
    "import from use using require require_relative open include #include #import alias library source load @import with".split()
)
_COMMENT = ("#", "//", "/*", "*", "--", ";", "%%", "% ", "(*", "{-", "<!--", "'")
_BLOCKS = {
    "/*": "*/", "{-": "-}", "(*": "*)", "--[[": "]]", "#|": "|#", "<#": "#>", "#=": "=#", "<!--": "-->", "=begin": "=end",
    "=pod": "=cut", "=head": "=cut", "=over": "=cut", "=item": "=cut", "%{": "%}", '"""': '"""', "'''": "'''",
}  # fmt: skip
_HEREDOC = ('"""', "'''")
_CLOSING = frozenset(")}]|")
_MAX_HEAD_ROWS = 16
_MAX_TAIL_ROWS = 4  # "returns (bool) {" stands below the parameters
_MAX_DEPTH = 3
_MOST = 0.8  # of the lines: what holds nearly the whole file is not a function
_BLOCK_WORDS = frozenset(("let", "in", "{", "rec {", "type", "const", "var", "val", "where", "private", "public"))
_TAILS = frozenset(
    "returns return throws where extends implements with override public external internal view pure noexcept".split()
)
_ENDS = frozenset(
    "end end. end; fi done esac endif endwhile endfunction endmodule endclass endmacro endforeach @end".split()
)
_OPENERS = ("{", "=", "->", ":", "=>")
_OPENING_WORDS = frozenset(("do", "where", "is", "begin", "then", "of", "as", "struct", "object", "record", "class"))
# a word, a quoted name, an operator in parentheses, a sign
_WORDS = late.pattern(r"\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|[@#]?[^\W\d][\w$'?!.:-]*|[^\s\w]|\d+")
# double x = x * 2     f(x) = …     area :: Shape -> Double     square <- function(x)     name := value     target: parts
_EQUATION = late.pattern(
    r"^\s*(?P<name>[^\W\d][\w.$']*)(?P<given>[^=<:\n]{0,200}?)\s*(?P<sign>::?=|::|<-|=>|=(?!=)|:(?=\s|$))"
)
_FUNCTION_VALUE = late.pattern(
    r"(?:=|<-|:)\s*(?:async\s+)?(?:function\b|fn\b|fun\b|lambda\b|proc\b|\\|\([^()\n]{0,200}\)\s*[-=]>)"
)
# add(item) ->    greet() {    CGFloat area(Shape s)
_CALLABLE = late.pattern(r"^\s*(?:[\w<>*&,\[\]]+\s+){0,5}?(?P<name>[^\W\d][\w$'?!.:]*)\s*\(")
# - (void)draw:(int)x {
_METHOD = late.pattern(r"^\s*[-+]\s*\([^()\n]{0,80}\)\s*(?P<name>[^\W\d]\w*)")
# fun box total(    twice(int x) =>
_CALLED = late.pattern(r"^[\w\s<>]{0,80}?(?P<name>[^\W\d][\w$'?!.:]*)\(")

Found = tuple[str, str, int, int, int]


class _Page:
    """Lines, and what is asked of each more than once. `quiet`: nothing begins there; `depths`: brackets opened less closed."""

    __slots__ = ("depths", "firsts", "indents", "lines", "quiet")

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.indents = [_indent(line) for line in lines]
        self.firsts = [_first_word(line) for line in lines]
        self.quiet = _quiet(lines)
        for row, line in enumerate(lines):
            self.quiet[row] = self.quiet[row] or not line.strip()
        self.depths = [line.count("(") + line.count("[") - line.count(")") - line.count("]") for line in lines]

    def closes(self, row: int) -> bool:
        """Tell a line that ends what stands above it: "}", "end"."""
        return self.firsts[row] in _CLOSERS or self.lines[row].lstrip()[:1] in _CLOSING


def definitions(lines: Sequence[str]) -> list[Found]:
    """Return (name, role, start, head_stop, stop) of the definitions of `lines`, in row order."""
    found: list[Found] = []
    _collect(_Page(lines), 0, len(lines), 0, found)
    return found


def imports(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the rows at the margin that bring in other modules."""
    return [(row, row + 1) for row, line in enumerate(lines) if line[:1].strip("(") and _first_word(line) in _IMPORTS]


def constants(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the rows at the margin that give a name to a value."""
    return [
        (row, row + 1)
        for row, line in enumerate(lines)
        if line[:1].strip() and not line.startswith(_COMMENT) and _EQUATION.match(line)
    ]


def _collect(page: _Page, start: int, stop: int, depth: int, found: list[Found]) -> None:
    """Add the definitions at the margin of rows `start` … `stop - 1`, and those inside types."""
    margin = _margin(page, start, stop)
    row = start
    attached = -1  # the first annotation above
    while row < stop:
        line = page.lines[row]
        if page.quiet[row] or page.indents[row] != margin or _is_comment(line):
            attached = attached if line.strip() and page.indents[row] > margin else -1
            row += 1
            continue
        word = page.firsts[row]
        if page.closes(row) or word in _IMPORTS:
            attached = -1
            row += 1
            continue
        if _is_attribute(line):
            attached = row if attached < 0 else attached
            row += 1
            continue
        head_stop = _head_stop(page, row, stop)
        end = _end(page, head_stop, stop, margin)
        if end > head_stop and line.strip() in _BLOCK_WORDS:
            if depth < _MAX_DEPTH:
                _collect(page, head_stop, end, depth + 1, found)
        elif word not in _CONTROL:
            opens = _opens(page.lines[head_stop - 1])
            told = _told(line, opens=opens)
            if told is None and end > head_stop and (depth == 0 or opens):
                told = (_any_name(line), "function")
            if told is not None:
                name, role = told
                found.append((name or word, role, attached if attached >= 0 else row, head_stop, end))
                if end > head_stop and depth < _MAX_DEPTH and (role == "type" or end - row > _MOST * len(page.lines)):
                    _collect(page, head_stop, end, depth + 1, found)
        attached = -1
        row = end


def _told(line: str, *, opens: bool) -> tuple[str, str] | None:
    """Return the name and role of a definition that its own first line tells to be one. `opens`: its head ends as one does that has a
    body."""
    words: list[str] = _WORDS.findall(line[:300])
    at = 1 if words and words[0] == "(" else 0  # (defn area [shape] …
    while at < len(words) - 1 and words[at] in _MODIFIERS:
        if _role(words[at]) and not (_role(words[at + 1]) or words[at + 1] in _MODIFIERS):
            break  # "data Cart", but "data class Cart"
        at += 1
    word = words[at].removeprefix("@") if at < len(words) else ""
    role = _role(word) if words[at : at + 1] != [f"@{word}"] or word in _DEFINING_SIGNS else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if role and after and (after not in ("=", ".", ",", ":", ")") and (after != "(" or role == "function")):
        name = _name_after(line[line.index(word) + len(word) :], words[at + 1 :])
        if name:
            return (word if name.endswith(":") and word in _DATA else name.rstrip(":.")), role
    rest = line[line.index(words[at]) :] if at < len(words) else line
    return _equation(rest) or _called(line, words, opens=opens)


def _role(word: str) -> str:
    if word in _TYPES:
        return "type"
    if word in _DATA:
        return "data"
    return "function" if word in _FUNCTIONS or word.startswith(("define-", "def-")) else ""


def _equation(line: str) -> tuple[str, str] | None:
    """Return the name and role of `name … = …` and its like, where it is more than a value with a name."""
    found = _EQUATION.match(line)
    if found is None or found["given"].count("(") != found["given"].count(")"):
        return None
    given = found["given"].strip()
    called = _CALLED.match(line)
    name = called["name"] if called is not None and given and given[0].isalpha() and "(" in given else found["name"]
    if _FUNCTION_VALUE.search(line) or found["sign"] == "::" or (given and given[0] not in "[.,;{}"):
        return name, "function"
    if found["sign"] == ":" and not line.rstrip().endswith((",", ";")):
        return name, "function"
    if any(f"{kind} {{" in line or line.rstrip().endswith(f" {kind}") for kind in ("struct", "enum", "union")):
        return name, "type"
    return None


def _called(line: str, words: list[str], *, opens: bool) -> tuple[str, str] | None:
    """Return the name and role of `name(…) {` and its like, and of an instruction in capitals."""
    method = _METHOD.match(line)
    if method is not None:
        return method["name"], "function"
    found = _CALLABLE.match(line)
    if found is not None and (opens or "->" in line):
        return found["name"], "function"
    return (_any_name(line), "function") if words and words[0].isupper() and len(words[0]) > 2 else None


def _name_after(text: str, words: list[str]) -> str:
    """Return the name that `text` (its words: `words`) gives to a definition; quoted ones are joined: "a" "b" → a.b."""
    quoted: list[str] = []
    while len(quoted) < len(words) and words[len(quoted)][0] in "\"'" and len(words[len(quoted)]) > 2:
        quoted.append(words[len(quoted)][1:-1])
    if quoted:
        return ".".join(quoted)
    called = _CALLED.match(text)
    if called is not None:
        return called["name"].rstrip(":.")
    depth = 0
    for at, word in enumerate(words):  # func (s *S) name    fun <T> name    let rec name    defn ^:private name
        depth += (word in ("(", "<", "[")) - (word in (")", ">", "]"))
        follows = words[at + 1] if at + 1 < len(words) else ""
        skipped = word in _MODIFIERS or (bool(_role(word)) and follows[:1].isalpha())
        if depth == 0 and (word[0].isalpha() or word[0] == "_") and not skipped:
            return word
    return next((word for word in words if word[0].isalpha()), "")


def _any_name(line: str) -> str:
    words: list[str] = _WORDS.findall(line[:300])
    for word in words:
        if word[0] in "\"'" and len(word) > 2:
            return word[1:-1]
    names = [word for word in words if (word[0].isalpha() or word[0] == "_") and word not in _MODIFIERS]
    return (names[1] if len(names) > 1 and names[0].isupper() else names[0]).rstrip(":.") if names else ""


def _head_stop(page: _Page, row: int, stop: int) -> int:
    """Return the row after a head: where its brackets are closed, and the "{" below parameters that stand alone."""
    first = page.lines[row].lstrip()
    depth = -1 if first.startswith("(") else 0
    at = row
    if not ("=" in first and first.rstrip().endswith(("[", "(", "{"))):  # no value of many lines
        for below in range(row, min(stop, row + _MAX_HEAD_ROWS)):
            depth += page.depths[below]
            if depth <= 0:
                at = below
                break
    if _opens(page.lines[at]) or page.lines[at].rstrip().endswith(";"):
        return at + 1
    indent = page.indents[row]
    for below in range(at + 1, min(stop, at + 1 + _MAX_TAIL_ROWS)):
        text = page.lines[below].strip()
        if text == "{" or (text == "begin" and page.indents[below] == indent):
            return below + 1
        if not text or text.endswith(";") or page.indents[below] < indent or "=" in text:
            break
        if page.indents[below] > indent and text.endswith(" {") and page.firsts[below] in _TAILS:
            return below + 1
    return at + 1


def _end(page: _Page, row: int, stop: int, margin: int) -> int:
    """Return the row after the body that begins at `row`: the last deeper line, with what closes it at the margin."""
    opened = _opens(page.lines[row - 1])
    last = row
    while row < stop:
        line = page.lines[row]
        indent = page.indents[row]
        if not (page.quiet[row] or (indent <= margin and _is_comment(line))):
            if indent > margin:
                opened = True
            elif not (opened and indent == margin and page.closes(row)):
                break
            last = row + 1
            if indent == margin and not _opens(line) and page.firsts[row] not in _CLOSERS - _ENDS:
                break
        row += 1
    return last


def _quiet(lines: Sequence[str]) -> list[bool]:
    """Tell for each row whether it lies in a comment or a text of several lines: nothing begins there."""
    quiet = [False] * len(lines)
    unclosed: set[str] = set()
    row = 0
    while row < len(lines):
        text = lines[row].strip()
        opener = next((mark for mark in _BLOCKS if text.startswith(mark)), "")
        inside = ""
        if not opener:
            inside = next((mark for mark in _HEREDOC if text.endswith(mark) and text.count(mark) == 1), "")
        close = _BLOCKS.get(opener or inside, "")
        last = -1
        if close and close not in unclosed and not (opener and close in text[len(opener) :]):
            last = next((at for at in range(row + 1, len(lines)) if close in lines[at]), -1)
            if last < 0:
                unclosed.add(close)  # searched once, for all that follow
        if last < 0:
            row += 1
            continue
        for at in range(row if opener else row + 1, last + 1):
            quiet[at] = True
        row = last + 1
    return quiet


def _margin(page: _Page, start: int, stop: int) -> int:
    indents = (page.indents[row] for row in range(start, stop) if not page.quiet[row] and not page.closes(row))
    return min(indents, default=0)


def _is_comment(line: str) -> bool:
    text = line.lstrip()
    return text.startswith(_COMMENT) and not text.startswith(("#[", "#include", "#import", "#define"))


def _is_attribute(line: str) -> bool:
    """Tell an annotation, which belongs to the definition below: @spec …, #[test], [<Struct>], ^:private."""
    text = line.lstrip()
    if text.startswith(("#[", "[<", "[[")):
        return text.rstrip().endswith("]")
    return text.startswith("@") and _first_word(text)[1:] not in _DEFINING_SIGNS


def _opens(line: str) -> bool:
    words = line.split()
    return bool(words) and (words[-1].endswith(_OPENERS) or words[-1] in _OPENING_WORDS)


def _first_word(line: str) -> str:
    words = line.split(None, 1)
    return words[0].strip("(){},;").partition("(")[0] if words else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
