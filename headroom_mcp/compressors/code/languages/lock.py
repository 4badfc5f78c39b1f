"""Lock files: each package with its version, without sources, hashes and what it needs itself."""

from headroom_mcp import late

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = (".lock",)
COMMENT = ("#",)
CONSTANTS: frozenset[str] = frozenset()
# [[package]]    "react@^18.2.0", react@^18:        rails (7.0.4)    GEM
HEADS = late.pattern(r"^(?P<name>\[\[?[^\[\]]+\]\]?$|\"?@?[\w./-]+@.*(?=:$)| {4}[\w.-]+(?= \([^)]+\)$)|[A-Z][A-Z ]+$)")
ENOUGH = True
MORE = late.pattern(r"^(?:name = \"(?P<name>[^\"]+)\"|version = | {2}version:? )")
