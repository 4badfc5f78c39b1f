"""Ages as people write them: 30d, 12h, 4w."""

from __future__ import annotations

import re

import click

_AGE = re.compile(r"^(\d+)\s*([smhdw])$")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def seconds(age: str, option: str = "--older-than") -> float:
    """Return the seconds of the age that `option` was given. Raises: click.UsageError."""
    match = _AGE.match(age.strip())
    if match is None:
        msg = f"{option} {age!r} is not a valid age: write a number and s, m, h, d or w (30d)."
        raise click.UsageError(msg)
    return float(match.group(1)) * _SECONDS[match.group(2)]
