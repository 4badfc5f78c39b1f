"""A text is edited in one place: what it says elsewhere, its comments and its bytes stay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_mcp.install import json_edit
from tests import long_form

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\/*{}[],: \n', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('kx/*"', max_size=4), inner, max_size=3),
    max_leaves=8,
)
_TRIVIA = st.sampled_from(
    ["", "", " ", "\n  ", "\n\t", '// a { comment, "quoted"\n', "/* two\nlines */", " // end\r\n", "/**/"]
)


@st.composite
def _text(draw: st.DrawFn, value: Any) -> str:
    """Return `value` as somebody may have written it: comments and white space anywhere, commas at the end."""

    def trivia() -> str:
        return draw(_TRIVIA)

    if isinstance(value, (dict, list)):
        opened, closed = ("{", "}") if isinstance(value, dict) else ("[", "]")
        parts = []
        for item in value.items() if isinstance(value, dict) else value:
            if isinstance(value, dict):
                parts.append(f"{json.dumps(item[0])}{trivia()}:{trivia()}{draw(_text(item[1]))}")
            else:
                parts.append(draw(_text(item)))
        body = f"{trivia()},{trivia()}".join(parts)
        end = "," if parts and draw(st.booleans()) else ""
        return f"{opened}{trivia()}{body}{trivia()}{end}{trivia()}{closed}"
    return json.dumps(value)


_OBJECTS = st.dictionaries(
    st.sampled_from(["servers", "a", "b"]),
    _VALUES | st.dictionaries(st.text("st", max_size=2), _VALUES, max_size=2),
    max_size=3,
)


@st.composite
def _files(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    value = draw(_OBJECTS)
    bom = draw(st.sampled_from(["", json_edit.BOM]))
    return bom + draw(_TRIVIA) + draw(_text(value)) + draw(_TRIVIA), value


def _comments(text: str) -> list[str]:
    return [token.group() for token in json_edit._TOKEN.finditer(text) if token.group().startswith("/")]


@settings(max_examples=long_form.count(100, 400))
@given(_files())
def test_what_a_commented_text_says_is_read(file: tuple[str, dict[str, Any]]) -> None:
    text, value = file

    assert json_edit.check(text, comments=True) == value
    for key in value:
        at = json_edit.find(text, [key])
        assert at is not None
        assert json_edit.value_at(text, at) == value[key]


@settings(max_examples=long_form.count(150, 600))
@given(_files())
def test_an_entry_is_added_and_removed_and_no_comment_is_lost(file: tuple[str, dict[str, Any]]) -> None:
    text, value = file
    if "servers" in value and not isinstance(value["servers"], dict):
        with pytest.raises(ValueError, match="servers is not an object"):
            json_edit.add(text, ["servers"], "ours", {"x": [1]})
        return
    wanted = {**value, "servers": {**value.get("servers", {}), "ours": {"x": [1]}}}

    added, made = json_edit.add(text, ["servers"], "ours", {"x": [1]})

    assert json_edit.check(added, comments=True) == wanted
    assert made == ([] if "servers" in value else [["servers"]])
    assert _comments(added) == _comments(text)
    at = json_edit.find(added, ["servers"])
    assert at is not None
    removed = json_edit.remove(added, at, json_edit.members(added, at)[-1])
    assert json_edit.check(removed, comments=True) == {**value, "servers": value.get("servers", {})}
    assert _comments(removed) == _comments(text)
    if value.get("servers"):
        assert removed == text


@settings(max_examples=long_form.count(100, 400))
@given(_files(), st.data())
def test_any_entry_can_be_taken_out(file: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
    text, value = file
    if not value:
        return
    key = data.draw(st.sampled_from(sorted(value)))
    root = json_edit.find(text, [])
    assert root is not None
    slot = next(slot for slot in json_edit.members(text, root) if slot.key == key)

    removed = json_edit.remove(text, root, slot)

    assert json_edit.check(removed, comments=True) == {k: v for k, v in value.items() if k != key}
    inside = _comments(text[slot.start : slot.stop])
    assert len(_comments(removed)) == len(_comments(text)) - len(inside)


def test_a_file_with_a_comma_at_the_end_keeps_that_habit() -> None:
    text = '{\n  "servers": {\n    "a": 1, // one\n  },\n}\n'

    added, _ = json_edit.add(text, ["servers"], "b", 2)

    assert added == '{\n  "servers": {\n    "a": 1, // one\n    "b": 2,\n  },\n}\n'
