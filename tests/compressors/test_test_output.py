"""Runs of tests: what is said twice is shown once."""

from __future__ import annotations

from headroom_mcp.compressors import load
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput


def _run(own: str) -> ToolOutput:
    """Return a run with six failures whose summary repeats each message in full, and a line `own` that only it has."""
    diff = ["  At index 0 diff: 0 != 1", "  Full diff of both lists of parcels:", "  -     1 parcel too many"]
    lines = ["============ test session starts ============", "collected 80 items", *["." * 60] * 6]
    lines.append("================= FAILURES ==================")
    for at in range(6):
        lines += [f"______________ test_parcels_{at} ______________", f"    assert weigh({at}) == {at + 1}"]
        lines += [
            f"E       assert [{at}] == [{at + 1}]",
            *(f"E       {line}" for line in diff),
            "",
            f"tests/test_p.py:{at}: E",
        ]
    lines.append("========== short test summary info ==========")
    for at in range(6):
        lines += [f"FAILED tests/test_p.py::test_parcels_{at} - assert [{at}] == [{at + 1}]", *diff]
    return ToolOutput("\n".join([*lines, own, "========= 6 failed, 74 passed in 1.2s ======="]), "Bash")


def test_what_a_summary_says_once_more_of_the_failures_is_left_out() -> None:
    output = _run("the scales were not calibrated before the run")
    compressed = load("test_output").compress(output, 2_000)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    below = shown.partition("short test summary info")[2]
    assert "1 parcel too many" in shown
    assert below.count("1 parcel too many") == 1  # in the last lines, which always stand
    assert "the scales were not calibrated" in below
