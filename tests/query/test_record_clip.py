"""A record of many lines that is shown in part keeps whole lines: a label is never parted from its value."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp.query.clip import clip

_LABELS = st.lists(
    st.tuples(st.text("abcdefghij", min_size=1, max_size=12), st.integers(0, 10**6)), min_size=30, max_size=90
)


@given(_LABELS, st.integers(120, 600), st.sampled_from(["", "abc", "size of it"]))
def test_what_is_shown_of_a_record_is_whole_lines_and_the_count_is_what_is_gone(
    labels: list[tuple[str, int]], room: int, query: str
) -> None:
    record = "\n".join(f"{label}: {value:>14} kB" for label, value in labels)

    shown = clip(record, room, query)

    gaps = [int(count.replace(",", "")) for count in re.findall(r"\[… ([\d,]+) chars …\]", shown)]
    lines = [line for line in shown.split("\n") if line and not line.startswith("[… ")]
    assert set(lines) <= set(record.split("\n"))
    assert len(re.sub(r"\[… [\d,]+ chars …\]", "", shown)) + sum(gaps) == len(record)
