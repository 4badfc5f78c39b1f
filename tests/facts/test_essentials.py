"""Which lines of a failure are essential, and where its block ends: as pictures (see tests/facts/pictures.py)."""

from __future__ import annotations

import pytest

from headroom_mcp.facts.blocks import blocks
from tests.facts import pictures

_PICTURES = {
    "pytest: what differs, the places, what was captured": """\
. ================ FAILURES ================
T _____________ test_total[3] ______________
t
t     def test_total():
t         cart = Cart()
t >       assert total(cart) == 90
t
T tests/test_cart.py:31: -
t _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _
T shop/cart.py:12: in total
t     return sum(prices(cart))
t shop/prices.py:40: in prices
t     raise PriceError("no price for 17")
t venv/lib/python3.11/site-packages/attr/_make.py:7: in wrap
t     return call()
T E   AssertionError: the total is wrong
T E   assert 80 == 90
t E     Full diff:
T E     - {"total": 90}
T E     + {"total": 80}
T tests/test_cart.py:33: AssertionError
t ------------- Captured log call -------------
t INFO     shop:cart.py:9 reading prices
t ERROR    shop:cart.py:10 price list is empty
t INFO     shop:cart.py:11 going on
. ======== 1 failed, 3 passed in 0.1s ========""",
    "python: a chain, the last line of each link, the project's frames": """\
B Traceback (most recent call last):
B   File "/srv/app/run.py", line 12, in main
B     load(path)
b     ~~~~^^^^^^
b   File "/usr/lib/python3.11/json/decoder.py", line 337, in decode
b     obj, end = self.raw_decode(s)
B json.decoder.JSONDecodeError: Expecting value
.
. During handling of the above exception, another exception occurred:
.
B Traceback (most recent call last):
B   File "/srv/app/main.py", line 3, in <module>
B     main()
B   File "/srv/app/run.py", line 14, in main
B     raise SystemError("cannot load")
B SystemError: cannot load
. done""",
    "java: where each cause was raised": """\
. 12:00 INFO starting
B Exception in thread "main" java.lang.IllegalStateException: no weight
B 	at java.util.Optional.orElseThrow(Optional.java:403)
B 	at com.example.Weigh.of(Weigh.java:31)
B 	at com.example.Main.main(Main.java:9)
B Caused by: java.io.IOException: disk
b 	at java.io.File.open(File.java:12)
B 	at com.example.Scale.read(Scale.java:12)
B 	at com.example.ScaleTest.reads(ScaleTest.java:44)
b 	... 2 more
B Caused by: java.lang.NullPointerException
b 	at java.io.File.name(File.java:7)
B 	... 3 more
.
. 12:01 INFO stopped""",
    "node: a message of several lines": """\
B Error: cannot weigh
B this parcel: 17
B because of that
B     at Module._compile (node:internal/modules/cjs/loader:1105:14)
B     at weigh (/srv/app/weigh.js:14:21)
B     at main (/srv/app/main.js:3:1)
b     at run (/srv/app/run.js:3:1)
.
. Node.js v20.1.0
. next step""",
    "go: the call and the place": """\
B panic: runtime error: index out of range [5] with length 3
b
B goroutine 1 [running]:
B main.weigh(0x11)
B 	/srv/app/weigh.go:14 +0x1d
B main.main()
B 	/srv/app/main.go:5 +0x2a
. exit status 2""",
    "gcc: notes, code and carets": """\
. cc -c src/main.c
B In file included from src/a.h:3,
B                  from src/b.h:4:
B src/main.c: In function 'main':
B src/main.c:40:9: error: 'parcel' undeclared
B    40 |   parcel = 4;
B       |   ^~~~~~
. src/main.c:40:9: note: each undeclared identifier is reported once
.       |   seen here
B make: *** [Makefile:3: main.o] Error 1
B all other targets are up to date""",
    "jest: what was wanted and what came": """\
. FAIL src/cart.test.ts
T   ● cart › adds up
t
T     expect(received).toEqual(expected) // deep equality
t
T     - Expected  - 1
T     + Received  + 1
t
T       Object {
T     -   "total": 90,
T     +   "total": 80,
t       }
t
t       12 |   const made = total(3);
t       13 |
T     > 14 |   expect(made).toEqual({total: 90});
T          |                ^
t
T       at Object.<anonymous> (src/cart.test.ts:14:16)
T       at run (node_modules/jest/build/run.js:3:4)
.
B Test Suites: 1 failed, 1 total""",
    "go test: what was said before the verdict": """\
. === RUN   TestTable
T === RUN   TestTable/case_7
T     table_test.go:12: got 3, want 4
T     table_test.go:13: and more
.
. === RUN   TestTable/case_8
T --- FAIL: TestTable (0.00s)
T     --- FAIL: TestTable/case_7 (0.00s)
.     --- PASS: TestTable/case_8 (0.00s)
. FAIL""",
    "valgrind: no exception is named": """\
. ==12== Command: ./silo
. some words
B Invalid read of size 1
B    at 0x1090CA: weigh (silo.c:40)
B    by 0x1090EF: main (silo.c:90)
B  Address 0x4a70b88 is 8 bytes inside a block of size 11 alloc'd
b    at 0x48407B4: malloc (vg_replace_malloc.c:381)
b    by 0x1090AA: load (silo.c:20)
.
. done""",
    "rspec: numbered": """\
. Failures:
.
T   1) Cart adds up
T      Failure/Error: expect(cart.total).to eq(90)
t
T        expected: 90
T             got: 80
T      # ./lib/cart.rb:7:in `total'
T      # ./spec/cart_spec.rb:12:in `block (2 levels)'
.
T   2) Cart is empty
T      Failure/Error: raise "no"
T      RuntimeError:
T        no
T      # ./spec/cart_spec.rb:20:in `block'
.
. Finished in 0.1 seconds""",
    "a numbered list is no failure": """\
. Steps that we take when a test has failed:
. 1) read the log
. 2) go home
. that was all""",
    "pytest: what a program says while the test runs": """\
T ____________ test_total ____________
t
t     def test_total():
t >       assert total(cart) == 90
T E       assert 80 == 90
t
T tests/test_cart.py:33: AssertionError
t ------------- Captured log call -------------
t INFO     shop:cart.py:0 reading prices
t INFO     shop:cart.py:1 reading prices
t INFO     shop:cart.py:2 reading prices
t INFO     shop:cart.py:3 reading prices
t INFO     shop:cart.py:4 reading prices
t INFO     shop:cart.py:5 reading prices
t INFO     shop:cart.py:6 reading prices
t INFO     shop:cart.py:7 reading prices
T ERROR    shop:cart.py:10 price list is empty
T ERROR    shop:cart.py:11 second
T ERROR    shop:store.py:11 third of another kind
t ERROR    shop:db.py:11 no connection
. ============""",
    "a label has its value with it": """\
B Error: browser.launch: no such program
B ║ some words about it           ║
B ║ Please run this command:      ║
B ║                               ║
B ║     npm run fetch-browsers    ║
B ║ Thank you                     ║
B     at open (/srv/app/e2e.ts:4:9)
B     at step (/srv/app/lib.ts:9:1)""",
    "a compiler's error ends with the routine": """\
B ERROR: the build is out of disk
B   while it wrote main.o
B   at src/main.c:40
b
B   and some more of it
.
. [12/40] compiling b.c
. [13/40] compiling c.c""",
    "rust: a panic": """\
B thread 'main' panicked at src/main.rs:4:5:
B assertion `left == right` failed
B   left: 3
B  right: 4
B stack backtrace:
B    0: rust_begin_unwind
B              at /rustc/abc/library/std/src/panicking.rs:665:5
b    1: core::panicking::panic_fmt
b              at /rustc/abc/library/core/src/panicking.rs:76:14
B    2: silo::weigh
B              at ./src/main.rs:4:5
B note: Some details are omitted
B test result: FAILED""",
}


def _picture(picture: str, *, errors: bool) -> str:
    lines = pictures.lines_of(picture)
    return pictures.of(lines, blocks(lines, errors=errors))


@pytest.mark.parametrize("name", _PICTURES)
def test_the_essential_lines_of_a_failure(name: str) -> None:
    assert _picture(_PICTURES[name], errors=True) == _PICTURES[name]


def test_where_tools_are_not_looked_at_their_errors_are_no_blocks_and_a_library_is_no_place() -> None:
    of_gcc, of_java = (
        next(text for name, text in _PICTURES.items() if name.startswith(tool)) for tool in ("gcc", "java")
    )

    assert {line[:1] for line in _picture(of_gcc, errors=False).split("\n")} == {"."}
    assert "b \tat java.util.Optional.orElseThrow(Optional.java:403)" in _picture(of_java, errors=False)
    assert "B \tat java.util.Optional.orElseThrow(Optional.java:403)" in of_java


@pytest.mark.parametrize("count", [1, 11, 12, 13, 30])
def test_of_a_long_chain_of_calls_the_outermost_and_the_innermost_are_essential(count: int) -> None:
    calls = [line for n in range(count) for line in (f'  File "/srv/deep.py", line {n}, in f', f"    step_{n}()")]
    lines = ["Traceback (most recent call last):", *calls, "RecursionError: too deep"]

    [found] = blocks(lines, errors=True)

    left_out = {line for n in range(4, count - 8) for line in (2 * n + 1, 2 * n + 2)} if count > 12 else set()
    assert set(range(len(lines))) - set(found.essential) == left_out


@pytest.mark.parametrize("count", [1, 8, 9, 12])
def test_every_cause_is_essential_and_of_the_first_eight_the_place(count: int) -> None:
    causes = [line for n in range(count) for line in (f"Caused by: E: {n}", f"\tat com.example.A.of(A.java:{n})")]

    [found] = blocks(["java.lang.Error: top", *causes], errors=True)

    assert set(range(2 * count + 1)) - set(found.essential) == {2 * n + 2 for n in range(8, count)}


@pytest.mark.parametrize("size", [599, 600, 601])
def test_a_block_has_at_most_600_lines(size: int) -> None:
    frames = [f"    at step{n} (/srv/app/a.js:{n}:1)" for n in range(size - 1)]

    [found] = blocks(["Error: too deep", *frames], errors=True)

    assert (found.start, found.stop) == (0, min(size, 600))
