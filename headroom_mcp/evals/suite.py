"""Which layers there are, with how many cases each, and a run of them that can be taken up again."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from headroom_mcp import __version__
from headroom_mcp.evals import figures
from headroom_mcp.evals.data import Data
from headroom_mcp.evals.figures import Figure, Layer, Tick
from headroom_mcp.evals.layers import actions, catalogues, facts, harm, laws, needles, passages, truth, turns
from headroom_mcp.types import SettingsError


class Task(NamedTuple):
    """A layer to be run: `cases` of it; `needs` names the sets of data without which it cannot be."""

    name: str
    cases: int
    needs: tuple[str, ...] = ()


_MADE: dict[str, Callable[[int, Tick], list[Figure]]] = {
    "facts": facts.run, "needles": needles.run, "laws": laws.run, "truth": truth.run, "turns": turns.run,
}  # fmt: skip
_READ: dict[str, Callable[[int, Tick, Data], list[Figure]]] = {
    "catalogues": catalogues.run, "passages": passages.run, "actions": actions.run, "harm": harm.run,
}  # fmt: skip
_NEEDS = {"catalogues": ("bfcl",), "passages": ("squad2",), "actions": ("sessions",), "harm": harm.SETS}
# Per case of "quick": the dear layers get a share. The second column is tier 1, in cases.
_SHARES = {
    "facts": (1.0, 150), "needles": (1.0, 32), "laws": (0.5, 24), "truth": (1.0, 120), "turns": (0.25, 12),
    "catalogues": (1.0, 200), "passages": (2.0, 100), "actions": (0.125, 33), "harm": (5.0, 400),
}  # fmt: skip
QUICK = 8


def quick(cases: int = QUICK) -> list[Task]:
    """Return what `quick` runs: every layer, in about `cases` cases."""
    return [Task(name, max(1, int(cases * share)), _NEEDS.get(name, ())) for name, (share, _) in _SHARES.items()]


def tier_1() -> list[Task]:
    """Return what `suite --tier 1` runs, within a quarter of an hour on two cores."""
    return [Task(name, cases, _NEEDS.get(name, ())) for name, (_, cases) in _SHARES.items()]


def run(
    tasks: Sequence[Task], data: Data | None, folder: str = "", began: Callable[[Task], Tick] | None = None
) -> list[Layer]:
    """Return what the layers of `tasks` found, in order. `began` is told of each that starts, and gives what is called after
    every case of it.

    With a `folder`, each layer is kept there when it is done, and a later run of the same release takes up what is there.
    Raises: SettingsError for data that cannot be read.
    """
    found: list[Layer] = []
    for task in tasks:
        missing = [name for name in task.needs if data is None or not data.has(name)]
        if missing and len(missing) == len(task.needs):
            found.append(Layer(task.name, (), 0.0, f"no {' or '.join(missing)} in a folder given with --data"))
            continue
        kept = _kept(folder, task, data)
        if kept is None:
            tick = began(task) if began is not None else lambda: None
            started = time.monotonic()
            if task.name in _MADE:
                made = _MADE[task.name](task.cases, tick)
            else:
                assert data is not None
                made = _READ[task.name](task.cases, tick, data)
            kept = Layer(task.name, tuple(made), time.monotonic() - started)
            _keep(folder, task, data, kept)
        found.append(kept)
    return found


def _path(folder: str, task: Task) -> str:
    return os.path.join(folder, "layers", f"{task.name}.json")


def _state(task: Task, data: Data | None) -> dict[str, object]:
    """Return what a figure depends on: with another release, number of cases or data it is another figure."""
    return {"version": __version__, "cases": task.cases, "data": data.folder if data is not None and task.needs else ""}


def _kept(folder: str, task: Task, data: Data | None) -> Layer | None:
    if not folder or not os.path.exists(_path(folder, task)):
        return None
    try:
        with open(_path(folder, task), encoding="utf-8") as file:
            found = json.load(file)
        return figures.from_object(found["layer"]) if found["of"] == _state(task, data) else None
    except (OSError, ValueError, KeyError, TypeError):  # half a file of a run that was stopped: the layer is run again
        return None


def _keep(folder: str, task: Task, data: Data | None, layer: Layer) -> None:
    if not folder:
        return
    path = _path(folder, task)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(f"{path}.part", "w", encoding="utf-8") as file:
        json.dump({"of": _state(task, data), "layer": figures.as_object(layer)}, file, indent=1)
    os.replace(f"{path}.part", path)


def load(path: str, tokens_by: str) -> list[Layer]:
    """Return the layers of a report that was written before; where its tokens were counted by another method than `tokens_by`,
    without its figures of tokens. Raises: SettingsError."""
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        layers = [figures.from_object(found) for found in report["layers"]]
        alike = report["about"]["tokens by"] == tokens_by
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} is not a report of this program: {error!r}. `python -m headroom_mcp.evals quick --json` writes one."
        raise SettingsError(msg) from error
    if alike:
        return layers
    return [
        layer._replace(figures=tuple(figure for figure in layer.figures if "tokens" not in figure.name))
        for layer in layers
    ]
