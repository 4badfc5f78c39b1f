"""Texts, commands, paths, settings and events that nobody would send, made from those that many do.

A seed text is a block of lines as tools print them (or a slice of a file that was given); a mutation repeats, drops, swaps,
splices, truncates or breaks it. Everything is drawn from one `random.Random`, so an input is known by its number.
"""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

_WORDS = "user session worker cache payment upload retry node started stopped failed timeout ok None null 404 main build test".split()
_LINES = (
    "2026-03-01T10:{n2}:07.{n3}Z {level} svc-{d} {w} {w} id={n5}",
    '10.0.{d}.{d} - - [10/Mar/2026:10:00:{n2} +0000] "GET /{w}/{d} HTTP/1.1" {n3} {n5} "-" "curl/8"',
    "tests/test_{w}.py::test_{n2} {verdict}",
    "src/{w}.c:{n3}:7: {level}: unused {w} [-Wunused]",
    "src/{w}/{w}{n2}.py:{n3}:    def {w}(value):",
    "{w}\t{n2}\t{n5}",
    "{w},{n2},{n5},{w} {w}",
    "| {w} | {n2} | {w} |",
    "<div class='{w}'><p>{w} {w} <b>{n2}</b></p></div>",
    "@@ -{n3},2 +{n3},2 @@ {w}\n-old {n5}\n+new {n5}\n same",
    "diff --git a/{w}.py b/{w}.py\nindex 1..2\n--- a/{w}.py\n+++ b/{w}.py",
    "def {w}_{n2}(value):\n    return value + {d}\n",
    '  File "/app/{w}.py", line {n3}, in {w}\n    call({n2})',
    "{w}Error: bad {w}\n\tat com.x.{w}.run({w}.java:{n3})",
    "# {w} {w}\n\n{w} {w} {w} {w}. {w} {w}.\n\n- {w}\n- {w}\n",
    '{"id": {n5}, "name": "{w}", "error": null, "at": [{d}, {d}]},',
    "  {n3}\t    {w} = {w}({n2})",
    "commit {n5}abcdef0123456789abcdef0123456789abcde\nAuthor: {w} <{w}@x.y>\n\n    {w} {w}",
    "-rw-r--r-- 1 root root {n5} Jan  {d} 10:{n2} {w}.txt",
    "├── {w}\n│   └── {w}.{w}",
    "step {n2}/{n3} {w} \x1b[31m{level}\x1b[0m\r50%\r100%",
    "{b}{b}{b}{b}",
)
_ODD = (
    "", " ", "\x00", "\ud800", "\U0010ffff", "\u2028", "\x0b", "\x85", "\ufeff", "\x1b[", "\x1b]0;", "\b\b\b", "\r", "\r\n", "\t" * 40,
    "[", "{", "]", "}", '"', "'", "\\", "\\u", "\\ud800", "<", "</", "<!--", "]]>", "```", "|", "---", "...", "…", "[… ", "[… lines 1-3]",
    "[headroom 1a2b3c4d5e6f: 3 of 9 lines left out; headroom_retrieve]", "1e999", "-0", "NaN", "9" * 400, "0" * 60, "a" * 3000,
    "((((((((((", "{" * 300, "[" * 300, "E   assert", "FAILED", "error:", "İ", "ß", "ﬀ", "%s", "${x}", "$(", "`", "\N{COMBINING ACUTE ACCENT}" * 30,
)  # fmt: skip
_COMMANDS = (
    "pytest -q", "make && ./run", "tail -n 100 app.log", "cat data.json | jq .", "git diff", "git log --stat", "ls -lR", "nl -ba a.py | sed -n '1,9p'",
    "grep -rn x src", "echo '--- a ---'; npm test", "cat <<EOF\nx\nEOF", "bash -c 'cd x && cargo test'", "kubectl get pods -A", "cat a.csv", "tree",
)  # fmt: skip
_PATHS = (
    "$",
    "$.items[3].name",
    "$..name",
    "$[?@.id==3]",
    "$[?(@.a.b > 1 && !@.c || @.d)]",
    "$['a','b']",
    "$[1:9:2]",
    "$.*",
    "$[-1]",
    "items[0]",
)
_SETTINGS = (
    "min_tokens = 300", 'tools_off = ["Read"]', "enabled = false", 'redact = "both"', 'deny = ["a+"]', "min_saving = 0.2",
    "[table]", "x = 1979-05-27", 'a = """', "retention_days = nan", "max_store_bytes = 0x10",
)  # fmt: skip
_LEVELS = ("INFO", "DEBUG", "WARN", "ERROR", "warning", "note", "error")
_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    "",
    "x",
    "\x00",
    "\ud800",
    [],
    {},
    [None],
    {"text": 1},
    "a\n" * 300,
    [[]],
    {"": {"": {}}},
)
_MEDIAN_LINES = 18


def text(dice: Random, given: list[str]) -> str:
    """Return a mutated output; a third of them from `given` texts, where there are any."""
    if given and dice.random() < 0.34:
        whole = dice.choice(given)
        at = dice.randrange(max(1, len(whole)))
        made = whole[at : at + dice.choice((200, 1_000, 3_000))]
    elif dice.random() < 0.15:
        made = json.dumps(value(dice, 4), indent=dice.choice((None, 1, 4)), ensure_ascii=dice.random() < 0.5)
    else:
        count = 1 + int(dice.expovariate(1 / _MEDIAN_LINES))
        forms = [dice.choice(_LINES) for _ in range(dice.choice((1, 1, 2, 4)))]
        made = "\n".join(_filled(dice, dice.choice(forms)) for _ in range(min(count, 200)))
    for _ in range(dice.choice((0, 1, 1, 2, 5))):
        made = mutated(dice, made)
    return made[:20_000]


def command(dice: Random) -> str:
    """Return a shell command, most often a broken one."""
    made = dice.choice(_COMMANDS)
    for _ in range(dice.choice((0, 0, 1, 3))):
        made = mutated(dice, made)
    return made[:2_000]


def json_path(dice: Random) -> str:
    """Return a JSON path, most often a broken one."""
    made = "".join(dice.choice(_PATHS).lstrip("$" if at else "") for at in range(dice.choice((1, 1, 2))))
    for _ in range(dice.choice((0, 1, 2))):
        made = mutated(dice, made)
    return made[:1_000]


def settings(dice: Random) -> str:
    """Return a settings file, most often a broken one."""
    made = "\n".join(dice.choice(_SETTINGS) for _ in range(dice.randrange(1, 5)))
    for _ in range(dice.choice((0, 1, 2))):
        made = mutated(dice, made)
    return made[:5_000]


def query(dice: Random) -> str:
    """Return a question or nothing."""
    return (
        ""
        if dice.random() < 0.5
        else " ".join(dice.choice((*_WORDS, *_ODD[:60])) for _ in range(dice.randrange(1, 6)))[:400]
    )


def value(dice: Random, depth: int) -> Any:
    """Return a JSON value of at most `depth` levels."""
    if depth == 0 or dice.random() < 0.3:
        return dice.choice(
            (None, True, dice.randrange(-9, 99_999), dice.random(), dice.choice(_WORDS), dice.choice(_ODD))
        )
    if dice.random() < 0.3:
        # Rows of one table: what is deep is drawn once, or these would be nearly all the work.
        row = {
            **{dice.choice(_WORDS): dice.choice(_WORDS) for _ in range(4)},
            dice.choice(_WORDS): value(dice, depth - 1),
        }
        return [{**row, "id": at, "name": dice.choice(_WORDS)} for at in range(dice.randrange(12))]
    if dice.random() < 0.5:
        return [value(dice, depth - 1) for _ in range(dice.randrange(6))]
    return {dice.choice((*_WORDS, *_ODD[:40])): value(dice, depth - 1) for _ in range(dice.randrange(6))}


def event(dice: Random, output: str) -> dict[str, Any]:
    """Return an event of Claude Code around `output`, mutated."""
    name = dice.choice(
        ("PostToolUse",) * 6
        + ("PreToolUse", "PostToolUseFailure", "UserPromptSubmit", "PreCompact", "SessionStart", "SessionEnd")
    )
    tool, response = dice.choice(_RESPONSES)
    payload: dict[str, Any] = {
        "session_id": "s", "transcript_path": "/nowhere/s.jsonl", "cwd": "/", "hook_event_name": name, "tool_name": tool,
        "tool_input": {"command": command(dice), "file_path": "/nowhere/a.py", "pattern": "x"}, "tool_use_id": "t", "prompt": query(dice),
        "source": dice.choice(("startup", "compact", "clear", "resume")), "tool_response": _with_text(response, output),
    }  # fmt: skip
    for _ in range(dice.choice((0, 1, 1, 3))):
        _break(dice, payload)
    return payload


_RESPONSES: tuple[tuple[str, Any], ...] = (
    ("Bash", {"stdout": "TEXT", "stderr": "", "interrupted": False, "isImage": False}),
    (
        "Read",
        {
            "type": "text",
            "file": {"filePath": "/nowhere/a.py", "content": "TEXT", "numLines": 9, "startLine": 1, "totalLines": 9},
        },
    ),
    ("Grep", {"mode": "content", "numFiles": 0, "filenames": [], "content": "TEXT", "numLines": 9}),
    ("Glob", {"filenames": ["TEXT", "TEXT"], "durationMs": 1, "numFiles": 2, "truncated": False}),
    ("WebFetch", {"bytes": 9, "code": 200, "codeText": "OK", "result": "TEXT", "durationMs": 1, "url": "https://x/"}),
    ("mcp__x__y", [{"type": "text", "text": "TEXT"}]),
    ("Task", {"content": [{"type": "text", "text": "TEXT"}], "totalTokens": 1}),
)


def _with_text(node: Any, output: str) -> Any:
    if isinstance(node, dict):
        return {key: _with_text(inner, output) for key, inner in node.items()}
    if isinstance(node, list):
        return [_with_text(inner, output) for inner in node]
    return output if node == "TEXT" else node


def _break(dice: Random, node: Any) -> None:
    for _ in range(dice.randrange(4)):
        inner = [v for v in (node.values() if isinstance(node, dict) else node) if isinstance(v, (dict, list)) and v]
        if not inner:
            break
        node = dice.choice(inner)
    key = dice.choice(list(node)) if isinstance(node, dict) else dice.randrange(len(node))
    if dice.random() < 0.3:
        del node[key]
    else:
        node[key] = copy.deepcopy(dice.choice(_VALUES))


def _filled(dice: Random, form: str) -> str:
    made = form
    for mark in ("{w}", "{level}", "{verdict}", "{n2}", "{n3}", "{n5}", "{d}", "{b}"):
        while mark in made:
            made = made.replace(mark, _drawn(dice, mark), 1 if dice.random() < 0.7 else -1)
    return made


def _drawn(dice: Random, mark: str) -> str:
    match mark:
        case "{w}":
            return dice.choice(_WORDS)
        case "{level}":
            return dice.choice(_LEVELS)
        case "{verdict}":
            return dice.choice(("PASSED", "FAILED", "SKIPPED", "ERROR"))
        case "{b}":
            return "".join(dice.choice("ABCDefgh0123+/") for _ in range(19))
        case _:
            return str(dice.randrange(10 ** {"{n2}": 2, "{n3}": 3, "{n5}": 5}.get(mark, 1)))


def mutated(dice: Random, made: str) -> str:
    """Return `made` with one thing done to it."""
    at = dice.randrange(len(made) + 1)
    end = min(len(made), at + dice.choice((1, 3, 20, 200)))
    match dice.randrange(9):
        case 0:
            return made[:at] + made[end:]
        case 1:
            return made[:at] + dice.choice(_ODD) + made[at:]
        case 2:
            return made[:at] + made[at:end] * dice.choice((2, 5, 40)) + made[end:]
        case 3:
            return made[at:] + made[:at]
        case 4:
            return made[:at]
        case 5:
            lines = made.split("\n")
            dice.shuffle(lines)
            return "\n".join(lines)
        case 6:
            lines = made.split("\n")
            row = dice.randrange(len(lines))
            lines[row : row + 1] = [lines[row]] * dice.choice((0, 2, 30))
            return "\n".join(lines)
        case 7:
            return made[:at] + chr(dice.choice((dice.randrange(128), dice.randrange(0x110000)))) + made[end:]
        case _:
            return made.replace("\n", dice.choice(("\r\n", "\n\n", " ", "\n  ", "\r")), dice.choice((1, -1)))
