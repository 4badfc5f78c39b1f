"""How time grows with the text, for every kind and surface: twice the text may take 2.6 times as long, not four times.

    python -m headroom_mcp.evals.growth                          what tools print, and awkward texts, through the whole flow
    python -m headroom_mcp.evals.growth --every-kind             the awkward texts to every kind, whatever the router says
    python -m headroom_mcp.evals.growth --mixed 500              500 pairs: a tool's own lines with an awkward text between

Only processor time of this process counts, and a text that seems to grow too fast is measured again, the least time of
each size taken, until it does not or the tries are used up; so a busy machine raises no alarm. Prints what grows too
fast or takes more than a second per megabyte, worst first; exit code 1 if there is anything.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import math
import random
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import NamedTuple

from headroom_mcp import compressors
from headroom_mcp.evals import growth_shapes
from headroom_mcp.evals.growth_shapes import Make
from headroom_mcp.flow.budget import budget_for
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.rows import Original
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import SliceError

SMALL = 128_000  # characters
STEPS = 2  # doublings from the small text to the large one
MAX_GROWTH = 2.6  # for twice the text
_FLOOR_S = 0.01  # less than that says nothing
_TRIES = 4
_REMEMBERED = 1_000  # what so many results are remembered of is text, not settings or rules
_GIVE_UP_S = 20.0
_MAX_RATE = 1.0  # seconds per megabyte
_QUERY = "why did mail 7 fail, and where is send_12 defined?"

Run = Callable[[str], object]


class Case(NamedTuple):
    """Something that is done with a text of any size."""

    name: str
    make: Make
    run: Run


class Measured(NamedTuple):
    """The least processor seconds seen for a text of `size` characters and for one `doublings` times doubled."""

    case: Case
    size: int
    doublings: int
    small_s: float
    large_s: float

    @property
    def growth(self) -> float:
        """How many times as long twice the text takes."""
        return math.pow(self.large_s / max(self.small_s, _FLOOR_S), 1 / self.doublings)

    @property
    def rate(self) -> float:
        """Seconds per megabyte of the large text."""
        return self.large_s * 1e6 / (self.size << self.doublings)

    @property
    def too_fast(self) -> bool:
        """Tell whether time grows faster than the text."""
        return self.growth > MAX_GROWTH


def through_the_flow() -> Iterator[Case]:
    """Yield what tools print and the awkward texts, each through the whole flow, and through retrieval and masking."""
    for output in growth_shapes.kinds():
        yield Case(f"flow · {output.kind}: {output.name}", output.make, planned("Bash", {"command": output.command}))
    for name, make in growth_shapes.shapes():
        yield Case(f"flow · {name}", make, planned("Bash", {"command": "./run"}))
        yield Case(f"retrieve · {name}", make, _retrieved)
        yield Case(f"mask · {name}", make, _mask)


def of_every_kind(only: Iterable[str] = compressors.BUILTIN) -> Iterator[Case]:
    """Yield every awkward text for every kind, as if the router had chosen it."""
    for kind in only:
        for name, make in growth_shapes.shapes():
            yield Case(f"{kind} · {name}", make, _forced(kind))


def mixed() -> Iterator[Case]:
    """Yield every pair of a tool's own lines and an awkward text between them, for the tool's kind."""
    for output in growth_shapes.kinds():
        for name, make in growth_shapes.shapes():
            yield Case(f"{output.kind}: {output.name} · {name}", _between(output.make, make), _forced(output.kind))


def measured(case: Case, size: int = SMALL, doublings: int = STEPS) -> Measured:
    """Return the growth of `case` from a text of `size` characters on.

    What seems too fast is measured once more from the large text to one twice as large: the small text may have been small
    enough for a shorter way."""
    found = _measured(case, size, doublings)
    if found.too_fast and doublings > 1 and found.large_s < _GIVE_UP_S:
        return _measured(case, size << doublings, 1)
    return found


def _measured(case: Case, size: int, doublings: int) -> Measured:
    texts = case.make(size), case.make(size << doublings)
    best = Measured(case, size, doublings, _GIVE_UP_S, _GIVE_UP_S)
    for _ in range(_TRIES):
        times: list[float] = []
        for text in texts:
            forget()
            times.append(seconds(case.run, text))
        best = best._replace(small_s=min(best.small_s, times[0]), large_s=min(best.large_s, times[1]))
        if (not best.too_fast and best.rate < _MAX_RATE) or best.large_s >= _GIVE_UP_S:
            break
    return best


def forget() -> None:
    """Clear what functions remember of a text: a small one measured again would be known in full, a large one only in part."""
    for name, module in list(sys.modules.items()):
        if name.startswith("headroom_mcp"):
            for value in list(vars(module).values()):
                if (
                    isinstance(value, functools._lru_cache_wrapper)
                    and value.cache_parameters()["maxsize"] >= _REMEMBERED
                ):
                    value.cache_clear()


def seconds(run: Run, text: str) -> float:
    """Return the processor seconds of one run; more than `_GIVE_UP_S` are not waited for."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, _GIVE_UP_S)
    try:
        run(text)
    except TimeoutError:
        return _GIVE_UP_S
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return time.process_time() - start


def planned(tool_name: str, tool_input: dict[str, object], question: str = _QUERY) -> Run:
    """Return the whole flow of a tool's output, as a function of the text."""
    from headroom_mcp.flow import plan

    return lambda text: plan.plan(ToolOutput(text, tool_name, tool_input, question), Settings())


def _forced(kind: str) -> Run:
    def run(text: str) -> None:
        output = ToolOutput(text, "Bash", {"command": "./run"}, _QUERY)
        compressor = compressors.load(kind)
        compressor.score(output)
        compressor.compress(output, budget_for(max(1, output.tokens)))

    return run


def _retrieved(text: str) -> None:
    from headroom_mcp.retrieval import slices

    original = Original("0" * 12, text.encode("utf-8", "surrogatepass"), "Bash", "general", 0.0)
    with contextlib.suppress(SliceError):  # nothing matches
        slices.cut(original, query=_QUERY, lines=None, json_path=None, max_tokens=2_000)
    slices.cut(original, query=None, lines=None, json_path=None, max_tokens=2_000)


def _mask(text: str) -> None:
    from headroom_mcp.text import secrets

    secrets.mask(text)


def _between(own: Make, awkward: Make) -> Make:
    def make(size: int) -> str:
        lines = own(size // 4)
        return f"{lines}{awkward(size // 2)}\n{lines}"

    return make


def main(arguments: list[str] | None = None) -> int:
    """Measure what the options say and print what is out of bounds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--every-kind", action="store_true", help="the awkward texts to every kind")
    parser.add_argument("--kind", action="append", help="only this kind (with --every-kind)")
    parser.add_argument("--mixed", type=int, default=0, metavar="N", help="N random pairs of a tool's lines and a text")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--match", default="", help="only cases whose name holds this")
    options = parser.parse_args(arguments)
    if options.mixed:
        pairs = list(mixed())
        cases = random.Random(options.seed).sample(pairs, min(options.mixed, len(pairs)))
    elif options.every_kind:
        cases = list(of_every_kind(options.kind or compressors.BUILTIN))
    else:
        cases = list(through_the_flow())
    bad: list[Measured] = []
    cases = [case for case in cases if options.match in case.name]
    for case in cases:
        found = measured(case)
        if found.too_fast or found.rate > _MAX_RATE:
            bad.append(found)
            print(_line(found), flush=True)
    print(
        f"{len(cases):,} texts, {sum(1 for found in bad if found.too_fast):,} grow too fast, {len(bad):,} in all out of bounds"
    )
    return int(bool(bad))


def _line(found: Measured) -> str:
    return f"×{found.growth:.2f} for twice the text, {found.rate:.2f} s/MB: {found.case.name}"


if __name__ == "__main__":
    sys.exit(main())
