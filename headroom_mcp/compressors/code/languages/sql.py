"""SQL scripts and dumps: the first line of each statement."""

from headroom_mcp import late
from headroom_mcp.late import re

GRAMMAR = ENTRY = QUERY = ""
SUFFIXES = (".sql",)
COMMENT = ("--", "/*", "*")
CONSTANTS: frozenset[str] = frozenset()
# CREATE TABLE orders (    ALTER TABLE …    INSERT INTO …    COPY … FROM stdin;
HEADS = late.pattern(
    r"^(?:create|alter|insert|update|delete|select|with|drop|grant|revoke|comment|begin|copy|do|set|call|merge|truncate|use|"
    r"declare)\b(?P<name>[^(;]*)",
    re.IGNORECASE,
)
