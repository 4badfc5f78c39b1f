"""Access logs of web servers: common and combined log format (Apache, nginx, Caddy, proxies), and python's http.server.

Requests that failed come first: server errors, then refused and odd ones, then missing pages, by path with their clients;
then those unlike the others (a method, a client's name, a size that no other has); answers to the query stand whole. The rest is counted by status, method and path, with the largest and the busiest.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors import _budget
from headroom_mcp.facts import find as facts_module
from headroom_mcp.late import NamedTuple
from headroom_mcp.records import survey
from headroom_mcp.text import lines as text
from headroom_mcp.text import marker, tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_MIN_REQUESTS = 12
_MAX_LINE_CHARS = 1_200  # a path with a query in it is long, and it is what failed
_TOP = 12
_MAX_UNLIKE = 12  # requests that did not fail and are unlike the others

# 66.249.73.135 - - [18/May/2015:15:05:42 +0000] "GET /a HTTP/1.1" 500 120 "referrer" "agent"
_REQUEST = late.pattern(
    r'^(?:\S+ )?(?P<client>[0-9a-fA-F.:]+|[\w.-]+) \S+ \S+ \[(?P<time>[^\]]+)\] "(?P<method>[A-Z]{3,10}) (?P<path>\S+)(?: [^"]*)?" (?P<status>\d{3})(?: (?P<bytes>\d+|-))?'
)


class Request(NamedTuple):
    """One request: the line (0-based) and the fields that are counted."""

    line: int
    client: str
    method: str
    path: str
    status: int
    size_bytes: int


def score(output: ToolOutput) -> float:
    """Return the share of sampled lines that are requests."""
    lines = output.lines
    step = max(1, len(lines) // 60)
    sampled = [line for line in lines[::step] if line.strip()][:80]
    if len(sampled) < 4:
        return 0.0
    return round(0.97 * sum(1 for line in sampled if _REQUEST.match(line[:2000])) / len(sampled), 3)


def facts(output: ToolOutput) -> list[Fact]:
    """Return the first failed request of each path and status; `compress` chooses among them by status and query."""
    lines = [group[0].line for group in _failed(parse(output.lines))]
    return [Fact(i, 0, "failed requests", i, i + 1) for i in lines]


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show failed requests and answers by number, one for each path and status; count all by status and path."""
    lines = output.lines
    requests = parse(lines)
    if len(requests) < _MIN_REQUESTS:
        return None
    chosen = _budget.Numbered()
    room = budget * 3 // 4
    clipped = [text.clip_middle(line, _MAX_LINE_CHARS) for line in lines]
    others = sorted(set(range(len(lines))) - {request.line for request in requests})
    chosen.show(((index, clipped[index]) for index in others[:20]), room)
    failed = ((group[0].line, clipped[group[0].line] + _times(group)) for group in _failed(requests))
    chosen.show(failed, room - chosen.spent, to_the_first=True)
    room += budget // 6
    found = output.survey
    unlike = (found.records[one.record].start for one in survey.telling(found)[:_MAX_UNLIKE])
    chosen.show(((index, clipped[index]) for index in unlike), room - chosen.spent)
    room += budget // 8
    asked = facts_module.matches(output.query, lines)[:12]
    chosen.show(((index, clipped[index]) for index in (*asked, 0, len(lines) - 1)), room - chosen.spent)
    shown = chosen.shown
    parts: list[Part] = []
    position = 0
    for index in sorted(shown):
        if index > position:
            parts.append(Part(position, index, "render", note="counted below"))
        parts.append(Part(index, index + 1, "render", f"{output.offset + index + 1}\t{shown[index]}", lossless=len(lines[index]) <= _MAX_LINE_CHARS))  # fmt: skip
        position = index + 1
    if position < len(lines):
        parts.append(Part(position, len(lines), "render", note="counted below"))
    head = f"[access log of {len(requests):,} requests; failed ones and answers by line number, one for each path and status, then all counted]"
    table = _table(requests, budget // 4, output.offset)
    whole = [Part(0, 0, "render", head), *parts, Part(len(lines), len(lines), "render", table)]
    return Compressed(whole, range(len(lines)))


def _times(group: Sequence[Request]) -> str:
    """Return how often, and by how many clients, where that was more than once."""
    clients = {request.client for request in group}
    return f"  [×{len(group):,}, {marker.counted(len(clients), 'client')}]" if len(group) > 1 else ""


def parse(lines: Sequence[str]) -> list[Request]:
    """Return the requests among `lines`, in order."""
    found: list[Request] = []
    for index, line in enumerate(lines):
        match = _REQUEST.match(line)
        if match:
            size = match["bytes"]
            found.append(
                Request(
                    index, match["client"], match["method"], match["path"], int(match["status"]),
                    int(size) if size and size.isdigit() else 0,
                )
            )  # fmt: skip
    return found


def _failed(requests: Sequence[Request]) -> list[list[Request]]:
    """Return failed requests by path and status: server errors first, then the rarest statuses, then the rarest paths."""
    groups: dict[tuple[int, str], list[Request]] = {}
    by_status: dict[int, int] = {}
    for request in requests:
        by_status[request.status] = by_status.get(request.status, 0) + 1
        if request.status >= 400:
            groups.setdefault((request.status, request.path), []).append(request)

    def weight(item: tuple[tuple[int, str], list[Request]]) -> tuple[int, int, int, int]:
        (status, _), group = item
        return (0 if status >= 500 else 1, by_status[status], -len(group), group[0].line)

    return [group for _, group in sorted(groups.items(), key=weight)]


def _table(requests: Sequence[Request], room: int, offset: int) -> str:
    """Return counts by status, method, path and client, as far as `room` tokens go."""
    rows = [
        f"status: {_counted([str(request.status) for request in requests], 20)}",
        f"method: {_counted([request.method for request in requests], 8)}",
        f"paths: {_counted([request.path.split('?')[0][:80] for request in requests], _TOP)}",
        f"clients: {_counted([request.client for request in requests], _TOP)}",
    ]
    largest = max(requests, key=lambda request: request.size_bytes)
    if largest.size_bytes:
        rows.append(f"largest: {largest.size_bytes:,} bytes, {largest.path[:120]} (line {offset + largest.line + 1})")
    kept: list[str] = []
    for row in rows:
        room -= tokens.estimate(row)
        if room < 0 and len(kept) >= 2:
            break
        kept.append(row)
    return "\n".join(kept)


def _counted(words: Sequence[str], most: int) -> str:
    """Return "200 ×3,880, 304 ×70, … 12 others": the most frequent words and how many are not named."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    said = marker.times(ranked[:most])
    return f"{said}, {marker.counted(len(ranked) - most, 'other')}" if len(ranked) > most else said
