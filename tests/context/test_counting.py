"""Tokens of a model: whose tokenizer it has, by which factor, and what a figure says about itself."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from headroom_mcp.context import counting
from headroom_mcp.text import tokens


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("claude-opus-5-5", "claude"),
        ("claude-opus-4-7-20260203", "claude"),
        ("anthropic/claude-opus-4.6", "claude-until-4.6"),
        ("claude-sonnet-4-5-20250929", "claude-until-4.6"),
        ("claude-3-7-sonnet-latest", "claude-until-4.6"),
        ("eu.anthropic.claude-haiku-5-5-v1:0", "claude"),
        ("opus", "claude"),
        ("claude-fable-5-2", "claude"),
        ("gpt-6", "o200k"),
        ("gpt-4o-mini", "o200k"),
        ("gpt-4.1", "o200k"),
        ("gpt-4-turbo", "cl100k"),
        ("o3", "o200k"),
        ("gemini-3-pro", "gemini"),
        ("models/gemma-3-27b", "gemini"),
        ("deepseek-chat", "deepseek"),
        ("Qwen/Qwen3-Coder", "qwen"),
        ("", "o200k"),
    ],
)
def test_a_models_family_is_read_from_its_name(model: str, family: str) -> None:
    assert counting.family(model) == family


_TEXTS = {
    "prose": "The garden behind the house is watered twice a day, once at dawn and once after the sun has gone. " * 20,
    "code": "def area(width, height):\n    return (width * height)\n\n\nclass Card(Base):\n    name: str = field(default='')\n"
    * 20,
    "json": '{"rows":[{"name":"card","state":"ok"},{"name":"deck","state":"late"}]}' * 20,
    "json_indented": '{\n  "rows": [\n    {\n      "name": "card"\n    }\n  ]\n}',
    "log": "2026-03-14T03:10:00Z INFO request 170 took 12 ms at 10.0.0.7\n" * 20,
}


@pytest.mark.parametrize("form", _TEXTS)
def test_a_form_is_told_by_the_text(form: str) -> None:
    assert counting.form(_TEXTS[form]) == form


@pytest.mark.parametrize(("form", "factor"), [("code", 1.55), ("log", 1.16)])
def test_claude_is_counted_by_what_was_measured_for_it(form: str, factor: float) -> None:
    counter = counting.Counter("claude-opus-5-5")
    text = _TEXTS[form]

    assert counter.count(text) == round(factor * tokens.estimate(text))
    assert counter.method == "estimate × what was measured for claude"
    assert counting.Counter("gpt-6").count(text) == tokens.estimate(text)


def test_claudes_own_tokenizer_is_used_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def token_count(text: str, version: str) -> int:
        asked.append(version)
        return len(text.split()) + 6

    monkeypatch.setitem(sys.modules, "ctok", SimpleNamespace(token_count=token_count))
    counter = counting.Counter("claude-opus-4-8", exact=True)

    assert (counter.count("one two three"), counter.method, asked) == (3, "ctok", ["4.8"])


def test_an_exact_count_says_so() -> None:
    assert counting.Counter("gpt-6", exact=True).method == tokens.method()
