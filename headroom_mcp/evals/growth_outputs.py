"""More of what tools print, for `rates`: formats in which one kind has many faces. As in `growth_shapes`, "{n}" is a number.

Runners, builds, loggers, languages with and without a grammar, tables, documents and data in other clothes: wide, deep,
minified to one line, spread over very many short ones, drawn over by `\\r`.
"""

from __future__ import annotations

from collections.abc import Iterator

from headroom_mcp.evals.growth_shapes import Make, Output, framed, repeated

_DEEP = 60


def _nested(size: int) -> str:
    """Return rows, each of which is an object within an object, sixty times."""
    return "[" + repeated('{"a{n}": ' * _DEEP + "{n}" + "}" * _DEEP + ",\n")(size) + "0]"


def _one_line(make: Make) -> Make:
    return lambda size: make(size).replace("\n", " ")


def _numbered(make: Make) -> Make:
    """Return the lines of a text with their numbers before them, as `cat -n` does."""
    return lambda size: "".join(f"{at:6}\t{line}\n" for at, line in enumerate(make(size * 2 // 3).split("\n"), 1))


def _wide(mark: str) -> Make:
    head = mark.join(f"column_{at}" for at in range(60))
    return framed(f"{head}\n", mark.join(f"{at}{{n}}" if at % 3 else f"v{at}" for at in range(60)) + "\n", "")


_MORE: tuple[tuple[str, str, str, Make], ...] = (
    # test runs
    ("test_output", "unittest", "python -m unittest -v", framed("", "test_send_{n} (mail.tests.Send.test_send_{n}) ... ok\n", "\nRan 900 tests in 0.1s\n\nOK\n")),
    ("test_output", "rspec", "bundle exec rspec", framed("Failures:\n\n", "  {n}) Mail sends {n}\n     Failure/Error: expect(total).to eq(4)\n\n       expected: 4\n            got: {n}\n\n     # ./spec/mail_spec.rb:{n}:in `block (2 levels) in <top>'\n\n", "900 examples, 900 failures\n")),
    ("test_output", "mocha", "npx mocha", framed("", "    ✔ sends {n} ({n}ms)\n    {n}) refuses {n}\n", "  900 passing (2s)\n  900 failing\n")),
    ("test_output", "vitest", "npx vitest run", framed("", " ✓ src/mail{n}.test.ts ({n} tests) {n}ms\n ❯ src/send{n}.test.ts (3 tests | 1 failed) {n}ms\n   × sends {n} 3ms\n     → expected {n} to be 4\n", " Tests  900 failed | 1 passed\n")),
    ("test_output", "phpunit", "vendor/bin/phpunit", framed("PHPUnit 11.0\n\n", "{n}) MailTest::testSend{n}\nFailed asserting that {n} matches expected 4.\n\n/app/tests/MailTest.php:{n}\n\n", "FAILURES!\nTests: 900, Assertions: 900, Failures: 900.\n")),
    ("test_output", "dotnet test", "dotnet test", framed("", "  Failed Mail.Tests.Send{n} [{n} ms]\n  Error Message:\n   Assert.Equal() Failure\n   Expected: 4\n   Actual:   {n}\n  Stack Trace:\n     at Mail.Tests.Send{n}() in /app/MailTests.cs:line {n}\n", "Failed!  - Failed:   900, Passed:     1, Total:   901\n")),
    ("test_output", "ctest", "ctest", framed("", "        Start {n}: mail_{n}\n{n}/900 Test {n}: mail_{n} ......   Passed    0.{n} sec\n", "100% tests passed, 0 tests failed out of 900\n")),
    ("test_output", "googletest", "./mail_test", framed("[==========] Running 900 tests\n", "[ RUN      ] Mail.Send{n}\nmail_test.cc:{n}: Failure\nExpected: 4\n  Actual: {n}\n[  FAILED  ] Mail.Send{n} ({n} ms)\n", "[  FAILED  ] 900 tests\n")),
    ("test_output", "JUnit XML", "cat report.xml", framed('<testsuite name="mail" tests="900">\n', '  <testcase classname="Mail" name="send{n}" time="0.{n}"><failure message="3 is not {n}">at Mail.java:{n}</failure></testcase>\n', "</testsuite>\n")),
    ("test_output", "dots", "pytest -q", framed("", "....................F...........s.................................. [ {n}%]\n", "900 failed, 1 passed in 3.2s\n")),
    # lint
    ("lint", "golangci-lint", "golangci-lint run", repeated("mail/send{n}.go:{n}:2: ineffectual assignment to err{n} (ineffassign)\n\terr{n} := send()\n\t^\n")),
    ("lint", "shellcheck", "shellcheck a.sh", repeated("In a{n}.sh line {n}:\necho $x{n}\n     ^-^ SC2086 (info): Double quote to prevent globbing.\n\n")),
    ("lint", "pylint", "pylint mail", repeated("mail/send{n}.py:{n}:0: C0116: Missing function or method docstring (missing-function-docstring)\n")),
    ("lint", "clippy", "cargo clippy", repeated("warning: this `if` has identical blocks\n  --> src/mail{n}.rs:{n}:9\n   |\n{n} |     if x{n} {\n   |             ^\n   = help: for further information visit https://x/{n}\n\n")),
    # builds and commands
    ("build", "docker build", "docker build .", repeated("#{n} [stage-1 {n}/90] RUN make part{n}\n#{n} {n}.42 cc -O2 -c mail{n}.c\n#{n} DONE {n}.1s\n\n")),
    ("build", "gradle", "gradle build", repeated("> Task :mail{n}:compileJava UP-TO-DATE\nwarning: [deprecation] send{n}() in Mail has been deprecated\n")),
    ("build", "webpack", "npx webpack", repeated("asset mail{n}.js {n} KiB [emitted] (name: mail{n})\n  ./src/mail{n}.js {n} bytes [built] [code generated]\n")),
    ("build", "cmake", "cmake .", repeated("-- Looking for mail{n}.h - found\n-- Performing Test HAVE_MAIL_{n} - Success\n")),
    ("build", "terraform plan", "terraform plan", repeated('  # aws_instance.mail[{n}] will be created\n  + resource "aws_instance" "mail" {\n      + ami  = "ami-{n}"\n      + id   = (known after apply)\n    }\n\n')),
    ("build", "apt install", "apt-get install mail", repeated("Get:{n} http://deb.example/debian stable/main amd64 mail{n} amd64 1.{n}-1 [{n} kB]\nUnpacking mail{n} (1.{n}-1) ...\nSetting up mail{n} (1.{n}-1) ...\n")),
    ("build", "progress by \\r", "docker pull x", repeated("\rlayer {n}: 10%\rlayer {n}: 50% [=====>    ]\rlayer {n}: done\n")),
    ("build", "colours", "npx vite build", repeated("\x1b[32m✓\x1b[39m mail{n}.js \x1b[2m{n} kB\x1b[22m\n")),
    # traces
    ("stack_trace", "node", "node app.js", repeated("/app/mail{n}.js:{n}\n    throw new TypeError('x{n} is not a function')\n    ^\n\nTypeError: x{n} is not a function\n    at send (/app/mail{n}.js:{n}:9)\n    at Module._compile (node:internal/modules/cjs/loader:1{n}:14)\n\n")),
    ("stack_trace", "ruby", "ruby app.rb", repeated("mail{n}.rb:{n}:in `send': undefined method `to{n}' for nil (NoMethodError)\n\tfrom mail{n}.rb:1{n}:in `run'\n\tfrom app.rb:9:in `<main>'\n")),
    ("stack_trace", "C#", "dotnet run", repeated("Unhandled exception. System.InvalidOperationException: bad {n}\n   at Mail.Send(Int32 n) in /app/Mail.cs:line {n}\n   at Program.Main() in /app/Program.cs:line 9\n")),
    ("stack_trace", "rust", "cargo run", repeated("thread 'main' panicked at src/mail.rs:{n}:5:\nbad address {n}\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/abc/library/std/src/panicking.rs:{n}:5\n   1: mail::send{n}\n             at ./src/mail.rs:{n}:5\n")),
    ("stack_trace", "php", "php app.php", repeated("PHP Fatal error:  Uncaught RuntimeException: bad {n} in /app/mail.php:{n}\nStack trace:\n#0 /app/mail.php({n}): send({n})\n#1 {main}\n  thrown in /app/mail.php on line {n}\n")),
    ("stack_trace", "address sanitizer", "./mail", repeated("=={n}==ERROR: AddressSanitizer: heap-use-after-free on address 0x60{n}\n    #0 0x4{n} in send /app/mail.c:{n}:5\n    #1 0x5{n} in main /app/main.c:9:3\n\n")),
    # logs
    ("log", "logfmt", "cat app.log", repeated('ts=2026-03-01T10:00:00.{n}Z level=info caller=mail.go:{n} msg="sent mail {n}" took={n}ms\n')),
    ("log", "klog", "kubectl logs x", repeated("I0301 10:00:00.{n}       1 mail.go:{n}] sent mail {n}\nE0301 10:00:01.{n}       1 mail.go:{n}] mail {n} failed: timeout\n")),
    ("log", "logcat", "adb logcat -d", repeated("03-01 10:00:00.{n}  1{n}  2{n} D Mail    : sent {n}\n03-01 10:00:00.{n}  1{n}  2{n} E Mail    : failed {n}\n")),
    ("log", "JSON logs among text", "docker logs app", repeated('app-1  | {"time":"2026-03-01T10:00:00.{n}Z","level":"info","msg":"sent {n}","took":{n}}\nworker-1  | tick {n}\n')),
    ("log", "rails", "cat development.log", repeated('Started GET "/mail/{n}" for 127.0.0.1 at 2026-03-01 10:00:00 +0000\nProcessing by MailController#show as HTML\n  Parameters: {"id"=>"{n}"}\n  Mail Load (0.{n}ms)  SELECT * FROM mail WHERE id = {n}\nCompleted 200 OK in {n}ms\n\n')),
    ("log", "dmesg", "dmesg", repeated("[  {n}.123456] usb 1-{n}: new high-speed USB device number {n} using xhci_hcd\n")),
    ("log", "words only", "cat app.log", repeated("mail sent by worker {n} to somebody who waited for it, at last, and answered\n")),
    ("access_log", "apache combined", "cat access_log", repeated('mail.example:443 10.0.0.{n} - bob [10/Mar/2026:10:00:00 +0000] "POST /api/mail/{n} HTTP/2" 500 {n} "https://x/{n}" "Mozilla/5.0 (X11; Linux x86_64) Gecko/{n}"\n')),
    # tables
    ("table", "wide CSV", "cat a.csv", _wide(",")),
    ("table", "wide TSV", "cat a.tsv", _wide("\t")),
    ("table", "kubectl get", "kubectl get pods -A", framed("NAMESPACE   NAME          READY   STATUS    RESTARTS   AGE\n", "mail        mail-{n}-x    1/1     Running   {n}          {n}d\n", "")),
    ("table", "mysql", "mysql -e 'select'", framed("+----+------+\n| id | name |\n+----+------+\n", "| {n} | mail {n} |\n", "+----+------+\n900 rows in set (0.01 sec)\n")),
    ("table", "mysql by \\G", "mysql -e 'select \\G'", repeated("*************************** {n}. row ***************************\n    id: {n}\n  name: mail {n}\n state: sent\namount: {n}.5\n")),
    ("table", "markdown table", "cat a.md", framed("| id | name | amount |\n|---|---|--:|\n", "| {n} | mail {n} | {n}.5 |\n", "")),
    ("table", "df", "df", framed("Filesystem     1K-blocks    Used Available Use% Mounted on\n", "/dev/sd{n}      {n}000  {n}00  {n}0  {n}% /mnt/mail{n}\n", "")),
    ("table", "pip list", "pip list", framed("Package    Version\n---------- -------\n", "mail{n}     1.{n}.0\n", "")),
    # JSON and other data
    ("json", "pretty rows", "cat a.json", lambda size: "[\n" + repeated('  {\n    "id": {n},\n    "name": "mail {n}",\n    "tags": [\n      "a",\n      "b{n}"\n    ]\n  },\n')(size) + '  {"id": 0}\n]\n'),
    ("json", "nested deep", "cat a.json", _nested),
    ("json", "numbers", "cat a.json", lambda size: "[" + repeated("{n}.5, ")(size) + "0]"),
    ("json", "strings", "cat a.json", lambda size: "[" + repeated('"mail {n} came late", ')(size) + '"end"]'),
    ("json", "package-lock", "cat package-lock.json", framed('{"name": "app", "lockfileVersion": 3, "packages": {\n', '"node_modules/mail{n}": {"version": "1.{n}.0", "resolved": "https://registry.example/mail{n}/-/mail{n}-1.{n}.0.tgz", "integrity": "sha512-abc{n}==", "dependencies": {"a": "^1.{n}.0"}},\n', '"end": {}}}\n')),
    ("json", "GeoJSON", "cat a.geojson", framed('{"type": "FeatureCollection", "features": [\n', '{"type": "Feature", "properties": {"name": "p{n}"}, "geometry": {"type": "Point", "coordinates": [1.{n}, 2.{n}]}},\n', '{"type": "Feature", "properties": {}, "geometry": null}]}\n')),
    ("json", "SARIF", "cat a.sarif", framed('{"version": "2.1.0", "runs": [{"results": [\n', '{"ruleId": "R{n}", "level": "error", "message": {"text": "bad {n}"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/mail{n}.c"}, "region": {"startLine": {n}}}}]},\n', '{"ruleId": "R"}]}]}\n')),
    ("json", "JSON within strings", "cat a.json", lambda size: "[" + repeated('{"id": {n}, "body": "{\\"a\\": {n}, \\"b\\": [\\"x{n}\\"]}"},\n')(size) + '{"id": 0}]'),
    ("json", "JSON lines, nested", "cat a.jsonl", repeated('{"id": {n}, "actor": {"login": "u{n}", "org": {"id": {n}}}, "payload": {"commits": [{"sha": "ab{n}", "ok": true}]}}\n')),
    ("general", "YAML", "cat a.yaml", repeated("---\napiVersion: v1\nkind: Service\nmetadata:\n  name: mail-{n}\n  labels:\n    app: mail\nspec:\n  ports:\n    - port: {n}\n")),
    ("general", "YAML, OpenAPI", "cat openapi.yaml", framed("openapi: 3.0.0\npaths:\n", "  /mail/{n}:\n    get:\n      operationId: getMail{n}\n      responses:\n        '200':\n          description: mail {n}\n", "")),
    ("general", "XML", "cat a.xml", framed('<?xml version="1.0"?>\n<mails>\n', '  <mail id="{n}">\n    <to>bob{n}@x.y</to>\n    <state>sent</state>\n  </mail>\n', "</mails>\n")),
    ("general", "INI", "cat a.ini", repeated("[mail{n}]\nhost = smtp{n}.example\nport = {n}\nenabled = true\n\n")),
    ("general", "Cargo.lock", "cat Cargo.lock", repeated('[[package]]\nname = "mail{n}"\nversion = "1.{n}.0"\nsource = "registry+https://x/y"\nchecksum = "0123456789abcdef{n}"\ndependencies = [\n "a{n}",\n]\n\n')),
    ("general", "yarn.lock", "cat yarn.lock", repeated('mail{n}@^1.{n}.0:\n  version "1.{n}.0"\n  resolved "https://registry.example/mail{n}-1.{n}.0.tgz#0123abcd"\n  integrity sha512-abc{n}==\n\n')),
    ("general", "go.sum", "cat go.sum", repeated("example.org/mail{n} v1.{n}.0 h1:abcDEF{n}=\nexample.org/mail{n} v1.{n}.0/go.mod h1:ghiJKL{n}=\n")),
    ("general", "environment", "env", repeated("MAIL_HOST_{n}=smtp{n}.example\n")),
    ("general", "certificates", "openssl x509 -text", repeated("Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number: {n}\n        Issuer: C=DE, O=Mail, CN=CA {n}\n        Validity\n            Not Before: Jan  1 00:00:00 2026 GMT\n            Not After : Jan  1 00:00:00 2027 GMT\n\n")),
    ("general", "strace", "strace ./mail", repeated('openat(AT_FDCWD, "/usr/lib/mail{n}.so", O_RDONLY|O_CLOEXEC) = {n}\nread({n}, "\\177ELF", 832) = 832\nclose({n}) = 0\n')),
    ("general", "curl -v", "curl -v x", repeated("* Connected to x (10.0.0.{n}) port 443\n> GET /mail/{n} HTTP/2\n< HTTP/2 200\n< content-length: {n}\n<\n")),
    ("general", "paragraphs", "./run", repeated("Mail {n}\n  it came late,\n  on day {n}\n\nand was read\n\n")),
    ("general", "records on one line", "./run", framed("[", 'Mail { name: "m{n}", code: {n}, state: Open }, ', "]")),
    ("general", "XML on one line", "./run", framed("<mails>", '<mail><name>m{n}</name><code>{n}</code><state>open</state></mail>', "</mails>")),
    ("general", "one line of words", "./run", _one_line(repeated("mail {n} came late and was read by nobody "))),
    ("general", "long lines", "./run", repeated("mail {n} " * 1_200 + "\n")),
    ("general", "short lines", "./run", repeated("a\nb{n}\n")),
    ("general", "no line like another", "./run", lambda size: "".join(f"{hex(at * 2654435761 % 2**32)[2:]} {'abcdefgh'[at % 8] * (at % 7 + 1)} {at * at % 977}{'!?.;'[at % 4]}\n" for at in range(size // 22))),
    # changes
    ("diff", "diff of a lock file", "git diff", framed("diff --git a/x.lock b/x.lock\n--- a/x.lock\n+++ b/x.lock\n", '@@ -{n},3 +{n},3 @@\n name = "mail{n}"\n-version = "1.{n}.0"\n+version = "2.{n}.0"\n', "")),
    ("diff", "one large hunk", "git diff", framed("diff --git a/a.py b/a.py\nnew file mode 100644\n--- /dev/null\n+++ b/a.py\n@@ -0,0 +1,9000 @@\n", "+def send_{n}(value):\n+    return value + {n}\n+\n", "")),
    ("git", "git log --stat", "git log --stat", repeated("commit 0123456789abcdef0123456789abcdef0{n}\nAuthor: A B <a@b.c>\nDate:   Mon Mar 1 10:00:00 2026\n\n    Send mail {n}\n\n src/mail{n}.py | {n} ++--\n 1 file changed, {n} insertions(+)\n\n")),
    ("git", "git log -p", "git log -p", repeated("commit 0123456789abcdef0123456789abcdef0{n}\nAuthor: A B <a@b.c>\nDate:   Mon Mar 1 10:00:00 2026\n\n    Send mail {n}\n\ndiff --git a/a{n}.py b/a{n}.py\nindex 1..2 100644\n--- a/a{n}.py\n+++ b/a{n}.py\n@@ -1 +1 @@\n-old {n}\n+new {n}\n\n")),
    ("git", "git log --oneline", "git log --oneline", repeated("0123abc{n} Send mail {n}\n")),
    # source
    ("code", "Go", "cat a.go", framed("package mail\n\n", "// Send{n} sends.\nfunc Send{n}(value int) (int, error) {\n\tif value > {n} {\n\t\treturn 0, errBad\n\t}\n\treturn value, nil\n}\n\n", "")),
    ("code", "Rust", "cat a.rs", repeated("/// Sends {n}.\npub fn send_{n}(value: u32) -> Result<u32, Error> {\n    let total = value + {n};\n    Ok(total)\n}\n\n")),
    ("code", "Java", "cat A.java", framed("package x;\npublic class A {\n", "    /** Sends {n}. */\n    @Override\n    public int send{n}(int value) {\n        return value + {n};\n    }\n\n", "}\n")),
    ("code", "C", "cat a.c", framed("#include <stdio.h>\n", "static int send_{n}(int value)\n{\n\tif (value > {n})\n\t\treturn -1;\n\treturn value;\n}\n\n", "")),
    ("code", "C++", "cat a.cpp", framed("#include <string>\n", "template <typename T> T send{n}(T value) {\n  auto total = value + {n};\n  return total;\n}\n\n", "")),
    ("code", "JavaScript", "cat a.js", repeated("export async function send{n}(value) {\n  const total = await add(value, {n})\n  return total\n}\n\n")),
    ("code", "Ruby", "cat a.rb", framed("class Mail\n", "  def send_{n}(value)\n    value + {n}\n  end\n\n", "end\n")),
    ("code", "PHP", "cat a.php", framed("<?php\n", "function send{n}(int $value): int {\n    return $value + {n};\n}\n\n", "")),
    ("code", "shell", "cat a.sh", framed("#!/bin/sh\n", 'send_{n}() {\n  echo "mail {n}"\n  return {n}\n}\n\n', "")),
    ("code", "SQL", "cat a.sql", repeated("CREATE TABLE mail_{n} (\n  id integer PRIMARY KEY,\n  name text NOT NULL DEFAULT '{n}'\n);\nINSERT INTO mail_{n} VALUES ({n}, 'a');\n\n")),
    ("code", "CSS", "cat a.css", repeated(".mail-{n} {\n  color: #{n};\n  margin: {n}px auto;\n}\n\n")),
    ("code", "Haskell", "cat A.hs", framed("module A where\n\n", "send{n} :: Int -> Int\nsend{n} value = value + {n}\n\n", "")),
    ("code", "Elixir", "cat a.ex", framed("defmodule Mail do\n", "  def send_{n}(value) do\n    value + {n}\n  end\n\n", "end\n")),
    ("code", "with line numbers", "cat -n a.py", _numbered(repeated("def send_{n}(value):\n    return value + {n}\n\n\n"))),
    # documents
    ("markdown", "long list", "cat a.md", framed("# Mail\n\n", "- mail {n} came *late*, see [it](https://x/{n})\n", "")),
    ("markdown", "manual", "man mail", repeated("MAIL({n})\n\nNAME\n       mail - send mail {n}\n\nOPTIONS\n       -a {n}, --all={n}\n              Send all {n} of it.\n\n")),
    ("prose", "one paragraph", "cat a.txt", _one_line(repeated("The mail of day {n} came late. It said that {n} men had gone to sea. "))),
    ("prose", "Chinese", "cat a.txt", repeated("第{n}天的邮件来得很晚。信上说有{n}个人出海了，没有人知道他们为什么去。\n\n")),
    ("html", "table", "curl https://x", framed("<!doctype html><html><body><table>\n", "<tr><td>{n}</td><td>mail {n}</td><td><a href='/mail/{n}'>open</a></td></tr>\n", "</table></body></html>")),
    ("html", "on one line", "curl https://x", _one_line(framed("<!doctype html><html><head><script>var a=1</script></head><body>", '<div class="m{n}"><span>Mail {n}</span><a href="/m/{n}">it</a></div>', "</body></html>"))),
    ("html", "sitemap", "curl https://x/sitemap.xml", framed('<?xml version="1.0"?><urlset>', "<url><loc>https://x/mail/{n}</loc><lastmod>2026-03-01</lastmod></url>\n", "</urlset>")),
    ("search", "rg --heading", "rg --heading send", repeated("src/mail{n}.py\n{n}:def send(value):\n1{n}:    send({n})\n\n")),
    ("search", "grep -c", "grep -c send -r .", repeated("src/mail{n}.py:{n}\n")),
    ("listing", "ls", "ls", repeated("mail{n}.txt\n")),
    ("listing", "du", "du -a", repeated("{n}\t./src/mail{n}\n")),
    ("blob", "a key", "cat a.pem", framed("-----BEGIN PRIVATE KEY-----\n", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cK{n}\n", "-----END PRIVATE KEY-----\n")),
    ("blob", "base64 on one line", "base64 -w0 a", _one_line(repeated("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"))),
)  # fmt: skip


def further() -> Iterator[Output]:
    """Yield what other tools of each kind print."""
    for kind, name, command, make in _MORE:
        yield Output(kind, name, command, make)
