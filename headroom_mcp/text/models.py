"""Which family a model belongs to, told from its name: those of one family have a tokenizer and limits in common."""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.late import re

_VERSION = late.pattern(r"(?<![\d.])(\d{1,2})(?:[.-](\d{1,2}))?(?![\d.])")


def family(model: str) -> str:
    """Return whose tokenizer `model` has: "claude" (from 4.7 on), "claude-until-4.6", "cl100k", "gemini", "qwen", …; "o200k" if not known."""
    name = model.lower().rpartition("/")[2]
    if "claude" in name or re.search(r"\b(opus|sonnet|haiku|fable|mythos)\b", name):
        version = _VERSION.search(name)
        number = (int(version[1]), int(version[2] or 0)) if version else (99, 0)
        return "claude-until-4.6" if number < (4, 7) else "claude"
    if re.match(r"gpt-(3|4($|-turbo|-0|-1106|-32k))", name) or "llama" in name:
        return "cl100k"
    return next(
        (word for word in ("gemini", "qwen", "deepseek", "glm") if word in name),
        "gemini" if "gemma" in name else "o200k",
    )
