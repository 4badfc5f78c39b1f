"""An expression that is compiled late does what one that is compiled at once does."""

from __future__ import annotations

import re

import pytest

from headroom_mcp import late


def test_an_expression_is_compiled_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []
    at_once = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: compiled.append(given[0]) or at_once(*given))

    expression = late.pattern(r"(\d+) passed", re.IGNORECASE)
    assert compiled == []

    found = expression.search("3 PASSED"), expression.sub("-", "3 passed, 1 failed"), expression.fullmatch("passed")
    assert (found[0] and found[0][1], *found[1:]) == ("3", "-, 1 failed", None)
    assert compiled == [r"(\d+) passed"]


def test_what_an_expression_cannot_do_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        late.pattern("x").nothing  # type: ignore[attr-defined]  # noqa: B018


def test_a_broken_expression_is_reported_when_it_is_used() -> None:
    with pytest.raises(re.error):
        late.pattern("(").search("x")
