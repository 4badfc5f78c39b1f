"""The user's `Read(...)` rules, as the `compress` tool obeys them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headroom_mcp.server import permissions


@pytest.mark.parametrize(
    ("rule", "path", "covered"),
    [
        ("Read", "anything.txt", True),
        ("Read(.env)", ".env", True),
        ("Read(.env)", "deep/.env", True),
        ("Read(.env)", ".env.local", False),
        ("Read(./.env.*)", ".env.local", True),
        ("Read(./secrets/**)", "secrets/a/b.pem", True),
        ("Read(secrets/)", "secrets/a.pem", True),
        ("Read(secrets)", "src/secrets/a.pem", True),
        ("Read(./secrets/**)", "src/secrets/a.pem", False),
        ("Read(/secrets/**)", "secrets/a.pem", True),
        ("Read(**/*.pem)", "a.pem", True),
        ("Read(**/*.pem)", "x/y/a.pem", True),
        ("Read(*.pem)", "x/y/a.pem", True),
        ("Read(src/*.py)", "src/a.py", True),
        ("Read(src/*.py)", "src/deep/a.py", False),
        ("Read(key?.txt)", "key1.txt", True),
        ("Read(key[0-9].txt)", "keyx.txt", False),
        ("Read(key[!0-9].txt)", "keyx.txt", True),
        ("Read(key[z-a].txt)", "keyx.txt", False),
        ("Read(a+b(c).txt)", "a+b(c).txt", True),
        ("Read(//etc/**)", "etc/passwd", False),
        ("Edit(.env)", ".env", False),
        ("Bash(cat .env)", ".env", False),
    ],
)
@pytest.mark.parametrize("where", ["settings.json", "settings.local.json"])
def test_a_rule_covers_what_its_pattern_says(
    rule: str, path: str, covered: bool, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "none"))
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / where).write_text(json.dumps({"permissions": {"deny": [rule]}}))

    assert permissions.rule_against(str(tmp_path / path), str(tmp_path)) == (rule if covered else None)


def test_rules_with_an_absolute_path_and_of_the_user_count_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = f"Read(/{tmp_path}/project/private/**)"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.json").write_text(json.dumps({"permissions": {"ask": [rule]}}))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "config"))
    project = tmp_path / "project"

    assert permissions.rule_against(str(project / "private" / "x"), str(project)) == rule
    assert permissions.rule_against(str(project / "public" / "x"), str(project)) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"permissions": []}', '{"permissions": {"deny": 7}}', '{"permissions": {"deny": [7]}}']
)
def test_a_settings_file_that_cannot_be_read_holds_no_rule(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "none"))
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "settings.json").write_text(text)

    assert permissions.rule_against(str(tmp_path / ".env"), str(tmp_path)) is None
