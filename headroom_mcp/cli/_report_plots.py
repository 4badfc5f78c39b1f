"""Plots for the report, drawn by hand: shapes in SVG that stretch with the page, words in HTML so that they never shrink.

columns   net tokens a day, over what the host would have shown; losses hang below the line
bars      a row for each tool or kind: shown | fetched back and added | saved
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from html import escape

from headroom_mcp.store.figures import Totals

_MOST_COLUMNS = 62  # beyond, a column is a week
_MOST_BARS = 14
_STEP = 10.0  # units of the drawing for one column, of which `_BAR` are ink
_BAR = 7.6
_HEIGHT = 100.0


def number(value: int) -> str:
    """Return `value` as people write it, with a real minus sign."""
    return f"{value:,}".replace("-", "\N{MINUS SIGN}")


def share(value: float) -> str:
    """Return a share as a percentage; the cut is never rounded up to 100."""
    return f"{value * 100:.1f} %".replace("-", "\N{MINUS SIGN}")


def columns(by_day: Mapping[str, Totals]) -> str:
    """Return the plot of days (or weeks, where there are many), "" for none."""
    unit, rows = _filled(by_day)
    if not rows:
        return ""
    top = max(1, *(row.tokens_host for _, row in rows))
    bottom = max(0, *(-row.net for _, row in rows))
    scale = _HEIGHT / (top + bottom)
    zero = top * scale
    shapes: list[str] = []
    for at, (day, row) in enumerate(rows):
        left = at * _STEP + (_STEP - _BAR) / 2
        said = escape(f"{day}: {number(row.net)} net of {number(row.tokens_host)}")
        shapes.append(f"<g><title>{said}</title>{_column('host', left, zero, row.tokens_host * scale)}")
        kind = "saved" if row.net >= 0 else "loss"
        shapes.append(f"{_column(kind, left, zero, row.net * scale)}</g>")
    width = len(rows) * _STEP
    line = f'<line class="axis" x1="0" x2="{width:g}" y1="{zero:.2f}" y2="{zero:.2f}"/>'
    first, middle, last = rows[0][0], rows[len(rows) // 2][0], rows[-1][0]
    dates = [first, last] if len(rows) > 1 else [first]
    if len(rows) > 6:
        dates.insert(1, middle)
    below = f'<span class="low">{number(-bottom)}</span>' if bottom else '<span class="low">0</span>'
    return (
        f'<div class="time"><div class="scale" aria-hidden="true"><span>{number(top)}</span>{below}</div>'
        f'<svg role="img" aria-label="Net tokens saved for each {unit}, {first} to {last}; the table below has the'
        f' figures" viewBox="0 0 {width:g} {_HEIGHT:g}" preserveAspectRatio="none">{"".join(shapes)}{line}</svg>'
        f'<div class="dates" aria-hidden="true">{"".join(f"<span>{day}</span>" for day in dates)}</div></div>'
    )


def bars(rows: Mapping[str, Totals]) -> str:
    """Return one bar a row, the largest first; those beyond `_MOST_BARS` together in one."""
    ordered = sorted(rows.items(), key=lambda item: (-max(item[1].tokens_host, _cost(item[1])), item[0]))
    if len(ordered) > _MOST_BARS:
        rest = [row for _, row in ordered[_MOST_BARS - 1 :]]
        together = Totals(*(sum(column) for column in zip(*rest, strict=True)))
        ordered = [*ordered[: _MOST_BARS - 1], (f"{len(rest)} others", together)]
    longest = max((max(row.tokens_host, _cost(row)) for _, row in ordered), default=1) or 1
    return f'<ul class="bars">{"".join(_bar(name, row, longest) for name, row in ordered)}</ul>'


def table(head: str, rows: Mapping[str, Totals], caption: str) -> str:
    """Return the figures of a plot as a table, folded away."""
    names = ("outputs", "before", "after", "fetched back", "added", "net", "share")
    heads = "".join(f'<th scope="col">{name}</th>' for name in (head, *names))
    body = "".join(
        f'<tr><th scope="row">{escape(name or "(none)")}</th><td>{number(row.outputs)}</td><td>{number(row.tokens_host)}</td>'
        f"<td>{number(row.tokens_after)}</td><td>{number(row.tokens_retrieved)}</td><td>{number(row.tokens_charged)}</td>"
        f"<td{_negative(row)}>{number(row.net)}</td><td>{share(row.net_share) if row.tokens_host else '–'}</td></tr>"
        for name, row in rows.items()
    )
    return (
        f'<details class="figures"><summary>The figures</summary><div class="scroll" tabindex="0" role="region"'
        f' aria-label="{escape(caption)}"><table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></details>"
    )


def _column(kind: str, left: float, zero: float, height: float) -> str:
    y = zero - height if height >= 0 else zero
    return f'<rect class="{kind}" x="{left:g}" width="{_BAR:g}" y="{y:.2f}" height="{abs(height):.2f}"/>'


def _cost(row: Totals) -> int:
    return row.tokens_after + row.tokens_retrieved + row.tokens_charged


def _bar(name: str, row: Totals, longest: int) -> str:
    extra = row.tokens_retrieved + row.tokens_charged
    pieces: list[str] = []
    position = 0.0
    for kind, tokens in (("shown", row.tokens_after), ("extra", extra), ("saved", max(0, row.net))):
        width = 1000 * tokens / longest
        if width:
            pieces.append(f'<rect class="{kind}" x="{position:.2f}" width="{width:.2f}" y="0" height="10"/>')
        position += width
    said = f"{number(row.net)} net" + (f" · {share(row.net_share)}" if row.tokens_host else "")
    label = f"{name or '(none)'}: {number(row.tokens_host)} became {number(row.tokens_after)}, {number(extra)} fetched or added"
    return (
        f'<li><span class="name">{escape(name or "(none)").replace("_", "_<wbr>")}</span><span class="value"{_negative(row)}>{said}</span>'
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 1000 10" preserveAspectRatio="none">'
        f"<title>{escape(label)}</title>{''.join(pieces)}</svg></li>"
    )


def _negative(row: Totals) -> str:
    return ' data-loss=""' if row.net < 0 else ""


def _filled(by_day: Mapping[str, Totals]) -> tuple[str, list[tuple[str, Totals]]]:
    """Return ("day" or "week", the rows from the first to the last one, those in which nothing happened included)."""
    days = {datetime.date.fromisoformat(day): row for day, row in by_day.items() if day}
    if not days:
        return "day", []
    first, last = min(days), max(days)
    unit, step = "day", datetime.timedelta(days=1)
    if (last - first).days >= _MOST_COLUMNS:
        unit, step = "week", datetime.timedelta(days=7)
        first -= datetime.timedelta(days=first.weekday())
    rows: list[tuple[str, Totals]] = []
    start = first
    while start <= last:
        inside = [row for day, row in days.items() if start <= day < start + step]
        rows.append((start.isoformat(), Totals(*(sum(column) for column in zip(Totals(), *inside, strict=True)))))
        start += step
    return unit, rows
