"""No command line with a secret is kept, and hardly a harmless one is lost. All secrets here are made up."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from headroom_mcp.commands import secret_options
from headroom_mcp.memory import command_secrets, learn, note_secrets
from headroom_mcp.store import open_in_memory
from tests.memory import secret_lines


@pytest.mark.parametrize("seed", range(3))
def test_of_several_hundred_command_lines_with_a_secret_none_is_kept(tmp_path: Path, seed: int) -> None:
    store = open_in_memory()
    lines = [(line, used) for line, used in secret_lines.lines(seed) if used]
    for line, _ in lines:
        for failed in (True, False, None):
            learn.command_ran(
                store, project=str(tmp_path), session="s", command=line, failed=failed, output=f"error: {line[:40]}\n"
            )
    tables = ("note", "observation", "note_words")
    kept = " ".join(str(row) for table in tables for row in store.connection.execute(f"SELECT * FROM {table}"))

    assert len(lines) >= 200
    assert [line for line, used in lines if any(secret in kept for secret in used if len(secret) > 6)] == []
    assert kept == ""


@pytest.mark.parametrize("seed", range(5))
def test_the_finding_covers_the_secret_itself(seed: int) -> None:
    missed = []
    for line, used in secret_lines.lines(seed):
        found = note_secrets.find_in_command(line)
        for secret in used:
            places = [at for at in range(len(line)) if line.startswith(secret, at)]
            if not any(one.start < at + len(secret) and one.stop > at for at in places for one in found):
                missed.append((line, secret))

    assert missed == []


def test_hardly_a_harmless_command_line_is_taken_for_one_with_a_secret() -> None:
    lines = secret_lines.harmless()
    wrong = [line for line in lines if note_secrets.find_in_command(line)]

    assert len(lines) >= 200
    assert len(wrong) * 100 <= len(lines), wrong  # one in a hundred


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("DB_PASSWORD", True), ("PGPASSWORD", True), ("SSHPASS", True), ("apiKey", True), ("client-secret", True),
        ("auth.token", True), ("STRIPE_KEY", True), ("secret_access_key", True), ("X-Api-Key", True), ("Authorization", True),
        ("password", True), ("_authToken", True), ("REDISCLI_AUTH", True), ("secretKey", True), ("TF_VAR_db_password", True),
        ("PASSWORD_FILE", False), ("token-url", False), ("max_tokens", False), ("tokens", False), ("key", False),
        ("PUBLIC_KEY", False), ("cache_key", False), ("bypass", False), ("author", False), ("no-password", False),
        ("ask-vault-pass", False), ("tokenizer", False), ("secretName", False), ("primary_key", False), ("auth", False),
    ],
)  # fmt: skip
def test_names_say_whether_they_hold_a_secret(name: str, is_secret: bool) -> None:
    assert secret_options.names_a_secret(name) is is_secret


@pytest.mark.parametrize(
    "text",
    [
        "use `docker login -p TOKEN` with the token from the vault",
        "the --password option is required by deploy.sh",
        "run tests with `pytest -p no:cacheprovider -k token`",
        "the mysql -p option prompts for the password",
        "auth: use OAuth; token: short-lived",
        "login with `vault login -method=oidc`",
        "cookies are set by middleware/session.py; Cookie: header is stripped",
        "`export TOKEN=$(gh auth token)` then run `make release`",
        "use getUserAccessTokenV2 from src/auth/tokens.ts",
        "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 broke it",
        "password hashing uses argon2id with m=65536",
        "error E0425: cannot find value `token` in this scope",
    ],
)
def test_a_note_about_commands_is_no_secret(text: str) -> None:
    assert note_secrets.find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "log in with `mysql -u root -pdragon` on staging",
        "$ docker login -u ci -p letmein registry",
        "deploys need curl -u ci:Tr0ub4dor3 https://example.com",
        "call it with --api-key 9f86d081884c7d65",
        "the key is kJ8mQ2xVw9LpZr4TnB7sYd3H",
    ],
)
def test_a_note_that_quotes_a_command_with_its_secret_is_refused(text: str) -> None:
    assert note_secrets.find(text) != []


@pytest.mark.parametrize(
    "unit",
    ["a=b ", "password ", "--token ", "echo a | sudo -S b\n", "'", '"x ', "$(", "aaaa ", "https://u:", "<<E\n", "Aa0", "-p ",
     "x: ", "a.", "password=", "-", "PASSWORD", "identified by ", "`", "set password "],
)  # fmt: skip
def test_reading_grows_with_the_line_and_no_faster(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_secrets, "_MAX_CHARS", 10**9)

    def cost(count: int) -> float:
        start = time.process_time()
        command_secrets.find(unit * count, strict=True)
        return time.process_time() - start

    small = large = float("inf")
    for _ in range(3):  # again only where a busy machine may have made it seem slow
        small, large = min(small, cost(2_000)), min(large, cost(8_000))
        if large <= 4 * 3.2 * small + 0.02:
            break
    else:
        pytest.fail(f"{large:.3f} s for four times what took {small:.3f} s")


def test_whatever_is_read_does_not_raise() -> None:
    dice = random.Random(7)
    pieces = [
        "'",
        '"',
        "\\",
        "$(",
        ")",
        "`",
        "<<",
        "<<<",
        "|",
        "-p",
        "--password",
        "=",
        ":",
        "curl",
        "-u",
        "a:b",
        "\n",
        " ",
        "é",
        "\ud83d",
    ]
    for _ in range(2_000):
        line = "".join(dice.choice(pieces) for _ in range(dice.randint(1, 30)))
        for strict in (True, False):
            for found in command_secrets.find(line, strict=strict):
                assert 0 <= found.start < found.stop <= len(line)
