"""Page snapshots: what an agent can act on keeps its ref and its name, in every form in which servers print a page."""

from __future__ import annotations

import re
from random import Random

import pytest

from headroom_mcp.compressors.snapshot import tree
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from tests import pages

_SEEDS = range(4)
_CASES = [(maker, form, seed) for maker in pages.MAKERS for form in pages.FORMS for seed in _SEEDS]


def _page(maker: str, form: str, seed: int) -> pages.Snapshot:
    return pages.FORMS[form](pages.MAKERS[maker](Random(seed)))


def _shown(snapshot: pages.Snapshot, question: str = "", settings: Settings | None = None) -> str:
    planned = plan(ToolOutput(snapshot.text, "mcp__browser__snapshot", {}, question), settings or Settings())
    assert planned.kind == "snapshot"
    return planned.body


def test_there_are_thirty_pages() -> None:
    assert len(_CASES) >= 30


@pytest.mark.parametrize(("maker", "form", "seed"), _CASES)
def test_every_ref_of_a_page_of_usual_size_is_shown_at_a_third_of_its_cost(maker: str, form: str, seed: int) -> None:
    snapshot = _page(maker, form, seed)
    shown = _shown(snapshot)
    lost = [(name, ref) for name, ref, _ in snapshot.refs if f"[{ref}]" not in shown]

    assert len(lost) <= len(snapshot.refs) // 100
    assert tokens.estimate(shown) <= 0.4 * tokens.estimate(snapshot.text)


@pytest.mark.parametrize(("maker", "form", "seed"), _CASES)
def test_what_the_next_step_needs_stands_with_its_name_and_its_record(maker: str, form: str, seed: int) -> None:
    snapshot = _page(maker, form, seed)
    settings = Settings(budget_tokens=1_200)  # of which the rest of the page gets less
    for wanted in snapshot.wanted:
        fitting = [(name, ref, record) for name, ref, record in snapshot.refs if name == wanted.name]
        if wanted.beside:
            fitting = [found for found in fitting if wanted.beside in found[0] + found[2]] or fitting
        (_, ref, _) = fitting[0]
        lines = [line for line in _shown(snapshot, wanted.question, settings).split("\n") if f"[{ref}]" in line]

        assert len(lines) == 1, (wanted, ref)
        if wanted.beside and any(maker == kind for kind in ("users", "results")):
            assert wanted.beside in lines[0] or wanted.beside == "Cookies"


@pytest.mark.parametrize("form", pages.FORMS)
def test_a_page_without_end_is_cut_where_nobody_asked(form: str) -> None:
    rng = Random(4)
    many = [pages.users(rng).top for _ in range(25)]
    wanted = pages.users(rng)
    snapshot = pages.FORMS[form](pages.Page(pages.El("generic", inner=(*many, wanted.top)), wanted.wanted))
    shown = _shown(snapshot, wanted.wanted[0].question)
    (ref,) = (
        ref for name, ref, record in snapshot.refs if name == "Reset password" and wanted.wanted[0].beside in record
    )

    assert tokens.estimate(snapshot.text) > 150_000
    assert tokens.estimate(shown) < 9_000
    assert f"[{ref}]" in shown
    assert re.search(r"\[… lines \d+-\d+ · [\d,]+ (?:buttons|links|checkboxs)", shown)


def test_messages_of_the_page_and_states_of_its_fields_are_shown() -> None:
    shown = _shown(_page("form", "playwright", 3))

    assert "alert: Your card was declined (code 51). Please use another one." in shown
    assert "choice 1*" in shown


def test_names_with_quotes_colons_and_brackets_keep_their_refs() -> None:
    text = "\n".join([
        "- generic [ref=e1]:",
        '  - \'link "Price: it\'\'s [low]" [ref=e2] [cursor=pointer]\':',
        "    - /url: /a",
        '  - button "Say \\"hi\\"" [disabled] [ref=e3]',
        '  - textbox "Name" [active] [ref=e4]: "30"',
        *[f'  - button "B{i}" [ref=e{i}]' for i in range(5, 15)],
    ])  # fmt: skip
    (found,) = tree.read(text.split("\n"), 0, len(text.split("\n")))
    link, button, field = found.children[:3]

    assert (link.name, link.ref, link.about) == ("Price: it's [low]", "e2", {"url": "/a"})
    assert (button.name, button.ref, button.states) == ('Say "hi"', "e3", ["disabled"])
    assert (field.name, field.ref, field.text) == ("Name", "e4", "30")


def test_devtools_names_are_written_as_they_are_and_texts_have_no_role() -> None:
    lines = [
        'uid=1_0 RootWebArea "Shop" url="http://127.0.0.1/"',
        '  uid=1_1 ignored',
        '    uid=1_2 "Say "hi" to all"',
        '    uid=1_3 button "Say "hi"" focusable focused disableable disabled',
        '    uid=1_4 textbox "Name" value="it said "x""',
        '    uid=1_5 link "More" url="http://127.0.0.1/more" [selected in the DevTools Elements panel]',
    ]  # fmt: skip
    (page,) = tree.read(lines, 0, len(lines))
    text, button, field, link = page.children[0].children

    assert (text.role, text.name, text.ref) == ("text", 'Say "hi" to all', "1_2")
    assert (button.name, button.ref, button.states) == ('Say "hi"', "1_3", ["focused", "disabled"])
    assert (field.name, field.states) == ("Name", ['value=it said "x"'])
    assert (link.name, link.about["url"]) == ("More", "http://127.0.0.1/more")


def test_deep_and_broken_trees_are_read_in_one_pass() -> None:
    deep = "\n".join("  " * min(i, 3_000) + f'- button "b{i}" [ref=e{i}]' for i in range(3_000))

    assert "[e2999]" in _shown(pages.Snapshot(deep, [], []), "b2999")
