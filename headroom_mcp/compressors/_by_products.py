"""Files that programs make of others, in a list that has these, too: what they are called can be told.

shop/cart.py                               shop/cart.py
shop/prices.py                             shop/prices.py
shop/__pycache__/cart.cpython-311.pyc      [… lines 3-4 · compiled files of those listed]
shop/__pycache__/prices.cpython-311.pyc
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.text import marker, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.types import Part

NOTE = "compiled files of those listed"
_NOTE_TOKENS = 6
_MIN_GAIN = 12  # tokens …
_MIN_SHARE = 0.03  # … and of the whole output: a gap is a price, for which something must be had
# "  shop/" "cart" of "  shop/__pycache__/cart.cpython-311.opt-1.pyc"
_PYTHON = late.pattern(r"^(\s*(?:\S*/)?)__pycache__/([^\s/]+?)\.\w+-\d+(?:\.opt-\d)?\.pyc$")
# … of lib/x.o, Cart.class and Cart$1.class
_MADE_OF = {
    "pyc": (".py",),
    "class": (".java", ".kt", ".scala"),
    "o": (".c", ".cc", ".cpp", ".rs", ".s", ".S"),
    "obj": (".c", ".cc", ".cpp"),
}


def cut(lines: Sequence[str], parts: Sequence[Part], total_tokens: int) -> list[Part]:
    """Return `parts` with those kept lines left out that name what is made of a file that another kept line names."""
    kept = {line for part in parts if part.action == "keep" for line in lines[part.start : part.stop]}
    found = [
        run
        for part in parts
        if part.action == "keep" and not part.text
        for run in render.runs(at for at in range(part.start, part.stop) if is_made(lines[at], kept))
    ]
    saved = {run: tokens.estimate("\n".join(lines[slice(*run)])) - marker.GAP_TOKENS - _NOTE_TOKENS for run in found}
    worth = [run for run in found if saved[run] > 0]
    if sum(saved[run] for run in worth) < max(_MIN_GAIN, _MIN_SHARE * total_tokens):
        return list(parts)
    return render.cut(parts, worth, NOTE)


def is_made(line: str, names: set[str]) -> bool:
    """Tell whether `line` names a file that is made of one of those that `names` are."""
    match = _PYTHON.match(line)
    if match:
        return f"{match[1]}{match[2]}.py" in names
    stem, _, suffix = line.rpartition(".")
    if suffix == "class":
        stem = stem.partition("$")[0]
    return any(f"{stem}{source}" in names for source in _MADE_OF.get(suffix, ()))
