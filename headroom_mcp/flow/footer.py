"""The last line of what is shown: what is left out or in short, counted in lines or in the unit that a render gives."""

from __future__ import annotations

from headroom_mcp.flow.plan import Plan
from headroom_mcp.text import marker


def added(planned: Plan, ref: str, way_back: str) -> str:
    """Return the body of `planned` with the footer that names `ref` and the way back (see `View`).

    Where all that is not shown stands above, the ref alone: there is nothing that the reader does not have. The same for a small
    output whose markers tell all, and a reader who has the tool: its description says what the ref is for.
    """
    if planned.lacks_nothing or (planned.told_in_place and not way_back):
        return f"{planned.body}\n{marker.bare_footer(ref)}"
    return f"{planned.body}\n{marker.footer(ref, _summary(planned), way_back, brief=planned.small)}"


def _summary(planned: Plan) -> str:
    total = planned.total_lines
    left_out = sum(part.stop - part.start for part in planned.parts if part.is_gone)
    shortened = 0
    counts: dict[str, list[int]] = {}
    for part in planned.parts:
        if part.action == "render" and part.unit:
            count = counts.setdefault(part.unit, [0, 0])
            count[0] += part.left_out
            count[1] += part.total
        elif part.action == "render" and not part.lossless and not part.is_gone:
            shortened += part.stop - part.start
    said = [f"{left_out:,} of {total:,} lines left out"] if left_out else []
    if shortened:
        said.append(f"{shortened:,} of {total:,} lines in short")
    said.extend(f"{left:,} of {all_of:,} {unit} left out" for unit, (left, all_of) in counts.items() if left)
    if planned.overwritten:
        said.append(f"{planned.overwritten:,} overwritten state{'s' if planned.overwritten > 1 else ''} left out")
    if said:
        return ", ".join(said)
    if len(counts) == 1 and all(part.unit for part in planned.parts):
        unit, (_, all_of) = next(iter(counts.items()))
        return f"all {all_of:,} {unit}, rearranged"
    return f"all {total:,} lines, rearranged"
