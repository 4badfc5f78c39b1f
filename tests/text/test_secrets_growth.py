"""Heads of secrets without an end are passed over in linear time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from headroom_mcp.text import secrets


def _seconds(run: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        run(text)
        best = min(best, time.process_time() - began)
    return best


@pytest.mark.parametrize(
    "piece",
    [
        "-eyJ000",
        "eyJ00000000.eyJ00000000-",
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\n" + "A" * 64 + "\n",
    ],
)
def test_many_heads_of_secrets_take_linear_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))

    assert _seconds(secrets.mask, text) < 100 * _seconds(re.compile(r"\w+").findall, text)


def test_a_key_and_a_token_amid_such_heads_are_masked() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJlLW9mLWl0"
    key = (
        "-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
        + "MIIEvQ-IBADAN+/=\n" * 400
        + "-----END PRIVATE KEY-----"
    )

    shown = secrets.mask(f"-eyJ000 -----BEGIN PRIVATE KEY-----\n{key}\nbearer {token} done-eyJ000")

    assert "MIIEvQ" not in shown
    assert "c2lnbmF0" not in shown
    assert shown.endswith("done-eyJ000")
