"""JSON of any shape (SmartCrusher): lossless first, then by the statistics of its fields and the query.

    [{"id": 1, "state": "open"}, …]   →   [300 rows {id,state,user{login,type=User}}:
                                          1,open,octocat
                                          …
                                          [… 290 rows: 4-66, 68-294 · 288 open, 2 closed]
                                          ]

Takes one document, several in a row, JSON lines, and JSON among log lines; a document cut off by the host as far as it
goes. `headroom_mcp.compressors.json` holds the form; here is the choice between its tiers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact

_MIN_CHARS = 200
_MIN_EVENTS, _SAMPLE, _MOST_OF_A_SORT = 20, 200, 0.6
_SHARED_KEYS = 0.6
_MAX_EVENT_CHARS = 600  # on average: longer ones are documents, of which a record shows little


def score(output: ToolOutput) -> float:
    """Return how much of a sample looks like JSON."""
    text = output.text
    start = 0
    while start < len(text) and text[start] in " \t\r\n\ufeff":
        start += 1
    if len(text) - start < _MIN_CHARS:
        return 0.0
    first = text[start]
    head = text[start : start + 4000]
    dense = head.count('"') >= 8 and head.count(":") >= 2
    if first in "{[":
        following = head[1:].lstrip()[:1]
        valid = following in '{["]}' if first == "[" else following in '"}'
        if (
            first == "[" and following == "{"
        ):  # what Go, Clojure or Node print of a list has keys without quotes, or none
            valid = head[1:].lstrip()[1:].lstrip()[:1] in "\"'}0123456789"
        if not valid and not (first == "[" and (following.isdigit() or following in "-tfn")):
            return 0.0
        if first == "[" and not valid and not _goes_on(text, start):
            return 0.0
        return 0.97 if text.rstrip()[-1] in "}]" else 0.8
    if dense and ('":' in head) and ("{" in head):
        return 0.45
    return 0.0


def _goes_on(text: str, start: int) -> bool:
    """Tell whether an array at `start` of numbers or words is followed by nothing but JSON: "[1 of 3] Compiling" is a text,
    and so is what a program prints below a list."""
    import json

    try:
        _, stop = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return False
    return text[stop:].lstrip()[:1] in ("", "{", "[")


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Return the documents of `output` in the compact form, thinned where that is not small enough."""
    from headroom_mcp.compressors.json import layout

    try:
        found = layout.compress(output, budget)
    except RecursionError:  # nested beyond what anybody reads: the plain path
        return None
    if found is None or not any(part.left_out for part in found.parts) or not _are_events(output.lines):
        return found
    from headroom_mcp.compressors import _by_record

    return _by_record.compress(output, budget, "log") if _by_record.fits(output) else found


def _are_events(lines: Sequence[str]) -> bool:
    """Tell whether each line is an object, and what they hold is of several sorts, none of them most: as rows of one table none
    of them says much, as records each is told by what its own sort is like."""
    told = [line for line in lines if line and not line.isspace()]
    if len(told) < _MIN_EVENTS or sum(map(len, told)) > _MAX_EVENT_CHARS * len(told):
        return False
    if not all(line[0] == "{" and line[-1] == "}" for line in told):
        return False
    try:
        sorts = Counter(frozenset(late.loads(line)) for line in told[:_SAMPLE])
    except ValueError:
        return False
    usual = sorts.most_common(1)[0][0]
    # A field more or less does not make another sort.
    alike = sum(times for keys, times in sorts.items() if len(keys & usual) >= _SHARED_KEYS * len(keys | usual))
    return alike <= _MOST_OF_A_SORT * sorts.total()


def is_of_kind(output: ToolOutput) -> bool:
    """Tell whether most of a text is read as JSON: what begins like it may be another notation."""
    from headroom_mcp.compressors.json import layout

    try:
        return layout.is_read(output)
    except RecursionError:
        return True


def facts(output: ToolOutput) -> list[Fact]:
    """Return lines that tell of a failure; which rows carry facts is a matter of values, and `compress` keeps them itself."""
    from headroom_mcp.facts import find

    return [Fact(i, 0, "failures", i, i + 1) for i in find.failures(output.lines)]
