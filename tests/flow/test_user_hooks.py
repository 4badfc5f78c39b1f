"""Compression hooks of the user's own: found when installed, called in the flow, never in the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from headroom_mcp import compress_output, retrieve
from headroom_mcp.flow import user_hooks
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings
from headroom_mcp.types import Result
from tests.hook.host import bash, run_hook

_EXAMPLE = Path(__file__).parents[2] / "examples" / "compression_hooks"


def _log(lines: int = 900) -> str:
    return "\n".join(f'2026-01-01 12:00:00 INFO order {n} of customer="Ada Lovelace" was sent' for n in range(lines))


def _use(module: str, folder: Path) -> None:
    row = {"name": "own", "module": module, "attribute": "", "folder": str(folder)}
    user_hooks.save([row])


def _module(folder: Path, name: str, body: str) -> None:
    (folder / f"{name}.py").write_text(body)
    _use(name, folder)


def test_an_installed_packages_entry_point_is_found_by_install(tmp_path: Path) -> None:
    info = tmp_path / "headroom_ticket_hooks-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: headroom-ticket-hooks\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[headroom_mcp.hooks]\ntickets = ticket_hooks\n")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{Path(__file__).parents[2]}{os.pathsep}{tmp_path}",
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
    }
    for words in (["install"], ["install"]):
        command = [sys.executable, "-m", "headroom_mcp", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path, check=True)

    assert "Compression hook 'tickets'" in done.stdout
    rows = json.loads(Path(os.environ["HEADROOM_HOME"], user_hooks.FILE).read_text())
    assert [(row["module"], row["folder"]) for row in rows] == [("ticket_hooks", str(tmp_path))]

    subprocess.run([sys.executable, "-m", "headroom_mcp", "uninstall"], env=environment, cwd=tmp_path, check=True)

    assert not Path(os.environ["HEADROOM_HOME"], user_hooks.FILE).exists()


def test_the_example_hides_names_in_the_real_hook_and_the_original_stays() -> None:
    _use("ticket_hooks", _EXAMPLE)

    answer = run_hook(bash(_log()))

    shown = answer.value["stdout"]
    assert answer.stderr == b""
    assert "***" in shown
    assert "Ada Lovelace" not in shown


def test_the_example_leaves_a_tool_alone(tmp_path: Path) -> None:
    _use("ticket_hooks", _EXAMPLE)

    assert compress_output(_log(), tool_name="mcp__billing__list").outcome == "unknown"
    result = compress_output(_log(), tool_name="Bash")
    assert "Ada Lovelace" in retrieve(result.ref or "", lines="5")


def test_an_objection_shows_the_output_as_it_was(tmp_path: Path) -> None:
    _module(tmp_path, "objecting", "def post_compress(result, tool_name, tool_input):\n    return False\n")

    assert compress_output(_log()).text == _log()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (
            "raising",
            "def pre_compress(*a):\n    raise KeyError('x')\ndef post_compress(*a):\n    raise KeyError('x')\n",
        ),
        ("shortening", "def pre_compress(text, *a):\n    return 'short'\n"),
        ("broken", "def pre_compress(:\n"),
    ],
)
def test_a_hook_that_misbehaves_is_logged_and_passed_over(tmp_path: Path, name: str, body: str) -> None:
    plain = compress_output(_log()).text
    _module(tmp_path, name, body)

    assert compress_output(_log()).text == plain
    assert Path(os.environ["HEADROOM_HOME"], fault_log.LOG_NAME).exists()


class _Hook:
    """A hook that answers with what it is given, and notes what it was asked with."""

    def __init__(self, before: object = None, after: object = None) -> None:
        self.before, self.after = before, after
        self.seen: list[tuple[object, ...]] = []

    def pre_compress(self, text: str, tool_name: str, tool_input: object) -> object:
        """Note the text and answer."""
        self.seen.append((text, tool_name, tool_input))
        return self.before

    def post_compress(self, result: Result, tool_name: str, tool_input: object) -> object:
        """Note the result and answer."""
        self.seen.append((result, tool_name, tool_input))
        return self.after


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ([], "a\nb"),
        ([None], "a\nb"),
        (["x\ny"], "x\ny"),
        (["x\ny", "z\nz"], "z\nz"),
        (["x\ny", False], None),
        (["one line"], "a\nb"),
        (["x\ny", "three\nlines\nnow"], "x\ny"),
        ([True, 3], "a\nb"),
    ],
)
def test_each_hook_reads_what_the_one_before_it_left(answers: list[object], shown: str | None) -> None:
    hooks = [_Hook(answer) for answer in answers]

    assert user_hooks.before(hooks, "a\nb", "Bash", {"command": "ls"}, Settings()) == shown
    assert all(hook.seen[0][1:] == ("Bash", {"command": "ls"}) for hook in hooks)
    if len(answers) == 2 and answers[0] == "x\ny":
        assert hooks[1].seen[0][0] == "x\ny"


@pytest.mark.parametrize(
    ("answers", "allowed"), [([], True), ([None, True, ""], True), ([None, False], False), ([False, None], False)]
)
def test_one_objection_is_enough_and_every_hook_is_asked(answers: list[object], allowed: bool) -> None:
    hooks = [_Hook(after=answer) for answer in answers]
    result = Result("short", "log", None, 9, 2, "compressed")

    assert user_hooks.allow(hooks, result, "Bash", {}, Settings()) is allowed
    assert [hook.seen for hook in hooks] == [[(result, "Bash", {})]] * len(hooks)


def test_a_hook_without_one_of_the_two_functions_is_not_asked_for_it() -> None:
    assert user_hooks.before([object()], "a", "Bash", {}, Settings()) == "a"
    assert user_hooks.allow([object()], Result("", "", None, 1, 1, "compressed"), "Bash", {}, Settings())


def test_of_the_hooks_that_are_named_those_that_cannot_be_imported_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "own_hooks_of_a_test.py").write_text("class Inner:\n    answer = 42\n")
    folder = str(tmp_path)
    rows = [
        {"name": "whole", "module": "own_hooks_of_a_test", "attribute": "", "folder": folder},
        {"name": "inner", "module": "own_hooks_of_a_test", "attribute": "Inner.answer", "folder": folder},
        {"name": "gone", "module": "own_hooks_of_a_test", "attribute": "Nothing", "folder": ""},
        {"name": "no module", "module": "no_such_module_of_a_test", "attribute": "", "folder": ""},
    ]
    user_hooks.save(rows)
    whole, inner = user_hooks.load(Settings())

    assert (whole.__name__, inner) == ("own_hooks_of_a_test", 42)
    assert sys.path.count(folder) == 1 and sys.path[-1] == folder
    assert [line.split()[1:3] for line in fault_log.read()] == [["hook", "gone"], ["hook", "no"]]


@pytest.mark.parametrize("body", ["", "{", "[{}]", "[1]", '{"name": 1}', "\\xff"])
def test_a_list_of_hooks_that_cannot_be_read_is_logged_and_none_is_in_force(body: str) -> None:
    Path(os.environ["HEADROOM_HOME"], user_hooks.FILE).write_text(body)

    assert user_hooks.load(Settings()) == []
    assert "hooks.json" in fault_log.read()[-1]


def test_what_was_found_is_saved_for_the_user_alone_and_nothing_found_leaves_no_file() -> None:
    path = Path(os.environ["HEADROOM_HOME"], user_hooks.FILE)
    rows = [{"name": "own", "module": "own", "attribute": "", "folder": "/p"}]
    user_hooks.save([])
    assert not path.exists()
    user_hooks.save(rows)
    assert json.loads(path.read_text()) == rows
    assert os.name != "posix" or path.stat().st_mode & 0o777 == 0o600
    user_hooks.save([])
    assert not path.exists()


class _Raises:
    """A hook that always fails."""

    def pre_compress(self, *_: object) -> object:
        """Fail."""
        raise KeyError("before")

    def post_compress(self, *_: object) -> object:
        """Fail."""
        raise KeyError("after")


def test_what_goes_wrong_is_noted_where_the_settings_have_their_data(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    rows = [{"name": "gone", "module": "no_such_module_of_a_test", "attribute": "", "folder": ""}]
    (tmp_path / "own" / user_hooks.FILE).write_text(json.dumps(rows))
    result = Result("short", "log", None, 9, 2, "compressed")

    assert user_hooks.load(settings) == []
    assert user_hooks.before([_Raises(), _Hook("one line")], "a\nb", "Bash", {}, settings) == "a\nb"
    assert user_hooks.allow([_Raises()], result, "Bash", {}, settings)
    (tmp_path / "own" / user_hooks.FILE).write_text("{")
    assert user_hooks.load(settings) == []

    noted = [line.split(" ", 1)[1].partition(" (")[0] for line in fault_log.read(settings)]
    assert [line.partition(":")[0] for line in noted] == [
        "hook gone ModuleNotFoundError", "pre_compress KeyError", "pre_compress ValueError", "post_compress KeyError", "hooks.json JSONDecodeError",
    ]  # fmt: skip
    assert fault_log.read() == []


def test_the_flow_tells_hooks_of_the_tool_and_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = _Hook()
    monkeypatch.setattr(user_hooks, "load", lambda settings: [hook])

    result = compress_output(_log(), tool_name="Bash", tool_input={"command": "make"})

    assert result.outcome == "compressed"
    assert hook.seen == [(_log(), "Bash", {"command": "make"}), (result, "Bash", {"command": "make"})]
