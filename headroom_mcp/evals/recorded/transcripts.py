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


class Replay(NamedTuple):
    """What a replay found. `failed` counts failing commands, which a transcript holds only as the host cut them."""

    by_tool: dict[str, ToolRow]
    transcripts: int
    unreadable: int
    failed: int
    already: int

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
        by_tool, a.transcripts + b.transcripts, a.unreadable + b.unreadable, a.failed + b.failed, a.already + b.already
    )


class _Context(NamedTuple):
    """The requests of one context that paid for each result so far: (tool, tokens saved, requests before it)."""

    requests: list[str]
    results: list[tuple[str, int, int]]


def _one(path: str, rates: Rates) -> Replay:
    by_tool: dict[str, ToolRow] = {}
    failed = already = 0
    calls: dict[str, tuple[str, dict[str, Any]]] = {}
    contexts: dict[str, _Context] = {}
    dollars: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="headroom-replay-") as home:
        settings = Settings(home=home)
        for entry in _entries(path):
            agent = str(entry.get("agentId") or ("sidechain" if entry.get("isSidechain") else ""))
            context = contexts.setdefault(agent, _Context([], []))
            if entry.get("subtype") == "compact_boundary":
                _settle(context, dollars, rates)
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
                        after = _after(entry, tool, tool_input, before, path, agent, settings)
                    row = ToolRow(1, int(after != before), before, after)
                    by_tool[tool] = by_tool.get(tool, ToolRow()).plus(row)
                    context.results.append((tool, before - after, len(context.requests)))
    for context in contexts.values():
        _settle(context, dollars, rates)
    for tool, saved in dollars.items():
        by_tool[tool] = by_tool[tool].plus(ToolRow(saved_dollars=saved))
    return Replay(by_tool, 1, 0, failed, already)


def _settle(context: _Context, dollars: dict[str, float], rates: Rates) -> None:
    """Add up what the results of a context cost over the requests that carried them, and begin a new one."""
    for tool, saved, position in context.results:
        later = max(1, len(context.requests) - position)
        paid = saved * (rates.write + rates.read * (later - 1))
        dollars[tool] = dollars.get(tool, 0.0) + paid * rates.dollars / 1e6
    context.requests.clear()
    context.results.clear()


def _after(
    entry: dict[str, Any],
    tool: str,
    tool_input: dict[str, Any],
    before: int,
    path: str,
    agent: str,
    settings: Settings,
) -> int:
    """Return the tokens the model would have been shown, `before` where the hook leaves the result alone."""
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
        return before
    if event is None or decide.reason_to_skip(event, settings.min_tokens):
        return before
    texts = respond.respond(event, settings)
    if texts is None:
        return before
    pairs = zip(event.texts, texts, strict=True)
    return sum(tokens.estimate(old if new is None else new.text) for old, new in pairs)


def _note_prompt(entry: dict[str, Any], message: dict[str, Any], settings: Settings) -> None:
    content = message.get("content")
    if entry["type"] == "user" and isinstance(content, str) and not entry.get("isMeta"):
        session = str(entry.get("sessionId", ""))
        with open_store(settings) as store:
            store.sessions.set_query(session, environment.project_dir(cwd=str(entry.get("cwd", ""))), content)


def _entries(path: str) -> Iterator[dict[str, Any]]:
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
