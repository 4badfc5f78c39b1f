"""Where the documents stand in an output, and how much room each gets."""

from __future__ import annotations

from headroom_mcp import tokens
from headroom_mcp.jsonform import encode, parse
from headroom_mcp.jsonform.thin import Thinner
from headroom_mcp.output import ToolOutput
from headroom_mcp.types import Compressed, Part

_LOSSLESS_SHARE = 0.30  # of the original is worth it, whatever the budget
_LOSSLESS_SHARE_BLIND = 0.75  # without a query nobody knows which rows would be missed
_LOSSLESS_BLIND_TOKENS = 24_000


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Return the parts of `output`, None where it holds no JSON worth a new form. Raises: RecursionError."""
    text = "\n".join(output.lines)
    found = parse.documents(text)
    if not found:
        return None
    covered = sum(document.stop - document.start for document in found)
    if covered < len(text) * 0.5:
        return None
    total = max(1, output.tokens)
    if len(found) == 1:
        value = parse.embed(found[0].value)
    else:
        value = [parse.embed(document.value) for document in found]
    whole = encode.encode(value)
    cost = tokens.estimate(whole)
    blind = not output.query
    lossless = cost <= budget or cost <= total * _LOSSLESS_SHARE
    if blind and cost <= total * _LOSSLESS_SHARE_BLIND and cost <= _LOSSLESS_BLIND_TOKENS:
        lossless = True
    if not lossless:
        thinner = Thinner(output.query)
        thinned = thinner.thin(value, budget)
        if tokens.estimate(thinned) < cost:
            return Compressed([Part(0, len(output.lines), "render", thinned, "", lossless=False)])
    return Compressed([Part(0, len(output.lines), "render", whole, "", lossless=True)])
