"""Languages of which nothing is known but that people indent them: read by their margins (margins.py)."""

from headroom_mcp.compressors.code import languages

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = languages.PLAIN
COMMENT = ("#", "//", "/*", "*", "--", ";", "%%", "% ", "(*", "{-", "<!--")
CONSTANTS: frozenset[str] = frozenset()
MARGINS = True
