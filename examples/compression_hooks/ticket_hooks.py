"""Compression hooks: customers' names never reach the model, and what a billing tool says is left alone."""

from __future__ import annotations

import re
from typing import Any

# customer="Ada Lovelace"
_CUSTOMER = re.compile(r'(?<=customer=")[^"\n]+')


def pre_compress(text: str, tool_name: str, tool_input: dict[str, Any]) -> str | bool | None:
    """Return False to leave an output alone, or a text of as many lines to show instead."""
    if tool_name.startswith("mcp__billing__"):
        return False
    return _CUSTOMER.sub("***", text)


def post_compress(result: Any, tool_name: str, tool_input: dict[str, Any]) -> bool | None:
    """Return False to have the output shown as it was: here, where little was saved."""
    return None if result.tokens_after < 0.8 * result.tokens_before else False
