"""ContentRouter: which kind each part of an output is, and why.

lines that begin with a CI service's job and step → sections, each routed without these heads      (text/heads.py)
several commands in one call, or JSON after other lines → sections, each routed alone              (split.py)
hints: the tool's name, the command's words, the path's suffix                                    (hints.py)
what begins and ends like JSON, a page, a diff or lines of problems, and scores so → that, whatever the hint
a firm hint for which the text says something, too (score ≥ 0.3) → that kind; no other module is imported
else a cheap look at a sample names a few candidates (sample.py); those score the text, the best wins
"""

from __future__ import annotations

import os
from itertools import pairwise

from headroom_mcp import compressors, late
from headroom_mcp.commands import programs, shell, suffixes
from headroom_mcp.compressors.command import filter_rules
from headroom_mcp.late import NamedTuple
from headroom_mcp.routing import split as seams
from headroom_mcp.text import heads
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Section

_MAX_CANDIDATES = 5
_UNBEATEN = 1.0  # no score without a hint's bonus is as high: no other module need be asked
_HINT_BONUS = 0.25  # what a hint is worth against the text's own scores
_FIRM = 0.3  # a firm hint decides where the text says as much for it
_SCRIPT_CHARS = 10  # a viewer's line number may stand before it
_PLAIN = 0.9  # what begins and ends like a document of a kind, and scores so, is one
# src/a.py:3:1: F821 Undefined name | src/a.ts(3,1): error TS2304: …
_PROBLEM = late.pattern(r"^\S+?(?::\d+:\d+:? +|\(\d+,\d+\): )(?:(?:error|warning|note)\b:? ?)?[A-Z]{1,5}\d{2,5}\b")

# Two neighbouring sections of these are two documents.
_DOCUMENTS = frozenset(("json", "html", "table", "code"))


class Hint(NamedTuple):
    """What the tool call says about the kind of its output. `firm`: decides where the text says something for it, too; if
    not, `otherwise` is what it says."""

    kind: str
    firm: bool
    why: str
    otherwise: str = ""


_WORD = late.pattern(r"[A-Z]?[a-z]+")
# words in the names of tools that show a file's text
_SHOWING = frozenset(
    "read view open cat show file files content contents body source text code symbol fetch load".split()
)
_NO_HINT = Hint("", False, "")


def route(output: ToolOutput) -> list[Section]:
    """Return the sections of `output`, in order, covering every line."""
    if not output.lines:
        return [Section(0, 0, "general", "an empty output")]
    return _by_tags(output) or _by_text(output)


def _by_tags(output: ToolOutput) -> list[Section]:
    """Return the sections of an output whose lines say which job and step they are of; none where they do not."""
    read = heads.read(output.lines) if "\t" in output.text or "==" in output.text else None
    if read is None or not any("\t" in tag or tag.startswith("==") for tag in read.tags):
        return []
    runs = heads.runs(read.tags)
    sections: list[Section] = []
    for start, stop in runs:
        for section in _by_text(output.with_lines(read.bare[start:stop])):
            moved = section._replace(start=section.start + start, stop=section.stop + start, headed=True)
            last = sections[-1] if sections else None
            if last is not None and last.kind == moved.kind and moved.kind not in (*_DOCUMENTS, "test_output"):
                sections[-1] = last._replace(stop=moved.stop)
            else:
                sections.append(moved)
    return sections


def _by_text(output: ToolOutput) -> list[Section]:
    pipelines = _printing(shell.parse(output.command)) if output.command else []
    sections: list[Section] = []
    for start, stop, printed in seams.split(output.lines, pipelines):
        if printed is None:
            kind, why = "general", "a line that the command itself echoes"
        else:
            kind, why = _kind_of(output.section(start, stop), hint_of(output, printed))
        if sections and sections[-1].kind == kind and kind not in _DOCUMENTS:
            sections[-1] = Section(sections[-1].start, stop, kind, sections[-1].why)
        else:
            sections.append(Section(start, stop, kind, why))
    return sections


def hint_of(output: ToolOutput, pipelines: list[shell.Pipeline]) -> Hint:
    """Return what tool, command and path say; the hint is never firm where several commands printed."""
    if output.tool_name in programs.TOOLS:
        return _known(Hint(programs.TOOLS[output.tool_name], True, f"tool {output.tool_name}"))
    for word in output.tool_name.lower().replace("-", "_").split("_"):
        if word in programs.TOOL_WORDS:
            return _known(Hint(programs.TOOL_WORDS[word], False, f"tool {output.tool_name}"))
    pipelines = [pipeline for pipeline in pipelines if shell.name(pipeline[-1]) not in seams.ECHOES]
    if pipelines:
        found = [hint for pipeline in pipelines if (hint := _pipeline_hint(pipeline)).kind]
        if found and len({hint.kind for hint in found}) == 1:
            return found[0]._replace(firm=found[0].firm and len(pipelines) == 1)
        if found:
            return found[-1]._replace(firm=False)
    elif output.path and not output.command:
        hint = _path_hint(output.path)
        return hint._replace(firm=hint.firm and _shows_files(output.tool_name))
    return _NO_HINT


def _shows_files(tool_name: str) -> bool:
    """Tell whether a tool of this name shows the file that its call names; others say something about it."""
    words = _WORD.findall(tool_name.rpartition("__")[2])
    return not words or any(word.lower() in _SHOWING for word in words)


def _kind_of(piece: ToolOutput, hint: Hint) -> tuple[str, str]:
    """Return the kind of one section and why. A hint is weighed; only what the text leaves no doubt of decides alone."""
    plain = _plainly(piece.lines)
    if not hint.kind and "#!" in piece.lines[0][:_SCRIPT_CHARS]:
        hint = _known(Hint("code", True, "a script's first line"))
    viewed = hint.firm and hint.kind == "code" and not piece.command and plain in ("", "json")
    if viewed and not (plain == "json" and seams.is_json(piece.text)) and compressors.load("code").score(piece) > 0:
        return hint.kind, hint.why  # a viewer shows the file that its name says; no look at the text tells more
    if plain and plain != hint.kind:
        for kind in ("notebook", plain) if plain == "json" else (plain,):
            if compressors.load(kind).score(piece) >= _PLAIN:
                return kind, f"begins and ends like {plain}"
    if hint.firm and plain in ("", hint.kind) and compressors.load(hint.kind).score(piece) >= _FIRM:
        return hint.kind, hint.why  # the expressions of sample.py are never compiled
    if hint.firm and hint.otherwise:
        hint = hint._replace(kind=hint.otherwise)
    if hint.kind and plain in ("", hint.kind):
        score = _hinted(compressors.load(hint.kind).score(piece))
        if score >= _UNBEATEN:
            return hint.kind, f"{hint.why}; score {score:.2f}"
    from headroom_mcp.routing import sample as sniff

    sampled = sniff.sample(piece.lines)
    guesses = [guess for guess in sniff.guesses(sampled) if guess.kind in compressors.BUILTIN]
    best, best_score, why = "general", compressors.load("general").score(piece), "nothing else claims it"
    candidates = [guess.kind for guess in guesses[:_MAX_CANDIDATES]]
    if hint.kind and hint.kind not in candidates:
        candidates.append(hint.kind)
    reasons = {guess.kind: guess.why for guess in guesses}
    # BUILTIN's order breaks ties: the strictest kind first.
    for kind in sorted(candidates, key=compressors.BUILTIN.index):
        score = compressors.load(kind).score(piece)
        if kind == hint.kind:
            score = _hinted(score)
        if score > best_score:
            best, best_score = kind, score
            why = f"{hint.why}; score {score:.2f}" if kind == hint.kind else f"{reasons[kind]}; score {score:.2f}"
    return best, why


def _hinted(score: float) -> float:
    """Return a score with what a hint is worth: no more than the text itself says."""
    return score + min(_HINT_BONUS, score)


def _plainly(lines: list[str]) -> str:
    """Return the kind that some lines of a text leave no doubt of, "" for any other: JSON, a web page, a diff, problems."""
    first = next((line for line in lines if line.strip()), "").lstrip("\ufeff \t")
    last = next((line for line in reversed(lines) if line.strip()), "").rstrip()
    if first[:1] in ("{", "[") and last[-1:] in ("}", "]") and not (first[:1] == "[" and first[1:2].isalpha()):
        return "json"
    if first[:14].lower().startswith(("<!doctype html", "<html")):
        return "html"
    if first.startswith("diff --git "):
        return "diff"
    if all(_PROBLEM.match(line[:300]) for line in (first, lines[len(lines) // 2])):
        return "lint"
    return ""


def _pipeline_hint(pipeline: shell.Pipeline) -> Hint:
    """Return the hint of the last command in a pipe that makes its own form of output."""
    for at in range(len(pipeline) - 1, -1, -1):
        words = pipeline[at]
        program = shell.name(words)
        if program in programs.READERS or (program in programs.SEARCHERS and (at > 0 or _searches_one_file(words))):
            if at > 0:
                continue
            return _read_hint(program, words)
        blob = _blob_path(program, words)
        return _path_hint(blob, "git show") if blob else _command_hint(words)
    return _NO_HINT


def _blob_path(program: str, words: shell.Words) -> str:
    """Return the file that `git show REV:path` prints, "" for any other command."""
    operands = _operands(program, words)
    if program != "git" or operands[:1] not in (["show"], ["cat-file"]):
        return ""
    return next((path for word in operands[1:] if (path := word.partition(":")[2])), "")


def _command_hint(words: shell.Words) -> Hint:
    program = shell.name(words)
    if "--help" in words or words[1:2] == ["help"]:
        return _known(Hint("markdown", False, "a help text"))
    arguments = _operands(program, words)
    with_verb = f"{program} {arguments[0]}" if arguments else program
    if programs.COMMANDS.get(with_verb) not in ("test_output", "lint") and filter_rules.name_for(words):
        usual = programs.COMMANDS.get(with_verb) or programs.COMMANDS.get(program, "")
        return _known(
            Hint("command", program not in programs.SOFT_COMMANDS, f"filter {filter_rules.name_for(words)}", usual)
        )
    for key in (with_verb, program):
        kind = programs.COMMANDS.get(key, "")
        if kind:
            kind = _by_option(key, kind, words)
            return _known(Hint(kind, key not in programs.SOFT_COMMANDS, f"command {key}"))
    if program in ("python", "node", "ruby", "php", "bash", "sh", "deno", "bun") and arguments:
        script = os.path.basename(arguments[0])
        kind = programs.COMMANDS.get(script) or programs.COMMANDS.get(" ".join([script, *arguments[1:2]]), "")
        if kind:
            return _known(Hint(kind, False, f"command {script}"))
    return _NO_HINT


def _operands(program: str, words: shell.Words) -> list[str]:
    """Return what follows the program, without options and, for git, without the values of those before the verb."""
    rest = words[1:]
    if program == "git":
        while len(rest) > 1 and rest[0] in ("-C", "-c", "--git-dir", "--work-tree"):
            rest = rest[2:]
    if program == "node" and rest[:1] == ["--test"]:
        return ["--test"]
    return [word for word in rest if not word.startswith("-")]


def _by_option(key: str, kind: str, words: shell.Words) -> str:
    """Return the kind that an option turns the output into."""
    options = " ".join(word for word in words[1:] if word.startswith("-"))
    after = dict(pairwise(words))
    form = (
        after.get("-o", "")
        or after.get("--output", "")
        or after.get("--format", "")
        or after.get("--output-format", "")
    )
    if "json" in form or any(f"{flag}json" in options for flag in ("=", "-o", "--")):
        return "json"
    if "yaml" in form or "=yaml" in options:
        return "code"
    if key == "git log" and any(word in ("-p", "--patch", "-u", "--full-diff") for word in words):
        return "diff"
    if key in ("git diff", "git show") and any(
        word.startswith(("--stat", "--name-only", "--name-status", "--numstat", "--shortstat")) for word in words
    ):
        return "git"
    if kind == "search" and (
        any(w in ("-l", "-L", "--files", "--files-with-matches", "-rl", "-lr", "-rL") for w in words)
    ):
        return "search"
    return kind


def _searches_one_file(words: shell.Words) -> bool:
    """Tell whether a grep's hits come without file names: one file, not recursive."""
    if (
        any(w.startswith("-") and not w.startswith("--") and ("r" in w or "R" in w) for w in words[1:])
        or "--recursive" in words
    ):
        return False
    operands = shell.arguments(words)[1:]
    return len(operands) == 1 and shell.name(words).endswith("grep") and not any(c in operands[0] for c in "*?[{")


def _read_hint(program: str, words: shell.Words) -> Hint:
    """Return what the files say that a command prints; not firm where they are of several kinds."""
    paths = [
        word for word in words[1:] if not word.startswith("-") and ("." in word or "/" in word or _is_source(word))
    ]
    said = [hint for path in paths if (hint := _path_hint(path, program)).kind]
    if not said:
        return _NO_HINT
    return said[-1]._replace(firm=said[-1].firm and len({hint.kind for hint in said}) == 1)


def _is_source(path: str) -> bool:
    """Tell whether the whole name of a file says that it is source: Dockerfile, CMakeLists.txt."""
    return os.path.basename(path).lower() in suffixes.FILES


def _path_hint(path: str, program: str = "") -> Hint:
    base = os.path.basename(path).lower()
    base = base.removesuffix(".gz").removesuffix(".1")
    suffix = base.rpartition(".")[2] if "." in base else ""
    kind = "code" if _is_source(path) else suffixes.KINDS.get(f".{suffix}", "")
    if not kind and ("changelog" in base or "readme" in base or "history" in base):
        kind = "markdown"
    if not kind and ("/var/log/" in path or base in ("syslog", "messages", "dmesg")):
        kind = "log"
    if not kind:
        return _NO_HINT
    what = f"*.{suffix}" if suffix else base
    # What a pattern picked out of a file need not look like the file.
    firm = kind in ("code", "markdown", "table") and program not in programs.SEARCHERS
    return _known(Hint(kind, firm, f"{program} of {what}" if program else f"path {what}"))


def _known(hint: Hint) -> Hint:
    return hint if hint.kind in compressors.BUILTIN else _NO_HINT


def _printing(pipelines: list[shell.Pipeline]) -> list[shell.Pipeline]:
    """Return the pipelines that print something of their own, `echo` left in for the seams it draws."""
    kept: list[shell.Pipeline] = []
    for pipeline in pipelines:
        words = pipeline[-1]
        program = shell.name(words)
        verb = f"{program} {words[1]}" if len(words) > 1 else program
        if program in seams.ECHOES or not (program in programs.SILENT or verb in programs.SILENT):
            kept.append(pipeline)
    return kept
