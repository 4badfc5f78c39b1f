"""Records that stand on one line, in any notation: divided where they end, so that the one unlike the others is seen."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp import compress_output, retrieve
from headroom_mcp.evals.truth.inputs import Input
from headroom_mcp.evals.truth.judge import judge
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import divided, opened
from tests import depots

_Write = Callable[[Sequence[depots.Row]], str]


def _joined(before: str, record: str, between: str, after: str) -> _Write:
    return lambda rows: before + between.join(record.format(*row) for row in rows) + after


NOTATIONS: dict[str, _Write] = {
    "tuples of Python": lambda rows: repr(list(rows)),
    "a dictionary of Python": lambda rows: repr({a: {"code": b, "limit": c, "state": d} for a, b, c, d in rows}),
    "hashes of Ruby": _joined("{", ':{0}=>{{:code=>"{1}", :limit=>{2}, :state=>:{3}}}', ", ", "}"),
    "structs of Go": _joined("[]main.Depot{", 'main.Depot{{Name:"{}", Code:"{}", Limit:{}, State:"{}"}}', ", ", "}"),
    "values of Go": _joined("[", "{{{} {} {} {}}}", " ", "]"),
    "Debug of Rust": _joined("[", 'Depot {{ name: "{}", code: "{}", limit: {}, state: {} }}', ", ", "]"),
    "maps of Clojure": _joined("[", '{{:name "{}", :code "{}", :limit {}, :state :{}}}', " ", "]"),
    "tuples of Erlang": _joined("[", '{{depot,"{}","{}",{},{}}}', ",", "]."),
    "lists of Lisp": _joined("(", '(depot "{}" (code "{}") (limit {}) (state {}))', " ", ")"),
    "objects of JavaScript": _joined("var depots={", '{0}:{{code:"{1}",limit:{2},state:"{3}"}}', ",", "};"),
    "elements of XML": _joined("<depots>", "<depot><name>{}</name><code>{}</code><limit>{}</limit><state>{}</state></depot>", "", "</depots>"),
    "attributes of XML": _joined("<depots>", '<depot name="{}" code="{}" limit="{}" state="{}"/>', "", "</depots>"),
    "an envelope of SOAP": _joined("<s:Envelope><s:Body><r>", "<row><v>{}</v><v>{}</v><v>{}</v><v>{}</v></row>", "", "</r></s:Body></s:Envelope>"),
    "the INSERT of a dump": _joined("-- dump\nINSERT INTO `depots` VALUES ", "('{}','{}',{},'{}')", ",", ";\nUNLOCK TABLES;\n"),
    "between semicolons": _joined("", "{}={}:{}:{}", ";", ""),
    "segments of EDI": _joined("UNB+UNOC:3'", "LIN+{1}+{0}:EN'QTY+47:{2}'FTX+AAI+{3}", "'", "'UNZ+1'"),
    "serialized by PHP": _joined("a:900:{", 'i:7;a:2:{{s:4:"name";s:9:"{0}";s:4:"code";s:5:"{1}";s:5:"limit";i:{2};s:5:"state";s:6:"{3}";}}', "", "}"),
    "line ends written out": _joined("", "{},{},{},{}", "\\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTATIONS)
def test_records_on_one_line_are_divided_and_joined_they_are_that_line(name: str) -> None:
    rows = depots.rows()[depots.ODD - 200 : depots.ODD + 200]
    text = NOTATIONS[name](rows)
    found = divided.lines(text)

    assert found is not None
    assert "".join(found) == text.replace("\n", "")
    odd = [line for line in found if "quarantined" in line]
    assert len(odd) == 1
    assert rows[201][0] not in odd[0]
    assert rows[199][0] not in odd[0]


@pytest.mark.parametrize("name", NOTATIONS)
def test_the_odd_one_of_records_on_one_line_is_shown_and_asked_for_any(name: str) -> None:
    rows = depots.rows()[depots.ODD - 200 : depots.ODD + 200]
    text = NOTATIONS[name](rows)
    target = rows[37]
    for query in ("", f"what is the limit of {target[0]}?"):
        result = compress_output(text, tool_name="Bash", tool_input={"command": "./depots --list"}, query=query)
        findings = judge(Input(name, text, "Bash", {"command": "./depots --list"}, query), Settings())

        assert "98765" in result.text
        assert "quarantined" in result.text
        assert target[0] in result.text or not query
        if result.outcome == "no_gain":  # all is shown
            assert not query
            continue
        assert findings is not None
        assert (findings.false, findings.unchecked) == ([], [])


def test_a_divided_line_is_given_back_by_the_numbers_that_are_shown() -> None:
    text = NOTATIONS["attributes of XML"](depots.rows())
    result = compress_output(text, tool_name="Bash", tool_input={"command": "curl -s http://127.0.0.1/depots"})
    shown = next(line for line in result.text.splitlines() if "quarantined" in line and line[:1].isdigit())
    number, _, record = shown.partition("\t")

    assert result.ref is not None
    assert opened.DIVIDED in result.text
    assert record in retrieve(result.ref, lines=number)
    assert opened.DIVIDED in retrieve(result.ref, lines=number)


def test_records_on_one_line_of_a_text_in_a_wrapper_are_divided_too() -> None:
    text = NOTATIONS["elements of XML"](depots.rows())
    result = compress_output(json.dumps({"status": 200, "body": text}), tool_name="mcp__web__get")

    assert '{"status":200,"body":"(below)"}' in result.text
    assert opened.DIVIDED in result.text
    assert "98765" in result.text


def _minified() -> str:
    chance = random.Random(3)
    names = "abcdefghijklmnopqrstuvwxyz"

    def expression(depth: int) -> str:
        if depth == 0:
            return chance.choice(names) + str(chance.randrange(9))
        shapes = ("{}({},{})", "({}?{}:{})", "{}[{}]+{}", "function({}){{return {};{}}}", "{}.{}=>{}", "({},{},{})")
        return chance.choice(shapes).format(*(expression(depth - 1) for _ in range(3)))

    return ";".join(expression(chance.randrange(1, 6)) for _ in range(300))


_NOT_DIVIDED = {
    "JSON": json.dumps([{"name": a, "code": b, "limit": c} for a, b, c, _ in depots.rows()]),
    "base64": base64.b64encode(random.Random(5).randbytes(9_000)).decode(),
    "a minified program": _minified(),
    "a page": "<!doctype html><html><body>" + "".join(f"<div class='card'><b>{row[0]}</b></div>" for row in depots.rows()),
    "running text": " ".join(f"The depot of {a} holds {c} crates, and nobody knows why." for a, _, c, _ in depots.rows()),
    "a list of words": " ".join(row[0] for row in depots.rows()),
    "lines": "\n".join(map(str, depots.rows())),
    "short": repr(depots.rows()[:20]),
}  # fmt: skip


@pytest.mark.parametrize("name", _NOT_DIVIDED)
def test_what_holds_no_records_on_one_line_is_not_divided(name: str) -> None:
    assert divided.lines(_NOT_DIVIDED[name]) is None


def test_a_file_that_is_shown_by_its_line_numbers_is_not_divided() -> None:
    text = NOTATIONS["the INSERT of a dump"](depots.rows())

    assert opened.opened(text, "Read") is None
    assert opened.opened(text, "Bash") is not None


@given(
    st.text(alphabet="ab1 ,;:'\"<>/=()[]{}\\&|~\n", min_size=1, max_size=60), st.integers(40, 200), st.text(max_size=20)
)
def test_nothing_is_lost_or_added_where_a_line_is_divided(record: str, times: int, tail: str) -> None:
    text = "".join(record.replace("1", str(at)) for at in range(times)) + tail
    found = divided.lines(text)

    assert found is None or "".join(found) == text.replace("\n", "")
