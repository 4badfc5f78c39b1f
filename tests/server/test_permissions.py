"""The user's `Read(...)` rules, as the `compress` tool obeys them: compared with what a real Claude Code refuses to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.server import files, permissions
from headroom_mcp.types import PathRefused
from tests.claude import read_rules

_DATA = read_rules.load()
# Here we refuse more than the client does, which misreads what its own rules mean.
_STRICTER = {
    "Read(back\\\\slash.txt)": "an escaped backslash is a backslash",
    "Read(q\\?.txt)": "an escaped question mark is a question mark",
    "Read(trail.txt\\ )": "an escaped space at the end is a space, and the client trims the path instead",
}


@pytest.fixture(scope="module", name="homes")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """Return, for each tree of the record, a home folder with the project in it."""
    homes = {}
    for name, tree in _DATA["trees"].items():
        home = tmp_path_factory.mktemp(name).resolve()
        homes[name] = (home, read_rules.lay_out(tree, home))
    return homes


@pytest.fixture(name="project")
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "project"
    (project / ".claude").mkdir(parents=True)
    (project / ".env").write_text("secret")
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setattr(permissions, "managed_folder", lambda: str(tmp_path / "managed"))
    return project


def _refused(names: list[str], project: Path) -> list[str]:
    refused = []
    for name in names:
        try:
            files.resolve(name, str(project))
        except PathRefused:
            refused.append(name)
    return refused


@pytest.mark.parametrize("rule", _DATA["rules"], ids=lambda rule: str([*rule["deny"], *rule.get("ask", [])]))
def test_we_refuse_what_claude_code_refuses(
    rule: dict[str, Any], homes: dict[str, tuple[Path, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, project = homes[rule["tree"]]
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home / ".claude"))
    monkeypatch.setattr(permissions, "managed_folder", lambda: str(home / "none"))
    read_rules.settings_file(rule, home, project)

    refused = _refused(_DATA["trees"][rule["tree"]]["reads"], project)

    if set(rule["deny"]) & set(_STRICTER):
        assert set(refused) > set(rule["denied"])
    else:
        assert refused == rule["denied"]


def test_the_record_is_large_and_says_both_yes_and_no() -> None:
    sizes = [len(rule["denied"]) for rule in _DATA["rules"]]

    assert len(sizes) >= 300
    assert sum(size == 0 for size in sizes) > 60
    assert sum(size > 0 for size in sizes) > 150


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ('{"permissions": {"deny": ["Read(.env)"]}}', True),
        ('\ufeff{"permissions": {"deny": ["Read(.env)"]}}', True),
        ('{"permissions": {"deny": [7, "Read(", "Read(.env)"]}}', True),
        ('{"permissions": {"ask": [7], "deny": ["Read(.env)"]}, "hooks": 7}', True),
        ('{"permissions": {"deny": ["Read(.env)"]}, "permissions": {"deny": []}}', False),
        ('// mine\n{"permissions": {"deny": ["Read(.env)"]}}', False),
        ('{"permissions": {"deny": ["Read(.env)",]}}', False),
        ('{"permissions": {"deny": ["Read(.env)"]}', False),
        ('{"permissions": {"deny": "Read(.env)"}}', False),
        ('{"permissions": []}', False),
        ("[]", False),
        ("", False),
    ],
)
def test_a_settings_file_is_read_where_the_client_reads_it(text: str, is_read: bool, project: Path) -> None:
    (project / ".claude" / "settings.json").write_text(text)

    assert _refused([".env"], project) == ([".env"] if is_read else [])


def test_rules_of_an_organisation_count_as_those_of_the_project(project: Path, tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d", "e", "f"):
        (project / name).write_text("x")
    pieces = {
        "managed/managed-settings.json": "Read(/a)",
        "managed/managed-settings.d/10.json": "Read(b)",
        "managed/managed-settings.d/20.json": "Read(/c)",
        "managed/managed-settings.d/.hidden.json": "Read(d)",
        "managed/managed-settings.d/30.txt": "Read(e)",
        "config/remote-settings.json": "Read(/f)",
    }
    for name, rule in pieces.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps({"permissions": {"deny": [rule]}}))

    assert _refused(["a", "b", "c", "d", "e", "f"], project) == ["a", "b", "c", "f"]


@pytest.mark.parametrize("named", [None, ""])
def test_the_users_own_rules_lie_below_the_home_where_no_other_folder_is_named(
    named: str | None, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLAUDE_CONFIG_DIR")
    if named is not None:
        monkeypatch.setenv("CLAUDE_CONFIG_DIR", named)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "settings.json").write_text(json.dumps({"permissions": {"ask": ["Read(~/project/.env)"]}}))

    assert _refused([".env"], project) == [".env"]


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("darwin", "/Library/Application Support/ClaudeCode"),
        ("win32", r"C:\Program Files\ClaudeCode"),
        ("linux", "/etc/claude-code"),
    ],
)
def test_an_organisations_rules_lie_where_the_client_looks(
    platform: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)

    assert permissions.managed_folder() == folder


@pytest.mark.parametrize("rule", ["Read", "Read(*)", "R*", "*", "*d", "Re*ad"])
def test_a_rule_against_the_whole_tool_covers_every_file(rule: str, project: Path) -> None:
    (project / ".claude" / "settings.json").write_text(
        json.dumps({"permissions": {"deny": ["Write", "Read*er", rule]}})
    )

    assert permissions.rule_against(["/anything"], str(project)) == rule
    (project / ".claude" / "settings.json").write_text(
        json.dumps({"permissions": {"deny": ["Write", "Read*er", "Readx", "(", 3]}})
    )
    assert permissions.rule_against([str(project / ".env")], str(project)) is None


def test_patterns_of_one_file_are_not_taken_back_by_another(project: Path, tmp_path: Path) -> None:
    (project / ".claude" / "settings.json").write_text(json.dumps({"permissions": {"deny": ["Read(!.env)"]}}))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.json").write_text(json.dumps({"permissions": {"deny": ["Read(.env*)"]}}))

    assert _refused([".env"], project) == [".env"]


def test_the_message_names_the_rule_as_the_user_wrote_it(project: Path) -> None:
    (project / ".claude" / "settings.local.json").write_text(json.dumps({"permissions": {"ask": ["Read(.ENV)"]}}))

    with pytest.raises(PathRefused, match=r"the user's rule Read\(\.ENV\) covers it"):
        files.resolve(".env", str(project))


def test_a_pattern_full_of_stars_is_looked_for_in_bounded_time(project: Path) -> None:
    rules = [f"Read({'*a' * 12}b)", f"Read({'**/a/' * 12}b)", f"Read({'/**/a' * 8})"]
    (project / ".claude" / "settings.json").write_text(json.dumps({"permissions": {"deny": rules}}))
    long = "/".join(["a" * 120] * 15)

    assert _refused([long], project) == []
