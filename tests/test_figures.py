"""Every figure in the docs is made by a named command: the pages are up to date, and none stands outside of what is generated."""

from __future__ import annotations

import importlib.util
import json
import re

import pytest

from headroom_mcp.cli import COMMANDS
from headroom_mcp.cli.bench import SUBCOMMANDS
from tests import figures

# 92 %, 17,765 tokens, 12 ms: what somebody could have made up. A share in a command's option is none.
_FIGURE = re.compile(r"\d[\d,.]*\s?(?:%|tokens|ms|milliseconds|MB|points|times)(?!\w)")
_COMMAND = re.compile(r"`((?:headroom|python -m) [^`]+)`")
_PART = re.compile(r"<!-- begin (\w+) -->\n(.*?)<!-- end \1 -->", re.DOTALL)


@pytest.mark.parametrize("page", figures.PAGES)
def test_a_page_says_what_was_measured(page: str) -> None:
    written = (figures.ROOT / page).read_text(encoding="utf-8")

    assert written == figures.update(written), "run: python -m tests.figures"


@pytest.mark.parametrize("page", figures.PAGES)
def test_no_figure_stands_outside_of_a_generated_part(page: str) -> None:
    written = (figures.ROOT / page).read_text(encoding="utf-8")

    loose = _FIGURE.findall(_COMMAND.sub("", _PART.sub("", written)))

    assert loose == []


@pytest.mark.parametrize("page", figures.PAGES)
def test_each_generated_part_names_a_command_that_there_is(page: str) -> None:
    written = (figures.ROOT / page).read_text(encoding="utf-8")

    for name, part in _PART.findall(written):
        commands = _COMMAND.findall(part)
        assert commands, f"{page}: {name} does not say which command has made its figures"
        for command in commands:
            assert _exists(command), f"{page}: there is no {command}"


def _exists(command: str) -> bool:
    words = command.split()
    if words[0] == "headroom":
        return words[1] in COMMANDS and (words[1] != "bench" or words[2] in SUBCOMMANDS)
    return importlib.util.find_spec(words[2]) is not None


def test_what_the_suite_measured_reaches_every_bar() -> None:
    report = json.loads((figures.ROOT / "tests" / "measured" / "suite.json").read_text(encoding="utf-8"))

    below = [
        f"{layer['name']}: {figure['name']}"
        for layer in report["layers"]
        for figure in layer["figures"]
        if figure["bar"] is not None and figure["value"] < figure["bar"]
    ]

    assert below == []
    assert not any(layer["skipped"] for layer in report["layers"])
