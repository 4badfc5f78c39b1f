"""Failures for which there is little room are named by what tells one from the next."""

from __future__ import annotations

import pytest

from headroom_mcp.compressors import _failure_parts
from headroom_mcp.facts import blocks

_FORMS = {
    "rustc": "error[E0308]: mismatched types\n  --> src/lib.rs:{at}:20\n   |\n{at} |     let x: i32 = word;\n   |            ---   ^^^^ expected `i32`\n",
    "python": 'Traceback (most recent call last):\n  File "jobs/run.py", line {at}, in step\n    raise ValueError(name)\nValueError: no such name\n',
    "rustc, no gutter": "error: cannot find value `x` in this scope\n  --> src/main.rs:{at}:5\n   | not found in this scope\n",
}


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("budget", [150, 300, 500])
def test_of_failures_that_begin_alike_the_places_are_said(form: str, budget: int) -> None:
    lines = "\n".join(_FORMS[form].format(at=at) for at in range(11, 71)).split("\n")
    found = blocks.blocks(lines, errors=True)
    assert len(found) == 60

    said = [
        part.text or "\n".join(lines[part.start : part.stop]) for part in _failure_parts.parts_of(lines, found, budget)
    ]

    named = [text for text in said if text]
    assert named
    for number, text in enumerate(said):
        assert not text or str(number + 11) in text, text
