"""What is made late does what is made at once."""

from __future__ import annotations

import copy
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from headroom_mcp import late


def test_an_expression_is_compiled_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []
    at_once = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: compiled.append(given[0]) or at_once(*given))

    expression = late.pattern(r"(\d+) passed", re.IGNORECASE)
    assert compiled == []

    found = expression.search("3 PASSED"), expression.sub("-", "3 passed, 1 failed"), expression.fullmatch("passed")
    assert (found[0] and found[0][1], *found[1:]) == ("3", "-, 1 failed", None)
    assert compiled == [r"(\d+) passed"]


def test_what_an_expression_cannot_do_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        late.pattern("x").nothing  # type: ignore[attr-defined]  # noqa: B018


def test_a_broken_expression_is_reported_when_it_is_used() -> None:
    with pytest.raises(re.error):
        late.pattern("(").search("x")


class Place(late.NamedTuple):
    """Where something stands."""

    file: str
    line: int = 1

    @property
    def shown(self) -> str:
        return f"{self.file}:{self.line}"


class _Typed(NamedTuple):
    file: str
    line: int = 1


def test_a_tuple_with_names_is_what_typing_makes() -> None:
    ours, theirs = Place("a.py", line=3), _Typed("a.py", line=3)

    assert tuple(ours) == tuple(theirs)
    assert (ours.file, ours.line, ours.shown, Place("b.py").line) == ("a.py", 3, "a.py:3", 1)
    assert ours._replace(line=5) == theirs._replace(line=5) == Place._make(("a.py", 5))
    assert ours._asdict() == theirs._asdict()
    assert repr(ours) == repr(theirs).replace("_Typed", "Place")
    assert (Place._fields, Place._field_defaults) == (_Typed._fields, _Typed._field_defaults)
    assert pickle.loads(pickle.dumps(ours)) == copy.deepcopy(ours) == ours
    assert type(pickle.loads(pickle.dumps(ours))) is Place
    assert not hasattr(ours, "__dict__")


@pytest.mark.parametrize("values", [((), {}), (("a", 1, 2), {}), (("a",), {"column": 1}), (("a",), {"file": "b"})])
def test_a_tuple_with_names_refuses_what_typing_refuses(values: tuple[tuple[Any, ...], dict[str, Any]]) -> None:
    given, named = values
    for cls in (_Typed, Place, Place):
        with pytest.raises(TypeError):
            cls(*given, **named)
    with pytest.raises((ValueError, TypeError)):
        Place("a")._replace(column=1)  # type: ignore[call-arg]


def test_importing_the_flow_imports_neither_typing_nor_openssl() -> None:
    script = (
        f"import sys; sys.path.append({str(Path(late.__file__).parents[1])!r})\n"
        "from headroom_mcp.hook import respond; from headroom_mcp.store.sqlite import store; print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True)

    assert "headroom_mcp.store.sqlite.store" in run.stdout
    assert {"typing", "hashlib", "_hashlib", "datetime", "dataclasses"}.isdisjoint(run.stdout.split())


@pytest.mark.parametrize("name", ["IGNORECASE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "ASCII"])
def test_a_flag_is_that_of_re(name: str) -> None:
    assert vars(late.re)[name] == getattr(re, name)


_TEXTS: tuple[str | bytes, ...] = (
    '{"a": [1, -2.5e3, true, null, "\\u00e9\\ud83d\\ude00\\ud800"], "a": {}}', " \t\r\n[NaN, Infinity, -Infinity] \n", "1", '"x"',
    b'{"a": "\xc3\xa9"}', b"\xef\xbb\xbf[1]", '["a"]'.encode("utf-16"), b'["\xed\xa0\x80"]',
    "", " ", "{", "[1,]", "[1] x", '"\n"', '{"a" 1}', b"\xff", "[" * 100_000, "\ufeff[1]", "nan", "9" * 5_000,
)  # fmt: skip


@pytest.mark.parametrize("text", _TEXTS, ids=range(len(_TEXTS)))
def test_json_is_read_as_the_module_reads_it(text: str | bytes) -> None:
    assert _outcome(late.loads, text) == _outcome(json.loads, text)


_VALUES: tuple[object, ...] = (
    {"a": [1, 2.5, True, None, "é\ud800\n\x7f"], 1: {}, None: [], 1.5: ()}, "x", 1, 1e400, float("nan"), [], (1, [2]), {(1,): 2}, object(), [b""],
)  # fmt: skip


@pytest.mark.parametrize("value", _VALUES, ids=range(len(_VALUES)))
def test_json_is_written_as_the_module_writes_it(value: object) -> None:
    assert _outcome(late.dumps, value) == _outcome(json.dumps, value)


def _outcome(call: Callable[[Any], object], given: object) -> object:
    try:
        return repr(call(given))
    except (ValueError, TypeError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"
