"""Rows of data within source: the one unlike the others is shown, the others are counted, and the code around them stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from headroom_mcp import compress_output
from headroom_mcp.evals.truth.inputs import Input
from headroom_mcp.evals.truth.judge import judge
from headroom_mcp.settings.table import Settings
from tests import depots

_Write = Callable[[depots.Row], str]
# file, what stands above, a row, what stands below
_SOURCES: dict[str, tuple[str, str, _Write, str]] = {
    "tuples of Python": (
        "depots.py", "import re\n\nDEPOTS = [", lambda row: '    ("{}", "{}", {}, "{}"),'.format(*row),
        "]\n\n\ndef code_of(name):\n    for depot in DEPOTS:\n        if depot[0] == name:\n            return depot[1]",
    ),
    "dictionaries of several lines": (
        "depots.py", "DEPOTS = [",
        lambda row: '    {{\n        "name": "{}",\n        "code": "{}",\n        "limit": {},\n        "state": "{}",\n    }},'.format(*row),
        "]\n\n\ndef code_of(name):\n    return next(d for d in DEPOTS if d['name'] == name)['code']",
    ),
    "calls": (
        "load.py", "from registry import add\n\n\ndef load():", lambda row: '    add("{}", code="{}", limit={}, state="{}")'.format(*row),
        "\n\ndef main():\n    load()",
    ),
    "objects of JavaScript": (
        "depots.js", "module.exports = {", lambda row: "  {}: {{ code: '{}', limit: {}, state: '{}' }},".format(*row),
        "};\n\nfunction lookup(name) {\n  return module.exports[name];\n}",
    ),
    "structs of Go": (
        "depots.go", "package depots\n\nvar All = []Depot{", lambda row: '\t{{Name: "{}", Code: "{}", Limit: {}, State: "{}"}},'.format(*row),
        "}\n\nfunc Find(name string) Depot {\n\treturn index[name]\n}",
    ),
    "initializers of C": (
        "depots.c", "#include <stddef.h>\n\nstatic const struct depot depots[] = {", lambda row: '\t{{ "{}", "{}", {}, "{}" }},'.format(*row),
        "\t{ NULL, NULL, 0, NULL }\n};\n\nint depot_count(void)\n{\n\treturn sizeof(depots) / sizeof(depots[0]);\n}",
    ),
    "cases of a switch": (
        "codes.c", "const char *code_of(enum depot d)\n{\n\tswitch (d) {", lambda row: '\tcase {}: return "{}"; /* {} {} */'.format(*row),
        "\t}\n\treturn NULL;\n}",
    ),
    "constants of an enum": (
        "Depot.java", "package org.example;\n\npublic enum Depot {", lambda row: '    {}("{}", {}, "{}"),'.format(row[0].upper(), *row[1:]),
        '    NONE("", 0, "");\n\n    private final String code;\n\n    public String code() {\n        return code;\n    }\n}',
    ),
    "statements of SQL": (
        "depots.sql", "CREATE TABLE depots (name text, code text, lim integer, state text);",
        lambda row: "INSERT INTO depots VALUES ('{}', '{}', {}, '{}');".format(*row), "CREATE INDEX depots_state ON depots (state);",
    ),
    "rows of a dump": (
        "depots.sql", "CREATE TABLE depots (name text, code text, lim integer, state text);\n\nCOPY depots (name, code, lim, state) FROM stdin;",
        lambda row: "{}\t{}\t{}\t{}".format(*row), "\\.\n\nALTER TABLE ONLY depots ADD CONSTRAINT depots_pkey PRIMARY KEY (name);",
    ),
    "a hash of Ruby": (
        "depots.rb", "module Depots\n  ALL = {", lambda row: "    '{}' => ['{}', {}, '{}'],".format(*row),
        "  }.freeze\n\n  def self.find(name)\n    ALL.fetch(name)\n  end\nend",
    ),
    "a table of Lua": (
        "depots.lua", "local M = {}\n\nM.depots = {", lambda row: '  ["{}"] = {{ "{}", {}, "{}" }},'.format(*row),
        "}\n\nfunction M.find(name)\n  return M.depots[name]\nend",
    ),
}  # fmt: skip


_DEFINITIONS = {
    "tuples of Python": ("def code_of(name):",), "dictionaries of several lines": ("def code_of(name):",), "calls": ("def load():", "def main():"),
    "objects of JavaScript": ("function lookup(name) {",), "structs of Go": ("func Find(name string) Depot {",),
    "initializers of C": ("int depot_count(void)",), "constants of an enum": ("public String code() {",), "statements of SQL": ("CREATE INDEX",),
    "rows of a dump": ("ALTER TABLE ONLY depots",), "a hash of Ruby": ("def self.find(name)",), "a table of Lua": ("function M.find(name)",),
}  # fmt: skip


def _source(name: str) -> tuple[str, str]:
    path, above, write, below = _SOURCES[name]
    return path, "\n".join([above, *map(write, depots.rows()), below]) + "\n"


@pytest.mark.parametrize("asked", [False, True], ids=["unasked", "asked"])
@pytest.mark.parametrize("name", _SOURCES)
def test_the_odd_row_of_data_within_source_is_shown(name: str, asked: bool) -> None:
    path, text = _source(name)
    target = depots.rows()[depots.ODD // 2]
    query = f"what is the code of {target[0]}?" if asked else ""
    command = {"command": f"cat {path}"}
    result = compress_output(text, tool_name="Bash", tool_input=command, query=query)
    findings = judge(Input(name, text, "Bash", command, query), Settings())

    assert result.outcome == "compressed"
    assert len(result.text) * 5 < len(text)
    assert "98765" in result.text
    assert "quarantined" in result.text
    assert _SOURCES[name][1].splitlines()[0] in result.text, "what stands above the rows is lost"
    assert all(line in result.text for line in _DEFINITIONS.get(name, ())), "a definition below the rows is lost"
    assert target[1] in result.text or not asked
    assert findings is not None
    assert (findings.false, findings.unchecked) == ([], [])


@pytest.mark.parametrize("name", ["tuples of Python", "rows of a dump"])
def test_rows_of_a_file_with_line_numbers_are_told_by_those(name: str) -> None:
    path, text = _source(name)
    lines = text.splitlines()
    numbered = "\n".join(f"{number:6}\t{line}" for number, line in enumerate(lines, 1))
    shown = compress_output(numbered, tool_name="Read", tool_input={"file_path": f"/srv/app/{path}"}).text
    odd = next(number for number, line in enumerate(lines, 1) if "quarantined" in line)

    assert f"{odd}\t{lines[odd - 1]}" in shown.splitlines()


def test_blocks_of_a_notation_without_a_grammar_are_told_by_record() -> None:
    text = "".join(
        f'# depot.{name}:\nresource "depot" "{name}" {{\n    code  = "{code}"\n    limit = {limit}\n    state = "{state}"\n}}\n\n'
        for name, code, limit, state in depots.rows()
    )
    result = compress_output(text, tool_name="Bash", tool_input={"command": "terraform show"})

    assert len(result.text) * 20 < len(text)
    assert f'resource "depot" "{depots.rows()[depots.ODD][0]}" {{' in result.text
    assert "limit = 98765" in result.text


def test_a_class_of_methods_that_are_written_alike_stays_an_outline() -> None:
    body = "".join(
        f"    def step_{row[0].lower()}(self, order):\n        self.seen.append(order)\n        return order.limit > {row[2]}\n\n"
        for row in depots.rows()
    )
    shown = compress_output(
        f"class Steps:\n{body}", tool_name="Bash", tool_input={"command": "cat steps.py"}, query="what does step_x do?"
    ).text

    assert "by line number" not in shown
    assert "def step_" in shown
