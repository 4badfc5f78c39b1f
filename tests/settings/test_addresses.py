"""An address that is printed holds no password, whatever stands around it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp.settings.addresses import shown


@pytest.mark.parametrize(
    ("address", "printed"),
    [
        ("postgresql://anna:geheim@db:5432/team", "postgresql://anna:***@db:5432/team"),
        ("postgresql://anna:a@b:c@db/team?x=1", "postgresql://anna:***@db/team?x=1"),
        ("postgresql://:geheim@db/team", "postgresql://:***@db/team"),
        ("postgresql://anna@db:5432/team", "postgresql://anna@db:5432/team"),
        ("postgresql://db:5432/team", "postgresql://db:5432/team"),
        ("see http://docs/a:b and postgres://u:p@h", "see http://docs/a:b and postgres://u:***@h"),
        ("http://docs/a,postgres://u:p@h", "http://docs/a,postgres://u:***@h"),
        ("host=db password=geheim user=anna", "host=db password=*** user=anna"),
        ("host=db password='a b' user=anna", "host=db password=*** user=anna"),
    ],
)
def test_a_password_is_hidden_and_nothing_else(address: str, printed: str) -> None:
    assert shown(address) == printed


@given(st.text(alphabet="a:/@ \n", max_size=40))
def test_what_is_hidden_is_what_one_expression_says(text: str) -> None:
    assert shown(text) == re.sub(r"(?<=://)([^/@\s:]*):(\S*)@", r"\1:***@", text)
