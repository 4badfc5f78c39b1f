"""What a file's suffix says: the kind of its text, the language of source, and whether people edit it by line.

Plain tables, keyed by the suffix in lower case with its dot (".py"); see `suffix`.
"""

from __future__ import annotations


def _inverted(table: dict[str, str]) -> dict[str, str]:
    return {f".{ending}": word for word, endings in table.items() for ending in endings.split()}


# The languages of compressors/code/languages, so that finding a file's language imports none of them.
LANGUAGES = _inverted(
    {
        "python": "py pyi pyw pyx bzl star",
        "javascript": "js mjs cjs jsx",
        "typescript": "ts mts cts",
        "tsx": "tsx",
        "go": "go",
        "rust": "rs",
        "java": "java",
        # C++ reads C headers; the other way round fails
        "cpp": "cc cpp cxx c++ hh hpp hxx h inl cu",
        "c": "c",
        "c_sharp": "cs",
        "ruby": "rb rake gemspec",
        "php": "php",
        "bash": "sh bash bats zsh ksh",
        "kotlin": "kt kts",
        "swift": "swift",
        "yaml": "yaml yml",
        "toml": "toml ini cfg editorconfig service socket timer target desktop",
        "lock": "lock",
        "css": "css scss less",
        "sql": "sql",
        "component": "vue svelte astro",
        # read by their margins alone
        "plain": "ex exs erl hrl hs lhs lua scala sc clj cljs cljc dart zig heex eex leex tf tfvars hcl ml mli fs "
        "fsi fsx jl r pl pm groovy gradle nix sol m mm graphql gql proto cmake nim cr elm purs pony ps1 "
        "psm1 tcl f90 f95 adb ads pas vb vhd sv fish el lisp scm rkt hx thrift gd rego mk mak sass styl awk vala vapi d "
        "vim f for cob cbl ql bicep dhall lean agda idr",
    }
)
# What runs a script, as its first line names it without a version.
INTERPRETERS = {
    **dict.fromkeys("sh bash dash ash ksh zsh bats".split(), "bash"),
    **dict.fromkeys("node nodejs deno bun".split(), "javascript"),
    **dict.fromkeys(
        "perl lua luajit tclsh wish rscript julia elixir escript awk gawk fish pwsh groovy runhaskell".split(), "plain"
    ),
    "python": "python",
    "pypy": "python",
    "ruby": "ruby",
    "php": "php",
    "ts-node": "typescript",
    "tsx": "typescript",
}
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

KINDS = {
    **dict.fromkeys(LANGUAGES, "code"),
    **_inverted(
        {
            "notebook": "ipynb",
            "json": "json jsonl ndjson geojson har json5 webmanifest sarif avsc",
            "table": "csv tsv psv tab",
            "diff": "diff patch",
            "html": "html htm xhtml mhtml",
            "markdown": "md markdown mdx rst adoc asciidoc org mdc rmd qmd",
            "log": "log out err",
        }
    ),
}

# Files that people edit by line: left-out lines there need an outline that knows the language. Data and logs do not.
SOURCE = frozenset(
    ".astro .bash .bat .bzl .c .cc .clj .cljs .cmake .cpp .cs .css .cu .cxx .d .dart .el .elm .erl .ex .exs .f90 .fs .fsx "
    ".go .gradle .graphql .groovy .h .hcl .hh .hpp .hrl .hs .hxx .java .jl .js .jsx .kt .kts .less .lisp .lua .m .md .mdx "
    ".mjs .cjs .ml .mli .mm .nim .nix .php .pl .pm .proto .ps1 .py .pyi .pyx .r .rb .rkt .rs .rst .s .sass .scala .scm "
    ".scss .sh .bats .ksh .mak .mk .vala .sol .sql .svelte .swift .tcl .tex .tf .ts .tsx .v .vb .vhd .vim .vue .zig .zsh".split()
)
DATA = frozenset(
    ".csv .err .har .htm .html .ipynb .json .json5 .jsonl .ldjson .lock .log .lst .map .ndjson .out .svg .trace .tsv .txt "
    ".xml .yaml .yml".split()
)


def suffix(path: str) -> str:
    """Return the suffix of a file's name in lower case (".py"), "" where it has none."""
    name = path.replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


# Texts of rules, by the names that hosts, forges and projects look for them under
_INSTRUCTIONS = frozenset(
    "claude claude.local agents agent gemini qwen skill copilot-instructions contributing security code_of_conduct conventions"
    " policy policies rules guidelines governance cursorrules clinerules windsurfrules".split()
)
_TEXTS = frozenset(("", ".md", ".mdc", ".markdown", ".rst", ".txt", ".adoc"))


def is_instructions(path: str) -> bool:
    """Tell by its name, or its folder's, whether a file tells agents or contributors what to do."""
    folder, _, name = path.replace("\\", "/").rpartition("/")
    stem, dot, ending = name.lower().lstrip(".").rpartition(".")
    stem, ending = (stem, dot + ending) if dot else (ending, "")
    if ending not in _TEXTS:
        return False
    parent = folder.rpartition("/")[2].lower().lstrip(".")
    return stem in _INSTRUCTIONS or ending == ".mdc" or parent in _INSTRUCTIONS
