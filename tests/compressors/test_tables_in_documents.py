"""Tables in documents: the row that answers, or that is unlike the others, stays wherever in the table it stands."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput

_NAMES = "Ana Ben Carla Deniz Emil Fatma Goran Hana Igor Jana Kofi Lena Marek Nadia Omar Petra".split()


def _document(seed: int, rows: int) -> tuple[str, str]:
    """Return a page with links, a long table, and more text below; and the row whose state no other has."""
    dice = Random(seed)
    odd = dice.randrange(rows)
    body = []
    for at in range(rows):
        state = "Payment declined" if at == odd else dice.choice(["Shipped", "Shipped", "Paid", "Pending"])
        day, euros = dice.randrange(1, 28), dice.randrange(10, 900)
        body.append(
            f"| #{58_200 + at} | {dice.choice(_NAMES)} {dice.choice(_NAMES)}son | 2026-10-{day:02} | € {euros}.50 | {state} |"
        )
    head = ["| Order | Customer | Placed | Total | Status |", "| --- | --- | --- | --- | --- |"]
    links = [f"* [Page {at}](/page/{at}.html)" for at in range(12)]
    text = [
        "Orders are kept for ten years.",
        "",
        *(f"Paragraph {at} of the terms, which nobody reads." for at in range(9)),
    ]
    return "\n".join([*links, "", "# Orders", "", *head, *body, "", "## Terms", "", *text, ""]), body[odd]


@pytest.mark.parametrize("question", ["Which orders have a declined payment?", ""])
@pytest.mark.parametrize("rows", [60, 150])
def test_the_row_of_a_table_in_a_document_that_is_unlike_the_others_is_shown(rows: int, question: str) -> None:
    for seed in range(4):
        text, row = _document(seed, rows)

        shown = plan(ToolOutput(text, "mcp__convert__to_markdown", {}, question), Settings()).body

        assert len(shown) < (0.6 if question else 0.65) * len(text)  # unasked, each order stands there by its name
        assert row in shown
        assert "# Orders" in shown


def test_what_stands_around_a_table_is_chosen_as_if_it_were_not_there() -> None:
    text, _ = _document(1, 80)

    shown = plan(ToolOutput(text, "mcp__convert__to_markdown", {}, "For how long are orders kept?"), Settings()).body

    assert "Orders are kept for ten years." in shown
    assert "| Order | Customer |" in shown
