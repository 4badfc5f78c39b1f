"""Check outlines against the files they come from.

    python -m headroom_mcp.evals.code_check [--limit N] [--seed N] DIR-or-FILE …

For every source file: each definition is shown exactly once (or counted, in a file of thousands), kept lines are lines of the file in order, kept + left out =
all, the answer is not longer, nothing raises. Definitions of Python come from the `ast` module, of other languages from
lines that can be nothing else. Prints one row per language; exit code 1 when a check failed.
"""

from __future__ import annotations

import ast
import os
import random
import re
import statistics
import sys
import time
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from headroom_mcp.compressors.code import kind as code
from headroom_mcp.compressors.code import languages, outline
from headroom_mcp.flow.budget import budget_for
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput

LONG_FILE_LINES = 400

# Lines that begin a definition whatever stands around them, at a margin where code stands.
_CERTAIN = {
    "javascript": r"^(?:export (?:default )?)?(?:async )?(?:function\*? |class )(\w+)",
    "typescript": r"^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:async )?(?:function |class |interface |enum )(\w+)",
    "tsx": r"^(?:export )?(?:default )?(?:async )?(?:function |class |interface |enum )(\w+)",
    "go": r"^func (?:\([^)]*\) )?(\w+)",
    "rust": r"^(?:    )?(?:pub(?:\(\w+\))? )?(?:const |async |unsafe )*(?:fn|struct|enum|trait) (\w+)",
    "java": r"^(?:    )?(?:public |private |protected |static |final |abstract )+(?:class|interface|enum) (\w+)",
    "c": r"^(?:static |inline |const |unsigned )*\w+[ *]+(\w+)\([^;]*$",
    "cpp": r"^(?:class|struct) (\w+)[^;(]*$",
    "ruby": r"^ *(?:def|class|module) ([\w.?!]+)",
    "php": r"^(?:    )?(?:public |private |protected |static |final |abstract )*function &?(\w+)",
    "bash": r"^(?:function )?(\w+)\(\) *\{",
    "c_sharp": r"^ *(?:public |private |internal |static |sealed |abstract |partial )+(?:class|interface|enum|struct) (\w+)",
    "kotlin": r"^(?:(?:public|private|internal|open|abstract|data|sealed) )*(?:fun|class|interface|object) (\w+)",
    "swift": r"^(?:(?:public|private|internal|open|final) )*(?:func|class|struct|enum|protocol) (\w+)",
}


class Checked(NamedTuple):
    """One file: its language, size, saving (0..1, in estimated tokens), time and what is wrong with its outline."""

    path: str
    language: str
    lines: int
    definitions: int
    saving: float
    ms: float
    faults: list[str]


def check(path: str, text: str, query: str = "") -> Checked:
    """Return the check of one file's outline, made as for a tool that read the whole file."""
    output = ToolOutput(text, "Read", {"file_path": path}, query)
    language = code.language_of(output)
    before = output.tokens
    lines = output.lines
    started = time.process_time()
    compressed = code.compress(output, budget_for(before))
    spent_ms = (time.process_time() - started) * 1000
    if compressed is None:
        return Checked(path, language, len(lines), 0, 0.0, spent_ms, [])
    faults: list[str] = []
    render.check(compressed.parts, len(lines))
    parts = render.close_cheap_gaps(lines, compressed.parts)
    shown = render.render(lines, parts)
    after = tokens.estimate(shown)
    if after > before:
        faults.append(f"longer: {after} tokens of {before}")
    rows = {row for part in parts if part.action == "keep" for row in range(part.start, part.stop)}
    # Clipped lines are shown; what a gap counts ("40 definitions", "minified") is told.
    rows.update(row for part in parts if part.action == "render" or part.note for row in range(part.start, part.stop))
    wanted = definition_rows(language, text, lines)
    faults.extend(f"line {row + 1}: {name} is not shown" for name, row in wanted if row not in rows)
    if language == "python":
        faults.extend(_names_that_differ(text, lines))
    return Checked(path, language, len(lines), len(wanted), 1 - after / max(1, before), spent_ms, faults)


def definition_rows(language: str, text: str, lines: list[str]) -> list[tuple[str, int]]:
    """Return (name, row) of the definitions that a reader would count, by other means than the outline's."""
    if language == "python":
        return [(name.rpartition(".")[2], row) for name, row in ast_definitions(text)]
    pattern = re.compile(_CERTAIN.get(language, r"(?!)"))
    found: list[tuple[str, int]] = []
    for row, line in enumerate(lines):
        match = pattern.match(line)
        # A name in capitals before a "(" is a macro of C's, not a function.
        if (
            match is not None
            and not match[1].isupper()
            and not _is_prototype(lines, row)
            and not _in_literal(language, lines, row)
        ):
            found.append((match[1], row))
    return found


def ast_definitions(text: str) -> list[tuple[str, int]]:
    """Return (qualified name, row) of every function and class of a Python file, [] for one that does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    found: list[tuple[str, int]] = []

    def walk(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.append((f"{prefix}{child.name}", child.lineno - 1))
                walk(child, f"{prefix}{child.name}.")
            else:
                walk(child, prefix)

    walk(tree, "")
    return found


def outline_names(lines: list[str], language: str) -> list[str]:
    """Return the qualified names of an outline, nested as its ranges are."""
    names: list[str] = []
    open_: list[tuple[str, int]] = []
    for definition in outline.read(lines, language).definitions:
        while open_ and open_[-1][1] <= definition.start:
            open_.pop()
        prefix = f"{open_[-1][0]}." if open_ else ""
        names.append(prefix + definition.name)
        open_.append((names[-1], definition.stop))
    return names


def _names_that_differ(text: str, lines: list[str]) -> list[str]:
    real = sorted(name for name, _ in ast_definitions(text))
    if not real:
        return []
    ours = sorted(outline_names(lines, "python"))
    if real == ours:
        return []
    missing = sorted(set(real) - set(ours))[:3]
    invented = sorted(set(ours) - set(real))[:3]
    return [f"names differ from ast: missing {missing}, not there {invented}, {len(real)} and {len(ours)}"]


def _is_prototype(lines: list[str], row: int) -> bool:
    """Tell whether a statement ends in ";" or a macro's "\\" before a body begins."""
    for line in lines[row : row + 12]:
        code_part = line.split("//", 1)[0].rstrip()
        if "{" in code_part or code_part.endswith(":"):
            return False
        if code_part.endswith((";", "\\")):
            return True
    return False


def _in_literal(language: str, lines: list[str], row: int) -> bool:
    """Tell whether a line stands in a block comment or a template string, as far as the lines above can say."""
    depth = 0
    for line in lines[max(0, row - 400) : row]:
        if language not in ("ruby", "bash"):
            depth += line.count("/*") - line.count("*/")
        if language in ("javascript", "typescript", "tsx", "go"):
            depth += 100 * (line.count("`") % 2)
    return depth % 200 != 0


def source_files(places: list[str]) -> Iterator[str]:
    """Yield the files under `places` that have a language, sorted."""
    for place in places:
        if os.path.isfile(place):
            yield place
            continue
        for folder, folders, names in os.walk(place):
            folders.sort()
            for name in sorted(names):
                if languages.of_path(name) and not name.endswith(".min.js"):
                    yield os.path.join(folder, name)


def main(arguments: list[str]) -> int:
    """Check the files named on the command line; return the exit code."""
    limit, seed, places = 0, 1, []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--limit":
            limit = int(rest.pop(0))
        elif word == "--seed":
            seed = int(rest.pop(0))
        else:
            places.append(word)
    if not places:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    by_language: dict[str, list[str]] = {}
    for path in source_files(places):
        by_language.setdefault(languages.of_path(path), []).append(path)
    failed = False
    print(
        f"{'language':<11} {'files':>6} {'lines':>8} {'defs':>7} {'long':>5} {'median saving':>14} {'ms/5k':>6} {'faults':>7}"
    )
    for language in sorted(by_language):
        paths = by_language[language]
        if limit and len(paths) > limit:
            paths = sorted(random.Random(seed).sample(paths, limit))
        checked = [result for path in paths if (result := _check_file(path)) is not None]
        faulty = [result for result in checked if result.faults]
        failed = failed or bool(faulty)
        long = [result for result in checked if result.lines >= LONG_FILE_LINES]
        saving = statistics.median(result.saving for result in long) * 100 if long else 0.0
        all_lines = sum(result.lines for result in checked)
        speed = sum(result.ms for result in checked) / max(1, all_lines) * 5000
        defs = sum(result.definitions for result in checked)
        print(
            f"{language:<11} {len(checked):>6} {all_lines:>8} {defs:>7} {len(long):>5} {saving:>12.1f} % {speed:>6.1f} {len(faulty):>7}"
        )
        for result in faulty[:20]:
            print(f"    {result.path}: {'; '.join(result.faults[:3])}")
    return 1 if failed else 0


def _check_file(path: str) -> Checked | None:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return None
    try:
        return check(path, text)
    except Exception as error:  # a crash is a finding, not the end of the check
        return Checked(path, languages.of_path(path), 0, 0, 0.0, 0.0, [f"raised {error!r}"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
