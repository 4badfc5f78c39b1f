"""Tables of what becomes of texts on their way through the flow: plans, answers, what stands above, what has changed.

See `tests.tables`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from headroom_mcp.facts import find
from headroom_mcp.flow import answered, budget, compress, deltas, huge, plan, repeats
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Omission, Origin, Part, Result, Section, Shown, View
from tests import tables

_TABLES = Path(__file__).parent / "tables"


class _Toy:
    """A compressor of the tables' own, so that a table tells of the flow and not of what a kind makes of its lines: it keeps
    the first line and those with "keep", says those with "=" in other words, and leaves out the others of four or more."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def compress(self, output: ToolOutput, budget: int) -> Compressed | None:
        lines = output.lines
        if self.kind == "json":
            return Compressed([Part(0, len(lines), "render", f"{len(lines)} lines for {budget} tokens")])
        if len(lines) < 4:
            return None
        parts: list[Part] = []
        for at, line in enumerate(lines):
            action = "keep" if not at or "keep" in line else "render" if line.startswith("=") else "omit"
            if action == "omit" and parts and parts[-1].action == "omit":
                parts[-1] = parts[-1]._replace(stop=at + 1)
            else:
                parts.append(
                    Part(at, at + 1, action, line[1:] if action == "render" else "", lossless=action == "render")
                )
        head = [Part(0, 0, "render", f"{budget} tokens for {self.kind}")] if self.kind == "log" else []
        answers_for = range(0, len(lines), 5) if self.kind == "command" else ()
        return Compressed([*head, *parts], answers_for, lambda start, stop: f"lines {start} to {stop}")

    def facts(self, output: ToolOutput) -> list[Fact]:
        return find.find(output)


def _toy_route(output: ToolOutput) -> list[Section]:
    """Return sections that begin at lines such as "%log"; those of "%headed" have heads at their lines."""
    heads = [at for at, line in enumerate(output.lines) if line.startswith("%")]
    starts = [0, *(at for at in heads if at)]
    return [
        Section(
            start,
            stop,
            output.lines[start][1:] if start in heads else "general",
            "",
            start in heads and "headed" in output.lines[start],
        )
        for start, stop in zip(starts, [*starts[1:], len(output.lines)], strict=True)
    ]


@contextmanager
def _toys() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan.router, "route", _toy_route)
        patch.setattr(plan.compressors, "load", _Toy)
        yield patch


def _plan(text: str, query: str = "", command: str = "", tool: str = "Bash", tokens: int = 0, numbered: int = 0) -> str:
    output = ToolOutput(text, tool, {"command": command} if command else None, query)
    with _toys():
        return _told(plan.plan(output, Settings(budget_tokens=tokens), numbered=numbered))


def _within(text: str, limit: int = 0, numbered: int = 0, tokens: int = 0, earlier: bool = False) -> str:
    view = View(limit_chars=limit, numbered=numbered, way_back="headroom retrieve")
    above = [Shown("make", text[: len(text) // 2])] if earlier else []
    with _toys():
        planned = plan.plan_within(ToolOutput(text), Settings(budget_tokens=tokens), view, above)
    return _told(planned) if planned is not None else "nothing short enough"


def _wrapped(text: str, outer: str = "", second: str = "", short: str = "", tokens: int = 0) -> str:
    """The same of JSON around a text, or two; what it is where another such JSON was answered `short`."""
    texts = [part * (1 + 450 // max(1, len(part))) for part in (f"{text}\n", second) if part]
    whole = json.dumps({"from": outer * 9, "texts": texts if second else texts[0]} if outer else texts)
    earlier = [Shown("make", "in short", original=whole.replace("1", "2"))] if short else []
    with _toys():
        return _told(plan.plan(ToolOutput(whole, "mcp__shop__list"), Settings(budget_tokens=tokens), earlier))


def _headed(text: str, head: str = "web-1  | ", other: str = "", tokens: int = 0) -> str:
    """The same where each line has a head."""
    lines = text.split("\n")
    headed = [f"{head if at % 2 or not other else other}{line}" for at, line in enumerate(lines)]
    with _toys() as patch:
        patch.setattr(plan.router, "route", lambda output: [Section(0, len(output.lines), "general", "", True)])
        return _told(plan.plan(ToolOutput("\n".join(headed)), Settings(budget_tokens=tokens)))


def _after(above: str, text: str, query: str = "", label: str = "make", tokens: int = 0, numbered: int = 0) -> str:
    """The same where `above` was shown before; below, what is said where nothing else may be left out."""
    earlier = [Shown(label, above)]
    settings = Settings(budget_tokens=tokens)
    output = ToolOutput(text, "Bash", None, query)
    with _toys():
        only_above = plan.without_what_stands_above(output, settings, earlier, numbered=numbered)
        planned = plan.plan(output, settings, earlier, numbered=numbered)
    return "\n".join(
        [
            _told(planned),
            _told(only_above) if only_above is not None else "nothing of it stands above",
        ]
    )


def _changed(original: str, text: str, label: str = "make", tool: str = "Bash", tokens: int = 0) -> str:
    earlier = [Shown(label, "in short", original=original)]
    with _toys():
        return _told(plan.plan(ToolOutput(text, tool), Settings(budget_tokens=tokens), earlier))


def _told(planned: plan.Plan) -> str:
    """What becomes of the lines; not how it is written down, which the golden cases show."""
    counts = (
        f"{planned.kept_lines} of {planned.total_lines} kept, {planned.above} above, {planned.overwritten} overwritten"
    )
    lacking = "lacks nothing" if planned.lacks_nothing else f"lacks {_omitted(planned.omitted)}"
    sections = ", ".join(f"{one.start}-{one.stop} {one.kind}" for one in planned.sections)
    return f"{_parts(planned.parts)}\n({planned.kind}: {sections}; {counts}; {lacking})"


def _omitted(omitted: Sequence[Omission]) -> str:
    return ", ".join(f"{one.first}-{one.last} {one.note}".rstrip() for one in omitted)


def _answers(text: str, query: str = "") -> str:
    return ", ".join(map(str, answered.answers(ToolOutput(text, query=query))))


def _narrowed(text: str, query: str = "", lasting: tuple[int, ...] = (), rendered: int = 0) -> str:
    output = ToolOutput(text, query=query)
    last = min(rendered, len(output.lines))
    parts = [Part(0, last, "render", "shown otherwise")] if last else []
    facts = [Fact(at, 0, "failures", at, at + 1) for at in lasting]
    found = answered.narrowed(output, [*parts, Part(last, len(output.lines), "keep")], lambda: facts)
    return _parts(found)


def _deltas(base: str, text: str, keep: tuple[int, ...] = ()) -> str:
    old, new = base.split("\n"), text.split("\n")
    parts = deltas.parts_of(new, old, "make", keep)
    common = ", ".join(f"{one.before}+{one.at}+{one.size}" for one in deltas.blocks(old, new))
    return f"{_parts(parts)}\ncommon {common}\nabove in outline {sorted(deltas.above_in_outline(new, parts))}"


def _runs(above: str, text: str) -> str:
    found = repeats.find(text.split("\n"), [Shown("one", above), Shown("two", above.replace("1", "2"))])
    return "\n".join(f"{run.start}-{run.stop} of {run.source}, moved by {run.shift}" for run in found)


def _parts(parts: Sequence[Part]) -> str:
    return "\n".join(f"{one.start}-{one.stop} {one.action} {_what(one)}".rstrip() for one in parts)


def _what(part: Part) -> str:
    """Return what a part says of its lines; of a text that a compressor has made of them, only that there is one."""
    inserted = part.start == part.stop
    return part.note or (part.text.partition("\n")[0][:50] if inserted else "in other words" if part.text else "")


def _huge(text: str, query: str = "", end: int = 300, long: int = 8_000) -> str:
    """The same of outputs of many megabytes, with windows of `end` characters."""
    with _toys() as patch:
        patch.setattr(huge, "_END_CHARS", end)
        patch.setattr(huge, "_LONG_LINE_CHARS", long)
        patch.setattr(huge, "_FIRST_HITS", 3)
        patch.setattr(huge, "_LAST_HITS", 2)
        patch.setattr(plan, "GIANT_CHARS", 2 * end)
        output = ToolOutput(text, "Bash", None, query)
        found = huge.facts(output, 1, len(output.lines))
        facts = ", ".join(f"{one.kind} ({one.rank}) {one.line}: {one.start}-{one.stop}" for one in found)
        return f"{huge.windows(output.lines)}\n{facts}\n{_told(plan.plan(output, Settings()))}"


_SETTINGS: dict[str, dict[str, object]] = {
    "": {}, "masked": {"redact": "both"}, "stored masked": {"redact": "store"}, "denied": {"deny": ("it",)},
    "no repeats": {"repeats": False}, "at least 0": {"min_tokens": 0}, "saves half": {"min_saving": 0.5},
}  # fmt: skip
_VIEWS = {
    "": View(), "short": View(limit_chars=900), "numbered": View(numbered=5), "host": View(tokens_host=120), "part": View(part=True),
    "logs": View(kinds=("log",)), "whole": View(whole=True), "way back": View(way_back="headroom retrieve"),
}  # fmt: skip


def _compressed(text: str, how: str = "", view: str = "", session: bool = False, query: str = "") -> str:
    """What is shown of a text, and of the same text for the second time."""
    with _toys(), open_in_memory(Settings(**_SETTINGS[how])) as store:  # type: ignore[arg-type]
        given = {"store": store, "settings": store.settings, "view": _VIEWS[view], "query": query, "tool_name": "Bash"}
        given |= {"origin": Origin("s", project="/p"), "tool_input": {"command": "make"}} if session else {}
        first = compress.compress_output(text, **given)  # type: ignore[arg-type]
        again = compress.compress_output(text, **given)  # type: ignore[arg-type]
        kept = "" if first.ref is None else "kept as it was" if store.get(first.ref).text == text else "kept masked"
        return "\n".join([_result(first), kept, _result(again) if again != first else "the same again"])


def _second(above: str, text: str, how: str = "", view: str = "", handed: bool = False) -> str:
    """What is shown of a text where another was shown before: noted in the store, or `handed` over."""
    with _toys(), open_in_memory(Settings(**_SETTINGS[how])) as store:  # type: ignore[arg-type]
        given = {"store": store, "settings": store.settings, "view": _VIEWS[view], "tool_name": "Bash"}
        given |= {"tool_input": {"command": "make"}}
        if handed:
            return _result(compress.compress_output(text, earlier=[Shown("make", above)], **given))  # type: ignore[arg-type]
        first = compress.compress_output(above, origin=Origin("s", tool_use_id="1"), **given)  # type: ignore[arg-type]
        found = [
            compress.compress_output(text, origin=Origin("s", tool_use_id=name), **given)  # type: ignore[arg-type]
            for name in ("2", "3")
        ]
        return "\n".join(map(_result, [first, *found]))


def _result(result: Result) -> str:
    lines = result.text.count("\n") + 1
    ref = ", kept" if result.ref else ""
    return f"{result.outcome} {result.kind}{ref}, {lines} lines for {result.tokens_before} tokens: {_omitted(result.omitted)}"


SEEDS = [
    "%log\n2026-01-01 worker 1 started\nkeep this\n= said otherwise\nError: it broke\nworker 2 started\nworker 3 started\n1 failed, 3 passed",
    "a first line\n%command\none\ntwo\nthree\nfour keep\n%code\ndef f():\n    raise Error\n    return 1\n%general\nlast\n",
    "%headed\nweb-1  | one\nweb-1  | two keep\nweb-1  | three\nweb-1  | four\nweb-1  | five failed",
]
PROBES: dict[str, tables.Probe] = {
    "plan": _plan,
    "after": _after,
    "changed": _changed,
    "within": _within,
    "wrapped": _wrapped,
    "headed": _headed,
    "answers": _answers,
    "narrowed": _narrowed,
    "deltas": _deltas,
    "runs": _runs,
    "huge": _huge,
    "compressed": _compressed,
    "second": _second,
}
ASKED = {
    "plan": ["plan", "after", "changed", "within", "wrapped", "headed", "huge"],
    "draft": ["plan", "after", "huge"],
    "gate": ["plan", "after"],
    "repeats": ["after", "runs", "second"],
    "answered": ["answers", "narrowed", "plan"],
    "compress": ["compressed", "second"],
    "footer": ["plan", "compressed"],
}
CHOICES = {
    "limit": [0, 300, 500, 900, 2_000],
    "outer": ["", "it", "a.log 12", "from " * 30],
    "second": ["", "", "= a\nkeep b\nc\nd\n", "x y z\n"],
    "short": ["", "1"],
    "head": ["web-1  | ", "#9 31.002 ", "2022-05-30T09:11:02.8576680Z ", "job\tstep\t2026-03-01T12:00:00.1234567Z ", "==7== "],
    "other": ["", "", "db-2  | ", "#10 3.5 "],
    "query": ["why does it fail?", "how long did the longest take?", "which port is open?", "ok", "which user, and in what region?",
              "the largest", "price; name", "id 12", "error"],
    "command": ["make", "git diff", "pytest -q", "ls -la", "cat a.py", "grep -rn it ."],
    "tool": ["Bash", "Read", "Grep", "mcp__shop__list"],
    "label": ["make", "", "cat src/house/rooms/kitchen/table.py src/b", "cat 'a b' | sort > /tmp/out/of/here"],
    "numbered": [0, 1, 40],
    "tokens": [0, 50, 100, 200, 300, 600],
    "how": list(_SETTINGS),
    "view": list(_VIEWS),
    "end": [100, 300],
    "long": [1_000, 8_000],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.stem for path in _TABLES.glob("*.txt")))
def test_of_these_texts_just_this_becomes(name: str, request: pytest.FixtureRequest) -> None:
    tables.check(tables.settle(_TABLES / f"{name}.txt", PROBES, request), PROBES)


@pytest.mark.parametrize(
    ("size", "aim"),
    [
        (1, 200), (444, 200), (445, 200), (447, 201), (1_000, 450), (1_001, 450), (1_007, 451), (7_999, 1_499), (8_000, 1_500),
        (8_001, 1_500), (8_020, 1_501), (77_999, 4_999), (78_000, 5_000), (90_000, 5_000),
    ],
)  # fmt: skip
def test_the_budget_is_generous_in_the_middle_and_flat_for_giants(size: int, aim: int) -> None:
    assert budget.budget_for(size) == aim
