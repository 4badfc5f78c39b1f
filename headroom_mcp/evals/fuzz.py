"""Random inputs by the hundred thousand, and the laws that must hold for each.

    python -m headroom_mcp.evals.fuzz [--minutes N] [--count N] [--seed S] [--given DIR] [--only TARGET] [--first N]

Each target takes inputs of its own from `fuzz_inputs` and raises where a law is broken: a compressor that raises, is not
deterministic or leaves a line uncovered; a flow that grows or loses an original; a reader that answers with anything but
its own error; anything that takes 2 s of processor time. Prints the counts, and for each failure what repeats it:
the same --seed, --only TARGET --first N --count 1. Exit code 1 when something failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from headroom_mcp import compressors
from headroom_mcp.commands import shell
from headroom_mcp.evals import fuzz_inputs
from headroom_mcp.flow import repeats
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.hook import entry
from headroom_mcp.retrieval import json_path, slices
from headroom_mcp.routing import router
from headroom_mcp.settings import file as settings_file
from headroom_mcp.settings.load import tightened
from headroom_mcp.settings.table import KNOBS, Settings, parse_variable
from headroom_mcp.store import Store, open_store
from headroom_mcp.store.rows import Original
from headroom_mcp.text import marker, secrets
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import HeadroomError, Part, SettingsError, Shown

LIMIT_S = 2.0
_MAX_FAILURES = 25


class Hang(Exception):
    """An input that took more than `LIMIT_S` of processor time."""


class Place(NamedTuple):
    """What targets share: a store in a folder of its own, and texts that were given."""

    store: Store
    given: list[str]


Target = Callable[[Random, Place], None]


def check(holds: bool, law: str) -> None:
    """Raise AssertionError with the name of the law unless it holds (`assert` goes away under -O)."""
    if not holds:
        raise AssertionError(law)


def fuzz_compressor(dice: Random, place: Place) -> None:
    """Any kind on any text: total, deterministic, its parts cover each line once."""
    text = fuzz_inputs.text(dice, place.given)
    command, query, budget = fuzz_inputs.command(dice), fuzz_inputs.query(dice), dice.choice((50, 200, 800, 3_000))
    module = compressors.load(dice.choice(compressors.BUILTIN))
    outputs = [ToolOutput(text, "Bash", {"command": command}, query) for _ in range(2)]
    check(0.0 <= module.score(outputs[0]) <= 1.0, "a score is a share")
    first, again = (module.compress(output, budget) for output in outputs)
    check((first is None) == (again is None), "law 2: deterministic")
    if first is not None and again is not None:
        check(first.statements() == again.statements(), "law 2: deterministic")
        render.check(first.parts, len(outputs[0].lines))


def fuzz_router(dice: Random, place: Place) -> None:
    """Sections cover every line, in order, and are of kinds that exist."""
    text, command = fuzz_inputs.text(dice, place.given), fuzz_inputs.command(dice)
    output = ToolOutput(text, dice.choice(("Bash", "Read", "mcp__x__get_logs", "Grep")), {"command": command})
    position = 0
    for section in router.route(output):
        check(section.start == position and section.kind in compressors.BUILTIN, "sections cover the lines")
        position = section.stop
    check(position == len(output.lines), "sections reach the end")


def fuzz_flow(dice: Random, place: Place) -> None:
    """The whole flow: never longer, deterministic, the original back byte for byte, our own output untouched."""
    text, query = fuzz_inputs.text(dice, place.given), fuzz_inputs.query(dice)
    text *= dice.choice((1, 1, 3))
    given = {"command": fuzz_inputs.command(dice)}
    settings = place.store.settings._replace(min_tokens=dice.choice((20, 250)), budget_tokens=dice.choice((0, 100)))
    result, again = (
        compress_output(text, tool_name="Bash", tool_input=given, query=query, store=place.store, settings=settings)
        for _ in range(2)
    )
    check(result == again, "law 2: deterministic")
    check(result.outcome != "failed", "law 8: a bug was met")
    if result.ref is None:
        check(result.text == text, "not compressed, and yet changed")
        return
    check(result.tokens_after < result.tokens_before and len(result.text) < len(text), "law 1: never longer")
    check(place.store.get(result.ref).text == text, "law 6: the original comes back")
    check(
        compress_output(result.text, tool_name="Bash", tool_input=given, store=place.store, settings=settings).text
        == result.text,
        "law 7: our own output is untouched",
    )


def fuzz_repeats(dice: Random, place: Place) -> None:
    """What is left out as shown before stands, line for line, in what was shown before."""
    text = fuzz_inputs.text(dice, place.given)
    before = fuzz_inputs.mutated(dice, text)
    lines = text.split("\n")
    earlier = [Shown("an earlier one", before), Shown("a later one", fuzz_inputs.text(dice, place.given))]
    parts = repeats.fold(lines, [Part(0, len(lines), "keep")], repeats.find(lines, earlier), earlier, ())
    render.check(parts, len(lines))
    for part in parts:
        for line in lines[part.start : part.stop] if part.action == "omit" else ():
            body = line.rstrip().lstrip(" 0123456789\t:-")
            check(any(body in shown.text for shown in earlier), "only what was shown is named as shown")


def fuzz_json_path(dice: Random, place: Place) -> None:
    """The JSON path reader answers or says what is wrong."""
    text = json.dumps(fuzz_inputs.value(dice, 4)) if dice.random() < 0.8 else fuzz_inputs.text(dice, place.given)
    with contextlib.suppress(HeadroomError):
        json_path.select_text(text, fuzz_inputs.json_path(dice))


def fuzz_slices(dice: Random, place: Place) -> None:
    """A slice of anything by anything is text within its room, or an error of ours."""
    body = fuzz_inputs.text(dice, place.given).encode("utf-8", "surrogatepass")
    lines = dice.choice(
        (None, "", "-5", "3-1", f"{dice.randrange(99)}-{dice.randrange(400)}", fuzz_inputs.json_path(dice))
    )
    with contextlib.suppress(HeadroomError):
        slices.cut(
            Original("0" * 12, body, "Bash", "log", 0.0),
            query=fuzz_inputs.query(dice) or None,
            lines=lines,
            json_path=fuzz_inputs.json_path(dice) if dice.random() < 0.3 else None,
            max_tokens=dice.choice((100, 2_000)),
        )


def fuzz_marker(dice: Random, place: Place) -> None:
    """Markers are read from any text, and what we write is read back."""
    text = fuzz_inputs.text(dice, place.given)
    marker.refs(text)
    marker.ref_in(text)
    for line in text.split("\n"):
        check(marker.is_gap(line) == (marker.gap_range(line) is not None), "a gap has a range")
    start = dice.randrange(10**6)
    stop = start + 1 + dice.randrange(10**4)
    check(
        marker.gap_range(marker.gap(start, stop, text.split("\n")[0][:40])) == (start + 1, stop), "a gap is read back"
    )


def fuzz_settings(dice: Random, place: Place) -> None:
    """A settings file or variable is understood or refused in words; a project file never loosens anything."""
    path = os.path.join(place.store.settings.home, "fuzzed.toml")
    with open(path, "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(fuzz_inputs.settings(dice))
    now = Settings(redact=dice.choice(("none", "store")), min_tokens=250)
    try:
        tighter = tightened(now, settings_file.read(path, cache=False), path)
        check(tighter.min_tokens >= now.min_tokens and now.deny == tighter.deny, "only safer")
    except SettingsError:
        pass
    knob = dice.choice(KNOBS)
    with contextlib.suppress(SettingsError):
        parse_variable(knob, fuzz_inputs.json_path(dice))


def fuzz_shell(dice: Random, place: Place) -> None:
    """A command is read as far as it can be read."""
    for pipeline in shell.parse(fuzz_inputs.command(dice)):
        for words in pipeline:
            shell.name(words)
            shell.arguments(words)


def fuzz_secrets(dice: Random, place: Place) -> None:
    """Masking keeps the line count, and masks what it finds."""
    text = fuzz_inputs.text(dice, place.given)
    check(secrets.mask(text).count("\n") == text.count("\n"), "masking keeps the lines")


def fuzz_hook(dice: Random, place: Place) -> None:
    """A mutated event gets nothing, a logged failure or JSON; never an end of the process."""
    raw = json.dumps(fuzz_inputs.event(dice, fuzz_inputs.text(dice, place.given))).encode()
    if dice.random() < 0.05:
        raw = raw[: dice.randrange(len(raw))]
    try:
        reply = entry.answer(raw)
    except (Hang, MemoryError, RecursionError):
        raise
    except Exception:  # `main` logs it, and the host keeps its original
        return
    if reply.startswith(b"{"):
        json.loads(reply)


# target -> how many of a thousand inputs it gets
TARGETS: dict[Target, int] = {
    fuzz_compressor: 440, fuzz_repeats: 40, fuzz_router: 150, fuzz_json_path: 80, fuzz_marker: 60, fuzz_settings: 40, fuzz_shell: 60,
    fuzz_secrets: 40, fuzz_slices: 50, fuzz_flow: 20, fuzz_hook: 20,
}  # fmt: skip


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Random inputs, and the laws that must hold for each.")
    parser.add_argument("--minutes", type=float, default=1.0, help="when to stop, unless --count comes first")
    parser.add_argument("--count", type=int, default=1 << 60, help="how many inputs")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other inputs")
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--given", help="a folder of outputs to mutate as well")
    parser.add_argument("--only", choices=sorted(map(_name, TARGETS)), help="one target")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headroom-fuzz-") as home:
        os.environ["HEADROOM_HOME"] = home
        with open_store(Settings(home=home)) as store:
            counts, failed = run(asked, Place(store, _read(asked.given)))
    print("  ".join(f"{name} {count:,}" for name, count in sorted(counts.items())))
    print(f"{sum(counts.values()):,} inputs, {failed} failed")
    sys.exit(1 if failed else 0)


def run(asked: argparse.Namespace, place: Place) -> tuple[dict[str, int], int]:
    """Run targets until the time or the count is over; return how many inputs each got, and how many failed."""
    entry_timer, entry.start_timer = entry.start_timer, _no_timer  # it would end this process
    signal.signal(signal.SIGVTALRM, _too_long)
    counts: dict[str, int] = {}
    failed = 0
    ends = time.monotonic() + asked.minutes * 60
    number = asked.first
    while number < asked.first + asked.count and time.monotonic() < ends and failed < _MAX_FAILURES:
        target = _target(asked.only, asked.seed, number)
        signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
        try:
            target(Random(f"{asked.seed}:{number}"), place)
        except Exception as error:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            failed += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(
                f"FAILED --seed {asked.seed} --only {_name(target)} --first {number} --count 1: {type(error).__name__}:"
                f" {str(error)[:300]} ({where.filename.rpartition('headroom_mcp/')[2]}:{where.lineno})",
                flush=True,
            )
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        counts[_name(target)] = counts.get(_name(target), 0) + 1
        number += 1
        if number % 20_000 == 0:
            place.store.purge()
    entry.start_timer = entry_timer
    return counts, failed


def _target(only: str | None, seed: int, number: int) -> Target:
    if only is not None:
        return next(target for target in TARGETS if _name(target) == only)
    return Random(f"target:{seed}:{number}").choices(list(TARGETS), list(TARGETS.values()))[0]


def _name(target: Target) -> str:
    return target.__name__.removeprefix("fuzz_")


def _no_timer() -> None:
    return


def _too_long(signum: int, frame: object) -> None:
    msg = f"more than {LIMIT_S:g} s of processor time"
    raise Hang(msg)


def _read(folder: str | None) -> list[str]:
    texts: list[str] = []
    for path, _, names in os.walk(folder or os.devnull):
        for name in sorted(names):
            with open(os.path.join(path, name), encoding="utf-8", errors="replace") as file:
                texts.append(file.read(200_000))
    return texts


if __name__ == "__main__":
    main()
