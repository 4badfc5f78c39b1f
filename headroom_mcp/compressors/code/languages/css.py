"""Style sheets: their selectors and at-rules."""

import re

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = (".css", ".scss", ".less")
COMMENT = ("/*", "*", "//")
CONSTANTS: frozenset[str] = frozenset()
# .card > h2 {    @media (min-width: 40em) {    a,    $gap: 4px;    --gap: 4px;
HEADS = re.compile(r"^\s*(?P<name>[^\s{};/*][^{};]*)(?:\{.*|,\s*)$")
