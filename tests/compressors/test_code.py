"""Source files as outlines: what is shown is the file's own lines, every definition among them, under true numbers."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp import compress_output, open_store
from headroom_mcp.commands import suffixes
from headroom_mcp.compressors.code import grammar, guess, languages, outline, python_ast, trims, units
from headroom_mcp.compressors.code import kind as code
from headroom_mcp.evals import code_check
from headroom_mcp.flow import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import numbering
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import View
from tests import long_form

SAMPLES = Path(__file__).parents[1] / "languages"
ROOT = Path(__file__).parents[2]
STDLIB = Path(sysconfig.get_paths()["stdlib"])

DEFINITIONS = {
    "sample.py": "cached cached.wrapper Price Price.__init__ Price.gross Price.Meta fetch",
    "sample.js": (
        "add later Queue Queue.constructor Queue.first Queue.onDone Queue.prototype.drain Queue.prototype.drain.inner "
        "helper other"
    ),
    "sample.ts": (
        'Color Shape Shape.area Pair "late" "late".load Base Base.constructor Base.area Base.draw over over Inner Inner.depth'
    ),
    "sample.tsx": "Props Greeting Page",
    "sample.go": "Cart Seller Add New",
    "sample.rs": "Cart State Seller Seller.sell Cart Cart.sell twice Hidden tests tests.sells",
    "sample.java": "Cart Cart.Cart Cart.sell Cart.State Cart.Visitor Cart.Visitor.visit Cart.Item Cart.Item.Item",
    "sample.cpp": "shop shop.Cart shop.Cart.Cart shop.Cart.~Cart shop.State shop.Item shop.Cart<T>::sell main",
    "sample.c": "MAX cart_t cart_t.cart state sell main",
    "sample.rb": "Shop Shop.Cart Shop.Cart.initialize Shop.Cart.empty Shop.Cart.sell",
    "sample.php": "Shop Seller Seller.sell Cart Cart.__construct Cart.sell total",
    "sample.sh": "greet leave",
    "sample.cs": "Shop Shop.ISeller Shop.ISeller.Sell Shop.Cart Shop.Cart.Name Shop.Cart.Cart Shop.Cart.Sell Shop.State",
    "sample.kt": "Item Seller Seller.sell Cart Cart.sell Cart. Cart..empty twice",
    "sample.yaml": "services services.web services.web.image services.web.ports services.db services.db.image volumes volumes.data",
    "sample.toml": "shop tool.ruff",
    "sample.lock": "serde syn",
    "sample.css": ".card .card.>.h2 @media.(min-width:.40em) @media.(min-width:.40em)..card",
    "sample.sql": "TABLE.orders INTO.orders.VALUES",
    "sample.ex": "Shop.Cart Shop.Cart.add Shop.Cart.empty",
    "sample.vue": "total Cart Cart.add template .cart",
    "sample.swift": "Seller Seller.sell Cart Cart.init Cart.sell Item State Cart Cart.twice",
}


def _lines(name: str) -> list[str]:
    return (SAMPLES / name).read_text(encoding="utf-8").split("\n")


def _shown(text: str, path: str, query: str = "", budget: int = 900) -> str:
    output = ToolOutput(text, "Read", {"file_path": path}, query)
    compressed = code.compress(output, budget)
    assert compressed is not None
    return render.render(output.lines, render.close_cheap_gaps(output.lines, compressed.parts))


def test_every_language_has_a_sample_and_its_own_suffixes() -> None:
    assert {languages.of_path(name) for name in DEFINITIONS} == set(languages.NAMES)
    for name in languages.NAMES:
        module = languages.load(name)
        assert [suffixes.LANGUAGES[suffix] for suffix in module.SUFFIXES] == [name] * len(module.SUFFIXES)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_definitions_of_a_sample_are_found_with_their_nesting(name: str) -> None:
    language = languages.of_path(name)
    module = languages.load(language)
    if module.GRAMMAR and grammar.parse(module, "") is None:
        pytest.skip("this grammar is in the extra")

    found = [qualified.replace(" ", ".") for qualified in code_check.outline_names(_lines(name), language)]

    assert found == DEFINITIONS[name].split()


@pytest.mark.parametrize("name", [n for n in DEFINITIONS if languages.load(languages.of_path(n)).GRAMMAR])
def test_without_a_grammar_indentation_and_braces_find_the_half_of_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grammar, "_load", lambda language: None)
    found = {d.name for d in outline.read(_lines(name), languages.of_path(name)).definitions}
    wanted = {re.split(r"[.:]+", qualified)[-1] for qualified in DEFINITIONS[name].split()} - {""}

    assert len(wanted & found) >= 0.5 * len(wanted)


def test_a_signature_keeps_its_decorators_and_ends_before_the_body() -> None:
    found = {d.name: d for d in outline.read(_lines("sample.py"), "python").definitions}
    lines = _lines("sample.py")

    assert lines[found["gross"].start].strip() == "@property"
    assert lines[found["gross"].head_stop - 1].strip() == "def gross(self) -> Decimal:"
    assert lines[found["gross"].doc].strip() == '"""The amount with tax."""'
    assert lines[found["__init__"].head_stop - 1].strip() == ") -> None:"


def test_python_that_no_grammar_reads_is_read_by_the_interpreters_own_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    by_grammar = outline.read(_lines("sample.py"), "python")
    monkeypatch.setattr(grammar, "_load", lambda language: None)
    by_ast = outline.read(_lines("sample.py"), "python")

    assert [d[:5] for d in by_ast.definitions] == [d[:5] for d in by_grammar.definitions]
    assert by_ast.imports == by_grammar.imports
    assert by_ast.raises == by_grammar.raises
    assert python_ast.read(["def broken(:"]) is None


def test_a_grammar_is_found_where_site_is_off() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from headroom_mcp.compressors.code import grammar, languages\n"
        "tree = grammar.parse(languages.load('python'), 'def f():\\n    pass\\n')\n"
        "print([node.name for node in tree.nodes], 'site' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("['f'] False\n", "")


def test_a_plugins_hook_finds_the_grammars_of_its_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = tmp_path / "venv-1" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    packages.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("CLAUDE_PLUGIN_DATA", str(tmp_path))

    grammar._see_own_site_packages()

    assert str(packages) in sys.path


def _module(functions: int = 60) -> str:
    body = "\n".join(
        f'def job_{i}(value, factor={i}):\n    """Does job {i}.\n\n    At length.\n    """\n'
        + "".join(f"    step_{j} = value * factor + {j} - len(str(value))\n" for j in range(14))
        + f'    if value < 0:\n        raise ValueError("job {i} takes no negative value")\n    return step_3\n\n'
        for i in range(functions)
    )
    return f'"""Jobs."""\n\nimport os\nimport sys\n\nLIMIT = 3  # TODO: from the settings\n\n\n{body}'


def test_the_body_that_the_query_names_stays_whole() -> None:
    shown = _shown(_module(), "jobs.py", "why is job_41 slow?")

    assert "    step_13 = value * factor + 13 - len(str(value))" in shown
    assert 'raise ValueError("job 41 takes no negative value")' in shown
    assert "def job_0(value, factor=0):" in shown


def test_todos_constants_and_imports_stay() -> None:
    shown = _shown(_module(), "jobs.py", budget=1_500)

    assert "LIMIT = 3  # TODO: from the settings" in shown
    assert "import os\nimport sys" in shown


def test_a_gap_names_the_lines_it_stands_for() -> None:
    text = _module()
    lines = text.splitlines()
    shown = _shown(text, "jobs.py").split("\n")
    gaps = [(at, match) for at, line in enumerate(shown) if (match := re.match(r"\[… lines (\d+)-(\d+)", line))]

    assert gaps
    for at, match in gaps:
        assert shown[at - 1] == lines[int(match[1]) - 2]
        assert shown[at + 1 : at + 2] == lines[int(match[2]) : int(match[2]) + 1]


def test_a_lock_file_shows_packages_and_versions_and_the_one_asked_for_whole() -> None:
    text = "version = 4\n" + "".join(
        f'\n[[package]]\nname = "crate-{i}"\nversion = "1.{i}.0"\nsource = "registry+index"\nchecksum = "{i:064x}"\n'
        f'dependencies = [\n "crate-{i + 1}",\n "crate-{i + 2}",\n]\n'
        for i in range(90)
    )
    shown = _shown(text, "Cargo.lock", "which version of crate-41 is locked?", budget=3_200)

    assert 'name = "crate-89"\nversion = "1.89.0"' in shown
    assert f'checksum = "{41:064x}"' in shown
    assert f'checksum = "{10:064x}"' not in shown


def test_a_dump_of_a_thousand_statements_counts_those_it_does_not_show() -> None:
    text = "CREATE TABLE t (\n  id integer\n);\n" + "".join(
        f"INSERT INTO t VALUES ({i}, 'some text');\n" for i in range(1_000)
    )
    shown = _shown(text, "dump.sql", budget=800)

    assert "CREATE TABLE t (" in shown
    assert re.search(r"\d+ of 1,000× 4-1003 like 4 ", shown)
    assert len(shown) < len(text) / 5


def test_a_short_piece_loses_only_its_licence_and_long_docstrings() -> None:
    licence = "\n".join(
        ["# Copyright Somebody", "# Licensed under a licence"] + [f"# clause {i} of it" for i in range(9)]
    )
    doc = "\n".join(["def f(a):", '    """Return a.', "", *(f"    Word {i} about it." for i in range(12)), '    """'])
    text = f"{licence}\n\nimport os\n\n\n{doc}\n    return a  # the line that matters\n"
    shown = _shown(text, "f.py", "it returns nothing")

    assert shown.split("\n")[0] == "# Copyright Somebody"
    assert "clause 3" not in shown
    assert "Word 3" not in shown
    assert '    """Return a.' in shown
    assert "    return a  # the line that matters" in shown
    assert "Word 3" in _shown(text, "f.py", "the docstring of f is wrong")
    assert "Word 3" in (unasked := _shown(text, "f.py")) and "clause 3" not in unasked


def test_long_documentation_in_braces_languages_keeps_its_first_paragraph() -> None:
    doc = "\n".join(["/**", " * Adds an item.", " *", *(f" * Word {i} about it." for i in range(14)), " */"])
    text = f"{doc}\nexport function add(item: Item): void {{\n  items.push(item);\n}}\n" * 3
    rust = "\n".join(
        ["/// Adds an item.", "///", *(f"/// Word {i} about it." for i in range(14)), "fn add(item: Item) {}", ""]
    )

    for shown in (_shown(text, "a.ts", "it is slow"), _shown(rust * 3, "a.rs", "it is slow")):
        assert "Adds an item." in shown
        assert "Word 9" not in shown
        assert "add(item: Item)" in shown


@pytest.mark.parametrize("above", ["", "Here is the result of running `cat -n` on /srv/app/utils.py:\n"])
def test_a_window_that_begins_inside_a_docstring_loses_no_code(above: str) -> None:
    first = ['    """', *(f"    total_{i} = load(part_{i})" for i in range(24)), "", "", "def after(part):"]
    rest = ['    """', "    Say it.", "", *(f"    Line {i} of it." for i in range(9)), '    """', "    return part"]
    lines = [f"{number:6}\t{line}" for number, line in enumerate(first + rest, 700)]
    shown = _shown(above + "\n".join(lines), "utils.py")

    assert all(f"total_{i} = load(part_{i})" in shown for i in range(24))
    assert "Line 5 of it." not in shown
    assert "    return part" in shown


def test_documentation_of_a_name_in_the_question_stays() -> None:
    doc = "\n".join(
        ["def wrap(a):", '    """Wrap a.', "", *(f"    Word {i} of data_to_wrap." for i in range(12)), '    """']
    )
    text = f"{doc}\n    return a\n\n\n" + doc.replace("data_to_wrap", "others") + "\n    return a\n"
    shown = _shown(text, "f.py", "data_to_wrap loses its columns")

    assert "Word 5 of data_to_wrap." in shown
    assert "Word 5 of others." not in shown


@pytest.mark.parametrize(
    "head", ["def wrap(a):", "class wrap:", "async def wrap(\n    a: int,\n    b: int = 0,\n) -> int:"]
)
def test_documentation_of_a_definition_that_the_question_names_stays(head: str) -> None:
    doc = "\n".join([head, '    """Wrap a.', "", *(f"    Word {i} of it." for i in range(12)), '    """'])
    text = f"{doc}\n    return a\n\n\n" + doc.replace("wrap", "fold").replace("Word", "Item") + "\n    return a\n"
    shown = _shown(text, "f.py", "wrap loses its columns")

    assert "Word 5 of it." in shown and "Item 5 of it." not in shown
    assert "Word 5 of it." not in _shown(text, "f.py", "the columns are lost")


def test_a_docstring_that_the_reader_s_tool_cut_off_takes_no_code_with_it() -> None:
    """Another docstring's quotes close what was cut: all between them would go."""
    before = ["def first(a):", '    """Return the first.', "", *(f"    Word {i} of it." for i in range(3))]
    after = [f"        total_{i} = load(part_{i})" for i in range(20)]
    rest = ["    return a", "", "def second(a):", '    """Return the second."""', "    return a"]
    lines = [*before, "<elided>", "215 characters", "</elided>", *after, *rest]

    assert list(trims.find(lines, "it is slow")) == []
    assert list(trims.find([*before, *before[3:], *rest[3:4], "    return a"], "it is slow"))


def test_a_licence_below_an_opening_tag_goes() -> None:
    licence = "\n".join(
        [
            "/*",
            " * A program.",
            " * Copyright Somebody, under a licence.",
            *(f" * Clause {i}." for i in range(9)),
            " */",
        ]
    )
    shown = _shown(f"<?php\n{licence}\n\nfunction f($a) {{\n    return $a;\n}}\n", "f.php")

    assert " * A program." in shown
    assert "Clause 3." not in shown
    assert "    return $a;" in shown


@pytest.mark.parametrize("mark", ["#", "//", " *"])
@pytest.mark.parametrize("above", [0, 8])
@pytest.mark.parametrize("below", [0, 8])
@pytest.mark.parametrize("clauses", [0, 9])
def test_what_a_file_is_for_is_no_part_of_the_licence_beside_it(
    mark: str, above: int, below: int, clauses: int
) -> None:
    paragraphs = [
        [f"Above it says {i}." for i in range(above)],
        ["Copyright Somebody, under a licence.", *(f"Clause {i} of the licence." for i in range(clauses))],
        [f"Below it says {i}." for i in range(below)],
    ]
    rows = [f"{mark} {row}".rstrip() for told in paragraphs if told for row in (*told, "")][:-1]
    lines = ["/*", *rows, " */"] if mark == " *" else rows
    gone = {row for start, stop, _ in trims.find([*lines, "", "int a;"], "") for row in range(start, stop)}

    assert not [lines[row] for row in gone if "it says" in lines[row]]
    assert bool(gone) is bool(clauses)


def test_what_the_question_is_about_is_shown_outside_of_bodies_too() -> None:
    table = "\n".join(f'    "currency {i}": ("code {i}", {i}),' for i in range(30))
    text = _module() + f"\n\nROUNDING = {{\n{table}\n}}\n# the rounding of the yen differs\nYEN = 0\n"
    shown = _shown(text, "jobs.py", "rounding of the yen is wrong")

    assert "# the rounding of the yen differs\nYEN = 0" in shown


def test_the_paragraph_of_a_long_function_that_the_question_is_about_is_shown() -> None:
    paragraphs = "\n\n".join("\n".join(f"    step_{i}_{j} = load({i}, {j})" for j in range(14)) for i in range(100))
    text = f"def everything(load):\n{paragraphs}\n    return 1\n".replace("load(41, 7)", "load_certificate(41)")
    shown = _shown(text, "f.py", "the certificate is loaded twice")

    assert "    step_41_7 = load_certificate(41)\n    step_41_8 = load(41, 8)" in shown
    assert len(shown) < 0.4 * len(text)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_pieces_and_signatures_are_all_of_a_file(name: str) -> None:
    lines = _lines(name)
    definitions = outline.read(lines, languages.of_path(name)).definitions
    signatures = {row for d in definitions for row in outline.head_rows(d)}
    rows = [row for piece in units.split(lines, definitions, signatures) for row in range(piece.start, piece.stop)]

    assert sorted([*rows, *signatures]) == list(range(len(lines)))


def test_a_file_of_signatures_alone_has_no_pieces() -> None:
    lines = ["def a(): return 1", "def b(): return 2"]
    definitions = outline.read(lines, "python").definitions

    assert units.scores(lines, units.split(lines, definitions, {0, 1}), definitions, ["return"]) == []


def test_a_gap_among_printed_numbers_says_which_it_holds() -> None:
    doc = [
        "def f(a):",
        '    """Return a.',
        "",
        *(f"    Word {i} about it." for i in range(9)),
        '    """',
        "    return a",
    ]
    shown = _shown("\n".join(f"{number:6}\t{line}" for number, line in enumerate(doc, 700)), "f.py")

    assert re.search(r"numbered 70\d-71\d\]", shown)


def test_a_minified_file_shows_its_beginning_only() -> None:
    text = "\n".join("var a=1;" + "function b(){return a}" * 200 for _ in range(20))
    shown = _shown(text, "x.js")

    assert "minified" in shown
    assert len(shown) < 5_000


def test_code_among_other_words_is_read_from_the_command() -> None:
    for command in ("cat a/b.py", "sed -n '1,40p' a/b.py", "git show HEAD:a/b.py | head -50", "nl -ba a/b.py"):
        assert code.language_of(ToolOutput("x", "Bash", {"command": command})) == "python"
    assert code.language_of(ToolOutput("x", "Bash", {"command": "ls -l"})) == ""


def test_an_outline_goes_through_the_flow_with_true_numbers(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    text = _module()
    lines = text.split("\n")
    with open_store(settings) as store:
        result = compress_output(
            text,
            tool_name="Read",
            tool_input={"file_path": "jobs.py"},
            view=View(numbered=True),
            store=store,
            settings=settings,
        )

    assert (result.kind, result.outcome) == ("code", "compressed")
    numbered = re.findall(r"^(\d+)\t(.*)$", result.text, re.MULTILINE)
    assert len(numbered) > 100
    assert all(lines[int(number) - 1] == line for number, line in numbered)


# Line numbers that a viewer printed


def test_nl_shows_every_fifth_number_and_loses_no_line() -> None:
    lines = [f"{number:6}\t    call({number})" for number in range(1009, 1060)]
    numbered = numbering.read(lines)
    assert numbered is not None

    shown = numbering.thinned(numbered, 0, len(lines))

    assert shown is not None
    assert shown.split("\n")[:3] == ["1009\t    call(1009)", "1010\t    call(1010)", "    call(1011)"]
    assert re.findall(r"call\((\d+)\)", shown) == [str(number) for number in range(1009, 1060)]


def _window(rows: int) -> str:
    return "\n".join(f"{number:6}\u2192    call({number}, weight={number % 7})" for number in range(1009, 1009 + rows))


def _planned(tool_name: str, tool_input: dict[str, object]) -> plan.Plan:
    return plan.plan(ToolOutput(_window(40), tool_name, tool_input), Settings())


def test_a_short_window_keeps_the_numbers_that_a_command_was_asked_for() -> None:
    viewed = _planned("Read", {"file_path": "/srv/weigh.py", "offset": 1009, "limit": 40})
    asked = _planned("Bash", {"command": "nl -ba weigh.py | sed -n 1009,1048p"})

    assert viewed.body.startswith(numbering.LEGEND)
    assert viewed.lacks_nothing
    assert re.findall(r"call\((\d+),", viewed.body) == [str(number) for number in range(1009, 1049)]
    assert asked.body == _window(40)


@given(st.lists(st.text(alphabet="ab1 \t\u2192:", max_size=9), min_size=12, max_size=40), st.integers(1, 5_000))
def test_thin_numbers_can_be_told_back(texts: list[str], first: int) -> None:
    lines = [f"{number:6}\t{text}" for number, text in enumerate(texts, first)]
    numbered = numbering.read(lines)
    assert numbered is not None
    shown = numbering.thinned(numbered, 0, len(lines))
    assert shown is not None

    rebuilt = []
    for offset, line in enumerate(shown.split("\n")):
        number = first + offset
        rebuilt.append(f"{number:6}\t{line.removeprefix(f'{number}{chr(9)}')}")

    assert rebuilt == lines


def test_ordinary_lines_bear_no_numbers() -> None:
    assert numbering.read([f"line {i}" for i in range(30)]) is None
    assert numbering.read([f"{i}\tx" for i in range(30, 0, -1)]) is None


# The standard library, by the same check as `python -m headroom_mcp.evals.code_check`


def _stdlib(limit: int) -> list[Path]:
    files = sorted(
        path for path in STDLIB.rglob("*.py") if "site-packages" not in path.parts and "lib2to3" not in path.parts
    )
    return files[:: max(1, len(files) // limit)]


@pytest.mark.slow
def test_outlines_of_the_standard_library_agree_with_ast() -> None:
    limit = long_form.count(50, 200)
    faults = []
    for path in _stdlib(limit):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        faults.extend(f"{path.name}: {fault}" for fault in code_check.check(str(path), text).faults)

    assert faults == []


def test_outlines_of_a_few_large_modules_agree_with_ast() -> None:
    for name in ("typing.py", "argparse.py", "ast.py"):
        checked = code_check.check(name, (STDLIB / name).read_text(encoding="utf-8"))

        assert checked.faults == []
        assert checked.saving > 0.7


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("sample.py", "python"),
        ("sample.go", "go"),
        ("sample.rs", "rust"),
        ("sample.java", "java"),
        ("sample.rb", "ruby"),
    ],
)
def test_a_source_that_nobody_named_is_known_by_its_lines(name: str, language: str) -> None:
    text = "\n".join(_lines(name))

    assert guess.language(_lines(name)) == language
    assert code.score(ToolOutput(text, "mcp__files__get", {})) > 0.5


def test_a_log_is_no_source() -> None:
    lines = [f"2026-01-01 12:00:0{i % 10} INFO worker {i} finished job={i} in {i} ms" for i in range(90)]

    assert guess.language(lines) == ""
    assert code.score(ToolOutput("\n".join(lines), "Bash", {"command": "cat run.log"})) == 0.0


def test_a_parse_without_end_is_stopped_and_the_text_read_by_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar, "_MIN_STEPS", 0)
    monkeypatch.setattr(grammar, "_STEPS_PER_KB", 0)
    lines = [line for i in range(200) for line in (f"func F{i}(a int) int {{", "\treturn a", "}", "")]

    assert grammar.parse(languages.load("go"), "\n".join(lines)) is None
    assert [d.name for d in outline.read(lines, "go").definitions] == [f"F{i}" for i in range(200)]


def test_where_all_lines_are_signatures_no_piece_is_about_a_question() -> None:
    assert units.scores(["def first(): ...", "def second(): ..."], [], [], ["first"]) == []


@pytest.mark.parametrize("blank", [False, True], ids=["right above", "a blank line between"])
def test_a_comment_right_above_a_definition_is_about_what_the_definition_is_about(blank: bool) -> None:
    lines = [
        "import os",
        "",
        "# Looks at the surroundings first.",
        *[""] * blank,
        "def resolve_key(name):",
        "    return os.environ[name]",
    ]
    lines += [
        line
        for n in range(5)
        for line in ("", f"# Other thing {n}.", f"def other_{n}(first):", f"    return first + {n}")
    ]
    definitions = outline.read(lines, "python").definitions
    signatures = {row for d in definitions for row in outline.head_rows(d)}
    pieces = units.split(lines, definitions, signatures)

    scores = dict(zip(pieces, units.scores(lines, pieces, definitions, ["resolve"]), strict=True))

    body = next(score for piece, score in scores.items() if lines[piece.start] == "    return os.environ[name]")
    comment = next(score for piece, score in scores.items() if piece.start <= 2 < piece.stop)
    assert (comment >= body) is not blank
    assert comment > 0.0  # it is beside the body, too
