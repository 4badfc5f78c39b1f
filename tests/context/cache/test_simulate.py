"""The simulated cache does what providers' pages say; compress keeps the prefix, a window that slides does not."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.context import prices
from headroom_mcp.context.cache import compare, place, request, simulate
from headroom_mcp.context.cache.explain import Sent, explain
from headroom_mcp.context.counting import Counter

from .requests import anthropic, changed, openai


def _price(name: str = "claude-opus-5-5") -> prices.Price:
    row = prices.of(name)
    assert row is not None
    return row


def _tokens(body: Any) -> int:
    return sum(piece.tokens for piece in request.pieces(body, Counter(body["model"])))


def test_the_second_request_reads_what_the_first_has_written() -> None:
    first, second = anthropic(3), anthropic(4)
    one, two = simulate.run([(0, first), (30, second)], _price())

    assert (one.written, one.read, one.uncached) == (_tokens(first), 0, 0)
    assert (two.read, two.uncached) == (_tokens(first), 0)
    assert two.written == _tokens(second) - _tokens(first)
    assert two.units == pytest.approx(two.written * 1.25 + two.read * 0.05)


@pytest.mark.parametrize(
    ("first", "second", "later_s"),
    [
        (anthropic(3, words=5), anthropic(4, words=5), 30),  # below the minimum
        (anthropic(3, marks=False), anthropic(4, marks=False), 30),  # no breakpoint
        (anthropic(3), anthropic(4), 301),  # too late
        (anthropic(3), changed(anthropic(4), lambda b: b.update(model="claude-opus-5-6")), 30),
        (anthropic(3), changed(anthropic(4), lambda b: b["tools"].reverse()), 30),
    ],
)  # fmt: skip
def test_what_keeps_a_prefix_from_being_read(first: Any, second: Any, later_s: float) -> None:
    assert simulate.run([(0, first), (later_s, second)], _price())[1].read == 0


def test_a_switch_for_messages_leaves_tools_and_system_in_the_cache() -> None:
    second = changed(anthropic(4), lambda b: b.update(tool_choice={"type": "any"}))
    system = sum(p.tokens for p in request.pieces(second, Counter(second["model"])) if p.area != "messages")

    assert simulate.run([(0, anthropic(3)), (30, second)], _price())[1].read == system


def test_an_hour_lasts_an_hour_and_reading_refreshes_for_free() -> None:
    mark = {"type": "ephemeral", "ttl": "1h"}
    hour = [changed(anthropic(n), lambda b: b["system"][0].update(cache_control=mark)) for n in (3, 4)]
    system = sum(p.tokens for p in request.pieces(hour[0], Counter("claude-opus-5-5")) if p.area != "messages")

    assert simulate.run([(0, hour[0]), (3_000, hour[1])], _price())[1].read == system
    assert simulate.run([(at, anthropic(3)) for at in (0, 250, 500, 750)], _price())[3].read == _tokens(anthropic(3))


def test_an_entry_too_far_back_is_not_found_and_the_placer_keeps_it_near() -> None:
    bare = [
        changed(
            anthropic(n, marks=False),
            lambda b: b["messages"][-1]["content"][-1].update(cache_control={"type": "ephemeral"}),
        )
        for n in (2, 12)
    ]
    placed = [place.placed(anthropic(n, marks=False)) for n in (7, 12)]

    assert simulate.run([(0, bare[0]), (30, bare[1])], _price())[1].read == 0
    assert simulate.run([(0, placed[0]), (30, placed[1])], _price())[1].read == _tokens(placed[0])


def test_openai_needs_no_breakpoint_and_haiku_has_a_cliff() -> None:
    one, two = simulate.run([(0, openai(3)), (30, openai(4))], _price("gpt-6"))
    assert two.read == one.written
    haiku = _price("claude-haiku-5-5")
    big = changed(anthropic(1), lambda b: b.update(model="claude-haiku-5-5", system="careful " * 120_000))

    assert simulate.run([(0, big)], haiku)[0].units > 5 * 100_000


@pytest.mark.parametrize("turns", [0, 1, 5, 20, 60])
def test_the_placer_sets_four_marks_at_most_and_changes_nothing_else(turns: int) -> None:
    body = anthropic(turns, marks=False)
    before = copy.deepcopy(body)
    placed = place.placed(body)
    marks = [piece.path for piece in request.pieces(placed, Counter()) if piece.mark]

    assert body == before
    assert request.stripped(placed) == body
    assert 1 <= len(marks) <= 4
    assert [path.partition("[")[0] for path in marks[:2]] == ["tools", "system"]
    assert marks[-1] == [piece.path for piece in request.pieces(placed, Counter())][-1]
    assert place.placed(placed) == placed, "a client's own marks stay"


def test_texts_become_blocks_so_that_a_mark_that_moves_on_leaves_the_same_form() -> None:
    messages = [{"role": "user" if i % 2 == 0 else "assistant", "content": f"message {i} " * 400} for i in range(7)]
    bodies = [place.placed({"model": "claude-opus-5-5", "max_tokens": 1, "messages": messages[:n]}) for n in (5, 7)]

    assert explain(Sent(bodies[0]), Sent(bodies[1]), _price()) is None
    assert simulate.run([(0, bodies[0]), (9, bodies[1])], _price())[1].read == _tokens(bodies[0])
    assert place.placed(openai(1), key="one")["prompt_cache_key"] == "one"


def _session(turns: int, prefix_tokens: int, model: str) -> list[tuple[float, Any]]:
    """A session with a prefix of that many tokens; each turn prints a log, a listing or a test run."""
    rng = random.Random(7)
    texts = [
        "\n".join(
            f"2026-03-14T03:00:{i % 60:02d}Z INFO worker-{rng.randint(1, 4)} request {i} done" for i in range(120)
        ),
        "\n".join(f"tests/test_card.py::test_number_{i} PASSED" for i in range(150)) + "\n=== 150 passed in 3.1s ===",
        json.dumps([{"id": i, "state": "ok", "owner": f"team-{i % 3}"} for i in range(150)], indent=1),
        "\n".join(
            f"def area_{i}(width, height):\n    return width * height + {rng.randint(1, 999)}\n" for i in range(30)
        ),
    ]
    body = anthropic(0, words=12, marks=False)
    body["model"] = model
    body["system"][0]["text"] = "You are a careful engineer. " * (prefix_tokens // 9)
    bodies: list[tuple[float, Any]] = []
    for turn in range(turns):
        call = {"type": "tool_use", "id": f"t{turn}", "name": "Bash", "input": {"command": f"run {turn}"}}
        text = texts[turn % 4].replace("request", f"request-{turn}").replace("area_", f"area_{turn}_")
        result = {"type": "tool_result", "tool_use_id": f"t{turn}", "content": text}
        body = {
            **body,
            "messages": [
                *body["messages"],
                {"role": "assistant", "content": [call]},
                {"role": "user", "content": [result]},
            ],
        }
        bodies.append((turn * 40.0, body))
    return bodies


def test_compress_keeps_the_prefix_and_the_bill_falls_for_every_model() -> None:
    as_sent, compressed, window = compare.bills(_session(40, 60_000, "claude-opus-5-5"), _price())

    assert as_sent.reused == pytest.approx(1.0)
    assert compressed.reused == pytest.approx(as_sent.reused, abs=0.001)
    assert window.reused < 0.9, "for contrast"
    for row in prices.table():
        bill = [sum(row.units(u.uncached, u.written, u.read) for u in way.usages) for way in (as_sent, compressed)]
        assert bill[1] < bill[0], row.name


def test_the_command_shows_three_bills(tmp_path: Any) -> None:
    log = tmp_path / "requests.jsonl"
    log.write_text(
        "\n".join(json.dumps({"body": body, "at": at}) for at, body in _session(14, 6_000, "claude-opus-5-5"))
    )

    rows = json.loads(CliRunner().invoke(main, ["cache", "simulate", str(log), "--json"]).stdout)
    said = CliRunner().invoke(main, ["cache", "simulate", str(log)])
    nobody = CliRunner().invoke(main, ["cache", "simulate", str(log), "--model", "nobody-1"])

    assert [row["way"] for row in rows] == list(compare.WAYS)
    assert rows[1]["dollars"] < rows[0]["dollars"]
    assert said.exit_code == 0
    assert "claude-opus-5-5 (prices of 2026-11)" in said.stdout
    assert nobody.exit_code == 1
