"""`python -m headroom_mcp.evals.prose DIR`: what of running text stays, on SQuAD 2.0 (Rajpurkar et al., 2018).

Twenty paragraphs are one document, as long as an article: shorter ones are never cut. With its question, and without any, the
document goes through the flow, and an answer counts as kept when one of its forms stands in what is shown. Beside it: whether
every kept sentence is whole (its negations, modals and numbers with it), and whether an instruction file lost a rule.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from headroom_mcp import compress_output
from headroom_mcp.compressors.prose import kind
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_in_memory
from headroom_mcp.text import tokens
from headroom_mcp.types import HeadroomError

_PARAGRAPHS = 20
_GAP = re.compile(r"\[…[^\]\n]*…?\]")
# What turns a sentence into another one where it is lost
_MUST_STAY = re.compile(
    r"\b(?:not|no|never|none|nor|without|unless|except|only|must|shall|should|may|might|cannot)\b|n['’]t\b|\d[\d,.]*",
    re.IGNORECASE,
)
_RULES = ("must", "never", "always", "do not", "should", "only")
_VERBS = "commit build test deploy review merge tag format release document".split()
FILES = ("CLAUDE.md", "AGENTS.md", "SKILL.md", "CONTRIBUTING.md", "SECURITY.md", "docs/policy.md")


class Row(NamedTuple):
    """A paragraph, a question about it, and the forms of its answer."""

    context: str
    question: str
    answers: tuple[str, ...]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.option("--model", default="", metavar="DIR|NAME", help="Let this LLMLingua-2 model choose, too ([ml]).")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures.")
def main(folder: str, model: str, as_json: bool) -> None:
    """Measure what of the paragraphs in FOLDER (SQuAD 2.0 as JSON lines) stays, with and without the question."""
    figures = measure(folder, model)
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<44} {value}")


def measure(folder: str, model: str = "") -> dict[str, Any]:
    """Return the figures for the data in `folder`. Raises: HeadroomError where there is none."""
    rows = read(folder)
    groups = [rows[start : start + _PARAGRAPHS] for start in range(0, len(rows), _PARAGRAPHS)]
    groups = [group for group in groups if len(group) == _PARAGRAPHS]
    store = open_in_memory(Settings())
    figures: dict[str, Any] = {"documents": len(groups), "questions": sum(map(len, groups))}
    for name, asks in (("with the question", True), ("without a question", False)):
        figures.update(_answers(groups, store, name, asks=asks))
    if model:
        figures.update(_by_model(groups, store, model))
    figures["kept sentences that are whole"] = _whole(groups, store)
    figures["instruction files: rules lost"] = f"{rules_lost(store)} of {len(FILES)} files"
    return figures


def read(folder: str) -> list[Row]:
    """Return the answerable questions of the first file of JSON lines in `folder`. Raises: HeadroomError."""
    paths = sorted(Path(folder).glob("*.jsonl"))
    try:
        given = [json.loads(line) for line in paths[0].read_text(encoding="utf-8").splitlines() if line.strip()]
        return [
            Row(row["context"], row["question"], tuple(row["answers"]))
            for row in given
            if row["answers"] and not row.get("is_impossible")
        ]
    except (IndexError, OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{folder} holds no questions of SQuAD as JSON lines: {type(error).__name__}: {error}."
        raise HeadroomError(msg) from error


def document(group: Sequence[Row]) -> str:
    """Return the paragraphs of `group`, each once, as one text."""
    return "\n\n".join(dict.fromkeys(row.context for row in group))


def _answers(
    groups: Sequence[Sequence[Row]], store: Store, name: str, *, asks: bool, settings: Settings | None = None
) -> dict[str, str]:
    kept = total = before = after = 0
    for group in groups:
        text = document(group)
        shown = "" if asks else _shown(text, "", store, settings)
        for row in group:
            said = _shown(text, row.question, store) if asks else shown
            total += 1
            kept += any(answer in said for answer in row.answers)
            before += len(text)
            after += len(said)
    return {
        f"{name}: answers kept": f"{kept} of {total} ({100 * kept / max(1, total):.1f} %)",
        f"{name}: characters saved": f"{100 * (1 - after / max(1, before)):.1f} %",
    }


def _by_model(groups: Sequence[Sequence[Row]], store: Store, model: str) -> dict[str, str]:
    """Return what stays where a model chooses sentences, and what it takes once it is loaded."""
    from headroom_mcp.compressors.prose import llmlingua

    texts = [document(group) for group in groups]
    llmlingua.worth(texts[0].split("\n\n")[:1], model)  # to load it
    started = time.perf_counter()
    llmlingua.worth(texts[0].split("\n\n"), model)
    seconds = time.perf_counter() - started
    settings = store.settings._replace(prose_model=model)
    return {
        **_answers(groups, store, "a model chooses", asks=False, settings=settings),
        "a model, loaded: s per 1,000 tokens": f"{1000 * seconds / tokens.estimate(texts[0]):.2f}",
    }


def _shown(text: str, question: str, store: Store, settings: Settings | None = None) -> str:
    return compress_output(
        text,
        tool_name="WebFetch",
        tool_input={"url": "https://x.example/a"},
        query=question,
        store=store,
        settings=settings,
    ).text


def _whole(groups: Sequence[Sequence[Row]], store: Store) -> str:
    """Return how many kept sentences hold every word that must stay."""
    whole = total = 0
    for group in groups:
        text = document(group)
        shown = _shown(text, group[0].question, store)
        sentences = Counter(_plain(one.text) for one in kind.split(text.split("\n")))
        for sentence in _kept_sentences(shown):
            total += 1
            like = sentences.get(_plain(sentence), 0)
            whole += bool(like) or (
                _MUST_STAY.findall(sentence) == [] and any(_plain(sentence) in one for one in sentences)
            )
    return f"{whole} of {total}"


def _kept_sentences(shown: str) -> Iterator[str]:
    body = shown.rpartition("\n[headroom ")[0] or shown
    for piece in _GAP.split(body):
        yield from (one.text for one in kind.split(piece.split("\n")) if one.text)


def _plain(text: str) -> str:
    return " ".join(text.split())


def rules_lost(store: Store) -> int:
    """Return how many of some instruction files, long ones and as agents read them, do not come through whole."""
    lost = 0
    for file in FILES:
        text = instructions(file, 160)
        shown = compress_output(
            text, tool_name="Read", tool_input={"file_path": f"/p/{file}"}, query="", store=store
        ).text
        lost += any(line not in shown for line in text.splitlines() if line)
    return lost


def instructions(title: str, rules: int) -> str:
    """Return an instruction file with that many rules, in paragraphs of running text."""
    said = [
        f"You {_RULES[at % len(_RULES)]} {_VERBS[at % len(_VERBS)]} the part {at} of the house before noon, as the others in the team expect"
        f" of everybody who works on it with them for more than {at} days."
        for at in range(rules)
    ]
    paragraphs = [" ".join(said[start : start + 4]) for start in range(0, rules, 4)]
    return f"# {title}\n\n" + "\n\n".join(paragraphs) + "\n"


if __name__ == "__main__":
    main()
