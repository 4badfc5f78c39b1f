"""What a provider says it bills is read from every shape of answer, at every cut, and nothing of it is changed or needed."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_mcp.proxy.usage import Meter, Usage
from tests.proxy.frames import frame

SSE, FRAMES, JSON = "text/event-stream; charset=utf-8", "application/vnd.amazon.eventstream", "application/json"


def _sse(*events: Any, end: str = "\n\n") -> bytes:
    return "".join(f"event: x\ndata: {json.dumps(event)}{end}" for event in events).encode()


_CLAUDE: tuple[dict[str, Any], ...] = (
    {
        "type": "message_start",
        "message": {
            "model": "claude-x",
            "content": [],
            "usage": {
                "input_tokens": 11,
                "cache_read_input_tokens": 700,
                "cache_creation_input_tokens": 30,
                "output_tokens": 1,
            },
        },
    },
    {
        "type": "content_block_delta",
        "delta": {"type": "text_delta", "text": 'an "usage": {"output_tokens": 9999} ' * 9},
    },
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 55}},
)
_CLAUDE_SAYS = Usage("claude-x", 11, 700, 30, 55)

ANSWERS = {
    "claude, stream": (SSE, _sse(*_CLAUDE), _CLAUDE_SAYS),
    "claude, stream with CRLF": (SSE, _sse(*_CLAUDE, end="\r\n\r\n"), _CLAUDE_SAYS),
    "claude on bedrock, frames": (
        FRAMES,
        b"".join(
            frame(json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode())
            for event in _CLAUDE
        ),
        _CLAUDE_SAYS,
    ),
    "claude, whole": (
        JSON,
        json.dumps({"model": "claude-x", "usage": {"input_tokens": 3, "output_tokens": 4}}).encode(),
        Usage("claude-x", 3, 0, 0, 4),
    ),
    "chat, whole": (
        JSON,
        json.dumps(
            {
                "model": "gpt",
                "usage": {
                    "prompt_tokens": 100,
                    "completion_tokens": 7,
                    "total_tokens": 107,
                    "prompt_tokens_details": {"cached_tokens": 64},
                },
            }
        ).encode(),
        Usage("gpt", 36, 64, 0, 7),
    ),
    "chat, stream": (
        SSE,
        _sse(
            {"model": "gpt", "choices": [{"delta": {"content": "a"}}], "usage": None},
            {"model": "gpt", "choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}},
        )
        + b"data: [DONE]\n\n",
        Usage("gpt", 10, 0, 0, 5),
    ),
    "responses, stream": (
        SSE,
        _sse(
            {"type": "response.created", "response": {"model": "gpt", "usage": None}},
            {
                "type": "response.completed",
                "response": {
                    "model": "gpt",
                    "usage": {
                        "input_tokens": 90,
                        "input_tokens_details": {"cached_tokens": 40},
                        "output_tokens": 8,
                        "total_tokens": 98,
                    },
                },
            },
        ),
        Usage("gpt", 50, 40, 0, 8),
    ),
    "converse, whole": (
        JSON,
        b'{"usage": {"inputTokens": 5, "outputTokens": 6, "totalTokens": 11, "cacheReadInputTokens": 70, "cacheWriteInputTokens": 8}}',
        Usage("", 5, 70, 8, 6),
    ),
    "converse, frames": (
        FRAMES,
        frame(b'{"delta":{"text":"a"}}') + frame(b'{"metrics":{},"usage":{"inputTokens":5,"outputTokens":6}}'),
        Usage("", 5, 0, 0, 6),
    ),
    "gemini, stream": (
        SSE,
        _sse(
            {"modelVersion": "gemini", "usageMetadata": {"promptTokenCount": 20}},
            {
                "modelVersion": "gemini",
                "usageMetadata": {
                    "promptTokenCount": 20,
                    "cachedContentTokenCount": 5,
                    "candidatesTokenCount": 3,
                    "thoughtsTokenCount": 4,
                },
            },
        ),
        Usage("gemini", 15, 5, 0, 7),
    ),
    "gemini, list": (
        JSON,
        b'[{"usageMetadata": {"promptTokenCount": 1}}, {"usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2}}]',
        Usage("", 1, 0, 0, 2),
    ),
    "nothing is said": (JSON, b'{"input_tokens": 12}', None),
}


def _metered(kind: str, *chunks: bytes, encoding: str = "") -> Usage | None:
    meter = Meter([(b"Content-Type", kind.encode()), (b"Content-Encoding", encoding.encode())])
    for chunk in chunks:
        meter.feed(chunk)
    return meter.usage()


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_usage_is_read_wherever_the_answer_is_cut(name: str) -> None:
    kind, answer, says = ANSWERS[name]

    assert _metered(kind, answer) == says
    assert _metered(kind, *(answer[at : at + 1] for at in range(len(answer)))) == says
    for at in range(0, len(answer), 7):
        assert _metered(kind, answer[:at], answer[at:]) == says


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", lambda data: b"\x0b" + data)]
)
def test_a_compressed_answer_is_read_where_that_can_be(encoding: str, pack: Any) -> None:
    kind, answer, says = ANSWERS["claude, stream"]
    packed = pack(answer)

    assert _metered(kind, packed[:50], packed[50:], encoding=encoding) == (None if encoding == "br" else says)


def test_what_a_broken_stream_had_said_counts() -> None:
    kind, answer, _ = ANSWERS["claude, stream"]

    assert _metered(kind, answer[: answer.index(b"content_block")]) == Usage("claude-x", 11, 700, 30, 1)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([SSE, FRAMES, JSON, "text/html"]),
    st.sampled_from(["", "gzip", "deflate", "zstd"]),
    st.lists(
        st.binary(max_size=60)
        | st.sampled_from([b'data: {"usage":', b"[[[[", b'{"input_tokens":-1}}', b'{"usage":[1]}', b"\n", b"\0\0\0\x14\0\0\0\0"]),
        max_size=8,
    ),
)  # fmt: skip
def test_no_answer_makes_it_fail(kind: str, encoding: str, chunks: list[bytes]) -> None:
    usage = _metered(kind, *chunks, encoding=encoding)

    assert usage is None or min(usage[1:]) >= 0


@pytest.mark.parametrize("value", [True, -1, 1.5, "7", 1 << 60, None, [1]])
def test_a_count_that_is_none_is_passed_over(value: Any) -> None:
    answer = json.dumps({"usage": {"input_tokens": value, "output_tokens": 2}}).encode()

    assert _metered(JSON, answer) == Usage("", 0, 0, 0, 2)


def test_an_answer_without_end_is_not_held() -> None:
    meter = Meter([(b"content-type", SSE.encode())])
    for _ in range(12):
        meter.feed(b"x" * (1 << 20))

    assert len(meter._held) == 0
    meter.feed(b'\ndata: {"usage": {"input_tokens": 1}}\n')
    assert meter.usage() is None
