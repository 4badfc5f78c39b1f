"""Programming languages, one small table per file.

A language is a module with these names:

    GRAMMAR   the grammar wheel's module ("tree_sitter_python"); its pip name is the same with dashes
    ENTRY     the function in it that gives the language (most have one, "language")
    SUFFIXES  file name endings, lower case; also in commands/suffixes.py
    COMMENT   how a line of comment begins, all spellings
    QUERY     tree-sitter query whose captures are roles:
        @function   something with a body that can be left out      @type    something whose members are shown
        @data       a type whose body is data (struct, enum)        @wrap    a node around a definition (decorators)
        @attach     lines that belong to the definition below       @import  @raise  @error
    CONSTANTS types of nodes at the top level, or directly in a type, whose first line is worth showing

    MARGINS   instead of a query, True where only the indentation is known (margins.py)
    PARTS     instead of a query, True where tags enclose parts in other languages (components.py)
    HEADS     instead of a query, where lines tell enough: what a heading looks like (heads.py)
    ENOUGH    (optional) True where headings say all that a reader wants
    DATA      (optional) True where files hold data, whose documents or items may be alike
    INSTEAD   (optional) the language whose grammar serves where this one's is missing

A definition's name and body are the fields `name` and `body` of its node, wherever the grammar has them.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from headroom_mcp import late
from headroom_mcp.commands import suffixes

# #!/bin/sh -e    #!/usr/bin/env -S node --harmony    1<TAB>#! /usr/bin/python3.11
_SCRIPT = late.pattern(
    r"^\s*(?:1[\t:|→])?#!\s*(?:\S*/env(?:\s+(?:-\S+|\w+=\S+))*\s+(?:\S*/)?(?P<env>[\w.-]+)|(?:\S*/)?(?P<name>[\w.-]+))"
)
NAMES = tuple(dict.fromkeys(suffixes.LANGUAGES.values()))


def of_path(path: str) -> str:
    """Return the language of the file `path` by its ending, "" when it is none of ours."""
    name = path.rsplit("/", 1)[-1].lower()
    if name in suffixes.FILES or name.startswith("dockerfile."):
        return suffixes.FILES.get(name, "plain")
    return suffixes.LANGUAGES.get(name[name.rfind(".") :], "") if "." in name else ""


def of_first_line(line: str) -> str:
    """Return the language of a script by what its first line, numbered or not, says runs it; "" where it says nothing."""
    found = _SCRIPT.match(line[:200])
    name = found["env"] or found["name"] if found is not None else ""
    return suffixes.INTERPRETERS.get(name.lower().rstrip("0123456789."), "")


def load(name: str) -> ModuleType:
    """Return the table of the language `name`.

    Raises: KeyError for a word that is not a language.
    """
    if name not in NAMES:
        raise KeyError(name)
    return importlib.import_module(f"headroom_mcp.compressors.code.languages.{name}")


def is_data(name: str) -> bool:
    """Tell whether files of the language `name` ("" for none) hold data rather than a program."""
    return name in NAMES and getattr(load(name), "DATA", False) is True


def says_enough(name: str) -> bool:
    """Tell whether the headings of files of the language `name` say all that is wanted of them, whatever that is."""
    return name in NAMES and getattr(load(name), "ENOUGH", False) is True
