"""Many requests of many conversations: what goes on for each is what would go on if there were no other."""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
from collections.abc import Iterator, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_mcp.context import checkpoint, walk
from headroom_mcp.proxy.app import Proxy
from headroom_mcp.proxy.upstreams import chosen
from headroom_mcp.settings.table import Settings
from tests import long_form

Json = dict[str, Any]
_EXAMPLES = 1_000 if long_form.FULL else 60


class _Wire(httpx2.AsyncBaseTransport):
    """A provider without sockets, which keeps what comes by the header that says whose it is."""

    def __init__(self) -> None:
        self.sent: dict[str, list[bytes]] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.setdefault(request.headers["x-whose"], []).append(await request.aread())
        return httpx2.Response(200, stream=httpx2.ByteStream(b"{}"))


async def _post(proxy: Proxy, path: str, body: bytes, whose: str = "0", session: str = "") -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"x-whose", whose.encode()),
        (b"content-length", b"%d" % len(body)),
    ]
    if session:
        headers.append((b"x-claude-code-session-id", session.encode()))
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
    }
    events: asyncio.Queue[Json] = asyncio.Queue()
    await events.put({"type": "http.request", "body": body, "more_body": False})
    said: list[Json] = []

    async def send(event: Any) -> None:
        said.append(event)

    await proxy(scope, events.get, send)
    assert said[0]["status"] == 200


def _fresh(wire: _Wire, home: str) -> Proxy:
    """Return a proxy as a new process would have it: whatever was remembered is gone, what was stored is not."""
    checkpoint.clear()
    walk._renderings.clear()
    client = httpx2.AsyncClient(transport=wire)
    return Proxy(chosen("http://provider"), settings=Settings(home=home, min_tokens=60), project="/p", client=client)


_TEXTS = [
    "\n".join(f"2026-03-14T03:00:{n % 60:02d}Z INFO request {n} of {word} done" for n in range(90))
    + f"\nERROR {word} failed"
    for word in ("one", "two", "three")
]


def _conversation(name: str, picks: Sequence[int]) -> list[Json]:
    """Return messages whose ids are those of every other conversation, and whose texts often are."""
    rows: list[Json] = [{"role": "user", "content": "why does it fail?"}]
    for turn, pick in enumerate(picks):
        text = (
            _TEXTS[pick] if pick < len(_TEXTS) else f"{_TEXTS[pick % len(_TEXTS)]}\nseen only by {name} in turn {turn}"
        )
        use = {"type": "tool_use", "id": f"t{turn}", "name": "Bash", "input": {"command": f"make {turn % 2}"}}
        rows.append({"role": "assistant", "content": [use]})
        rows.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": f"t{turn}", "content": text}]})
    return rows


def _body(rows: list[Json]) -> bytes:
    return json.dumps({"model": "m", "messages": rows}).encode()


def _alone(rows: list[Json], counts: list[int], session: str) -> list[bytes]:
    """Return what goes on for one conversation in a world without others."""
    wire = _Wire()
    with tempfile.TemporaryDirectory() as home:
        proxy = _fresh(wire, home)
        for count in counts:
            asyncio.run(_post(proxy, "/v1/messages", _body(rows[:count]), session=session))
    return wire.sent["0"]


_PICKS = st.lists(st.integers(0, 5), min_size=4, max_size=4)


@settings(max_examples=_EXAMPLES // 4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    picks=st.tuples(_PICKS, _PICKS),
    steps=st.lists(st.sampled_from(["0", "1", "both", "restart"]), min_size=3, max_size=8),
    sessions=st.sampled_from([("", ""), ("s", ""), ("s", "t")]),
)
def test_two_conversations_never_mix_and_each_request_repeats_the_one_before(
    picks: tuple[list[int], list[int]], steps: list[str], sessions: tuple[str, str]
) -> None:
    rows = [_conversation(name, chosen_texts) for name, chosen_texts in zip(("anna", "ben"), picks, strict=True)]
    wire = _Wire()
    counts: list[list[int]] = [[], []]

    async def ask(proxy: Proxy, which: Sequence[int]) -> None:
        for one in which:
            counts[one].append(min(len(rows[one]), 3 + 2 * len(counts[one])))
        # By two tasks: their walks take place in threads, side by side.
        await asyncio.gather(
            *(
                _post(proxy, "/v1/messages", _body(rows[one][: counts[one][-1]]), str(one), sessions[one])
                for one in which
            )
        )

    with tempfile.TemporaryDirectory() as home:
        proxy = _fresh(wire, home)
        for step in steps:
            if step == "restart":
                proxy = _fresh(wire, home)
            else:
                asyncio.run(ask(proxy, [0, 1] if step == "both" else [int(step)]))

    for one, other in ((0, "ben"), (1, "anna")):
        sent = wire.sent.get(str(one), [])
        assert sent == (_alone(rows[one], counts[one], sessions[one]) if sent else [])
        assert not any(f"only by {other}".encode() in body for body in sent)
        for before, after in itertools.pairwise(sent):
            assert after.startswith(before.removesuffix(b"]}"))


_SPACE = st.sampled_from(["", " ", "\n\t", "  \r\n"])
_NUMBERS = st.sampled_from(
    "0 -0 -0.0 1.0 1e5 1E+05 1.50 12345678901234567890123 0.1000 1e-7 1e400 -1E-0 3.0e00 4.9406564584124654e-324".split()
)
_STRINGS = st.sampled_from(
    [r'"\ud83d"', r'"\udc00\ud800"', r'"\u00e9"', '"é"', r'"\/"', '"/"', r'"\u0000"', '"\U0001f600"', r'"\ud83d\ude00"', '""', '"\u2028"']
)  # fmt: skip


@st.composite
def _values(draw: st.DrawFn, depth: int = 2) -> str:
    """Return JSON as clients of all kinds write it."""
    kind = draw(st.integers(0, 5 if depth else 3))
    if kind == 0:
        return draw(_NUMBERS)
    if kind == 1:
        return draw(_STRINGS)
    if kind == 2:
        return draw(st.sampled_from(["null", "true", "false"]))
    if kind == 3:
        return json.dumps(draw(st.text(max_size=12)), ensure_ascii=draw(st.booleans()))
    items = draw(st.lists(_values(depth - 1), max_size=3))
    if kind == 4:
        return "[" + ",".join(draw(_SPACE) + item for item in items) + draw(_SPACE) + "]"
    return "{" + ",".join(f"{draw(_SPACE)}{draw(_STRINGS)}{draw(_SPACE)}:{item}" for item in items) + "}"


@st.composite
def _requests(draw: st.DrawFn) -> tuple[str, list[str], list[str]]:
    """Return a path, the pieces of a body between the texts of its tool results, and these texts."""
    shape = draw(
        st.sampled_from(["/v1/messages", "/v1/messages/count_tokens", "/v1/chat/completions", "/v1/responses"])
    )
    texts = draw(st.lists(st.sampled_from([*_TEXTS, "ok", "", _TEXTS[0] + '\n\ud83d é\t"quoted" \\ ']), max_size=3))
    extra = lambda: draw(_values())  # noqa: E731 - short, and many times below
    parts = ["{" + draw(_SPACE) + '"temperature":' + extra() + ',"tools":[],' + draw(_SPACE) + ('"input"' if shape == "/v1/responses" else '"messages"') + ":["]  # fmt: skip
    parts[-1] += '{"role":"user","content":"why?","x":' + extra() + "}"
    for number in range(len(texts)):
        before, after = _turn(shape, number, extra)
        parts[-1] += "," + draw(_SPACE) + before
        parts.append(after)
    parts[-1] += draw(_SPACE) + '],"metadata":' + extra() + ',"z":' + draw(_NUMBERS) + "}" + draw(_SPACE)
    return shape, parts, texts


def _turn(shape: str, number: int, extra: Any) -> tuple[str, str]:
    """Return the JSON of a call and its result, before and behind the result's text."""
    call = f"c{number}"
    if shape == "/v1/responses":
        return (
            f'{{"type":"reasoning","encrypted_content":{extra()}}},'
            f'{{"type":"function_call","call_id":"{call}","name":"f","arguments":"{{}}"}},'
            f'{{"type":"function_call_output","output":',
            f',"call_id":"{call}","y":{extra()}}}',
        )
    if shape == "/v1/chat/completions":
        return (
            f'{{"role":"assistant","content":null,"tool_calls":[{{"id":"{call}","type":"function","function":{{"name":"f","arguments":"{{\\"a\\": 1.0}}"}}}}]}},'
            f'{{"role":"tool","y":{extra()},"tool_call_id":"{call}","content":',
            "}",
        )
    return (
        f'{{"role":"assistant","content":[{{"type":"thinking","thinking":{extra()},"signature":"Eq{number}+/="}},'
        f'{{"type":"redacted_thinking","data":{extra()}}},{{"type":"tool_use","id":"{call}","name":"f","input":{{"a":{extra()}}}}}]}},'
        f'{{"role":"user","content":[{{"type":"tool_result","tool_use_id":"{call}","y":{extra()},"content":',
        ',"cache_control":{"type":"ephemeral"}}]}',
    )


@pytest.fixture(scope="module")
def home() -> Iterator[str]:
    """Return a folder for the data of all examples."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder


@settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=_requests(), ascii_only=st.booleans())
def test_outside_tool_results_no_byte_differs_in_any_shape(
    home: str, request: tuple[str, list[str], list[str]], ascii_only: bool
) -> None:
    path, parts, texts = request
    written = [json.dumps(text, ensure_ascii=ascii_only or "\ud83d" in text) for text in texts]
    body = "".join(part + text for part, text in zip(parts, [*written, ""], strict=True))
    wire = _Wire()
    client = httpx2.AsyncClient(transport=wire)
    proxy = Proxy(chosen("http://provider"), settings=Settings(home=home, min_tokens=60), project="/p", client=client)

    asyncio.run(_post(proxy, path, body.encode()))

    (sent,) = wire.sent["0"]
    rest, shortened = sent.decode(), 0
    for part, text, json_text in zip(parts, texts, written, strict=False):
        assert rest.startswith(part)
        new, stop = scanstring(rest, len(part) + 1)
        if rest[len(part) : stop] != json_text:
            assert len(new) < len(text) / 2
            shortened += 1
        rest = rest[stop:]
    assert rest == parts[-1]
    # At least the first of the long ones: one that is asked for again comes whole.
    assert bool(shortened) == any(len(text) > 1_000 for text in texts)
    if not shortened:
        assert sent == body.encode()
