"""Running text: what is short is not cut, and a question finds its answer in languages without blanks between words."""

from __future__ import annotations

import pytest

from headroom_mcp.compressors import markdown
from headroom_mcp.compressors.prose import kind as prose
from headroom_mcp.flow.plan import plan
from headroom_mcp.query import clauses
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput


def _sections(count: int) -> str:
    return "".join(f"## Part {i}\n\nThe part {i} is kept in a place of its own.\n\n" for i in range(count))


def test_a_short_document_is_not_cut() -> None:
    short, long = (ToolOutput(_sections(count), "WebFetch", {}) for count in (30, 200))
    asked = ToolOutput(_sections(90), "Read", {"file_path": "README.md"}, "where is part 7?")

    assert markdown.compress(short, 200) is None
    assert markdown.compress(long, 200) is not None
    assert markdown.compress(asked, 200) is not None


@pytest.mark.parametrize("given", [{"file_path": "docs/guide.rst"}, {"command": "cat docs/guide.md | head -2000"}])
def test_a_file_of_documentation_is_read_to_be_read_where_nobody_asks(given: dict[str, str]) -> None:
    tool = "Read" if "file_path" in given else "Bash"
    for count, query, whole in ((200, "", True), (200, "where is part 7?", False), (700, "", False)):
        compressed = markdown.compress(ToolOutput(_sections(count), tool, given, query), 200)

        assert (compressed is None) is whole


def test_a_short_article_is_not_cut() -> None:
    article = " ".join(f"The bridge number {i} was opened in {1900 + i}." for i in range(40))

    assert prose.compress(ToolOutput(article, "WebFetch", {}), 200) is None
    assert prose.compress(ToolOutput(article * 4, "WebFetch", {}), 200) is not None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("怎样把状态恢复到初始值?", "你可以调用 `$reset()` 方法把状态重置为初始值。"),
        ("サーバーの再起動はどうする?", "設定を変えたら、サーバーを再起動してください。"),
        ("วิธีตั้งค่ารหัสผ่าน", "คุณสามารถตั้งค่ารหัสผ่านใหม่ได้ที่นี่"),
    ],
)
def test_a_question_without_blanks_finds_its_answer(question: str, answer: str) -> None:
    others = ["这里说明如何安装插件。", "インストールの手順です。", "ติดตั้งโปรแกรม", "Nothing else is here."]
    ranked = clauses.rank(question, [*others, answer])

    assert ranked[0][0].place == len(others)


def test_the_answer_in_chinese_stays_in_a_long_document() -> None:
    parts = "".join(f"## 第{i}节\n\n这里说明第{i}个插件的安装方法和配置选项,请按照顺序阅读。\n\n" for i in range(80))
    text = parts + "## 重置\n\n你可以调用 `$reset()` 把状态恢复到初始值。\n\n" + parts
    output = ToolOutput(text, "Read", {"file_path": "state.md"}, "怎样把状态恢复到初始值?")
    compressed = markdown.compress(output, 600)
    assert compressed is not None

    assert "`$reset()`" in render.render(output.lines, compressed.parts)


def test_what_a_question_finds_is_shown_with_what_follows_it_and_little_else() -> None:
    """A budget that an answer leaves is not filled with what nobody asked for, from the top of the document on."""
    text = "".join(
        f"## Part {i}\n\n"
        + "".join(
            f"The drawer {i}-{at} of this part holds papers that nobody has asked for yet.\n\n" for at in range(6)
        )
        for i in range(60)
    )
    text = text.replace(
        "## Part 41\n", "## Part 41\n\nRetries wait longer each time.\n\nThe longest wait is a minute.\n"
    )
    output = ToolOutput(text, "Read", {"file_path": "README.md"}, "How do retries wait?")

    shown = plan(output, Settings()).body

    assert "Retries wait longer each time.\n\nThe longest wait is a minute." in shown
    assert shown.count("drawer") < 24


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("pluralising", "pluralize"),
        ("analysed", "analyze"),
        ("sizes", "size"),
        ("files", "file"),
        ("names", "name"),
        ("databases", "database"),
        ("boxes", "box"),
        ("matches", "match"),
        ("images", "image"),
    ],
)
def test_spellings_of_one_word_are_one_stem(asked: str, written: str) -> None:
    assert clauses.stem(asked) == clauses.stem(written)


def test_a_long_document_nobody_asks_about_is_shown_as_its_outline_with_first_words() -> None:
    """More of one section says as little as more of another; the outline says where to look."""
    text = "".join(
        f"## Part {i}\n\nThis is the opening of {i}.\n\n"
        + "".join(
            f"The drawer {i}-{at} of this part holds papers that nobody has asked for yet.\n\n" for at in range(24)
        )
        for i in range(18)
    )

    shown = plan(ToolOutput(text, "Read", {"file_path": "README.md"}), Settings()).body

    assert all(f"## Part {i}\n" in shown for i in range(18))
    assert all(f"This is the opening of {i}." in shown for i in range(18))
    assert shown.count("drawer") < 36  # twice the sections
