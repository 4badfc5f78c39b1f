"""Tool catalogues (BFCL): a list of many tools, short, and the right function's schema found in it or fetched back.

The caller is perfect and knows nothing but what it is shown: whatever call it cannot make any more was lost by us. Its calls
before and after are compared as syntax (`calls.matches`), and the tokens of what was fetched count.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from headroom_mcp.evals import calls, figures
from headroom_mcp.evals.data import Data, Function
from headroom_mcp.evals.figures import Figure, Tick
from headroom_mcp.evals.layers import common
from headroom_mcp.evals.layers.common import Given
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.store import Store
from headroom_mcp.text import tokens
from headroom_mcp.types import HeadroomError, Result

_TOOLS = 60  # about what two or three MCP servers bring
Tool = dict[str, Any]


def run(cases: int, tick: Tick, data: Data) -> list[Figure]:
    """Return the share of cases whose call is as right as before, and the catalogue's tokens saved, fetches included."""
    everything = data.functions()
    equal = before_right = total = 0
    saved: list[float] = []
    different: list[str] = []
    with common.store() as opened:
        for case in everything[:cases]:
            tools = catalogue(case, everything)
            given = Given(case.id, json.dumps(tools), "mcp__registry__list_tools", {}, (), case.question)
            result = common.short(given, opened)
            paid = tokens.count(result.text)
            right_before = right_after = True
            for truth in case.truth:
                name = next(iter(truth))
                whole = next((tool for tool in tools if tool["name"] == name), None)
                seen = schema_in(result.text, name)
                if seen is None:
                    text = _fetched(result, opened, name, case.question)
                    paid += tokens.count(text)
                    seen = schema_in(text, name)
                right_before = right_before and _is_right(whole, whole, truth)
                right_after = right_after and _is_right(seen, whole, truth)
            equal += right_before == right_after
            before_right += right_before
            different += [] if right_before == right_after else [f"{case.id}: {next(iter(case.truth[0]))}"]
            total += 1
            saved.append(1 - paid / max(1, tokens.count(given.text)))
            tick()
    return [
        figures.share("calls as right as with the whole catalogue", equal, total, 0.97, different),
        figures.share("calls right with the whole catalogue", before_right, total),
        figures.mean("catalogue tokens saved, fetches included", saved, 0.6),
    ]


def catalogue(case: Function, everything: Sequence[Function]) -> list[Tool]:
    """Return the tools of a case among those of others, in an order that chance has chosen."""
    random = Random(case.id)
    named = {tool["name"]: tool for other in everything for tool in other.tools}
    own = {tool["name"]: tool for tool in case.tools}
    others = [tool for name, tool in sorted(named.items()) if name not in own]
    tools = [*own.values(), *random.sample(others, min(_TOOLS - len(own), len(others)))]
    random.shuffle(tools)
    return tools


def schema_in(text: str, name: str) -> Tool | None:
    """Return the definition of the function `name` as JSON in `text`; None where it is not there whole."""
    decoder = json.JSONDecoder()
    at = text.find(json.dumps(name))
    while at >= 0:
        start = text.rfind("{", 0, at)
        try:
            found, _ = decoder.raw_decode(text, start) if start >= 0 else (None, 0)
        except ValueError:
            found = None
        if isinstance(found, dict) and found.get("name") == name and isinstance(found.get("parameters"), dict):
            return found
        at = text.find(json.dumps(name), at + 1)
    return None


def _fetched(result: Result, opened: Store, name: str, question: str) -> str:
    """Return what an agent fetches: the function by its name where it was shown the name, what fits its question otherwise."""
    if result.ref is None:
        return result.text
    try:
        if name in result.text:
            return retrieve(result.ref, json_path=f"$[?@.name=='{name}']", store=opened)
        return retrieve(result.ref, query=question, store=opened)
    except HeadroomError as error:
        return str(error)


def _is_right(seen: Tool | None, whole: Tool | None, truth: calls.Truth) -> bool:
    call = calls.made_from(seen, truth)
    return call is not None and whole is not None and calls.matches(call, whole, truth)
