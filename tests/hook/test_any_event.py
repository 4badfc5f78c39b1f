"""Every event with any JSON in any of its fields: nothing, or an answer of that event's form; at worst a logged failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_mcp.hook import entry
from tests import long_form
from tests.hook.host import log

_JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20), st.just(log(400))
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
_TOOLS = st.sampled_from(
    ["Bash", "Read", "Grep", "Glob", "WebFetch", "Task", "Edit", "Write", "mcp__ci__logs", "headroom", ""]
)
_RESPONSE = st.one_of(
    _JSON,
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("stdout", "stderr", "content", "file", "filenames", "result", "mode"), _JSON)
    ),
    st.lists(st.fixed_dictionaries({"type": st.sampled_from(["text", "image"])}, optional={"text": _JSON}), max_size=3),
)
_FIELDS = {
    "cwd": _JSON, "tool_name": st.one_of(_TOOLS, _JSON), "tool_input": _JSON, "tool_response": _RESPONSE, "tool_use_id": _JSON,
    "prompt": _JSON, "source": st.one_of(st.sampled_from(["startup", "resume", "clear", "compact"]), _JSON), "error": _JSON,
    "trigger": _JSON, "agent_id": _JSON, "duration_ms": _JSON, "reason": _JSON,
}  # fmt: skip


@pytest.mark.parametrize("name", entry.HANDLERS)
@settings(
    max_examples=long_form.count(25, 80), deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(fields=st.fixed_dictionaries({}, optional=_FIELDS), session=st.one_of(st.just("s1"), _JSON))
def test_any_json_in_any_field_gets_nothing_or_an_answer_of_the_events_form(
    name: str, fields: dict[str, Any], session: object
) -> None:
    payload = {"hook_event_name": name, "session_id": session, "transcript_path": "/nowhere/s1.jsonl", **fields}
    original = entry.start_timer
    entry.start_timer = lambda: None  # it would end this process
    try:
        reply = entry.answer(json.dumps(payload).encode())
    except Exception as error:  # `main` logs it and says nothing
        assert not isinstance(error, (RecursionError, MemoryError))
        return
    finally:
        entry.start_timer = original
    if not reply or name == "PreCompact":
        reply.decode("utf-8")
        return
    value = json.loads(reply)

    assert list(value) == ["hookSpecificOutput"]
    assert value["hookSpecificOutput"]["hookEventName"] == name
    assert "permissionDecision" not in value["hookSpecificOutput"]
