r"""A shell command, read for what it runs: enough of the grammar to know whose output this is, no more.

`parse("cd x && LC_ALL=C grep -rn foo . | head")` gives two pipelines, [["cd", "x"]] and [["grep", …], ["head"]], the
second without its prefix. Nothing is expanded or run. A command that cannot be read gives what could be read of it.
"""

from __future__ import annotations

import os

from headroom_mcp import late
from headroom_mcp.late import re

Words = list[str]
Pipeline = list[Words]

_MAX_CHARS = 20_000  # a heredoc of megabytes says nothing more about its command
_MAX_DEPTH = 3  # bash -c "bash -c …"

# one operator | a redirection with its target | a heredoc's mark | quoted and unquoted pieces of a word
_TOKEN = late.pattern(
    r"""(?P<space>[ \t\r]+|\\\n)
      | (?P<comment>(?<![^\s;&|(])\#[^\n]*)
      | (?P<heredoc>\d?<<-?[ \t]*(?P<quote>['"]?)(?P<mark>\w+)(?P=quote))
      | (?P<redirect>(?:\d|&)?(?:>>|>\||>&|<&|>|<)[ \t]*(?:&?[^\s;&|()<>]+)?)
      | (?P<operator>\|\||&&|\|&|;;|[;&|\n()])
      | (?P<word>(?:[^\s;&|()<>'"\\`$]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|`[^`]*`|\$\((?:[^()]|\([^()]*\))*\)|\$|['"`\\])+)
    """,
    re.VERBOSE | re.DOTALL,
)
# 'single' | "double" | \escaped, inside a word
_QUOTED = late.pattern(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)""", re.DOTALL)
# FOO=bar before a command
_ASSIGNMENT = late.pattern(r"^[A-Za-z_]\w*\+?=")
# >file  1>>file  &>file: nothing of it is printed; 2>file and >&2 are
_TO_FILE = late.pattern(r"^(?:1|&)?>[>|]?[ \t]*[^&\s]")
_VERSIONED = late.pattern(r"^(python|pip|node|ruby|perl)[\d.]*$")
_KEYWORDS = frozenset(("if", "then", "else", "elif", "do", "while", "until", "!", "{", "time"))
_CLOSERS = frozenset(("fi", "done", "}", "esac"))

# prefix -> options of it that take a value; what follows them is the command that really runs
_PREFIXES = {
    "sudo": ("-u", "-g", "-C", "-h", "-p"),
    "doas": ("-u",),
    "env": ("-u", "-C", "-S"),
    "nice": ("-n",),
    "ionice": ("-c", "-n"),
    "nohup": (),
    "time": ("-f", "-o"),
    "timeout": ("-k", "-s"),
    "gtimeout": ("-k", "-s"),
    "stdbuf": ("-i", "-o", "-e"),
    "unbuffer": (),
    "command": (),
    "exec": (),
    "builtin": (),
    "npx": ("-p", "--package"),
    "bunx": (),
    "pnpx": (),
    "uvx": ("--from", "--with"),
    "xvfb-run": ("-s", "-n"),
    "strace": ("-e", "-o"),
    "script": ("-c",),
    "watch": ("-n",),
    "direnv": (),
    "dotenv": (),
    "cross-env": (),
    "winpty": (),
    "rtk": (),
}
# two words that begin another command: `uv run pytest`, `docker compose exec web pytest`
_TWO_WORD_PREFIXES = {
    ("uv", "run"): ("--with", "-p", "--python", "--extra", "--group", "--project", "--directory"),
    ("poetry", "run"): (),
    ("pipenv", "run"): (),
    ("pdm", "run"): (),
    ("hatch", "run"): (),
    ("rye", "run"): (),
    ("pixi", "run"): ("-e",),
    ("conda", "run"): ("-n", "-p"),
    ("micromamba", "run"): ("-n", "-p"),
    ("bundle", "exec"): (),
    ("yarn", "exec"): (),
    ("pnpm", "exec"): (),
    ("pnpm", "dlx"): (),
    ("npm", "exec"): (),
    ("yarn", "dlx"): (),
    ("mise", "exec"): (),
    ("docker", "exec"): ("-w", "-u", "-e", "--workdir", "--user", "--env"),
    ("podman", "exec"): ("-w", "-u", "-e", "--workdir", "--user", "--env"),
}
_SHELLS = frozenset(("bash", "sh", "zsh", "dash", "ksh", "fish"))


def parse(command: str) -> list[Pipeline]:
    """Return the pipelines of `command` in order; each is its commands' words, unquoted, without prefixes.

    A command whose output goes to a file is left out: nothing of it is in the text.
    """
    return _parse(command[:_MAX_CHARS], 0)


def name(words: Words) -> str:
    """Return the program's name: no folder, no `.exe`, no version ("python3.11" is "python")."""
    program = os.path.basename(words[0]) if words else ""
    program = program.removesuffix(".exe")
    match = _VERSIONED.match(program)
    return match[1] if match else program


def arguments(words: Words) -> list[str]:
    """Return what follows the program and is not an option."""
    return [word for word in words[1:] if not word.startswith("-")]


def _parse(command: str, depth: int) -> list[Pipeline]:
    pipelines: list[Pipeline] = [[]]
    words: Words = []
    heredocs: list[str] = []
    silent = False

    def end_command(new_pipeline: bool) -> None:
        nonlocal words, silent
        if words and not silent:
            run = _without_prefix(words)
            nested = _shell_text(run)
            if nested and depth < _MAX_DEPTH:
                inner = [pipeline for pipeline in _parse(nested, depth + 1) if pipeline]
                if inner:
                    pipelines[-1].extend(inner[0])
                    pipelines.extend(inner[1:])
            elif run:
                pipelines[-1].append(run)
        words, silent = [], False
        if new_pipeline and pipelines[-1]:
            pipelines.append([])

    position = 0
    while position < len(command):
        match = _TOKEN.match(command, position)
        if match is None:
            position += 1
            continue
        position = match.end()
        group = match.lastgroup
        if group == "word":
            words.append(_unquote(match.group()))
        elif match.group("heredoc"):
            heredocs.append(match.group("mark"))
        elif group == "redirect":
            silent = silent or _TO_FILE.match(match.group()) is not None
        elif group == "operator":
            operator = match.group()
            if operator == "\n" and heredocs:
                position = _after_heredocs(command, position, heredocs)
            end_command(new_pipeline=operator not in ("|", "|&"))
    end_command(new_pipeline=True)
    return [pipeline for pipeline in pipelines if pipeline]


def _after_heredocs(command: str, position: int, marks: list[str]) -> int:
    while marks:
        end = re.compile(rf"^\t*{re.escape(marks.pop(0))}$", re.MULTILINE).search(command, position)
        if end is None:
            return len(command)
        position = end.end()
    return position


def _unquote(word: str) -> str:
    if not ("'" in word or '"' in word or "\\" in word):
        return word

    def plain(match: re.Match[str]) -> str:
        single, double, escaped = match.groups()
        if single is not None:
            return str(single)
        if double is not None:
            return re.sub(r'\\(["\\$`])', r"\1", double)
        return "" if escaped == "\n" else str(escaped)

    return _QUOTED.sub(plain, word)


def _without_prefix(words: Words) -> Words:
    """Return the words from the program on that really runs."""
    for _ in range(12):
        while words and (_ASSIGNMENT.match(words[0]) or words[0] in _KEYWORDS):
            words = words[1:]
        if not words or words[0] in _CLOSERS:
            return []
        program = name(words)
        options = _PREFIXES.get(program)
        rest = words[1:]
        if options is None and rest:
            arguments_after = [word for word in rest if not word.startswith("-")]
            second = arguments_after[0] if arguments_after else ""
            if program in ("docker", "podman") and second == "compose" and len(arguments_after) > 1:
                second, rest = arguments_after[1], rest[1:]
            options = _TWO_WORD_PREFIXES.get((program, second))
            if options is not None:
                rest = rest[rest.index(second) + 1 :]
                if second == "exec" and program in ("docker", "podman"):
                    rest = _skip_options(rest, options)[1:]
        if options is not None:
            rest = _skip_options(rest, options)
            if program in ("timeout", "gtimeout") and rest and re.match(r"^[\d.]+[smhd]?$", rest[0]):
                rest = rest[1:]
            if not rest:
                return words
            words = rest
            continue
        if program == "python":
            inner = _python_module(rest)
            if inner:
                words = inner
                continue
        if program == "kubectl" and "exec" in rest and "--" in rest:
            words = rest[rest.index("--") + 1 :] or words
            continue
        return words
    return words


def _skip_options(words: Words, with_value: tuple[str, ...]) -> Words:
    at = 0
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "--":
            return words[at + 1 :]
        at += 2 if words[at] in with_value else 1
    return words[at:]


def _python_module(words: Words) -> Words:
    """Return ["pytest", "-q"] for ["-m", "pytest", "-q"], [] where no module runs."""
    for at, word in enumerate(words):
        if word == "-m" and at + 1 < len(words):
            return words[at + 1 :]
        if word in ("-c", "-") or not word.startswith("-"):
            return []
    return []


def _shell_text(words: Words) -> str:
    """Return the text that `bash -c` or `eval` runs, "" for any other command."""
    program = name(words) if words else ""
    if program == "eval":
        return " ".join(words[1:])
    if program in _SHELLS:
        for at, word in enumerate(words[1:-1], 1):
            if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
                return words[at + 1]
    return ""
