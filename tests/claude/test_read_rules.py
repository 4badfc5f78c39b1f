"""The record of what Claude Code refuses to read, taken again: a sample of it, all of it with HEADROOM_RULES=full."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.claude import read_rules

pytestmark = [pytest.mark.claude, pytest.mark.slow]

_DATA = read_rules.load()
_STEP = 1 if os.environ.get("HEADROOM_RULES") == "full" else 111


@pytest.mark.parametrize("rule", _DATA["rules"][::_STEP], ids=lambda rule: str([*rule["deny"], *rule.get("ask", [])]))
def test_the_client_refuses_what_the_record_says(rule: dict[str, Any], install_claude: Callable[[str], Path]) -> None:
    claude = install_claude(_DATA["client"])

    assert read_rules.ask_client(claude, rule, _DATA["trees"][rule["tree"]]) == rule["denied"]
