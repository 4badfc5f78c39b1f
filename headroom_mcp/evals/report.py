"""A run of the layers as text for a terminal, as Markdown, and as one HTML page with plots and nothing to fetch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from headroom_mcp.evals.figures import Figure, Layer

_STYLE = """
:root{color-scheme:light dark;--ink:#1a1a18;--soft:#6b6a64;--paper:#fbfaf7;--line:#dddacf;--good:#2f7d4f;--bad:#b3372f;--track:#ebe8de}
@media (prefers-color-scheme:dark){:root{--ink:#ecebe6;--soft:#a09e95;--paper:#191917;--line:#383731;--good:#6cc08b;--bad:#ea7a70;--track:#2a2925}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}td,th{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:middle}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.bad{color:var(--bad)}.soft{color:var(--soft)}
svg{width:100%;min-width:9rem;height:1.1rem;display:block}summary{cursor:pointer;color:var(--soft)}h2{margin-bottom:0}code{font-size:.9em}
"""


class Run(NamedTuple):
    """What a report is about: its layers, and what was measured (date, release, machine, checksums of data)."""

    title: str
    about: Mapping[str, str]
    layers: Sequence[Layer]


def text(run: Run) -> str:
    """Return the figures for a terminal."""
    lines = []
    for layer in run.layers:
        if layer.skipped:
            lines.append(f"{layer.name}: left out, {layer.skipped}")
            continue
        lines.append(f"{layer.name} ({layer.seconds:.0f} s)")
        for figure in layer.figures:
            mark = "" if figure.bar is None else "  ok" if figure.passed else "  BELOW ITS BAR"
            lines.append(
                f"  {figure.name:44} {100 * figure.value:6.1f} %  n={figure.cases:<6,} {_interval(figure):>15}{_bar(figure)}{mark}"
            )
            if not figure.passed:
                lines += [f"      {failure}" for failure in figure.failures]
    return "\n".join([*lines, "", _LEGEND, verdict(run.layers)])


_LEGEND = (
    "%: the share of n cases in which it is so, then its 95 % interval and its bar, the share to reach. planted: something"
    "\nunlike the rest, in formats made up for it; critical: one critical entry among a hundred; failing: what failed in a"
    "\nrun of tests."
)


def verdict(layers: Sequence[Layer]) -> str:
    """Return the last line: whether every bar is reached, or which are not."""
    below = [f"{layer.name}: {figure.name}" for layer in layers for figure in layer.figures if not figure.passed]
    bars = sum(figure.bar is not None for layer in layers for figure in layer.figures)
    out = sum(bool(layer.skipped) for layer in layers)
    left = f" {out} of {len(layers)} layers were left out." if out else ""
    if not bars:
        return f"No bar was tried.{left}"
    if not below:
        return f"Every bar is reached ({bars} of {bars}).{left}"
    return f"{len(below)} of {bars} figures are below their bars: {'; '.join(below)}.{left}"


def markdown(run: Run) -> str:
    """Return the figures as Markdown, with bars that stand in any viewer."""
    lines = [f"# {run.title}", "", *(f"- {name}: {value}" for name, value in run.about.items()), ""]
    for layer in run.layers:
        lines += [f"## {layer.name}", ""]
        if layer.skipped:
            lines += [f"Left out: {layer.skipped}.", ""]
            continue
        lines += ["| | | % | n | 95 % | bar | |", "|---|---|--:|--:|---|--:|---|"]
        for figure in layer.figures:
            drawn = "█" * round(20 * figure.value)
            bar = "" if figure.bar is None else f"{100 * figure.bar:.0f}"
            state = "" if figure.bar is None else "ok" if figure.passed else "**below**"
            lines.append(
                f"| {figure.name} | `{drawn:20}` | {100 * figure.value:.1f} | {figure.cases:,} | {_interval(figure)} | {bar} | {state} |"
            )
        lines.append("")
        for figure in layer.figures:
            if figure.failures:
                lines += [f"{figure.name}, among what counts against it:", ""]
                lines += [f"- `{failure[:200].replace('`', chr(39))}`" for failure in figure.failures]
                lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def html(run: Run) -> str:
    """Return the figures as one page: a bar for each, its interval, its bar to reach, and what counts against it."""
    about = "".join(
        f"<dt>{escape(name)}</dt><dd><code>{escape(value)}</code></dd>" for name, value in run.about.items()
    )
    sections = "".join(_section(layer) for layer in run.layers)
    passed = all(layer.passed for layer in run.layers)
    said = "Every bar is reached." if passed else "Some figures are below their bars."
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(run.title)}</title><style>{_STYLE}</style><h1>{escape(run.title)}</h1><p>{said} A bar is a share of the"
        f" cases, the thin line its 95 % interval, the mark what it should reach.</p>{sections}<dl>{about}</dl></html>\n"
    )


def _section(layer: Layer) -> str:
    if layer.skipped:
        return f'<h2>{escape(layer.name)}</h2><p class="soft">Left out: {escape(layer.skipped)}.</p>'
    rows = "".join(_row(figure) for figure in layer.figures)
    details = "".join(
        f"<details><summary>{escape(figure.name)}: some of what counts against it</summary><ul>"
        + "".join(f"<li><code>{escape(failure[:300])}</code></li>" for failure in figure.failures)
        + "</ul></details>"
        for figure in layer.figures
        if figure.failures
    )
    return (
        f'<h2>{escape(layer.name)}</h2><p class="soft">{layer.seconds:.0f} s</p><table><tr><th></th><th></th><th class="n">%</th>'
        f'<th class="n">n</th><th class="n">95 %</th></tr>{rows}</table>{details}'
    )


def _row(figure: Figure) -> str:
    colour = "var(--soft)" if figure.bar is None else "var(--good)" if figure.passed else "var(--bad)"
    mark = (
        ""
        if figure.bar is None
        else f'<rect x="{1000 * figure.bar - 2:.0f}" y="0" width="4" height="20" fill="var(--ink)"/>'
    )
    plot = (
        f'<svg viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label="{100 * figure.value:.1f} %">'
        f'<rect width="1000" height="20" fill="var(--track)"/><rect width="{1000 * _cut(figure.value):.0f}" height="20" fill="{colour}"/>'
        f'<rect x="{1000 * _cut(figure.low):.0f}" y="9" width="{1000 * (_cut(figure.high) - _cut(figure.low)):.0f}" height="2" fill="var(--ink)"/>'
        f"{mark}</svg>"
    )
    kind = "" if figure.passed else " bad"
    return (
        f'<tr><td>{escape(figure.name)}</td><td>{plot}</td><td class="n{kind}">{100 * figure.value:.1f}</td>'
        f'<td class="n">{figure.cases:,}</td><td class="n soft">{_interval(figure)}</td></tr>'
    )


def _cut(value: float) -> float:
    return min(1.0, max(0.0, value))


def _interval(figure: Figure) -> str:
    return f"{100 * figure.low:.1f} to {100 * figure.high:.1f}"


def _bar(figure: Figure) -> str:
    return "" if figure.bar is None else f"  bar {100 * figure.bar:.0f}"
