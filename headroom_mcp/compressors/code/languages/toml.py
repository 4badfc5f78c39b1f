"""TOML and INI: their sections."""

from headroom_mcp import late

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = (
    ".toml",
    ".ini",
    ".cfg",
    ".editorconfig",
    ".service",
    ".socket",
    ".timer",
    ".target",
    ".desktop",
)
COMMENT = ("#", ";")
CONSTANTS: frozenset[str] = frozenset()
DATA = True
# [tool.ruff]    [[package]]
DATA = True
HEADS = late.pattern(r"^\[\[?(?P<name>[^\[\]]+)\]\]?\s*(?:#.*)?$")
MORE = late.pattern(r"^(?:name = \"(?P<name>[^\"]+)\"|version = )")
