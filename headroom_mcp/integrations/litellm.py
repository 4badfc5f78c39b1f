"""LiteLLM: tool results in every request made short, in the SDK, the Router and the proxy.

    litellm.callbacks = [HeadroomCallback()]

Three hooks are needed, because LiteLLM runs none of them for every call; what two of them see is short the first time.
Not reached: `completion` (not `acompletion`) to Bedrock. There, pass `compress(messages).messages` yourself.
"""

from __future__ import annotations

import warnings
from typing import Any

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._requests import RequestShortener
from headroom_mcp.integrations._worker import off_loop
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings

try:
    from litellm.integrations.custom_logger import CustomLogger
except ImportError as error:
    raise missing("litellm", "litellm", error) from error

_LISTS = ("messages", "input")  # chat and Anthropic messages, Responses
_NOT_REACHED = (
    "headroom: LiteLLM gives no way to change this request to {provider}, so its tool results go out in full; "
    "pass messages=compress(messages).messages, with our compress, or use acompletion"
)


class HeadroomCallback(CustomLogger):
    """Makes the tool results of each request short. The caller's own lists stay as they are."""

    def __init__(self, *, settings: Settings | None = None, project: str = "") -> None:
        super().__init__()
        self.shortener = RequestShortener(settings=settings, project=project)
        self._has_warned = False

    async def async_pre_call_deployment_hook(self, kwargs: dict[str, Any], call_type: Any) -> dict[str, Any] | None:
        """Return the arguments of an asynchronous call with short tool results, None where they stay as they are."""
        new = await off_loop(self._short, kwargs)
        return None if new is kwargs else new

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: Any
    ) -> Any:
        """Return the body of a pass-through route with short tool results: the other routes have the hook above."""
        if call_type == "pass_through_endpoint":
            return await off_loop(self._short, data)
        return data

    def log_pre_api_call(self, model: Any, messages: Any, kwargs: Any) -> None:
        """Put short tool results into the request of a synchronous call, which no other hook sees before it is sent."""
        try:
            request = kwargs.get("additional_args", {}).get("complete_input_dict")
            if isinstance(request, dict):
                new = self._short(request)
                if new is not request:
                    request.update({key: new[key] for key in _LISTS if key in new})
            elif request is not None:
                self._warn_once(messages, str(kwargs.get("custom_llm_provider") or model))
        except Exception as error:  # LiteLLM would fail the request
            fault_log.record("integrations.litellm", error)

    def _short(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return `request`, or a copy with the conversations in it short. Raises nothing."""
        short = {
            key: self.shortener.messages(request[key], request.get("tools"))
            for key in _LISTS
            if isinstance(request.get(key), (list, tuple))
        }
        changed = {key: value for key, value in short.items() if value is not request[key]}
        return {**request, **changed} if changed else request

    def _warn_once(self, messages: Any, provider: str) -> None:
        if not self._has_warned and self.shortener.messages(messages) is not messages:
            self._has_warned = True
            warnings.warn(_NOT_REACHED.format(provider=provider), stacklevel=2)
