"""Hypothesis strategies for tool outputs: realistic mixtures, and any Unicode.

A block is drawn as (writer, seed, length): the lines come from a seeded `random.Random`, since drawing each line by
itself would take most of a test's time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from hypothesis import strategies as st

_WORDS = "user session request worker cache payment upload retry block node started stopped failed timeout ok None 404"
_ODD = [
    "",
    " ",
    "\x1b[31mERROR\x1b[0m red",
    "10%\r50%\r100% done\r",
    "a\x00b",
    "\ud800 lone",
    "x" * 3000,
    "[… lines 120-164]",
    "[headroom 1a2b3c4d5e6f: 3 of 9 lines left out; headroom_retrieve]",
    "{",
    "]}",
    "E   assert 1 == 2",
    "\x08\x08back",
    "\u2028\u2029\x0b\x0c",
    "== 3 failed, 2 passed in 1.2s ==",
    "total 12",
]

Writer = Callable[[Random], str]


def word(rng: Random) -> str:
    return rng.choice(_WORDS.split())


def log_line(rng: Random) -> str:
    level = rng.choice(["INFO ", "INFO ", "INFO ", "DEBUG", "WARN ", "ERROR"])
    words = " ".join(word(rng) for _ in range(rng.randint(1, 5)))
    return f"2026-03-0{rng.randint(1, 9)}T10:{rng.randint(10, 59)}:07.{rng.randint(0, 999):03d}Z {level} svc-{rng.randint(0, 6)} {words} id={rng.randint(0, 99999)}"


def quiet_log_line(rng: Random) -> str:
    return f"2026-03-01T10:{rng.randint(10, 59)}:07Z INFO  svc-{rng.randint(0, 6)} handled {rng.choice(['upload', 'retry', 'login'])} id={rng.randint(0, 99999)}"


def quiet_access(rng: Random) -> str:
    return f'10.0.{rng.randint(0, 3)}.{rng.randint(0, 9)} - - [10/Mar/2026:10:00:{rng.randint(10, 59)} +0000] "GET /{rng.choice(["a", "b", "c"])} HTTP/1.1" 200 {rng.randint(900, 999)} "-" "curl/8"'


def quiet_pairs(rng: Random) -> str:
    return f"ts=10:00:{rng.randint(10, 59)} unit=svc-{rng.randint(0, 6)} state=ready took={rng.randint(20, 60)}ms"


def quiet_test(rng: Random) -> str:
    return f"tests/test_{rng.choice(['cart', 'user', 'mail'])}.py::test_{rng.randint(0, 9999)} PASSED"


def quiet_columns(rng: Random) -> str:
    return f"{rng.choice(['api', 'web', 'jobs']):<12}{rng.randint(10, 99):>6}  {rng.choice(['up', 'up', 'idle']):<8}{rng.randint(1, 9)}d"


def quiet_step(rng: Random) -> str:
    return f"[{rng.randint(10, 99)}/99] Building CXX object src/CMakeFiles/core.dir/unit_{rng.randint(0, 999)}.cpp.o"


def quiet_words(rng: Random) -> str:
    return " ".join(rng.choice("amber basil cedar delta ember fjord grove haven iris".split()) for _ in range(9))


QUIET: list[Writer] = [quiet_log_line, quiet_access, quiet_pairs, quiet_test, quiet_columns, quiet_step, quiet_words]
"""Writers of lines in which nothing goes wrong."""


def row(rng: Random) -> str:
    return json.dumps({"id": rng.randint(0, 999), "name": word(rng), "error": rng.choice([None, "boom", ""])})


def traceback(rng: Random) -> str:
    frames = [
        f'  File "/app/{word(rng)}_{i}.py", line {rng.randint(1, 999)}, in run\n    call({i})'
        for i in range(rng.randint(1, 9))
    ]
    return "\n".join(["Traceback (most recent call last):", *frames, f"ValueError: bad {word(rng)}"])


def access(rng: Random) -> str:
    return f'10.0.{rng.randint(0, 3)}.{rng.randint(0, 9)} - - [10/Mar/2026:10:00:{rng.randint(10, 59)} +0000] "GET /{word(rng)}/{rng.randint(0, 9)} HTTP/1.1" {rng.choice([200, 200, 304, 404, 500])} {rng.randint(0, 9999)} "-" "curl/8"'


def pytest_line(rng: Random) -> str:
    return f"tests/test_{word(rng)}.py::test_{rng.randint(0, 99)} {rng.choice(['PASSED', 'PASSED', 'FAILED'])}"


def compiler(rng: Random) -> str:
    return f"src/{word(rng)}.c:{rng.randint(1, 999)}:7: {rng.choice(['warning', 'error', 'note'])}: unused ‘{word(rng)}’ [-Wunused]"


def path(rng: Random) -> str:
    return f"./src/{word(rng)}/{word(rng)}{rng.randint(0, 99)}.py:{rng.randint(1, 999)}: def {word(rng)}():"


def table(rng: Random) -> str:
    return f"{word(rng)}\t{rng.randint(0, 99)}\t{rng.randint(0, 9999)}"


def markup(rng: Random) -> str:
    return f"<div class='{word(rng)}'><p>{word(rng)} {rng.randint(0, 99)}</p></div>"


def diff(rng: Random) -> str:
    name, at = word(rng), rng.randint(1, 999)
    return f"diff --git a/{name}.py b/{name}.py\n--- a/{name}.py\n+++ b/{name}.py\n@@ -{at},2 +{at},2 @@\n-old {at}\n+new {at}\n same"


def code(rng: Random) -> str:
    return f"def {word(rng)}_{rng.randint(0, 99)}(value):\n    return value + {rng.randint(0, 9)}\n"


def odd(rng: Random) -> str:
    return rng.choice(_ODD)


WRITERS: list[Writer] = [
    log_line,
    quiet_log_line,
    row,
    traceback,
    access,
    pytest_line,
    compiler,
    path,
    table,
    markup,
    diff,
    code,
    odd,
]


def block(writer: Writer, seed: int, length: int) -> list[str]:
    rng = Random(seed)
    return [writer(rng) for _ in range(length)]


_BLOCKS = st.one_of(
    st.builds(block, st.sampled_from(WRITERS), st.integers(0, 1 << 20), st.integers(1, 60)),
    st.lists(st.text(max_size=60), min_size=1, max_size=6),
)

OUTPUTS = st.builds(
    lambda blocks, end, last: end.join(line for lines in blocks for line in lines) + last,
    st.lists(_BLOCKS, min_size=1, max_size=5),
    st.sampled_from(["\n", "\n", "\n", "\r\n"]),
    st.sampled_from(["\n", "", "\r\n", "\n\n"]),
)
"""Whole outputs: blocks of lines of one kind after another, with either line end."""

QUERIES = st.one_of(st.just(""), st.sampled_from(["which tests failed?", "payment", "src/cache"]), st.text(max_size=20))
COMMANDS = st.sampled_from(
    ["", "pytest -q", "make && ./run", "tail -n 100 app.log", "cat data.json | jq .", "git diff", "ls -lR"]
)
