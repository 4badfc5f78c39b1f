"""Secrets in any text by the name before them, in headers and addresses, by chance; and whether a value is one at all.

A value that stands for another (`$TOKEN`, `<your-token>`, `@file`, `op://…`) is none. In a *strict* reading, for commands
that were run, whatever stands where a secret stands is one ("hunter2"); in prose it must also look like one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from headroom_mcp import late
from headroom_mcp.commands import secret_options as options
from headroom_mcp.late import re
from headroom_mcp.text.secrets import Secret

STRIP = "'\"`"
STANDS_FOR = late.pattern(
    r"^(?:[\w.]+\(|[$%@<{\[(!?]|\\\$|`|#\{|\*+$|x{3,}$|X{3,}$|\.{2,}|…|-+$|=|_+$|(?:op|vault|ssm|awssm|gcpsm|akv|keyring|file|env|secret|secretref|"
    r"sops|bw|pass|fd|stdin|aws-sm)(?::/{0,2}|$)|os\.|process\.|env\.|settings\.|config\.|self\.|System\.|ENV\[|secrets\.|vars\.|getenv|"
    r"(?:bearer|basic|digest|negotiate|none|null|nil|true|false|yes|no|on|off|required|optional|redacted|placeholder|changeme|undefined|str|string|bytes|int)$|"
    r"(?:your|my|the|some|new|old|dummy|example|enter|insert|put)[_\- ]?(?:[\w\- ]*(?:pass|token|secret|key|value|here)\w*)$|"
    r"(?:password|passwd|token|secret|api[_-]?key|pw|pass)$)",
    re.IGNORECASE,
)
_FILE = late.pattern(
    r"^(?:~|\.{1,2})?/?(?:[\w@+.-]+/)*[\w@+-]+\.[A-Za-z]\w{0,9}$|^(?:~|\.{1,2})/|^/(?:[a-z][\w.+-]*/)+[\w.+-]*$"
)
_MIN_BITS = 3.3  # per character; English words and names lie below 3.0 for this length
_SYMBOLS = "!@#$%^&*?+="
_FLIPS = 0.22  # changes between letters, capitals and digits, per character: chance has some 0.6, names hardly any
# NAME= NAME: NAME := inside a word or text; JSON's "name": ; not $NAME
_NAMED = late.pattern(
    r"(?<![\w.$])(?<!\$\{)(?P<name>[A-Za-z_][\w.\-]{0,80}?)(?P<quote>\\?[\"'])?\]?\s{0,2}(?P<joint>:=|=>|==?|:)\s{0,2}"
)
# 'value' | "value" | \"value\" | value
_VALUE = late.pattern(
    r"(?P<open>\\?[\"'])(?P<quoted>[^\s\"'\\][^\"'\\\n]{0,400})(?P=open)|(?P<plain>[^\s\"'`,;&|)}\]]{1,400})"
)
# -H 'X-Api-Key: abc', "Authorization: Bearer abc", Cookie: a=b
_HEADER = late.pattern(
    r"(?<![\w\-])(?P<name>[A-Za-z][A-Za-z\d]*(?:-[A-Za-z\d]+)*)\s{0,2}:\s{0,3}"
    r"(?:(?:bearer|basic|token|digest|apikey|key|aws4-hmac-sha256|negotiate|ssws|hmac)\s+)?(?P<value>[^\s\"'`]{2,4000})",
    re.IGNORECASE,
)
# https://user:pw@host, redis://:pw@host, https://token@host
_USERINFO = late.pattern(
    r"\b[a-z][a-z\d+.\-]{1,20}://(?:(?P<name>[^\s:/@\"'<>]{0,120}):(?P<value>[^\s@\"'<>]{1,200})|(?P<token>[^\s:/@\"'<>]{12,200}))@",
    re.IGNORECASE,
)
# IDENTIFIED BY 'x', WITH PASSWORD 'x', requirepass x; generate_password_hash('x')
_SPOKEN = late.pattern(
    r"(?:\b(?:identified\s+(?:with\s+[\w\"']+\s+)?by|password|passwd|requirepass|masterauth)\s+(?:=\s*)?(?P<quote>['\"])(?P<value>[^'\"\n]{1,200})(?P=quote))"
    r"|(?:\brequirepass\s+(?P<bare>[^\s'\"]+))|(?:passw(?:or)?d\w{0,20}\(\s*['\"](?P<argument>[^'\"\n]{1,200})['\"])",
    re.IGNORECASE,
)
# a token in spite of its name
_LOGINS = frozenset(("sonar.login", "Dsonar.login"))
# pieces of a word between its joints; chance is looked for in each
_PIECES = late.pattern(r"[A-Za-z\d+/]{16,}={0,2}|[A-Za-z\d_\-]{16,}")


def in_text(text: str, strict: bool) -> Iterator[Secret]:
    for match in _NAMED.finditer(text):
        name = match["name"]
        if not (options.names_a_secret(name) or name in _LOGINS or (name == "secret_id" and match["joint"] == "=")):
            continue
        value = _VALUE.match(text, match.end())
        if value is None or match["joint"] == "==":
            continue
        group = "quoted" if value["open"] else "plain"
        # "token: see below" is prose; a name or value in quotes, an equals sign or an option is not
        if match["joint"] == ":" and not (match["quote"] or value["open"]) and not looks_made_up(value[group]):
            continue
        if is_secret(value[group], strict):
            yield Secret(value.start(group), value.end(group), f"value of {name[-40:]}")
    for match in _HEADER.finditer(text):
        name = match["name"]
        is_header = "-" in name or name.lower() in ("authorization", "cookie")
        if is_header and options.names_a_secret(name) and is_secret(match["value"], strict):
            yield Secret(match.start("value"), match.end("value"), f"header {name.lower()[:40]}")
    for match in _SPOKEN.finditer(text):
        group = match.lastgroup or "value"
        if is_secret(match[group], strict):
            yield Secret(match.start(group), match.end(group), "password")
    for match in _USERINFO.finditer(text):
        if match["value"] and is_secret(match["value"], strict):
            yield Secret(match.start("value"), match.end("value"), "password in a url")
        elif match["token"] and is_chance(match["token"]):
            yield Secret(match.start("token"), match.end("token"), "token in a url")


def by_chance(text: str) -> Iterator[Secret]:
    for match in _PIECES.finditer(text):
        if is_chance(match.group()):
            yield Secret(match.start(), match.end(), "random text")


def is_secret(value: str, strict: bool) -> bool:
    """Tell whether a value that stands where a secret stands is one."""
    value = value.strip(STRIP)
    if (
        not value
        or (value.isdigit() and len(value) < 3)
        or STANDS_FOR.match(value)
        or (_FILE.match(value) and not looks_made_up(value))
    ):
        return False
    return strict or (
        len(value) >= 4 and (any(char.isdigit() for char in value) or not value.isalnum()) and _bits(value) >= 2.0
    )


def looks_made_up(value: str) -> bool:
    """Tell a password from a word, path, number or address: many kinds of characters, close together."""
    if len(value) < 6 or "://" in value or STANDS_FOR.match(value) or any(char in value for char in " \n(){}"):
        return False
    mixed = any(c.islower() for c in value) and any(c.isupper() for c in value) and any(c.isdigit() for c in value)
    return is_chance(value) or (mixed and any(char in _SYMBOLS for char in value) and not _FILE.match(value))


def is_chance(piece: str) -> bool:
    """Tell random characters from names: they change between small, capital and digit all the time."""
    if len(piece) < 16 or len(piece) > 400:
        return False
    kinds = ["a" if char.islower() else "A" if char.isupper() else "0" if char.isdigit() else "-" for char in piece]
    if not {"a", "A", "0"} <= set(kinds):
        return False
    flips = sum(first != second for first, second in itertools.pairwise(kinds) if "-" not in (first, second))
    # a capital and the small letters after it are one word: getUserId is not random
    words = len(re.findall(r"[A-Z][a-z]{2,}", piece))
    return (flips - 2 * words) / len(piece) >= _FLIPS and _bits(piece) >= _MIN_BITS


def _bits(value: str) -> float:
    counts = [value.count(char) for char in set(value)]
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
