"""Nothing that comes from data steers the terminal it is printed on, in any command."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.memory import notes
from headroom_mcp.settings import fault_log
from headroom_mcp.store import open_store
from headroom_mcp.text import visible
from headroom_mcp.types import Origin
from tests.text.test_visible import UNSEEN

EVIL = "".join(UNSEEN.values()).replace("\ud83d", "")  # half a pair cannot be an argument


def _printed(*arguments: str) -> str:
    return CliRunner().invoke(main, list(arguments)).output


@pytest.fixture(autouse=True)
def _evil_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put text that would steer a terminal wherever data is kept."""
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    with open_store() as store:
        for number in range(2):
            notes.save(
                store, f"remember the harbour {EVIL} number {number} of all", scope=str(tmp_path.resolve()), tags=[f"t{EVIL}"],
                session=f"s{EVIL}", tool=f"tool{EVIL}", speaker=f"Ann{EVIL}", topic=f"run:{EVIL}{number}", rests_on={f"a{EVIL}.py": "1"},
            )  # fmt: skip
        store.put(
            "text", origin=Origin(session=f"s{EVIL}", project=f"/p{EVIL}"), tool_name=f"mcp__{EVIL}", kind=f"log{EVIL}", label=f"cat {EVIL}",
            tokens_before=900, tokens_after=90,
        )  # fmt: skip
    fault_log.record(f"place {EVIL}", ValueError(EVIL))


@pytest.mark.parametrize(
    "command",
    [
        "memory list", "memory list --auto --all-versions", "memory search harbour", "memory list --json",
        "memory search harbour --json", "memory export --all", "stats --by tool", "stats --by kind", "stats --by project",
        "stats --by tool --json", "doctor", "doctor --json", "settings",
    ],
)  # fmt: skip
def test_what_is_printed_from_data_does_nothing_to_a_terminal(command: str) -> None:
    printed = _printed(*command.split())

    assert len(printed) > 40
    assert visible.UNSEEN.findall(printed) == []


def test_one_note_is_shown_and_forgotten_safely() -> None:
    first, second = (json.loads(line)["id"] for line in _printed("memory", "list", "--json").splitlines())

    assert "harbour \\x1b]0;title" in _printed("memory", "show", first)
    for arguments in (
        ("show", first),
        ("show", first, "--json"),
        ("forget", first),
        ("add", f"remember the harbour {EVIL} number 1 of all"),
    ):
        assert visible.UNSEEN.findall(_printed("memory", *arguments)) == []
    assert second


def test_an_error_that_quotes_what_was_given_is_safe_too() -> None:
    for arguments in (
        ("memory", "show", f"x{EVIL}"),
        ("retrieve", f"x{EVIL}"),
        ("purge", "--older-than", EVIL),
        (f"cmd{EVIL}",),
    ):
        assert visible.UNSEEN.findall(_printed(*arguments)) == []


def test_json_gives_the_value_back_to_the_character() -> None:
    (note, _) = map(json.loads, _printed("memory", "list", "--json").splitlines())

    assert note["text"].startswith(f"remember the harbour {EVIL}")


def test_every_command_prints_by_the_one_way_that_is_safe() -> None:
    folder = Path(main.callback.__code__.co_filename).parent
    found = []
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name in ("click.echo", "click.secho", "print") and path.name != "_io.py":
                found.append(f"{path.name}:{node.lineno}")

    assert found == []
