"""Play the whole-output game.

    python -m headroom_mcp.evals.whole_outputs.play --seeds 0-999 [--runner NAME] [--show SEED]

Each seed is a run of one of 40 runners, alone, several in one output, or inside the log of a CI service. Seen: every mark of
each planted failure and every total stands in the short form.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections import defaultdict
from random import Random
from typing import NamedTuple

from headroom_mcp.evals.whole_outputs import draw, javascript, jvm, native, python, scripting

RUNNERS = {**javascript.RUNNERS, **python.RUNNERS, **jvm.RUNNERS, **native.RUNNERS, **scripting.RUNNERS}
SETTINGS = ("alone", "alone", "alone", "several", "ci")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Output(NamedTuple):
    """One output of the game: what is planted in it, and the lines that must survive whatever else goes."""

    text: str
    command: str
    runner: str
    setting: str
    marks: list[tuple[str, ...]]
    totals: list[str]
    failed: int


def make(seed: int, runner: str = "", setting: str = "") -> Output:
    """Return the output of `seed`; `runner` and `setting` are drawn where they are not given."""
    random = Random(seed)
    runner = runner or random.choice(sorted(RUNNERS))
    setting = setting or random.choice(SETTINGS)
    command, printer = RUNNERS[runner]
    if setting == "several":
        count = random.choice((2, 3, 5))
        broken = random.randrange(count)
        lines: list[str] = []
        marks: list[tuple[str, ...]] = []
        totals: list[str] = []
        failed = 0
        for at in range(count):
            run = draw.run(random, failures=1 if at == broken else 0, least=20, most=120)
            printed = printer(random, run)
            lines += [f"==> packages/p{at}", *printed.lines, ""]
            marks += printed.marks
            totals += printed.totals
            failed += run.failed
        return Output("\n".join(lines) + "\n", "make test", runner, setting, marks, totals, failed)
    run = draw.run(random, failures=random.choice((0, 1, 1, 1, 2, 3)))
    printed = printer(random, run)
    if setting == "ci":
        lines = [
            f"test\tRun tests\t2026-03-01T12:{i // 60 % 60:02}:{i % 60:02}.{random.randrange(10**7):07}Z {line}"
            for i, line in enumerate([f"##[group]Run {command}", command, "##[endgroup]", *printed.lines])
        ]
        return Output(
            "\n".join(lines) + "\n", "gh run view 17 --log", runner, setting, printed.marks, printed.totals, run.failed
        )
    return Output("\n".join(printed.lines) + "\n", command, runner, setting, printed.marks, printed.totals, run.failed)


def shown(output: Output) -> str:
    """Return the short form of `output`, unasked."""
    from headroom_mcp.flow.plan import plan
    from headroom_mcp.settings.table import Settings
    from headroom_mcp.tool_output import ToolOutput

    return plan(ToolOutput(output.text, "Bash", {"command": output.command}), Settings()).body


def missing(output: Output, shown: str) -> list[str]:
    """Return the marks and totals of `output` that `shown` has nowhere."""
    flat = _flat(shown)
    lost = [mark[0] for mark in output.marks if not any(_flat(form) in flat for form in mark)]
    return lost + [total for total in output.totals if _flat(total) not in flat]


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", _ANSI.sub("", text).replace('\\"', '"').replace("\\t", " ")).strip()


def main() -> int:
    """Play the seeds and print what was seen, by runner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-999")
    parser.add_argument("--runner", default="")
    parser.add_argument("--setting", default="")
    parser.add_argument("--show", type=int)
    parser.add_argument("--lost", action="store_true", help="print what is lost, seed by seed")
    arguments = parser.parse_args()
    os.environ.setdefault("HEADROOM_HOME", tempfile.mkdtemp())
    from headroom_mcp import compress_output

    first, last = (int(end) for end in arguments.seeds.split("-"))
    seeds = [arguments.show] if arguments.show is not None else list(range(first, last + 1))
    told: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0.0])
    for seed in seeds:
        output = make(seed, arguments.runner, arguments.setting)
        result = compress_output(output.text, tool_name="Bash", tool_input={"command": output.command})
        lost = missing(output, result.text)
        if arguments.show is not None:
            print(
                output.text,
                "\n=====",
                output.runner,
                output.setting,
                result.kind,
                result.outcome,
                "\n",
                result.text,
                "\n=====lost",
                lost,
            )
        if lost and arguments.lost:
            print(seed, output.runner, output.setting, result.kind, lost)
        for key in (output.runner, f"[{output.setting}]", "ALL"):
            told[key][0] += not lost
            told[key][1] += 1
            told[key][2] += 1 - result.tokens_after / result.tokens_before
    for key, (seen, count, saved) in sorted(told.items()):
        print(f"{key:18} seen {100 * seen / count:5.1f} % of {count:4.0f}   saved {100 * saved / count:5.1f} %")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
