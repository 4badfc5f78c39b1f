"""A small output of which nothing can stand above: it is remembered, and the host keeps it, without opening the store."""

from __future__ import annotations

import os
import time

from headroom_mcp import tool_output
from headroom_mcp.hook import event as decide
from headroom_mcp.settings import home, sizes
from headroom_mcp.store import glance
from headroom_mcp.text import numbering
from headroom_mcp.types import Shown

_UNPLAIN = ("\r", "\x1b", "\b", "\0", "[headroom ")  # what is shown is not what is printed; and what may be ours
_SWITCHES = ("HEADROOM_ENABLED", "HEADROOM_TOOLS_OFF")


def noted(event: decide.Event, min_tokens: int) -> bool:
    """Tell whether nothing of `event`, whose texts are all below `min_tokens`, can stand above; then it is noted as shown.

    Where anything is out of the ordinary or not known it is False, and nothing is noted. Only asked where no settings are
    in force but numbers.
    """
    # The store names a context "SESSION/AGENT", which has to be one of this session.
    if not event.session or "/" in event.session or event.oversize or any(event.tokens_host) or _is_anything_set(event):
        return False
    shown = []
    for text in event.texts:
        if not decide.is_large(text, sizes.noted(min_tokens)):
            continue
        if any(mark in text for mark in _UNPLAIN) or numbering.is_padded(text):
            return False
        output = tool_output.ToolOutput(text, event.tool_name, event.tool_input)
        if event.tool == "read":
            text = "\n".join(output.lines_from(event.first_line))
        shown.append(Shown(output.label, text, time.time(), event.tool_use_id))
    place = glance.Place(home.data_home(), event.session, event.agent)
    return glance.note_if_new(place, shown, event.path if event.tool == "read" else "")


def _is_anything_set(event: decide.Event) -> bool:
    """Tell whether a switch of the user's, or a hook, may say that such outputs are not looked at, or change them."""
    folder = home.data_home()
    if any(name in os.environ for name in _SWITCHES):
        return True
    if any(os.path.exists(os.path.join(folder, name)) for name in (home.OFF_SWITCH, home.EXPERIMENT, home.USER_HOOKS)):
        return True
    if not os.path.exists(os.path.join(folder, home.SESSION_SWITCHES)):
        return False
    from headroom_mcp.settings import switches

    return os.path.exists(os.path.join(folder, home.SESSION_SWITCHES, switches.switch_name(event.session)))
