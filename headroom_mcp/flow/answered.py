"""What stays of an output whose question is answered in it: the answers, what stands around them, and what no output may lose.

A question finds its place where each of its parts ("which user, and in what region?") has a word that few of the lines hold.
Then the lines near those words are worth most, and the others, of a list or a file of settings, little. A question after a
cause, one that speaks of the whole, or one of whose parts nothing is said leaves everything as it was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from headroom_mcp import late
from headroom_mcp.facts import find, unlike
from headroom_mcp.late import re
from headroom_mcp.query import bm25, clauses, quantities, superlatives
from headroom_mcp.text import failure_words, tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact, Part

_MIN_TOKENS = 350  # below, the gaps and the footer cost what they save
_SURE_TOKENS = 1_000  # below, what is as short as an answered output may be stays: there is little to win
_FAILING_TOKENS = 1_500  # from here on, what stands far from a failure may be its cause
_MAX_QUESTION_CHARS = 250  # longer, it is the description of a task, not a question
_MIN_LINES = 8
_SHARE, _MOST = 0.45, 0.6  # of an output: what is kept when its question is answered, and what all the answers may cost
_FEW, _FEW_SHARE = 4, 10  # lines that hold a telling word: so many, or one in so many
_MAX_ANSWERS = 12  # to one part of a question: where more lines answer, nobody knows which is meant
_GOOD, _GOOD_KEYED = 0.5, 0.7  # of the best answer's score; where the keys above a line count
_SHORT = 3  # letters: so short a word is within many others
_BLOCK_LINES = 12
# Of the text, where the ends of its numbers answer a question after the largest; where they are those of blocks of lines.
_KNOWN, _KNOWN_OF_BLOCKS = 0.6, 0.8
_MAX_HEADS = 3  # less indented lines that an answer stands under
_REACH = 12  # lines
# Which user, and in what region?
_BETWEEN = late.pattern(r"[?!;,:\n]+|\.\s|\b(?:and|or)\b")
_SECTION = late.pattern(r"^\[[^\[\]]+\]$|^\[\[[^\[\]]+\]\]$")  # [tool.ruff]    [[package]]
_HEADING = late.pattern(r"^(?:\s*\d+\s?[→\t|:])?#{2,6} \S")  # of a document, be it numbered: what else it holds
# max-inline-insns-size, net.ipv4.tcp_fin_timeout, --strip-components: what is written so is meant letter by letter
_NAME = late.pattern(r"[\w\-./:@]+")
_JOINTS = "_-./:@"
_LABEL = late.pattern(r"\s*[^\s:#(){};][^:(){};]{0,60}:\s*")  # "openssl:", "  Version table:"
_FIELD = late.pattern(r"[A-Za-z][\w-]*(?: \w+)?\s*:(?=\s*\S)")  # "Package: curl", "Name   : curl"
_AFTER_A_CAUSE = late.pattern(r"\b(?:why|wrong|broken?|fix|repair)\b", re.IGNORECASE)


def narrowed(output: ToolOutput, parts: Sequence[Part], lasting: Callable[[], Sequence[Fact]]) -> list[Part]:
    """Return `parts` with fewer kept lines where the output's question is answered by some of them; the facts that are
    `lasting` stay."""
    kept = [i for part in parts if part.action == "keep" and not part.text for i in range(part.start, part.stop)]
    if not _may_be_narrowed(output, kept):
        return list(parts)
    found = answers(output)
    if not found:
        return list(parts)
    lines = output.lines
    room = int(_SHARE * output.tokens)
    own = (part for part in parts if part.action != "render" and not part.text)
    costs = {i: tokens.estimate(lines[i]) + 1 for part in own for i in range(part.start, part.stop)}
    shown = set(kept)
    is_short = sum(costs[i] for i in kept) <= room
    if is_short and output.tokens < _SURE_TOKENS:
        return list(parts)
    must = _with_context(lines, found) | {i for fact in lasting() for i in range(fact.start, fact.stop)}
    must.update(i for i, line in enumerate(lines) if "## " in line and _HEADING.match(line))
    if is_short:
        must = (must & shown) | set(found)  # there is less to leave out than to add
    spent = sum(costs[i] for i in must if i in costs)
    if spent > _MOST * output.tokens:
        return list(parts)
    room -= spent
    chosen = set(must)
    for index in _nearest(lines, found):
        if index in shown and index not in chosen:
            room -= costs[index]
            if room < 0:
                break
            chosen.add(index)
    return _without(lines, parts, chosen)


def answers(output: ToolOutput) -> list[int]:
    """Return the lines that answer the output's question, each part of it; none where one of them finds no place."""
    found: list[int] = []
    keys = _keys_above(output.lines) if _is_settings(output) else None
    for part in _BETWEEN.split(output.query):
        if not clauses.terms_of(part):
            continue
        measured = find.of_numbered(part, output.lines) or _measured(output, part)
        named = [] if measured is None else _named(part, output.lines, keys)
        if measured is None or not (measured or named):
            return []
        found += [*_with_names(part, output.lines), *measured, *named]
    return list(dict.fromkeys(found))


def _is_settings(output: ToolOutput) -> bool:
    from headroom_mcp import compressors

    return bool(compressors.load("code").is_list(output))


def _keys_above(lines: Sequence[str]) -> list[str]:
    """Return for each line the lines that it stands under: the host of the mail may be "host" below "mail"."""
    made: list[str] = []
    section = ""
    above: list[str] = []
    for line in lines:
        if _SECTION.match(line):
            section, above = line, []
        while line.strip() and above and _indent(above[-1]) >= _indent(line):
            above.pop()
        made.append(" ".join((*above, section)).lower())
        if line.strip():
            above.append(line)
    return made


def _measured(output: ToolOutput, asked: str) -> list[int] | None:
    """Return the lines that hold what is `asked` to be measured ("how long") or compared ("the largest"); None where it is
    not known what these are, none where nothing such is asked."""
    measure = quantities.asked(asked)
    if measure is not None:
        return quantities.lines_with(measure, output.lines) or None
    if not (bm25.may_compare(asked) and superlatives.read(asked)):
        return []
    understood = output.survey.understood
    if understood < _KNOWN:
        return None  # the end of something, but nobody knows of what
    meant = [output.survey.records[row] for row in unlike.meant(asked, output.survey)]
    if understood < _KNOWN_OF_BLOCKS and any(record.stop - record.start > 1 for record in meant):
        return None  # blocks beside a table, and it may be the table's
    return [i for record in meant for i in range(record.start, record.stop)] or None


def _named(asked: str, lines: Sequence[str], keys: Sequence[str] | None = None) -> list[int]:
    """Return the lines with the words of what is `asked`, the best first; none where no word tells few lines from the others,
    or where too many lines are as good as the best. `keys`: what each stands under, whose words count for it."""
    low = [line.lower() for line in lines]
    few = max(_FEW, sum(1 for line in lines if line.strip()) // _FEW_SHARE)
    words = clauses.terms_of(asked)
    holders = [_holding(word, low) for word in words]
    if not any(0 < len(at) <= few for at in holders):
        return []
    scores: dict[int, float] = {}
    for at in holders:
        for i in at:
            scores[i] = scores.get(i, 0.0) + bm25.rarity(len(lines), len(at))
    for word, at in zip(words, holders, strict=True) if keys is not None else ():
        for i in scores:
            if keys is not None and word in keys[i] and word not in low[i]:
                scores[i] += bm25.rarity(len(lines), len(at))
    least = (_GOOD if keys is None else _GOOD_KEYED) * max(scores.values())
    best = sorted((i for i, score in scores.items() if score >= least), key=lambda i: (-scores[i], i))
    return best if len(best) <= _MAX_ANSWERS else []


def _holding(word: str, lines: Sequence[str]) -> list[int]:
    """Return the `lines` with `word`; a short one counts where it stands alone: "go" is no part of "pgpgout"."""
    found = [i for i, line in enumerate(lines) if word in line]
    if len(word) > _SHORT:
        return found
    return [i for i in found if _stands_between(lines[i], word, _is_letter, _is_letter)]


def _with_names(asked: str, lines: Sequence[str]) -> list[int]:
    """Return the lines in which a name that is `asked` for stands as it is written there, where these are few."""
    found: list[int] = []
    for name in dict.fromkeys(word.rstrip(_JOINTS) for word in _NAME.findall(asked)):
        if not name.startswith("--") and not any(mark in name.strip(_JOINTS) for mark in _JOINTS):
            continue
        at = [i for i, line in enumerate(lines) if name in line and _stands_between(line, name, _joins, _goes_on)]
        found += at if len(at) <= _FEW else []
    return found


def _stands_between(line: str, word: str, joins: Callable[[str], bool], goes_on: Callable[[str], bool]) -> bool:
    """Tell whether `word` stands in `line` where neither what is before it `joins` it nor what is behind it `goes_on`."""
    at = line.find(word)
    while at >= 0:
        end = at + len(word)
        if not (at and joins(line[at - 1])) and not (end < len(line) and goes_on(line[end])):
            return True
        at = line.find(word, at + 1)
    return False


def _is_letter(char: str) -> bool:
    return char.isalnum() and not char.isdecimal()


def _joins(char: str) -> bool:
    return char.isalnum() or char in "_.-"


def _goes_on(char: str) -> bool:
    return char.isalnum() or char in "_-"


def _may_be_narrowed(output: ToolOutput, kept: Sequence[int]) -> bool:
    question = output.query
    if not question or len(question) > _MAX_QUESTION_CHARS or output.tokens < _MIN_TOKENS or len(kept) < _MIN_LINES:
        return False
    if _AFTER_A_CAUSE.search(question):
        return False
    from headroom_mcp.query import failures

    if output.tokens < _FAILING_TOKENS and not failures.asked(question):
        return True  # what fails stays, and nobody has asked for it
    return not any(failure_words.is_strong(output.lines[i]) for i in find.failures(output.lines))


def _with_context(lines: Sequence[str], found: Sequence[int]) -> set[int]:
    """Return the lines `found` with their paragraphs and the heads that they stand under, and the ends of the output."""
    wanted = {0, 1, len(lines) - 2, len(lines) - 1}
    for index in found:
        start, stop = index, index + 1
        while start and lines[start - 1].strip() and index - start < _BLOCK_LINES:
            start -= 1
        while stop < len(lines) and lines[stop].strip() and stop - index < _BLOCK_LINES:
            stop += 1
        wanted.update(range(start, stop) if stop - start <= _BLOCK_LINES else (index - 1, index, index + 1))
        wanted.update(_heads(lines, index))
    return wanted


def _heads(lines: Sequence[str], index: int) -> list[int]:
    """Return the nearest less indented lines above a line, from within, and the head of its section."""
    found: list[int] = []
    indent = _indent(lines[index])
    while index and indent and len(found) < _MAX_HEADS:
        index -= 1
        if lines[index].strip() and _indent(lines[index]) < indent:
            indent = _indent(lines[index])
            found.append(index)
    section = next((at for at in range(index, -1, -1) if _SECTION.match(lines[at])), index)
    return found if section == index else [*found, section]


def under_labels(lines: Sequence[str], parts: Sequence[Part]) -> list[Part]:
    """Return `parts` with the labels ("openssl:") that lines below a gap stand under, and the heads of the records that they
    are fields of ("Package: curl"), where these are within it: such a line would be read as one of what stands above the gap."""
    labels: set[int] = set()
    of_records = _heads_of_records(lines)
    for gap, below in pairwise(parts):
        if gap.action != "omit" or gap.text or below.action != "keep" or below.text:
            continue
        at = next((i for i in range(below.start, below.stop) if lines[i].strip()), below.start)
        labels.update(_labels_within(lines, gap.start, at))
        head = bisect_right(of_records, at) - 1
        if head >= 0 and gap.start <= of_records[head] < at and all(map(str.strip, lines[of_records[head] : at])):
            labels.add(of_records[head])
    if not labels:
        return list(parts)
    kept = (i for part in parts if part.action == "keep" and not part.text for i in range(part.start, part.stop))
    return _without(lines, parts, labels.union(kept))


def _heads_of_records(lines: Sequence[str]) -> list[int]:
    """Return the first lines of the paragraphs that begin with a field of one name, as most of several do."""
    first = [i for i, line in enumerate(lines) if line.strip() and (not i or not lines[i - 1].strip())]
    names = {i: match.group() for i in first if (match := _FIELD.match(lines[i]))}
    if not names:
        return []
    name, times = Counter(names.values()).most_common(1)[0]
    return [i for i in first if names.get(i) == name] if times > 1 and times * 2 > len(first) else []


def _labels_within(lines: Sequence[str], start: int, at: int) -> list[int]:
    """Return the nearest less indented lines above `at`, from within, down to `start`; none where one is no short label."""
    indent, found = _indent(lines[at]), []
    for index in range(at - 1, start - 1, -1):
        if not indent:
            break
        line = lines[index]
        if line.strip() and _indent(line) < indent:
            indent = _indent(line)
            found.append(index)
    return found if all(_LABEL.fullmatch(lines[i]) for i in found) else []


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _nearest(lines: Sequence[str], found: Sequence[int]) -> list[int]:
    """Return the lines around those `found`, the nearest first, those below before those above."""
    return [
        at
        for distance in range(1, _REACH)
        for index in found
        for at in (index + distance, index - distance)
        if 0 <= at < len(lines) and lines[at].strip()
    ]


def _without(lines: Sequence[str], parts: Sequence[Part], chosen: set[int]) -> list[Part]:
    """Return `parts` with those lines `chosen` kept that none of them renders, and blank ones between them."""
    made: list[Part] = []
    for part in parts:
        if part.action == "render" or part.text:
            made.append(part)
            continue
        for i in range(part.start, part.stop):
            between = not lines[i].strip() and i - 1 in chosen and i + 1 in chosen
            made.append(Part(i, i + 1, "keep" if i in chosen or between else "omit"))
    joined: list[Part] = []
    for part in made:
        last = joined[-1] if joined else None
        if last is not None and last.action == part.action != "render" and last.stop == part.start and not last.text:
            joined[-1] = last._replace(stop=part.stop, text=part.text)
        else:
            joined.append(part)
    return joined
