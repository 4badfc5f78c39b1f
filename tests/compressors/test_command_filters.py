"""Command filters: every file is known, every test inside it holds, and no failure is dropped."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from headroom_mcp.compressors.command import filter_rules
from headroom_mcp.compressors.command import kind as command
from headroom_mcp.flow import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import SettingsError

FOLDER = Path(filter_rules.__file__).parent / "filters"


def _tests() -> list[tuple[str, dict[str, str]]]:
    return [
        (name, test) for name in sorted(filter_rules.NAMES) for test in (filter_rules.read(name) or {}).get("tests", [])
    ]


@pytest.mark.parametrize(
    ("name", "test"), _tests(), ids=lambda value: value if isinstance(value, str) else value["name"]
)
def test_a_filter_does_what_its_file_says(name: str, test: dict[str, str]) -> None:
    chosen = filter_rules.load(name)
    assert chosen is not None
    output = ToolOutput(test["input"])
    parts = command.apply(chosen, output)
    shown = render.render(output.lines, parts) if parts else "\n".join(output.lines)

    assert shown == test["expected"]


def test_the_files_are_those_in_the_index_and_each_has_a_test() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == filter_rules.NAMES
    assert {name for name, _ in _tests()} == filter_rules.NAMES
    assert len(filter_rules.NAMES) >= 25


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["apt-get", "-y", "install", "jq"], "apt-get_install"),
        (["apt", "install", "jq"], "apt-get_install"),
        (["pip3", "install", "-r", "requirements.txt"], "pip_install"),
        (["git", "-C", "/srv", "pull"], "git_pull"),
        (["yarn"], "yarn_install"),
        (["yarn", "test"], ""),
        (["npm", "run", "build"], ""),
        (["docker", "compose", "pull"], "docker_pull"),
        (["tar", "czvf", "a.tgz", "x"], "tar"),
        (["tar", "tzf", "a.tgz"], ""),
        (["unzip", "-l", "a.zip"], ""),
        (["./gradlew", "build"], "gradle"),
    ],
)
def test_a_filter_is_found_by_the_words_of_its_command(words: list[str], expected: str) -> None:
    assert filter_rules.name_for(words) == expected


@pytest.mark.parametrize("name", sorted(filter_rules.NAMES))
def test_the_little_reader_reads_what_the_library_reads(name: str) -> None:
    data = filter_rules.read(name)
    assert data is not None
    del data["tests"]
    head = (FOLDER / f"{name}.toml").read_text(encoding="utf-8").partition("\n[[tests]]")[0]

    assert filter_rules.plain_toml(head) == data


def test_more_of_toml_than_the_little_reader_knows_is_left_to_the_library() -> None:
    assert filter_rules.plain_toml("a = { b = 1 }") is None
    assert filter_rules.plain_toml('a = "b\\n"') is None


def test_an_unknown_field_is_an_error_that_names_it() -> None:
    with pytest.raises(SettingsError, match="strip"):
        filter_rules.compiled("x", {"strip": []})


@pytest.mark.parametrize("name", sorted(filter_rules.NAMES))
def test_no_filter_drops_a_failure(name: str) -> None:
    chosen = filter_rules.load(name)
    assert chosen is not None
    failure = "fatal: the connection was refused while writing block 7"
    lines = [*(f"line {i}" for i in range(40)), failure, *(f"line {i}" for i in range(40))]
    output = ToolOutput("\n".join(lines))
    parts = command.apply(chosen, output, limit=60)

    assert not parts or failure in render.render(output.lines, parts)


def test_a_gap_that_takes_an_end_of_a_fold_too_is_said_to_hold_what_all_of_them_are() -> None:
    """A question leaves out what the filter has kept as the first of many: one line more than the note had counted."""
    names = [f"shop/part_{n}/item_{n * 7}.txt" for n in range(60)]
    lines = ["sending incremental file list", *names, "", "sent 1,204 bytes  received 35 bytes  826.00 bytes/sec"]
    output = ToolOutput("\n".join(lines), "Bash", {"command": "rsync -av shop/ /mnt/shop/"})

    compressed = command.compress(output, 100)

    assert compressed is not None and callable(compressed.note)
    gap = next(part for part in compressed.parts if part.action == "omit")
    assert gap.note == "files"
    assert [compressed.note(gap.start - more, gap.stop + more) for more in (1, 2)] == ["files", "files"]
    assert compressed.note(0, gap.stop) == f"{gap.stop - 1} lines of files"  # not "sending …"


@pytest.mark.parametrize("name", sorted(filter_rules.NAMES))
def test_a_filter_that_knows_no_digit_from_another_does_the_same_line_by_line(name: str) -> None:
    chosen = filter_rules.load(name)
    assert chosen is not None
    dice = random.Random(name)
    texts = [text for its, test in _tests() if its == name for text in (test["input"], _redrawn(test["input"], dice))]

    for text in texts:
        output = ToolOutput("\n".join([text] * 3))
        assert command.apply(chosen, output, 40) == command.apply(chosen._replace(is_blind=False), output, 40)


def _redrawn(text: str, dice: random.Random) -> str:
    return re.sub("[0-9]", lambda _: str(dice.randrange(10)), text)


@pytest.mark.parametrize(
    ("expression", "tells"),
    [
        (r"^ok \d+ of [\d.]{1,12}$", False),
        (r"^(?:added|removed) \w{2,} packages?", False),
        (r"^HTTP/\S+ 200\b", True),
        (r"exit [1-9]", True),
        (r"^(\w+) \1", True),
        (r"^(?P<id>\w+) (?P=id)", True),
        (r"[+-\x39]", True),
    ],
)
def test_an_expression_tells_digits_apart_if_it_names_one(expression: str, tells: bool) -> None:
    filter_ = filter_rules.compiled("x", {"description": "", "keep": [expression]})

    assert filter_.is_blind is not tells


def test_of_many_requests_alike_some_are_shown_and_each_with_another_answer_whole() -> None:
    for seed in range(50):
        dice = random.Random(seed)
        answers = dict.fromkeys(range(dice.choice((60, 200, 700))), "200 OK")
        for at in dice.sample(sorted(answers), dice.randrange(1, 4)):
            answers[at] = dice.choice(
                ("404 Not Found", "503 Service Unavailable", "301 Moved", "429 Too Many Requests")
            )
        asked = {at: _asked(at, answer, dice) for at, answer in answers.items()}
        output = ToolOutput(
            "\n".join(line for lines in asked.values() for line in lines), "Bash", {"command": "curl -v $all"}
        )
        shown = plan.plan(output, Settings()).body

        others = ["\n".join(asked[at][1:]) for at, answer in answers.items() if answer != "200 OK"]
        assert [lines for lines in others if lines not in shown] == []
        assert len(shown) < len(output.text) * (0.6 if len(answers) < 200 else 0.25)


def _asked(at: int, answer: str, dice: random.Random) -> list[str]:
    moved = [f"< Location: /moved/{at}"] if answer.startswith("301") else []
    return [
        f"* Connected to api (10.0.{at // 200}.{at % 200}) port 443",
        f"> GET /items/{at * 7 + dice.randrange(5)} HTTP/1.1",
        "> Host: api",
        ">",
        f"< HTTP/1.1 {answer}",
        f"< Content-Length: {dice.randrange(900)}",
        *moved,
        "<",
    ]
