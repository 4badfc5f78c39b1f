"""Getting to know a code base: a tree, a search, and five source files read whole."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals.layers.common import Given
from headroom_mcp.evals.scenarios import words
from headroom_mcp.evals.scenarios.play import Question, Scenario

_FILES, _METHODS = 5, 16


def make(seed: int) -> Scenario:
    """Return the story of `seed`."""
    random = Random(f"exploration {seed}")
    retries, area = random.randrange(3, 9), random.choice(words.AREAS)
    entry = f"{random.choice(words.NOUNS).title()}Pipeline"
    names = random.sample([f"{noun}_{verb}.py" for noun in words.NOUNS for verb in words.VERBS], _FILES)
    base = f"Abstract{random.choice(words.NOUNS).title()}Stage"
    sources = [
        source(random, entry if at == 2 else words.pascal(random), base, retries if at == 2 else 0)
        for at in range(_FILES)
    ]
    request = f"How does a {entry} run its stages, what does it inherit from, and what is its MAX_RETRIES?"
    place = f"src/{area}/{names[2]}"
    outputs = [Given("the tree", _tree(random, area, names), "Bash", {"command": "find . -type f"}, (), request)]
    outputs.append(
        Given("uses of it", _hits(random, entry, place), "Bash", {"command": f"grep -rn {entry} ."}, (), request)
    )
    outputs += [
        Given(f"src/{area}/{name}", text, "Bash", {"command": f"cat src/{area}/{name}"}, (), request)
        for name, text in zip(names, sources, strict=True)
    ]
    questions = (
        Question("Where is it defined?", (place, f"class {entry}")), Question("What does it inherit from?", (f"class {entry}({base})",)),
        Question("What starts it?", ("def run_stages(self",)), Question("What is MAX_RETRIES?", (f"MAX_RETRIES = {retries}",)),
    )  # fmt: skip
    return Scenario(
        "exploration", "Codebase exploration: a tree, a search, five files", request, tuple(outputs), questions, 0.6
    )


def _tree(random: Random, area: str, names: list[str]) -> str:
    paths = {f"./src/{area}/{name}" for name in names}
    for _ in range(280):
        paths.add(f"./{words.path(random)}")
        paths.add(
            f"./tests/{random.choice(words.AREAS)}/test_{random.choice(words.NOUNS)}_{random.choice(words.VERBS)}.py"
        )
    return "\n".join(sorted(paths)) + "\n"


def _hits(random: Random, entry: str, place: str) -> str:
    hits = [f"./{place}:41:class {entry}(…):"]
    for _ in range(90):
        hits.append(
            f"./{words.path(random)}:{random.randrange(9, 700)}:        {random.choice(words.NOUNS)} = {entry}(config).{words.snake(random)}({random.choice(words.NOUNS)})"
        )
    return "\n".join(hits).replace("(…)", "") + "\n"


def source(random: Random, name: str, base: str, retries: int, count: int = _METHODS) -> str:
    """Return a module with one class `name` of at most `count` methods; with `retries`, one more starts it."""
    lines = [
        f'"""What {name} does with a {random.choice(words.NOUNS)}."""',
        "",
        "from __future__ import annotations",
        "",
        "import logging",
        "",
        f"from platform_core import {base}",
        "",
    ]
    lines += [
        f"MAX_RETRIES = {retries or random.randrange(11, 99)}",
        f"CHUNK_ROWS = {random.randrange(100, 900)}",
        "",
        "logger = logging.getLogger(__name__)",
        "",
        "",
        f"class {name}({base}):",
    ]
    lines += [f'    """Takes each {random.choice(words.NOUNS)} through its stages, in order."""', ""]
    methods = list(dict.fromkeys(words.snake(random) for _ in range(count)))
    if retries:
        methods.insert(len(methods) // 2, "run_stages")
    for method in methods:
        noun = random.choice(words.NOUNS)
        lines += [
            f"    def {method}(self, {noun}: dict[str, object], limit: int = {random.randrange(2, 90)}) -> list[dict[str, object]]:",
            f'        """{method.split("_")[0].title()} what belongs to the {noun}."""',
            "        kept: list[dict[str, object]] = []",
        ]
        for _ in range(random.randrange(8, 20)):
            field = random.choice(words.NOUNS)
            lines += [
                f"        if {noun}.get({field!r}) is not None and len(kept) < limit:",
                f"            kept.append({{{field!r}: {noun}[{field!r}], 'row': {random.randrange(999)}}})",
            ]
        lines += [f"        logger.debug('{method} kept %d of %d', len(kept), limit)", "        return kept", ""]
    return "\n".join(lines) + "\n"
