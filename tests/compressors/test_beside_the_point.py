"""What nobody mends who reads of a failure goes, marked where it stood: frames of libraries in a row, deprecation warnings."""

from __future__ import annotations

import pytest

from headroom_mcp.compressors import _deprecations, _library_frames
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.text.marker import gap_range
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_FRAMES = {
    "node": "    at step{n} (file:///srv/web/node_modules/builder/dist/chunks/node.js:34{n}87:66)",
    "node without a scheme": "    at async Tool.step{n} (/srv/web/node_modules/builder/lib/run.js:1{n}:5)",
    "java": "\tat org.springframework.web.filter.Chain{n}.doFilter(Chain{n}.java:10{n})",
    "python": '  File "/srv/venv/lib/python3.11/site-packages/web/core{n}.py", line 1{n}, in step\n    return self.inner(request, {n})',
}
_OWN = {
    "node": "    at render (file:///srv/web/src/page.js:8:3)",
    "node without a scheme": "    at render (/srv/web/src/page.js:8:3)",
    "java": "\tat shop.Cart.total(Cart.java:12)",
    "python": '  File "/srv/shop/cart.py", line 12, in total\n    return sum(prices)',
}
_WARNINGS = {
    "pytest": (
        "tests/test_plot.py: 44 warnings\n"
        "  /srv/shop/data.py:101: FutureWarning: The copy keyword is deprecated and will be removed in a future version. Use .copy().\n"
        "    frame = concat(parts, axis=1, sort=False, copy=False)"
    ),
    "python": "/srv/shop/data.py:31: DeprecationWarning: Flag of the parser is deprecated, use the one of the reader, which knows all the names, instead\n  flag.parse(names)",
    "node": (
        "(node:4211) [DEP0040] DeprecationWarning: The `punycode` module is deprecated. Please use a userland alternative instead.\n"
        "(Use `node --trace-deprecation ...` to show where the warning was created)"
    ),
    "pip": "DEPRECATION: Loading egg at /srv/venv/lib/egg is deprecated. pip 25.1 will enforce this behaviour change. Use pip install.",
}
_FAILED = "error: could not resolve ./currency-table in src/rates.ts"


def _cut(text: str, query: str = "") -> str:
    output = ToolOutput(text, query=query)
    lines = output.lines
    return render.render(lines, _deprecations.cut(output, [Part(0, len(lines), "keep")]))


@pytest.mark.parametrize("name", _FRAMES)
@pytest.mark.parametrize("count", [3, 4, 9])
def test_of_frames_of_libraries_in_a_row_the_first_and_the_last_are_shown(name: str, count: int) -> None:
    row = [_FRAMES[name].format(n=n) for n in range(count)]
    lines = "\n".join([_FAILED, _OWN[name], *row, _OWN[name], "done"]).split("\n")

    parts = _library_frames.cut(ToolOutput("\n".join(lines)), [Part(0, len(lines), "keep")])
    shown = render.render(lines, parts).split("\n")

    render.check(parts, len(lines))
    gaps = [line for line in shown if gap_range(line)]
    assert len(gaps) == (count > 3)
    assert [line for line in shown if line not in gaps] == [line for line in lines if line in shown]
    for kept in (_OWN[name], row[0], row[-1], _FAILED, "done"):
        assert kept in "\n".join(shown)
    assert (row[1] in "\n".join(shown)) == (count == 3)


def test_frames_of_the_project_are_never_cut_however_many() -> None:
    lines = [_FAILED, *(f"    at step{n} (/srv/web/src/deep/step{n}.js:8:3)" for n in range(30))]

    assert _library_frames.cut(ToolOutput("\n".join(lines)), [Part(0, 31, "keep")]) == [Part(0, 31, "keep")]


@pytest.mark.parametrize("name", _FRAMES)
def test_one_trace_stays_whole_where_its_frames_are_next_to_nothing_of_the_output(name: str) -> None:
    trace = [_FAILED, *"\n".join(_FRAMES[name].format(n=n) for n in range(7)).split("\n")]
    chatter = [f"unpacking package {n} of the list into its own folder" for n in range(6_000)]

    def cut(lines: list[str]) -> list[Part]:
        kept = [Part(0, len(lines) - len(trace), "omit"), Part(len(lines) - len(trace), len(lines), "keep")]
        return [part for part in _library_frames.cut(ToolOutput("\n".join(lines)), kept) if part.start >= kept[1].start]

    assert [part.action for part in cut([*chatter, *trace])] == ["keep"]
    assert "omit" in [part.action for part in cut([*chatter[:100], *trace])]


@pytest.mark.parametrize("name", _WARNINGS)
def test_a_deprecation_warning_beside_a_failure_goes_with_its_place_and_its_code(name: str) -> None:
    size = _WARNINGS[name].count("\n") + 1

    said = f"[… {f'lines 2-{size + 1}' if size > 1 else 'line 2'} · {_deprecations.NOTE}]"

    assert _cut(f"building\n{_WARNINGS[name]}\n{_FAILED}\n") == f"building\n{said}\n{_FAILED}"


@pytest.mark.parametrize("name", _WARNINGS)
def test_deprecations_stay_where_nothing_fails_and_where_they_are_asked_for(name: str) -> None:
    passing = f"building\n{_WARNINGS[name]}\nall is built"
    failing = f"building\n{_WARNINGS[name]}\n{_FAILED}"

    assert _cut(passing) == passing
    assert _cut(failing, "Which deprecations are there?") == failing


def test_a_warning_of_something_else_stays_and_what_fails_within_is_no_warning() -> None:
    other = "/srv/shop/data.py:31: RuntimeWarning: coroutine 'fetch' was never awaited\n  fetch(names)"
    alone = "/srv/shop/data.py:31: DeprecationWarning: the old error handler is deprecated, it will be removed in version 4.0"

    assert _cut(f"{other}\n{_FAILED}") == f"{other}\n{_FAILED}"
    assert _cut(f"{alone}\nall is built") == f"{alone}\nall is built"


def test_a_warning_beside_a_gap_goes_into_that_gap_with_the_gaps_own_note() -> None:
    warning = _WARNINGS["pytest"].split("\n")
    output = ToolOutput("\n".join(["building", *warning, *warning, _FAILED]))

    def gaps(*given: Part) -> list[tuple[int, int, str]]:
        parts = _deprecations.cut(output, given)
        render.check(parts, len(output.lines))
        return [(part.start, part.stop, part.note) for part in parts if part.action == "omit"]

    before, behind = Part(0, 2, "omit", note="2 places"), Part(5, 7, "omit")
    assert gaps(before, Part(2, 8, "keep")) == [(0, 7, "2 places")]
    assert gaps(Part(0, 5, "keep"), behind, Part(7, 8, "keep")) == [(1, 7, "")]
    assert gaps(Part(0, 2, "omit"), Part(2, 5, "keep"), behind, Part(7, 8, "keep")) == [(0, 7, "")]
    assert gaps(before, Part(2, 5, "keep"), behind, Part(7, 8, "keep")) == [(0, 5, "2 places"), (5, 7, "")]


def test_the_flow_cuts_both_in_a_build_that_fails() -> None:
    frames = "\n".join(_FRAMES["node"].format(n=n) for n in range(9))
    text = f"vite v8.3.8 building for production...\n{_WARNINGS['node']}\n{_FAILED}\n{frames}\nnpm error Lifecycle script `build` failed\n"

    shown = plan(ToolOutput(text, "Bash", {"command": "npm run build"}), Settings()).body

    assert _FAILED in shown
    assert _deprecations.NOTE in shown
    assert "step4" not in shown
