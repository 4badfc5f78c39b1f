"""The laws, as functions that raise when one is broken: shared by the golden cases and the properties."""

from __future__ import annotations

from headroom_mcp import compress_output
from headroom_mcp.flow.plan import plan
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store
from headroom_mcp.text import marker, opened
from headroom_mcp.text import parts as render
from headroom_mcp.text.lines import split_lines
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Result, ToolInput, View


def check_all(
    text: str, store: Store, *, tool_name: str = "Bash", tool_input: ToolInput | None = None, query: str = ""
) -> Result:
    """Compress `text` and check every law that can be seen from outside. Returns what the model would be shown."""
    view = View(limits.limit_chars(tool_name))
    hints = {"tool_name": tool_name, "tool_input": tool_input, "query": query, "view": view}
    result = compress_output(text, store=store, **hints)
    again = compress_output(text, store=store, **hints)

    assert again == result, "law 2: the same input gave another answer"
    assert result.outcome != "failed", f"law 8 hid a bug: {failure_log(store)}"
    if result.outcome != "compressed":
        assert result.text == text, "an answer that is not compressed is not the original"
        return result
    assert result.tokens_before >= store.settings.min_tokens
    assert result.tokens_after < result.tokens_before, "law 1: longer than the original"
    assert len(result.text) < len(text), "law 1: more characters than the original"
    assert result.ref is not None
    assert store.get(result.ref).text == text, "law 6: the original did not come back byte for byte"
    assert compress_output(result.text, store=store, **hints).text == result.text, "law 7: our own output was touched"
    output = ToolOutput(text, tool_name, tool_input, query)
    output.limit_chars = view.limit_chars
    check_plan(output, store.settings)
    return result


def check_session(
    text: str, store: Store, session: str, *, must_show: str = "", tool_input: ToolInput | None = None
) -> None:
    """Show `text` twice to one context: the second time what was shown may be named, but never `must_show` alone."""
    for _ in range(2):
        result = compress_output(text, store=store, tool_name="Bash", tool_input=tool_input, session=session)
        assert result.outcome != "failed", f"law 8 hid a bug: {failure_log(store)}"
        assert must_show in result.text, "law 5: a failure was folded away as shown before"
        if result.ref:
            assert store.get(result.ref).text == text, "law 6: the original did not come back byte for byte"


def check_plan(output: ToolOutput, settings: Settings) -> None:
    """Check what the parts of a compression claim: they cover every line once, and kept lines are verbatim."""
    planned = plan(output, settings)
    if planned is None:
        return
    inner = opened.opened(output.text, output.tool_name)
    lines = split_lines("\n".join(inner.lines) + "\n") if inner is not None else output.lines
    render.check(planned.parts, len(lines))
    shown = planned.body.split("\n")
    position = 0
    for part in planned.parts:
        if part.action == "keep":
            kept = lines[part.start : part.stop]
            position = _find(shown, kept, position)
        elif part.action == "omit":
            position = _find(shown, [marker.gap(part.start, part.stop, part.note)], position)
    counted = sum(omission.last - omission.first + 1 for omission in planned.omitted)
    rendered = sum(part.stop - part.start for part in planned.parts if part.action == "render" and part.lossless)
    assert planned.kept_lines + counted + rendered == len(lines), "law 4: kept + omitted is not the original"


def failure_log(store: Store) -> str:
    """Return the last line of the failure log, for messages."""
    import os

    from headroom_mcp.settings import environment, fault_log

    for home in (environment.data_home(store.settings), environment.data_home()):
        path = os.path.join(home, fault_log.LOG_NAME)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return file.read().splitlines()[-1]
    return "no line in the failure log"


def _find(shown: list[str], lines: list[str], position: int) -> int:
    """Return the place after `lines` in `shown`, which must hold them from `position` on, unchanged."""
    text = "\n".join(lines).split("\n")
    for start in range(position, len(shown) - len(text) + 1):
        if shown[start] == text[0] and shown[start : start + len(text)] == text:
            return start + len(text)
    msg = f"law 3: not verbatim, or out of order: {text[0][:200]!r}"
    raise AssertionError(msg)
