"""TypeScript with JSX: the words of TypeScript, a grammar of its own."""

from headroom_mcp.compressors.code.languages.typescript import COMMENT, CONSTANTS, GRAMMAR, QUERY

__all__ = ["COMMENT", "CONSTANTS", "ENTRY", "GRAMMAR", "QUERY", "SUFFIXES"]

ENTRY = "language_tsx"
SUFFIXES = (".tsx",)
