"""Runners that nobody has heard of: their words for a test that holds, for one that does not, and for the sum of both."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from headroom_mcp.evals.whole_outputs.draw import Printed, Run

Printer = Callable[[Random, Run], Printed]


def _runner(holds: str, broken: tuple[str, ...], total: str) -> Printer:
    """Return a printer that says of each test `holds` or the lines `broken`, and `total` at the end."""

    def printed(random: Random, run: Run) -> Printed:
        lines: list[str] = []
        marks: list[tuple[str, ...]] = []
        for suite in run.suites:
            for case in suite.cases:
                said = broken if case.failed else (holds,)
                values = {
                    "name": case.words,
                    "snake": case.snake,
                    "suite": suite.name,
                    "ms": case.ms,
                    "want": case.want,
                    "got": case.got,
                    "line": case.line,
                }
                lines += [text.format(**values) for text in said]
                if case.failed:
                    marks += [(case.words, case.snake), (str(case.want),), (str(case.got),)]
        last = total.format(
            all=run.total, good=run.passed, bad=run.failed, word="bad" if run.failed else "good", suites=len(run.suites)
        )
        return Printed([*lines, *last.split("\n")], marks, last.split("\n"))

    return printed


RUNNERS: dict[str, tuple[str, Printer]] = {
    "unheard_verdict": ("./prove-it", _runner("{suite}/{snake} .. holds ({ms} ms)", ("{suite}/{snake} .. does not hold ({ms} ms)", "    wanted {want}, was {got} at {suite}.x:{line}"), "Verdict: {bad} of {all} did not hold")),
    "unheard_sum": ("barn check --all", _runner("  good  {name}", ("  BAD   {name}", "        {got} <> {want} ({suite}.bn:{line})"), "checked {all} in {suites} suites: {good} good, {bad} bad")),
    "unheard_stars": ("assay run", _runner("* {snake}: sound", ("* {snake}: unsound", "  expected {want} but the run gave {got}, {suite}.as:{line}"), "*** {all} assays, {good} sound, {bad} unsound ***")),
    "unheard_equals": ("quiz -v", _runner("[{suite}] {name} => yes", ("[{suite}] {name} => NO", "    {want} != {got} on line {line}"), "quiz: total={all} yes={good} no={bad}\nquiz: {word} overall")),
    "unheard_german": ("pruefe alles", _runner("{snake}: bestanden ({ms} ms)", ("{snake}: fehlgeschlagen ({ms} ms)", "    erwartet {want}, erhalten {got} ({suite}.pf:{line})"), "{all} Prüfungen, davon {bad} fehlgeschlagen")),
    "unheard_french": ("essais", _runner("{name} : réussi", ("{name} : échoué", "    attendu {want}, obtenu {got} ({suite}.es:{line})"), "{all} essais, {good} réussis, {bad} échoués")),
}  # fmt: skip
