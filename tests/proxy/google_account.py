"""A service account of Google's whose tokens come from loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def service_account(folder: Path, token_url: str) -> str:
    """Return the file of an account that asks `token_url` for its tokens; the test is skipped where no key can be made."""
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65_537, 2_048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "type": "service_account",
        "project_id": "of-the-account",
        "private_key": key.decode(),
        "private_key_id": "1",
        "client_email": "a@example.com",
        "token_uri": token_url,
    }
    file = folder / "account.json"
    file.write_text(json.dumps(account))
    return str(file)
