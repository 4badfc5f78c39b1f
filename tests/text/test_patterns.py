"""No expression of ours takes more than linear time, whatever the text."""

from __future__ import annotations

import ast
import importlib
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

import headroom_mcp
from headroom_mcp import late
from headroom_mcp.text import secrets
from tests import pattern_audit

_ROOT = os.path.dirname(headroom_mcp.__file__)
_USES = {
    "match": "match",
    "fullmatch": "match",
    "search": "search",
    "finditer": "all",
    "findall": "all",
    "sub": "all",
    "split": "all",
}
# These read settings files and our own reports, no tool's output; integrations import libraries that may be missing.
_NOT_FOR_OUTPUTS = ("evals", "install", "integrations", "__pycache__")
# Accused and yet linear, or kept from long texts: each with the reason.
_KNOWN = {
    "commands.identity: (<<-?": "a command of at most 20,000 characters with few heredocs",
    "commands.shell._TOKEN": "two quotes close each other: at most one is searched for to the end",
    "commands.shell._QUOTED": "as above",
    "compressors.code.wanted._ADDRESS": "an escaped slash is taken first, so none opens an address",
    "compressors.json.literal._TOKEN": "a string without an end is taken to the end",
    "compressors.json.parse._TOKEN": "a string without an end is taken to the end",
    "compressors.search.definitions._BINDING": "400 characters of a line, and words of at least five",
    "query.bm25._CAMEL": "all but one of the capitals are taken after one step back",
    "commands.secret_options": "words of one command line",
    "context.eviction._NAME": "fails only where its first letters are the last of 60,000 characters",
    "memory.command_secrets": "one command line that becomes a note",
    "memory.secret_values": "as above",
    "memory.note_secrets._QUOTED_COMMAND": "a note, of a few thousand characters at most",
    "records.labels._LABEL": "all of it is optional: what does not fit is left out",
    "text.secrets: private key": "its body ends before the next five dashes, so no two reach over the same text",
    "text.secrets: json web token": "its first part ends before the next one's beginning",
}


class _Pattern(NamedTuple):
    name: str
    pattern: re.Pattern[str]
    use: str


def _modules() -> Iterator[tuple[str, str]]:
    for folder, folders, files in os.walk(_ROOT):
        folders[:] = sorted(name for name in folders if name not in _NOT_FOR_OUTPUTS)
        for file in sorted(files):
            path = os.path.join(folder, file)
            name = os.path.relpath(path, _ROOT)[:-3].replace(os.sep, ".")
            if file.endswith(".py") and name not in ("__main__", "hook.run", "hook.serve", "hook.failed"):
                yield name, path


@cache
def _patterns() -> list[_Pattern]:
    return list(_found())


def _found() -> Iterator[_Pattern]:
    for module, path in _modules():
        with open(path, encoding="utf-8") as file:
            source = file.read()
        if re.search(r"\b(?:re|late)\.\w", source) is None:
            continue  # no expression of its own: it need not be imported, which may take a library that is not here
        loaded = importlib.import_module(f"headroom_mcp.{module}")
        if loaded is secrets:  # compiled only once a text calls for them
            yield from (_Pattern(f"{module}: {kind}", re.compile(text), "all") for kind, _, text in secrets._SHAPES)
        for name in re.findall(r"^(\w+)(?:: [^=\n]+)? = ", source, re.MULTILINE):
            if name == "_compiled":  # what it holds depends on the texts before
                continue
            found = sorted({_USES[use] for use in re.findall(rf"\b{name}\.(\w+)\b", source) if use in _USES})
            use = "all" if not found or "all" in found else "search" if "search" in found else "match"
            for pattern in _within(getattr(loaded, name, None)):
                yield _Pattern(f"{module}.{name}", pattern, use)
        for call in ast.walk(ast.parse(source)):
            match call:
                case ast.Call(ast.Attribute(ast.Name("re"), method), [ast.Constant(str(text)), *_]) if method in _USES:
                    yield _Pattern(f"{module}: {text}", re.compile(text), _USES[method])


def _within(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, late.LatePattern):
        yield re.compile(value.pattern, value.flags)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _within(inner)
    elif isinstance(value, (tuple, list)):
        for inner in value:
            yield from _within(inner)


def test_no_expression_takes_more_than_linear_time() -> None:
    accused = []
    for name, pattern, use in _patterns():
        if not isinstance(pattern.pattern, str) or any(name.startswith(known) for known in _KNOWN):
            continue
        finding = pattern_audit.audit(pattern.pattern, pattern.flags, use=use)
        if finding is not None:
            accused.append(f"{name} ({use}) is {finding.degree}: repeat {finding.text!r}\n    {pattern.pattern}")

    assert not accused, "\n".join(accused)


def test_every_known_exception_is_still_there() -> None:
    names = [pattern.name for pattern in _patterns()]

    assert not [known for known in _KNOWN if not any(name.startswith(known) for name in names)]


@pytest.mark.parametrize(
    ("pattern", "use", "degree"),
    [
        (r"\S+::\S+", "search", "quadratic"),
        (r"\S+::\S+", "match", ""),
        (r"(?<!\S)\S+::", "search", ""),
        (r"(?<!\w)\S+::", "search", "quadratic"),
        (r"\b\w+::", "search", ""),
        (r"(?m)^\s*x", "search", "quadratic"),
        (r"(?m)^[ \t]*x", "search", ""),
        (r"^\s*x", "search", ""),
        (r"a\s*\s*b", "match", "quadratic"),
        (r"a\s*b", "search", ""),
        (r"\s+$", "search", "quadratic"),
        (r"[a-z]+(?:-[a-z]+)*", "all", ""),
        (r"<[^>]*>", "all", "quadratic"),
        (r"<[^<>]*>", "all", ""),
        (r"^(.*?)(?: <[^>]*>)?$", "match", "quadratic"),
        (r"(?:\w+\s?)*x", "match", "exponential"),
        (r"(?i)(?:[A-Z][a-z]+)*$", "match", "exponential"),
    ],
)
def test_the_audit_tells_slow_expressions_from_fast_ones(pattern: str, use: str, degree: str) -> None:
    finding = pattern_audit.audit(pattern, use=use)

    assert degree == (finding.degree if finding else "")
