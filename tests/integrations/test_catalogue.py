"""The list of integrations is true, and one whose library is missing says how to get it."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.integrations.catalogue import CATALOGUE

_ROOT = Path(__file__).parents[2]
_MODULES = sorted(
    path.stem for path in (_ROOT / "headroom_mcp/integrations").glob("[a-z]*.py") if path.stem not in ("catalogue",)
)
_BLOCKED = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in %r:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Block())
try:
    import headroom_mcp.integrations.%s
except ImportError as error:
    print(error)
"""
_LIBRARIES = {
    "agno", "agents", "anthropic", "claude_agent_sdk", "crewai", "google", "langchain", "litellm", "llama_index", "openai", "pydantic_ai", "strands",
}  # fmt: skip


def test_every_module_is_listed_and_every_listed_name_is_there() -> None:
    listed = set()
    for row in CATALOGUE:
        (imported,) = ast.parse(row.imports).body
        assert isinstance(imported, ast.ImportFrom)
        assert imported.module
        module = imported.module.rpartition(".")[2]
        listed.add(module)
        source = ast.parse((_ROOT / f"headroom_mcp/integrations/{module}.py").read_text(encoding="utf-8"))
        names = {node.name for node in source.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
        assert {alias.name for alias in imported.names} <= names
        ast.parse(row.line)

    assert sorted(listed) == _MODULES


def test_every_extra_is_one_of_the_project() -> None:
    project = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")

    for row in CATALOGUE:
        if row.extra:
            assert f'\n{row.extra} = ["{row.distribution}' in project


@pytest.mark.parametrize("module", [name for name in _MODULES if name != "asgi"])
def test_without_its_library_an_integration_names_the_pip_command(module: str) -> None:
    code = _BLOCKED % (_LIBRARIES, module)
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout

    assert "pip install" in said
    assert "]'" in said and "headroom-mcp[" not in said, "from a checkout, an index may hold anybody's package"


def test_asgi_needs_no_library() -> None:
    assert importlib.import_module("headroom_mcp.integrations.asgi").CompressionMiddleware


def test_the_command_lists_them_for_people_and_for_programs() -> None:
    text = CliRunner().invoke(main, ["integrations"])
    rows = CliRunner().invoke(main, ["integrations", "--json"])

    assert text.exit_code == rows.exit_code == 0
    assert "litellm.callbacks = [HeadroomCallback()]" in text.output
    assert [row["name"] for row in json.loads(rows.output)] == [row.name for row in CATALOGUE]
    assert "installed" in json.loads(rows.output)[0]
