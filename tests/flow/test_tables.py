"""Tables of what becomes of texts on their way through the flow: plans, answers, what stands above, what has changed.

See `tests.tables`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from headroom_mcp.flow import answered, budget, compress, deltas, huge, plan, repeats
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact, Omission, Origin, Part, Result, Shown, View
from tests import tables

_TABLES = Path(__file__).parent / "tables"


def _plan(text: str, query: str = "", command: str = "", tool: str = "Bash", tokens: int = 0, numbered: int = 0) -> str:
    output = ToolOutput(text, tool, {"command": command} if command else None, query)
    return _told(plan.plan(output, Settings(budget_tokens=tokens), numbered=numbered))


def _after(above: str, text: str, query: str = "", label: str = "make", tokens: int = 0, numbered: int = 0) -> str:
    """The same where `above` was shown before; below, what is said where nothing else may be left out."""
    earlier = [Shown(label, above)]
    settings = Settings(budget_tokens=tokens)
    output = ToolOutput(text, "Bash", None, query)
    only_above = plan.without_what_stands_above(output, settings, earlier, numbered=numbered)
    return "\n".join(
        [
            _told(plan.plan(output, settings, earlier, numbered=numbered)),
            _told(only_above) if only_above is not None else "nothing of it stands above",
        ]
    )


def _changed(original: str, text: str, label: str = "make", tool: str = "Bash", tokens: int = 0) -> str:
    earlier = [Shown(label, "in short", original=original)]
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
    with pytest.MonkeyPatch.context() as patch:
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
    with open_in_memory(Settings(**_SETTINGS[how])) as store:  # type: ignore[arg-type]
        given = {"store": store, "settings": store.settings, "view": _VIEWS[view], "query": query, "tool_name": "Bash"}
        given |= {"origin": Origin("s", project="/p"), "tool_input": {"command": "make"}} if session else {}
        first = compress.compress_output(text, **given)  # type: ignore[arg-type]
        again = compress.compress_output(text, **given)  # type: ignore[arg-type]
        kept = "" if first.ref is None else "kept as it was" if store.get(first.ref).text == text else "kept masked"
        return "\n".join([_result(first), kept, _result(again) if again != first else "the same again"])


def _second(above: str, text: str, how: str = "", view: str = "", handed: bool = False) -> str:
    """What is shown of a text where another was shown before: noted in the store, or `handed` over."""
    with open_in_memory(Settings(**_SETTINGS[how])) as store:  # type: ignore[arg-type]
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


PROBES: dict[str, tables.Probe] = {
    "plan": _plan,
    "after": _after,
    "changed": _changed,
    "answers": _answers,
    "narrowed": _narrowed,
    "deltas": _deltas,
    "runs": _runs,
    "huge": _huge,
    "compressed": _compressed,
    "second": _second,
}
ASKED = {
    "plan": ["plan", "after", "changed", "huge"],
    "draft": ["plan", "after", "huge"],
    "gate": ["plan", "after"],
    "repeats": ["after", "runs", "second"],
    "answered": ["answers", "narrowed", "plan"],
    "compress": ["compressed", "second"],
    "footer": ["plan", "compressed"],
}
CHOICES = {
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
