"""The parts of README.md that a program knows better than a person: `python -m tests.readme [--check]`.

A generated part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`. With `--check` nothing is written and the
exit code is 1 where a part is out of date.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from typing import Any

import click

from headroom_mcp import compressors
from headroom_mcp.cli import main as headroom
from headroom_mcp.evals import samples
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.install import hosts
from headroom_mcp.server.tools import TOOLS
from headroom_mcp.settings.table import KNOBS, Settings, said
from headroom_mcp.store import open_store
from headroom_mcp.text import tokens

_COLUMNS = 500
_BEFORE_LINES = 14
_AFTER_LINES = 40
_PART = re.compile(r"<!-- begin (\w+) -->\n.*?<!-- end \1 -->", re.DOTALL)
# 7,511 tokens · 93 % fewer: what a machine without tiktoken's ranks cannot confirm
_FIGURE = re.compile(r"[0-9][0-9,.]*(?= tokens| % fewer)")


def update(text: str) -> str:
    """Return the README `text` with its generated parts brought up to date. Raises: KeyError for a part nobody makes."""
    makers = {
        "failing": failing,
        "hosts": other_hosts,
        "host_details": host_details,
        "scenarios": scenarios,
        "turns": turns,
        "picture": picture,
        "commands": commands,
        "tools": tools,
        "kinds": kinds,
        "settings": settings,
        "refused": refused,
        "alternatives": alternatives,
    }
    return _PART.sub(lambda match: f"<!-- begin {match[1]} -->\n{makers[match[1]]()}\n<!-- end {match[1]} -->", text)


def failing() -> str:
    """Return what a model sees of failing commands, as `headroom_mcp.evals.failing` has measured it."""
    measured = _measured("failing")
    first = measured["rows"][0]
    before, after = first["text_before"].splitlines(), first["text_after"].splitlines()
    rows = [
        f"| {row['title']} | {row['output_chars']:,} | {row['before']['tokens']:,} | {row['before']['facts']} of {row['facts']} "
        f"| {row['after']['tokens']:,} | {row['after']['facts']} of {row['facts']} |"
        for row in measured["rows"]
    ]
    return "\n".join(
        [
            f"**A failing test run, as the model of Claude Code {measured['claude_code']} sees it.** Claude Code cuts what a failing "
            f"command printed, here {first['output_chars']:,} characters of `{first['command']}`, and the end is lost:",
            "",
            _fenced([*before[:4], "…", before[-2]]),
            "",
            "With headroom_mcp the same call, with the same exit code, shows each failure and the count:",
            "",
            _fenced([*after[:24], "…", *after[-6:]]),
            "",
            "| failing command | characters | tokens seen without | facts | tokens seen with | facts |",
            "|---|--:|--:|--:|--:|--:|",
            *rows,
            "",
            "Facts: each failing test by name, what it asserts and where, the error with its line, the last count. Measured by "
            "`python -m headroom_mcp.evals.failing` with real commands, a real Claude Code and a scripted model.",
        ]
    )


def scenarios() -> str:
    """Return what is saved in the five stories, as `headroom_mcp.evals.scenarios` has measured it."""
    rows = _measured("scenarios")
    seeds = rows[0]["seeds"]
    return "\n".join(
        [
            "| what the agent reads | tokens | become | saved | questions answered from what is shown |",
            "|---|--:|--:|--:|--:|",
            *(
                f"| {row['title']} | {row['tokens_before']:,} | {row['tokens_after']:,} | {row['saved_pct']} % "
                f"| {row['answered']} of {row['questions']} |"
                for row in rows
            ),
            "",
            f"Means of {seeds} seeds, by `python -m headroom_mcp.evals.scenarios --seeds 0-{seeds - 1}`; each is a program in "
            "`examples/`, such as `examples/needle_in_haystack.py`, that prints what the model would read.",
        ]
    )


def turns() -> str:
    """Return how long tool calls take with each transport, as `headroom_mcp.evals.turn_speed` has measured it."""
    measured = _measured("turns")
    sizes = list(dict.fromkeys(row["size"] for row in measured["rows"]))
    table: dict[str, list[str]] = {}
    for row in measured["rows"]:
        table.setdefault(row["transport"], []).append(f"{row['ratio']:.2f}")
    return "\n".join(
        [
            f"| a call that prints a file, against no hook | {' | '.join(sizes)} |",
            f"|---|{'--:|' * len(sizes)}",
            *(f"| {name} | {' | '.join(ratios)} |" for name, ratios in table.items()),
            "",
            f"Medians of {measured['runs']} calls in one run with Claude Code {measured['claude_code']}, as ratios: "
            "`python -m headroom_mcp.evals.turn_speed`.",
        ]
    )


def _measured(name: str) -> Any:
    with open(os.path.join(os.path.dirname(__file__), "measured", f"{name}.json"), encoding="utf-8") as file:
        return json.load(file)


def picture() -> str:
    """Return one output before and after: the FATAL entry among a hundred, with a question and without."""
    sample = samples.fatal_among_entries()
    asked, unasked = _compressed(sample, sample.query), _compressed(sample, "")
    before, after = tokens.count(sample.text), tokens.count(asked)
    lines = sample.text.splitlines()
    return "\n".join(
        [
            f"**Before**: {len(lines):,} lines of JSON, {before:,} tokens; somewhere in them, one FATAL entry.",
            "",
            _fenced([*lines[:_BEFORE_LINES], f"  … {len(lines) - _BEFORE_LINES:,} more lines"]),
            "",
            f"**After**: {after:,} tokens, {100 - 100 * after / before:.1f} % fewer. The user has asked *{sample.query}*",
            "This is all that the model reads:",
            "",
            _fenced(asked.splitlines()),
            "",
            _unasked(asked, unasked),
        ]
    )


def _unasked(asked: str, unasked: str) -> str:
    if unasked == asked:
        return "Without a question the model would have read the same."
    left_out = unasked.rpartition("\n")[2].split(": ", 1)[1].split(";")[0]
    return f"Without a question the model would have read {tokens.count(unasked):,} tokens: {left_out}."


def _compressed(sample: samples.Sample, query: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=folder)
        with open_store(settings) as store:
            return compress_output(
                sample.text,
                tool_name=sample.tool_name,
                tool_input=sample.tool_input,
                query=query,
                store=store,
                settings=settings,
            ).text


def commands() -> str:
    """Return the table of the commands, in the order of the help page."""
    context = click.Context(headroom)
    rows = []
    for name in headroom.list_commands(context):
        command = headroom.get_command(context, name)
        assert command is not None
        rows.append(f"| `headroom {name}` | {command.get_short_help_str(limit=200)} |")
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def tools() -> str:
    """Return the table of the MCP tools."""
    rows = [f"| `{row.function.__name__}` | {row.about} |" for row in TOOLS]
    return "\n".join(["| tool | what it does |", "|---|---|", *rows])


def other_hosts() -> str:
    """Return the table of the hosts that `install --host` knows, from their modules."""
    rows = []
    for name in hosts.HOSTS:
        host = hosts.load(name)
        rows.append(f"| {host.TITLE} | `headroom install --host {name}` | {host.OUTPUTS} |")
    return "\n".join(["| host | run | outputs that its model sees in short |", "|---|---|---|", *rows])


def host_details() -> str:
    """Return what is known of each host, from their modules."""
    rows = []
    for name in hosts.HOSTS:
        host = hosts.load(name)
        tried = "{}, {}".format(*host.TRIED) if host.TRIED[0] else "not tried: by its documentation"
        said = (host.TITLE, f"`{name}`", host.OUTPUTS, host.CUTS, host.CONTEXT, host.TOOLS, tried)
        rows.append(f"| {' | '.join(said)} |".replace("|  |", "| – |"))
    return "\n".join(
        [
            "| host | name | outputs in short | what the host cuts itself | what a session is told | our tools there | tried with |",
            "|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


def kinds() -> str:
    """Return the table of the kinds of output, from the first sentence of each compressor."""
    rows = []
    for kind in compressors.BUILTIN:
        about = " ".join((compressors.load(kind).__doc__ or "").split("\n\n")[0].split())
        rows.append(f"| `{kind}` | {about} |".replace("\\|", "|"))
    return "\n".join(["| kind | what it is, and what is kept |", "|---|---|", *rows])


def refused() -> str:
    """Return the first example with its picture, as `tests.first_example` has measured it."""
    measured = _measured("refused")
    size = f"{measured['bytes'] / 1e6:.1f} MB"
    return "\n".join(
        [
            f"![A log of {size} that Claude Code refuses to read, and what its model reads with headroom](docs/first.svg)",
            "",
            f"A log of {size}, {measured['lines']:,} lines, one of them FATAL. Claude Code {measured['claude_code']} refuses to read it; "
            f"with headroom its model reads these {len(measured['after']):,} characters, and can ask for any line. A best case, "
            "measured with a real Claude Code and a scripted model: `python -m tests.first_example`.",
        ]
    )


def alternatives() -> str:
    """Return the same outputs through other packages, as `tests.alternatives` has measured them."""
    measured = _measured("alternatives")
    outputs = measured["outputs"]
    rows = ["| as it is | {} |".format(" | ".join(f"{one['tokens']:,}" for one in outputs))]
    for name, found in measured["rows"].items():
        cells = []
        for one, all_of in zip(found, outputs, strict=True):
            kept = "" if one["facts"] == all_of["facts"] else f", {one['facts']} of {all_of['facts']} facts"
            cells.append(f"{one['tokens']:,}{kept}")
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(
        [
            f"| tokens that a model reads of | {' | '.join(one['name'] for one in outputs)} |",
            f"|---|{'--:|' * len(outputs)}",
            *rows,
            "",
            "Where nothing is said, all facts are there: the fatal line, each failing test with its message and place, the totals. Three "
            "outputs of our own making, so look at your own, too. Each package was installed from PyPI and called from outside, as it came: "
            "`python -m tests.alternatives --venvs DIR`. Left out, because we have not seen a figure: rtk (on neither index under that "
            "name) and squeez (it needs an extractor model of one's own).",
        ]
    )


def settings() -> str:
    """Return the table of the settings, from the table that they are checked by."""
    rows = []
    for knob in KNOBS:
        default = "by platform" if knob.name == "home" else f"`{said(getattr(Settings(), knob.name))}`"
        words = (
            f"`{knob.name}`",
            f"`{knob.variable}`" if knob.variable else "–",
            default,
            knob.project or "–",
            knob.reason,
        )
        rows.append(f"| {' | '.join(words)} |")
    return "\n".join(
        ["| setting | variable | default | a project may | what it is for |", "|---|---|---|---|---|", *rows]
    )


def differs(written: str, made: str) -> bool:
    """Tell whether README text `written` is out of date; figures count only where they can be counted the same way."""
    if tokens.method() == "o200k":
        return written != made
    return _FIGURE.sub("N", written) != _FIGURE.sub("N", made)


def _fenced(lines: list[str]) -> str:
    short = [line if len(line) <= _COLUMNS else f"{line[: _COLUMNS - 1]}…" for line in lines]
    if len(short) > _AFTER_LINES:
        short = [*short[: _AFTER_LINES - 2], "…", short[-1]]
    return "\n".join(["```text", *short, "```"])


def main(arguments: list[str]) -> int:
    """Update README.md in the working directory, or check it. Return the exit code."""
    check = "--check" in arguments
    path = next((argument for argument in arguments if not argument.startswith("-")), "README.md")
    with open(path, encoding="utf-8") as file:
        written = file.read()
    made = update(written)
    if check:
        if differs(written, made):
            print(f"{path} is out of date; run: python -m tests.readme")
            return 1
        return 0
    if tokens.method() != "o200k":
        print(
            "The figures need tiktoken's ranks, which cannot be had here: set TIKTOKEN_CACHE_DIR. Nothing was written."
        )
        return 1
    with open(path, "w", encoding="utf-8") as file:
        file.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
