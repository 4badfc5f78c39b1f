"""Secrets are found by their shape; what merely looks long is left alone. The secrets here are made up on the spot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp.text import secrets

_WORD = "a1B2c3D4e5"

SECRETS = {
    "aws access key": "AKIA" + "Q2W3E4R5T6Y7U8I9",
    "github token": "ghp_" + _WORD * 4,
    "gitlab token": "glpat-" + _WORD * 2,
    "slack token": "xoxb-" + "1234567890-" * 2 + _WORD,
    "stripe key": "sk_live_" + _WORD * 3,
    "google api key": "AIza" + _WORD * 3 + "x_-yz",
    "anthropic key": "sk-ant-" + "api03-" + _WORD * 5,
    "openai key": "sk-" + "proj-" + _WORD * 5,
    "npm token": "npm_" + _WORD * 3 + "abc123",
    "pypi token": "pypi-" + "AgEIcHlwaS5vcmc" + _WORD * 5,
    "sendgrid key": "SG." + _WORD * 2 + "xy." + _WORD * 4,
    "huggingface token": "hf_" + _WORD * 3 + "wxyz",
    "json web token": "eyJ" + _WORD * 2 + ".eyJ" + _WORD * 4 + "." + _WORD * 3,
}

IN_CONTEXT = [
    ("postgres://app:hunter2secret@db.internal:5432/shop", "hunter2secret"),
    ('curl -H "Authorization: Bearer ' + _WORD * 3 + '"', _WORD * 3),
    ("DB_PASSWORD=S3cr3t!pass", "S3cr3t!pass"),
    ('"client_secret": "' + _WORD * 2 + '"', _WORD * 2),
    ("aws_secret_access_key = " + _WORD * 4, _WORD * 4),
    ("api-key: " + _WORD * 2, _WORD * 2),
]

HARMLESS = [
    "commit 5b1c9f0e8d7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "id: 123e4567-e89b-12d3-a456-426614174000",
    "password = os.environ['DB_PASSWORD']",
    "password: ********",
    "api_key=your-api-key-here",
    "def check_password(password: str) -> bool:",
    "token = self.next_token()",
    "secret_key = settings.SECRET_KEY",
    "https://user@example.org/path:8080/x@y",
    "tokens_before=18220 tokens_after=2104",
    "The sk-learn estimator and the task-force-of-the-year-2024 were there",
]


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items())
def test_each_issuers_token_is_found_and_named(kind: str, secret: str) -> None:
    text = f"line before\nexport X={secret} # comment\nline after"

    assert secret not in secrets.mask(text)
    assert kind in {found.kind for found in secrets.find(text)}


@pytest.mark.parametrize(("text", "secret"), IN_CONTEXT)
def test_a_password_is_found_by_what_it_is_assigned_to(text: str, secret: str) -> None:
    masked = secrets.mask(text)

    assert secret not in masked
    before, after = text.split(secret)
    assert masked.startswith(f"{before}[secret: ")
    assert masked.endswith(f"]{after}")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert secrets.mask(text) == text


def test_a_private_key_block_goes_and_the_line_count_stays() -> None:
    kind = "RSA PRIVATE KEY"
    block = f"-----BEGIN {kind}-----\n" + "\n".join([_WORD * 6] * 5) + f"\n-----END {kind}-----"
    masked = secrets.mask(f"a\n{block}\nb")

    assert _WORD not in masked
    assert masked.count("\n") == block.count("\n") + 2


@given(st.text(max_size=400))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = secrets.mask(text)

    assert secrets.mask(once) == once
