"""What a check says."""

from __future__ import annotations

from typing import Literal, NamedTuple

Grade = Literal["ok", "warn", "fail"]


class Check(NamedTuple):
    """One finding. `remedy` is "" where nothing is to be done."""

    name: str
    grade: Grade
    found: str
    remedy: str = ""
