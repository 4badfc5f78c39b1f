"""Style sheets: their selectors and at-rules."""

from headroom_mcp import late

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = (".css", ".scss", ".less")
COMMENT = ("/*", "*", "//")
CONSTANTS: frozenset[str] = frozenset()
# .card > h2 {    @media (min-width: 40em) {    a,    $gap: 4px;    --gap: 4px;
HEADS = late.pattern(r"^\s*(?P<name>[^\s{};/*][^{};]*)(?:\{.*|,\s*)$")
