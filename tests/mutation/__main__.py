"""Break the law-bearing modules and see whether a test notices.

    python -m tests.mutation                      300 mutants, drawn by a fixed seed
    python -m tests.mutation --sample 20          what CI runs
    python -m tests.mutation --only flow.gate     every mutant of one module
    python -m tests.mutation --again              those that have survived before, once more

The score is killed / all; a mutant that no test reaches counts as alive. One without a sure answer (the clock ran out, the
test fails without it, too) is not counted, and said. Exit code 1 when the score is below --least. The work is done in a copy
of the checkout, in --folder (.mutation): what has a verdict there is not run again while its function stays as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.mutation.mutants import PACKAGE, Mutant, left_out, made, sample

_ROOT = Path(__file__).parents[2]


class Verdict(NamedTuple):
    """What became of a mutant: "killed", "survived", "no tests"; "not run" where there is no sure answer. `by`: the test."""

    mutant: Mutant
    outcome: str
    by: str = ""


def main() -> int:
    """Run the sample and print the score by module."""
    given = _arguments()
    folder = Path(given.folder).resolve()
    copy, noted = folder / "copy", folder / "verdicts.jsonl"
    _copy(copy)
    every = [mutant for mutant in made(copy, folder / "made") if given.only in mutant.name]
    if not every:
        print(f"No mutant's name contains {given.only!r}; [tool.mutmut] in pyproject.toml lists the modules.")
        return 2
    chosen = sample(every, given.sample or len(every), given.seed)
    unchecked = left_out(copy, folder / "made")
    print(f"{len(chosen)} of {len(every)} mutants, seed {given.seed}", flush=True)
    print(
        f"{unchecked} left out: they only take strict=True from a zip of what has one length by construction",
        flush=True,
    )
    known = {} if given.fresh else _verdicts(noted)
    waiting = [mutant for mutant in chosen if _is_open(known.get(mutant.key, ("", ""))[0], again=given.again)]
    if waiting:
        so_far = [] if given.again else [key for key, (outcome, _) in known.items() if outcome == "so far"]
        _run(folder, waiting, so_far, given)
    known = _verdicts(noted)
    verdicts = [Verdict(mutant, *known.get(mutant.key, ("not run", ""))) for mutant in chosen]
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
    parser.add_argument("--again", action="store_true", help="run again what has survived")
    parser.add_argument("--fresh", action="store_true", help="run again everything that the sample holds")
    parser.add_argument("--measure", action="store_true", help="measure again which tests reach what")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--folder", default=str(_ROOT / ".mutation"), help="where to work and to keep verdicts")
    given = parser.parse_args()
    if not given.sample and not given.only:
        given.sample = 300
    return given


def _is_open(outcome: str, *, again: bool) -> bool:
    return outcome in ("", "not run", "so far") or (again and outcome in ("survived", "no tests"))


def _copy(to: Path) -> None:
    """Make `to` what git knows of this checkout, as it is in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=_ROOT,
        capture_output=True,
        check=True,
    )
    names = {name for name in listed.stdout.decode().split("\0") if name and (_ROOT / name).is_file()}
    for path in [path for path in to.rglob("*") if path.is_file() and path.relative_to(to).as_posix() not in names]:
        path.unlink()
    for name in names:
        source, target = _ROOT / name, to / name
        if not target.exists() or source.read_bytes() != target.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def _run(folder: Path, mutants: list[Mutant], so_far: list[str], given: argparse.Namespace) -> None:
    """Write the verdicts on some mutants, in another process, whose package is the copy's."""
    copy, work = folder / "copy", folder / "work.json"
    modules = {mutant.module for mutant in made(copy, folder / "made")}
    files = [path.relative_to(copy).as_posix() for path in sorted((copy / PACKAGE).rglob("*.py"))]
    files = [path for path in files if path.removesuffix(".py").replace("/", ".") in modules]
    told = {
        "mutants": mutants,
        "so_far": so_far,
        "jobs": given.jobs,
        "verdicts": str(folder / "verdicts.jsonl"),
        "reach": str(folder / "reach.json"),
        "measure": given.measure,
        "files": files,
    }
    work.write_text(json.dumps(told), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONHASHSEED": "0"}
    out = sys.stderr if given.json else None
    subprocess.run(
        [sys.executable, "-m", "tests.mutation.runs", str(work)], cwd=copy, env=environment, stdout=out, check=False
    )


def _verdicts(noted: Path) -> dict[str, tuple[str, str]]:
    """Return the last verdict on each key that a file of them has."""
    if not noted.exists():
        return {}
    rows = [json.loads(line) for line in noted.read_text(encoding="utf-8").splitlines()]
    return {row["key"]: (row["outcome"], row["by"]) for row in rows}


def _report(verdicts: list[Verdict], least: float, *, as_json: bool) -> int:
    ran = [verdict for verdict in verdicts if verdict.outcome not in ("not run", "so far")]
    killed = sum(verdict.outcome == "killed" for verdict in ran)
    score = 100 * killed / len(ran) if ran else 0.0
    alive = sorted((verdict for verdict in ran if verdict.outcome != "killed"), key=lambda verdict: verdict.mutant[1:4])
    if as_json:
        rows = [{"mutant": each.mutant.diff(), "outcome": each.outcome, "by": each.by} for each in verdicts]
        print(json.dumps({"score": round(score, 1), "mutants": len(ran), "killed": killed, "verdicts": rows}, indent=1))
    else:
        for verdict in alive:
            print(f"{verdict.outcome}: {verdict.mutant.diff()}")
        of_module = Counter(verdict.mutant.module for verdict in ran)
        lived = Counter(verdict.mutant.module for verdict in alive)
        for module, count in sorted(of_module.items()):
            print(f"{module:36} {count - lived[module]:4} of {count:4} killed")
        print(f"mutation score: {score:.1f} % ({killed} of {len(ran)} mutants killed)")
        if len(ran) < len(verdicts):
            print(f"{len(verdicts) - len(ran)} mutants have no sure answer; the same command tries them again.")
    return 0 if ran and score >= least else 1


if __name__ == "__main__":
    sys.exit(main())
