"""The mutants: one small change to one function each, made by mutmut's operators from the modules of [tool.mutmut].

A mutant has a key that depends on what it changes and not on what stands around it, and a sample is drawn by these keys:
after an edit elsewhere the same seed draws the same mutants. Changes that no test could notice are not made: see
`_is_no_change`, and `do_not_mutate_patterns` in pyproject.toml.
"""

from __future__ import annotations

import ast
import difflib
import fnmatch
import hashlib
import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import libcst as cst
import mutmut.configuration
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import expand_to_full_statements, get_ignored_lines, get_lines_ignored_by_pattern

PACKAGE = "headroom_mcp"
_SQL = re.compile(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|BEGIN|COMMIT|ROLLBACK|VACUUM|WITH|ATTACH|FROM|WHERE|AND|OR"
    r"|ORDER BY|GROUP BY|LIMIT|VALUES|SET|JOIN|UNION|IN|TRUE|DESC|ASC)\b"
)
_QUOTED_LETTERS = re.compile(r"'[^']*[A-Za-z][^']*'")


class Mutant(NamedTuple):
    """A change to one function."""

    key: str
    module: str  # "headroom_mcp.flow.gate"
    function: str  # "put_back", "Store.get"
    line: int  # of the file, where the change begins
    offset: int  # the same, counted from the line with the function's name
    before: str  # the function's source
    after: str

    @property
    def name(self) -> str:
        """Return what a reader calls it: "flow.gate:123 put_back"."""
        return f"{self.module.removeprefix(PACKAGE + '.')}:{self.line} {self.function}"

    def diff(self) -> str:
        """Return the lines that differ, under the mutant's name."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), lineterm="", n=0)
        return "\n".join([self.name, *(line for line in lines if not line.startswith(("---", "+++", "@@")))])


def made(root: Path, cache: Path) -> list[Mutant]:
    """Return every mutant of the checkout in `root`; what was made of a file before is read from `cache`."""
    return [mutant for mutant in _all(root, cache) if mutant.after]


def left_out(root: Path, cache: Path) -> int:
    """Return how many mutants are not made because they only take away a check of what is so by construction."""
    return sum(not mutant.after for mutant in _all(root, cache))


def _all(root: Path, cache: Path) -> list[Mutant]:
    """Return every mutant, with "" after the change where it is left out."""
    mutmut.configuration._config = _configuration(root)
    cache.mkdir(parents=True, exist_ok=True)
    found: list[Mutant] = []
    wanted = mutmut.configuration.config().only_mutate
    patterns = repr(mutmut.configuration.config().do_not_mutate_patterns) + Path(__file__).read_text(encoding="utf-8")
    for path in sorted((root / PACKAGE).rglob("*.py")):
        relative = path.relative_to(root).as_posix()
        if not any(fnmatch.fnmatch(relative, pattern) for pattern in wanted):
            continue
        source = path.read_text(encoding="utf-8")
        kept = cache / f"{hashlib.sha256((relative + source + patterns).encode()).hexdigest()[:24]}.json"
        if not kept.exists():
            kept.write_text(json.dumps(list(_of_file(relative, source))), encoding="utf-8")
        found += [Mutant(*row) for row in json.loads(kept.read_text(encoding="utf-8"))]
    return found


def sample(mutants: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return `size` of them, drawn by their keys, in the order of the draw."""
    drawn = sorted(mutants, key=lambda mutant: hashlib.sha256(f"{seed} {mutant.key}".encode()).digest())
    return drawn[:size]


def _configuration(root: Path) -> Any:
    """Return mutmut's own reading of [tool.mutmut]; it looks in the working folder only."""
    with mutmut_in(root):
        mutmut.configuration.reset_config()
        return mutmut.configuration.config()


def mutmut_in(root: Path) -> Any:
    """Return a context in which `root` is the working folder, as mutmut wants it."""
    from mutmut.utils.file_utils import change_cwd

    return change_cwd(root)


def _of_file(path: str, source: str) -> Iterator[Mutant]:
    """Yield the mutants of one file."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = MutationVisitor(mutation_operators, get_ignored_lines(path, source, wrapper), None)
    module = wrapper.visit(visitor)
    positions = wrapper.resolve(PositionProvider)
    owners = dict(_functions(wrapper.module))
    lines = source.splitlines()
    name = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    words = expand_to_full_statements(wrapper, get_lines_ignored_by_pattern(source))
    alike: Counter[str] = Counter()
    for mutation in visitor.mutations:
        function, node = mutation.contained_by_top_level_function, mutation.original_node
        if not isinstance(function, cst.FunctionDef) or function not in owners or _is_no_change(mutation, module):
            continue
        if positions[node].start.line in words:
            continue
        old, new = module.code_for_node(node), module.code_for_node(mutation.mutated_node)  # type: ignore[arg-type]
        first, last = positions[function.name].start.line, positions[function].end.line
        before = textwrap.dedent("\n".join(lines[first - 1 : last]))
        after = _edited(lines, positions[node], new, first, last)
        if old == new or not after:
            continue
        if _is_unchecked(lines, positions[node], old, new):
            after = ""
        text = f"{name} {owners[function]} {old} -> {new}"
        alike[text] += 1
        key = hashlib.sha256(f"{text} {alike[text]}".encode()).hexdigest()[:16]
        line = positions[node].start.line
        yield Mutant(key, name, owners[function], line, line - first, before, after)


def _is_unchecked(lines: list[str], place: CodeRange, old: str, new: str) -> bool:
    """Does a mutant only take away that `zip` checks for equal lengths, which they are by construction wherever it is asked to?"""
    return _lacks(old, new, "strict=True") or (
        (old, new) == ("True", "False") and lines[place.start.line - 1][: place.start.column].endswith("strict=")
    )


def _lacks(old: str, new: str, argument: str) -> bool:
    """Is `new` the call `old` but for one `argument`, which is gone or None?"""
    name = argument.partition("=")[0]
    for found in re.finditer(re.escape(argument), old):
        head, tail = old[: found.start()], old[found.end() :]
        if new in (head + tail, head + tail.removeprefix(", "), f"{head}{name}=None{tail}"):
            return True
    return False


def _edited(lines: list[str], place: CodeRange, new: str, first: int, last: int) -> str:
    """Return the function on the lines `first` to `last` with `new` in a place of it; "" where that is no program."""
    head, tail = lines[place.start.line - 1][: place.start.column], lines[place.end.line - 1][place.end.column :]
    indent = " " * (len(head) - len(head.lstrip()))
    inner = new.replace("\n", f"\n{indent}") if not head.strip() else new
    text = "\n".join([*lines[first - 1 : place.start.line - 1], head + inner + tail, *lines[place.end.line : last]])
    try:
        ast.parse(textwrap.dedent(text))
    except SyntaxError:
        return ""
    return textwrap.dedent(text)


def _functions(module: cst.Module) -> Iterator[tuple[cst.FunctionDef, str]]:
    """Yield the functions of a module and the methods of its classes, with their names."""
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef):
            yield statement, statement.name.value
        elif isinstance(statement, cst.ClassDef):
            for child in statement.body.body:
                if isinstance(child, cst.FunctionDef):
                    yield child, f"{statement.name.value}.{child.name.value}"


def _is_no_change(mutation: Mutation, module: cst.Module) -> bool:
    """Would the program do the same? SQL in small letters; arguments that are defaults; what only other platforms need."""
    node = mutation.original_node
    if isinstance(node, cst.SimpleString) and isinstance(mutation.mutated_node, cst.SimpleString):
        before, after = node.value[1:-1], mutation.mutated_node.value[1:-1]
        is_sql = _SQL.search(before) is not None and _QUOTED_LETTERS.search(before) is None
        return before.lower() == after.lower() and (is_sql or before.lower() == "utf-8")
    if isinstance(node, cst.Call) and isinstance(mutation.mutated_node, cst.Call):
        before, after = module.code_for_node(node), module.code_for_node(mutation.mutated_node)
        is_default = any(_lacks(before, after, said) for said in ('encoding="utf-8"', "strict=False"))
        return is_default or before.startswith(("cast(", "getattr(os, "))
    return False
