"""headroom bench: a folder of cases, its table, its report, and the comparison of two runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.evals import bench


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    kind = tmp_path / "cases" / "search"
    kind.mkdir(parents=True)
    lines = [f"src/shop/cart.py:{i}:    total = add(total, price_{i})" for i in range(10, 400)]
    lines.insert(77, "src/shop/price.py:3:def add(total: int, price: int) -> int:")
    (kind / "one.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    case = {
        "tool_name": "Grep",
        "tool_input": {"pattern": "add"},
        "query": "Where is `add` defined?",
        "file": "one.txt",
        "needles": [{"any": ["def add(total: int, price: int) -> int:"], "near": "src/shop/price.py", "within": 60}],
    }
    (kind / "one.json").write_text(json.dumps(case), encoding="utf-8")
    return tmp_path / "cases"


def _run(*args: str) -> str:
    result = CliRunner().invoke(main, ["bench", *args])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_folder_gives_a_table_and_keeps_the_laws(folder: Path) -> None:
    output = _run(str(folder), "--laws")

    assert "search" in output
    assert "laws 1-5 and 7: 1 cases, 0 broken" in output


def test_two_reports_are_compared_case_by_case(folder: Path, tmp_path: Path) -> None:
    first, second = str(tmp_path / "a.json"), str(tmp_path / "b.json")
    _run(str(folder), "--json", first)
    _run("cases", str(folder), "--no-query", "--json", second)

    assert json.loads(Path(first).read_text())["cases"][0]["kept"] == 1
    assert "search" in _run("--compare", first, second)


def test_a_folder_that_holds_no_cases_is_an_error_with_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["bench", str(tmp_path)])

    assert result.exit_code == 1
    assert "No case" in result.output


@pytest.mark.parametrize(
    ("needle", "shown", "expected"),
    [
        ({"any": ["a b"]}, "x a\n  b y", True),
        ({"any": ["5"], "near": "total", "within": 6}, "total 1234678 5", False),
        ({"any": ["5"], "near": "total", "within": 8}, "total: 5", True),
        ({"any": ["t"], "near": "total", "within": 8}, "total", False),
        ({"any": ["x<y"]}, "x&lt;y", True),
    ],
)
def test_a_needle_counts_where_it_stands_near_its_key(needle: dict[str, object], shown: str, expected: bool) -> None:
    assert bench.is_kept(needle, bench.normalised(shown)) is expected


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"manifest.jsonl": "[1]\n"}, 'an object with "kind" and "id"'),
        ({"manifest.jsonl": '{"kind": "json"}\n'}, 'an object with "kind" and "id"'),
        ({"manifest.jsonl": "{\n"}, "is not a folder of cases"),
        ({"json/a.json": "[1]"}, "does not describe a case"),
        ({"json/a.json": '{"a": 1}'}, "does not describe a case"),
        ({"json/a.json": '{"file": 7}'}, "does not describe a case"),
        ({"json/a.json": '{"file": "a.txt", "needles": 7}', "json/a.txt": "x"}, '"needles" should be a list'),
        ({"json/a.json": '{"file": "a.txt", "needles": ["x"]}', "json/a.txt": "x"}, '"needles" should be a list'),
        ({"json/a.json": '{"file": "gone.txt"}'}, "No such file"),
        ({"json/a.json": ""}, "is not a folder of cases"),
        ({"readme.txt": "hello"}, "matches"),
    ],
)
def test_a_folder_of_another_shape_is_a_clear_error(files: dict[str, str], said: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    result = CliRunner().invoke(main, ["bench", str(tmp_path)])

    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
