"""The laws hold for every kind and for the whole flow, on any text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_mcp import compressors, open_store
from headroom_mcp.facts import find
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from tests import long_form

from . import laws, outputs

_EXAMPLES = long_form.count(12, 30)
LAW = settings(
    max_examples=_EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@pytest.fixture(name="store", scope="module")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(Settings(home=str(tmp_path_factory.mktemp("laws")))) as store:
        yield store


@pytest.mark.parametrize("kind", compressors.BUILTIN)
@LAW
@given(text=outputs.OUTPUTS, query=outputs.QUERIES, budget=st.integers(50, 2_000))
def test_a_compressor_is_total_deterministic_and_partitions_the_lines(
    kind: str, text: str, query: str, budget: int
) -> None:
    module = compressors.load(kind)
    output = ToolOutput(text, "Bash", {"command": "run"}, query)
    score = module.score(output)
    compressed = module.compress(output, budget)
    again = module.compress(ToolOutput(text, "Bash", {"command": "run"}, query), budget)

    assert 0.0 <= score <= 1.0
    assert (compressed is None) == (again is None)
    if compressed is not None and again is not None:
        assert compressed.statements() == again.statements()
        render.check(compressed.parts, len(output.lines))
        assert set(compressed.answers_for) <= set(range(len(output.lines)))
    for fact in module.facts(output):
        assert 0 <= fact.start <= fact.line < fact.stop <= len(output.lines)


def test_every_kind_says_what_its_facts_are() -> None:
    """An imported module named `facts` is no answer, nor is a missing one."""
    names = {kind: getattr(compressors.load(kind), "facts", None) for kind in compressors.BUILTIN}
    homes = {kind: getattr(facts, "__module__", "") for kind, facts in names.items()}

    assert homes == {kind: compressors.load(kind).__name__ for kind in compressors.BUILTIN}


@LAW
@given(text=outputs.OUTPUTS, query=outputs.QUERIES, command=outputs.COMMANDS)
def test_the_flow_keeps_every_law_on_mixtures(store: Store, text: str, query: str, command: str) -> None:
    laws.check_all(text, store, tool_input={"command": command}, query=query)


@LAW
@given(text=st.text(alphabet=st.characters(codec=None), max_size=3_000).map(lambda text: text * 4))
def test_the_flow_keeps_every_law_on_any_text(store: Store, text: str) -> None:
    laws.check_all(text, store)


FAILURES = [
    "FATAL: out of shared memory while building index ix_orders",
    "panic: runtime error: index out of range [5] with length 3",
    "AssertionError: expected 3 to equal 4",
    "src/parser.c:120:9: error: expected ';' before 'return'",
    "FAILED tests/test_billing.py::test_rounding - assert 1.0 == 1.01",
    "Segmentation fault (core dumped)",
    "Process completed with exit code 137",
    "npm ERR! code ELIFECYCLE",
    "thread 'main' panicked at src/main.rs:4:5",
    "java.lang.IllegalStateException: pool is closed",
    "connection to cedar refused (ECONNREFUSED)",
    "✗ rounds half to even",
    "Fehler: Verbindung zu cedar wurde abgelehnt",
]
COMMANDS = ["", "pytest -q", "make", "kubectl logs deploy/api", "cat notes.txt", "./run.sh"]


@LAW
@given(
    seed=st.integers(0, 1 << 20),
    at=st.integers(0, 149),
    failure=st.sampled_from(FAILURES),
    writer=st.sampled_from(outputs.QUIET),
    command=st.sampled_from(COMMANDS),
)
def test_the_one_failure_among_many_lines_survives(
    store: Store, seed: int, at: int, failure: str, writer: outputs.Writer, command: str
) -> None:
    lines = outputs.block(writer, seed, 150)
    text = "\n".join([*lines[:at], failure, *lines[at:]])
    result = laws.check_all(text, store, tool_input={"command": command})

    assert failure in result.text
    # Said again, it is shown again: where it is known for a failure, not only for what no other line is like.
    known = failure if find.failures([failure]) else ""
    laws.check_session(
        text, store, f"{seed}-{at}-{writer.__name__}-{command}", must_show=known, tool_input={"command": command}
    )


@LAW
@given(text=outputs.OUTPUTS, seed=st.integers(0, 1 << 30))
def test_the_flow_keeps_every_law_within_a_session(store: Store, text: str, seed: int) -> None:
    laws.check_session(text, store, f"mixture-{seed}")


def test_a_text_below_the_threshold_is_untouched(store: Store) -> None:
    result = laws.check_all("ERROR one\nline two\n" * 5, store)

    assert result.outcome == "small"
    assert result.ref is None


def test_every_kind_gives_the_same_bytes_in_every_process() -> None:
    """Law 2: neither the order of sets, nor what was compressed before, nor an object's address is seen in a text."""
    root = Path(__file__).parent.parent
    printed = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.compressed_in_order", str(seed), str(long_form.count(3, 6))],
            cwd=root, env={**os.environ, "PYTHONHASHSEED": str(seed)}, stdout=subprocess.PIPE, text=True,
        )
        for seed in ((1, 40, 200) if long_form.FULL else (1, 200))
    ]  # fmt: skip
    first, *others = (json.loads(process.communicate()[0]) for process in printed)

    assert len(first) > 100
    for other in others:
        assert {name for name in first if other[name] != first[name]} == set()
