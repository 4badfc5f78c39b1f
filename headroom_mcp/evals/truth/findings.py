"""What comes of checking: how many statements hold, which are false, and which nobody could check."""

from __future__ import annotations

import re

_CLIP = re.compile(r"\[… ([\d,]+) chars …\]")


class Findings:
    """The statements of one short form: `checked` hold or are among the `false` ones; `unchecked` were not understood."""

    def __init__(self) -> None:
        self.checked = 0
        self.false: list[str] = []
        self.unchecked: list[str] = []

    def that(self, holds: bool, said: str, instead: object = "") -> bool:
        """Take note of a statement that was checked; `instead` is what is true. Return whether it holds."""
        self.checked += 1
        if not holds:
            self.false.append(f"{said[:300]!r}" + (f"; in truth {instead}" if instead != "" else ""))
        return holds

    def unknown(self, said: str) -> None:
        """Take note of a statement that is not understood."""
        self.unchecked.append(said[:200])


def number(said: str) -> int:
    """Return the number that is written with commas."""
    return int(said.replace(",", ""))


def is_clipped(said: str, whole: str) -> bool:
    """Tell whether `said` is `whole` with the characters left out that its markers count."""
    if said == whole:
        return True
    pieces = _CLIP.split(said)
    if len(pieces) < 3 or not whole.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for count, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        at += number(count)
        if not whole.startswith(piece, at):
            return False
        at += len(piece)
    return at == len(whole)


def has_word(text: str, word: str) -> bool:
    """Tell whether `word` stands in `text` and is not part of a longer word."""
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", text) is not None
