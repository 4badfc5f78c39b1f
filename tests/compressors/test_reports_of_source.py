"""What compilers and traces say of source quotes it: it is read as what it is, and a small one is shown whole."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.flow import plan
from headroom_mcp.routing import router
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput

_SOURCE = ("public class Cart { List l = new ArrayList(); }", "static int sum(int a) { return a; }", "let x = f(y);")
_COMMANDS = ("javac -Xlint:all Cart.java", "printf x > a.c; gcc -Wall a.c", "npx tsc src/cart.ts", "./build.sh")
_PLACES = ("Cart.java:{n}: ", "a.c:{n}:7: ", "src/cart.ts({n},3): ", "lib/x.rs:{n}:1: ")


@pytest.mark.parametrize("seed", range(24))
def test_messages_that_quote_source_are_no_source(seed: int) -> None:
    drawn = Random(seed)
    place = drawn.choice(_PLACES)
    lines: list[str] = []
    for n in range(drawn.randint(4, 12)):
        lines.append(f"{place.format(n=n + 2)}{drawn.choice(('error', 'warning'))}: nobody weighs parcel {n}")
        lines.extend((drawn.choice(_SOURCE), f"{' ' * drawn.randint(2, 30)}^"))
    output = ToolOutput("\n".join(lines), "Bash", {"command": drawn.choice(_COMMANDS)})

    assert "code" not in {section.kind for section in router.route(output)}


def test_a_file_that_tells_of_errors_in_its_comments_is_source() -> None:
    lines = [f"// a.c:{n}: error: {n} is no parcel\nstatic int weigh_{n}(int a) {{\n  return a;\n}}" for n in range(9)]
    output = ToolOutput("\n".join(lines), "Bash", {"command": "cat src/weigh.c"})

    assert [section.kind for section in router.route(output)] == ["code"]


def _traces(count: int) -> str:
    lines: list[str] = []
    for trace in range(count):
        lines.extend((f"worker {trace} stopped, its queue is kept", "Traceback (most recent call last):"))
        for at, part in enumerate(("orders", "parcels", "barns", "levies", "stock", "prices")):
            lines.append(
                f'  File "/srv/{part}_{trace}/step_{at}.py", line {10 * at + trace + 3}, in weigh_{at}_{trace}'
            )
            lines.append(f"    return call_{at}(order_{trace})")
        lines.append(f"{('ValueError', 'KeyError', 'TypeError')[trace]}: order {trace} has no parcel")
    return "\n".join(lines)


def test_each_of_a_few_small_traces_is_shown_whole() -> None:
    text = _traces(3)
    planned = plan.plan(ToolOutput(text, "Bash", {"command": "./worker"}), Settings())

    assert planned.kind == "stack_trace"
    assert planned.body.count("step_") == text.count("step_") == 18


@pytest.mark.parametrize(("command", "once"), [("python3 -c 'import shop'", True), ("cat trace.py", False)])
def test_a_trace_that_quotes_imports_names_its_folder_once(command: str, once: bool) -> None:
    names = ("orders", "parcels", "barns", "levies", "stock", "prices", "rooms", "pens")
    frames = [
        f'  File "/srv/shop/api/{a}/{b}.py", line 3, in <module>\n    from .{b} import {a}' for a in names for b in "xy"
    ]
    text = "\n".join(["Traceback (most recent call last):", *frames, "TypeError: code expected 16 arguments, got 15"])
    planned = plan.plan(ToolOutput(text, "Bash", {"command": command}), Settings())

    assert planned.body.startswith("[paths: …/ for /srv/shop/api/]") == once
    assert (planned.body == text) != once
