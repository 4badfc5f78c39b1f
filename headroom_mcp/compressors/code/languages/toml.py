"""TOML and INI: their sections."""

import re

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = (".toml", ".ini", ".cfg", ".editorconfig")
COMMENT = ("#", ";")
CONSTANTS: frozenset[str] = frozenset()
# [tool.ruff]    [[package]]
HEADS = re.compile(r"^\[\[?(?P<name>[^\[\]]+)\]\]?\s*(?:#.*)?$")
MORE = re.compile(r"^(?:name = \"(?P<name>[^\"]+)\"|version = )")
