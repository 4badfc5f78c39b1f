"""Outputs in which nothing says what to choose by, where nobody said what they are for: help texts, key files, lists of names.

What a short form shows without a question is what stands out: a failure, a figure far from the others, a value that few have, the
top of a ranking. Where words tell the lines apart, each of its own, nothing does: of 15 such outputs 14 lacked in short what
was wanted next, which costs another call and all of it again. Eleven of them are among those on which the share below was chosen;
of the other four it was three.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.tool_output import ToolOutput

# Below, each kind cuts little as it is; from the second on, an output is looked over first, like source.
_MIN_TOKENS, MAX_TOKENS = 1_500, 12_000
_MIN_LINES = 8
_RARE_LINES, _RARE_SHARE = 3, 0.05  # a word that tells its line from others stands in so many at most
_TOLD_BY_WORDS = 0.59  # of the text is letters of such words: of logs and tables of figures, that is numbers, or little
_LETTERS = late.pattern(r"[^\W\d_]{2,}")


def is_read_whole(output: ToolOutput) -> bool:
    """Tell whether all of `output` stays because nothing in it says what to leave out."""
    if output.query or output.is_hidden or not _MIN_TOKENS <= output.tokens < MAX_TOKENS:
        return False
    lines = [line for line in output.lines if line.strip()]
    if len(lines) < _MIN_LINES or not are_told_apart_by_words(lines):
        return False
    from headroom_mcp.compressors import _by_record

    return not _by_record.top_of_ranking(lines)


def are_told_apart_by_words(lines: Sequence[str]) -> bool:
    """Tell whether most of the text is words that few of the lines have."""
    in_lines: Counter[str] = Counter()
    words_of = [line.split() for line in lines]
    for words in words_of:
        in_lines.update(set(words))
    most = max(_RARE_LINES, int(_RARE_SHARE * len(lines)))
    chars = sum(len(word) for words in words_of for word in words)
    rare = " ".join(word for words in words_of for word in words if in_lines[word] <= most)
    return sum(map(len, _LETTERS.findall(rare))) >= _TOLD_BY_WORDS * max(1, chars)
