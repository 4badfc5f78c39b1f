"""Programming languages, one small table per file.

A language is a module with these names:

    GRAMMAR   the grammar wheel's module ("tree_sitter_python"); its pip name is the same with dashes
    ENTRY     the function in it that gives the language (most have one, "language")
    SUFFIXES  file name endings, lower case
    COMMENT   how a line of comment begins, all spellings
    QUERY     tree-sitter query whose captures are roles:
        @function   something with a body that can be left out      @type    something whose members are shown
        @data       a type whose body is data (struct, enum)        @wrap    a node around a definition (decorators)
        @attach     lines that belong to the definition below       @import  @raise  @error
    CONSTANTS types of nodes at the top level, or directly in a type, whose first line is worth showing

    MARGINS   instead of a query, True where only the indentation is known (margins.py)
    PARTS     instead of a query, True where tags enclose parts in other languages (components.py)
    HEADS     instead of a query, where lines tell enough: what a heading looks like (heads.py)
    INSTEAD   (optional) the language whose grammar serves where this one's is missing

A definition's name and body are the fields `name` and `body` of its node, wherever the grammar has them.
"""

from __future__ import annotations

import importlib
from types import ModuleType

# Written out, so that finding a file's language imports nothing.
SUFFIXES = {
    ".py": "python",
    ".pyi": "python",
    ".pyw": "python",
    ".pyx": "python",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".go": "go",
    ".rs": "rust",
    ".java": "java",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cxx": "cpp",
    ".c++": "cpp",
    ".hh": "cpp",
    ".hpp": "cpp",
    ".hxx": "cpp",
    ".h": "cpp",  # C++ reads C headers; the other way round fails
    ".inl": "cpp",
    ".cu": "cpp",
    ".c": "c",
    ".cs": "c_sharp",
    ".rb": "ruby",
    ".rake": "ruby",
    ".gemspec": "ruby",
    ".php": "php",
    ".sh": "bash",
    ".bash": "bash",
    ".kt": "kotlin",
    ".kts": "kotlin",
    ".swift": "swift",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".ini": "toml",
    ".cfg": "toml",
    ".editorconfig": "toml",
    ".lock": "lock",
    ".css": "css",
    ".scss": "css",
    ".less": "css",
    ".sql": "sql",
    ".vue": "component",
    ".svelte": "component",
    ".astro": "component",
}
# Languages that are read by their margins alone.
PLAIN = tuple(
    (
        ".ex .exs .erl .hrl .hs .lhs .lua .scala .sc .clj .cljs .cljc .dart .zig .heex .eex .leex .tf .tfvars .hcl .ml .mli .fs "
        ".fsi .fsx .jl .r .pl .pm .groovy .gradle .nix .sol .m .mm .graphql .gql .proto .cmake .nim .cr .elm .purs .pony .ps1 "
        ".psm1 .tcl .f90 .f95 .adb .ads .pas .vb .vhd .sv .fish .el .lisp .scm .rkt .hx .thrift .gd .rego .mk .sass .styl .awk"
    ).split()
)
SUFFIXES.update(dict.fromkeys(PLAIN, "plain"))
# Files that are known by their whole name, in lower case.
FILES = {
    "rakefile": "ruby",
    "gemfile": "ruby",
    "vagrantfile": "ruby",
    "build.bazel": "python",
    **dict.fromkeys(
        "dockerfile makefile gnumakefile cmakelists.txt jenkinsfile justfile containerfile procfile".split(), "plain"
    ),
}

NAMES = tuple(dict.fromkeys(SUFFIXES.values()))


def of_path(path: str) -> str:
    """Return the language of the file `path` by its ending, "" when it is none of ours."""
    name = path.rsplit("/", 1)[-1].lower()
    if name in FILES or name.startswith("dockerfile."):
        return FILES.get(name, "plain")
    return SUFFIXES.get(name[name.rfind(".") :], "") if "." in name else ""


def load(name: str) -> ModuleType:
    """Return the table of the language `name`.

    Raises: KeyError for a word that is no language.
    """
    if name not in NAMES:
        raise KeyError(name)
    return importlib.import_module(f"headroom_mcp.compressors.code.languages.{name}")
