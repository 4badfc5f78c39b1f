"""Secrets are found by shape and by name; talk about them is not. No example here is a live credential."""

from __future__ import annotations

import pytest

from headroom_mcp.memory import note_secrets

# Written in two halves, so that no scanner takes this file for a leak.
_SECRETS = [
    "AKIA" + "IOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfi" + "CYEXAMPLEKEY",
    "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_" + "11ABCDEFG0123456789_abcdefghij",
    "glpat-" + "AbCdEfGhIjKlMnOpQrSt",
    "sk-ant-" + "api03-abcdefghijklmnopqrstuvwx",
    "OPENAI_API_KEY=sk-proj-" + "abcdefghijklmnopqrst1234",
    "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "xoxb-" + "123456789012-abcdefghijkl",
    "https://hooks.slack.com/services/" + "T00000000/B00000000/XXXXXXXXXXXX",
    "AIza" + "SyA-1234567890abcdefghijklmnopqrstu",
    "npm_" + "abcdefghijklmnopqrstuvwxyz0123456789",
    "pypi-AgE" + "IcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAwMC0w",
    "hf_" + "abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "SG." + "abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "123456789:AA" + "HdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
    "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    "-----BEGIN " + "PRIVATE KEY-----",
    "Authorization: Bearer " + "0123456789abcdef0123",
    "curl -H 'Authorization: Basic " + "dXNlcjpwYXNzd29yZDEyMw=='",
    "postgres://admin:" + "s3cr3tpw@db.internal:5432/app",
    "git clone https://oauth2:" + "q8w7e6r5t4@git.example.com/x.git",
    'password = "' + 'hunter2"',
    "export DB_PASSWORD=" + "correcthorse9",
    "the password is " + "Tr0ub4dor&3",
    '{"client_secret": "' + 'b1946ac92492d2347c6235b4d2611184"}',
    "api-key: " + "9f86d081884c7d659a2feaa0c55ad015",
    "auth_token=" + "b5d4045c3f466fa91fe2cc6abe79232a",
    "DefaultEndpointsProtocol=https;AccountKey=" + "A" * 40 + "b7/" * 15 + "==",
    "SLACK_TOKEN='" + "qwertyuiop1234'",
]
_CLEAN = [
    "always use uv, never pip",
    "the password is stored in the vault",
    "passwords must be hashed with argon2",
    "the token expires after 30 minutes",
    "set GITHUB_TOKEN in the environment",
    "password=$DB_PASSWORD comes from the environment",
    "api_key = os.environ['API_KEY']",
    "token: ${{ secrets.GITHUB_TOKEN }}",
    "the secret is kept in 1Password under Staging",
    "token = get_token()",
    "pass token=None to skip the check",
    "password: <your-password>",
    "max_tokens=2000 and min_tokens: 250",
    "the access token is refreshed by auth/refresh.py",
    "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b fixed it",
    "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "tokenize='porter unicode61'",
    "the test for the secret detector is in tests/flow/test_redaction.py",
    "see https://example.com/docs/authentication#bearer",
    "task-force and disk-based tokens",
    "uuid 123e4567-e89b-12d3-a456-426614174000",
    "the pin is on the map; pinned to version 2.1.0",
    "ssh-rsa public keys go to deploy/keys",
    "Bearer authentication is used by the API",
    "the tokenizer is o200k_base",
]


@pytest.mark.parametrize("text", _SECRETS)
def test_a_secret_is_found_alone_and_in_a_sentence(text: str) -> None:
    assert note_secrets.find(text)
    assert note_secrets.find(f"for the record, we use {text} on staging.\nAnother line.")


@pytest.mark.parametrize("text", _CLEAN)
def test_talk_about_secrets_is_no_secret(text: str) -> None:
    assert note_secrets.find(text) == []


def test_a_finding_points_at_the_secret_without_telling_it() -> None:
    text = "the key is AKIA" + "IOSFODNN7EXAMPLE, keep it"

    (finding, *_) = note_secrets.find(text)

    assert text[finding.start : finding.stop].startswith("AKIA")
    assert "AKIA" not in finding.kind
