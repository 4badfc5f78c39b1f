"""Ask a model look-ups in every form, and print how well it reads them beside JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence

from headroom_mcp.evals import reader as readers
from headroom_mcp.evals.readability import forms, play
from headroom_mcp.text import tokens

_CHOSEN = ("ours", *(name for name in forms.FORMS if name not in ("ours", play.BASE)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return the exit code: 1 where our form is more than three points behind JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Answers are kept in --results; a run goes on from there."
    )
    parser.add_argument("--base-url", help="of an OpenAI-compatible server, such as http://127.0.0.1:8080/v1")
    parser.add_argument("--model", default="", help="its name at that server, and in the table")
    parser.add_argument("--model-file", help="a GGUF file instead, read by xllamacpp")
    parser.add_argument("--key-variable", default="OPENAI_API_KEY", help="the environment variable that holds the key")
    parser.add_argument("--questions", type=int, default=300, help="at least so many a form (%(default)s)")
    parser.add_argument(
        "--form", action="append", choices=[*_CHOSEN, play.AGAIN], help="only this one, beside JSON; again"
    )
    parser.add_argument("--shape", action="append", choices=list(play.NAMES), help="only this one; again")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--results", default="", help="a file of answers, read and added to")
    parser.add_argument("--nats", action="store_true", help="measure the log-probability of the right answer as well")
    parser.add_argument("--by-shape", action="store_true", help="a row for each shape of data as well")
    parser.add_argument("--table", action="store_true", help="ask nothing; print the table of --results")
    parser.add_argument("--forms", action="store_true", help="ask nothing; print each form of one table")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    chosen = parser.parse_args(arguments)
    if chosen.forms:
        _print_forms(chosen.shape or ["issues"])
        return 0
    try:
        answers = play.load(chosen.results)
        if not chosen.table:
            answers += _ask(chosen, answers)
    except (readers.ReaderError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    together = play.rows(answers)
    found = together + (play.rows(answers, by_shape=True) if chosen.by_shape else [])
    if chosen.json:
        _print_json(found)
    else:
        _print_rows(found)
    return int(any(row.form == "ours" and row.points < play.BAR_POINTS for row in together))


def _ask(chosen: argparse.Namespace, answers: Sequence[play.Answered]) -> list[play.Answered]:
    server: object = None
    if chosen.model_file:
        reader, server = readers.local(chosen.model_file)
        reader.model = chosen.model or reader.model
    elif chosen.base_url:
        reader = readers.Reader(chosen.base_url, chosen.model, os.environ.get(chosen.key_variable, ""))
    else:
        msg = "Give --base-url and --model, or --model-file; --forms and --table ask nobody."
        raise readers.ReaderError(msg)
    known = {one.prompt: one for one in answers if one.model == reader.model and one.prompt}
    told = {(one.prompt, one.shape, one.seed, one.at, one.form) for one in answers if one.model == reader.model}
    new: list[play.Answered] = []
    for found in play.questions(chosen.questions, chosen.form or _CHOSEN, chosen.shape or (), chosen.first_seed):
        prompt = play.prompt_of(found)
        if (prompt, found.shape, found.seed, found.at, found.form) in told:
            continue
        same = known.get(prompt)
        answered = same._replace(form=found.form) if same else play.ask(reader, found, nats=chosen.nats)
        known[prompt] = answered
        new.append(answered)
        if chosen.results:
            with open(chosen.results, "a", encoding="utf-8") as file:
                file.write(json.dumps(answered._asdict()) + "\n")
        if sys.stderr.isatty():
            print(f"\r{len(known) + len(new):,} answers", end="", file=sys.stderr)
    del server
    return new


def _print_forms(names: Sequence[str]) -> None:
    for found in play.questions(1, list(forms.FORMS), names):
        if found.at == 0:
            print(f"--- {found.shape} as {found.form}, {tokens.count(found.text):,} tokens\n{found.text[:1_200]}\n")
            print(f"{found.lookup.question}  {found.lookup.gold}\n")


def _print_json(found: Sequence[play.Row]) -> None:
    rows = [{**row._asdict(), "points": round(row.points, 1)} for row in found]
    print(json.dumps({"date": time.strftime("%Y-%m-%d"), "rows": rows}, indent=1))


def _print_rows(found: Sequence[play.Row]) -> None:
    print(f"{'model':24} {'shape':9} {'form':18} {'asked':>6} {'tokens':>7} {'right':>7} {'JSON':>7} {'points':>7} {'p':>7} {'nats':>6} {'JSON':>6}")  # fmt: skip
    for row in found:
        nats = [f"{value:.2f}" if value is not None else "" for value in (row.nats, row.base_nats)]
        print(
            f"{row.model:24} {row.shape:9} {row.form:18} {row.questions:6,} {row.tokens:7.0f} {row.right:7,} {row.base_right:7,} "
            f"{row.points:+7.1f} {row.p:7.3f} {nats[0]:>6} {nats[1]:>6}"
        )


if __name__ == "__main__":
    raise SystemExit(main())
