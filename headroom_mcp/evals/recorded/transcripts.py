"""Past Claude Code transcripts: what would have been saved, before anyone installs anything.

    headroom replay ~/.claude/projects

Each tool result goes through the very code of the hook, with a store made for the occasion. What it is compared with is
what the host showed. A tool result is paid once when it enters the prompt cache and again, at the price of a cached
read, with every later request of the same context until it is compacted; both are counted.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from typing import Any, NamedTuple

from headroom_mcp.facts import find as facts
from headroom_mcp.hook import event as decide
from headroom_mcp.hook import respond
from headroom_mcp.hook.claude_code import tool_outputs
from headroom_mcp.settings import environment
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.text import marker, tokens
from headroom_mcp.types import HeadroomError, SettingsError, ShapeError


class Rates(NamedTuple):
    """Dollars per million input tokens, and what a token costs in the prompt cache, as multiples of that."""

    dollars: float = 3.0
    write: float = 1.25
    read: float = 0.10


class ToolRow(NamedTuple):
    """The figures of one tool. Tokens are estimates of what stood, or would have stood, in the context once."""

    results: int = 0
    replaced: int = 0
    tokens_host: int = 0
    tokens_after: int = 0
    saved_dollars: float = 0.0

    def plus(self, other: ToolRow) -> ToolRow:
        """Return the sum of two rows."""
        return ToolRow(
            self.results + other.results,
            self.replaced + other.replaced,
            self.tokens_host + other.tokens_host,
            self.tokens_after + other.tokens_after,
            self.saved_dollars + other.saved_dollars,
        )


class Cut(NamedTuple):
    """Results of which the host showed a part only: what it hid, what showing that would have cost, and of the lines that
    tell of a failure how many it showed, and how many we would have."""

    results: int = 0
    tokens_hidden: int = 0
    dollars_hidden: float = 0.0
    failures: int = 0
    failures_host: int = 0
    failures_ours: int = 0

    def plus(self, other: Cut) -> Cut:
        """Return the sum of two."""
        return Cut(
            self.results + other.results,
            self.tokens_hidden + other.tokens_hidden,
            self.dollars_hidden + other.dollars_hidden,
            self.failures + other.failures,
            self.failures_host + other.failures_host,
            self.failures_ours + other.failures_ours,
        )


class Replay(NamedTuple):
    """What a replay found. `failed` counts failing commands, which a transcript holds only as the host cut them."""

    by_tool: dict[str, ToolRow]
    transcripts: int
    unreadable: int
    failed: int
    already: int
    cut: Cut = Cut()

    @property
    def totals(self) -> ToolRow:
        """The sum over all tools."""
        total = ToolRow()
        for row in self.by_tool.values():
            total = total.plus(row)
        return total


def find(path: str) -> list[str]:
    """Return the transcripts below `path`, or `path` itself. Raises: SettingsError where there are none."""
    if os.path.isfile(path):
        return [path]
    found = [
        os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names if name.endswith(".jsonl")
    ]
    if not found:
        msg = f"No transcripts (*.jsonl) below {path}. Claude Code keeps them in ~/.claude/projects."
        raise SettingsError(msg)
    return sorted(found)


def replay(paths: Iterator[str] | list[str], rates: Rates) -> Replay:
    """Return what the hook would have done with the tool results of these transcripts.

    A transcript that cannot be read is counted and skipped.
    """
    result = Replay({}, 0, 0, 0, 0)
    for path in paths:
        try:
            result = _add(result, _one(path, rates))
        except (OSError, ValueError, HeadroomError):
            result = result._replace(unreadable=result.unreadable + 1)
    return result


def _add(a: Replay, b: Replay) -> Replay:
    by_tool = dict(a.by_tool)
    for tool, row in b.by_tool.items():
        by_tool[tool] = by_tool.get(tool, ToolRow()).plus(row)
    return Replay(
        by_tool,
        a.transcripts + b.transcripts,
        a.unreadable + b.unreadable,
        a.failed + b.failed,
        a.already + b.already,
        a.cut.plus(b.cut),
    )


class _Context(NamedTuple):
    """The requests of one context that paid for each result so far: (tool, tokens saved, requests before it); and tokens
    that the host hid, with the requests before them."""

    requests: list[str]
    results: list[tuple[str, int, int]]
    hidden: list[tuple[int, int]]


def _one(path: str, rates: Rates) -> Replay:
    by_tool: dict[str, ToolRow] = {}
    failed = already = 0
    cut = Cut()
    calls: dict[str, tuple[str, dict[str, Any]]] = {}
    contexts: dict[str, _Context] = {}
    dollars: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="headroom-replay-") as home:
        settings = Settings(home=home)
        for entry in entries(path):
            agent = str(entry.get("agentId") or ("sidechain" if entry.get("isSidechain") else ""))
            context = contexts.setdefault(agent, _Context([], [], []))
            if entry.get("subtype") == "compact_boundary":
                cut = cut.plus(_settle(context, dollars, rates))
                continue
            message = entry.get("message")
            if entry.get("type") not in ("user", "assistant") or not isinstance(message, dict):
                continue
            if entry["type"] == "assistant":
                request = str(entry.get("requestId") or entry.get("requestRef") or entry.get("uuid"))
                if request not in context.requests[-3:]:
                    context.requests.append(request)
            _note_prompt(entry, message, settings)
            for block in message["content"] if isinstance(message.get("content"), list) else []:
                if not isinstance(block, dict):
                    continue
                if block.get("type") == "tool_use":
                    calls[str(block.get("id"))] = (str(block.get("name")), block.get("input") or {})
                elif block.get("type") == "tool_result":
                    tool, tool_input = calls.get(str(block.get("tool_use_id")), ("", {}))
                    text = _block_text(block.get("content"))
                    if marker.refs(text):
                        already += 1
                        continue
                    failed += bool(block.get("is_error"))
                    before = tokens.estimate(text)
                    after = before
                    if tool and not block.get("is_error"):
                        shown = _shown(entry, tool, tool_input, path, agent, settings)
                        after = before if shown is None or shown.ours is None else shown.tokens
                        hidden = _hidden(text, shown)
                        cut = cut.plus(hidden)
                        context.hidden.append((hidden.tokens_hidden, len(context.requests)))
                    row = ToolRow(1, int(after != before), before, after)
                    by_tool[tool] = by_tool.get(tool, ToolRow()).plus(row)
                    context.results.append((tool, before - after, len(context.requests)))
    for context in contexts.values():
        cut = cut.plus(_settle(context, dollars, rates))
    for tool, saved in dollars.items():
        by_tool[tool] = by_tool[tool].plus(ToolRow(saved_dollars=saved))
    return Replay(by_tool, 1, 0, failed, already, cut)


def _settle(context: _Context, dollars: dict[str, float], rates: Rates) -> Cut:
    """Add up what the results of a context cost over the requests that carried them, and begin a new one; return what it
    would have cost to carry what the host hid."""
    for tool, saved, position in context.results:
        later = max(1, len(context.requests) - position)
        paid = saved * (rates.write + rates.read * (later - 1))
        dollars[tool] = dollars.get(tool, 0.0) + paid * rates.dollars / 1e6
    unpaid = 0.0
    for hidden, position in context.hidden:
        later = max(1, len(context.requests) - position)
        unpaid += hidden * (rates.write + rates.read * (later - 1)) * rates.dollars / 1e6
    context.requests.clear()
    context.results.clear()
    context.hidden.clear()
    return Cut(dollars_hidden=unpaid)


class _Shown(NamedTuple):
    """The whole texts of a result, and ours instead of them (None: left alone), with the tokens of these."""

    whole: list[str]
    ours: list[str] | None
    tokens: int


def _shown(
    entry: dict[str, Any], tool: str, tool_input: dict[str, Any], path: str, agent: str, settings: Settings
) -> _Shown | None:
    """Return what the model would have been shown; None where the hook does not know such results."""
    payload = {
        "tool_name": tool,
        "tool_input": tool_input,
        "tool_response": entry.get("toolUseResult"),
        "session_id": str(entry.get("sessionId", "")),
        "agent_id": agent,
        "cwd": str(entry.get("cwd", "")),
        "transcript_path": path,
    }
    try:
        event = tool_outputs.parse(payload)
    except ShapeError:
        return None
    if event is None:
        return None
    texts = None if decide.reason_to_skip(event, settings.min_tokens) else respond.respond(event, settings)
    if texts is None:
        return _Shown(event.texts, None, 0)
    ours = [old if new is None else new.text for old, new in zip(event.texts, texts, strict=True)]
    return _Shown(event.texts, ours, sum(map(tokens.estimate, ours)))


def _hidden(host: str, shown: _Shown | None) -> Cut:
    """Return what the host hid of a result that it showed as `host`, and what we would have shown of it."""
    if shown is None or sum(map(len, shown.whole)) <= len(host) + _NOT_CUT_CHARS:
        return Cut()
    lines = [line for text in shown.whole for line in text.split("\n")]
    failures = {lines[at].strip() for at in facts.failures(lines)} - {""}
    ours = "\n".join(shown.whole if shown.ours is None else shown.ours)
    whole = sum(map(tokens.estimate, shown.whole))
    return Cut(
        1, max(0, whole - tokens.estimate(host)), 0.0, len(failures), sum(line in host for line in failures), sum(line in ours for line in failures)
    )  # fmt: skip


_NOT_CUT_CHARS = 400  # line numbers, a note of the host's


def _note_prompt(entry: dict[str, Any], message: dict[str, Any], settings: Settings) -> None:
    content = message.get("content")
    if entry["type"] == "user" and isinstance(content, str) and not entry.get("isMeta"):
        session = str(entry.get("sessionId", ""))
        with open_store(settings) as store:
            store.sessions.set_query(session, environment.project_dir(cwd=str(entry.get("cwd", ""))), content)


def entries(path: str) -> Iterator[dict[str, Any]]:
    """Yield what a transcript holds of messages and compactions. Raises: OSError."""
    with open(path, encoding="utf-8", errors="replace") as stream:
        for line in stream:
            if '"message"' not in line and "compact_boundary" not in line:
                continue
            try:
                entry = json.loads(line)
            except ValueError:  # the last line of a session that was killed
                continue
            if isinstance(entry, dict):
                yield entry


def _block_text(content: object) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "\n".join(str(block.get("text", "")) for block in content if isinstance(block, dict))
