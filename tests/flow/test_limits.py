"""What the host would hide again is made to fit its limit, whatever kind it is of."""

from __future__ import annotations

import json
from random import Random

import pytest

from headroom_mcp import compress_output, open_store
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.settings.table import Settings
from headroom_mcp.types import View


def _json(rng: Random) -> str:
    rows = [
        {"id": i, "name": f"service-{rng.randrange(999)}", "host": f"10.0.{rng.randrange(250)}.{rng.randrange(250)}",
         "state": rng.choice(["up", "up", "down"]), "note": f"{rng.random():.12f} {rng.random():.12f}"}
        for i in range(260)
    ]  # fmt: skip
    return json.dumps(rows)


def _page(rng: Random) -> str:
    words = "the gate of a house stands open when nobody looks at what passes through it by night".split()
    sentences = [" ".join(rng.choice(words) for _ in range(24)) for _ in range(180)]
    body = "".join(f"<p>{n}: {said}.</p>" for n, said in enumerate(sentences))
    return f"<!DOCTYPE html><html><head><title>Gates</title></head><body><main>{body}</main></body></html>"


def _log(rng: Random) -> str:
    return "\n".join(
        f"2026-01-01T00:00:{i % 60:02d}Z INFO w{rng.randrange(9)} did {rng.random():.9f}" for i in range(900)
    )


@pytest.mark.parametrize("limit_chars", [limits.FAILING_SHOWN_CHARS, limits.limit_chars("Bash")])
@pytest.mark.parametrize("write", [_json, _page, _log])
@pytest.mark.parametrize("seed", range(3))
def test_every_kind_fits_the_limit_of_its_host(write, limit_chars: int, seed: int, tmp_path) -> None:  # type: ignore[no-untyped-def]
    text = write(Random(seed))
    assert len(text) > limits.FAILING_SHOWN_CHARS
    with open_store(Settings(home=str(tmp_path))) as store:
        result = compress_output(
            text, tool_name="Bash", tool_input={"command": "curl -s http://h/x"}, store=store, view=View(limit_chars)
        )  # fmt: skip

    assert len(result.text) <= limit_chars
    assert result.outcome == "compressed" or len(text) <= limit_chars


def test_each_of_the_hosts_tools_has_the_limit_that_was_measured() -> None:
    assert [limits.limit_chars(name) for name in ("Bash", "mcp__github__list", "Read")] == [29_500, 49_500, 0]
