"""Which kind an output is, and why."""

from __future__ import annotations

import pytest

from headroom_mcp import router, shell
from headroom_mcp.output import ToolOutput


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            "cd x && LC_ALL=C grep -rn 'a b' . | head -20",
            [[["cd", "x"]], [["grep", "-rn", "a b", "."], ["head", "-20"]]],
        ),
        ("sudo -u me timeout 30 npx --yes jest --ci 2>&1 | tee out", [[["jest", "--ci"], ["tee", "out"]]]),
        ('bash -lc "cd /x && python3 -m pytest -q"', [[["cd", "/x"]], [["pytest", "-q"]]]),
        ("docker compose exec -T web pytest -x", [[["pytest", "-x"]]]),
        ("uv run --with x python -m mypy .", [[["mypy", "."]]]),
        ("cat <<'EOF' > f\nhello | world\nEOF\nls -la", [[["ls", "-la"]]]),
        ("time (make -j4 && ctest)", [[["make", "-j4"]], [["ctest"]]]),
        ("make 2>err.log", [[["make"]]]),
        ("make >out.log 2>&1; tail out.log", [[["tail", "out.log"]]]),
    ],
)
def test_a_command_is_read_through_its_prefixes(command: str, expected: list[shell.Pipeline]) -> None:
    assert shell.parse(command) == expected


def test_json_after_log_lines_is_a_section_of_its_own() -> None:
    log = [f"step {i} done" for i in range(20)]
    document = ["{", *(f'  "key{i}": "a value of some length, {i}",' for i in range(40)), '  "last": 1', "}"]
    output = ToolOutput("\n".join([*log, *document]), "Bash", {"command": "./deploy.sh"})

    sections = router.route(output)

    assert sections[0].start == 0
    assert sections[-1].stop == len(output.lines)
    assert 20 in {section.start for section in sections} or len(sections) == 1


def test_sections_cover_every_line_once() -> None:
    text = "\n".join(["--- one ---", *("x" * 30 for _ in range(5)), "--- two ---", "a", "b"])
    output = ToolOutput(text, "Bash", {"command": 'echo "--- one ---"; ls; echo "--- two ---"; cat f'})

    sections = router.route(output)

    assert [s.start for s in sections[1:]] == [s.stop for s in sections[:-1]]
    assert (sections[0].start, sections[-1].stop) == (0, len(output.lines))


def test_git_show_of_a_file_at_a_revision_is_that_file() -> None:
    text = "import os\n\n\ndef f(a):\n    return os.fspath(a)\n" * 40
    sections = router.route(ToolOutput(text, "Bash", {"command": "git show HEAD~2:lib/a.py"}))

    assert [section.kind for section in sections] == ["code"]
