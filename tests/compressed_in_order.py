"""A process of its own: compresses every golden case, in an order of its own, and prints a digest of each result.

    python -m tests.compressed_in_order SEED [HOW MANY TREES]

What is allocated before a case, the order of sets, the state of any cache and what classes are called in a default `repr`
(which holds an address, too) differ from seed to seed; nothing else does.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import sys
from pathlib import Path
from random import Random

from headroom_mcp import compressors
from headroom_mcp.flow.plan import plan_within
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import View

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = Path(__file__).parent / "cases"


def main(seed: int, trees: int = 6) -> None:
    """Print {"kind/name": digest, …}."""
    texts = _cases() + _trees(trees)
    Random(seed).shuffle(texts)
    _rename_classes("m" * seed)
    digests = {}
    for name, output in texts:
        planned = plan_within(output, Settings(), View(limits.limit_chars(output.tool_name)))
        body = planned.body if planned else ""
        digests[name] = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    print(json.dumps(digests, sort_keys=True))


def _rename_classes(suffix: str) -> None:
    for found in pkgutil.walk_packages(compressors.__path__, f"{compressors.__name__}."):
        for thing in vars(importlib.import_module(found.name)).values():
            if isinstance(thing, type) and thing.__module__ == found.name:
                thing.__module__ += suffix


def _cases() -> list[tuple[str, ToolOutput]]:
    found = []
    for path in sorted(CASES.glob("*/*/input.txt")):
        case_file = path.parent / "case.toml"
        case = tomllib.loads(case_file.read_text(encoding="utf-8")) if case_file.exists() else {}
        given = {key: case[key] for key in ("command", "file_path", "path", "pattern", "url") if key in case}
        text = path.read_bytes().decode("utf-8", "surrogatepass")
        name = f"{path.parent.parent.name}/{path.parent.name}"
        found.append((name, ToolOutput(text, case.get("tool_name", "Bash"), given, case.get("query", ""))))
        if case.get("query"):
            found.append((f"{name} unasked", ToolOutput(text, case.get("tool_name", "Bash"), given, "")))
    return found


def _trees(count: int) -> list[tuple[str, ToolOutput]]:
    """Return large documents whose objects are alike in part only: they are entered, sampled and cut."""
    found = []
    for seed in range(count):
        text = json.dumps(_tree(Random(seed), 6), indent=2 if seed % 2 else None)
        found.append((f"tree {seed}", ToolOutput(text, "mcp__ci__report", {}, "")))
        rows = {f"key{i}": _row(Random(seed * 200 + i), i) for i in range(5 + seed % 4)}
        given = ToolOutput(json.dumps({"run": 1, "rows": rows}), "mcp__ci__report", {}, "which score is worst?")
        found.append((f"report {seed}", given))
    return found


def _row(rng: Random, number: int) -> dict[str, object]:
    """Return a record in which arrays are short or very long, so that a large document is read in part."""
    items = [{"id": f"item-{i}", "weight": rng.randrange(9_999)} for i in range(rng.choice([3, 4, 2_000, 2_000]))]
    row: dict[str, object] = {"title": f"Title {number} of a row", "items": items, "score": rng.random()}
    for field in range(rng.randrange(8, 14)):
        row[f"about{field}"] = " ".join(rng.choice(["what", "stands", "in"]) for _ in range(rng.randrange(1, 40)))
        row[f"n{field}"] = rng.randrange(10 ** rng.randrange(1, 9))
    return row


def _tree(rng: Random, depth: int) -> object:
    if depth == 0:
        return rng.choice([rng.randrange(10_000), f"value {rng.randrange(99)} of a text", None, rng.random() < 0.5])
    if rng.random() < 0.3:
        return [_tree(rng, depth - 1) for _ in range(rng.randrange(2, 9))]
    return {f"key{rng.randrange(12)}": _tree(rng, depth - 1) for _ in range(rng.randrange(2, 8))}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
