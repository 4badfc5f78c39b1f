"""The bytes of a request: only the strings of tool results change, and they become what `compress` makes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp import compress
from headroom_mcp.context import spans
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory
from headroom_mcp.text import marker

from .conversations import SHAPES, conversations, plain
from .test_laws import LAW

_SETTINGS = Settings(min_tokens=60)
_KEY = {"gemini": "contents", "responses": "input"}
_LOG = "\n".join(f"2026-03-14T03:00:{i % 60:02d}Z INFO request {i} done" for i in range(300))


def _request(text: str, command: str = "cat app.log") -> dict[str, Any]:
    use = {"type": "tool_use", "id": "a", "name": "Bash", "input": {"command": command}}
    result = {"type": "tool_result", "tool_use_id": "a", "content": text}
    return {"model": "m", "messages": [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]}


@pytest.mark.parametrize("shape", SHAPES)
@LAW
@given(data=st.data())
def test_a_body_becomes_what_its_messages_become(shape: str, data: st.DataObject) -> None:
    messages = plain(data.draw(conversations(shape)))
    key = _KEY.get(shape, "messages")
    written = {"max_tokens": 1.50, key: messages, "thinking": "\ud83d"}
    indent = data.draw(st.sampled_from((None, 1)))
    body = json.dumps(written, indent=indent).encode()
    with open_in_memory(_SETTINGS) as store:
        shortened = spans.shorten_body(body, settings=_SETTINGS, store=store)
        expected = compress(messages, settings=_SETTINGS, store=store)

    if shortened is None:
        assert expected.messages == messages
    else:
        assert json.loads(shortened)[key] == expected.messages
        assert _without(shortened) == _without(body)
        assert len(shortened) < len(body)


def _without(body: bytes) -> bytes:
    """Return the body without the strings of its tool results."""
    text = body.decode()
    for span in reversed(spans.spans(body)):
        text = text[: span.start] + "…" + text[span.stop :]
    return text.encode()


def test_numbers_key_order_escapes_and_spaces_stay() -> None:
    result = json.dumps(_LOG)
    head = b'{ "z": 1.0e2, "a": 10000000000000000000000001, "model":"\\u0063",\t"messages" : [{"role":"assistant","content":[{"type":"thinking",'
    call = b'"thinking":"caf\\u00e9 \\ud83d","signature":"c2ln=="},{"input":{"command":"cat app.log"},"id":"a","name":"Bash","type":"tool_use"}]},'
    before = b' {"content":[{"content":'
    after = b',"type":"tool_result","tool_use_id":"a","cache_control":{"type":"ephemeral"}}],"role":"user"}]} \n'

    shortened = spans.shorten_body(head + call + before + result.encode() + after)

    assert shortened is not None
    assert shortened.startswith(head + call + before + b'"')
    assert shortened.endswith(b'"' + after)


def test_a_span_tells_its_text_its_call_and_the_question_before_it() -> None:
    request = _request(_LOG)
    request["messages"].insert(0, {"role": "user", "content": "why is it slow?"})
    request["messages"].append({"role": "user", "content": "and now?"})
    body = json.dumps(request, ensure_ascii=False).encode()

    (span,) = spans.spans(body)

    assert json.loads(body.decode()[span.start : span.stop]) == span.text == _LOG
    assert (span.tool, span.given, span.query) == ("Bash", {"command": "cat app.log"}, "why is it slow?")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff\xfe",
        b'"messages"',
        b'{"messages": "all of them"}',
        b'{"messages": [1, null, "x", {"role": 3}]}',
        b"[" * 100_000,
        json.dumps(_request("ok")).encode(),
        # an object with a key twice: which one the provider reads, nobody knows
        json.dumps(_request(_LOG)).replace('"content": "20', '"content": "x", "content": "20').encode(),
    ],
)
def test_a_body_that_is_not_understood_is_left_alone(body: bytes) -> None:
    assert spans.shorten_body(body) is None


def test_nothing_is_called_shown_above_where_the_provider_clears_old_results() -> None:
    names = "area border corner depth edge face grid height inset join".split()
    text = "\n".join(
        f"def {a}_{b}({b}, {a}):\n    return {a} * {b} + len(str({b}))\n" for a in names for b in names if a < b
    )
    request = _request(text, "sed -n 1,200p app.py")
    again = json.loads(json.dumps(request["messages"]).replace('"a"', '"b"').replace("app.py", "other.py"))
    request["messages"] += again
    clearing = {**request, "context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}}

    assert b"as shown above" in (spans.shorten_body(json.dumps(request).encode()) or b"")
    assert b"as shown above" not in (spans.shorten_body(json.dumps(clearing).encode()) or b"")


def test_a_body_is_parsed_once_and_what_changes_is_read_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many places there are: what lies between them is passed over once."""
    read = 0
    decode = spans._decode

    def counting(text: str, at: int) -> tuple[Any, int]:
        nonlocal read
        value, stop = decode(text, at)
        read += stop - at
        return value, stop

    monkeypatch.setattr(spans, "_decode", counting)
    message = {"role": "tool", "tool_call_id": "a", "content": "x", "more": [1, {"a": "b"}]}
    text = json.dumps({"messages": [message] * 300})

    found = spans.spans(text.encode())

    assert [text[span.start : span.stop] for span in found] == ['"x"'] * 300
    assert read <= 2 * len(text)


@pytest.mark.parametrize(
    "body",
    [
        '{"messages": [1,]}',
        '{"messages": [1] "a": 2}',
        '{"messages" [1]}',
        '{"messages": [1],}',
        "{messages: [1]}",
        '{"messages": [1]} x',
        '{"messages": [1',
        '{"messages": [1], "messages": [1]}',
        "",
        "1 2",
    ],
)
def test_what_is_not_json_is_not_read_as_if_it_were(body: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        spans.spans(body.encode())


_BEHIND = [
    "",
    "\n",
    "\n\n<system-reminder>\n<total_tokens>14999970 tokens left</total_tokens>\n</system-reminder>",
    '\n</cell id="app.log">\n\n<system-reminder>\nPlan first.\n</system-reminder>',
]


@pytest.mark.parametrize("behind", _BEHIND)
def test_what_hooks_made_short_is_not_made_shorter_whatever_a_host_puts_behind_it(behind: str) -> None:
    goldens = sorted((Path(__file__).parents[1] / "cases").glob("*/*/expected.txt"))
    short = [
        text for path in goldens if marker.refs((text := path.read_text("utf-8", "replace")).rstrip().splitlines()[-1])
    ]
    assert len(short) > 30
    rows: list[Any] = [{"role": "user", "content": "why?"}]
    for number, text in enumerate(short):
        use = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": f"make {number}"}}
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": text.rstrip("\n") + behind}
        rows += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]

    assert spans.shorten_body(json.dumps({"messages": rows}).encode(), settings=_SETTINGS) is None
