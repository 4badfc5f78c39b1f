"""Web pages, documents and prose: what is read as text, what is named as left out, and that bad markup costs no time."""

from __future__ import annotations

import re
import time

import pytest

from headroom_mcp.compressors import _sections, markdown
from headroom_mcp.compressors.html import kind as html
from headroom_mcp.compressors.html import main_text, scan
from headroom_mcp.compressors.prose import kind as prose
from headroom_mcp.query import clauses
from headroom_mcp.tool_output import ToolOutput

_WORDS = "The tide comes in twice a day and twice a day it goes out again, as every child on the coast knows. "


def _rendered(source: str, query: str = "") -> str:
    compressed = html.compress(ToolOutput(source, "WebFetch", {}, query), 500)
    assert compressed is not None

    return "\n".join(part.text for part in compressed.parts)


def test_navigation_scripts_and_footers_are_counted_and_not_shown() -> None:
    source = (
        "<html><body><nav><a href=/a>One</a><a href=/b>Two</a></nav><script>if (a < b) { x('<p>no</p>') }</script>"
        f"<h1>Tides</h1><p>{_WORDS * 3}</p><p>{_WORDS * 2}</p><footer><p>All rights reserved</p></footer></body></html>"
    )

    shown = _rendered(source)

    assert shown.startswith("# Tides")
    assert "no</p>" not in shown
    assert "All rights reserved" not in shown
    assert "1 navigation, 1 footer blocks, 2 link targets, 1 scripts" in shown


def _page(answer: str) -> str:
    """Return a page of 60 paragraphs about tides; the forty-first also says `answer`."""
    paragraphs = [f"<p>{_WORDS * 2} So it was in the year {1900 + at}.</p>" for at in range(60)]
    paragraphs[40] = f"<p>{answer}</p>"
    body = "".join(f"<h2>Chapter {at}</h2>{paragraph}" for at, paragraph in enumerate(paragraphs))
    return f"<html><body><h1>Tides</h1>{body}</body></html>"


def test_a_question_that_points_into_a_long_page_is_answered_without_the_rest() -> None:
    source = _page("The harbour gate is closed by Mrs Abernathy at nine.")

    shown = _rendered(source, "Who closes the harbour gate?")

    assert "The harbour gate is closed by Mrs Abernathy at nine." in shown
    assert len(shown) < 0.4 * len(_rendered(source))
    left_out = sum(int(found) for found in re.findall(r"^\[… (\d+) paragraphs?\]$", shown, re.MULTILINE))
    assert left_out + shown.count("So it was in the year") + 1 == 60
    said = re.search(r"([\d,]+) characters of markup", shown)
    assert said is not None
    assert int(said[1].replace(",", "")) == len(source) - len(shown.rpartition("\n")[0])


@pytest.mark.parametrize(
    "question",
    [
        "Read this page and give me the article content (title, author, what it says).",
        "What does this page say? Give me the main text.",
        "Who closes the harbour gate, and what is the rest of all this about?",
        "Summarize what is said of the harbour gate.",
        "What is the price of butter?",  # nothing is said of it: whoever asks has to see that
    ],
)
def test_a_page_is_shown_whole_to_a_question_about_all_of_it(question: str) -> None:
    source = _page("The harbour gate is closed by Mrs Abernathy at nine.")

    assert _rendered(source, question).count("So it was in the year") == 59


def test_a_class_name_alone_never_hides_the_bulk_of_a_page() -> None:
    source = f"<html><body><div class='comments sidebar'><p>{_WORDS * 5}</p></div><p>{_WORDS}</p></body></html>"

    assert _rendered(source).count("twice a day it goes out") == 6


def test_link_targets_are_shown_when_the_query_asks_for_them() -> None:
    source = f"<html><body><p>{_WORDS * 3}<a href='https://a.example/t'>The table</a></p></body></html>"

    assert "[The table](https://a.example/t)" in _rendered(source, "which links are there?")
    assert "https://a.example/t" not in _rendered(source, "what about tides?")


def test_code_keeps_its_lines_and_a_table_its_rows() -> None:
    source = (
        f"<html><body><p>{_WORDS * 3}</p><pre>if a:\n    b &lt; c\n</pre>"
        "<table><tr><th>Port<th>High<tr><td>Holm<td>4.1 m</table></body></html>"
    )

    shown = _rendered(source)

    assert "```\nif a:\n    b < c\n```" in shown
    assert "| Port | High |\n| Holm | 4.1 m |" in shown


def test_response_headers_before_a_page_stay() -> None:
    source = f"HTTP/1.1 200 OK\nserver: small\n\n<!DOCTYPE html>\n<html><body><p>{_WORDS * 4}</p></body></html>"

    compressed = html.compress(ToolOutput(source, "Bash", {"command": "curl -i localhost"}), 500)

    assert compressed is not None
    assert (compressed.parts[0].start, compressed.parts[0].stop, compressed.parts[0].action) == (0, 3, "keep")


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!",
        "<!--",
        "<div>",
        '<a href="',
        "<ul><li>x",
        "<table><tr><td>x",
        "<p>x</div>",
        "<div class=nav>x",
        "<svg>",
    ],
)
def test_bad_markup_is_read_in_linear_time(piece: str) -> None:
    def seconds(times: int) -> float:
        source = piece * times
        start = time.process_time()
        main_text.choose(scan.scan(source))
        return time.process_time() - start

    seconds(500)

    # A quadratic scan takes 64 times as long for 8 times the text; a loaded machine less than doubles a linear one.
    assert any(seconds(16_000) < 30 * max(0.005, seconds(2_000)) for _ in range(3))  # one disturbed look says nothing


def test_a_file_that_is_edited_keeps_its_markup() -> None:
    source = f"<!doctype html>\n<html><body>{'<p>text</p>' * 200}</body></html>"

    assert html.score(ToolOutput(source, "Read", {"file_path": "templates/base.html"})) == 0.0
    assert html.score(ToolOutput(source, "WebFetch", {"url": "https://a.example"})) > 0.9


def test_each_question_of_a_query_finds_its_own_passage() -> None:
    passages = [
        "The pier was built in 1902.",
        "Salt is sold by weight.",
        "Gulls nest on the pier.",
        "The mayor is Ada.",
    ]

    ranked = clauses.rank("Who is the mayor? How is salt sold?", passages)

    assert [found[0].place for found in ranked] == [3, 1]


def test_a_quoted_beginning_outranks_the_same_words_in_another_order() -> None:
    passages = ["a reset of the cache after a failed request", "the request failed after a reset of the cache", "other"]

    ranked = clauses.rank("the request failed after…", passages)

    assert ranked[0][0].place == 1


def test_questions_without_marks_are_told_apart() -> None:
    assert clauses.clauses("What is DATANET  What did Baran build at RAND How is it paid") == [
        "What is DATANET",
        "What did Baran build at RAND",
        "How is it paid",
    ]


def test_headings_of_several_markups_make_the_sections() -> None:
    lines = "# One\n\ntext\n\nTwo\n---\n\ntext\n\n1.4.0 / 2016-06-16\n==================\n\n  * fix\n\n```\n# no heading\n```".split(
        "\n"
    )

    found = _sections.blocks(lines)

    assert [_sections.title(lines, b) for b in found if b.kind == "heading"] == ["One", "Two", "1.4.0 / 2016-06-16"]
    assert [b.kind for b in found] == ["heading", "para", "heading", "para", "heading", "item", "code"]


def test_an_asked_change_stands_under_its_version_and_gaps_name_sections_with_true_lines() -> None:
    entries = [
        f"## 1.{n}.0\n\n- change the {name}\n- tidy {n}\n- more of {n}\n"
        for n, name in enumerate(["door", "lamp", "roof", "wall", "well"] * 16)
    ]
    entries[20] = "## 1.20.0\n\n- stop the pump when the float sticks\n- tidy 20\n"
    output = ToolOutput(
        "# Changes\n\n" + "\n".join(entries),
        "Read",
        {"file_path": "CHANGES.md"},
        "which version fixed the pump when the float sticks?",
    )

    compressed = markdown.compress(output, 150)

    assert compressed is not None
    kept = [output.lines[i] for part in compressed.parts if part.action == "keep" for i in range(part.start, part.stop)]
    assert "## 1.20.0" in kept
    assert "- stop the pump when the float sticks" in kept
    notes = " ".join(part.note for part in compressed.parts)
    named = notes.partition("1.25.0 ")[2].partition(",")[0] or "0"
    assert output.lines[int(named) - 1] == "## 1.25.0" or "sections" in notes


def test_a_paragraph_on_one_line_is_shown_in_part_with_a_count() -> None:
    text = "\n\n".join(
        f"Part {n} begins here and is long enough. " + _WORDS * 6 + f"The code of part {n} is {n * 37}."
        for n in range(12)
    )
    output = ToolOutput(text, "WebFetch", {}, "What is the code of part 7?")

    compressed = prose.compress(output, 300)

    assert compressed is not None
    shown = " ".join(part.text for part in compressed.parts)
    assert "The code of part 7 is 259." in shown
    assert "sentences …]" in shown


def test_a_chapter_named_menu_or_comments_is_text() -> None:
    chapters = "".join(
        f"<div class=section id={name}><h2>{title}</h2><p>{_WORDS * 4}</p></div>"
        for name, title in (("file-menu", "File menu"), ("comments", "Comments"), ("search-form", "Search form"))
    )

    assert _rendered(f"<html><body>{chapters}<p>{_WORDS * 20}</p></body></html>").count("twice a day it") == 32


def test_a_name_of_one_letter_is_searched_for() -> None:
    passages = ["The class NP is the larger one.", "The class P holds what is quick.", "Many pages precede it."]

    assert clauses.rank("What does P hold?", passages)[0][0].place == 1
