"""Recorded requests, from whatever they were recorded in.

one request        a JSON file: the body
several            a JSON list of bodies, or JSONL: a body a line, or an object with `body` (or `request`) and, where known,
                   `at` and `answered` (seconds, or ISO times) and `usage`
Claude Code        its transcripts (*.jsonl): each request is put together from the messages before it;
                   tools and system text are not in them
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from typing import Any

from headroom_mcp.context.cache import request
from headroom_mcp.context.cache.explain import Sent
from headroom_mcp.types import SettingsError

_BODY_KEYS = ("body", "request")
_AT_KEYS = ("at", "at_s", "timestamp", "time")


def read(path: str) -> list[list[Sent]]:
    """Return the conversations in a file, each as its requests in order. Raises: SettingsError for a file that holds none."""
    try:
        with open(path, encoding="utf-8", errors="surrogatepass") as stream:
            text = stream.read()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {error}. Give a file of requests or a transcript."
        raise SettingsError(msg) from error
    entries = _entries(text)
    if any(
        isinstance(entry.get("message"), Mapping) and entry.get("type") in ("user", "assistant") for entry in entries
    ):
        found = list(_transcript(entries))
    else:
        sent = [one for one in map(_sent, entries) if one is not None]
        found = [sent] if sent else []
    if not found:
        msg = f"{path} holds no request: nothing in it has messages, input or contents. See `headroom cache --help`."
        raise SettingsError(msg)
    return found


def _entries(text: str) -> list[Mapping[str, Any]]:
    try:
        value = json.loads(text)
        values = value if isinstance(value, list) else [value]
    except (ValueError, RecursionError):
        values = []
        for line in text.splitlines():
            try:
                values.append(json.loads(line))
            except (ValueError, RecursionError):  # the last line of a process that was killed
                continue
    return [value for value in values if isinstance(value, dict)]


def _sent(entry: Mapping[str, Any]) -> Sent | None:
    body: Any = entry
    for key in _BODY_KEYS:
        if key in entry:
            body = entry[key]
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return None
    if not isinstance(body, dict) or not any(True for _ in request.messages_of(body)):
        return None
    at_s = next((seconds for key in _AT_KEYS if (seconds := _seconds(entry.get(key))) is not None), None)
    read_tokens, cached = _usage(entry.get("usage"))
    return Sent(body, at_s, _seconds(entry.get("answered")), read_tokens, cached)


def _transcript(entries: list[Mapping[str, Any]]) -> Iterator[list[Sent]]:
    """Yield the conversations of a transcript: the main one and those of subagents."""
    by_agent: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        agent = str(entry.get("agentId") or ("sidechain" if entry.get("isSidechain") else ""))
        by_agent.setdefault(agent, []).append(entry)
    for own in by_agent.values():
        sent = list(_requests(own))
        if sent:
            yield sent


def _requests(entries: list[Mapping[str, Any]]) -> Iterator[Sent]:
    messages: list[dict[str, Any]] = []
    current = ""
    asked_s: float | None = None
    for entry in entries:
        if entry.get("subtype") == "compact_boundary":
            messages = []
            continue
        message = entry.get("message")
        if entry.get("type") not in ("user", "assistant") or not isinstance(message, Mapping):
            continue
        at_s = _seconds(entry.get("timestamp"))
        if entry["type"] == "user":
            messages = [*messages, {"role": "user", "content": message.get("content")}]
            asked_s = at_s
            continue
        number = str(entry.get("requestId") or message.get("id") or entry.get("uuid"))
        blocks = request.blocks_of(message)
        if number == current and messages and messages[-1]["role"] == "assistant":
            messages = [*messages[:-1], {"role": "assistant", "content": [*messages[-1]["content"], *blocks]}]
            continue
        current = number
        read_tokens, cached = _usage(message.get("usage"))
        control = {"type": "ephemeral", **({"ttl": "1h"} if _for_an_hour(message.get("usage")) else {})}
        body = {"model": message.get("model"), "messages": messages, "cache_control": control}
        yield Sent(body, asked_s, at_s, read_tokens, cached, partial=True)
        messages = [*messages, {"role": "assistant", "content": blocks}]


def _usage(usage: Any) -> tuple[int | None, int | None]:
    """Return the tokens that were read from the cache, and those that were in it afterwards; None where it does not say."""
    if not isinstance(usage, Mapping):
        return None, None
    read_tokens = usage.get("cache_read_input_tokens")
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    if read_tokens is None and isinstance(details, Mapping):
        read_tokens = details.get("cached_tokens")
    made = usage.get("cache_creation_input_tokens")
    if not isinstance(read_tokens, int):
        return None, None
    return read_tokens, read_tokens + made if isinstance(made, int) else None


def _for_an_hour(usage: Any) -> bool:
    made = usage.get("cache_creation") if isinstance(usage, Mapping) else None
    return isinstance(made, Mapping) and bool(made.get("ephemeral_1h_input_tokens"))


def _seconds(value: Any) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value / 1000 if value > 1e11 else float(value)
    if not isinstance(value, str):
        return None
    try:
        return datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
