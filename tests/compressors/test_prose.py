"""Prose: whole sentences stay, half of a text that nobody asks about, all of a file that tells what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import pytest

from headroom_mcp import compress_output
from headroom_mcp.commands import suffixes
from headroom_mcp.compressors.prose import kind
from headroom_mcp.evals import prose as measured
from headroom_mcp.store import open_in_memory
from headroom_mcp.text import parts, tokens
from headroom_mcp.tool_output import ToolOutput

_FILLER = "It was much as it had been before, and people went about what they had to do there in their own way."


def _article(seed: int, paragraphs: int = 40) -> str:
    """Return an article: in each paragraph one sentence tells something, the others little."""
    dice = Random(seed)
    found = []
    for at in range(paragraphs):
        told = f"In {1800 + at} the harbour of Port {chr(65 + at % 26)}elm did not take more than {dice.randint(100, 999)} ships."
        place = dice.randint(0, 3)
        found.append(" ".join([_FILLER] * place + [told] + [_FILLER] * (3 - place)))
    return "\n\n".join(found)


def _shown(text: str, **given: str) -> str:
    output = ToolOutput(text, "WebFetch", {}, given.get("query", ""))
    compressed = kind.compress(output, 600)
    assert compressed is not None
    return parts.render(output.lines, compressed.parts)


@pytest.mark.parametrize("seed", range(4))
def test_what_nobody_asks_about_keeps_half_and_the_sentences_that_tell_something(seed: int) -> None:
    text = _article(seed)

    shown = _shown(text)

    assert tokens.estimate(shown) <= 0.55 * tokens.estimate(text)
    told = re.findall(r"In \d{4} the harbour[^.]+\.", text)
    assert len(told) == 40
    assert all(sentence in shown for sentence in told)


def test_every_sentence_that_is_shown_is_whole() -> None:
    text = _article(9)
    sentences = {one.text for one in kind.split(text.split("\n"))}

    for question in ("", "how many ships did Port Celm take in 1802?"):
        shown = _shown(text, query=question)
        pieces = [one.text for piece in re.split(r"\[…[^\]]*\]", shown) for one in kind.split(piece.split("\n"))]
        assert {piece for piece in pieces if piece} <= sentences


def test_a_host_that_hides_long_answers_gets_less() -> None:
    output = ToolOutput(_article(2, 400), "WebFetch", {})
    output.limit_chars = 9_000
    compressed = kind.compress(output, 1_500)

    assert compressed is not None
    assert len(parts.render(output.lines, compressed.parts)) < 9_000


def test_choosing_is_as_fast_for_a_long_paragraph_of_sentences_alike() -> None:
    looked = []
    for count in (1_000, 4_000):
        sentences = kind.split([" ".join(_FILLER for _ in range(count))])
        costs = [20] * len(sentences)
        looks = _looks(sentences, costs)
        looked.append(looks / count)

    assert looked[1] <= 1.5 * looked[0]


def _looks(sentences: list[kind.Sentence], costs: list[int]) -> int:
    """Return how often a cost is looked up while sentences are chosen."""

    class Counted(list[int]):
        looks = 0

        def __getitem__(self, at):  # type: ignore[no-untyped-def, override]
            self.looks += 1
            return super().__getitem__(at)

    counted = Counted(costs)
    kind._telling(sentences, counted, sum(costs) // 2)
    return counted.looks


@pytest.mark.parametrize(
    "path",
    [
        *measured.FILES, "/p/.cursor/rules/style.mdc", "/p/.claude/skills/x/SKILL.md", "AGENTS.md", "CONTRIBUTING.rst", "/p/.github/copilot-instructions.md",
        "policies/refunds.txt", ".cursorrules", "CLAUDE.local.md", "SECURITY",
    ],
)  # fmt: skip
def test_a_file_that_tells_what_to_do_comes_whole(path: str) -> None:
    text = measured.instructions("Rules", 160)
    for given in ({"file_path": path}, {"command": f"cat {path}"}, {"command": f"cd /p && head -n 900 '{path}'"}):
        tool = "Read" if "file_path" in given else "Bash"
        assert compress_output(text, tool_name=tool, tool_input=given, store=open_in_memory()).text == text


@pytest.mark.parametrize(
    "path", ["claude.py", "security.json", "notes.md", "agents.log", "rules.csv", "src/policy.go", "article.txt"]
)
def test_other_files_are_none_of_these(path: str) -> None:
    assert not suffixes.is_instructions(path)


def test_a_command_that_changes_the_text_does_not_print_instructions() -> None:
    assert not ToolOutput("", "Bash", {"command": "grep -c must CLAUDE.md | sort"}).holds_instructions()
    assert ToolOutput("", "Bash", {"command": "cat CLAUDE.md AGENTS.md"}).holds_instructions()


def _small_talk(seed: int) -> str:
    dice = Random(seed)
    words = _FILLER.strip(".").lower().split()
    return " ".join(f"It {' '.join(dice.sample(words, 16))}." for _ in range(6))


def test_the_measure_counts_answers_sentences_and_rules(tmp_path: Path) -> None:
    rows = []
    for seed in range(20):
        context = f"In {1900 + seed} the ship Anna{seed} sailed to Riga{seed}. " + _small_talk(seed)
        question = f"Where did the ship Anna{seed} sail to in {1900 + seed}?"
        rows.append({"context": context, "question": question, "answers": [f"Riga{seed}"], "is_impossible": False})
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))

    figures = measured.measure(str(tmp_path))

    assert figures["with the question: answers kept"] == "20 of 20 (100.0 %)"
    assert figures["without a question: answers kept"] == "20 of 20 (100.0 %)"
    whole, _, total = figures["kept sentences that are whole"].partition(" of ")
    assert whole == total != "0"
    assert figures["instruction files: rules lost"].startswith("0 of")


def _profile(seed: int, heads: str, rows: int) -> str:
    dice = Random(seed)
    return "\n".join(
        [
            heads,
            *(
                f"{dice.random() * 100:6.2f} {dice.random():8.3f} {dice.randint(1, 9999):7} step_{n}"
                for n in range(rows)
            ),
        ]
    )


@pytest.mark.parametrize("query", ["", "Which step took most of the time?", "What does the harbour of Port Belm say?"])
@pytest.mark.parametrize("place", [0, 9, 40])
def test_a_table_among_sentences_is_shown(query: str, place: int) -> None:
    for seed, (heads, rows) in enumerate([(" %time  seconds  calls  name", 3), ("share cost n what", 6), ("", 4)]):
        table = _profile(seed, heads, rows).strip("\n")
        told = _article(seed).split("\n\n")
        text = "\n\n".join([*told[:place], table, *told[place:]])

        assert table in _shown(text, query=query)
