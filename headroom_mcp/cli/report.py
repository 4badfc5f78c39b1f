"""`headroom report`: the ledger as one self-contained HTML page."""

from __future__ import annotations

import os
import time

import click

from headroom_mcp.cli import _io, _report_page
from headroom_mcp.settings import environment, private
from headroom_mcp.store import Store, open_store
from headroom_mcp.store.figures import Case

_MOST_CASES = 12
_SECONDS = 6.0  # for all cases together, to make short again what is not remembered


@click.command()
@click.option(
    "-o", "--output", default="headroom-report.html", show_default=True, help="Where to write it; - prints it."
)
@click.option("--project", "this_project", is_flag=True, help="Only outputs of this folder's project.")
@click.option("--session", help="Only outputs of this session id.")
def report(output: str, this_project: bool, session: str | None) -> None:
    """Write a page with plots and the worst cases.

    What was saved by day, tool and kind, and what was left out of the cases worth looking at.

    One file without scripts or outside resources. It quotes originals, secrets masked; only you can read it.

    Example: headroom report -o saved.html
    """
    project = environment.project_dir() if this_project else None
    with _io.said_plainly(), open_store() as store:
        drawn = _Drawn(store)
        page = _report_page.Page(
            scope=f"session {session}" if session else f"project {project}" if project else "everything stored",
            written=time.strftime("%Y-%m-%d %H:%M"),
            by_day=store.ledger.read("day", project=project, session=session),
            by_tool=store.ledger.read("tool", project=project, session=session),
            by_kind=store.ledger.read("kind", project=project, session=session),
            worst=list(map(drawn.case, store.ledger.worst(_MOST_CASES, project=project, session=session))),
            largest=list(map(drawn.case, store.ledger.most_left_out(_MOST_CASES, project=project, session=session))),
        )
        html = _report_page.render(page)
    if output == "-":
        _io.write_text(html)
        return
    try:
        with open(private.open_file(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "w", encoding="utf-8") as file:
            file.write(html)
    except OSError as error:
        msg = f"{output} could not be written: {error.strerror}. Name another place with -o."
        raise click.ClickException(msg) from error
    said = f"{output}: {len(html.encode('utf-8', 'replace')):,} bytes, {page.by_kind.totals.outputs:,} outputs."
    if undrawn := drawn.undrawn():
        said += f" What was shown for {undrawn:,} of the cases could not be drawn in time: the page says which."
    _io.echo(said)


class _Drawn:
    """Draws cases, each original once, within `_SECONDS` together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._left_s = _SECONDS
        self._seen: dict[str, _report_page.ShownCase] = {}

    def case(self, case: Case) -> _report_page.ShownCase:
        """Return `case` with excerpts."""
        if case.ref not in self._seen:
            began = time.monotonic()
            self._seen[case.ref] = _report_page.with_texts(self._store, case, self._left_s)
            self._left_s -= time.monotonic() - began
        return self._seen[case.ref]._replace(case=case)

    def undrawn(self) -> int:
        """Return how many cases have no text of what was shown because it would have taken too long."""
        return sum(one.note == _report_page.NOT_DRAWN for one in self._seen.values())
