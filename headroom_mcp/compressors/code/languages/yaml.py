"""YAML, by its lines: keys near the left margin and the names of list items."""

from headroom_mcp import late

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = (".yaml", ".yml")
COMMENT = ("#",)
CONSTANTS: frozenset[str] = frozenset()
DATA = True
# services:      web:        - name: build       ---
HEADS = late.pattern(r"^(?P<name>---|(?: {1,4})?(?:- )?[\w\"'/@.$<*-][^:#]*(?=:(?:\s|$)))")
