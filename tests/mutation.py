"""Would the tests notice? Break the modules that carry the laws, one small change at a time, and run their tests.

    python -m tests.mutation                      300 mutants, chosen by a fixed seed; about half an hour on 2 cores
    python -m tests.mutation --sample 40          what CI runs
    python -m tests.mutation --only flow.gate     every mutant of one module
    python -m tests.mutation --show               each survivor as a diff
    python -m tests.mutation --folder /tmp/m      may be interrupted: the same command goes on where it was

mutmut makes the mutants and runs, for each, the tests that reach it (configured in pyproject.toml, [tool.mutmut]). It
works in a copy of the checkout. The score is killed / all; a mutant that no test reaches counts as alive. Exit code 1
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

_ROOT = Path(__file__).parents[1]
_PACKAGE = "headroom_mcp."
_ALIVE = {0: "survived", 5: "no tests", 33: "no tests"}  # mutmut's exit codes; any other is a death
_SLICE = 25  # mutants to a run of mutmut, so that an interrupted one has lost little
_NOT_RUN = (None, 2, 34, 37)  # not looked at, interrupted, skipped


class Verdict(NamedTuple):
    """What became of one mutant: "killed", "survived", "no tests"; "not run" where mutmut gave no answer."""

    name: str
    outcome: str

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
            _mutmut(copy, ["nothing of this name"])  # makes the mutants, runs none
        names = [name for name in sorted(_exit_codes(copy)) if given.only in name]
        if not names:
            print(f"No mutant's name contains {given.only!r}; [tool.mutmut] in pyproject.toml lists the modules.")
            return 2
        chosen = sorted(random.Random(given.seed).sample(names, min(given.sample or len(names), len(names))))
        print(f"{len(chosen)} of {len(names)} mutants, seed {given.seed}", flush=True)
        codes = _exit_codes(copy)
        waiting = [name for name in chosen if codes.get(name) in _NOT_RUN]
        for start in range(0, len(waiting), _SLICE):
            names = waiting[start : start + _SLICE]
            _mutmut(copy, ["--max-children", str(given.jobs), *names], quiet=not given.verbose)
            if all(_exit_codes(copy).get(name) in _NOT_RUN for name in names):
                break  # the tests fail without any mutant: --verbose shows which
        codes = _exit_codes(copy)
        verdicts = [Verdict(name, _outcome(codes.get(name))) for name in chosen]
        alive = [verdict.name for verdict in verdicts if verdict.outcome != "killed"]
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


def _mutmut(folder: Path, arguments: list[str], *, quiet: bool = True) -> None:
    out = subprocess.DEVNULL if quiet else None
    subprocess.run([sys.executable, "-m", "mutmut", "run", *arguments], cwd=folder, stdout=out, stderr=out, check=False)


def _exit_codes(folder: Path) -> dict[str, int | None]:
    """Return mutmut's exit code of every mutant it has made, None for those not run."""
    codes: dict[str, int | None] = {}
    for path in sorted((folder / "mutants").rglob("*.meta")):
        codes.update(json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"])
    return codes


def _outcome(code: int | None) -> str:
    return "not run" if code in _NOT_RUN else _ALIVE.get(code or 0, "killed")


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
            print(f"{len(verdicts) - len(ran)} mutants were not run; --verbose shows what mutmut says.")
    return 0 if ran and score >= least else 1


if __name__ == "__main__":
    sys.exit(main())
