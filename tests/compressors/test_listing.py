"""What a listing shows when not all of it can be shown."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp import compress_output
from headroom_mcp.compressors import _paths
from headroom_mcp.compressors.listing import kind as listing
from headroom_mcp.compressors.listing import rows as short_rows
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_MODULES = (
    "__init__ adapters api auth certs compat cookies hooks models sessions status structures utils retry cache".split()
)


def test_compiled_copies_of_what_was_asked_for_leave_room_for_the_top_of_the_tree() -> None:
    blocks = [".:\nCHANGES.md\nMakefile\nREADME.md\nrequests\nsetup.py\ntest_requests.py"]
    for folder in ("requests", *(f"requests/packages/part{i}" for i in range(9))):
        blocks.append("\n".join([f"./{folder}:", "__pycache__", *(f"{module}.py" for module in _MODULES)]))
        blocks.append("\n".join([f"./{folder}/__pycache__:", *(f"{module}.cpython-39.pyc" for module in _MODULES)]))
    query = (
        "In requests, a session header with the value None is sent. See `sessions.py`, Session in requests sessions."
    )
    output = ToolOutput("\n\n".join(blocks), "Bash", {"command": "ls -R"}, query)

    compressed = listing.compress(output, 550)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    assert "test_requests.py" in shown
    assert "./requests:" in shown and "sessions.py" in shown.split()
    assert shown.count(".pyc") < 5


_MODES = ("-rw-r--r--", "-rwxr-xr-x", "drwxr-xr-x", "drwxrwxrwx")
_DATES = ("Oct 24  2024", "Nov 18 23:42", "Mar  2  2025")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(_MODES),
            st.sampled_from((1, 1, 1, 2)),
            st.sampled_from(("root root", "root root", "www staff")),
            st.integers(0, 10**7),
            st.sampled_from(_DATES),
            st.from_regex(r"[a-zA-Z0-9_. -]{0,12}[a-z]", fullmatch=True).filter(lambda name: name == name.strip()),
        ),
        max_size=30,
    )
)
def test_what_is_cut_from_a_long_listing_is_said_once_and_true_of_every_row(made: list[tuple[Any, ...]]) -> None:
    lines = [f"{mode} {links:>2} {owner} {size:>8} {date} {name}" for mode, links, owner, size, date, name in made]
    parts = short_rows.shortened(lines, [Part(0, len(lines), "keep")], ()) or [Part(0, len(lines), "keep")]
    render.check(parts, len(lines))
    head = "".join(part.text for part in parts if part.start == part.stop)
    usual = {
        is_folder: re.search(rf"{'folders' if is_folder else 'files'} are ([^,;\]]*)", head)
        for is_folder in (True, False)
    }

    for part in parts:
        if part.action == "render" and part.stop > part.start:
            for at, text in zip(range(part.start, part.stop), part.text.split("\n"), strict=True):
                mode, links, owner, size, date, name = made[at]
                common = usual[mode.startswith("d")]
                assert common is not None
                tail = f"{name}/" if mode.startswith("d") else f"{size} {name}"
                assert text.endswith(tail)
                unusual = text[: len(text) - len(tail)]
                for value in (mode, owner, date):
                    assert value in unusual or value in common[1], (value, text, head)
                assert mode.startswith("d") or f" {links} " in f" {common[1]} "


def test_a_long_listing_of_a_folder_is_short_and_keeps_every_name_and_size() -> None:
    files = [f"-rw-r--r-- 1 root root {n * 37:>6} Oct 24  2024 module_{n}.py" for n in range(20)]
    lines = ["total 96", "drwxrwxrwx 1 root root   4096 Oct 24  2024 .", *files]
    output = ToolOutput("\n".join(lines), "Bash", {"command": "ls -la"})

    compressed = listing.compress(output, output.tokens)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts).split("\n")
    assert all(f"{n * 37} module_{n}.py" in shown for n in range(20))
    assert tokens.estimate("\n".join(shown)) < output.tokens * 0.6


def test_a_long_listing_that_is_short_enough_in_rows_keeps_every_name_though_one_is_asked_for() -> None:
    """The next command names another file of it as often as the one that the question names."""
    files = [f"-rw-r--r-- 1 root root {n * 37:>6} Oct 24  2024 module_{n}.py" for n in range(40)]
    output = ToolOutput(
        "\n".join(["total 96", *files]), "Bash", {"command": "ls -la"}, "Why does `module_7.py` fail to import?"
    )
    assert output.tokens > 500

    compressed = listing.compress(output, 100)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    assert all(f"module_{n}.py" in shown for n in range(40))


_SAID_OF_LISTS = (
    "{path}: open_root: [Errno 2] No such file or directory",
    "no errors were found",
    "skipped {path}: permission denied (13)",
    "snapshot 1639e4b4 saved",
    "2 files vanished before they could be sent (code 24)",
)


@pytest.mark.parametrize("said", _SAID_OF_LISTS)
@pytest.mark.parametrize("mark", ["", "A ", ">f+++++++++ ", "added "])
@pytest.mark.parametrize("query", ["", "Which module handles an Error?"])
def test_what_a_program_says_amid_the_paths_it_lists_is_shown(said: str, mark: str, query: str) -> None:
    names = ["Error", "Config", "Invalid", *(f"Part{at}" for at in range(9))]
    paths = [f"{mark}/usr/share/perl5/Module{at}/{name}.pm" for at in range(60) for name in names]
    line = said.format(path="/srv/none")

    shown = compress_output("\n".join([*paths[:500], line, *paths[500:]]), query=query).text

    assert line in shown


def test_what_a_gap_holds_is_no_figure() -> None:
    folders = ["src"] * 12
    lines = [f"src/part{at}.675 MiB" for at in range(12)]

    assert not _paths.note(lines, folders, 0, len(lines))


def test_heads_of_folders_and_what_stands_for_them_are_not_counted_as_names() -> None:
    blocks = [
        [f"kept/store{n}.momd:", ".", "..", *(f"v{n}_{i}.mom" for i in range(6)), ""] for n in range(60)
    ]  # ls -aR
    compressed = listing.compress(ToolOutput("\n".join(line for block in blocks for line in block), "Bash"), 100)

    assert compressed is not None
    gaps = [(part.stop - part.start, part.note) for part in compressed.parts if part.action == "omit"]
    assert gaps
    for size, note in gaps:
        for folder, count in re.findall(r"(kept/store\d+\.momd)/ (\d+)", note):
            assert int(count) <= 6, (folder, size)
        assert ".momd" not in re.sub(r"\S+/ \d+", "", note)


@pytest.mark.parametrize("seed", range(3))
def test_of_a_tree_that_holds_what_is_asked_for_the_rest_is_not_shown(seed: int) -> None:
    """With what stands above it: a question after a package asks who needs it, too."""
    dice = random.Random(seed)
    lines = ["shop@1.0.0 /srv/app"]
    for at in range(40):
        lines.append(f"├─┬ part-{at}-of-shop@{dice.randrange(9)}.{dice.randrange(20)}.0")
        lines += [f"│ ├── helper-{at}-{sub}@{dice.randrange(9)}.{dice.randrange(20)}.{sub}" for sub in range(5)]
    at = dice.randrange(10, 200)
    lines.insert(at, "│ ├── qs@6.5.1")
    above = next(line for line in reversed(lines[:at]) if line.startswith("├"))
    text = "\n".join(lines)

    shown = compress_output(
        text,
        tool_name="Bash",
        tool_input={"command": "npm ls --all"},
        query="Which version of qs is there, and who needs it?",
    ).text

    assert len(shown) < 0.4 * len(text)
    assert "qs@6.5.1" in shown
    assert above in shown
