"""What the user wants kept out of sight: outputs that are never stored, and secrets that are masked.

The only reader of the settings `deny` and `redact`. It lies below the flow, because a slice that is retrieved is masked by
the same decision as an output that is shown.
"""

from __future__ import annotations

from headroom_mcp.settings.table import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headroom_mcp.types import ToolInput


def is_asked_for(settings: Settings) -> bool:
    """Tell whether anything is to be masked or kept out of the store."""
    return settings.redact != "none" or bool(settings.deny or settings.project_deny)


def is_denied(settings: Settings, text: str, tool_input: ToolInput | None) -> bool:
    """Tell whether the user wants this output kept out of the store: then nothing of it may be left out either."""
    if not settings.deny and not settings.project_deny:
        return False
    given = "\n".join(value for value in (tool_input or {}).values() if isinstance(value, str))
    if settings.deny:
        import re

        if any(re.search(pattern, part) for pattern in settings.deny for part in (given, text)):
            return True
    if not settings.project_deny:
        return False
    from headroom_mcp.settings import linear_match

    return any(linear_match.any_found(settings.project_deny, part) for part in (given, text))


def masks_model(settings: Settings) -> bool:
    """Tell whether secrets are masked in what a model is shown, so that the smallest output matters."""
    return settings.redact in ("model", "both")


def for_model(settings: Settings, text: str) -> str:
    """Return `text` as a model may see it. Masking keeps the line count, so line numbers stay true."""
    return _masked(text) if masks_model(settings) else text


def for_team(settings: Settings, text: str) -> str:
    """Return `text` as a store that many machines share may hold it: masked, unless the user has said not to."""
    return _masked(text) if settings.store_redact or settings.redact in ("store", "both") else text


def shared(settings: Settings) -> Settings:
    """Return the settings of a server for many: what it stores is masked, unless its settings say not to."""
    if not settings.store_redact or settings.redact in ("store", "both"):
        return settings
    return settings._replace(redact="both" if settings.redact == "model" else "store")


def stored_and_shown(settings: Settings, text: str) -> tuple[str, str]:
    """Return what is stored and what is shown of `text`, secrets masked where the settings say so."""
    if settings.redact == "none":
        return text, text
    masked = _masked(text)
    return masked if settings.redact in ("store", "both") else text, masked if masks_model(settings) else text


def _masked(text: str) -> str:
    from headroom_mcp.text import secrets

    return secrets.mask(text)
