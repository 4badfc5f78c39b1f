"""Wrappers around text are opened, whatever they look like, and tables with long cells are none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headroom_mcp.text.opened import opened

LOG = "\n".join(f"10:{i:02d} INFO  job {i} finished" for i in range(60)) + "\n"
NOTE = "\n".join(f"{i}. see chapter {i * 7}" for i in range(90))

WRAPPERS: dict[str, tuple[Any, list[str]]] = {
    "one key": ({"content": LOG}, ["content"]),
    "beside others": ({"path": "a.log", "truncated": True, "content": LOG, "lines": 60}, ["content"]),
    "a list": ({"result": [LOG, NOTE]}, ["result[0]", "result[1]"]),
    "blocks": ([{"type": "text", "text": LOG}, {"type": "text", "text": NOTE}], ["[0].text", "[1].text"]),
    "by path": ({"/a.log": {"ranges": [{"content": LOG, "start": 1}]}}, ["/a.log.ranges[0].content"]),
    "a string": (LOG, [""]),
}


@pytest.mark.parametrize("name", WRAPPERS)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_wrapper_is_opened(name: str, indent: int | None) -> None:
    value, paths = WRAPPERS[name]
    found = opened(json.dumps(value, indent=indent))

    assert found is not None
    assert [inner.path for inner in found.texts] == paths
    assert found.lines[:60] == LOG.split("\n")[:60]
    assert [inner.start for inner in found.texts[1:]] == [inner.stop for inner in found.texts[:-1]]


def test_what_stands_around_the_text_stays() -> None:
    found = opened(json.dumps(WRAPPERS["beside others"][0]))

    assert found is not None
    assert json.loads(found.outer) == {"path": "a.log", "truncated": True, "content": "(below)", "lines": 60}


def test_a_wrapper_in_a_wrapper_is_opened_too() -> None:
    found = opened(json.dumps({"result": json.dumps({"ok": True, "content": LOG})}))

    assert found is not None
    assert found.lines == LOG.split("\n")[:60]
    assert found.outer == '{"result":"(below)"}\n{"ok":true,"content":"(below)"}'


@pytest.mark.parametrize(
    "value",
    [
        {"content": "short"},
        [{"id": i, "by": "a", "at": i, "state": "open", "url": "u" * 60, "n": i, "m": i, "k": i, "q": i, "body": LOG[:500]} for i in range(80)],
        {"nbformat": 4, "cells": [{"source": LOG}]},
        [["x" * 100] * 30],
    ],
)  # fmt: skip
def test_what_is_no_wrapper_is_left_alone(value: Any) -> None:
    assert opened(json.dumps(value)) is None


@pytest.mark.parametrize("text", ["", "{", LOG, '{"content": "' + "a\\n" * 400, "[" * 5_000 + "\\n" + "]" * 5_000])
def test_no_text_is_too_odd(text: str) -> None:
    assert opened(text) is None


def test_what_a_file_viewer_shows_keeps_the_numbers_of_its_lines() -> None:
    assert opened(json.dumps({"content": LOG}), "Read") is None


@pytest.mark.parametrize(("others", "is_wrapper"), [(40, True), (41, False), (5_000, False)])
def test_a_text_among_many_other_values_is_no_wrapper(others: int, is_wrapper: bool) -> None:
    for beside in ([0] * others, {str(n): n for n in range(others)}, [[0] * others]):
        assert (opened(json.dumps({"content": LOG * 20, "beside": beside})) is not None) == is_wrapper
