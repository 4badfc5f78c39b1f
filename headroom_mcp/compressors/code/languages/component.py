"""Components of web frameworks: markup, script and style in one file, each in its own language (components.py)."""

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = (".vue", ".svelte", ".astro")
COMMENT = ("//", "/*", "*", "<!--")
CONSTANTS: frozenset[str] = frozenset()
PARTS = True
