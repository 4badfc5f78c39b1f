"""Of files that are compiled from listed ones nothing is lost: what they are called can be told from the others."""

from __future__ import annotations

import re
from random import Random

import pytest

from headroom_mcp.compressors import _by_products
from headroom_mcp.flow import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_NAMES = ("cart", "prices", "__init__", "stock-levels", "a.b", "views")
_FORMS = {
    ".py": "{folder}__pycache__/{name}.cpython-312{opt}.pyc",
    ".java": "{folder}{name}.class",
    ".c": "{folder}{name}.o",
}


def _listed(seed: int) -> tuple[list[str], list[str]]:
    """Return a list of files, and which of them are compiled from files that the list has."""
    drawn = Random(seed)
    indent = drawn.choice(("", "  "))
    lines: list[str] = []
    made: list[str] = []
    for folder in drawn.sample(("", "shop/", "shop/depot/", "lib/x/y/"), 3):
        compiled: list[str] = []
        for name in _NAMES:
            suffix, form = drawn.choice(list(_FORMS.items()))
            line = indent + form.format(folder=folder, name=name, opt=drawn.choice(("", ".opt-1")))
            compiled.append(line)
            if drawn.random() < 0.8:
                lines.append(f"{indent}{folder}{name}{suffix}")
                made.append(line)
        lines.extend(sorted(compiled))
    return lines, made


@pytest.mark.parametrize("seed", range(40))
def test_only_what_is_compiled_from_a_listed_file_goes(seed: int) -> None:
    lines, made = _listed(seed)
    parts = _by_products.cut(lines, [Part(0, len(lines), "keep")], 200)
    gone = [line for part in parts if part.action == "omit" for line in lines[part.start : part.stop]]
    render.check(parts, len(lines))

    assert set(gone) <= set(made)
    assert {part.note for part in parts if part.action == "omit"} <= {_by_products.NOTE}
    for line in gone:
        stem = re.sub(r"(\.cpython-312(\.opt-1)?\.pyc|\.class|\.o)$", "", line).replace("__pycache__/", "")
        assert any(line.rpartition(".")[0] == stem for line in lines if line not in gone)


def _text() -> str:
    lines = [f"  shop/{name}.py\n  shop/depot/{name}.py" for name in _NAMES * 2]
    lines += [f"  shop/__pycache__/{name}.cpython-311.pyc" for name in (*_NAMES, *(f"late_{n}" for n in range(4)))]
    return "\n".join(lines)


@pytest.mark.parametrize(("query", "goes"), [("", True), ("Which files of shop are compiled?", False)])
def test_where_something_is_asked_they_may_be_the_answer(query: str, goes: bool) -> None:
    planned = plan.plan(ToolOutput(_text(), "Bash", {"command": "pip show -f shop"}, query), Settings())

    assert (f"· {_by_products.NOTE}]" in planned.body) == goes
    assert "late_3.cpython-311.pyc" in planned.body  # nothing else tells of it


def test_a_few_are_not_worth_a_gap() -> None:
    lines = [*(f"src/module_{n}/parts.c" for n in range(60)), "src/module_3/parts.o"]

    assert _by_products.cut(lines, [Part(0, 61, "keep")], 600) == [Part(0, 61, "keep")]
