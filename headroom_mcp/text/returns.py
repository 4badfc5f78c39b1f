r"""Texts whose lines end in a lone "\r": files of old Macs, logs of serial lines.

A program that draws a line over and over takes the cursor back by the same character, so the two are told apart by what a
redraw must do: cover the state before it (it is not shorter, or erases), say the same words again, and count upwards. Of a
text that has a "\n" between its lines, a "\r" ends none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from headroom_mcp import late

_MIN_LINES = 4
_SAMPLE = 400  # lines looked at
_SHORTER = 0.1  # of the states of a redraw at most: a figure may lose a digit
_SAME_WORDS = 0.8
_WORDS = late.pattern(r"[^\W\d_]+")
_NUMBERS = late.pattern(r"\d+(?:\.\d+)?")


def as_line_ends(text: str) -> str:
    r"""Return `text` with "\n" for each "\r" that ends a line; nearly every text as it is."""
    if "\r" not in text or "\n" in text.rstrip("\r\n") or "\x1b[" in text:
        return text
    lines = [line for line in text.rstrip("\r\n").split("\r", _SAMPLE)[:_SAMPLE] if line.strip()]
    if len(lines) < _MIN_LINES or _is_redraw(lines):
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_redraw(states: Sequence[str]) -> bool:
    steps = len(states) - 1
    if sum(len(after) < len(before.rstrip()) for before, after in pairwise(states)) > _SHORTER * steps:
        return False
    words = [_WORDS.findall(state) for state in states]
    if sum(after == before for before, after in pairwise(words)) < _SAME_WORDS * steps:
        return False
    numbers = [[float(figure) for figure in _NUMBERS.findall(state)] for state in states]
    places = list(zip(*numbers, strict=False))  # as many as all states have
    rising = sum(list(figures) == sorted(figures) for figures in places)
    return rising * 2 > len(places) or not places
