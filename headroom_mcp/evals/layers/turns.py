"""Later turns: an agent has been shown several outputs, and asks in other turns for what they did not show."""

from __future__ import annotations

from headroom_mcp.evals import figures
from headroom_mcp.evals.figures import Figure, Tick
from headroom_mcp.evals.layers import common, needles
from headroom_mcp.evals.layers.common import Given
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.store import Store
from headroom_mcp.text import marker
from headroom_mcp.types import HeadroomError

_OUTPUTS = 6  # of one conversation, of different kinds, before the first question
_SIZE = 400


def run(cases: int, tick: Tick) -> list[Figure]:
    """Return the shares of questions that the right original answers, by a question in words and by its lines."""
    asked = answered = by_lines = 0
    missing: list[str] = []
    for seed in range(cases):
        with common.store() as opened:
            conversation = [_given(seed, turn) for turn in range(_OUTPUTS)]
            shown = [_shown(one, opened, f"session {seed}") for one in conversation]
            for one, text in zip(reversed(conversation), reversed(shown), strict=True):
                asked += 1
                found = common.shown(one.needed[0], text) or common.shown(
                    one.needed[0], _fetch(text, opened, one.query)
                )
                answered += found
                missing += [] if found else [one.name]
                by_lines += common.shown(one.needed[0], _page_of(one, text, opened))
        tick()
    return [
        figures.share("answers shown or fetched by the question", answered, asked, 1.0, missing),
        figures.share("answers shown or fetched by line numbers", by_lines, asked, 1.0),
    ]


def _given(seed: int, turn: int) -> Given:
    hay = list(needles.HAYS)[turn % len(needles.HAYS)]
    return needles.given(hay, _SIZE + 13 * turn, (0.1 + 0.37 * turn + 0.11 * seed) % 0.9, 100 * seed + turn)


def _shown(one: Given, opened: Store, session: str) -> str:
    """Return what the agent is shown: its first question was about something else."""
    return compress_output(
        one.text, tool_name=one.tool_name, tool_input=one.tool_input, query="", session=session, store=opened, settings=opened.settings
    ).text  # fmt: skip


def _fetch(shown: str, opened: Store, query: str) -> str:
    ref = marker.ref_in(shown)
    try:
        return retrieve(ref, query=query, store=opened) if ref else shown
    except HeadroomError as error:
        return str(error)


def _page_of(one: Given, shown: str, opened: Store) -> str:
    """Return the lines around the needle, as an agent asks for them that a marker has told which are left out."""
    ref = marker.ref_in(shown)
    number = one.text[: one.text.index(one.needed[0])].count("\n") + 1
    if not ref or one.text.count("\n") < 5:
        return shown if common.shown(one.needed[0], shown) else one.text  # one long line: nobody asks by lines
    try:
        return retrieve(ref, lines=f"{max(1, number - 2)}-{number + 2}", store=opened)
    except HeadroomError as error:
        return str(error)
