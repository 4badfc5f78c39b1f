"""What a user has typed of a prompt, and what may only stand in it: pasted, quoted, fenced, told by somebody else.

Only a person's own words may become "the user always wants …". A prompt does not say what was pasted, so the reading is
strict: a prompt of one line, of few sentences, without anything to be explained or translated, up to what it quotes or
introduces. A convention that is missed costs a reminder; one that a web page put into the user's mouth costs more.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.late import re
from headroom_mcp.text import visible

_MAX_CHARS = 400  # longer lines are seldom typed
_MAX_SENTENCES = 4
_LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
_SENTENCE = late.pattern(r"(?<=[.!?])\s+")
# `uv`, "pnpm": a name, not somebody's sentence
_NAME = late.pattern(r"([\"`'“”‘’])([\w@./+-]{1,40})([\"`'“”‘’])")
# where somebody's words begin: a quotation mark, the host's sign for what was pasted
_QUOTES = late.pattern(r"[\"“”„«»‹›`「」]|(?<!\w)['‘](?=\w)|\[Pasted text")
# "the guide says: …"; but "note: …", "in this repo: …" are the user's own
_INTRODUCES = late.pattern(r":(?=\s|$)")
_OWN_HEAD = late.pattern(
    r"(?:^|[\s.])(?:note|important|remember|reminder|rule|convention|preference|fyi|btw|ps|p\.s\.|(?:in|for) this (?:project|repo|repository|codebase))$",
    re.IGNORECASE,
)
# what is to be explained, translated or judged is somebody's text
_ABOUT_A_TEXT = late.pattern(
    r"\b(?:explain|translate|summari[sz]e|rewrite|rephrase|paraphrase|proofread|reword|spellcheck|grammar|what (?:does|do|is|are) (?:this|that|it|these)|"
    r"what'?s (?:this|that)|(?:does|is|are) (?:this|that|it|these)|mean(?:s|ing)?|according to|says?|said|wrote|writes|states?|reads?|quote[sd]?|"
    r"from (?:the|a|an|our|their) (?:\w+ ){0,3}(?:page|site|docs?|documentation|readme|guide|email|mail|ticket|issue|comment|post|article|wiki|chat|slack|log|output|review))\b",
    re.IGNORECASE,
)
# a list item, a heading, a table row, a log's time, a tag, a mail's header, a line of code
_NOT_PROSE = late.pattern(r"^\s*(?:[-*+•>|#]|\d+[.)]\s|\d{4}-\d\d|\[|<|\w[\w-]*: |\$ |//|/\*|\{)|[{};]\s*$|</?\w+>")


def sentences(prompt: str) -> list[str]:
    """Return the sentences of `prompt` that its user has typed, as far as that can be known; [] in any doubt."""
    line = visible.left_out(prompt.strip())
    if (
        len(line) > _MAX_CHARS
        or any(char in prompt.strip() for char in _LINE_ENDS)
        or _NOT_PROSE.search(_own_head_cut(line))
    ):
        return []
    begins = _QUOTES.search(_NAME.sub(lambda name: "_" * len(name.group()), line))
    line = _before_introduced(line[: begins.start()] if begins else line)
    found = [sentence.strip() for sentence in _SENTENCE.split(line) if sentence.strip()]
    if len(found) > _MAX_SENTENCES or _ABOUT_A_TEXT.search(prompt):
        return []
    return found[:-1] if begins else found  # the last one ends in what is quoted


def _own_head_cut(line: str) -> str:
    """Return `line` without a head such as "Note:", which a mail's header looks like."""
    head, colon, rest = line.partition(":")
    return rest.lstrip() if colon and _OWN_HEAD.search(head) else line


def _before_introduced(line: str) -> str:
    """Return `line` up to a colon that introduces somebody else's words."""
    for match in _INTRODUCES.finditer(line):
        if not _OWN_HEAD.search(line[: match.start()]):
            return line[: match.start()].rpartition(".")[0]
    return line
