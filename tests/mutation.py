"""Would the tests notice? Break the modules that carry the laws, one small change at a time, and run their tests.

    python -m tests.mutation                      300 mutants, chosen by a fixed seed; about half an hour on 2 cores
    python -m tests.mutation --sample 40          what CI runs
    python -m tests.mutation --only flow.gate     every mutant of one module
    python -m tests.mutation --show               each survivor as a diff
    python -m tests.mutation --folder /tmp/m      may be interrupted: the same command goes on where it was

mutmut makes the mutants and notes which tests reach them (configured in pyproject.toml, [tool.mutmut]), in a copy of the
checkout; tests/mutant_runs.py runs those tests for each. The score is killed / all; a mutant that no test reaches counts as
alive. One without a sure answer (the clock ran out, the test fails without it, too) is not counted, and said. Exit code 1
when the score is below --least.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests import mutant_runs

_ROOT = Path(__file__).parents[1]
_PACKAGE = "headroom_mcp."
_SLICE = 50  # mutants to a run, so that what killed them is checked while it is fresh


class Verdict(NamedTuple):
    """What became of one mutant: "killed", "survived", "no tests"; "not run" where there is no sure answer. `by`: the test."""

    name: str
    outcome: str
    by: str = ""

    @property
    def module(self) -> str:
        """The mutated module, without the package's name."""
        return self.name.removeprefix(_PACKAGE).rpartition(".")[0]


def main() -> int:
    """Run the sample and print the score by module."""
    given = _arguments()
    with _folder(given.folder) as folder:
        copy = Path(folder, "copy")
        if not (copy / "mutants").is_dir():
            _copy(copy)
            _mutmut(copy, ["nothing of this name"], quiet=not given.verbose)  # makes the mutants, runs none
        names = [name for name in sorted(_made(copy)) if given.only in name]
        if not names:
            print(f"No mutant's name contains {given.only!r}; [tool.mutmut] in pyproject.toml lists the modules.")
            return 2
        chosen = sorted(random.Random(given.seed).sample(names, min(given.sample or len(names), len(names))))
        print(f"{len(chosen)} of {len(names)} mutants, seed {given.seed}", flush=True)
        noted = Path(folder, "verdicts.jsonl").resolve()
        known = _verdicts(noted)
        waiting = [name for name in chosen if name not in known or known[name].outcome == "not run"]
        for start in range(0, len(waiting), _SLICE):
            names = waiting[start : start + _SLICE]
            mutant_runs.run(copy.resolve(), names, given.jobs, noted, quiet=not given.verbose)
        known = _verdicts(noted)
        verdicts = [known.get(name, Verdict(name, "not run")) for name in chosen]
        alive = [verdict.name for verdict in verdicts if verdict.outcome in ("survived", "no tests")]
        if given.show:
            for name in alive:
                shown = [sys.executable, "-m", "mutmut", "show", name]
                print(subprocess.run(shown, cwd=copy, capture_output=True, text=True, check=False).stdout)
    return _report(verdicts, given.least, as_json=given.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Break the law-bearing modules and see whether a test notices.")
    parser.add_argument(
        "--sample", type=int, default=0, help="how many mutants (default: 300, with --only all of them)"
    )
    parser.add_argument("--seed", type=int, default=1, help="which ones (default: 1)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only mutants whose name contains TEXT")
    parser.add_argument("--least", type=float, default=0.0, metavar="PERCENT", help="exit 1 below this score")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (default: 2)")
    parser.add_argument("--show", action="store_true", help="print the diff of each mutant that lived")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--folder", help="where to work; kept, and what has run there is not run again")
    parser.add_argument("--verbose", action="store_true", help="print what mutmut prints")
    given = parser.parse_args()
    if not given.sample and not given.only:
        given.sample = 300
    return given


@contextmanager
def _folder(kept: str | None) -> Iterator[str]:
    """Yield the folder to work in: the one that is kept, or one that is taken away."""
    if kept:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        yield folder


def _copy(to: Path) -> None:
    """Copy what git knows of this checkout, as it is in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=_ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = _ROOT / name, to / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def _mutmut(folder: Path, arguments: list[str], *, quiet: bool) -> None:
    out = subprocess.DEVNULL if quiet else None
    subprocess.run([sys.executable, "-m", "mutmut", "run", *arguments], cwd=folder, stdout=out, stderr=out, check=False)


def _made(folder: Path) -> list[str]:
    """Return the names of the mutants that mutmut has made."""
    files = sorted((folder / "mutants").rglob("*.meta"))
    return [name for path in files for name in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]]


def _verdicts(noted: Path) -> dict[str, Verdict]:
    """Return the last verdict on each mutant that a file of them has."""
    if not noted.exists():
        return {}
    rows = [json.loads(line) for line in noted.read_text(encoding="utf-8").splitlines()]
    return {row["name"]: Verdict(row["name"], row["outcome"], row["by"]) for row in rows}


def _report(verdicts: list[Verdict], least: float, *, as_json: bool) -> int:
    ran = [verdict for verdict in verdicts if verdict.outcome != "not run"]
    killed = sum(verdict.outcome == "killed" for verdict in ran)
    score = 100 * killed / len(ran) if ran else 0.0
    alive = [verdict for verdict in ran if verdict.outcome != "killed"]
    if as_json:
        rows = [verdict._asdict() for verdict in verdicts]
        print(json.dumps({"score": round(score, 1), "mutants": len(ran), "killed": killed, "verdicts": rows}, indent=1))
    else:
        of_module = Counter(verdict.module for verdict in ran)
        lived = Counter(verdict.module for verdict in alive)
        for module, count in sorted(of_module.items()):
            print(f"{module:36} {count - lived[module]:4} of {count:4} killed")
        for verdict in alive:
            print(f"{verdict.outcome:9} {verdict.name}")
        print(f"mutation score: {score:.1f} % ({killed} of {len(ran)} mutants killed)")
        if len(ran) < len(verdicts):
            print(
                f"{len(verdicts) - len(ran)} mutants have no sure answer; the same command with --folder tries them again."
            )
    return 0 if ran and score >= least else 1


if __name__ == "__main__":
    sys.exit(main())
