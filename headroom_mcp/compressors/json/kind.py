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

from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact

_MIN_CHARS = 200


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
        return layout.compress(output, budget)
    except RecursionError:  # nested beyond what anybody reads: the plain path
        return None


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
