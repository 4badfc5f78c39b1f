"""A folder of cases through the whole flow: what is saved, what is kept, how fast, and whether the laws hold.

    DIR/manifest.jsonl        optional: one JSON object a line with "id", "kind", "label"; its order is the order
    DIR/KIND/ID.json          tool_name, tool_input, query, file, needles: what an answer to the query must contain
    DIR/KIND/<file>           the output

A needle is kept when one of its `any` strings occurs in what is shown (both without colours, HTML entities and JSON
escapes decoded, white space collapsed) and, where it has `near`, within `within` characters (400) of that string.
*effective* = tokens shown, plus the whole original once more where any needle is missing, over the original: what an
agent pays that has to ask again. 100: nothing was compressed.
"""

from __future__ import annotations

import html
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from headroom_mcp.flow.compress import compress_output
from headroom_mcp.flow.plan import plan
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store
from headroom_mcp.text import marker, opened, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Result, ToolInput, View

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_JSON_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/])|([nrtbf]))')
_SPACE = re.compile(r"\s+")
_WITHIN_CHARS = 400
_COUNTED = re.compile(r"([\d,]+) [\w' -]+ among them")


class Case(NamedTuple):
    """One output with what a reader of it must find."""

    id: str
    kind: str
    label: str
    text: str
    tool_name: str
    tool_input: ToolInput
    query: str
    needles: list[dict[str, Any]]


class Score(NamedTuple):
    """What became of one case. Tokens by `tokens.count`, `ms` of processor time; `broken`: the laws that do not hold, in words."""

    id: str
    kind: str
    label: str
    size_bytes: int
    tokens_before: int
    tokens_after: int
    needles: int
    kept: int
    ms: float
    outcome: str
    broken: list[str]


class Row(NamedTuple):
    """The cases of one kind, label or all of them. Percentages 0 … 100; means over cases."""

    name: str
    cases: int
    saving: float
    effective: float
    needles_kept: float
    cases_kept: float
    ms: float
    mb_per_s: float


def cases(folder: str) -> Iterator[Case]:
    """Yield the cases of `folder`. Raises: OSError, ValueError for a case that cannot be read."""
    for kind, name, label in _listed(folder):
        path = os.path.join(folder, kind, f"{name}.json")
        with open(path, encoding="utf-8") as file:
            meta = _checked(json.load(file), path)
        with open(
            os.path.join(folder, kind, meta["file"]), encoding="utf-8", errors="surrogateescape", newline=""
        ) as file:
            text = file.read()
        needles = meta.get("needles", [])
        yield Case(
            name,
            kind,
            label or meta.get("label", ""),
            text,
            meta.get("tool_name", ""),
            meta.get("tool_input") or {},
            meta.get("query", ""),
            needles,
        )


def _checked(meta: Any, path: str) -> dict[str, Any]:
    """Return the description of a case as it was read from `path`. Raises: ValueError where it is not one."""
    if not isinstance(meta, dict) or not isinstance(meta.get("file"), str):
        msg = f'{path} does not describe a case: it should be an object with "file", the name of the output'
        raise ValueError(msg)
    needles = meta.get("needles", [])
    if not isinstance(needles, list) or not all(
        isinstance(needle, dict) and isinstance(needle.get("any"), list) for needle in needles
    ):
        msg = f'{path}: "needles" should be a list of objects like {{"any": ["text to find"]}}'
        raise ValueError(msg)
    return meta


def count(folder: str) -> int:
    """Return how many cases `folder` holds."""
    return len(_listed(folder))


def score(case: Case, store: Store, *, with_query: bool = True, laws: bool = False) -> Score:
    """Compress one case as a host's hook would, and look for its needles in what is shown."""
    query = case.query if with_query else ""
    started = time.process_time()  # what others do on the machine is not ours
    result = compress_output(
        case.text,
        tool_name=case.tool_name,
        tool_input=case.tool_input,
        query=query,
        store=store,
        view=View(limits.limit_chars(case.tool_name)),
    )
    ms = (time.process_time() - started) * 1000
    before = tokens.count(case.text)
    after = before if result.text == case.text else tokens.count(result.text)
    shown = normalised(result.text)
    kept = sum(1 for needle in case.needles if is_kept(needle, shown))
    broken = broken_laws(case, query, result, store) if laws else []
    size = len(case.text.encode("utf-8", "surrogateescape"))
    return Score(
        case.id, case.kind, case.label, size, before, after, len(case.needles), kept, ms, result.outcome, broken
    )


def is_kept(needle: dict[str, Any], shown: str) -> bool:
    """Tell whether `needle` occurs in `shown`, which is normalised."""
    wanted = [normalised(text) for text in needle["any"]]
    if not needle.get("near"):
        return any(text in shown for text in wanted)
    key, within = normalised(needle["near"]), needle.get("within", _WITHIN_CHARS)
    at = shown.find(key)
    while at >= 0:
        # The key itself may hold the value; only what stands around it counts.
        around = shown[max(0, at - within) : at] + "\0" + shown[at + len(key) : at + len(key) + within]
        if any(text in around.replace(key, "\0") for text in wanted):
            return True
        at = shown.find(key, at + 1)
    return False


def normalised(text: str) -> str:
    """Return `text` without colours, entities, JSON escapes and runs of white space."""

    def unescaped(match: re.Match[str]) -> str:
        digits, plain, _ = match.groups()
        return chr(int(digits, 16)) if digits else plain or " "

    return _SPACE.sub(" ", _JSON_ESCAPE.sub(unescaped, html.unescape(_ANSI.sub("", text)))).strip()


def broken_laws(case: Case, query: str, result: Result, store: Store) -> list[str]:
    """Return which of the laws 1-5 and 7 this result breaks, in words; empty where all hold."""
    broken: list[str] = []
    again = compress_output(
        case.text,
        tool_name=case.tool_name,
        tool_input=case.tool_input,
        query=query,
        store=store,
        view=View(limits.limit_chars(case.tool_name)),
    )
    if again.text != result.text:
        broken.append("law 2: the same input gave another text")
    if result.outcome == "failed":
        broken.append("law 8: a bug was met; see `headroom doctor`")
    if result.outcome != "compressed":
        return broken if result.text == case.text else [*broken, "law 1: not compressed and yet changed"]
    if result.tokens_after >= result.tokens_before or len(result.text) >= len(case.text):
        broken.append("law 1: longer than the original")
    if (
        compress_output(
            result.text,
            tool_name=case.tool_name,
            tool_input=case.tool_input,
            store=store,
            view=View(limits.limit_chars(case.tool_name)),
        ).text
        != result.text
    ):
        broken.append("law 7: our own output was touched")
    output = ToolOutput(case.text, case.tool_name, case.tool_input, query)
    output.limit_chars = limits.limit_chars(case.tool_name)
    broken.extend(_broken_plan(output, store.settings))
    return broken


def summary(scores: Sequence[Score], by: str) -> list[Row]:
    """Return a row for each kind or label (`by`), in order of name, and one for all."""
    groups: dict[str, list[Score]] = {}
    for one in scores:
        groups.setdefault(one.kind if by == "kind" else one.label or "(none)", []).append(one)
    return [*(_row(name, groups[name]) for name in sorted(groups)), _row("ALL", scores)]


def compared(before: Iterable[dict[str, Any]], after: Iterable[dict[str, Any]]) -> list[tuple[str, Row, Row]]:
    """Return, for each kind in both runs, its rows over the cases that both runs have."""
    first = {(one["kind"], one["id"]): Score(**one) for one in before}
    second = {(one["kind"], one["id"]): Score(**one) for one in after}
    common = sorted(first.keys() & second.keys())
    old = {row.name: row for row in summary([first[key] for key in common], "kind")}
    new = {row.name: row for row in summary([second[key] for key in common], "kind")}
    return [(name, old[name], new[name]) for name in old]


def _listed(folder: str) -> list[tuple[str, str, str]]:
    """Return (kind, id, label) of the cases."""
    manifest = os.path.join(folder, "manifest.jsonl")
    if os.path.exists(manifest):
        with open(manifest, encoding="utf-8") as file:
            entries = [json.loads(line) for line in file if line.strip()]
        if not all(isinstance(entry, dict) and {"kind", "id"} <= entry.keys() for entry in entries):
            msg = f'{manifest}: each line should be an object with "kind" and "id"'
            raise ValueError(msg)
        return [(entry["kind"], entry["id"], entry.get("label", "")) for entry in entries]
    found: list[tuple[str, str, str]] = []
    for kind in sorted(os.listdir(folder)):
        inside = os.path.join(folder, kind)
        if os.path.isdir(inside):
            found.extend((kind, name[:-5], "") for name in sorted(os.listdir(inside)) if name.endswith(".json"))
    return found


def _row(name: str, scores: Sequence[Score]) -> Row:
    total = max(1, len(scores))
    needles = sum(one.needles for one in scores)
    seconds = sum(one.ms for one in scores) / 1000
    return Row(
        name,
        len(scores),
        100 * sum(1 - one.tokens_after / max(1, one.tokens_before) for one in scores) / total,
        100 * sum(_effective(one) for one in scores) / total,
        100 * sum(one.kept for one in scores) / needles if needles else 100.0,
        100 * sum(1 for one in scores if one.kept == one.needles) / total,
        1000 * seconds / total,
        sum(one.size_bytes for one in scores) / 1e6 / seconds if seconds else 0.0,
    )


def _effective(one: Score) -> float:
    missed = one.tokens_before if one.kept < one.needles else 0
    return (one.tokens_after + missed) / max(1, one.tokens_before)


def _broken_plan(output: ToolOutput, settings: Settings) -> list[str]:
    """Return the laws 3-5 as the parts of a plan break them."""
    planned = plan(output, settings)
    wrapper = opened.opened(output.text, output.tool_name)
    if wrapper is not None:  # of a text in a JSON string the parts are those of the text
        output = ToolOutput("\n".join(wrapper.lines) + "\n", output.tool_name, output.tool_input, output.query)
    lines = output.lines
    try:
        render.check(planned.parts, len(lines))
    except ValueError as error:
        return [f"law 4: {error}"]
    broken: list[str] = []
    shown = planned.body.split("\n")
    position = 0
    for part in planned.parts:
        expected = (
            lines[part.start : part.stop] if part.action == "keep" else [marker.gap(part.start, part.stop, part.note)]
        )
        if part.action == "render" or not expected:
            continue
        found = _run_at(shown, expected, position)
        if found < 0:
            law = (
                "law 3: kept lines are not shown as they are" if part.action == "keep" else "law 4: a gap is not marked"
            )
            broken.append(f"{law}: {part.start + 1}-{part.stop}, {expected[0][:80]!r}")
            break
        position = found + len(expected)
    broken.extend(_hidden_failures(output, planned.parts, planned.body))
    return broken


def _run_at(shown: list[str], run: list[str], position: int) -> int:
    """Return where the lines `run` stand together in `shown`, from `position` on; -1 where they do not."""
    while True:
        try:
            position = shown.index(run[0], position)
        except ValueError:
            return -1
        if shown[position : position + len(run)] == run:
            return position
        position += 1  # a rendered part before it may show the same line


def _hidden_failures(output: ToolOutput, parts: Sequence[Any], body: str) -> list[str]:
    from headroom_mcp import compressors
    from headroom_mcp.routing import router

    omitted = {line for part in parts if part.action == "omit" for line in range(part.start, part.stop)}
    hidden = 0
    shown = set(body.split("\n"))
    for section in router.route(output):
        for fact in compressors.load(section.kind).facts(output.section(section.start, section.stop)):
            line = fact.line + section.start
            if fact.rank == 0 and line in omitted and output.lines[line] not in shown:
                hidden += 1
    counted = sum(int(number.replace(",", "")) for number in _COUNTED.findall(body))
    return [f"law 5: {hidden - counted} failures are neither shown nor counted"] if hidden > counted else []
