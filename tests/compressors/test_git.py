"""What git prints, where it is more than a host shows."""

from __future__ import annotations

import pytest

from headroom_mcp import compress_output
from headroom_mcp.types import View

_LIMIT = 30_000  # of Claude Code


@pytest.mark.parametrize("count", [300, 700, 900, 2_000, 6_000])
def test_a_blame_of_any_length_fits_into_what_a_host_shows(count: int) -> None:
    rows = [
        f"{line // 37 * 7919:08x} (Author {line // 37 % 5} 2026-01-{line // 37 % 28 + 1:02d} 10:00:00 +0100 {line + 1:4d})"
        f"     value_{line} = compute_{line % 17}(arg_{line * 3})"
        for line in range(count)
    ]
    result = compress_output(
        "\n".join(rows), tool_name="Bash", tool_input={"command": "git blame a.py"}, view=View(limit_chars=_LIMIT)
    )

    assert result.outcome == "compressed"
    assert len(result.text) <= _LIMIT
    assert "1)     value_0 = compute_0(arg_0)" in result.text
