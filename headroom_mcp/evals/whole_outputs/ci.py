"""Runs of tests inside the logs of CI services: the total and the verdict of every run survive, with the step that failed.

    python -m headroom_mcp.evals.whole_outputs.ci [--seeds 0-299] [--wrapper NAME] [--runner NAME] [--lines N] [--show SEED]

Each log has several steps (a checkout, an install, two runs by one runner each), written as a service writes it. Must be
seen: the totals of both runs, the marks of each failure, and, where something failed, how it ended.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from headroom_mcp.evals.whole_outputs import draw, play, unheard
from headroom_mcp.evals.whole_outputs.play import Output

RUNNERS = {**play.RUNNERS, **unheard.RUNNERS}


class Step(NamedTuple):
    """What one step ran, what it printed, and how it ended."""

    name: str
    command: str
    lines: list[str]
    code: int


class Log(NamedTuple):
    """A service's log, and the line that says how a failed step ended."""

    lines: list[str]
    ended: list[str]


Wrapper = Callable[[Random, list[Step]], Log]


def _clock(at: int) -> str:
    return f"{at // 3600 % 24:02d}:{at // 60 % 60:02d}:{at % 60:02d}"


def _each(
    steps: list[Step],
    prefix: Callable[[int, Step], str],
    head: Callable[[Step], list[str]],
    foot: Callable[[Step], list[str]],
    failed: Callable[[Step], str],
) -> Log:
    lines: list[str] = []
    ended: list[str] = []
    for step in steps:
        said = [*head(step), *step.lines]
        if step.code:
            said.append(failed(step))
            ended.append(failed(step))
        lines += [f"{prefix(len(lines) + at, step)}{line}" for at, line in enumerate([*said, *foot(step)])]
    return Log(lines, ended)


def _github(random: Random, steps: list[Step]) -> Log:
    return _each(
        steps, lambda at, step: f"build\t{step.name}\t2026-03-01T{_clock(at // 3)}.{random.randrange(10**7):07}Z ", lambda step: [f"##[group]Run {step.command}", step.command, "##[endgroup]"],
        lambda step: [], lambda step: f"##[error]Process completed with exit code {step.code}.",
    )  # fmt: skip


def _github_raw(random: Random, steps: list[Step]) -> Log:
    return _each(
        steps, lambda at, step: f"2026-03-01T{_clock(at // 3)}.{random.randrange(10**7):07}Z ", lambda step: [f"##[group]Run {step.command}", f"\x1b[36;1m{step.command}\x1b[0m", "shell: /usr/bin/bash -e {0}", "##[endgroup]"],
        lambda step: [], lambda step: f"##[error]Process completed with exit code {step.code}.",
    )  # fmt: skip


def _gitlab(random: Random, steps: list[Step]) -> Log:
    stamp = random.randrange(1_772_000_000, 1_773_000_000)
    return _each(
        steps, lambda at, step: "", lambda step: [f"section_start:{stamp}:step_{len(step.name)}\r\x1b[0K\x1b[0K\x1b[36;1m{step.name}\x1b[0;m", f"\x1b[32;1m$ {step.command}\x1b[0;m"],
        lambda step: [f"section_end:{stamp}:step_{len(step.name)}\r\x1b[0K"], lambda step: f"ERROR: Job failed: exit code {step.code}",
    )  # fmt: skip


def _jenkins(random: Random, steps: list[Step]) -> Log:
    return _each(
        steps, lambda at, step: f"[2026-03-01T{_clock(at // 3)}.{random.randrange(1000):03}Z] ", lambda step: ["[Pipeline] { (" + step.name + ")", "[Pipeline] sh", f"+ {step.command}"],
        lambda step: ["[Pipeline] }"], lambda step: f"ERROR: script returned exit code {step.code}",
    )  # fmt: skip


def _azure(random: Random, steps: list[Step]) -> Log:
    return _each(
        steps, lambda at, step: f"2026-03-01T{_clock(at // 3)}.{random.randrange(10**7):07}Z ", lambda step: [f"##[section]Starting: {step.name}", f"##[command]{step.command}"],
        lambda step: [f"##[section]Finishing: {step.name}"], lambda step: f"##[error]Bash exited with code '{step.code}'.",
    )  # fmt: skip


def _buildkite(random: Random, steps: list[Step]) -> Log:
    stamp = random.randrange(1_772_000_000_000, 1_773_000_000_000)
    return _each(
        steps, lambda at, step: f"\x1b_bk;t={stamp + 7 * at}\x07", lambda step: [f"~~~ Running {step.name}", f"\x1b[90m$\x1b[0m {step.command}"], lambda step: [],
        lambda step: f"🚨 Error: The command exited with status {step.code}",
    )  # fmt: skip


def _teamcity(random: Random, steps: list[Step]) -> Log:
    return _each(
        steps, lambda at, step: f"[{_clock(at // 3)}] :\t [{step.name}] ", lambda step: [f"Starting: {step.command}", "in directory: /opt/agent/work"], lambda step: [],
        lambda step: f"Process exited with code {step.code} (Step: {step.name})",
    )  # fmt: skip


def _circle(random: Random, steps: list[Step]) -> Log:
    return _each(
        steps,
        lambda at, step: "",
        lambda step: [f"====>> {step.name}", "#!/bin/bash -eo pipefail", step.command],
        lambda step: [],
        lambda step: f"Exited with code exit status {step.code}",
    )


def _travis(random: Random, steps: list[Step]) -> Log:
    return _each(
        steps, lambda at, step: "", lambda step: [f"travis_fold:start:{step.name.replace(' ', '_')}", f"$ {step.command}"], lambda step: [f"travis_fold:end:{step.name.replace(' ', '_')}"],
        lambda step: f'The command "{step.command}" exited with {step.code}.',
    )  # fmt: skip


def _drone(random: Random, steps: list[Step]) -> Log:
    return _each(
        steps,
        lambda at, step: f"[{step.name.replace(' ', '-')}:{at}] ",
        lambda step: [f"+ {step.command}"],
        lambda step: [],
        lambda step: f"exit code {step.code}",
    )


def _buildx(random: Random, steps: list[Step]) -> Log:
    numbers = {step.name: 7 + at for at, step in enumerate(steps)}
    return _each(
        steps, lambda at, step: f"#{numbers[step.name]} {at * 0.031:.3f} ", lambda step: [f"[build {numbers[step.name]}/9] RUN {step.command}"], lambda step: [f"DONE {random.randrange(3, 90)}.1s"] if not step.code else [],
        lambda step: f'ERROR: process "/bin/sh -c {step.command}" did not complete successfully: exit code: {step.code}',
    )  # fmt: skip


def _compose(random: Random, steps: list[Step]) -> Log:
    return _each(
        steps,
        lambda at, step: f"{step.name.split()[0].lower()}-1  | ",
        lambda step: [f"$ {step.command}"],
        lambda step: [],
        lambda step: f"exited with code {step.code}",
    )


WRAPPERS: dict[str, Wrapper] = {
    "github": _github, "github_raw": _github_raw, "gitlab": _gitlab, "jenkins": _jenkins, "azure": _azure, "buildkite": _buildkite, "teamcity": _teamcity, "circle": _circle, "travis": _travis, "drone": _drone,
    "buildx": _buildx, "compose": _compose,
}  # fmt: skip


def make(seed: int, wrapper: str = "", runner: str = "", least: int = 0) -> Output:
    """Return the log of `seed`, with at least so many lines of an install in it."""
    random = Random(seed)
    wrapper = wrapper or random.choice(sorted(WRAPPERS))
    names = [runner or random.choice(sorted(RUNNERS)) for _ in range(2)]
    broken = random.choice((0, 1, None))
    steps = [
        Step("Check out", "git checkout -q main", ["Cloning into 'barn'...", "HEAD is now at 1f2e3d4 weigh twice"], 0),
        Step("Install", "./install --frozen", [f"  fetched {random.choice(draw.SUBJECTS)}-{n % 9}.{n % 7}.{n % 5} from the mirror" for n in range(least or random.randrange(20, 160))], 0),
    ]  # fmt: skip
    marks: list[tuple[str, ...]] = []
    totals: list[str] = []
    failed = 0
    for at, name in enumerate(names):
        command, printer = RUNNERS[name]
        run = draw.run(random, failures=random.randrange(1, 3) if at == broken else 0, least=20, most=150)
        printed = printer(random, run)
        steps.append(Step(f"{('Unit', 'Integration')[at]} {name}", command, printed.lines, 1 if run.failed else 0))
        marks += printed.marks
        totals += printed.totals
        failed += run.failed
    log = WRAPPERS[wrapper](random, steps)
    return Output(
        "\n".join(log.lines) + "\n",
        f"cat {wrapper}.log",
        " + ".join(names),
        wrapper,
        marks,
        [*totals, *log.ended],
        failed,
    )


def main() -> int:
    """Play the seeds and print what was seen, by service and by runner that loses something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0-299")
    parser.add_argument("--wrapper", default="")
    parser.add_argument("--runner", default="")
    parser.add_argument("--totals", action="store_true", help="look for totals and verdicts only")
    parser.add_argument("--lines", type=int, default=0)
    parser.add_argument("--show", type=int)
    chosen = parser.parse_args()
    if chosen.show is not None:
        output = make(chosen.show, chosen.wrapper, chosen.runner, chosen.lines)
        shown = play.shown(output)
        print(output.text, "=====", shown, f"===== lost {play.missing(output, shown)}", sep="\n")
        return 0
    first, last = map(int, chosen.seeds.split("-"))
    games: dict[str, list[bool]] = defaultdict(list)
    for seed in range(first, last + 1):
        output = make(seed, chosen.wrapper, chosen.runner, chosen.lines)
        lost = play.missing(output._replace(marks=[]) if chosen.totals else output, play.shown(output))
        for key in (output.setting, "ALL"):
            games[key].append(not lost)
        if lost:
            print(f"{seed} {output.setting}, {output.runner}: {[one[:90] for one in lost[:4]]}")
    for key, seen in sorted(games.items()):
        print(f"{key:12} seen {100 * sum(seen) / len(seen):5.1f} % of {len(seen):4}")
    return 0 if all(games["ALL"]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
