"""YAML, by its lines: keys near the left margin and the names of list items."""

import re

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = (".yaml", ".yml")
COMMENT = ("#",)
CONSTANTS: frozenset[str] = frozenset()
# services:      web:        - name: build       ---
HEADS = re.compile(r"^(?P<name>---|(?: {1,4})?(?:- )?[\w\"'/@.$<*-][^:#]*(?=:(?:\s|$)))")
