"""The README's first example: a log of 2.8 MB that Claude Code refuses to read, and what its model reads with headroom.

    python -m tests.first_example [--claude PATH]    writes tests/measured/refused.json and docs/first.svg
    python -m tests.first_example --log FILE         writes the log alone, to try it by hand

Claude Code is real and only the model is scripted: see `headroom_mcp.install.live.run`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import textwrap
from html import escape
from pathlib import Path
from typing import Any

from headroom_mcp.install.doctor import client
from headroom_mcp.install.live import run as live
from headroom_mcp.install.live.fake_api import Call

_ROOT = Path(__file__).parents[1]
_MEASURED = _ROOT / "tests" / "measured" / "refused.json"
_PICTURE = _ROOT / "docs" / "first.svg"
_LINES = 37_000
_FATAL_AT = 19_442
_FATAL = (
    "FATAL payment-gateway: connection pool exhausted, 1847 requests refused (PG-5523): raise max_connections to 500"
)


def log() -> str:
    """Return the log: workers that do their jobs, 37,000 times, and once one does not."""
    lines = []
    for number in range(_LINES):
        clock = f"2026-03-14T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
        said = f"INFO worker-{number % 7} finished job {number:06d} in {number % 90 + 10} ms, nothing is left"
        lines.append(f"{clock} {_FATAL if number == _FATAL_AT else said}")
    return "\n".join(lines) + "\n"


def measure(claude: str) -> dict[str, Any]:
    """Return what the model of the `claude` at this path sees of the log, without us and with us. Raises: LiveError."""
    with tempfile.TemporaryDirectory(prefix="headroom-first-") as folder:
        path = os.path.join(folder, "app.log")
        text = log()
        Path(path).write_text(text, encoding="utf-8")
        turns = [Call("Read", {"file_path": path})]
        [before] = live.run(claude, turns, folder, timeout_s=120)
        [after] = live.run(claude, turns, folder, timeout_s=120, hooks=live.our_hooks())
    return {
        "claude_code": client.version_of(claude),
        "bytes": len(text.encode()),
        "lines": _LINES,
        "fatal": _FATAL,
        "before": _anywhere(before.text, folder),
        "after": _anywhere(after.text, folder),
    }


def _anywhere(text: str, folder: str) -> str:
    """Return a text as it would be on any machine, without what the host adds below it."""
    text = text.replace(folder, ".").partition("\n\n<system-reminder>")[0]
    return text.replace(f"{os.path.dirname(sys.executable)}/headroom", "headroom")


def picture(measured: dict[str, Any]) -> str:
    """Return a picture of what was measured: two terminals, one above the other."""
    above = [
        f"Read app.log  ({measured['bytes'] / 1e6:.1f} MB, {measured['lines']:,} lines)",
        *_wrapped(measured["before"]),
    ]
    below = ["Read app.log  with headroom", *_wrapped(measured["after"])]
    height = 40 + 22 * (len(above) + len(below) + 1)
    rows = []
    y = 30
    for part in (above, below):
        for at, line in enumerate(part):
            kind = "head" if not at else "fact" if "FATAL" in line else "text"
            rows.append(f'<text x="18" y="{y}" class="{kind}" xml:space="preserve">{escape(line)}</text>')
            y += 22
        y += 22
    style = (
        "text{font:14px ui-monospace,Menlo,Consolas,monospace;fill:#c9d1d9}.head{fill:#7ee787;font-weight:bold}"
        ".fact{fill:#ffa657}rect{fill:#0d1117}"
    )
    said = f"Without headroom: {measured['before']} With headroom: {measured['after']}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" role="img"><title>{escape(said)}</title>'
        f'<style>{style}</style><rect width="900" height="{height}" rx="8"/>{"".join(rows)}</svg>\n'
    )


def _wrapped(text: str, most: int = 104) -> list[str]:
    pieces: list[str] = []
    for line in text.replace("\t", "  ").split("\n"):
        pieces += textwrap.wrap(line, most, subsequent_indent="    ", break_on_hyphens=False) or [""]
    return pieces


def main() -> int:
    """Measure, and write what README.md shows. Return the exit code."""
    parser = argparse.ArgumentParser(description="The README's first example.")
    parser.add_argument("--claude", default="", help="the `claude` to run; default: the one on the PATH")
    parser.add_argument("--draw", action="store_true", help="draw the picture again from what was measured")
    parser.add_argument("--log", default="", metavar="FILE", help="write the log there, and measure nothing")
    given = parser.parse_args()
    if given.log:
        Path(given.log).write_text(log(), encoding="utf-8")
        return 0
    if given.draw:
        _PICTURE.write_text(picture(json.loads(_MEASURED.read_text(encoding="utf-8"))), encoding="utf-8")
        return 0
    claude = given.claude or client.find_claude()
    if not claude:
        parser.error("there is no `claude` on the PATH; give --claude")
    measured = measure(claude)
    _MEASURED.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _PICTURE.write_text(picture(measured), encoding="utf-8")
    print(f"{measured['bytes']:,} bytes became {len(measured['after']):,} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
