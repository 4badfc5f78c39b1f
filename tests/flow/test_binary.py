"""Binary data is left alone at once, whatever surface it comes through: no kind is asked, nothing is stored."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from headroom_mcp import compress, compress_output
from headroom_mcp.hook import entry
from headroom_mcp.routing import router
from headroom_mcp.text import lines
from tests.hook.host import event

LOG = b"".join(b"2026-01-01 INFO worker %d finished job %d\n" % (i % 7, i) for i in range(900))


def _random(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def _escaped(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _replaced(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _latin(data: bytes) -> str:
    return data.decode("latin-1")


@pytest.mark.parametrize("decoded", [_escaped, _replaced, _latin])
@pytest.mark.parametrize(
    ("data", "binary"),
    [
        (_random(9_000), True),
        (_random(3 << 20), True),
        (b"\x7fELF\x02\x01\x01" + bytes(400) + _random(2_000), True),
        (gzip.compress(LOG * 9), True),
        ("Все счастливые семьи похожи друг на друга.\n".encode("cp1251") * 99, False),
        ("À côté de l'été, ça va.\n".encode("latin-1") * 99, False),
        (("one line and another\r\n" * 99).encode("utf-16"), False),
        (b"\x1b[1mbold\x1b[0m \x08\x07\r\n" * 99, False),
        ("日本語のテキスト\n".encode() * 99, False),
        (b"", False),
    ],
)  # fmt: skip
def test_data_is_told_from_text_in_any_encoding(data: bytes, binary: bool, decoded: Callable[[bytes], str]) -> None:
    assert lines.is_binary(decoded(data)) is binary


def _by_library(text: str) -> str:
    return compress_output(text, tool_name="Bash", tool_input={"command": "cat core"}).text


def _by_hook(text: str) -> str:
    response = {"stdout": text, "stderr": "", "interrupted": False, "isImage": False}
    return text if entry.handle(event("Bash", response, {"command": "cat core"})) is None else "changed"


def _by_messages(text: str) -> str:
    call = {"id": "call_1", "type": "function", "function": {"name": "Bash", "arguments": '{"command": "cat core"}'}}
    messages = [
        {"role": "user", "content": "what is in it?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": text},
    ]
    return str(compress(messages).messages[-1]["content"])


@pytest.mark.parametrize("surface", [_by_library, _by_hook, _by_messages])
@pytest.mark.parametrize("decoded", [_escaped, _replaced])
def test_no_kind_is_asked_about_binary_data(
    surface: Callable[[str], str], decoded: Callable[[bytes], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    asked: list[object] = []
    monkeypatch.setattr(router, "route", asked.append)
    text = decoded(_random(2_000_000))

    assert surface(text) == text

    assert asked == []


def test_a_secret_in_binary_data_is_masked_where_the_user_wants_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    monkeypatch.setenv("HEADROOM_REDACT", "model")
    text = f"{_escaped(_random(3_000))}\nDB_PASSWORD=S3cr3tPassw0rd\n{_escaped(_random(3_000))}"

    assert "S3cr3tPassw0rd" not in compress_output(text, tool_name="Bash", tool_input={"command": "cat core"}).text
