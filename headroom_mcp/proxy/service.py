"""What the proxy answers itself: health, metrics, compression and retrieval over HTTP.

`POST /v1/compress` and `GET /v1/retrieve/{ref}` are what LiteLLM's guardrail `headroom` calls, and serve any program.
"""

from __future__ import annotations

import json
from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from headroom_mcp import __version__
from headroom_mcp.context.compress import compress
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.settings.load import load_settings
from headroom_mcp.store import open_store
from headroom_mcp.text import marker
from headroom_mcp.types import HeadroomError, RefError

if TYPE_CHECKING:
    from headroom_mcp.proxy.app import Proxy

Answer = tuple[int, str, bytes]
Scope = MutableMapping[str, Any]

_RETRIEVE = "/v1/retrieve/"
_JSON = "application/json"
_MAX_TOKENS = 1_000_000


def route_of(path: str) -> str:
    """Return the route that a path belongs to."""
    return _RETRIEVE if path.startswith(_RETRIEVE) else path


def _health(proxy: Proxy, scope: Scope, body: bytes) -> Answer:
    return 200, _JSON, json.dumps({"status": "ok", "version": __version__}).encode()


def _metrics(proxy: Proxy, scope: Scope, body: bytes) -> Answer:
    return 200, "text/plain; version=0.0.4; charset=utf-8", proxy.metrics.text().encode()


def _compress(proxy: Proxy, scope: Scope, body: bytes) -> Answer:
    try:
        request = json.loads(body)
        messages, model = request["messages"], request.get("model") or ""
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        messages = None
    if not isinstance(messages, list):
        return _error(400, 'send {"messages": [...], "model": "..."} as JSON')
    result = compress(messages, str(model), settings=proxy.settings, project=proxy.project)
    refs = sorted(
        {
            ref
            for before, after in zip(messages, result.messages, strict=True)
            if before is not after
            for ref in _refs(after)
        }
    )
    answer = {
        "messages": result.messages,
        "tokens_before": result.tokens_before,
        "tokens_after": result.tokens_after,
        "tokens_saved": result.tokens_saved,
        "compression_ratio": result.compression_ratio,
        "transforms_applied": sorted({decision.reason for decision in result.decisions if decision.action != "kept"}),
        "ccr_hashes": refs,
    }
    return 200, _JSON, json.dumps(answer).encode()


def _refs(message: Any) -> list[str]:
    return marker.refs(json.dumps(message, ensure_ascii=False).replace("\\n", "\n").replace('"', "\n"))


def _retrieve(proxy: Proxy, scope: Scope, body: bytes) -> Answer:
    ref = marker.ref_in(scope["path"][len(_RETRIEVE) :])
    asked = {name: values[0] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    try:
        with open_store(proxy.settings or load_settings()) as store:
            text = retrieve(
                ref,
                query=asked.get("query"),
                lines=asked.get("lines"),
                json_path=asked.get("json_path"),
                max_tokens=_MAX_TOKENS,
                store=store,
                project=proxy.project,
            )
    except RefError as error:
        return _error(404, str(error))
    except HeadroomError as error:
        return _error(400, str(error))
    return 200, _JSON, json.dumps({"original_content": text}).encode()


def _description(proxy: Proxy, scope: Scope, body: bytes) -> Answer:
    return 200, _JSON, json.dumps(OPENAPI).encode()


def _error(status: int, message: str) -> Answer:
    return status, _JSON, json.dumps({"error": {"message": message}}).encode()


def _operation(about: str, **more: Any) -> dict[str, Any]:
    return {"summary": about, "responses": {"200": {"description": "OK"}}, **more}


_MESSAGES = {"type": "object", "required": ["messages"], "properties": {"messages": {"type": "array", "items": {"type": "object"}}, "model": {"type": "string"}}}  # fmt: skip
_SLICES = [
    {"name": name, "in": "query", "schema": {"type": "string"}} for name in ("query", "lines", "json_path")
]  # fmt: skip
_REF = {"name": "ref", "in": "path", "required": True, "schema": {"type": "string"}}
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "headroom proxy", "version": __version__},
    "paths": {
        "/healthz": {"get": _operation("Tells that the proxy runs")},
        "/metrics": {"get": _operation("Counters, for Prometheus")},
        "/v1/compress": {
            "post": _operation(
                "Makes the tool results of a conversation short",
                requestBody={"required": True, "content": {_JSON: {"schema": _MESSAGES}}},
            )
        },
        "/v1/retrieve/{ref}": {
            "get": _operation("Gives an original back, or a slice of it", parameters=[_REF, *_SLICES])
        },
    },
}

ROUTES: dict[tuple[str, str], Callable[[Proxy, Scope, bytes], Answer]] = {
    ("GET", "/healthz"): _health,
    ("HEAD", "/healthz"): _health,
    ("GET", "/metrics"): _metrics,
    ("GET", "/openapi.json"): _description,
    ("POST", "/v1/compress"): _compress,
    ("GET", _RETRIEVE): _retrieve,
}
