"""Source files as outlines. Keeps, verbatim and under their true numbers, imports, constants and every signature with its
decorators and the first line of its documentation; leaves bodies out as whole ranges of lines.

    def transfer(source, target, amount):
        \"\"\"Move `amount` from one account to another.\"\"\"
    [… lines 120-164]

How much stays beside them depends on how sure it is what the question is about (`aim`): a quarter to half of the file, the
pieces first that the question is most about, then the bodies that the file uses most. Where no question says what a file was
read for it was read to be read, as is a range: only what says nothing about the code goes (licences, long docstrings, printed
line numbers), unless the file is very long.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.commands import shell
from headroom_mcp.compressors import _within
from headroom_mcp.compressors._within import Piece
from headroom_mcp.compressors.code import languages
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.records import find
from headroom_mcp.text import lines as text
from headroom_mcp.text import numbering
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

OUTLINE_TOKENS = 3_000  # below, what is about the question is most of a file
RANGE_OUTLINE_TOKENS = 8_000  # a range was chosen on purpose
# Where nobody knows what a file was read for: nine of ten outlines lack a line that the next patch changes, which costs another
# read; a file that fills a context is looked over first all the same.
UNASKED_TOKENS = 12_000
RECORDS_TOKENS = 6_000
_LINES_OF_RECORD, _MOSTLY_ALIKE = 3, 0.6  # lines that each record of data has, and the share of records of one form
_SAMPLE_LINES = 150
_HEADER_ROWS = 8  # what a viewer says about its file stands above the first numbered line
_VIEWERS = frozenset(("cat", "nl", "sed", "head", "tail", "bat", "batcat", "less", "more", "cd"))
_INTERPRETERS = frozenset(
    "python pypy perl ruby node tsx ts-node php lua luajit bash sh zsh fish Rscript julia elixir escript groovy osascript tclsh".split()
)
_MAX_LINE_CHARS = 400  # minified and generated lines are clipped

# Cart.java:12: error: …    src/cart.ts(3,4): warning TS12: …
_MESSAGE = late.pattern(r"^\S*\w\.\w{1,6}[:(]\d+[:,)].{0,20}?\b(?:error|warning|note)\b", re.IGNORECASE)
_MIN_PLACES, _LINES_OF_PLACE = 3, 6
# def f(  class C:  func f(  fn f(  #include <x>  import x  public void f(  x = 1;
_CODE_LINE = late.pattern(
    r"^\s*(?=\S)(?:(?:async\s+)?def \w+\(|class \w+|func[ (]|(?:pub )?(?:fn|struct|enum|impl|mod|use) |#include|import |from \S+ import |"
    r"(?:public|private|protected|static|export|const|let|var|function|namespace|package|interface|type)\b|return\b|[})\]]+[;,]?$|"
    r".*[;{]$|(?:if|for|while|else|elif|try|except|with)\b.*:$|@\w+|(?://|/\*|\*|#))"
)
# total = 3    x.y += f(z)    call(argument     where the file's name says that it is source
_STATEMENT = late.pattern(r"^\s*(?=\S)(?:[\w.\[\]'\", ]+(?:[-+*/|:]?=) ?\S|[\w.]+\()")


def score(output: ToolOutput) -> float:
    """Return how much of a sample looks like source: most lines of a program end or begin like code."""
    sample = _sample(output.lines)
    if len(sample) < 4:
        return 0.0
    if _is_report(output, sample):
        return 0.0
    named = language_of(output)
    module = languages.load(named) if named else None
    heads = getattr(module, "HEADS", None)
    matching = [
        line
        for line in sample
        if _CODE_LINE.match(line) or (named and _STATEMENT.match(line)) or (heads is not None and heads.match(line))
    ]
    share = len(matching) / len(sample)
    if named:
        return min(1.0, 0.3 + share) if share > 0.1 or _is_surely_source(output) else 0.0
    if share > 0.12 and _guessed(output):
        return min(0.9, 0.5 + share * 0.4)
    return share * 0.6 if share > 0.4 else 0.0


def _is_report(output: ToolOutput, sample: list[str]) -> bool:
    """Tell whether a text is what a compiler says of source, each time with a place: it quotes so much of it that it looks like it."""
    if output.path or output.files():
        return False
    places = sum(1 for line in sample if _MESSAGE.match(line[:300]))
    return places >= _MIN_PLACES and places * _LINES_OF_PLACE >= len(sample)


def _is_surely_source(output: ToolOutput) -> bool:
    """Tell whether its path or its first line says what a text is, or every command only shows its file: a window on a long
    docstring has no line of code, and yet is source."""
    if languages.of_path(output.path) or languages.of_first_line(output.lines[0]):
        return True
    pipelines = shell.parse(output.command) if output.command else []
    programs = {shell.name(words) for pipeline in pipelines for words in pipeline}
    return bool(programs) and programs <= _VIEWERS


def _sample(lines: list[str]) -> list[str]:
    """Return the lines of the beginning, the middle and the end, without numbers and blank ones."""
    part = _SAMPLE_LINES // 3
    middle = len(lines) // 2
    blocks = [lines] if len(lines) <= 3 * part else [lines[:part], lines[middle : middle + part], lines[-part:]]
    sample: list[str] = []
    for block in blocks:
        numbered = numbering.read(block)
        sample.extend(line for line in (block if numbered is None else numbered.lines) if line.strip())
    return sample


def _guessed(output: ToolOutput) -> str:
    from headroom_mcp.compressors.code import guess

    return guess.language(_sample(output.lines))


def facts(output: ToolOutput) -> list[Fact]:
    """Return nothing for a file that is source by its name: "error" there is a word of the program, and what the query
    asks for is kept by structure. Text that only looks like source has facts like any other."""
    if language_of(output):
        return []
    from headroom_mcp.facts import find as common

    return common.find(output)


def is_list(output: ToolOutput) -> bool:
    """Tell whether a text is settings or other data of which something is asked: any line may be the answer. Who is told to
    change a file needs more of it than a line."""
    return "?" in output.query and languages.is_data(language_of(output))


def language_of(output: ToolOutput) -> str:
    """Return the language by the path, by the files that the command names or by a script's first line, "" when none tells."""
    found = languages.of_path(output.path)
    if found:
        return found
    for pipeline in shell.parse(output.command) if output.command else ():
        for words in pipeline:
            if _runs_a_script(words):
                continue
            for word in reversed(words[1:]):
                found = languages.of_path(word)
                if found:
                    return found
    return languages.of_first_line(output.lines[0]) if output.lines else ""


def _runs_a_script(words: list[str]) -> bool:
    """Tell whether a command runs the file that it names first: what it prints is not that file."""
    if shell.name(words) not in _INTERPRETERS:
        return False
    for word in words[1:]:
        if not word.startswith("-"):
            return True
        if word.strip("-")[:1] in ("c", "e", "m", "n", "p"):  # a program on the command line, a module
            return False
    return False


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Outline a long text within about `budget` tokens, trim a short one; None where there is nothing to leave out."""
    lines = output.lines
    numbered = numbering.read(lines)
    plain = numbered.lines if numbered is not None else lines
    language = language_of(output) or _guessed(output)
    if numbered is None and _is_long_data(output, language) and (listed := _as_records(output, language, budget)):
        return listed
    outlined = _outlined(output, plain, language, budget)
    shown = outlined and (outlined.kept, outlined.notes)
    pieces = outlined.pieces if outlined else []
    if shown is None:
        from_top = not _is_range(output) if numbered is None else 1 in numbered.numbers[:_HEADER_ROWS]
        shown = _trimmed(output, plain, from_top=from_top)
        if language and not _is_range(output):
            from headroom_mcp.compressors.code import asides

            shown[0].difference_update(
                row for start, stop in asides.find(output, plain, language) for row in range(start, stop)
            )
    kept, notes = shown
    parts = _within.spliced(render.from_kept(kept, len(lines), notes), pieces)
    if numbered is not None or max(map(len, lines), default=0) > _MAX_LINE_CHARS:
        # What stays is shown another way, so that it must be known here which gaps are none.
        parts = _clipped(lines, render.close_cheap_gaps(lines, parts))
    if numbered is not None:
        least = numbering.MIN_VIEWED_LINES if output.path else numbering.MIN_THIN_LINES
        parts = _with_thin_numbers(numbered, parts, least)
    if all(part.action == "keep" for part in parts):
        return None
    gaps = [part for part in render.from_kept(kept, len(lines), notes) if part.action == "omit"]
    thin = any(part.text == numbering.LEGEND for part in parts[:1])

    def note(start: int, stop: int) -> str:
        label = next((gap.note for gap in gaps if gap.start <= start and stop <= gap.stop), "")
        return _numbered_note(numbered, Part(start, stop, "omit", note=label)) if numbered and thin else label

    chosen = [row for piece in pieces for row in range(piece.start, piece.stop)]
    return Compressed(parts, chosen, note)


def _as_records(output: ToolOutput, language: str, budget: int) -> Compressed | None:
    """Return the documents or items of a file of data, told apart by what differs; None where they are not alike: sixty
    deployments have no definitions, and the one with `replicas: 0` is what they are read for."""
    from headroom_mcp.compressors import _by_record
    from headroom_mcp.compressors.code import rows

    survey = output.survey
    records = survey.records
    if len(records) * _LINES_OF_RECORD > len(output.lines) and not _is_rows(output, language):
        return None
    most = max((len(group.rows) for group in survey.groups), default=0)
    if most < _MOSTLY_ALIKE * len(records) and (
        languages.says_enough(language) or find.share_in_order(output.lines, records) < _MOSTLY_ALIKE
    ):
        return None
    return _by_record.compress(output, budget, "list") if rows.is_understood(output) else None


def _is_long_data(output: ToolOutput, language: str) -> bool:
    """Tell whether a text is a file of data that nobody reads line by line, in a language for data or another: facts in
    Prolog, a table of constants."""
    least = RECORDS_TOKENS if output.query else RECORDS_TOKENS // 2
    if output.tokens < least or _is_range(output):
        return False
    return languages.is_data(language) or _is_rows(output, language)


def _is_rows(output: ToolOutput, language: str) -> bool:
    """Tell whether nearly all lines begin like many others, or are written like them, in a language of which only the margins
    are known; of a program a sample of lines has as many beginnings as lines."""
    if language not in ("", "plain"):
        return False
    from headroom_mcp.compressors.code import rows

    sample = _sample(output.lines)
    return find.begin_alike(sample) or rows.are_written_alike(sample)


class _Outlined(NamedTuple):
    """The rows to show of a text, notes for the gaps by their first rows, and the runs of data within it, which count as shown."""

    kept: set[int]
    notes: dict[int, str]
    pieces: list[Piece]


def _outlined(output: ToolOutput, lines: list[str], language: str, budget: int) -> _Outlined | None:
    """Return what to show of a text that is shown in outline; None for one that is not."""
    least = RANGE_OUTLINE_TOKENS if _is_range(output) else OUTLINE_TOKENS
    most = OUTLINE_TOKENS if languages.says_enough(language) else UNASKED_TOKENS
    too_long = output.tokens >= most or output.is_hidden
    from headroom_mcp.compressors.code import rows

    if not too_long and (output.tokens < least or not (output.query or rows.is_mostly_data(lines))):
        return None
    from headroom_mcp.compressors.code import aim, selection, trims, wanted

    if not too_long and trims.is_about_documentation(output.query):
        return None  # it is what an outline leaves out
    if output.query and wanted.is_in_full(output):
        return None
    aimed = aim.take(output, lines, language)
    pieces = [] if _is_range(output) else rows.shortened(output, lines, aimed.outline.definitions, budget)
    data = {row for piece in pieces for row in range(piece.start, piece.stop)}
    if not too_long and not aimed.room(output, budget) and len(data) * 2 < len(lines):
        return None
    kept, notes = selection.choose(output, lines, language, budget, aimed, data)
    return _Outlined(kept | data, notes, pieces)


def _is_range(output: ToolOutput) -> bool:
    """Tell whether the reader chose a range of lines."""
    if output.tool_input.get("offset") or output.tool_input.get("limit"):
        return True
    return any(
        shell.name(words) in ("sed", "head", "tail", "awk", "grep", "open")
        for pipeline in (shell.parse(output.command) if output.command else ())
        for words in pipeline
    )


def _trimmed(output: ToolOutput, lines: list[str], *, from_top: bool) -> tuple[set[int], dict[int, str]]:
    """Return the rows of a short text that are about the code, and notes for the gaps."""
    from headroom_mcp.compressors.code import trims

    kept = set(range(len(lines)))
    notes: dict[int, str] = {}
    for start, stop, note in trims.find(lines, output.query, from_top=from_top):
        kept.difference_update(range(start, stop))
        notes[start] = note
    return kept, notes


def _clipped(lines: list[str], parts: list[Part]) -> list[Part]:
    """Clip kept lines that are too long for anybody to have written them."""
    clipped: list[Part] = []
    for part in parts:
        if part.action != "keep":
            clipped.append(part)
            continue
        start = part.start
        for row in range(part.start, part.stop):
            if len(lines[row]) > _MAX_LINE_CHARS:
                if row > start:
                    clipped.append(Part(start, row, "keep"))
                shown = text.clip_middle(lines[row], _MAX_LINE_CHARS)
                clipped.append(Part(row, row + 1, "render", shown, "a long line, clipped"))
                start = row + 1
        if part.stop > start:
            clipped.append(Part(start, part.stop, "keep"))
    return clipped


def _with_thin_numbers(numbered: numbering.Numbered, parts: list[Part], least: int) -> list[Part]:
    """Show kept runs with every fifth line number where that is of use to `least` lines, and say in gaps which numbers they
    hold."""
    thin: list[Part] = []
    saved = 0
    for part in parts:
        if part.action == "omit":
            thin.append(part._replace(note=_numbered_note(numbered, part)))
            continue
        if part.action != "keep":
            thin.append(part)
            continue
        for start, stop in numbering.runs(numbered, part.start, part.stop):
            shown = numbering.thinned(numbered, start, stop)
            if shown is None:
                thin.append(Part(start, stop, "keep"))
                continue
            saved += stop - start
            thin.append(Part(start, stop, "render", shown, lossless=True))
    if saved < least:
        return [part if part.action != "omit" else part._replace(note=_numbered_note(numbered, part)) for part in parts]
    return [Part(0, 0, "render", numbering.LEGEND, lossless=True), *thin]


def _numbered_note(numbered: numbering.Numbered, part: Part) -> str:
    numbers = [number for number in numbered.numbers[part.start : part.stop] if number]
    if not numbers or numbers[0] == part.start + 1:
        return part.note
    told = f"numbered {numbers[0]}-{numbers[-1]}"
    return f"{part.note}, {told}" if part.note else told
