"""Tables of the slices that are given of texts: by lines, characters, question and JSON path. See `tests.tables`."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_mcp.retrieval import json_path as paths
from headroom_mcp.retrieval import slices
from headroom_mcp.store import Original
from headroom_mcp.types import SliceError
from tests import tables

_TABLES = Path(__file__).parent / "tables"


def _lines(text: str, lines: str = "", tokens: int = 200, tool: str = "", opens: bool = True) -> str:
    return _slice(text, tool, lines=lines, max_tokens=tokens, opens=opens)


def _query(text: str, query: str = "failed", tokens: int = 200, tool: str = "", opens: bool = True) -> str:
    return _slice(text, tool, query=query, max_tokens=tokens, opens=opens)


def _page(text: str, path: str = "$", tokens: int = 200) -> str:
    return _slice(text, json_path=path, max_tokens=tokens)


def _slice(
    text: str,
    tool: str = "",
    query: str = "",
    lines: str = "",
    json_path: str = "",
    max_tokens: int = 200,
    opens: bool = True,
) -> str:
    original = Original("0123456789ab", text.encode("utf-8", "surrogatepass"), tool, "", 0.0)
    try:
        return slices.cut(original, query=query, lines=lines, json_path=json_path, max_tokens=max_tokens, opens=opens)
    except SliceError as error:
        return f"no slice: {error}"


def _path(text: str, path: str = "$", around: str = "") -> str:
    """What a path selects, and what it selects below or beside something else (`around`)."""
    try:
        return paths.select_text(text, around.replace("PATH", path.removeprefix("$")) or path)
    except SliceError as error:
        return f"nothing: {error}"


def _longest(text: str) -> str:
    return paths.longest_array(text)


SEEDS = [
    '{"items": [{"id": 1, "name": "one", "tags": ["a", "b"]}, {"id": 2, "name": "two", "tags": []}, {"id": 30, "size": 1.50}],\n'
    '"of": {"id": 7, "a key": null, "ok": true, "it\'s": "say \\"x\\""}, "n": -2.5e3}',
    '{"id": 1, "state": "failed"}\n{"id": 2, "state": "ok"}\n{"id": 2.0, "state": null}',
    '{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9, "j": 10, "k": 11, "l": 12, "m": 13}',
    '[{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9, "j": 10, "k": 11, "l": 12, "m": 13}, 2]',
    f'["{"x" * 195}", "{"y" * 196}", "{"z" * 400}", [[[["deep"], [1, 2]]]], {{"rows": [1, 2, 3], "sums": [4, 5, 6]}}]',
    '[[1, 2, 3], [4, [5, 6]], "text", {"a": {"a": {"a": 1}}}]',
    '{"one": "'
    + "a line of it\\n" * 60
    + 'needle\\n", "two": "'
    + "b\\nb failed\\n" * 50
    + '", "three": "'
    + "c\\n" * 90
    + '",'
    ' "four": "' + "d 1\\n" * 90 + '", "five": "' + "e\\ne\\nneedle\\n" * 40 + '"}',
    '"' + "a line of a text\\n" * 60 + 'needle here\\n"',
    '{"stdout": "line one\\nline two failed\\nline three\\n", "stderr": "", "code": 3}',
    "one\ntwo failed\nthree\n\nfour: server port 8080\nfive\nsix failed\nseven\neight\nnine\nten\n",
    "a;b,c}d " * 700 + "needle" + " e]f>g" * 500,
]
CASES = False
PROBES: dict[str, tables.Probe] = {
    "lines": _lines,
    "query": _query,
    "page": _page,
    "path": _path,
    "longest": _longest,
}
ASKED = {"slices": ["lines", "lines", "query", "query", "page"], "json_path": ["path", "path", "path", "longest"]}
CHOICES = {
    "lines": ["", "", "1", "2-3", "2-", "-2", "-50", "3-1", "0", "0-2", "9-12", "12", "99", " 2 - 4 ", "x", "2:1-9", "1:5-", "1:4001-6000",
              "1:0-3", "9:1-2", "1:9-5", "1: 7 - 12 ", "1:999999-", "1-100000", "-0"],
    "query": ["", "", "failed", "server port", "needle", "nothing of this", "TWO", "eight or nine?", "a b c", "the"],
    "path": ["$", "$.items", "$.items[0]", "$.items[-1]", "$.items[1:]", "$.items[:1]", "$.items[::2]", "$.items[::-1]", "$.items[0,2]", "$..id",
             "$..*", "$.*", "$[*]", "$['of']['a key']", '$["of"]["it\'s"]', "$.of['it\\'s']", "$.items[?@.id==2]", "$.items[?@.id>1]", "$.items[?@.id >= 2 ]",
             "$.items[?@.id<2]", "$.items[?@.id<=2]", "$.items[?@.id!=2]", "$.items[?@.name=='two']", "$.items[?@.name<'two'].id", "$.items[?@.size]",
             "$.items[?!@.size]", "$.items[?(@.id==1 || @.id==30) && @.name]", "$.items[?@.id==$.n]", "$.items[?@.tags[0]=='a']", "$[?@.state=='failed']",
             "$[?@.state==null]", "$[?@.id==2.0]", "$[1][1]", "$[9]", "$.nothing", "$.of.ok", "$.of[?@==true]", "$.n", "$.items[?@.size==1.5]",
             "$.items[", "$.items[?]", "$.items[?@.id=]", "$..", "$x", "items", "$.items[1:x]", "$.items[::0]", "$['\\u006f\\u0066']", "$['a\\", "$[?@>'t']",
             "$.stdout", "$.items [ 0 ] . name", "$.items[?@.id==1e0]", "$.items[?@.id==-1]", "$.items[?'two'==@.name]", "$..a", "$..[0]", "$..['id','name']"],
    "around": ["", "", "", "$..PATH", "$[?@PATH]", "$[?!@PATH]", "$[0]PATH", "$[?@PATH==$PATH]", "$.items[?@PATH>=2 && @.id]"],
    "tokens": [200, 1, 5, 20, 50, 400, 2_000],
    "tool": ["", "mcp__shop__list", "Bash"],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.stem for path in _TABLES.glob("*.txt")))
def test_of_these_texts_just_this_slice_is_given(name: str, request: pytest.FixtureRequest) -> None:
    tables.check(tables.settle(_TABLES / f"{name}.txt", PROBES, request), PROBES)
