"""Secrets in text: tokens, keys and passwords, found by the shapes their issuers publish and by assignments to telling names.

A maintained detector costs 140 ms to import, too much for a hook; these patterns and their test set are ours. A pattern
must be specific: a false alarm hides a fact. Commit hashes, UUIDs and checksums are not secrets.
"""

from __future__ import annotations

from collections.abc import Iterator

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re


class Secret(NamedTuple):
    """Characters `start` … `stop - 1` of a text are a secret of this kind ("github token")."""

    start: int
    stop: int
    kind: str


# Each: (kind, characters that must occur for the pattern to be tried, pattern). The group `s`, if any, is the secret.
_SHAPES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("private key", ("-----BEGIN",), r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s\\:,.]|-(?!----)){0,8000}(?:-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|\Z)"),
    ("aws access key", ("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("github token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"), r"\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{50,251})\b"),
    ("gitlab token", ("glpat-",), r"\bglpat-[A-Za-z0-9_\-]{20,60}"),
    ("slack token", ("xox",), r"\bxox[abeoprs]-[A-Za-z0-9-]{10,200}"),
    ("stripe key", ("sk_live_", "rk_live_", "sk_test_"), r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,120}\b"),
    ("google api key", ("AIza",), r"\bAIza[0-9A-Za-z_\-]{35}"),
    ("anthropic key", ("sk-ant-",), r"\bsk-ant-[A-Za-z0-9_\-]{20,200}"),
    ("openai key", ("sk-",), r"\bsk-(?!ant-)(?:proj-|svcacct-)?[A-Za-z0-9_\-]{32,200}"),
    ("npm token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("pypi token", ("pypi-",), r"\bpypi-[A-Za-z0-9_\-]{50,400}"),
    ("sendgrid key", ("SG.",), r"\bSG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{32,64}"),
    ("huggingface token", ("hf_",), r"\bhf_[A-Za-z0-9]{30,60}\b"),
    ("json web token", ("eyJ",), r"\beyJ(?:[A-Za-z0-9_]|-(?!eyJ)){8,2000}\.eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{8,1000}"),
    ("password in a url", ("://",), r"[a-z][a-z0-9+.\-]{1,20}://[^\s:/@\"'<>]{1,80}:(?P<s>[^\s:/@\"'<>]{3,120})@"),
    ("authorization header", ("uthorization", "UTHORIZATION"), r"(?i:authorization)\\{0,7}[\"']?\s{0,4}[:=]\s{0,4}\\{0,7}[\"']?(?i:bearer|basic|token)\s{1,4}(?P<s>[A-Za-z0-9+/=_.\-~]{8,4000})"),
)  # fmt: skip

# password=…, "api_key": "…", \"api_key\": \"…\" (JSON in JSON), AWS_SECRET_ACCESS_KEY=… ; the value must look like one, not like code or a placeholder
_ASSIGNED = late.pattern(
    r"(?<![A-Za-z])(?P<name>[A-Za-z0-9_.\-]{0,40}?(?:passw(?:or)?d|passphrase|secret(?:[_\-]?access)?[_\-]?key|client[_\-]?secret|"
    r"secret|api[_\-]?key|access[_\-]?token|auth[_\-]?token|private[_\-]?token))"
    r"\\{0,7}[\"']?\s{0,4}(?:=>|:=|[:=])\s{0,4}(?P<quote>\\{0,7}[\"']?)(?P<s>[^\s\"'`,;&<>(){}\[\]$]{8,200})(?P=quote)",
    re.IGNORECASE,
)
_ASSIGNED_NEEDS = ("pass", "secret", "key", "token")
_PLACEHOLDER = late.pattern(
    r"(?:x{4,}|\*{3,}|\.{3,}|your|example|changeme|placeholder|redacted|none|null|true|false|undefined|process\.env|os\.environ|self\.|"
    r"config\.|settings\.|[a-z_]+\.[a-z_]+\b|/[\w./\-]+$|[a-z_]+$)",
    re.IGNORECASE,
)

_compiled: dict[str, re.Pattern[str]] = {}


def find(text: str) -> list[Secret]:
    """Return the secrets of `text`, in order, without overlap. Linear in the text."""
    found = sorted(_candidates(text))
    kept: list[Secret] = []
    for secret in found:
        if not kept or secret.start >= kept[-1].stop:
            kept.append(secret)
    return kept


def mask(text: str) -> str:
    """Return `text` with each secret replaced by "[secret: its kind]". Line breaks inside a key block are kept."""
    pieces: list[str] = []
    position = 0
    for secret in find(text):
        breaks = text.count("\n", secret.start, secret.stop)
        pieces.append(text[position : secret.start])
        pieces.append(f"[secret: {secret.kind}]" + "\n" * breaks)
        position = secret.stop
    pieces.append(text[position:])
    return "".join(pieces)


def _candidates(text: str) -> Iterator[Secret]:
    for kind, needs, pattern in _SHAPES:
        if not any(need in text for need in needs):
            continue
        if kind not in _compiled:
            _compiled[kind] = re.compile(pattern)
        for match in _compiled[kind].finditer(text):
            group = "s" if "s" in match.re.groupindex else 0
            yield Secret(match.start(group), match.end(group), kind)
    low = text.lower()
    if any(need in low for need in _ASSIGNED_NEEDS):
        for match in _ASSIGNED.finditer(text):
            if _looks_secret(match.group("s")):
                yield Secret(match.start("s"), match.end("s"), "value of " + match.group("name").strip("_.-").lower())


def _looks_secret(value: str) -> bool:
    """Tell a value from a name, a placeholder or a path: it mixes classes of characters."""
    if _PLACEHOLDER.match(value):
        return False
    classes = sum((any(c.islower() for c in value), any(c.isupper() for c in value), any(c.isdigit() for c in value)))
    return classes >= 2 or any(not c.isalnum() for c in value)
