"""What is called "shown above" stands in the context that reads it: whatever was rewound, compacted, cleared or answered twice.

The state machine plays a session of Claude Code: calls of its model and a subagent, large and small, and files read in part,
answered by one installation of ours or two, over either transport, and all that takes results out of a context again. After
every call, each line that is said to be above must be there, under the number that is said.

    HEADROOM_HISTORIES=5000 pytest tests/hook/test_shown_above.py      the long form; 25 histories without it
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from headroom_mcp.hook import endpoint, entry
from headroom_mcp.hook.claude_code import transcript
from headroom_mcp.text.lines import VIEWER_NUMBER
from headroom_mcp.types import Shown
from tests.hook.transcripts import Transcript

_HISTORIES = int(os.environ.get("HEADROOM_HISTORIES", "25"))
_CLAIM = re.compile(
    r"^\[… lines? (\d+)(?:-(\d+))? · [^\n]*as shown above by [^\n]*?(?:, moved by ([+-]\d+))?\]$", re.MULTILINE
)


# A history's files are gone after it: where a folder is in memory, nothing waits for a disk.
_IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@lru_cache(maxsize=4_096)
def _row(number: int) -> str:
    """Return a line of a patch: nothing of it is left out for its own sake."""
    dice = Random(number)
    words = ("".join(dice.choices("abcdefghijklmnop", k=dice.randint(3, 9))) for _ in range(7))
    return f"+{' '.join(words)}."


def _text(first: int, last: int) -> str:
    return "\n".join(["--- a/n", "+++ b/n", f"@@ -1,10 +{first},{last} @@", *map(_row, range(first, last + 1))])


# Overlapping ranges, as an agent reads them.
_TEXTS = [_text(1, 30), _text(10, 45), _text(40, 60), _text(1, 60), _text(20, 34) + "\n" + _text(70, 90), _text(12, 18)]
_FILE_LINES = 90
_BLANKS = re.compile(r"^ +(?=\d+\t)", re.MULTILINE)
_UNCHANGED = re.compile(r"^\[… lines? (\d+)(?:-(\d+))? · unchanged, in short above by ", re.MULTILINE)


class _Call(NamedTuple):
    """A call that a context holds, its name, the entry it hangs on, what its model was shown for it and the original."""

    name: str
    entry: str
    shown: str
    original: str = ""


class Sessions(RuleBasedStateMachine):
    """Two contexts of one session: the model's own and a subagent's."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=_IN_MEMORY))
        self.home = os.environ.get("HEADROOM_HOME")
        os.environ["HEADROOM_HOME"] = str(self.folder / "store")
        path = self.folder / "s.jsonl"
        self.files = {"": Transcript(path), "sub": Transcript(Path(transcript.of_agent(str(path), "sub")), "sub")}
        self.contexts: dict[str, list[_Call]] = {"": [], "sub": []}
        self.calls = 0
        self.session = "s"
        for file in self.files.values():
            file.prompt("go")

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)
            if self.home is None:
                del os.environ["HEADROOM_HOME"]
            else:
                os.environ["HEADROOM_HOME"] = self.home

    @rule(text=st.sampled_from(_TEXTS))
    def call(self, text: str) -> None:
        """The model calls a tool, and we answer."""
        self._call("", text)

    @rule(
        text=st.sampled_from(_TEXTS),
        agent=st.sampled_from(["", "sub"]),
        kind=st.sampled_from(["cat", "mcp"]),
        transport=st.sampled_from(["command", "server"]),
    )
    def call_another(self, text: str, agent: str, kind: str, transport: str) -> None:
        """A subagent or the model calls one tool or another."""
        self._call(agent, text, kind, transport=transport)

    @rule(changed=st.sampled_from([0, 120, 250]), agent=st.sampled_from(["", "", "sub"]))
    def run_again(self, changed: int, agent: str) -> None:
        """The same long command again, of whose output a line has changed."""
        text = "\n".join(_row(n + 10_000 * (n == changed))[1:] for n in range(1, 301))
        self._call(agent, text, "run")

    @rule(
        first=st.sampled_from([1, 10, 30, 55]),
        lines=st.sampled_from([6, 20, 40, 90]),
        moved=st.sampled_from([0, 0, 2]),
        agent=st.sampled_from(["", "", "sub"]),
    )
    def read(self, first: int, lines: int, moved: int, agent: str) -> None:
        """A file is read in part or whole, perhaps after lines were put in at its top."""
        self.calls += 1
        rows = [*(_row(-n) for n in range(moved)), *map(_row, range(1, _FILE_LINES + 1))]
        last = min(len(rows), first + lines - 1)
        content = "\n".join(rows[first - 1 : last])
        given: dict[str, object] = {"file_path": "/p/a.txt", "offset": first, "limit": lines}
        file = {"filePath": "/p/a.txt", "content": content, "numLines": last - first + 1, "startLine": first}
        response = {"type": "text", "file": {**file, "totalLines": len(rows)}}
        name, of_agent = f"toolu_{self.calls:04d}", self.files[agent]
        before = of_agent.last
        of_agent.call(name, "Read", given)
        reply = self._handle(agent, name, "Read", given, response)
        numbered = "\n".join(f"{at}\t{row}" for at, row in enumerate(rows[first - 1 : last], first))
        shown = numbered if reply is None else str(reply["file"]["cells"][0]["source"])
        self._check(agent, numbered, shown)
        of_agent.result(name, shown)
        self.contexts[agent].append(_Call(name, before, shown))

    @rule(
        first=st.sampled_from([1, 10, 30, 55]),
        lines=st.sampled_from([6, 20, 40, 90]),
        moved=st.sampled_from([0, 0, 2]),
        agent=st.sampled_from(["", "", "sub"]),
        answers=st.sampled_from(["one", "two", "lost"]),
    )
    def view(self, first: int, lines: int, moved: int, agent: str, answers: str) -> None:
        """The same file is looked at with numbers that are padded, and shown without the blanks where our answer comes through."""
        rows = [*(_row(-n) for n in range(moved)), *map(_row, range(1, _FILE_LINES + 1))]
        last = min(len(rows), first + lines - 1)
        text = "\n".join(f"{at:6}\t{row}" for at, row in enumerate(rows[first - 1 : last], first))
        self._call(agent, text, f"nl -ba a.txt | sed -n {first},{last}p", answers=answers)

    @rule(
        text=st.sampled_from(_TEXTS), answers=st.sampled_from(["one", "two", "theirs", "lost"]), written=st.booleans()
    )
    def call_in_a_race(self, text: str, answers: str, written: bool) -> None:
        """We answer twice (two installations), another hook's answer wins, or ours comes too late; the call may not have
        reached the transcript yet."""
        self._call("", text, answers=answers, written=written)

    def _call(
        self,
        agent: str,
        text: str,
        kind: str = "cat",
        answers: str = "one",
        written: bool = True,
        transport: str = "command",
    ) -> None:
        self.calls += 1
        file, name = self.files[agent], f"toolu_{self.calls:04d}"
        tool = "mcp__shop__list" if kind == "mcp" else "Bash"
        commands = {"run": "make run", "cat": f"cat part{self.calls}"}
        given: dict[str, object] = {"command": commands.get(kind, kind)}
        if kind == "mcp":
            given = {"page": self.calls}
        before = file.last
        if written:
            file.call(name, tool, given)
        ours = [self._answer(agent, name, tool, given, text, transport) for _ in range(2 if answers == "two" else 1)]
        for answer in ours:
            self._check(agent, text, answer)
        if not written:
            file.call(name, tool, given)
        shown = {"theirs": "hidden by a hook of the user's", "lost": text}.get(answers, ours[-1])
        file.result(name, [{"type": "text", "text": shown}] if kind == "mcp" else shown)
        self.contexts[agent].append(_Call(name, before, shown, text))

    @rule(back=st.integers(1, 4))
    def rewind(self, back: int) -> None:
        """`/rewind`: the conversation goes on from an earlier entry."""
        context = self.contexts[""]
        if context:
            self.files[""].last = context[max(0, len(context) - back)].entry
            del context[max(0, len(context) - back) :]
            self.files[""].prompt("no, the other way")

    @rule(how=st.sampled_from(["compacted", "unheard of", "all cleared", "last cleared", "resumed"]))
    def lose(self, how: str) -> None:
        """Something leaves the context, or (a session that ends and is resumed) only we forget it."""
        if how in ("compacted", "resumed"):
            entry.handle(self._payload("", hook_event_name="PreCompact" if how == "compacted" else "SessionEnd"))
        if how in ("compacted", "unheard of"):
            self._compact()
        elif how in ("all cleared", "last cleared"):
            self._clear(everything=how == "all cleared")

    def _compact(self) -> None:
        """The host compacts; should our hook not have run, the transcript tells all the same."""
        self.files[""].last = ""
        self.files[""].write("system", "compacted", subtype="compact_boundary")
        self.contexts[""].clear()

    def _clear(self, *, everything: bool) -> None:
        """The host clears old results: all, or those that it names."""
        context, file = self.contexts[""], self.files[""]
        if everything:
            file.write("system", "cleared", subtype="microcompact_boundary")
            context.clear()
        elif context:
            gone = {"toolUseId": context.pop().name, "replacement": "[cleared]"}
            file.append({"type": "content-replacement", "replacements": [gone]})

    def _answer(self, agent: str, name: str, tool: str, given: dict[str, object], text: str, transport: str) -> str:
        response: Any = (
            {"stdout": text, "stderr": "", "interrupted": False} if tool == "Bash" else [{"type": "text", "text": text}]
        )
        shown = self._handle(agent, name, tool, given, response, transport)
        if shown is None:
            return text
        return str(shown["stdout"] if tool == "Bash" else shown[0]["text"])

    def _handle(
        self, agent: str, name: str, tool: str, given: object, response: object, transport: str = "command"
    ) -> Any:
        """Return what is shown instead of `response`, None where it stays."""
        fields = {"tool_name": tool, "tool_input": given, "tool_use_id": name, "tool_response": response}
        payload = self._payload(agent, **fields)
        if transport == "server":
            sent = {key: value if isinstance(value, str) else json.dumps(value) for key, value in payload.items()}
            reply = json.loads(endpoint.call({"event": "PostToolUse", **sent}) or "null")
        else:
            reply = entry.handle({"hook_event_name": "PostToolUse", **payload})
        return reply["hookSpecificOutput"]["updatedToolOutput"] if isinstance(reply, dict) and reply else None

    def _payload(self, agent: str, **fields: object) -> dict[str, object]:
        common = {"session_id": self.session, "transcript_path": str(self.files[""].path), "cwd": str(self.folder)}
        return {**common, **({"agent_id": agent} if agent else {}), **fields}

    def _check(self, agent: str, text: str, answer: str) -> None:
        lines = [line.lstrip(" ") for line in text.split("\n")]
        above = [_BLANKS.sub("", call.shown) for call in self.contexts[agent]]
        above += [VIEWER_NUMBER.sub("", shown) for shown in above]  # what was shown under numbers was shown
        for claim in _UNCHANGED.finditer(answer):
            said = "\n".join(lines[int(claim[1]) - 1 : int(claim[2] or claim[1])])
            short = [_BLANKS.sub("", call.original) for call in self.contexts[agent] if "\n[headroom " in call.shown]
            assert any(said in original for original in short), f"{claim.group()} is said to be unchanged in {above}"
        for claim in _CLAIM.finditer(answer):
            said = lines[int(claim[1]) - 1 : int(claim[2] or claim[1])]
            moved = int(claim[3] or 0)
            if moved:
                said = [f"{int(number) - moved}\t{row}" for number, _, row in (line.partition("\t") for line in said)]
            assert any("\n".join(said) in shown for shown in above), f"{claim.group()} is said to stand in {above}"


@pytest.mark.filterwarnings("ignore")
def test_nothing_is_called_shown_above_that_the_context_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "_WAIT_S", 0.0)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Sessions,
        settings=settings(
            max_examples=_HISTORIES, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.fixture(name="said")
def _said(tmp_path: Path) -> Transcript:
    file = Transcript(tmp_path / "s.jsonl")
    file.prompt("go")
    return file


def _standing(file: Transcript, name: str, *shown: Shown) -> list[str]:
    return [one.tool_use_id for one in transcript.in_front(str(file.path), name, shown)]


def _called(file: Transcript, name: str, text: object) -> Shown:
    file.call(name, "Bash", {"command": "cat"})
    file.result(name, text)
    return Shown("cat", text if isinstance(text, str) else "", 0.0, name)


def test_what_a_rewind_took_away_is_not_in_front(said: Transcript) -> None:
    stays = _called(said, "toolu_1", _text(1, 5))
    fork = said.last
    goes = _called(said, "toolu_2", _text(6, 9))
    said.last = fork
    said.prompt("no, otherwise")
    said.call("toolu_3", "Bash", {"command": "cat"})

    assert _standing(said, "toolu_3", stays, goes) == ["toolu_1"]


def test_results_of_calls_made_together_are_in_front(said: Transcript) -> None:
    """Their entries hang on their own calls, and what follows hangs on only one of them."""
    first = said.call("toolu_1", "Bash", {})
    said.call("toolu_2", "Bash", {})
    second = said.last
    said.last = first
    said.result("toolu_1", _text(1, 5))
    said.last = second
    said.result("toolu_2", _text(6, 9))
    said.call("toolu_3", "Bash", {})

    shown = [Shown("cat", _text(1, 5), 0.0, "toolu_1"), Shown("cat", _text(6, 9), 0.0, "toolu_2")]
    assert _standing(said, "toolu_3", *shown) == ["toolu_1", "toolu_2"]


def test_a_files_lines_are_found_under_their_numbers(said: Transcript) -> None:
    rows = [_row(number) for number in range(1, 9)]
    _called(said, "toolu_1", "\n".join(f"{at + 1:6d}→{row}" for at, row in enumerate(rows)))
    said.call("toolu_2", "Read", {})

    assert _standing(said, "toolu_2", Shown("Read a", "\n".join(rows), 0.0, "toolu_1")) == ["toolu_1"]
    assert _standing(said, "toolu_2", Shown("Read a", "\n".join([*rows, _row(9)]), 0.0, "toolu_1")) == []


def test_where_nobody_can_see_nothing_is_in_front(said: Transcript, tmp_path: Path) -> None:
    shown = _called(said, "toolu_1", _text(1, 5))

    assert _standing(said, "toolu_unwritten", shown) == []
    assert _standing(Transcript(tmp_path / "none.jsonl"), "toolu_2", shown) == []
    assert _standing(said, "", shown) == []
    said.call("toolu_2", "Bash", {})
    assert _standing(said, "toolu_2", shown, shown._replace(tool_use_id="")) == ["toolu_1"]


def test_only_the_end_of_a_long_transcript_is_read(said: Transcript, monkeypatch: pytest.MonkeyPatch) -> None:
    old = _called(said, "toolu_1", _text(1, 5))
    _called(said, "toolu_2", _text(1, 200))
    new = _called(said, "toolu_3", _text(6, 9))
    said.call("toolu_4", "Bash", {})
    monkeypatch.setattr(transcript, "TAIL_BYTES", 4_000)

    assert _standing(said, "toolu_4", old, new) == ["toolu_3"]


def test_a_call_is_answered_by_two_installations_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin and `headroom install` side by side: the second answer does not name the first, of this very command."""
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    file = Transcript(tmp_path / "s.jsonl")
    file.prompt("go")
    file.call("toolu_1", "Bash", {"command": "cat a"})
    payload = {
        "session_id": "s", "transcript_path": str(file.path), "cwd": str(tmp_path), "hook_event_name": "PostToolUse",
        "tool_name": "Bash", "tool_input": {"command": "cat a"}, "tool_use_id": "toolu_1",
        "tool_response": {"stdout": _text(1, 400), "stderr": "", "interrupted": False},
    }  # fmt: skip
    first = entry.handle(payload)
    fields = {key: value if isinstance(value, str) else json.dumps(value) for key, value in payload.items()}
    second = endpoint.call({"event": fields.pop("hook_event_name"), **fields})

    assert first is not None
    assert second == json.dumps(first)
