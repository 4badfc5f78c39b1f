"""The way back: what is said beside a slice is true of now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.hook import entry
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.retrieval.retrieve import _since_then
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import marker, tokens
from headroom_mcp.types import Origin, UnknownRef, View
from tests.hook.host import event


@pytest.mark.parametrize("change", ["edit", "shell", "delete", "none"])
def test_a_slice_of_a_file_says_that_the_file_has_changed_since(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    path = tmp_path / "app.log"
    text = "\n".join(f"2026-01-01 00:00:00 INFO worker {i % 7} did job {i}" for i in range(900)) + "\n"
    path.write_text(text)
    count = text.count("\n") + 1
    file = {"filePath": str(path), "content": text, "numLines": count, "startLine": 1, "totalLines": count}
    given = {"file_path": str(path)}
    reply = entry.handle(event("Read", {"type": "text", "file": file}, given))
    assert isinstance(reply, dict)
    ref = marker.refs(str(reply["hookSpecificOutput"]["updatedToolOutput"]["file"]["cells"][0]["source"]))[-1]  # type: ignore[index]
    if change == "edit":
        entry.handle(event("Edit", {"filePath": str(path)}, {**given, "old_string": "a", "new_string": "b"}))
        path.write_text(text.replace("job 40\n", "job forty\n"))
    elif change == "shell":
        path.write_text(text + "one more line\n")
    elif change == "delete":
        path.unlink()

    answer = retrieve(ref, lines="1-3")

    assert "did job 0" in answer
    assert answer.endswith("has changed since: this is its old text]") == (change in ("edit", "shell"))
    assert answer.endswith("is gone since: this is what it was]") == (change == "delete")


def test_what_a_command_printed_has_no_file_to_compare(tmp_path: Path) -> None:
    text = "\n".join(f"2026-01-01 00:00:00 INFO worker {i % 7} did job {i}" for i in range(900))
    with open_store(Settings(home=str(tmp_path))) as store:
        view = View(limits.limit_chars("Bash"))
        result = compress_output(text, tool_name="Bash", store=store, origin=Origin("s"), view=view)
        assert result.ref is not None

        assert "since:" not in retrieve(result.ref, lines="1-3", store=store)


def test_a_file_that_is_the_same_but_for_its_line_ends_has_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffone\r\ntwo\r\n\r\n".encode())

    assert _since_then(str(path), "one\ntwo") == ""
    assert _since_then(str(path), "one\ntwo\nthree").startswith(f"\n[{path} has changed since")
    assert _since_then("", "one") == ""
    assert _since_then(str(tmp_path), "a folder cannot be read") == ""


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({"lines": "2"}, "lines 2-2 of 3]\ntwo"),
        ({"query": "three"}, "lines 1-3 of 3]\none\ntwo\nthree"),
        ({"max_tokens": 2}, 'lines 1-1 of 3]\none\n[go on with lines="2-3", or give a query]'),
        ({"lines": "3", "session": "s", "project": "/elsewhere"}, "lines 3-3 of 3]\nthree"),  # shown in this session
    ],
)
def test_without_a_store_the_default_one_is_asked_in_the_same_way(asked: dict[str, Any], answer: str) -> None:
    with open_store() as store:
        ref = store.put("one\ntwo\nthree", origin=Origin("s", project="/p"))
        there = retrieve(ref, store=store, **asked)

    assert there == retrieve(ref, **asked) == f"[{ref}: {answer}"


def test_another_project_s_original_is_not_given_and_a_retrieval_is_charged_to_who_asked() -> None:
    with open_store() as store:
        ref = store.put("one\ntwo\nthree", origin=Origin("s", project="/p"))
        for project, session in (("/q", ""), ("/q", "t")):
            with pytest.raises(UnknownRef, match=ref):
                retrieve(ref, project=project, session=session, store=store)
        text = retrieve(ref, project="/p", session="t", store=store)

        figures = store.ledger.read(session="t", project="/p").totals
        assert (figures.retrievals, figures.tokens_retrieved) == (1, tokens.estimate(text))


def test_lines_of_a_wrapper_s_text_say_in_which_texts_they_lie() -> None:
    def answer(count: int) -> str:
        inner = {f"text_{n}": "\n".join(f"{n} line {k} of some text" for k in range(30)) for n in range(count)}
        with open_store() as store:
            return retrieve(store.put(json.dumps(inner), tool_name="mcp__x__run"), lines="2", store=store)

    said = "[these are lines of the text in text_0{}; json_path reaches what stands around it]"
    assert answer(1).split("\n")[1:] == ["0 line 1 of some text", said.format("")]
    assert answer(4).endswith(said.format(", text_1, text_2, text_3"))
    assert answer(5).endswith(said.format(", text_1, text_2, text_3, …"))
