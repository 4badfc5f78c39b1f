"""Nothing invisible reaches a model, nothing that steers a terminal reaches one, and JSON stays the same value."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp.text import visible

# Every way to carry words or commands that a reader does not see.
UNSEEN = {
    "an operating system command": "\x1b]0;title\x07",
    "a clipboard write": "\x1b]52;c;aGk=\x1b\\",
    "a cursor movement": "\x1b[2A\x1b[2K",
    "an eight-bit CSI": "\x9b31m",
    "an eight-bit OSC": "\x9d0;title\x9c",
    "a return": "\r",
    "a backspace": "\b\b\b",
    "a bidi override": "\u202e",
    "a bidi isolate": "\u2066\u2069",
    "an Arabic letter mark": "\u061c",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "tag characters": "".join(chr(0xE0000 + ord(char)) for char in "obey"),
    "variation selectors": "\ufe00\ufe0f\U000e0100\U000e01ef",
    "Mongolian selectors": "\u180b\u180e",
    "fillers": "\u115f\u1160\u3164\uffa0\u2800",
    "a grapheme joiner": "\u034f",
    "musical controls": "\U0001d173",
    "interlinear notes": "\ufff9\ufffb",
    "private use": "\ue000\U000f0000",
    "half a surrogate pair": "\ud83d",
    "a noncharacter": "\ufdd0",
    "line separators": "\u2028\u2029\x85",
}


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_nobody_sees_is_left_out_for_models_and_spelled_out_for_people(kind: str) -> None:
    hidden = UNSEEN[kind]
    text = f"a{hidden}b"

    assert not any(visible.UNSEEN.match(char) for char in visible.left_out(text))
    spelled = visible.spelled_out(text)
    assert spelled.isprintable()
    assert len(spelled) > len(text)


@given(st.text())
def test_all_controls_and_formats_are_known_and_plain_text_stays(text: str) -> None:
    left = visible.left_out(text)
    # Signs of scripts that have a shape, though Unicode files them under formats.
    shaped = [
        char
        for char in left
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and char not in "\n\t"
    ]

    assert [char for char in shaped if not unicodedata.name(char, "").startswith(("ARABIC", "SYRIAC", "KAITHI"))] == []
    assert visible.left_out(left) == left


@pytest.mark.parametrize(
    "text", ["plain", "tab\tand\nline", "ünïcödé 東京 שלום مرحبا", "emoji \U0001f600", "a — b … c"]
)
def test_what_is_seen_stays_as_it_is(text: str) -> None:
    assert visible.left_out(text) == visible.spelled_out(text) == text


@given(st.text())
def test_json_stays_the_same_value(text: str) -> None:
    line = json.dumps({"text": text}, ensure_ascii=False)

    assert json.loads(visible.spelled_in_json(line)) == {"text": text}
    assert visible.left_out(visible.spelled_in_json(line)) == visible.spelled_in_json(line)
