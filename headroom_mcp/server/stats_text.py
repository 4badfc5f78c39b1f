"""What `headroom_stats` answers: the figures of the ledger as sentences."""

from __future__ import annotations

from headroom_mcp.store import Store
from headroom_mcp.store.figures import Figures

_HOW = (
    "Tokens are estimated (mean error 9 % against o200k). Added: the schemas of these tools, once per session, and notes."
    " Outputs left as they were are not counted."
)


def describe(store: Store, session: str, project: str) -> str:
    """Return what compression was worth in this session (if there is one), in this project and altogether."""
    said = [_sentence("This session", store.ledger.read(session=session))] if session else []
    said.append(_sentence("This project", store.ledger.read(project=project)))
    said.append(_sentence("Everything stored", store.ledger.read()))
    return "\n".join([*said, _HOW])


def of_team(store: Store, project: str) -> str:
    """Return what compression was worth in `project`, or ("") to the whole team."""
    if project:
        return f"{_sentence(f'Project {project}', store.ledger.read(project=project))}\n{_HOW}"
    return f"{_sentence('This team', store.ledger.read())}\n{_HOW}"


def _sentence(name: str, figures: Figures) -> str:
    total = figures.totals
    if not total.outputs:
        return f"{name}: nothing compressed yet."
    outputs = "1 output" if total.outputs == 1 else f"{total.outputs:,} outputs"
    retrievals = "1 retrieval" if total.retrievals == 1 else f"{total.retrievals:,} retrievals"
    losses = "1 original" if figures.losses == 1 else f"{figures.losses:,} originals"
    return (
        f"{name}: {outputs}, {total.tokens_host:,} tokens became {total.tokens_after:,};"
        f" {retrievals} cost {total.tokens_retrieved:,}, what we added ourselves {total.tokens_charged:,}."
        f" Net {total.net:+,} ({total.net_share:.0%}); {losses} cost more than {'it' if figures.losses == 1 else 'they'} saved."
    )
