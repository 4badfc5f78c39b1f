"""The report is one page that nothing in it can break out of, and that a browser shows without a complaint."""

from __future__ import annotations

import html
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.cli import _report_page, main, report
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store
from headroom_mcp.text import marker
from headroom_mcp.types import Origin, Result

EVIL = "</pre><script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)>"
TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture(name="store")
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    with open_store(Settings(home=str(tmp_path / "home"))) as store:
        yield store


def _fill(store: Store) -> None:
    log = "\n".join(f"2026-01-01 00:00:{i % 60:02d} INFO {EVIL} job {i} {TOKEN} \x00\x1b[31m" for i in range(600))
    general = "\n".join(
        f"the {i}th remark, of {i * 7919 % 1000} words, says {'yes no perhaps'.split()[i % 3]}" for i in range(300)
    )
    for at, text in enumerate((log, general, log + "\nlast", general + "\nlast")):
        result = compress_output(
            text,
            tool_name=f"mcp__{EVIL}__{at}",
            tool_input={"command": f"cat '{EVIL}'"},
            store=store,
            origin=Origin("s", project=f"/p/{EVIL}"),
        )
        assert result.ref is not None
        if at == 1:
            for _ in range(4):
                retrieve(result.ref, lines="1-300", store=store)
        store.connection.execute("UPDATE output SET created_s = created_s - ? WHERE ref = ?", (at * 86400, result.ref))
    _show_with_a_gap(store, "\n".join(f"line {i} {EVIL} {TOKEN}" for i in range(300)))
    store.ledger.charge("tool schemas", 588, Origin(session="s"), once=True)


def _show_with_a_gap(store: Store, text: str) -> None:
    """Store `text` and show it as some kind does that leaves lines out; which one does is not this page's matter."""
    lines = text.split("\n")
    ref = store.put(
        text, origin=Origin(session="s", project=f"/p/{EVIL}"), label="cat gaps", tokens_before=9000, tokens_after=90
    )
    footer = marker.footer(ref, "298 of 300 lines left out")
    store.contexts.note_shown("s", "", "cat gaps", "\n".join([lines[0], marker.gap(2, 299), lines[-1], footer]))


def _report(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["report", "-o", "-", *arguments])

    assert done.exit_code == 0, done.output

    return done.output


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses.extend(f"{name}={value}" for name, value in attrs if name in ("src", "href") or name[:2] == "on")


def test_nothing_that_an_output_holds_becomes_markup(store: Store) -> None:
    _fill(store)
    page = _report()
    parser = _Tags()
    parser.feed(page)

    assert EVIL not in page
    assert html.escape(EVIL) in page
    assert not {"script", "img", "iframe", "object", "form", "a"} & set(parser.tags)
    assert parser.addresses == ["href=data:,"]
    assert "url(" not in page and "@import" not in page


def test_secrets_are_masked_and_nobody_else_may_read_the_page(store: Store, tmp_path: Path) -> None:
    _fill(store)
    path = tmp_path / "r.html"

    assert CliRunner().invoke(main, ["report", "-o", str(path)]).exit_code == 0
    assert TOKEN not in path.read_text(encoding="utf-8")
    assert "[secret: github token]" in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_losses_charges_and_what_was_left_out_are_told(store: Store) -> None:
    _fill(store)
    page = _report()

    assert "tool schemas" in page
    assert re.search(r'data-loss="">\N{MINUS SIGN}\d', page)
    assert "<h3>Left out</h3>" in page
    assert re.search(r"headroom retrieve [0-9a-f]{12} --any-project", page)


def test_an_empty_store_gives_a_page_that_says_so(store: Store) -> None:
    assert "Nothing compressed yet" in _report()


def test_a_place_that_cannot_be_written_is_named(store: Store) -> None:
    done = CliRunner().invoke(main, ["report", "-o", "/nowhere/at/all.html"])

    assert done.exit_code == 1
    assert "/nowhere/at/all.html could not be written" in done.output


def test_many_days_become_weeks(store: Store) -> None:
    _fill(store)
    store.connection.execute("UPDATE output SET created_s = created_s - 86400 * 200 WHERE id = 1")

    assert "Net tokens saved for each week" in _report()


@pytest.mark.slow
def test_a_browser_has_no_complaint_and_the_page_fits_400_pixels(store: Store, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium here: apt-get install chromium")
    _fill(store)
    page = _report().replace("<details", "<details open")
    frame = tmp_path / "frame.html"
    # A window cannot be made narrower than about 500 pixels, a frame can.
    frame.write_text(
        f'<!doctype html><meta charset="utf-8"><iframe style="width:400px;height:900px;border:0" srcdoc="{html.escape(page)}"'
        ' onload="const page = this.contentDocument.documentElement;'
        " document.title = 'fits ' + (page.scrollWidth <= page.clientWidth); console.error('heard')\"></iframe>",
        encoding="utf-8",
    )
    (tmp_path / "r.html").write_text(page, encoding="utf-8")

    alone = _browse(chromium, tmp_path / "r.html", tmp_path)
    framed = _browse(chromium, frame, tmp_path)

    assert "What compression was worth" in alone.stdout
    assert "fits true" in framed.stdout
    # The frame's own word shows that a complaint would be heard.
    assert ["heard" in line for line in (alone.stderr + framed.stderr).splitlines() if "CONSOLE" in line] == [True]


def _browse(chromium: str, page: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--enable-logging=stderr",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", f"--user-data-dir={folder}/chromium",
            "--dump-dom", page.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip


def test_what_was_left_out_is_shown_for_sessions_that_have_ended_too(store: Store) -> None:
    log = "\n".join(f"2026-01-01 00:00:{i % 60:02d} INFO worker {i % 7} finished job {i}" for i in range(900))
    result = compress_output(
        log, tool_name="Bash", tool_input={"command": "cat log"}, store=store, origin=Origin("s", project="/p")
    )
    assert result.ref is not None
    store.contexts.forget_shown("s")
    page = CliRunner().invoke(main, ["report", "-o", "-"]).output

    assert "not remembered" not in page and "today" not in page
    assert html.escape(result.text) in page


def test_a_text_that_would_be_shown_otherwise_today_says_so(store: Store) -> None:
    log = "\n".join(f"2026-01-01 00:00:{i % 60:02d} INFO worker {i % 7} finished job {i}" for i in range(900))
    store.put(log, kind="log", tool_name="Bash", shown=lambda ref: f"something else [headroom {ref}]", tokens_host=9000, tokens_after=9)  # fmt: skip
    page = CliRunner().invoke(main, ["report", "-o", "-"]).output

    assert "this is how it would be shown today" in page


def test_reading_a_report_raises_no_alarm_and_says_what_it_could_not_draw(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(store)
    store.contexts.forget_shown("s")
    monkeypatch.setattr(_report_page, "_AGAIN_S", 1e-9)
    monkeypatch.setattr(_report_page, "_LEAST_S", 0.0)
    done = CliRunner().invoke(main, ["report", "-o", str(tmp_path / "page.html")])

    assert done.exit_code == 0 and "could not be drawn in time" in done.output
    assert _report_page.NOT_DRAWN in (tmp_path / "page.html").read_text()
    assert not list((tmp_path / "home").glob("*.log")), "whoever reads a report has not lost an output"


def test_a_report_stops_making_texts_short_again_when_its_time_is_over(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(store)
    store.contexts.forget_shown("s")
    calls: list[str] = []
    again = _report_page.compress_output

    def counted(text: str, **given: Any) -> Result:
        calls.append(text)
        return again(text, **given)

    monkeypatch.setattr(_report_page, "compress_output", counted)
    _report()
    assert len(calls) == len(set(calls)) > 1, "an original that stands in both lists is made short again once"
    calls.clear()
    monkeypatch.setattr(report, "_SECONDS", 0.0)
    assert _report_page.NOT_DRAWN in _report()
    assert not calls
