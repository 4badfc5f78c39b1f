r"""Expressions that find any of many words in a line, quickly.

`re` tries an expression at every character, and a list of words behind a `\b` with each of them in turn. One that begins
with the set of the words' first letters skips all other characters in a fast loop, and asks for what may stand before the
word only then:

    \b(?:error|failed|fatal)\b        [efEF](?<!\w.)(?i:(?<=e)(?:rror)|(?<=f)(?:ailed|atal))\b
"""

from __future__ import annotations

from collections.abc import Sequence


def rests(words: Sequence[str]) -> str:
    """Return an expression for what follows the first letter of any of `words`, each an expression that begins with a lower-case
    letter or a digit; to be used in `(?i:…)`, after `firsts`."""
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[0], []).append(word[1:])
    return "|".join(f"(?<={letter})(?:{'|'.join(after)})" for letter, after in by_letter.items())


def firsts(words: Sequence[str], also: str = "") -> str:
    """Return the set of the first letters of `words`, small and capital, and of the characters `also`."""
    letters = "".join(dict.fromkeys(word[0] for word in words))
    return f"[{letters}{letters.upper()}{also}]"
