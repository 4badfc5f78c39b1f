"""Blocks of failures as pictures: a mark before each line.

"." outside, "b" in the block of an error, "t" in that of a failing test; a capital stands before an essential line.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.facts.blocks import Block


def of(lines: Sequence[str], blocks: Sequence[Block]) -> str:
    """Return the picture of `lines` with these blocks."""
    marks = ["."] * len(lines)
    for block in blocks:
        for index in range(block.start, block.stop):
            mark = "t" if block.test else "b"
            marks[index] = mark.upper() if index in block.essential else mark
    return "\n".join(f"{mark} {line}" if line else mark for mark, line in zip(marks, lines, strict=True))


def lines_of(picture: str) -> list[str]:
    """Return the lines of a picture without their marks."""
    return [line[2:] for line in picture.split("\n")]
