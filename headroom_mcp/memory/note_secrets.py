"""What looks like a secret to a note: what the detector for outputs finds, and what is only worth a second look.

Hiding a fact of an output by a false alarm is dear, so that detector is specific. A note is another matter: it lives for
years and is shown again and again, a false alarm costs a rewording and a miss costs a leak. So here also: rarer vendors'
shapes, a value told in prose ("the password is …"), and command lines (see `command_secrets`), those in backticks and
after a prompt as strictly as commands that were run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from headroom_mcp import late
from headroom_mcp.late import re
from headroom_mcp.memory import command_secrets
from headroom_mcp.text import secrets as of_outputs
from headroom_mcp.text.secrets import Secret

# kind, its shape; the example above each is made up
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    # ABIA… ACCA…, github_pat_ cut short, glptt-…, sk-or-v1-…, whsec_…, xapp-…
    ("access key", late.pattern(r"\b(?:ABIA|ACCA)[A-Z2-7]{16}\b|\bgithub_pat_\w{22,}|\bgl(?:ptt|dt|rt|soat|cbt|ft|agent)-[\w\-]{20,}")),
    ("access key", late.pattern(r"\bsk-[\w\-]{20,}|\bwhsec_\w{16,}|\bxapp-[A-Za-z0-9\-]{10,}|\bpypi-AgE[\w\-]{30,}")),
    # https://hooks.slack.com/services/T…/B…/…
    ("webhook", late.pattern(r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_]{20,}")),
    ("webhook", late.pattern(r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d+/[\w\-]{20,}")),
    # ya29.… GOCSPX-… dop_v1_… dapi… shpat_… PMAK-… lin_api_… figd_… nvapi-… glsa_… r8_… AGE-SECRET-KEY-1…
    ("vendor token", late.pattern(r"\bya29\.[\w\-]{20,}|\bGOCSPX-[\w\-]{20,}|\b(?:dop|doo|dor)_v1_[0-9a-f]{64}\b|\bdapi[0-9a-f]{32}\b")),
    ("vendor token", late.pattern(r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b|\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b|\blin_api_\w{32,}|\bfigd_[\w\-]{30,}")),
    ("vendor token", late.pattern(r"\bnvapi-[\w\-]{40,}|\bglsa_\w{32}_[0-9a-f]{8}\b|\br8_\w{37}\b|\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b")),
    # 123456789:AA…, SK0123…
    ("vendor token", late.pattern(r"\b\d{8,10}:AA[\w\-]{30,34}(?![\w\-])|\bSK[0-9a-f]{32}\b")),
    ("azure key", late.pattern(r"\bAccountKey=[A-Za-z0-9+/]{60,}={0,2}|\bSharedAccessSignature=\S{20,}|[?&]sig=[A-Za-z0-9%+/]{30,}")),
    # -H "X-Auth: Bearer 0123…" without the word authorization
    ("bearer token", late.pattern(r"\b(?:Bearer|Basic|Token)\s+(?=[\w\-.=+/]*\d)[A-Za-z0-9_\-.=+/]{16,}")),
)  # fmt: skip
# password = "hunter2!x", export DB_PASSWORD=…, "client_secret": "…", passphrase is …
_NAMED = late.pattern(
    r"(?P<name>(?:passwor[dt]|passwd|passphrase|\bpwd|secret|credential|api[_\-. ]?key|apikey|access[_\-. ]?key|"
    r"private[_\-. ]?key|auth[_\-. ]?token|access[_\-. ]?token|refresh[_\-. ]?token|bearer[_\-. ]?token|_token|\btoken|\bpin)"
    r"(?:[_\-\d]\w{0,12}|s)?)['\"]?\s*(?P<joint>:=|=>|=|:|\bis\b|\bto\b)\s*(?P<quote>[\"'`]?)(?P<value>[^\s\"'`,;]{4,400})",
    re.IGNORECASE,
)
# ${DB_PASSWORD}, $TOKEN, <your-token>, {{ secret }}, os.environ["X"], ****, xxxx
_PLACEHOLDER = late.pattern(
    r"^(?:[$%{<\[(]|\*+$|x{4,}$|\.{3}|…|(?:your|my|the|some|changeme|change_me|example|placeholder|redacted|dummy|none|"
    r"null|true|false|required|optional|undefined|missing|invalid|expired|empty|string|str|bytes|secret|password|token)"
    r"\b)|\(|^os\.|^process\.|^env\b|^settings\.|^config\.|^self\.|environ",
    re.IGNORECASE,
)
# `docker login -p x`, $ docker login -p x
_QUOTED_COMMAND = late.pattern(r"`([^`\n]{3,2000})`|^[ \t]*(?:\$|>|#)[ \t]+([^\n]{3,2000})$", re.MULTILINE)
# What every form of a secret in a command line has: an option, an assignment, an address, a pipe; or characters by chance
_MAY_HOLD = late.pattern(
    r"(?:^|\s)['\"]?-|[=<|@%]|:\S|[\w\-]:\s|/\w+:|[A-Za-z\d+/_\-]{16}|\b(?:secret|password|passwd|login|set|auth)\b",
    re.IGNORECASE,
)
_MIN_BITS = 2.5  # entropy per character of a value in prose ("token is expired" has words, not secrets)


def find(text: str) -> list[Secret]:
    """Return what looks like a secret in `text`, in order; empty for clean text. Findings may overlap."""
    found = of_outputs.find(text)
    found.extend(Secret(match.start(), match.end(), kind) for kind, shape in _SHAPES for match in shape.finditer(text))
    found.extend(
        Secret(match.start("value"), match.end("value"), f"value of {match['name'].strip('-.')}")
        for match in _NAMED.finditer(text)
        if _is_value(match)
    )
    found.extend(_in_lines(text))
    return sorted(found)


def find_in_command(command: str) -> list[Secret]:
    """Return what looks like a secret in a command that was run; whatever stands where a secret stands is one."""
    return sorted({*find(command), *command_secrets.find(command, strict=True)})


def _in_lines(text: str) -> Iterator[Secret]:
    start = 0
    for line in text.split("\n"):
        if _MAY_HOLD.search(line):
            for secret in command_secrets.find(line, strict=False):
                yield secret._replace(start=secret.start + start, stop=secret.stop + start)
        start += len(line) + 1
    for match in _QUOTED_COMMAND.finditer(text):
        group = 1 if match.group(1) is not None else 2
        for secret in command_secrets.find(match.group(group), strict=True):
            yield secret._replace(start=secret.start + match.start(group), stop=secret.stop + match.start(group))


def _is_value(match: re.Match[str]) -> bool:
    value = match["value"].rstrip(".)")
    if len(value) < 4 or _PLACEHOLDER.search(value):
        return False
    mixed = any(char.isdigit() for char in value) or not value.isalnum()
    if value.replace("-", "").replace("_", "").isalpha() and match["joint"] != "=":
        mixed = False  # "token: short-lived"
    if match["joint"].lower() in {"is", "to"} or (match["joint"] == ":" and not match["quote"]):
        # prose: "the token is refreshed", "secret: read it from the vault" are not secrets
        return mixed and len(value) >= 6 and not _is_pathlike(value) and _bits(value) >= _MIN_BITS
    if match["quote"]:
        return True
    return (mixed or len(value) >= 8) and not _is_pathlike(value) and _bits(value) >= _MIN_BITS


def _is_pathlike(value: str) -> bool:
    return "/" in value or value.endswith(
        (".py", ".md", ".json", ".toml", ".yaml", ".yml", ".env", ".txt", ".js", ".ts")
    )


def _bits(value: str) -> float:
    counts = [value.count(char) for char in set(value)]
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
