"""The report's page: figures, plots, and the cases to look at. No script, no outside resource; stored text is escaped.

A content security policy says the same to the browser, so that nothing an output contains could ever load or run.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from headroom_mcp import __version__
from headroom_mcp.cli import _report_plots as plots
from headroom_mcp.cli._report_style import STYLE
from headroom_mcp.cli.stats import HOW
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.settings import fault_log
from headroom_mcp.store import Store, open_in_memory
from headroom_mcp.store.figures import Case, Figures
from headroom_mcp.text import marker, secrets
from headroom_mcp.text.lines import clip_middle, split_lines
from headroom_mcp.types import HeadroomError

_MAX_LINES = 40  # of an excerpt
_MAX_LINE_CHARS = 400
_LINES_A_GAP = 8
_AGAIN_S = 2.0  # to make one original short again
_LEAST_S = 0.2
NOT_DRAWN = "What was shown for it is not remembered, and making it short again would have taken too long."
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


class ShownCase(NamedTuple):
    """A case with excerpts: of what was left out, and of what was shown instead ("" where it is not known any more)."""

    case: Case
    left_out: str
    shown: str
    note: str


class Page(NamedTuple):
    """What the page tells. `scope` and `written` are words."""

    scope: str
    written: str
    by_day: Figures
    by_tool: Figures
    by_kind: Figures
    worst: Sequence[ShownCase]
    largest: Sequence[ShownCase]


def with_texts(store: Store, case: Case, seconds: float = _AGAIN_S) -> ShownCase:
    """Return `case` with excerpts from the store, secrets masked; `seconds` are left to find out what was shown."""
    try:
        text = store.get(case.ref).text
    except HeadroomError as error:
        return ShownCase(case, "", "", str(error))
    shown, note = _shown_for(store, case, text, min(seconds, _AGAIN_S))
    original, shown = split_lines(secrets.mask(text)), secrets.mask(shown)
    gaps = [gap for line in shown.split("\n") if (gap := marker.gap_range(line))]
    if not gaps:
        note = note or "It was shown in another form."
        return ShownCase(case, _clipped(original), _clipped(shown.split("\n")) if shown else "", note)
    pieces: list[str] = []
    for first, last in gaps:
        held = original[first - 1 : last]
        pieces.extend([f"lines {first:,}-{last:,}:", *(f"  {line}" for line in held[:_LINES_A_GAP])])
        if len(held) > _LINES_A_GAP:
            pieces.append(f"  … {len(held) - _LINES_A_GAP:,} more")
    return ShownCase(case, _clipped(pieces), _clipped(shown.split("\n")), note)


def _shown_for(store: Store, case: Case, text: str, seconds: float) -> tuple[str, str]:
    """Return what was shown for the original `text` of `case`, and a note where that is not certain.

    The texts of a session are forgotten when it ends: then the original is made short again, and the digest of what was
    shown, which stays, says whether that is the very text.
    """
    remembered = store.contexts.shown_of(case.ref)
    if remembered:
        return remembered, ""
    if seconds < _LEAST_S:
        return "", NOT_DRAWN
    file = case.label.removeprefix("Read ")
    about = {"file_path": file} if case.tool_name == "Read" else {"command": case.label}
    # Whoever reads a report is told on the page; the failure log is for what goes wrong in a session.
    with fault_log.noted_in(""), open_in_memory(store.settings) as apart:
        again = compress_output(
            text,
            tool_name=case.tool_name,
            tool_input=about,
            store=apart,
            settings=store.settings._replace(deadline_s=seconds, repeats=False),
        )
    if again.outcome == "failed":
        return "", NOT_DRAWN
    if again.outcome != "compressed":
        return "", "What was shown for it is not remembered, and today it would stay as it is."
    if store.was_shown(case.ref, again.text):
        return again.text, ""
    return again.text, "Its session has ended; this is how it would be shown today, without a question."


def render(page: Page) -> str:
    """Return the page as HTML."""
    totals = page.by_kind.totals
    body = _empty() if not totals.outputs else _filled(page)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>headroom: what compression was worth</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<header><h1>What compression was worth</h1><p>{escape(page.scope)} · written {escape(page.written)}</p></header>\n"
        f"{body}</main>\n<footer><p>{escape(HOW)}</p><p>headroom-mcp {escape(__version__)}. This page quotes tool outputs,"
        " with secrets masked as far as they are recognised: think before you send it to anybody.</p></footer>\n"
        "</body>\n</html>\n"
    )


def _empty() -> str:
    return "<p>Nothing compressed yet. <code>headroom demo</code> shows what it does.</p>\n"


def _filled(page: Page) -> str:
    totals, figures = page.by_kind.totals, page.by_kind
    return (
        '<dl class="key">'
        + _key("Net", plots.number(totals.net), f"tokens, {plots.share(totals.net_share)} of what would have been shown")
        + _key("Outputs", plots.number(totals.outputs), f"{plots.number(totals.tokens_host)} → {plots.number(totals.tokens_after)} tokens")
        + _key("Fetched back", plots.number(totals.tokens_retrieved), f"tokens in {plots.number(totals.retrievals)} retrievals")
        + _key("Added", plots.number(totals.tokens_charged), "tokens of tool schemas and context")
        + _key("Losses", plots.number(figures.losses), f"of {plots.number(figures.originals)} originals cost more than {'it' if figures.losses == 1 else 'they'} saved")
        + "</dl>\n"
        + _section(
            "Savings over time",
            "Blue is the net saving of a day, grey what the host would have shown; below the line is loss.",
            plots.columns(page.by_day.rows) + plots.table("day", page.by_day.rows, "Savings over time"),
        )
        + _section("By tool", _LEGEND, plots.bars(page.by_tool.rows) + plots.table("tool", page.by_tool.rows, "By tool"))
        + _section("By kind", _LEGEND, plots.bars(page.by_kind.rows) + plots.table("kind", page.by_kind.rows, "By kind"))
        + _section(
            "Worth least",
            "Losses first: what was fetched back cost more than leaving it out had saved.",
            _cases(page.worst),
        )
        + _section("Most left out", "Where a mistake would weigh most: look at what was left out.", _cases(page.largest))
    )  # fmt: skip


_LEGEND = (
    '<span class="legend"><i class="shown"></i>shown</span> <span class="legend"><i class="extra"></i>fetched back and added'
    '</span> <span class="legend"><i class="saved"></i>saved</span>'
)


def _key(name: str, figure: str, said: str) -> str:
    return f"<div><dt>{name}</dt><dd><b>{figure}</b> {said}</dd></div>"


def _section(title: str, said: str, content: str) -> str:
    return f"<section><h2>{title}</h2><p>{said}</p>{content}</section>\n"


def _cases(cases: Sequence[ShownCase]) -> str:
    return f'<ol class="cases">{"".join(map(_case, cases))}</ol>'


def _case(shown: ShownCase) -> str:
    case, totals = shown.case, shown.case.totals
    label = clip_middle(secrets.mask(case.label or case.tool_name or "(no name)"), 120)
    loss = ' data-loss=""' if totals.net < 0 else ""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(case.created_s))
    times = "shown once" if totals.outputs == 1 else f"shown {plots.number(totals.outputs)} times"
    fetched = f", {plots.number(totals.tokens_retrieved)} fetched back" if totals.tokens_retrieved else ""
    note = f'<p class="note">{escape(shown.note)}</p>' if shown.note else ""
    title = "Left out" if shown.left_out.startswith("lines ") else "The original begins"
    return (
        f'<li><details><summary><code>{escape(label)}</code><span class="of">{escape(case.kind or "(untyped)")}'
        f"{f' · {escape(case.tool_name)}' if case.tool_name else ''}</span>"
        f'<span class="sizes">{plots.number(totals.tokens_host)} → {plots.number(totals.tokens_after)}{fetched}</span>'
        f'<span class="net"{loss}>{plots.number(totals.net)} · {plots.share(totals.net_share)}</span></summary>'
        f"<p>{when}, {times}. All of it: <code>headroom retrieve {escape(case.ref)}"
        f" --any-project</code></p>{note}{_excerpt(title, shown.left_out)}{_excerpt('Shown instead', shown.shown)}"
        "</details></li>"
    )


def _excerpt(title: str, text: str) -> str:
    if not text:
        return ""
    return f'<h3>{title}</h3><pre tabindex="0" role="region" aria-label="{title}">{escape(text)}</pre>'


def _clipped(lines: Sequence[str]) -> str:
    kept = [clip_middle(line, _MAX_LINE_CHARS) for line in lines[:_MAX_LINES]]
    if len(lines) > _MAX_LINES:
        kept.append(f"… {len(lines) - _MAX_LINES:,} more lines of this excerpt")
    # Control characters are not HTML, and half surrogates are not UTF-8.
    text = "\n".join(kept).encode("utf-8", "replace").decode("utf-8")
    return "".join(char if char in "\n\t" or char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
