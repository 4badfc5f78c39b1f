"""The figures of the ledger: what compression was worth, minus what was fetched back and what we added ourselves.

    what the host would have shown without us
    − what was shown instead − slices fetched back − outputs asked for again after a short answer
    − tool schemas (once per session that loaded them) − context that hooks add
    = net

Every figure is in estimated tokens (`tokens.estimate`), and a loss is shown as a loss. Outputs that were left as they were
cost and save nothing and are not counted.
"""

from __future__ import annotations

from headroom_mcp.late import Literal, NamedTuple

Grouping = Literal["kind", "tool", "day", "project", "host", "tool and kind"]
Charge = Literal["tool schemas", "context added"]
"""What we ourselves put into a context."""

GROUPINGS: tuple[Grouping, ...] = ("kind", "tool", "day", "project", "host", "tool and kind")


def tool_and_kind(tool: str, kind: str) -> str:
    """Return the name of a row by tool and kind."""
    return f"{tool} {kind}"


class Totals(NamedTuple):
    """Sums over a set of compressed outputs. Tokens are estimates."""

    outputs: int = 0
    tokens_host: int = 0
    """What the host would have shown without us."""
    tokens_after: int = 0
    retrievals: int = 0
    tokens_retrieved: int = 0
    tokens_charged: int = 0
    """What we ourselves put into contexts: tool schemas, notes, tables of refs."""

    @property
    def net(self) -> int:
        """Tokens saved after retrievals and charges; negative where they cost more than was saved."""
        return self.tokens_host - self.tokens_after - self.tokens_retrieved - self.tokens_charged

    @property
    def net_share(self) -> float:
        """`net` as a share of what the host would have shown; 0.0 for no outputs."""
        return self.net / self.tokens_host if self.tokens_host else 0.0


class Figures(NamedTuple):
    """The figures of one scope (everything, a project or a session)."""

    totals: Totals
    rows: dict[str, Totals]
    """By kind, tool, day (YYYY-MM-DD, local), project or host; best first, days in order. Charges belong to no kind, tool
    or host: there they have rows of their own, named after the `Charge`."""
    losses: int
    """Originals whose slices cost more tokens than leaving them out had saved."""
    originals: int
    original_bytes: int
    stored_bytes: int
    later: float = 0.0
    """How many compressed outputs followed in the same session, on average over the tokens left out: as many requests at least
    would have read them again."""
    cut_outputs: int = 0
    """Outputs of which the host would have shown only a part by itself."""
    tokens_cut: int = 0
    """What of them it would not have shown at all."""


class Bill(NamedTuple):
    """What a provider says a request was, in its own tokens. `tokens_input` is what no cache had; `tokens_left_out` is ours:
    an estimate of what the request would have held beside it, had its tool results not been short."""

    model: str
    session: str = ""
    project: str = ""
    tokens_input: int = 0
    tokens_cache_read: int = 0
    tokens_cache_write: int = 0
    tokens_output: int = 0
    tokens_left_out: int = 0
    created_s: float = 0.0


class Billed(NamedTuple):
    """Sums over requests that passed the proxy, as their providers count them. See `Bill`."""

    requests: int = 0
    tokens_input: int = 0
    tokens_cache_read: int = 0
    tokens_cache_write: int = 0
    tokens_output: int = 0
    tokens_left_out: int = 0


class Case(NamedTuple):
    """One original with everything that was shown of it. `label`: the command, file or tool it came from."""

    ref: str
    label: str
    tool_name: str
    kind: str
    created_s: float
    totals: Totals
