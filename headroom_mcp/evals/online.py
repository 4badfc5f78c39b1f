"""The same questions to a model three times: with the whole output, with our short form, and with that and a way back.

    passages     an answer span in a long page (SQuAD): what was said holds one of the answers
    catalogues   a call of the right function out of many (BFCL): compared as syntax, `calls.matches`
    gsm8k, truthfulqa   do no harm: nothing in these requests can be compressed, so they are sent once, and it is checked
                 that ours would be the same bytes

Paired: the same items in every way, McNemar's exact test between them; `again` asks the whole output twice and is the noise
that any difference has to be seen against. Nothing is sent before the estimate of what it costs has been accepted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from headroom_mcp.context import prices
from headroom_mcp.context.compress import compress
from headroom_mcp.evals import calls, statistics
from headroom_mcp.evals.data import Data
from headroom_mcp.evals.layers import catalogues, common, harm, passages
from headroom_mcp.evals.layers.common import Given
from headroom_mcp.evals.reader import Reader
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.store import Store
from headroom_mcp.text import tokens
from headroom_mcp.types import HeadroomError

WAYS = ("whole", "again", "short", "short, with retrieval")
_MAX_ROUNDS = 4  # a model that fetches a fifth time is going in circles
_MAX_ANSWER_TOKENS = 400
_SAID_TOKENS = 120  # of an answer, for the estimate
_TOOL = {
    "type": "function",
    "function": {
        "name": "headroom_retrieve",
        "description": "Return the part of the left-out original that the question is about.",
        "parameters": {
            "type": "object",
            "properties": {"ref": {"type": "string"}, "query": {"type": "string"}},
            "required": ["ref", "query"],
        },
    },
}  # fmt: skip
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


class Item(NamedTuple):
    """One question: the output it is about (None: nothing to compress), what is asked, and whether an answer is right."""

    set: str
    id: str
    output: Given | None
    question: str
    is_right: Callable[[str], bool]


class Answer(NamedTuple):
    """One item asked in one way: right or not, what was billed, and how often something was fetched."""

    set: str
    id: str
    way: str
    right: bool
    input_tokens: int
    output_tokens: int
    fetches: int


class Row(NamedTuple):
    """A set in one way beside the whole outputs: `p` by McNemar's exact test over the same items."""

    set: str
    way: str
    items: int
    right: int
    low: float
    high: float
    input_tokens: int
    output_tokens: int
    fetches: int
    p: float


def items(data: Data, count: int) -> Iterator[Item]:
    """Yield at most `count` items of each set that is there."""
    if data.has("squad2"):
        everything = data.passages()
        for one in everything[:count]:
            yield Item(
                "passages",
                one.id,
                passages.page(one, everything),
                f"{one.question} Answer with a span of the text.",
                _holds(one.answers),
            )
    if data.has("bfcl"):
        functions = data.functions()
        for case in functions[:count]:
            tools = catalogues.catalogue(case, functions)
            listed = Given(case.id, json.dumps(tools), "mcp__registry__list_tools", {}, (), case.question)
            asked = f'{case.question}\nAnswer with one call as JSON and nothing else: {{"name": …, "arguments": {{…}}}}'
            yield Item("catalogues", case.id, listed, asked, _calls(case.truth, tools))
    for name in harm.SETS:
        for number, problem in enumerate(data.problems(name)[:count] if data.has(name) else []):
            right = _number(problem.answers[0]) if name == "gsm8k" else _holds(problem.answers)
            yield Item(name, str(number), None, problem.text, right)


def estimate(chosen: Sequence[Item], model: str) -> tuple[int, int, float | None]:
    """Return about how many tokens would be sent and answered, and their price in dollars (None: not known)."""
    sent = answered = 0
    for one in chosen:
        whole = tokens.estimate(one.output.text) if one.output is not None else 0
        asked = tokens.estimate(one.question) + 40
        ways = len(WAYS) if one.output is not None else 1
        # Whole twice; short ones are smaller, but a model may fetch: counted as half of the whole.
        sent += asked * ways + (whole * 3 if one.output is not None else 0)
        answered += _SAID_TOKENS * ways
    price = prices.of(model)
    if price is None or price.input is None or price.output is None:
        return sent, answered, None
    return sent, answered, (sent * price.input + answered * price.output) / 1e6


def ask(reader: Reader, one: Item, way: str, opened: Store) -> Answer:
    """Ask one item in one way. Raises: ReaderError."""
    if one.output is None:
        reply = reader.chat([{"role": "user", "content": one.question}], _MAX_ANSWER_TOKENS)
        return Answer(one.set, one.id, way, one.is_right(reply.text), reply.input_tokens, reply.output_tokens, 0)
    text = one.output.text if way in ("whole", "again") else common.short(one.output, opened).text
    messages: list[dict[str, Any]] = [{"role": "user", "content": f"{text}\n\n{one.question}"}]
    tools = [_TOOL] if way.endswith("retrieval") else []
    given = said = fetches = 0
    for turn in range(_MAX_ROUNDS + 1):
        reply = reader.chat(messages, _MAX_ANSWER_TOKENS, tools if turn < _MAX_ROUNDS else ())
        given += reply.input_tokens
        said += reply.output_tokens
        if not reply.tool_calls or turn == _MAX_ROUNDS:
            break
        messages.append({"role": "assistant", "content": reply.text, "tool_calls": reply.tool_calls})
        for call in reply.tool_calls:
            fetches += 1
            messages.append({"role": "tool", "tool_call_id": call.get("id", ""), "content": _fetched(call, opened)})
    return Answer(one.set, one.id, way, one.is_right(reply.text), given, said, fetches)


def unchanged(one: Item, opened: Store) -> bool:
    """Tell whether a request with nothing to compress has the same bytes after us."""
    messages = [{"role": "user", "content": one.question}]
    return json.dumps(compress(messages, settings=opened.settings, store=opened).messages) == json.dumps(messages)


def rows(answers: Sequence[Answer]) -> list[Row]:
    """Return a row for each set and way."""
    found = []
    by_way: dict[tuple[str, str], dict[str, Answer]] = {}
    for one in answers:
        by_way.setdefault((one.set, one.way), {})[one.id] = one
    for (name, way), own in by_way.items():
        base = by_way.get((name, "whole"), {})
        pairs = [(base[key].right, one.right) for key, one in own.items() if key in base]
        share = statistics.share(sum(one.right for one in own.values()), len(own))
        found.append(Row(
            name, way, len(own), sum(one.right for one in own.values()), share.low, share.high,
            sum(one.input_tokens for one in own.values()), sum(one.output_tokens for one in own.values()),
            sum(one.fetches for one in own.values()),
            statistics.mcnemar(sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)),
        ))  # fmt: skip
    return found


def _fetched(call: dict[str, Any], opened: Store) -> str:
    found = calls.from_api(call)
    if found is None:
        return "The arguments are not JSON."
    try:
        return retrieve(
            str(found.arguments.get("ref", "")), query=str(found.arguments.get("query", "")) or None, store=opened
        )
    except HeadroomError as error:
        return str(error)


def _holds(answers: Sequence[str]) -> Callable[[str], bool]:
    return lambda said: any(common.shown(answer, said) for answer in answers)


def _number(answer: str) -> Callable[[str], bool]:
    def is_right(said: str) -> bool:
        found = _NUMBER.findall(said)
        return bool(found) and float(found[-1].replace(",", "")) == float(answer.replace(",", ""))

    return is_right


def _calls(truth: Sequence[calls.Truth], tools: Sequence[dict[str, Any]]) -> Callable[[str], bool]:
    """Return what tells whether the JSON in an answer is the first call that is right."""

    def is_right(said: str) -> bool:
        start = said.find("{")
        try:
            found, _ = json.JSONDecoder().raw_decode(said, start) if start >= 0 else (None, 0)
        except ValueError:
            return False
        if not isinstance(found, dict) or not isinstance(found.get("arguments"), dict):
            return False
        call = calls.Call(str(found.get("name")), found["arguments"])
        tool = next((tool for tool in tools if tool["name"] == call.name), None)
        return tool is not None and calls.matches(call, tool, truth[0])

    return is_right
