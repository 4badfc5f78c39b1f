"""A folder of many paths is said once, and every line can be read back: what stands for it stands for nothing else."""

from __future__ import annotations

import re
from random import Random

import pytest

from headroom_mcp.compressors import _folders
from headroom_mcp.flow import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_ROOTS = ("/srv/shop/api/", "/home/ann/work/parcel-service/", "/opt/build/agents/7/workspace/")
_REST = ("src/orders/views.py", "tests/test_prices.py", "lib/a-b/c.d/e.go", "docs/index.md")
_FORMS = (
    '  File "{path}", line {n}, in post',
    "{path}:{n}:{n}: warning: nobody weighs this",
    "copying {path} -> {other}",
    "Error in ({path})",
    "error=[{path}]",
    "see file://{path} and https://depot.example{path}",
    "cc -I{path} -o out.o",
    "{rest}: ok",
    "step {n} of 9",
)


def _lines(seed: int) -> tuple[str, list[str]]:
    """Return a folder and made-up lines with paths in it, paths elsewhere, and none."""
    drawn = Random(seed)
    root = drawn.choice(_ROOTS)
    lines = []
    for n in range(drawn.randint(45, 70)):
        rest = drawn.choice(_REST)
        path = f"{root if drawn.random() < 0.8 else '/usr/lib/python3/'}{rest}"
        lines.append(drawn.choice(_FORMS).format(path=path, other=root + drawn.choice(_REST), rest=rest, n=n))
    return root, lines


def _cut(lines: list[str], parts: list[Part] | None = None) -> tuple[str, str]:
    """Return the folder that is said once, "" for none, and what is shown without the line that says it."""
    shown = render.render(lines, _folders.cut(lines, parts or [Part(0, len(lines), "keep")], 400))
    said = re.search(r"^\[paths: …/ for (.*)\]\n", shown, re.MULTILINE)
    return (said[1], shown.replace(said[0], "", 1)) if said else ("", shown)


@pytest.mark.parametrize("seed", range(60))
def test_lines_are_read_back_from_the_mark(seed: int) -> None:
    root, lines = _lines(seed)
    folder, shown = _cut(lines)

    assert root.startswith(folder)
    assert folder
    assert shown.replace(_folders.MARK, folder).split("\n") == lines
    assert len(shown) < len("\n".join(lines))


@pytest.mark.parametrize("seed", range(10))
def test_what_stands_in_the_original_stands_for_nothing(seed: int) -> None:
    lines = [*_lines(seed)[1], "go test ./… and …/there"]

    assert _cut(lines) == ("", "\n".join(lines))


def test_parts_that_are_shown_in_another_form_name_the_folder_as_little() -> None:
    lines = [f"/srv/shop/api/src/orders/{n}.py: late" for n in range(20)]
    parts = [Part(0, 10, "render", "\n".join(lines[:10])), Part(10, 12, "omit"), Part(12, 20, "keep")]

    folder, shown = _cut(lines, parts)

    assert folder == "/srv/shop/api/src/"
    assert "[… lines 11-12]" in shown
    assert "/srv/shop" not in shown


@pytest.mark.parametrize(("below", "folder"), [("{}.py", "/srv/shop/api/"), ("orders/{}.py", "/srv/shop/api/src/")])
def test_what_is_left_of_a_path_is_more_than_a_name(below: str, folder: str) -> None:
    lines = [f"warning in /srv/shop/api/src/{below.format(n)}, twice" for n in range(20)]

    assert _cut(lines)[0] == folder


@pytest.mark.parametrize(
    "lines",
    [
        [f"src/shop/api/orders/views.py:{n}" for n in range(20)],
        [f"https://depot.example/srv/shop/api/{n}/x" for n in range(20)],
        ["/srv/shop/api/src/a.py: ok", "/srv/shop/api/src/b.py: ok", *(f"step {n}" for n in range(20))],
    ],
    ids=["relative", "urls", "too few"],
)
def test_what_is_not_worth_a_line_of_ours_stays(lines: list[str]) -> None:
    assert _cut(lines)[0] == ""


def test_a_list_of_whole_paths_says_their_folder_above_it() -> None:
    text = "\n".join(f"/home/ann/work/parcel-service/{_REST[n % 4].replace('.', f'_{n}.')}" for n in range(60))

    planned = plan.plan(ToolOutput(text, "Bash", {"command": "find /home/ann/work/parcel-service -type f"}), Settings())

    assert planned.body.startswith('[the next 60 lines begin with "/home/ann/work/parcel-service/"]\n')
    assert planned.lacks_nothing
