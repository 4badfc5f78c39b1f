"""Lock files: each package with its version, without sources, hashes and what it needs itself."""

import re

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = (".lock",)
COMMENT = ("#",)
CONSTANTS: frozenset[str] = frozenset()
# [[package]]    "react@^18.2.0", react@^18:        rails (7.0.4)    GEM
HEADS = re.compile(r"^(?P<name>\[\[?[^\[\]]+\]\]?$|\"?@?[\w./-]+@.*(?=:$)| {4}[\w.-]+(?= \([^)]+\)$)|[A-Z][A-Z ]+$)")
MORE = re.compile(r"^(?:name = \"(?P<name>[^\"]+)\"|version = | {2}version:? )")
