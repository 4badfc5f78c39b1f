"""README.md, docs/ and the report in a real browser: at 400 and 1,400 pixels, light and dark, without a complaint.

The pages are made by markdown-it as a code host makes them, tables in a box that scrolls. PICTURES_DIR=DIR keeps pictures.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp import compress_output
from headroom_mcp.cli import main
from headroom_mcp.types import Origin

_ROOT = Path(__file__).parents[1]
_PAGES = [_ROOT / "README.md", *sorted((_ROOT / "docs").glob("*.md"))]
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_STYLE = """
:root{color-scheme:light dark} body{font:16px/1.5 sans-serif;margin:0 auto;max-width:60rem;padding:1rem;overflow-wrap:anywhere}
pre,table{display:block;overflow-x:auto;max-width:100%} pre{padding:1rem;background:#8882;white-space:pre} img{max-width:100%}
td,th{border:1px solid #8886;padding:.3rem .6rem;overflow-wrap:normal} table{border-collapse:collapse}
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(_CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_a_page_of_the_documentation_fits_and_has_no_fault(page: Path, tmp_path: Path) -> None:
    markdown_it = pytest.importorskip(
        "markdown_it", reason="markdown-it-py makes the pages: pip install markdown-it-py"
    )
    text = page.read_text(encoding="utf-8")
    body = markdown_it.MarkdownIt("commonmark").enable("table").render(text)

    _check_tables(text, body)
    _check(
        f'<!doctype html><meta charset="utf-8"><base href="{page.parent.as_uri()}/"><style>{_STYLE}</style>{body}',
        page.stem,
        tmp_path,
    )


def _check_tables(text: str, body: str) -> None:
    """Every line that is meant as a row of a table is in one: the page's maker passes over what does not fit."""
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    meant = [line for line in outside.split("\n") if line.startswith("| ")]

    assert body.count("<tr>") == len(meant)


def test_the_report_fits_and_has_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    for number in range(3):
        text = "\n".join(
            f"{number} the {i}th remark, of {i * 7919 % 1000} words, says {'yes no'.split()[i % 2]}" for i in range(400)
        )
        compress_output(text, tool_name="Bash", tool_input={"command": f"make part-{number}"}, origin=Origin("s"))
    page = CliRunner().invoke(main, ["report", "-o", "-"]).output

    assert "What compression was worth" in page
    _check(page.replace("<details", "<details open"), "report", tmp_path)


def _check(page: str, name: str, folder: Path) -> None:
    """Open a page in a frame of each width and scheme: it must not scroll sideways, nor log anything but our own word."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    frames = "".join(
        f'<iframe style="width:{width}px;height:800px;border:0;color-scheme:{scheme}" srcdoc="{html.escape(page)}"'
        " onload=\"const p=this.contentDocument.documentElement; document.title += (p.scrollWidth <= p.clientWidth ? ' fits' : "
        "' wide:' + p.scrollWidth)\"></iframe>"
        for width in (400, 1400)
        for scheme in ("light", "dark")
    )
    done = """<script>addEventListener('load', () => console.error('heard'))</script>"""
    (folder / "frames.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>it</title>{frames}{done}', encoding="utf-8"
    )
    seen = _browse(folder / "frames.html", folder, "--dump-dom")
    said = [line for line in seen.stderr.splitlines() if "CONSOLE" in line]

    assert "<title>it fits fits fits fits</title>" in seen.stdout, re.findall("<title>.*?</title>", seen.stdout)
    assert ["heard" in line for line in said] == [True], said
    if os.environ.get("PICTURES_DIR"):
        for width in (500, 1400):  # a window cannot be narrower
            for scheme in ([], ["--force-dark-mode", "--enable-features=WebContentsForceDark"]):
                picture = Path(os.environ["PICTURES_DIR"], f"{name}-{width}-{'dark' if scheme else 'light'}.png")
                _browse(folder / "page.html", folder, f"--screenshot={picture}", f"--window-size={width},1600", *scheme)


def _browse(page: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert _CHROMIUM is not None
    return subprocess.run(
        [
            _CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--enable-logging=stderr",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--allow-file-access-from-files",
            "--virtual-time-budget=4000", f"--user-data-dir={folder}/chromium", *options, page.as_uri(),
        ],
        capture_output=True, text=True, timeout=180, check=True, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
