"""Golden cases: what the model sees of real outputs, kind by kind.

A case is a folder `cases/<kind>/<name>/` with `input.txt` (a real output) and, optionally, `case.toml`:

    tool_name = "Bash"            command = "pytest -q"       file_path = "a.py"      query = "why does it fail?"
    must_keep = ["1 failed"]      kind = "log"                # where the router's word differs from the folder

`expected.txt` is written by `pytest tests/test_cases.py --update-goldens`: read it as the model would, then commit it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp import open_store
from headroom_mcp.settings.table import Settings

from . import laws

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = Path(__file__).parent / "cases"


def _folders() -> list[Path]:
    return sorted(path.parent for path in CASES.glob("*/*/input.txt"))


@pytest.mark.parametrize("folder", _folders(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_the_model_sees_what_the_case_expects(folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    case = _case(folder)
    text = _read(folder / "input.txt")
    tool_input = {key: case[key] for key in ("command", "file_path", "path", "pattern", "url") if key in case}
    with open_store(Settings(home=str(tmp_path))) as store:
        result = laws.check_all(
            text,
            store,
            tool_name=case.get("tool_name", "Bash"),
            tool_input=tool_input,
            query=case.get("query", ""),
        )

    lost = [fact for fact in case.get("must_keep", []) if fact not in result.text]
    assert lost == [], "the model would miss these facts"
    if result.outcome == "compressed":
        assert case.get("kind", folder.parent.name) in result.kind.split("+")
    golden = folder / "expected.txt"
    if request.config.getoption("--update-goldens"):
        golden.write_bytes(result.text.encode("utf-8", "surrogatepass"))
    command = f"pytest tests/test_cases.py -k '{folder.parent.name}/{folder.name}' --update-goldens"
    assert golden.exists(), f"no golden yet: {command}"
    assert _read(golden) == result.text, f"if the new text serves the model better: {command}"


def test_every_kind_of_case_is_a_kind() -> None:
    from headroom_mcp import compressors

    unknown = {folder.parent.name for folder in _folders() if "kind" not in _case(folder)} - set(compressors.BUILTIN)

    assert unknown == set()


def _case(folder: Path) -> dict[str, Any]:
    path = folder / "case.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogatepass")
