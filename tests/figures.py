"""The figures of docs/benchmarks.md, docs/latency.md and docs/limitations.md: `python -m tests.figures [--check]`.

Every figure stands in a generated part, `<!-- begin NAME -->` to `<!-- end NAME -->`, made from a file in tests/measured that
the command named below it has written. With `--check` nothing is written and the exit code is 1 where a page is out of date.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGES = ("docs/benchmarks.md", "docs/latency.md", "docs/limitations.md")
_PART = re.compile(r"<!-- begin (\w+) -->\n.*?<!-- end \1 -->", re.DOTALL)
_LAYERS = {
    "facts": "Facts of made-up outputs, unasked",
    "needles": "One sentence in much text, asked for",
    "laws": "Laws and round trips",
    "truth": "What short forms state",
    "turns": "Later questions about earlier outputs",
    "catalogues": "Tool catalogues (BFCL)",
    "passages": "Answer spans in long pages (SQuAD)",
    "actions": "Recorded sessions",
    "harm": "Nothing to compress (GSM8K, TruthfulQA)",
}


def update(text: str) -> str:
    """Return a page with its generated parts brought up to date. Raises: KeyError for a part nobody makes."""
    return _PART.sub(lambda match: f"<!-- begin {match[1]} -->\n{MAKERS[match[1]]()}\n<!-- end {match[1]} -->", text)


def layers() -> str:
    """Return what the layers have found."""
    report = _measured("suite")
    lines: list[str] = []
    for layer in report["layers"]:
        if layer["skipped"]:
            continue
        lines += [f"**{_LAYERS[layer['name']]}**", "", "| | % | of | 95 % | bar |", "|---|--:|--:|---|--:|"]
        for figure in layer["figures"]:
            bar = "" if figure["bar"] is None else f"{100 * figure['bar']:.0f}"
            lines.append(
                f"| {figure['name']} | {100 * figure['value']:.1f} | {figure['cases']:,} "
                f"| {100 * figure['low']:.1f} to {100 * figure['high']:.1f} | {bar} |"
            )
        lines.append("")
    about = report["about"]
    return "\n".join([*lines, ""]) + (
        f"Measured on {about['date']} by `python -m headroom_mcp.evals suite --tier 1 -o DIR --data DIR`, tokens by {about['tokens by']}."
    )


def scenarios() -> str:
    """Return what is saved in the five stories."""
    rows = _measured("scenarios")
    seeds = rows[0]["seeds"]
    return "\n".join([
        "| what the agent reads | tokens | become | saved | least | bar | answered |", "|---|--:|--:|--:|--:|--:|--:|",
        *(
            f"| {row['title']} | {row['tokens_before']:,} | {row['tokens_after']:,} | {row['saved_pct']} % | {row['least_saved_pct']} % "
            f"| {row['bar_pct']} % | {row['answered']} of {row['questions']} |"
            for row in rows
        ),
        "", f"Means of {seeds} seeds: `python -m headroom_mcp.evals.scenarios --seeds 0-{seeds - 1} --json`.",
    ])  # fmt: skip


def readability() -> str:
    """Return how well models read the forms."""
    measured = _measured("readability")
    return "\n".join([
        "| model | form | look-ups | tokens | right | as JSON | points | p |", "|---|---|--:|--:|--:|--:|--:|--:|",
        *(
            f"| {row['model']} | {_form(row)} | {row['questions']} | {row['tokens']:.0f} | {row['right']} | {row['base_right']} "
            f"| {row['points']:+.1f} | {row['p']:.2f} |"
            for row in measured["rows"]
        ),
        "", f"{measured['note']} `python -m headroom_mcp.evals.readability --base-url URL --model NAME`, {measured['date']}.",
    ])  # fmt: skip


def _form(row: dict[str, Any]) -> str:
    return str(row["form"]) if row["shape"] == "all" else f"{row['form']}, {row['shape']} alone"


def latency() -> str:
    """Return how long outputs wait."""
    measured = _measured("latency")
    lines = [
        "| kind | tokens | saved | warm p50 | p95 | p99 | cold p50 | p95 | p99 | MB | pays below |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in measured["rows"]:
        times = " | ".join(f"{row[way][at]:.1f}" for way in ("warm", "cold") for at in ("p50", "p95", "p99"))
        lines.append(
            f"| {row['kind']} | {row['tokens']:,} | {row['saved']:,} | {times} | {row['memory_mb']:.0f} | {row['pays_below']:,.0f} |"
        )
    runs = measured["rows"][0]
    return "\n".join([
        *lines, "",
        f"Milliseconds of processor time over {runs['warm']['runs']} warm runs and {runs['cold']['runs']} processes (a quarter of the warm "
        f"runs for the largest), on {measured['date']} ({measured['machine']}): `headroom bench latency --json`.",
    ])  # fmt: skip


def rates() -> str:
    """Return seconds per megabyte, of each kind the slowest output."""
    measured = _measured("rates")
    of_kind: dict[str, list[dict[str, Any]]] = {}
    for row in measured["rows"]:
        of_kind.setdefault(row["kind"], []).append(row)
    lines = [
        "| kind | outputs | the slowest | 1 MB | with a question | 10 MB | growth | loops | MB |",
        "|---|--:|---|--:|--:|--:|--:|--:|--:|",
    ]
    slowest = {kind: max(rows, key=_slowest) for kind, rows in of_kind.items()}
    for kind, row in sorted(slowest.items(), key=lambda item: -_slowest(item[1])):
        large = f"{row['large_s']:.2f}" if row["large_s"] else "–"
        lines.append(
            f"| {kind} | {len(of_kind[kind])} | {row['name']} | {row['plain_s']:.2f} | {row['asked_s']:.2f} | {large} "
            f"| {row['growth']:.2f} | {row['loops']:.0f} | {row['memory_mb']:,.0f} |"
        )
    rows, about = measured["rows"], measured["about"]
    slow = [f"{row['kind']}: {row['name']}" for row in rows if _slowest(row) > 1.0]
    fast = [f"{row['kind']}: {row['name']}" for row in rows if row["growth"] > 2.2]
    return "\n".join([
        *lines, "",
        f"Seconds of processor time per megabyte; *growth* is for twice the text, *loops* how often a fixed loop of plain Python fits into a "
        f"megabyte's time, *MB* the memory of the process at its largest text. Of {len(rows)} outputs, above a second: "
        f"{', '.join(slow) or 'none'}; growing more than 2.2 times: {', '.join(fast) or 'none'}. On {about['date']}, {about['cores']} cores "
        f"at a load of {about['load']}, a loop in {about['loop_ms']} ms: `python -m headroom_mcp.evals.rates --json tests/measured/rates.json`"
        f"{' (' + about['note'] + ')' if about.get('note') else ''}.",
    ])  # fmt: skip


def _slowest(row: dict[str, Any]) -> float:
    return max(float(row["plain_s"]), float(row["asked_s"]), float(row["large_s"]))


def not_worth_it() -> str:
    """Return where the time does not pay, by how fast a model reads."""
    measured = _measured("latency")
    lines = []
    for name, speed in measured["reading"].items():
        losing = [f"{row['kind']} of {row['tokens']:,} tokens" for row in measured["rows"] if row["net_ms"][name] <= 0]
        lines.append(
            f"- {name}, at {speed:,.0f} tokens a second: {', '.join(losing) if losing else 'all of these pay'}."
        )
    return "\n".join(
        [*lines, "", "By `headroom bench latency --json`; the speeds are assumptions, `--reads` takes yours."]
    )


def lost() -> str:
    """Return the figures below 100 %: what is not shown."""
    found = [
        f"| {figure['name']} | {100 * (1 - figure['value']):.1f} | {figure['cases']:,} |"
        for layer in _measured("suite")["layers"]
        for figure in layer["figures"]
        if figure["value"] < 1
        and ("shown" in figure["name"] or "kept" in figure["name"])
        and not figure["name"].startswith("shown:")
    ]
    return "\n".join(
        [
            "| not | % | of |",
            "|---|--:|--:|",
            *found,
            "",
            "By `python -m headroom_mcp.evals suite --tier 1 -o DIR --data DIR`.",
        ]
    )


MAKERS = {
    "layers": layers,
    "scenarios": scenarios,
    "readability": readability,
    "latency": latency,
    "rates": rates,
    "not_worth_it": not_worth_it,
    "lost": lost,
}


def _measured(name: str) -> Any:
    return json.loads((ROOT / "tests" / "measured" / f"{name}.json").read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    """Update the pages, or check them. Return the exit code."""
    old = 0
    for name in PAGES:
        page = ROOT / name
        written = page.read_text(encoding="utf-8")
        made = update(written)
        if made == written:
            continue
        if "--check" in arguments:
            print(f"{name} is out of date; run: python -m tests.figures")
            old = 1
        else:
            page.write_text(made, encoding="utf-8")
    return old


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
