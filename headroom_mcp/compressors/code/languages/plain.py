"""Languages of which nothing is known but that people indent them: read by their margins (margins.py)."""

from headroom_mcp.commands import suffixes

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = tuple(suffix for suffix, name in suffixes.LANGUAGES.items() if name == "plain")
COMMENT = ("#", "//", "/*", "*", "--", ";", "%%", "% ", "(*", "{-", "<!--")
CONSTANTS: frozenset[str] = frozenset()
MARGINS = True
