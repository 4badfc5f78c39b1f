"""Outputs in which a short form once lost a fact or said something untrue.

A case is `cases/NAME.txt`, an output, beside `cases/NAME.toml`:

    tool_name = "Bash"                command = "pytest -q"          query = ""
    must_keep = ["1 failed"]          must_not_say = ["402 rows"]    wrong = "what the fault was, in a sentence or two"

Each stands for a family of outputs: what is mended is the mechanism, never the case.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp import open_store
from headroom_mcp.settings.table import Settings

from .. import laws

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = Path(__file__).parent / "cases"

# Not mended yet; a case that passes must leave this list (`xfail_strict`).
OUTSTANDING: frozenset[str] = frozenset()


def _cases() -> list[Any]:
    return [
        pytest.param(path, id=path.stem, marks=[pytest.mark.xfail] if path.stem in OUTSTANDING else [])
        for path in sorted(CASES.glob("*.toml"))
    ]


@pytest.mark.parametrize("path", _cases())
def test_nothing_is_lost_and_nothing_untrue_is_said(path: Path, tmp_path: Path) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    text = path.with_suffix(".txt").read_bytes().decode("utf-8", "surrogatepass")
    with open_store(Settings(home=str(tmp_path))) as store:
        shown = laws.check_all(
            text,
            store,
            tool_name=case["tool_name"],
            tool_input={"command": case["command"]},
            query=case["query"],
        ).text

    assert [fact for fact in case["must_keep"] if fact not in shown] == []
    assert [claim for claim in case.get("must_not_say", []) if claim in shown] == []
