"""Whatever a client sends, each request gets an answer, and no answer is as large as what it complains about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from headroom_mcp.server import stdio
from headroom_mcp.server.tools import TOOLS
from tests import long_form
from tests.server.raw_client import Raw

_LARGE = "x" * long_form.count(100_000, 1_000_000)
_MOST_BYTES = 4_000


@pytest.fixture(name="client", scope="module")
def _client() -> Iterator[Raw]:
    with Raw() as client:
        client.shake_hands()
        yield client


def _size(answer: dict[str, Any]) -> int:
    return len(json.dumps(answer, ensure_ascii=False))


@pytest.mark.parametrize("row", TOOLS, ids=lambda row: row.function.__name__)
@pytest.mark.parametrize(
    "value",
    [_LARGE, [_LARGE], {"a": _LARGE}, True, 10**400, 1.5, "\0" * (len(_LARGE) // 5)],
    ids=lambda value: type(value).__name__,
)
def test_an_error_never_sends_a_large_argument_back(client: Raw, row: Any, value: object) -> None:
    name = row.function.__name__
    for parameter in row.function.__annotations__:
        if parameter in ("return", "text"):  # a text is answered whole where it is not an error
            continue
        given = {"text": "a short text"} if name in ("compress", "memory_save") and parameter != "path" else {}
        answer = client.answer(client.call(name, **{**given, parameter: value}))

        assert _size(answer) < _MOST_BYTES, (parameter, json.dumps(answer)[:300])


@pytest.mark.parametrize(
    "message",
    [
        {"method": "tools/call", "params": {"name": _LARGE, "arguments": {}}},
        {"method": "tools/call", "params": {"name": "compress", "arguments": _LARGE}},
        {"method": "tools/call", "params": {"name": "compress", "arguments": [_LARGE]}},
        {"method": "tools/call", "params": {"name": [_LARGE], "arguments": {}}},
        {"method": "tools/call", "params": _LARGE},
        {"method": "tools/call", "params": {"arguments": {"text": _LARGE}}},
        {"method": _LARGE},
        {"method": "resources/read", "params": {"uri": _LARGE}},
        {"method": "prompts/get", "params": {"name": _LARGE}},
    ],
    ids=lambda message: str(message)[:50],
)
def test_a_request_that_is_not_of_the_protocol_gets_a_short_answer(client: Raw, message: dict[str, Any]) -> None:
    key = f"odd-{len(client.arrived)}"
    client.send({"jsonrpc": "2.0", "id": key, **message})

    answer = client.answer(key)

    assert "error" in answer or answer["result"]["isError"]
    assert _size(answer) < _MOST_BYTES


_CALL = b'{"jsonrpc":"2.0","id":"%s","method":"tools/call","params":{"name":"compress","arguments":{"text":%s}}}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'"a\\ud800b"', "a\ufffdb"),
        (b'"a\\udfffb"', "a\ufffdb"),
        (b'"a\\udc00\\ud800b"', "a\ufffd\ufffdb"),
        (b'"a\\ud83d\\ude00b"', "a\U0001f600b"),
        (b'"a\xff\xfeb"', "a\ufffd\ufffdb"),
        (b'"a\xed\xa0\x80b"', "a\ufffd\ufffd\ufffdb"),
        (b'"a\\u0000b"', "a\0b"),
    ],
)
def test_halves_of_surrogate_pairs_and_bytes_that_are_not_text_are_replaced(
    client: Raw, text: bytes, expected: str
) -> None:
    key = f"text-{text!r}"
    client.send(_CALL % (key.encode().replace(b"\\", b"/").replace(b'"', b"'"), text))

    answer = client.answer(key.replace("\\", "/").replace('"', "'"))

    assert answer["result"]["content"][0]["text"] == expected


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 3_000 + b"]" * 3_000,
        b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
        b"9" * 6_000,
        b"tru",
        b'"' + b"no end",
        b'"\x01"',
    ],
    ids=["deep list", "deep object", "long number", "word", "no end", "control character"],
)
def test_a_request_that_is_not_valid_json_is_refused_by_its_id(client: Raw, text: bytes) -> None:
    key = f"broken-{len(client.arrived)}"
    client.send(_CALL % (key.encode(), text))

    answer = client.answer(key)

    assert answer["error"]["message"]
    assert _size(answer) < _MOST_BYTES


@pytest.mark.parametrize(
    "line", [b"hello", b"[]", b"7", b"null", b'{"jsonrpc":"2.0"', b"\xff\xfe", b'["' + b"x" * 100_000 + b'"']
)
def test_a_line_that_is_no_message_is_refused_and_the_next_one_answered(client: Raw, line: bytes) -> None:
    before = len(client.arrived)
    client.send(line)

    assert client.ask("ping")["result"] == {}
    assert [message["id"] for message in client.arrived[before:-1]] == [None]


def test_blank_lines_notifications_and_answers_to_nothing_get_no_answer(client: Raw) -> None:
    before = len(client.arrived)
    client.send(b"")
    client.send(b"   ")
    client.send({"jsonrpc": "2.0", "method": "notifications/nonsense", "params": {"a": _LARGE}})
    client.send({"jsonrpc": "2.0", "id": 999_999, "result": {}})

    assert client.ask("ping")["result"] == {}
    assert len(client.arrived) == before + 1


def test_a_message_beyond_the_limit_is_refused_without_being_held() -> None:
    import os
    import threading

    reading, writing = os.pipe()

    def flood() -> None:
        with os.fdopen(writing, "wb") as stream:
            for _ in range(60):
                stream.write(b"x" * (1 << 20))
            stream.write(b'\n{"a": 1}\n\n  \n{"b": 2}')

    threading.Thread(target=flood).start()

    assert list(stdio.split(reading)) == [None, b'{"a": 1}', b'{"b": 2}']


def test_the_id_of_a_broken_request_is_not_taken_from_its_parameters() -> None:
    assert stdio._id_in(b'{"jsonrpc": "2.0", "id": 4, "method": "x", "params": {"id": 5, ') == 4
    assert stdio._id_in(b'{"method": "x", "params": {"id": 5, "text": [[, "id": "a-1"}') == "a-1"
    assert stdio._id_in(b'{"method": "x", "params": {"id": 5, "text": ') is None
