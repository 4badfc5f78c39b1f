"""Failures as blocks: a failing test, a stack trace, a compiler's error with what follows it.

A block begins at a line that announces it and ends where the next begins or the text goes back to routine. Its *essential*
lines are the announcement, what was expected and what came, and the first places in the project's own code.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Sequence
from functools import lru_cache
from itertools import islice

from headroom_mcp import late
from headroom_mcp.facts import announcing
from headroom_mcp.facts import find as facts
from headroom_mcp.facts import frames as _frames
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.text import failure_words
from headroom_mcp.text.lines import Judged, alike


class Block(NamedTuple):
    """Lines `start` … `stop - 1` tell of one failure. `essential`: the lines that say it, in order. `test`: of a test."""

    start: int
    stop: int
    essential: tuple[int, ...]
    test: bool


_TELLING = late.pattern(
    r"\bexpect|\bactual\b|\breceived\b|\bassert|\bgot\b|\bwant|\bshould\b|\bleft:|\bright:|\bdiff|\bbut was\b|\binstead\b|\bmessage\b|\breason\b|!=|==|"
    r"Error\b|Exception\b|panicked|Caused by|Failure/Error|Failed asserting|\bto (?:equal|be|have|match|throw)\b",
    re.IGNORECASE,
)
_LINK = late.pattern(
    r"^\W{0,4}(?:Caused by|Suppressed|During handling|The above exception|Wrapped by|\.\.\. \d+ more|goroutine|note: |stack backtrace|\[C\])"
)
_TOLD = late.pattern(r"^E\s+(?:[\w.]+(?:Error|Exception|Warning|Exit|Interrupt)\b|assert |Failed|Exception)")
_OF_TEST = late.pattern(r"[Tt]est|[Ss]pec")
# Any of these stands in a line that tells (lower case): looking for each is ten times as fast as the expression.
_TELLING_STEMS = (
    "expect", "actual", "received", "assert", "got", "want", "should", "left:", "right:", "diff", "but was", "instead",
    "message", "reason", "!=", "==", "error", "exception", "panicked", "caused by", "to ",
)  # fmt: skip
_PYTEST_E = late.pattern(r"^E\s{2,}\S|^E\s+\S")
_PYTEST_PLACE = late.pattern(r"^\S+\.\w+:\d+:(?: |$)")
# -   "total": 90,  |  E  + line two        what differs, as runners print it; the legend above has words only
_CHANGED = late.pattern(r"^(?:E\s+|#\s+)?\s{0,6}[-+] +(?!Expected\b|Received\b|actual\b|expected\b|where\b)\S")
_MAX_CHANGED = 6
_CAUSE = late.pattern(r"^\W{0,4}(?:Caused by|Suppressed)")
_MAX_CAUSES = 8
_FRAME_INDENT = late.pattern(r"^([\s|]*)File \"")
# [signal SIGSEGV: …] | main.(*Cart).Total(0x0) | created by net/http.(*Server).Serve
_GO_CALL = late.pattern(r"^(?:\[signal |created by \S|[\w./*()\[\]{}-][\w./*)\[\]{}-]*\(.*\)$)")
_GO_NEXT = late.pattern(r"^(?:===|\s*---) |^(?:FAIL|PASS|ok|panic:|exit status)\b")
# In file included from a.h:3:, a.c: In function 'main': what a compiler says ahead of an error
_LEADING = late.pattern(r"^In file included|^\S+: In (?:function|member)|^\s+from \S+:\d+")
# src/Cart.java:[31,9] · cart.ts(3,4) · cart.c:12:5
_PLACED = late.pattern(r"\w\.\w{1,6}(?::\[?|\()\d+")
_MAX_BLOCK = 600
_HEAD_CHARS = 500  # of a line that announces a failure
_MIN_CAPTURED = 12  # lines of a block that are looked through for what was printed meanwhile
_KNOWN_CHARS = 2_000  # of a block by whose shapes is remembered what is essential
_MAX_MEANWHILE = 3
_ESSENTIAL_SAID = 4
_MAX_FRAMES = 12  # of one trace, outermost and innermost


def blocks(lines: Sequence[str], *, errors: bool) -> list[Block]:
    """Return the failures in `lines`, in order and apart from each other; with `errors`, those of compilers and tools too."""
    found: list[Block] = []
    said_before = {**_framed(lines), **_said_before(lines)}
    touched = facts.touched(
        lines, [*announcing.TEST_STEMS, *announcing.ERROR_STEMS] if errors else announcing.TEST_STEMS
    )
    heads = _Heads(lines)
    for index in sorted({*touched, *said_before}) if said_before else touched:
        if found and index < found[-1].stop:
            continue
        block = None
        shape = heads.every[index]
        if not shape[:_HEAD_CHARS].isspace():
            block = said_before.get(index) or _test_block(lines, index, heads, errors)
            if block is None and heads.traces[shape]:
                block = _trace_block(lines, index, errors)
            if block is None and errors and heads.errors[shape]:
                block = _error_block(lines, index, heads)
        if block is not None:
            floor = found[-1].stop if found else 0
            if block.start < floor:  # lines above an error that the one before it has taken
                block = block._replace(start=floor, essential=tuple(i for i in block.essential if i >= floor))
            found.append(block)
    return found


class _Heads:
    """How lines announce failures: the number of the style in which they do, if any, and whether they begin a trace or an
    error; and whether they end what is said in a style. Each shape (see `text.lines.Alike`) is looked at once."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.every = alike(lines).every
        self.styles = Judged(_style_of)
        self.traces = Judged(lambda shape: announcing.TRACE.match(shape[:_HEAD_CHARS]) is not None)
        self.errors = Judged(_is_error)
        self.frames: Judged[bool] = Judged(_frames.is_frame)
        self.more = Judged(lambda shape: announcing.MORE.match(shape[:400]) is not None)
        self.leading = Judged(lambda shape: _LEADING.match(shape[:200]) is not None)
        self._ends: dict[int, Judged[bool]] = {}

    def ends(self, style: int) -> Judged[bool]:
        """Return which shapes end what is said in a `style`."""
        if style not in self._ends:
            search = announcing.STYLES[style][1].search
            self._ends[style] = Judged(lambda shape: search(shape[:_HEAD_CHARS]) is not None)
        return self._ends[style]


def _style_of(line: str) -> int | None:
    head = line[:_HEAD_CHARS]
    return next((number for number, (announces, _) in enumerate(announcing.STYLES) if announces.search(head)), None)


def _is_error(line: str) -> bool:
    head = line[:_HEAD_CHARS]
    return announcing.ERROR.match(head) is not None and not announcing.NO_ERROR.search(head)


def _test_block(lines: Sequence[str], start: int, heads: _Heads, origin: bool) -> Block | None:
    style = heads.styles[heads.every[start]]
    if style is None:
        return None
    ends = heads.ends(style)
    stop = start + 1
    while stop < len(lines) and stop - start < _MAX_BLOCK and not ends[heads.every[stop]]:
        stop += 1
    stop = _trimmed(lines, start, stop)
    if style == announcing.NUMBERED and not _is_numbered_failure(lines, start, stop):
        return None
    return Block(start, stop, essentials(lines, start, stop, origin), True)


def _said_before(lines: Sequence[str]) -> dict[int, Block]:
    """Return what tests of a verbose run of go say before their verdict, by first line, for those that fail.

    === RUN   TestTable/case_7
        table_test.go:12: got 3, want 4
    === RUN   TestTable/case_8
    --- FAIL: TestTable (0.00s)
        --- FAIL: TestTable/case_7 (0.00s)
    """
    verdicts = (lines[index] for index in facts.touched(lines, ("--- fail: ",)))
    failed = {line.partition("--- FAIL: ")[2].partition(" ")[0] for line in verdicts if "--- FAIL: " in line[:80]}
    found: dict[int, Block] = {}
    every = alike(lines).every
    goes_on = Judged(lambda shape: _GO_NEXT.match(shape[:80]) is None)
    for index in facts.touched(lines, ("\n=== run ", "\n=== cont ", "\n=== name ")) if failed else ():
        line = lines[index]
        if line.startswith(("=== RUN ", "=== CONT ", "=== NAME ")) and line.split()[-1] in failed:
            stop = index + 1
            while stop < len(lines) and stop - index < _MAX_BLOCK and goes_on[every[stop]]:
                stop += 1
            stop = _trimmed(lines, index, stop)
            if stop > index + 1:
                found[index] = Block(index, stop, essentials(lines, index, stop, True), True)
    return found


def _framed(lines: Sequence[str]) -> dict[int, Block]:
    """Return the traces whose head names no exception, by first line: whatever stands over a run of frames announces it.

    Invalid read of size 1
       at 0x1090CA: weigh (silo.c:40)
       by 0x1090EF: main (silo.c:90)
     Address 0x4a70b88 is 8 bytes inside a block of size 11 alloc'd
       at 0x48407B4: malloc (vg_replace_malloc.c:381)
    """
    found: dict[int, Block] = {}
    stop = 0
    for index in facts.touched(lines, (" at ", "\tat ", "#0 ", " by 0x")):
        head = index - 1
        if (
            head < stop
            or not _frames.is_frame(lines[index])
            or not lines[head].strip()
            or _is_frame_or_trace(lines[head])
        ):
            continue
        if index + 1 >= len(lines) or not _frames.is_frame(lines[index + 1]):
            continue
        stop = index + 1
        while stop < len(lines) and stop - head < _MAX_BLOCK and lines[stop].strip():
            if not _frames.is_frame(lines[stop]) and (
                _indent(lines[stop]) <= _indent(lines[head])
                or not any(map(_frames.is_frame, lines[stop + 1 : stop + 2]))
            ):
                break  # the next report, or none
            stop += 1
        found[head] = Block(head, stop, essentials(lines, head, stop, True), False)
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_frame_or_trace(line: str) -> bool:
    return _frames.is_frame(line) or bool(announcing.TRACE.match(line[:500]))


def _tells(line: str) -> bool:
    """Tell whether a line has a word by which differences and messages are told."""
    low = line[:300].lower()
    return any(stem in low for stem in _TELLING_STEMS) and _TELLING.search(line[:300]) is not None


def _is_numbered_failure(lines: Sequence[str], start: int, stop: int) -> bool:
    """Tell a numbered failure from an entry of a numbered list: it says what went wrong, or where."""
    said = [line for line in lines[start + 1 : min(stop, start + 40)] if line.strip()]
    return any(_frames.is_frame(line) or _tells(line) for line in said)


def _trace_block(lines: Sequence[str], start: int, origin: bool) -> Block | None:
    """Return the trace that line `start` begins; None where no frame follows."""
    head = lines[start][:_HEAD_CHARS]
    announced = head.lstrip(" +|").startswith(
        ("Traceback", "Exception Group", "panic:", "goroutine", "thread '", "stack traceback", "fatal error", "==")
    )
    # Rust says what went wrong below: "thread 'main' panicked at src/main.rs:4:5:"
    goes_on = not announced or (head.startswith("thread '") and head.endswith(":"))
    of_go = head.startswith(("panic:", "goroutine ", "fatal error:"))
    stop = start + 1
    frames = 0
    blanks = 0
    while stop < len(lines) and stop - start < _MAX_BLOCK:
        line = lines[stop][:400]
        if not line.strip():
            blanks += 1
            if blanks > 2:
                break
        elif _frames.is_frame(line):
            frames += 1
            blanks = 0
        elif (line[:1].isspace() and not blanks) or (of_go and _GO_CALL.match(line)):
            pass
        elif _LINK.match(line):
            blanks = 0
        elif (
            announcing.TRACE.match(line)
            and (announced or frames)
            and not (frames and _frames_follow_later(lines, stop))
        ):
            stop += 1
            break  # Python's last line: the exception itself
        elif frames == 0 and stop - start <= 6 and goes_on and not blanks:
            pass  # a message of several lines before its frames
        else:
            break
        stop += 1
    if not frames and not announced:
        return None
    stop = _trimmed(lines, start, stop)
    return Block(start, stop, essentials(lines, start, stop, origin), False)


def _frames_follow_later(lines: Sequence[str], at: int) -> bool:
    return any(_frames.is_frame(line) for line in lines[at + 1 : at + 3])


def _error_block(lines: Sequence[str], start: int, heads: _Heads) -> Block:
    every, is_frame = heads.every, heads.frames
    stop = start + 1
    first = start
    while first > 0 and start - first < 4 and heads.leading[every[first - 1]]:
        first -= 1
    blanks = 0
    while stop < len(lines) and stop - start < 40:
        line = every[stop]
        if not line[:400].strip():
            blanks += 1
            if blanks > 1 or not (stop + 1 < len(lines) and lines[stop + 1][:2].isspace()):
                break
        elif heads.errors[line] and _PLACED.search(lines[stop][:400]) and _PLACED.search(lines[start][:400]):
            break  # the next error, at a place of its own
        elif is_frame[line] or heads.more[line]:
            blanks = 0
        elif stop - start <= 2 and not blanks and not announcing.ERROR.match(line[:400]) and not facts.concludes(line):
            pass
        else:
            break
        stop += 1
    stop = _trimmed(lines, start, stop)
    kept = [i for i in range(first, min(stop, start + 12)) if lines[i].strip() and not is_frame[every[i]]][:10]
    places = [i for i in range(start, stop) if is_frame[every[i]]]
    kept.extend(places[:2])
    return Block(first, stop, tuple(sorted({start, *kept})), False)


def essentials(lines: Sequence[str], start: int, stop: int, origin: bool) -> tuple[int, ...]:
    """Return the lines of a block that say what failed, how and where, in order.

    `origin`: the frame where it was raised counts too, be it a library's; in a build the tool's own frames are the news.
    """
    if stop - start < _MIN_CAPTURED:
        shapes = tuple(alike(lines).every[start:stop])
        same = len(set(shapes)) == len(set(lines[start:stop]))  # what differs does so in more than digits
        if same and sum(map(len, shapes)) <= _KNOWN_CHARS:
            return tuple([start + at for at in _of_shapes(shapes, origin)])
    return _essentials(lines, start, stop, origin)


@lru_cache(maxsize=1 << 10)  # many blocks of a run are alike
def _of_shapes(shapes: tuple[str, ...], origin: bool) -> tuple[int, ...]:
    """Return the essential lines of a short block by the shapes of its lines, from 0 on."""
    return _essentials(shapes, 0, len(shapes), origin)


def _essentials(lines: Sequence[str], start: int, stop: int, origin: bool) -> tuple[int, ...]:
    span = range(start, stop)
    kept: list[int] = [start]
    e_lines = [i for i in span if _PYTEST_E.match(lines[i][:40])]
    if e_lines:
        told = [i for i in e_lines if _TOLD.match(lines[i][:200])]
        kept.extend(_distinct(lines, told)[:6] or e_lines[:2])
        kept.extend(_distinct(lines, [i for i in e_lines if i - 1 not in e_lines])[:6])  # of each link of a chain
        kept.extend([i for i in e_lines if _CHANGED.match(lines[i][:200])][:_MAX_CHANGED])
        places = [i for i in span if _PYTEST_PLACE.match(lines[i][:300])]
        own = [i for i in places if not _frames.is_library(lines[i])]
        tests = [i for i in own if "test" in lines[i][:200]]
        kept.extend([*own[:2], *own[-1:], *tests[:1], *tests[-1:], *places[-1:]])
        kept.extend(_meanwhile(lines, max(kept) + 1, stop))
        return tuple(sorted(set(kept)))
    frames = [i for i in span if _frames.is_frame(lines[i])]
    code = _code_of_frames(lines, frames, stop)
    apart = {start, *code, *frames}
    said = [i for i in span if i not in apart and lines[i].strip()]
    first_frame = frames[0] if frames else stop
    before = [i for i in said if i < first_frame]
    kept.extend(before[:_ESSENTIAL_SAID])
    kept.extend([i for i in said if _tells(lines[i])][:6])
    kept.extend([i for i in said if _CHANGED.match(lines[i][:200])][:_MAX_CHANGED])
    causes = [i for i in said if _CAUSE.match(lines[i][:60])]
    kept.extend(causes)
    kept.extend(said[-1:])
    own = [i for i in frames if not _frames.is_library(lines[i])]
    kept.extend(_first_after(causes, own, frames))
    tests = [i for i in own if _OF_TEST.search(lines[i])]
    kept.extend([*(frames[:1] if origin else ()), *own[:2], *tests[:2]] if own else frames[:2])
    python = [i for i in own if lines[i].lstrip(" |").startswith('File "')]
    kept.extend(_raised(lines, frames, code, stop))
    if python:  # each frame has its code below it, and the innermost is the last
        chain = (
            python if len(python) <= _MAX_FRAMES else [*python[: _MAX_FRAMES // 3], *python[-_MAX_FRAMES * 2 // 3 :]]
        )
        kept.extend(i for frame in chain for i in (frame, min(stop - 1, frame + 1)))
    kept.extend(_meanwhile(lines, start + 1, stop, code))
    kept.extend(_values(lines, kept, said))
    return tuple(sorted(set(kept)))


def _values(lines: Sequence[str], kept: Sequence[int], said: Sequence[int]) -> list[int]:
    """Return what is said next after each of the lines `kept` that ends in a colon: no label without its value."""
    found: list[int] = []
    for index in kept:
        if lines[index].rstrip(_BOX).endswith(":"):
            worded = (i for i in said[bisect_right(said, index) :] if any(map(str.isalnum, lines[i])))
            found.extend(i for i in islice(worded, 1) if i - index <= _NEAR)
    return found


_BOX = " \t│║|┃"
_NEAR = 3  # lines from a label to its value


def _meanwhile(lines: Sequence[str], start: int, stop: int, code: Container[int] = ()) -> list[int]:
    """Return the first lines between `start` and `stop` in which a program tells of a failure while a test runs: captured
    logs and output, where what went wrong may stand before what was noticed."""
    if stop - start < _MIN_CAPTURED:
        return []
    told = (start + i for i in facts.failures(lines[start:stop]))
    return [
        i for i in told if i not in code and failure_words.is_strong(lines[i][:300]) and not _frames.is_frame(lines[i])
    ][:_MAX_MEANWHILE]


def _first_after(causes: Sequence[int], own: Sequence[int], frames: Sequence[int]) -> list[int]:
    """Return for each of the first causes where it was raised: the first frame of the project's own, else the first."""
    found: list[int] = []
    if not causes or not frames:
        return found
    for cause, following in zip(causes, [*causes[1:], frames[-1] + 1], strict=True):
        within = [i for i in own if cause < i < following] or [i for i in frames if cause < i < following]
        found.extend(within[:1])
    return found[:_MAX_CAUSES]


def _code_of_frames(lines: Sequence[str], frames: Sequence[int], stop: int) -> set[int]:
    """Return the lines of code, with their carets, that Python prints below a frame: the frame's, not the failure's words."""
    code: set[int] = set()
    for frame in frames:
        indent = _FRAME_INDENT.match(lines[frame][:200])
        at = frame + 1
        while indent and at < stop and lines[at].startswith(f"{indent.group(1)}  ") and at not in frames:
            code.add(at)
            at += 1
    return code


def _raised(lines: Sequence[str], frames: Sequence[int], code: set[int], stop: int) -> list[int]:
    """Return the line after each run of Python's frames, which names the exception."""
    of_python = [i for i in frames if _FRAME_INDENT.match(lines[i][:200])]
    after = [i + 1 for i in [*of_python, *code] if i + 1 < stop and lines[i + 1].strip()]
    return sorted(i for i in after if i not in code and i not in frames and lines[i].lstrip("| ")[:1].isalpha())[:8]


def _distinct(lines: Sequence[str], at: Sequence[int]) -> list[int]:
    seen: set[str] = set()
    return [i for i in at if not (lines[i] in seen or seen.add(lines[i]))]  # type: ignore[func-returns-value]


def _trimmed(lines: Sequence[str], start: int, stop: int) -> int:
    """Return `stop` without blank lines before it."""
    while stop > start + 1 and not lines[stop - 1].strip():
        stop -= 1
    return stop
