"""`python -m headroom_mcp.evals online`: the estimate first, then the questions, kept one by one, and the table."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence

from headroom_mcp.evals import online
from headroom_mcp.evals.data import Data
from headroom_mcp.evals.layers import common
from headroom_mcp.evals.reader import Reader, ReaderError

# --provider: the address that is meant where no --base-url is given, and the variable of its key
PROVIDERS = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "anthropic": ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),  # its OpenAI-compatible endpoint
    "gemini": ("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
    "local": ("http://127.0.0.1:8080/v1", ""),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what says which model is asked, and how much may be spent on it."""
    parser.add_argument(
        "--provider", choices=list(PROVIDERS), default="", help="whose API, where there is no --base-url"
    )
    parser.add_argument("--base-url", default="", help="of an OpenAI-compatible API, such as http://127.0.0.1:8080/v1")
    parser.add_argument("--model", default="", help="its name there")
    parser.add_argument("--key-variable", default="", help="the environment variable that holds the key")
    parser.add_argument("--items", type=int, default=20, help="so many of each set (%(default)s)")
    parser.add_argument("--yes", action="store_true", help="do not ask whether the estimated cost is right")


def main(chosen: argparse.Namespace, data: Data | None) -> int:
    """Run, and return the exit code: 0, 1 where a request that should pass unchanged does not, 2 where nothing can be asked."""
    base_url, variable = PROVIDERS.get(chosen.provider, ("", ""))
    base_url, variable = chosen.base_url or base_url, chosen.key_variable or variable
    if not base_url or not chosen.model or data is None:
        print("Give --data, --model, and --base-url or --provider.", file=sys.stderr)
        return 2
    found = list(online.items(data, chosen.items))
    known = _load(os.path.join(chosen.output, "answers.jsonl") if chosen.output else "", chosen.model)
    if not _accepted(chosen, found, len(known)):
        print("Nothing was sent.", file=sys.stderr)
        return 2
    reader = Reader(base_url, chosen.model, os.environ.get(variable, "") if variable else "")
    try:
        answers, changed = _ask(reader, found, known, chosen)
    except ReaderError as error:
        print(error, file=sys.stderr)
        return 2
    rows = online.rows(answers)
    about = {"date": time.strftime("%Y-%m-%d"), "model": chosen.model, "at": base_url}
    if chosen.json:
        print(json.dumps({**about, "rows": [row._asdict() for row in rows], "changed": changed}, indent=1))
    else:
        _print(rows, about)
    for one in changed:
        print(f"a request of {one} would have been changed", file=sys.stderr)
    return int(bool(changed))


def _accepted(chosen: argparse.Namespace, found: Sequence[online.Item], done: int) -> bool:
    sent, answered, dollars = online.estimate(found, chosen.model)
    price = f"about ${dollars:,.2f}" if dollars is not None else "at a price that is not known (`headroom prices`)"
    print(
        f"{len(found):,} items of {chosen.model}: about {sent:,} tokens sent and {answered:,} answered, {price}"
        + (f"; {done:,} answers are there already" if done else ""),
        file=sys.stderr,
    )
    if chosen.yes:
        return True
    if not sys.stdin.isatty():
        print("Give --yes to spend that.", file=sys.stderr)
        return False
    return input("Go on? [y/N] ").strip().lower() in ("y", "yes")


def _ask(
    reader: Reader, found: Sequence[online.Item], known: list[online.Answer], chosen: argparse.Namespace
) -> tuple[list[online.Answer], list[str]]:
    """Return all answers, those known before first, and the items whose requests would not pass unchanged."""
    done = {(one.set, one.id, one.way) for one in known}
    answers, changed = list(known), []
    with common.store() as opened:
        for one in found:
            if one.output is None and not online.unchanged(one, opened):
                changed.append(f"{one.set} {one.id}")
            for way in online.WAYS if one.output is not None else online.WAYS[:1]:
                if (one.set, one.id, way) in done:
                    continue
                answer = online.ask(reader, one, way, opened)
                answers.append(answer)
                _keep(chosen, answer)
                if sys.stderr.isatty():
                    print(f"\r\x1b[K{len(answers):,} answers", end="", file=sys.stderr, flush=True)
    return answers, changed


def _keep(chosen: argparse.Namespace, answer: online.Answer) -> None:
    if chosen.output:
        os.makedirs(chosen.output, exist_ok=True)
        with open(os.path.join(chosen.output, "answers.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps({"model": chosen.model, **answer._asdict()}) + "\n")


def _load(path: str, model: str) -> list[online.Answer]:
    if not path or not os.path.exists(path):
        return []
    found = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.endswith("}\n"):  # not half a line of a run that was stopped
                row = json.loads(line)
                if row.pop("model") == model:
                    found.append(online.Answer(**row))
    return found


def _print(rows: Sequence[online.Row], about: dict[str, str]) -> None:
    print(f"{about['model']} at {about['at']}, {about['date']}")
    print(f"{'set':<12}{'way':<24}{'n':>5}{'right':>7}{'95 %':>16}{'tokens in':>11}{'out':>8}{'fetches':>9}{'p':>8}")
    for row in rows:
        interval = f"{100 * row.low:.0f} to {100 * row.high:.0f} %"
        print(
            f"{row.set:<12}{row.way:<24}{row.items:>5,}{row.right:>7,}{interval:>16}{row.input_tokens:>11,}{row.output_tokens:>8,}"
            f"{row.fetches:>9,}{row.p:>8.3f}"
        )
    print("gsm8k and truthfulqa hold no tool output: they were sent once, and checked to be the same bytes with us.")
