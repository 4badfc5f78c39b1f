"""Texts of any size for `growth`: what tools print, what nobody would print, and the two mixed.

`kinds()` names for every kind what its tools print, over and over; `shapes()` are the awkward ones: one token without
a break, blanks, nearly matching beginnings, deep nesting, equal and alternating lines, long runs of one mark, escapes,
progress frames. Each is a function from a size in characters to a text of about that size, always the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

Make = Callable[[int], str]


class Output(NamedTuple):
    """What a command prints: its kind, a name, the command, and the text by size."""

    kind: str
    name: str
    command: str
    make: Make


def repeated(block: str) -> Make:
    """Return a text of numbered copies of `block`; "{n}" stands for the number."""

    def make(size: int) -> str:
        pieces: list[str] = []
        left = size
        for number in itertools.count():
            if left <= 0:
                break
            piece = block.replace("{n}", str(number))
            pieces.append(piece)
            left -= len(piece)
        return "".join(pieces)

    return make


def framed(head: str, block: str, tail: str) -> Make:
    """Return a text of copies of `block` between `head` and `tail`."""
    body = repeated(block)
    return lambda size: f"{head}{body(max(1, size - len(head) - len(tail)))}{tail}"


_PYTEST_HEAD = "============================= test session starts ==============================\nplatform linux -- Python 3.12.1\nrootdir: /app\ncollected 900 items\n\n"
_TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "/app/worker.py", line {n}, in run\n    job.start()\n    ^^^^^^^^^^^\n'
    '  File "/app/jobs/mail.py", line 3{n}, in start\n    raise ValueError(text)\nValueError: bad address {n}\n'
)
_OUTPUTS: tuple[tuple[str, str, str, Make], ...] = (
    ("test_output", "pytest -v", "pytest -v", framed(_PYTEST_HEAD, "tests/test_mail.py::test_send[{n}-a b] PASSED    [ 12%]\n", "======== 900 passed in 3.21s ========\n")),
    ("test_output", "pytest, failures", "pytest", framed(_PYTEST_HEAD, "_____ test_send_{n} _____\n\n    def test_send_{n}():\n>       assert total({n}) == 4\nE       assert 3 == 4\nE        +  where 3 = total({n})\n\ntests/test_mail.py:{n}: AssertionError\n", "==== short test summary info ====\nFAILED tests/test_mail.py::test_send_1 - assert 3 == 4\n==== 900 failed in 3s ====\n")),
    ("test_output", "pytest, names of failures", "pytest -q", framed(_PYTEST_HEAD, "FAILED tests/test_mail.py::test_send_{n} - assert {n} == 4\n", "900 failed in 3.21s\n")),
    ("test_output", "go test -v", "go test -v ./...", framed("", "=== RUN   TestSend/case_{n}\n    mail_test.go:{n}: got 3, want 4\n--- FAIL: TestSend/case_{n} (0.00s)\n", "FAIL\nFAIL\tx/mail\t0.3s\n")),
    ("test_output", "go test, passing", "go test -v ./...", framed("", "=== RUN   TestSend/case_{n}\n--- PASS: TestSend/case_{n} (0.00s)\n", "PASS\nok  \tx/mail\t0.3s\n")),
    ("test_output", "TAP", "prove -v", framed("TAP version 13\n", "ok {n} - adds {n}\nnot ok 1{n} - subtracts {n}\n  ---\n  expected: 3\n  actual: {n}\n  at: Test.<anonymous> (/app/a.test.js:{n}:5)\n  ...\n", "# tests 900\n# fail 450\n")),
    ("test_output", "TAP, passing", "node --test", framed("TAP version 13\n", "# Subtest: adds {n}\nok {n} - adds {n}\n  ---\n  duration_ms: 0.{n}\n  type: 'suite'\n  ...\n", "1..900\n# tests 900\n")),
    ("test_output", "jest", "npx jest", framed("", "  ● mail › sends {n}\n\n    expect(received).toBe(expected)\n\n    Expected: 4\n    Received: {n}\n\n      at Object.<anonymous> (src/mail.test.js:{n}:15)\n\n", "Test Suites: 1 failed\nTests:       900 failed, 1 passed\n")),
    ("test_output", "mvn test", "mvn test", framed("[INFO]  T E S T S\n", "Running com.x.Mail{n}Test\nTests run: 3, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.1 sec <<< FAILURE!\ntestSend{n}(com.x.Mail{n}Test)  Time elapsed: 0.01 sec  <<< FAILURE!\njava.lang.AssertionError: expected:<3> but was:<{n}>\n\tat org.junit.Assert.fail(Assert.java:88)\n\tat com.x.Mail{n}Test.testSend(Mail{n}Test.java:{n})\n\n", "[INFO] BUILD FAILURE\n")),
    ("test_output", "cargo test", "cargo test", framed("running 900 tests\n", "test mail::sends_{n} ... FAILED\n---- mail::sends_{n} stdout ----\nthread 'mail::sends_{n}' panicked at src/mail.rs:{n}:5:\nassertion `left == right` failed\n  left: 3\n right: {n}\n\n", "test result: FAILED. 1 passed; 900 failed\n")),
    ("test_output", "gradle test", "gradle test", framed("", "MailTest > sends{n}() FAILED\n    org.opentest4j.AssertionFailedError: expected: <3> but was: <{n}>\n        at app//com.x.MailTest.sends(MailTest.java:{n})\n\n", "900 tests completed, 900 failed\n")),
    ("lint", "mypy", "mypy .", framed("", 'src/mail/send_{n}.py:{n}: error: Argument {n} to "send" has incompatible type "str"; expected "int"  [arg-type]\nsrc/mail/send_{n}.py:{n}: note: Possible overload variants:\n', "Found 900 errors in 90 files (checked 900 source files)\n")),
    ("lint", "eslint", "npx eslint .", repeated("/app/src/mail{n}.js\n  {n}:10  error    'send{n}' is not defined  no-undef\n  2{n}:3   warning  Unexpected console statement  no-console\n\n")),
    ("lint", "ruff", "ruff check .", repeated("F401 [*] `os.path{n}` imported but unused\n --> src/mail{n}.py:{n}:8\n  |\n{n} | import os.path{n}\n  |        ^^^^\n  |\nhelp: Remove unused import\n\n")),
    ("lint", "flake8", "flake8", repeated("src/mail{n}.py:{n}:80: E501 line too long ({n} > 79 characters)\n")),
    ("lint", "tsc", "tsc --noEmit", repeated("src/mail{n}.ts({n},5): error TS2304: Cannot find name 'send{n}'.\n")),
    ("build", "make, warnings", "make -j8", repeated("cc -O2 -c mail{n}.c -o mail{n}.o\nmail{n}.c: In function 'send':\nmail{n}.c:{n}:7: warning: unused variable 'x{n}' [-Wunused-variable]\n   {n} |   int x{n};\n      |       ^~\n")),
    ("build", "make, errors", "make", framed("", "mail{n}.c:{n}:7: error: 'x{n}' undeclared (first use in this function)\n   {n} |   return x{n};\n      |          ^~\n", "make: *** [Makefile:3: mail.o] Error 1\n")),
    ("build", "npm install", "npm install", repeated("npm warn deprecated mail{n}@1.{n}.0: no longer supported\nnpm ERR! code ERESOLVE\nnpm ERR! While resolving: app@1.0.{n}\nnpm ERR! Found: react@{n}.0.0\n")),
    ("build", "mvn", "mvn package", framed("[INFO] Scanning for projects...\n", "[INFO] Downloading from central: https://repo.example/x/mail/{n}/mail-{n}.pom\n[WARNING] 'dependencies.dependency' is missing @ line {n}\n[ERROR] /app/Mail{n}.java:[{n},5] cannot find symbol\n", "[INFO] BUILD FAILURE\n")),
    ("build", "CI, time stamps", "gh run view --log", repeated("build\tTest\t2026-03-01T10:00:00.{n}Z step {n} compiled in {n} ms\n")),
    ("build", "cargo build", "cargo build", repeated("   Compiling mail{n} v0.1.{n}\nwarning: unused variable: `x{n}`\n --> src/mail.rs:{n}:9\n  |\n{n} |     let x{n} = 1;\n  |         ^^ help: prefix it\n\n")),
    ("stack_trace", "Python tracebacks", "python app.py", repeated(_TRACEBACK)),
    ("stack_trace", "one deep traceback", "python app.py", framed("Traceback (most recent call last):\n", '  File "/app/mail.py", line {n}, in send\n    send({n})\n', "RecursionError: maximum recursion depth exceeded\n")),
    ("stack_trace", "Java traces", "java -jar app.jar", repeated('Exception in thread "main" java.lang.IllegalStateException: bad {n}\n\tat com.x.Mail.send(Mail.java:{n})\n\tat org.springframework.A.b(A.java:{n})\nCaused by: java.io.IOException: closed {n}\n\tat com.x.Net.read(Net.java:{n})\n\t... 12 more\n')),
    ("stack_trace", "go panics", "go run .", repeated("panic: runtime error: index out of range [{n}]\n\ngoroutine {n} [running]:\nmain.send(0x{n})\n\t/app/main.go:{n} +0x1d\nmain.main()\n\t/app/main.go:9 +0x2\n\n")),
    ("log", "log", "cat app.log", repeated("2026-03-01T10:00:00.{n}Z INFO mail.worker job {n} done in {n} ms\n2026-03-01T10:00:01.{n}Z ERROR mail.worker job {n} failed: timed out after {n} ms\n")),
    ("log", "log with traces", "docker logs app", repeated("2026-03-01 10:00:00,{n} ERROR worker job {n} failed\n" + _TRACEBACK)),
    ("log", "syslog", "journalctl", repeated("Mar  1 10:00:00 host sshd[{n}]: Failed password for root from 10.0.0.{n} port {n} ssh2\n")),
    ("access_log", "nginx", "cat access.log", repeated('10.0.0.{n} - - [10/Mar/2026:10:00:00 +0000] "GET /mail/{n}?q={n} HTTP/1.1" 404 {n} "-" "curl/8"\n')),
    ("search", "grep -rn", "grep -rn send .", repeated("src/mail/send{n}.py:{n}:    def send(value): return {n}\n")),
    ("search", "grep -n of a file", "grep -n send a.py", repeated("{n}:    def send(value): return {n}\n")),
    ("search", "rg with context", "rg -C1 send", repeated("src/mail{n}.py-{n}-import x\nsrc/mail{n}.py:{n}:send({n})\nsrc/mail{n}.py-{n}-\n--\n")),
    ("listing", "find", "find .", repeated("./src/mail/part{n}/send{n}.py\n")),
    ("listing", "ls -lR", "ls -lR", repeated("./src{n}:\ntotal {n}\n-rw-r--r-- 1 root root {n} Jan  1 10:00 mail{n}.txt\ndrwxr-xr-x 2 root root 4096 Jan  1 10:00 sub{n}\n\n")),
    ("listing", "tree", "tree", repeated("├── mail{n}\n│   └── send{n}.py\n")),
    ("table", "ps", "ps aux", framed("USER       PID %CPU %MEM COMMAND\n", "root   {n}  0.0  0.1 /usr/bin/mail --id {n}\n", "")),
    ("table", "CSV", "cat a.csv", framed("id,name,amount,note\n", '{n},mail {n},{n}.50,"a, b {n}"\n', "")),
    ("table", "psql", "psql -c 'select'", framed(" id | name | amount\n----+------+--------\n", " {n} | mail {n} | {n}.5\n", "(900 rows)\n")),
    ("json", "rows", "cat a.json", lambda size: "[" + repeated('{"id": {n}, "name": "mail {n}", "error": null, "tags": ["a", "b{n}"]},\n')(size) + '{"id": 0}]'),
    ("json", "JSON lines", "cat a.jsonl", repeated('{"id": {n}, "level": "info", "message": "mail {n} sent"}\n')),
    ("json", "one object", "cat a.json", lambda size: "{" + repeated('"key{n}": {"version": "1.{n}", "deps": {"a": "{n}"}}, ')(size) + '"end": 1}'),
    ("diff", "git diff", "git diff", repeated("diff --git a/mail{n}.py b/mail{n}.py\nindex 1..2 100644\n--- a/mail{n}.py\n+++ b/mail{n}.py\n@@ -{n},5 +{n},5 @@ def send\n same {n}\n-old {n}\n+new {n}\n same\n same\n")),
    ("git", "git log", "git log", repeated("commit 0123456789abcdef0123456789abcdef0{n}\nAuthor: A B <a@b.c>\nDate:   Mon Mar 1 10:00:00 2026\n\n    Send mail {n}\n\n")),
    ("git", "git status", "git status", framed("On branch main\nChanges not staged for commit:\n", "\tmodified:   src/mail{n}.py\n", "")),
    ("git", "git blame", "git blame a.py", repeated("0123abcd (A B 2026-03-01 10:00:00 +0000 {n}) send({n})\n")),
    ("code", "Python", "cat a.py", repeated('@route("/mail/{n}")\n@cached(seconds={n})\ndef send_{n}(value: int, to: str = "{n}") -> int:\n    """Send mail {n}."""\n    total = value + {n}\n    return total\n\n\n')),
    ("code", "TypeScript", "cat a.ts", repeated("@Input() mail{n}: string;\nexport class Mail{n} {\n  send(value: number): number {\n    return value + {n};\n  }\n}\n\n")),
    ("code", "no known language", "cat a.zig", repeated("pub fn send{n}(value: i32) i32 {\n    return value + {n};\n}\n\n")),
    ("markdown", "README", "cat README.md", repeated("## Mail {n}\n\nSend it *now*, {n} times. It is quick.\n\n- one {n}\n- two\n\n```sh\nmail {n}\n```\n\n| a | b |\n|---|---|\n| {n} | 2 |\n\n")),
    ("markdown", "help", "mail --help", repeated("  --option-{n} VALUE   what it does, {n} times\n")),
    ("prose", "prose", "cat a.txt", repeated("The mail of day {n} came late. It said that {n} men had gone to sea, and that nobody knew why they went.\n\n")),
    ("html", "page", "curl https://x", framed("<!doctype html><html><head><title>Mail</title></head><body>", '<div class="m{n}"><h2>Mail {n}</h2><p>It came <b>late</b> on day {n}.</p><ul><li>a<li>b</ul></div>\n', "</body></html>")),
    ("notebook", "notebook", "cat a.ipynb", lambda size: '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [' + repeated('{"cell_type": "code", "execution_count": {n}, "metadata": {}, "source": ["send({n})\\n"], "outputs": [{"output_type": "stream", "name": "stdout", "text": ["sent {n}\\n"]}]},\n')(size) + '{"cell_type": "markdown", "metadata": {}, "source": ["end"]}]}'),
    ("snapshot", "page", "", framed("- generic [ref=e0]:\n", '  - row [ref=e{n}1]:\n    - cell "Mail {n}" [ref=e{n}2]\n    - cell [ref=e{n}3]:\n      - link "Open {n}" [ref=e{n}4] [cursor=pointer]:\n        - /url: /mail/{n}\n      - button "Delete" [ref=e{n}5]\n', "")),
    ("snapshot", "devtools", "", framed('uid=1_0 RootWebArea "Mail"\n', '  uid=2_{n} listitem\n    uid=3_{n} link "Say "{n}"" url="http://127.0.0.1/{n}"\n    uid=4_{n} "came late"\n', "")),
    ("json", "rows as Python prints them", "", framed("[", "{'id': {n}, 'to': \"it's {n}\", 'at': None, 'sum': Decimal('{n}.5')}, ", "{'id': 1}]")),
    ("json", "rows below columns", "", framed('{"columns": ["id", "to", "at"], "rows": [', '[{n}, "mail {n}", null], ', '[1, "b", "2026-03-01"]]}')),
    ("log", "wrapped in JSON", "", framed('{"content": "', r"2026-03-01 10:00:00 INFO mail {n} sent in {n} ms\n", '"}')),
    ("blob", "base64", "base64 a.png", repeated("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ\n")),
    ("blob", "hex dump", "xxd a", repeated("000{n}0: 8b25 0a87 1f8b 0800 0000 0000 0003 4bcb  .%..........K.\n")),
    ("blob", "minified", "cat a.min.js", lambda size: ";".join(["var a=function(b,c){return b+c(1,2)}"] * (size // 36))),
    ("command", "pip install", "pip install x", repeated("Collecting mail{n}\n  Downloading mail{n}-1.0-py3-none-any.whl (1{n} kB)\nRequirement already satisfied: y{n} in /usr/lib\n")),
    ("command", "kubectl describe", "kubectl describe pod x", repeated("Name:         mail-{n}\nLabels:       app=mail\n              tier=t{n}\nEvents:\n  Warning  BackOff  {n}m  kubelet  Back-off restarting\n\n")),
    ("general", "anything", "./run", repeated("step {n}: sent to mail{n} ok\n")),
)  # fmt: skip

_MARKS = "_=-#~\"'`()[]{}<>:;,./\\|*+!?@$%^&"
_TOKENS = {
    "letters": "a",
    "capitals": "A",
    "digits": "0",
    "words::": "x::",
    "path": "ab/",
    "dotted": "ab.",
    "place": "a:1:",
    "dashed": "ab-",
    "camel": "aB",
    "letter, digit": "a1",
    "key=": "a=b,",
    "hex": "0f",
    "compact JSON": '{"a":1,"b":[2,3]},',
    "compact call": "f(a,b);",
    "check marks": "✓",
    "no letters": "é·",
    "capital ß": "İ",
    "commas and digits": "1,",
    "error": "error",
    "Error.": "Error.",
    "urls": "http://a",
    "NUL": "\0",
    "line separators": "\u2028",
    "backspaces": "a\b",
    "only backspaces": "\b",
    "frames": "50%\r",
    "only \\r": "\r",
    "colours": "\x1b[31m",
    "colours and text": "\x1b[1ma\x1b[0m",
    "open escapes": "\x1b[1;",
    "open titles": "\x1b]0;a",
    "only ESC": "\x1b",
}
_LINES = {
    "blank lines": "\n",
    "lines of blanks": "    \n",
    "CRLF": "a\r\n",
    "equal lines": "the same line again\n",
    "alternating lines": "error: x\nok\n",
    "alternating indent": "a\n    b\n",
    "one letter": "a\n",
    "open quotes": '"a\n',
    "open brackets": "f(\n",
    "deepening": "- a\n",
    "numbers": "{n}\n",
    "numbered": "{n}: a\n",
    "decorators": "@a\n",
    "comments": "# a\n",
    "rules": "----\n",
    "gaps": "[… lines 1-3]\n",
    "failures": "FAILED a.py::t{n} - x\n",
    "errors": "a.c:{n}:1: error: x{n}\n",
    "frames in python": '  File "a.py", line {n}, in f\n',
    "traces without frames": "ValueError: {n}\n",
    "pytest heads": "____ t{n} ____\n",
    "assertions": "E   assert {n}\n",
    "go runs": "=== RUN   T{n}\n",
    "go failures": "--- FAIL: T{n} (0.00s)\n",
    "jest heads": "  ● a › b{n}\n",
    "mocha heads": "  {n}) a\n",
    "tap failures": "not ok {n} - a\n",
    "maven failures": "t{n}(A)  Time elapsed: 0.1 sec  <<< FAILURE!\n",
    "gradle failures": "A > b{n} FAILED\n",
    "commits": "commit 0123456789abcdef0123456789abcdef01234567\n",
    "hunks": "@@ -{n},1 +{n},1 @@\n",
    "diff heads": "diff --git a/a{n} b/a{n}\n",
    "directories": "./a{n}:\n",
    "open tags": "<div>\n",
    "headings": "# a{n}\n",
    "items": "- a{n}\n",
    "deep items": "  - a\n    - b\n",
    "table rows": "| a | {n} |\n",
    "tabs": "a\t{n}\t\n",
    "commas": "a,{n},,\n",
    "rows of JSON": '{"a": {n}}\n',
    "warnings": "warning: x{n}\n",
    "steps": "$ make {n}\n",
    "verdicts": "exited with code 1\n",
}
_OPENINGS = ("[", "{", '{"a":', "(", "<div>", "<", "<!--", '"', "/*", "`", "```\n", "'''", "begin ", "  " * 4 + "\n")


def kinds() -> Iterator[Output]:
    """Yield what the tools of each kind print."""
    for kind, name, command, make in _OUTPUTS:
        yield Output(kind, name, command, make)


def shapes() -> Iterator[tuple[str, Make]]:
    """Yield the awkward texts: a name, and the text by size."""
    for mark in _MARKS:
        yield f"{mark!r} without end", _run(mark)
        yield f"lines of {mark!r}", _lines_of(mark, 390)
    for name, token in _TOKENS.items():
        yield f"{name} without end", _run(token)
        yield f"{name}, lines of 390", _lines_of(token, 390)
        yield f"{name}, lines of 1,900", _lines_of(token, 1_900)
        yield f"{name}, then a blank and a word", _with_blanks(token)
    yield "blanks without end", _run(" ")
    yield "tabs without end", _run("\t")
    yield "words without end", _run("word ")
    yield "blanks after a letter", lambda size: "a" + " " * size + "b"
    yield "lines with long tails of blanks", _lines_of(" ", 390, head="error: a", tail="b")
    for name, line in _LINES.items():
        yield name, repeated(line)
    for opening in _OPENINGS:
        yield f"{opening!r}, nested", _run(opening)
    yield "ever deeper indent", _staircase


def _run(token: str) -> Make:
    return lambda size: token * (size // len(token))


def _lines_of(token: str, chars: int, head: str = "", tail: str = "") -> Make:
    line = f"{head}{token * (chars // len(token))}{tail}\n"
    return lambda size: line * max(1, size // len(line))


def _with_blanks(token: str) -> Make:
    line = f"{token * 40} word "
    return lambda size: line * max(1, size // len(line))


def _staircase(size: int) -> str:
    """Return lines, each indented by one more than the last, up to 200 and back to 0."""
    lines: list[str] = []
    left = size
    for number in itertools.count():
        if left <= 0:
            break
        lines.append(" " * (number % 200) + "a:\n")
        left -= len(lines[-1])
    return "".join(lines)
