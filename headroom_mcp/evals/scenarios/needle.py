"""The classic of this field: a hundred log entries as JSON, one of them critical, and four things to know of it."""

from __future__ import annotations

from headroom_mcp.evals.layers.common import Given
from headroom_mcp.evals.relatives import one_critical
from headroom_mcp.evals.scenarios.play import Question, Scenario


def make(seed: int) -> Scenario:
    """Return the story of `seed`: names of fields, dress and place differ from seed to seed."""
    shape = one_critical.shape(seed)
    happened, code, remedy, affected = shape.answers
    questions = (
        Question("What happened?", (happened,)), Question("Which error code?", (code,)),
        Question("How is it resolved?", (remedy,)), Question("How many requests were affected?", (affected,)),
    )  # fmt: skip
    output = Given("100 log entries", shape.text, shape.tool_name, shape.tool_input, shape.answers, shape.query)
    return Scenario(
        "needle", "A needle in a haystack: 100 log entries, one critical", shape.query, (output,), questions, 0.9
    )
