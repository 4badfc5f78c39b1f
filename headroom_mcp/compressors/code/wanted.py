"""What the reader of a file is after: the words of the query, of a search pattern, of a range by pattern."""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.commands import programs, shell
from headroom_mcp.late import re
from headroom_mcp.query import bm25, clauses
from headroom_mcp.tool_output import ToolOutput

# the words between the slashes of sed -n '/def f/,/return/p' and awk '/def f/'
_ADDRESS = late.pattern(r"\\.|/((?:[^/\\]|\\.)+)/")
_WORD = late.pattern(r"[A-Za-z_]\w{2,}")
# check-item    Get-Total: one name in some languages
_DASHED = late.pattern(r"\b[A-Za-z_]\w*(?:-\w+)+")
_KEYWORDS = frozenset(
    "def class func function fn import from return raise throw public private static self this const var let type".split()
)
# read all of it, in full, the entire file
_IN_FULL = late.pattern(
    r"\b(?:in full|entire(?:ly)?|complete(?:ly)? (?:file|read)|whole (?:file|thing))\b", re.IGNORECASE
)
# What is to be done says nothing of where: fix: handle missing …, add support for …, use … instead
_DOING = frozenset(
    (
        "add allow also avoid bug change chore commit correct disable don doesn do enable ensure feat fix handle improve "
        "improvement instead issue make made more new no one patch prevent refactor remove report set some support test "
        "update use using workaround"
    ).split()
)
_MAX_TERMS = 60  # a bug report says first what is wrong


class Asked:
    """`names`: identifiers as written, that a definition's name can equal. `terms`: stems of lower-cased words to look for."""

    __slots__ = ("names", "terms")

    def __init__(self, names: frozenset[str], terms: list[str]) -> None:
        self.names = names
        self.terms = terms


def of(output: ToolOutput) -> Asked:
    """Return what the query and the command of `output` ask for; empty where they say nothing."""
    pattern = _patterns(output)
    text = f"{pattern} {output.query}"
    names = frozenset(word for word in (*_WORD.findall(text), *_DASHED.findall(text)) if word not in _KEYWORDS)
    terms = [term for term in bm25.query_terms(text) if len(term) > 2 and term not in _KEYWORDS]
    stems = dict.fromkeys(clauses.stem(term) if term.isalpha() else term for term in terms)
    doing = {clauses.stem(word) for word in _DOING}
    return Asked(names, ([stem for stem in stems if stem not in doing] or list(stems))[:_MAX_TERMS])


def is_in_full(output: ToolOutput) -> bool:
    """Tell whether the question asks for all of a file, and names one that was read here."""
    if not _IN_FULL.search(output.query):
        return False
    words = [output.path] if output.path else [w for p in shell.parse(output.command) for ws in p for w in ws[1:]]
    names = {word.replace("\\", "/").rpartition("/")[2] for word in words}
    return any(name in output.query for name in names if "." in name)


def _patterns(output: ToolOutput) -> str:
    given = output.tool_input.get("pattern")
    found = [given] if isinstance(given, str) else []
    if output.command:
        for pipeline in shell.parse(output.command):
            for words in pipeline:
                program = shell.name(words)
                if program in programs.SEARCHERS:
                    found.extend(shell.arguments(words)[:1])
                elif program in ("sed", "awk", "gawk"):
                    found.extend(match for word in words[1:] for match in _ADDRESS.findall(word) if match)
    return " ".join(found)
