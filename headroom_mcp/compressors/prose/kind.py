"""Running text: articles, reports, letters, transcripts.

With a query, each of its questions gets the sentences that answer it best, with their neighbours; without one, half of the
text stays: the sentences with most names, numbers, code and rules that were not told before. A paragraph on one line is shown in part, with a count of the sentences left out:

    The bridge opened in 1932. [… 4 sentences …] It was widened in 1971.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

from headroom_mcp import late
from headroom_mcp.compressors import _sections
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.query import clauses
from headroom_mcp.text import lines as lines_module
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

# the end of a sentence and its closing marks, before what can begin another
_SENTENCE_END = late.pattern(r"(?:[.!?…][\"'”’»)\]]*\s+(?=[\"'“‘«(\[]*[^\W_a-z])|[。！？]+[」』”）]*)")
_ABBREVIATION = late.pattern(
    r"(?:^|[\s(\"“])(?:[A-Z]|[A-Z]\.[A-Z]|[Dd]r|Mrs?|Ms|St|Jr|Sr|vs|etc|e\.g|i\.e|cf|[Nn]o|[Ff]igs?|Eq|al|approx|Prof|Gen|Lt|Col|Capt|Vol|pp?)\.\s*$"
)
_STOP = frozenset("the of and to in is was that for with as it on by are be this from his an which he not or".split())
_ASKS_TIME = late.pattern(r"\bwhen\b|\b(?:what|which) (?:year|century|date|day|month|decade)\b", re.IGNORECASE)
_ASKS_NUMBER = late.pattern(
    r"\bhow (?:many|much|far|long|large|old|often|big|high|fast)\b|\b(?:percent\w*|number|rate|price|cost)\b",
    re.IGNORECASE,
)
_ASKS_NAME = late.pattern(r"\bwho(?:se|m)?\b", re.IGNORECASE)
_TIME = late.pattern(
    r"\b\d{3,4}s?\b|\bcentury\b|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_NUMBER = late.pattern(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|billion|half|third|quarter)\b"
)
_NAME = late.pattern(r"(?<=[a-z,;] )[A-Z][a-z]+")

_MIN_FIGURES, _FIGURES_SHARE = 6, 0.3  # of the words of a table
_FIGURE = late.pattern(r"(?<!\S)[-+]?\d[\d.,:]*(?:[eE][-+]?\d+)?%?(?!\S)")
_LONG_LINE_CHARS = 250  # a line of that length holds several sentences: it is shown in part
_ROUNDS = 8  # sentences for each question; on the development texts the answer is among the first eight for 27 of 28
_LONELY_ROUNDS = 10
_MAX_SHARE = 0.45
_QUESTION_TOKENS = 320
_GAP_TOKENS = 8
WORDS = "words:"  # before the model in `prose_model`: words are left out, not sentences
_UNASKED_SHARE = 0.47  # of the tokens: half of the text with the counts of what is left out
_LONG_WORD, _STEM = 5, 7
_WORTH_OF_A_WORD, _WORTH_OF_CODE = 0.45, 2.0
_SHORT_TOKENS = 6  # that a sentence costs beside its length: a short one says little that stands alone
_LOOKS = 4  # at a sentence whose worth has fallen
_OF_RULES = frozenset(
    "must mustn never shall should shouldn cannot only unless except always required forbidden".split()
)
_WORD = late.pattern(r"[^\W_][\w'’-]*")
_MIN_RATE, _MAX_RATE = 0.2, 0.7  # shares of words for a model to keep: below, nothing can be understood


# `make`    ROUNDING=half_even    --scale7    src/pen.py    weigh()
_CODE = late.pattern(
    r"`[^`]{1,300}`|\b[A-Za-z]\w{0,80}(?:=[\w\"']|_\w)|(?<!\S)--?[a-z][\w-]+|\w/[\w./-]{0,200}\w\.\w{1,5}\b|\b\w{1,80}\(\)"
)


class Sentence(NamedTuple):
    """A sentence: its paragraph, its first and last line (0-based), and its place in the paragraph's text."""

    paragraph: int
    first: int
    last: int
    start: int
    stop: int
    text: str


def score(output: ToolOutput) -> float:
    """Return how much of a sample is sentences: long lines of words with the commonest of them among them."""
    lines = [line.strip() for line in lines_module.without_numbers(output.lines[:400]) if line.strip()]
    chars = sum(len(line) for line in lines)
    if chars < 600:
        return 0.0
    spoken = sum(len(line) for line in lines if _is_spoken(line))
    share = spoken / chars
    alone = sum(1 for line in lines if len(line) < 120 and line[-1] in ".!?:;")
    if share < 0.65 or alone > 0.7 * len(lines):  # one short sentence a line is a list of messages
        return 0.0
    return 0.0 if _are_records(output.lines[:400], len(lines)) else 0.3 + 0.3 * share


def _are_records(lines: Sequence[str], filled: int) -> bool:
    """Tell whether most of the `filled` lines are keys with their values, in blocks: what a value says may be a sentence."""
    from headroom_mcp.records import find

    return sum(1 for key in find.keys(lines) if key) * 2 > filled and find.in_blocks(lines)


def facts(output: ToolOutput) -> list[Fact]:
    """Return lines that are failures by their form: a text that tells of failures is none."""
    return _sections.failures(output.lines)


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Keep the sentences that answer the query, else those that tell most."""
    query = clauses.asked(output)
    if _sections.is_read_whole(output, query):
        return None
    lines = lines_module.without_numbers(output.lines)
    sentences = split(lines)
    if len(sentences) < 6:
        return None
    costs = [tokens.estimate(sentence.text) for sentence in sentences]
    kept = _answers(sentences, costs, query, budget) if query else set()
    if not kept and output.prose_model.startswith(WORDS):
        return _by_model(output, budget)
    if not kept:
        limit = _unasked(output, sum(costs), budget)
        kept = (
            _scored(sentences, costs, output.prose_model, limit)
            if output.prose_model
            else _telling(sentences, costs, limit)
        )
    kept |= _of_figures(sentences, costs, budget // 2)
    parts = _parts(output.lines, sentences, costs, kept)
    return None if all(part.action == "keep" for part in parts) else Compressed(parts)


def _of_figures(sentences: Sequence[Sentence], costs: Sequence[int], room: int) -> set[int]:
    """Return what is no sentence but a table among them: its figures are what the sentences are about."""
    found: set[int] = set()
    for at, sentence in enumerate(sentences):
        figures = len(_FIGURE.findall(sentence.text))
        is_table = figures >= _MIN_FIGURES and figures >= _FIGURES_SHARE * len(sentence.text.split())
        if is_table and costs[at] <= room:
            room -= costs[at]
            found.add(at)
    return found


def _unasked(output: ToolOutput, total: int, budget: int) -> int:
    """Return the tokens to keep where nobody says what is wanted: half, for answers grow where more is missing; less only
    where the host would hide so much."""
    if output.limit_chars and _UNASKED_SHARE * len(output.text) > output.limit_chars:
        return budget
    return max(budget, int(_UNASKED_SHARE * total))


def _scored(sentences: Sequence[Sentence], costs: Sequence[int], model: str, budget: int) -> set[int]:
    """Return the sentences whose words a model would keep most of. Raises: as `llmlingua.worth`."""
    from headroom_mcp.compressors.prose import llmlingua

    worth = llmlingua.worth([sentence.text for sentence in sentences], model)
    kept: set[int] = set()
    for at in sorted(range(len(sentences)), key=lambda at: (-worth[at], at)):
        if costs[at] <= budget:
            budget -= costs[at]
            kept.add(at)
    return kept


def _by_model(output: ToolOutput, budget: int) -> Compressed:
    """Return the whole text with the words a model keeps. Raises: as `llmlingua.prune`."""
    from headroom_mcp.compressors.prose import llmlingua

    text = "\n".join(output.lines)
    rate = min(_MAX_RATE, max(_MIN_RATE, budget / max(1, output.tokens)))
    shown = llmlingua.prune(text, output.prose_model[len(WORDS) :], rate)
    before, after = len(text.split()), len(shown.split())
    note = (
        f"[… {max(0, before - after):,} of {before:,} words left out by LLMLingua-2: no sentence is sure to be whole]"
    )
    return Compressed([Part(0, len(output.lines), "render", f"{shown}\n{note}")])


def split(lines: Sequence[str]) -> list[Sentence]:
    """Return the sentences of `lines`. A paragraph ends at a blank line, and at every line end where lines are long."""
    found: list[Sentence] = []
    paragraph = 0
    index = 0
    while index < len(lines):
        if not lines[index].strip():
            index += 1
            continue
        stop = index + 1
        if len(lines[index]) < _LONG_LINE_CHARS:
            while stop < len(lines) and lines[stop].strip() and len(lines[stop]) < _LONG_LINE_CHARS:
                stop += 1
        _split_paragraph(lines[index:stop], index, paragraph, found)
        paragraph += 1
        index = stop
    return found


def _split_paragraph(lines: Sequence[str], first: int, paragraph: int, found: list[Sentence]) -> None:
    text = "\n".join(lines)
    ends = [0]
    for match in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text, max(ends[-1], match.end() - 12), match.end()):
            ends.append(match.end())
    if ends[-1] < len(text):
        ends.append(len(text))
    line = first
    for start, stop in pairwise(ends):
        piece = text[start:stop]
        last = line + piece.rstrip().count("\n")
        found.append(Sentence(paragraph, line, last, start, stop, piece.strip()))
        line += piece.count("\n")


def _answers(sentences: Sequence[Sentence], costs: Sequence[int], query: str, budget: int) -> set[int]:
    """Return the best sentences for each question, question by question in rounds, with the neighbours of each."""
    ranked = _ranked(sentences, query)
    asked_for = sum(1 for found in ranked if found)
    if not asked_for:
        return set()
    limit = max(budget, min(int(_MAX_SHARE * sum(costs)), _QUESTION_TOKENS * asked_for))
    rounds = _ROUNDS if asked_for > 1 else _LONELY_ROUNDS
    kept: set[int] = set()
    spent = 0
    for turn in range(rounds):
        for found in ranked:
            if turn >= len(found):
                continue
            at = found[turn]
            wanted = {at} | (
                {i for i in (at - 1, at + 1) if _same_paragraph(sentences, at, i)} if turn < _ROUNDS else set()
            )
            cost = sum(costs[i] for i in wanted - kept)
            if spent + cost > limit and turn > 0:
                return kept
            spent += cost
            kept |= wanted
    return kept


def _ranked(sentences: Sequence[Sentence], query: str) -> list[list[int]]:
    """Return for each clause the sentences, best first: by their own words, their neighbours' and their paragraph's, and
    by holding a time, a number or a name where one is asked for."""
    texts = [sentence.text for sentence in sentences]
    last = sentences[-1].paragraph
    paragraphs: list[list[str]] = [[] for _ in range(last + 1)]
    for sentence in sentences:
        paragraphs[sentence.paragraph].append(sentence.text)
    by_paragraph = clauses.rank(query, [" ".join(pieces) for pieces in paragraphs])
    ranked: list[list[int]] = []
    for clause, found, around in zip(clauses.clauses(query), clauses.rank(query, texts), by_paragraph, strict=True):
        own = {passage.place: passage.score for passage in found}
        wide = {passage.place: passage.score for passage in around}
        wanted = _wanted_form(clause)
        scores: dict[int, float] = {}
        for at in own.keys() | {i for j in own for i in (j - 1, j + 1) if _same_paragraph(sentences, j, i)}:
            beside = max((own.get(i, 0.0) for i in (at - 1, at + 1) if _same_paragraph(sentences, at, i)), default=0.0)
            value = own.get(at, 0.0) + 0.2 * beside + 0.5 * wide.get(sentences[at].paragraph, 0.0)
            scores[at] = value * 1.2 if wanted is not None and wanted.search(texts[at]) else value
        ranked.append(sorted(scores, key=lambda at: (-scores[at], at)))
    return ranked


def _wanted_form(clause: str) -> re.Pattern[str] | None:
    """Return what the answer to a question looks like, None where the question does not say."""
    if _ASKS_TIME.search(clause):
        return _TIME
    if _ASKS_NUMBER.search(clause):
        return _NUMBER
    return _NAME if _ASKS_NAME.search(clause) else None


def _same_paragraph(sentences: Sequence[Sentence], at: int, other: int) -> bool:
    return 0 <= other < len(sentences) and sentences[other].paragraph == sentences[at].paragraph


def _telling(sentences: Sequence[Sentence], costs: Sequence[int], budget: int) -> set[int]:
    """Return the sentences that tell most for their length: nobody says what is wanted.

    Names, numbers, code and words of rules count, a long word less, and each once: what is told need not be told again.
    """
    told = [_told(sentence.text) for sentence in sentences]
    kept: set[int] = set()
    known: set[str] = set()

    def worth(at: int) -> float:
        new = sum(value for what, value in told[at].items() if what not in known)
        return new / (costs[at] + _SHORT_TOKENS)

    # Worth only falls as more becomes known: what is best after another look is the best there is.
    waiting = [(-worth(at), at, 0) for at in range(len(sentences))]
    heapify(waiting)
    while waiting:
        _, best, looks = heappop(waiting)
        now = worth(best)
        if waiting and -now > waiting[0][0] and looks < _LOOKS:
            heappush(waiting, (-now, best, looks + 1))
        elif costs[best] <= budget and (now > 0 or not kept):
            budget -= costs[best]
            kept.add(best)
            known.update(told[best])
    return kept


def _told(text: str) -> dict[str, float]:
    """Return what a sentence tells, with its worth: its names, numbers, code and words of rules, and its long words."""
    found: dict[str, float] = {}
    for number, match in enumerate(_WORD.finditer(text)):
        word = match[0]
        if word[0].isdigit() or (number and word[0].isupper()) or word.lower() in _OF_RULES:
            found[word.lower()] = 1.0
        elif len(word) >= _LONG_WORD:
            found.setdefault(word[:_STEM].lower(), _WORTH_OF_A_WORD)
    for match in _CODE.finditer(text):
        found[match[0]] = _WORTH_OF_CODE
    return found


def _parts(lines: Sequence[str], sentences: Sequence[Sentence], costs: Sequence[int], kept: set[int]) -> list[Part]:
    """Return parts: lines of kept sentences verbatim, long lines in part, the rest left out."""
    by_line: dict[int, list[int]] = {}
    for index, sentence in enumerate(sentences):
        for line in range(sentence.first, sentence.last + 1):
            by_line.setdefault(line, []).append(index)
    parts: list[Part] = []

    def add(part: Part) -> None:
        if parts and part.action != "render" and parts[-1].action == part.action:
            parts[-1] = parts[-1]._replace(stop=part.stop)
        else:
            parts.append(part)

    for line in range(len(lines)):
        inside = by_line.get(line, [])
        shown = [i for i in inside if i in kept]
        if not shown:
            add(Part(line, line + 1, "omit"))
            continue
        gaps = sum(costs[i] for i in inside if i not in kept)
        if len(lines[line]) < _LONG_LINE_CHARS or gaps <= 2 * _GAP_TOKENS:
            add(Part(line, line + 1, "keep"))
        else:
            add(Part(line, line + 1, "render", _in_part(lines[line], sentences, costs, inside, kept)))
    return parts


def _in_part(
    line: str, sentences: Sequence[Sentence], costs: Sequence[int], inside: Sequence[int], kept: set[int]
) -> str:
    """Return a long line's kept sentences with the count of those between them."""
    pieces: list[str] = []
    gap: list[int] = []
    for index in [*inside, -1]:
        if index >= 0 and index not in kept:
            gap.append(index)
            continue
        if gap:
            if sum(costs[i] for i in gap) <= _GAP_TOKENS:
                pieces.extend(sentences[i].text for i in gap)
            else:
                pieces.append(f"[… {len(gap)} sentence{'s' if len(gap) > 1 else ''} …]")
            gap = []
        if index >= 0:
            pieces.append(sentences[index].text)
    return " ".join(pieces)


def _is_spoken(line: str) -> bool:
    """Tell whether a line reads like a part of a sentence."""
    words = line.lower().split()
    if len(words) < 6:
        return any(ord(char) > 0x2E7F for char in line[:40]) and len(line) > 15
    letters = sum(map(str.isalpha, line)) + line.count(" ")
    if letters < 0.85 * len(line):
        return False
    return len(words) > 12 or sum(1 for word in words if word in _STOP) * 8 >= len(words)
