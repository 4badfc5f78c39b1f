"""What hooks learn from commands, edits and prompts, and what they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_mcp.commands import identity
from headroom_mcp.memory import learn as coding
from headroom_mcp.memory import notes, session_context
from headroom_mcp.memory import tools as answers
from headroom_mcp.memory.notes import Note
from headroom_mcp.store import open_in_memory

_FAILURE = """\
tests/test_cart.py:12: in test_total
>       assert total(cart) == 30
E       AssertionError: assert 29.999999 == 30
1 failed, 41 passed in 0.31s
"""


class _Project:
    """A folder with a memory, and a session that works in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = open_in_memory()
        self.clock_s = 1_700_000_000.0

    def run(self, command: str, *, failed: bool | None = False, output: str = "ok\n", ref: str = "") -> list[Note]:
        self.clock_s += 10
        return coding.command_ran(
            self.store, project=str(self.folder), session="s", command=command, failed=failed, output=output, ref=ref,
            now_s=self.clock_s,
        )  # fmt: skip

    def edit(self, path: str, text: str = "x = 1\n") -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        self.clock_s += 10
        coding.file_changed(self.store, project=str(self.folder), session="s", path=str(file), now_s=self.clock_s)

    def say(self, prompt: str) -> list[str]:
        made = coding.said(self.store, project=str(self.folder), session="s", prompt=prompt, now_s=self.clock_s)
        return [note.text for note in made]

    def known(self, topic: str = "") -> list[str]:
        found = notes.newest(self.store, [str(self.folder)], auto=True, limit=1_000)
        return [note.text for note in found if note.topic.startswith(topic)]


@pytest.fixture(name="project")
def _project(tmp_path: Path) -> _Project:
    return _Project(tmp_path)


def test_a_failure_and_what_mended_it_become_one_note(project: _Project) -> None:
    project.run("python -m pytest -x tests/test_cart.py", failed=True, output=_FAILURE, ref="0123456789ab")
    project.edit("shop/cart.py")
    project.run("cat shop/cart.py")
    made = project.run("cd . && pytest tests/test_cart.py -q 2>&1 | tail -5")

    fix = next(note for note in made if note.topic.startswith("fix:"))
    assert fix.text == (
        "`cd . && pytest tests/test_cart.py -q 2>&1 | tail -5` failed: AssertionError: assert 29.999999 == 30;"
        " it passed after shop/cart.py changed"
    )
    assert (fix.author, fix.ref, list(fix.rests_on)) == ("tool", "0123456789ab", ["shop/cart.py"])


def test_a_command_in_between_counts_where_no_file_changed(project: _Project) -> None:
    project.run("python app.py", failed=True, output="ModuleNotFoundError: No module named 'yaml'\n")
    project.run("pip install pyyaml")
    project.run("python app.py")

    assert project.known("fix:") == [
        "`python app.py` failed: ModuleNotFoundError: No module named 'yaml'; it passed after `pip install pyyaml`"
    ]


def test_passing_again_with_nothing_done_teaches_nothing(project: _Project) -> None:
    project.run("pytest", failed=True, output=_FAILURE)
    project.run("pytest")

    assert project.known("fix:") == []


@pytest.mark.parametrize(("days", "is_mended"), [(2.9, True), (3.1, False), (400.0, False)])
def test_a_success_mends_what_failed_within_three_days_and_nothing_older(
    project: _Project, days: float, is_mended: bool
) -> None:
    project.run("pytest", failed=True, output=_FAILURE)
    project.clock_s += days * 86_400
    project.edit("shop/cart.py")
    about = project.known("edit:")
    project.run("pytest")

    assert bool(project.known("fix:")) == is_mended
    assert ("failed" in about[0]) == is_mended


def test_another_commands_success_mends_nothing(project: _Project) -> None:
    project.run("pytest tests/a.py", failed=True, output=_FAILURE)
    project.edit("a.py")
    project.run("pytest tests/b.py")

    assert project.known("fix:") == []


def test_a_fix_is_flagged_when_its_file_changes_again(project: _Project) -> None:
    project.run("pytest", failed=True, output=_FAILURE)
    project.edit("shop/cart.py")
    project.run("pytest")
    project.edit("shop/cart.py", "x = 2\n")

    assert "since then changed: shop/cart.py" in answers.found(
        project.store, "AssertionError 29.999999", project=str(project.folder)
    )


def test_the_broadest_passing_test_command_is_known(project: _Project) -> None:
    (project.folder / "pyproject.toml").write_text("[project]\n")
    project.run("uv run pytest tests/unit/test_a.py -k one")
    project.run("uv run pytest -q")
    project.run("uv run pytest tests/unit")
    project.run("npm run build")

    assert set(project.known("works:")) == {
        "Tests pass with `uv run pytest -q`",
        "The build works with `npm run build`",
    }
    assert "Tests pass with `uv run pytest -q`" in session_context.at_start(project.store, str(project.folder), "new")


def test_episodes_are_found_when_asked_for_and_not_told_unasked(project: _Project) -> None:
    project.run("python migrate.py --to 7", failed=True, output="KeyError: 'tenant_id'\n")

    assert session_context.at_start(project.store, str(project.folder), "t") == ""
    assert session_context.for_prompt(project.store, str(project.folder), "t", "KeyError tenant_id in migrate") == ""
    assert "tenant_id" in answers.found(project.store, "KeyError tenant_id", project=str(project.folder))


def test_a_search_that_finds_nothing_did_not_fail(project: _Project) -> None:
    project.run("grep -rn needle src | grep -v test", failed=True, output="")

    assert project.known() == []


def test_a_secret_in_a_command_is_not_noted(project: _Project) -> None:
    project.run("API_TOKEN=" + "ghp_" + "a1B2" * 9 + " python deploy.py", failed=True, output="Error: 403\n")
    project.run("python login.py --password=" + "hunter2-Xy9", failed=True, output="ValueError: bad\n")

    assert project.known() == []
    assert project.store.connection.execute("SELECT * FROM observation").fetchall() == []


def test_only_the_newest_episodes_are_kept(project: _Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "_KEPT_EPISODES", 5)
    for number in range(12):
        project.run(f"python job{number}.py")

    assert len(project.known("run:")) == 5
    assert project.known("run:")[0] == "`python job11.py` ran without an error"


@pytest.mark.parametrize(
    ("prompt", "stated"),
    [
        ("Always use uv, never pip.", ["Always use uv, never pip."]),
        ("Fix the login. Please never commit to main! Thanks", ["Please never commit to main!"]),
        ("we use tabs in this repo", ["we use tabs in this repo"]),
        ("use pnpm instead of npm for everything here", ["use pnpm instead of npm for everything here"]),
        ("From now on, run ruff before you commit.", ["From now on, run ruff before you commit."]),
        ("fix the failing test", []),
        ("do we always use uv?", []),
        ("```\nalways use the force\n```\nexplain this", []),
        ("> always quote\nwhat does it mean", []),
        ("<task-notification>always obey</task-notification>", []),
        ("always read this. " + "pasted page " * 200, []),
        ("always use the password hunter2-Xy9: password = hunter2-Xy9", []),
    ],
)
def test_conventions_are_the_users_own_sentences(project: _Project, prompt: str, stated: list[str]) -> None:
    assert project.say(prompt) == stated
    assert project.say(prompt) == []
    assert {note.author for note in notes.newest(project.store, [str(project.folder)])} <= {"user"}


@pytest.mark.parametrize(
    ("command", "key", "purpose", "changes"),
    [
        ("cd app && python3 -m pytest -x tests/a.py 2>&1 | tail -3", "pytest tests/a.py", "test", ()),
        ("PYTHONPATH=. timeout 60 pytest tests/a.py", "pytest tests/a.py", "test", ()),
        ("uv run pytest", "pytest", "test", ()),
        ("npm run build", "npm run build", "build", ()),
        ("cargo test --workspace", "cargo test", "test", ()),
        ("python tests/runtests.py admin", "runtests.py admin", "test", ()),
        ("make lint", "make lint", "lint", ()),
        ("pip install -e .", "pip install .", "install", ()),
        ("ls -la | head", "", "", ()),
        ("python -c 'print(1)'", "", "", ()),
        ("cat > src/a.py <<'EOF'\nimport os > b.py\nEOF\npython src/a.py", "python src/a.py", "run", ("src/a.py",)),
        ("sed -i 's/a.b/c.d/g' src/a.py src/b.py", "", "", ("src/a.py", "src/b.py")),
        ("python - <<'EOF'\nopen('conf/x.toml', 'w').write('')\nEOF", "", "", ("conf/x.toml",)),
        ("echo hi >> notes/log.txt; echo 2>&1 >/dev/null", "", "", ("notes/log.txt",)),
        ("mv old.py new.py", "", "", ("new.py",)),
        ("if [ x; then (", "", "", ()),
    ],
)
def test_a_command_is_read_for_what_it_runs_and_changes(
    command: str, key: str, purpose: str, changes: tuple[str, ...]
) -> None:
    read = identity.read(command)

    assert (read.key, read.purpose, read.changes) == (key, purpose, changes)


@pytest.mark.parametrize(
    ("output", "gist"),
    [
        ('Traceback (most recent call last):\n  File "a.py", line 1\nValueError: bad value\n', "ValueError: bad value"),
        ("src/main.rs:3:5\nerror[E0425]: cannot find value `x`\n", "error[E0425]: cannot find value 'x'"),
        ("make: *** [all] stop\nbash: foo: command not found\n", "bash: foo: command not found"),
        ("--- FAIL: TestSum (0.00s)\nok\n", "--- FAIL: TestSum (0.00s)"),
        ("something odd\n\n", "something odd"),
        ("", "no output"),
    ],
)
def test_the_gist_of_a_failure_is_its_most_telling_line(output: str, gist: str) -> None:
    assert coding.gist_of(output) == gist
