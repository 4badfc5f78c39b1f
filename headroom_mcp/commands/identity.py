"""What a shell command is, to memory: what it runs, whether that is a test or a build, and which files it changes.

Two runs are of the same command when they run the same programs on the same things, whatever their options, folders and
pipes: `cd app && python -m pytest -x tests/a.py 2>&1 | tail` and `pytest tests/a.py -q` are.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.commands import shell
from headroom_mcp.late import NamedTuple, re

_MAX_KEY_CHARS = 300
_MAX_HEREDOCS = 40  # each that is never closed is looked for to the end
# Programs that look, move about or print: what they did says nothing about the project.
_LOOKING = frozenset(
    (
        "cd pushd popd export source . set unset alias echo printf true false : sleep wait exit test [ ls dir tree pwd cat "
        "bat head tail less more nl wc sort uniq cut awk tr find fd which type file stat du df diff "
        "env date whoami id ps top history clear tee xargs jq git sed perl rm mkdir touch cp mv ln chmod kill"
    ).split()
)
_ALSO_SEARCH = frozenset(("git", "which", "pgrep"))
_INTERPRETERS = frozenset(
    ("python", "node", "ruby", "perl", "php", "deno", "bun", "bash", "sh", "zsh", "Rscript", "java")
)

# (program, first argument or "") -> what it does; "" matches any
_PURPOSE = {
    **{(name, ""): "test" for name in "pytest py.test tox nox jest vitest mocha ava rspec phpunit ctest unittest runtests.py".split()},
    **{(name, "test"): "test" for name in "npm pnpm yarn bun go cargo mvn mvnw gradle gradlew dotnet make bazel swift mix deno just task manage.py zig flutter rake".split()},
    **{(name, "check"): "test" for name in "make just gradle task".split()},
    ("cargo", "nextest"): "test",
    **{(name, "build"): "build" for name in "cargo go npm pnpm yarn bun docker dotnet gradle gradlew swift zig bazel flutter poetry uv hatch".split()},
    **{(name, ""): "build" for name in "make cmake ninja tsc mvn mvnw webpack vite meson just build".split()},
    ("mvn", "package"): "build",
    **{(name, ""): "lint" for name in "ruff mypy flake8 pylint black isort eslint prettier pyright pre-commit golangci-lint shellcheck rubocop clippy".split()},
    ("cargo", "clippy"): "lint", ("cargo", "fmt"): "lint", ("go", "vet"): "lint",
    **{(name, "lint"): "lint" for name in "npm pnpm yarn make just".split()},
    **{(name, "install"): "install" for name in "pip npm pnpm yarn bun poetry apt apt-get brew bundle gem cargo go composer".split()},
    **{(name, "add"): "install" for name in "npm pnpm yarn bun poetry uv cargo".split()},
    ("npm", "ci"): "install", ("uv", "sync"): "install", ("uv", "pip"): "install", ("go", "get"): "install",
}  # fmt: skip

# cat > file <<'EOF', >> file, tee -a file
_WRITES = late.pattern(r"(?<![\d&<>=-])>>?\s*([\w./~-]+\.[\w-]+|[\w./~-]*/[\w.-]+)|\btee\s+(?:-a\s+)?([\w./~-]+)")
# open('src/a.py', 'w'), Path("src/a.py").write_text(…)
_OPENS = late.pattern(r"open\(\s*['\"]([^'\"\n]+)['\"]\s*,\s*['\"][wax]|Path\(['\"]([^'\"\n]+)['\"]\)\.write_")
# file_path = 'src/a.py' … open(file_path, 'w')
_NAMED = late.pattern(r"^[ \t]*(\w+)\s*=\s*['\"]([\w./-]+\.\w+)['\"]", re.MULTILINE)
_OPENS_NAME = late.pattern(r"open\(\s*(\w+)\s*,\s*['\"][wax]")
_IN_PLACE = late.pattern(r"^-\w*i|^--in-place")
_FILE = late.pattern(r"^[\w./~@+-]*\w\.[A-Za-z]\w{0,9}$|^[\w./~@+-]+/[\w.+-]+$")


class Command(NamedTuple):
    """A command read: `key` names what it runs ("" for one that only looks), `purpose` is test, build, lint, install or
    run, `program` the program of that purpose, `changes` the files it writes, `breadth` how many things it runs on."""

    key: str
    purpose: str
    program: str
    changes: tuple[str, ...]
    breadth: int


def read(command: str) -> Command:
    """Return what `command` is. Raises nothing: what cannot be read is a command that only looks."""
    from headroom_mcp.commands import programs  # an event without a command has no use for it

    keys: list[str] = []
    purpose = program = ""
    breadth = 0
    for pipeline in shell.parse(command):
        words = _renamed(pipeline[0])
        name = shell.name(words)
        if not name or ((name in _LOOKING or name in programs.SEARCHERS) and not name.startswith("./")):
            continue
        things = [thing for thing in shell.arguments(words) if not _is_code(thing)]
        if name in _INTERPRETERS and not things:
            continue  # python -c "…", python - <<EOF: never run twice
        keys.append(" ".join([name, *things]))
        found = _PURPOSE.get((name, things[0] if things else "")) or _PURPOSE.get((name, "")) or "run"
        if name == "npm" and things[:1] == ["run"]:
            found = {"test": "test", "build": "build", "lint": "lint"}.get("".join(things[1:2]).split(":")[0], "run")
        if not purpose or purpose == "run":
            purpose, program, breadth = found, name, len(things)
    return Command("; ".join(keys)[:_MAX_KEY_CHARS], purpose, program, tuple(_changes(command)), breadth)


def without_bodies(command: str) -> str:
    """Return `command` without what heredocs feed it: their text is not a command."""
    if command.count("<<") > _MAX_HEREDOCS:
        return command
    return re.sub(r"(<<-?\s*(['\"]?)(\w+)\2)([^\n]*)\n.*?^\t*\3$", r"\1\4", command, flags=re.DOTALL | re.MULTILINE)


def asks_only(command: str) -> bool:
    """Tell whether the last word is a search's, whose exit code 1 means "nothing found"."""
    from headroom_mcp.commands import programs

    pipelines = shell.parse(command)
    last = shell.name(pipelines[-1][-1]) if pipelines else ""
    return last in programs.ANSWER_BY_ONE or last in _ALSO_SEARCH


def _renamed(words: list[str]) -> list[str]:
    """Return the words of the program that an interpreter or a project's own script stands for."""
    name = shell.name(words)
    if name == "python" and "-m" in words[:4]:
        return words[words.index("-m") + 1 :] or words
    if name == "python" and len(words) > 1 and words[1].rpartition("/")[2] in {"manage.py", "runtests.py", "setup.py"}:
        return [words[1].rpartition("/")[2], *words[2:]]
    return words


def _is_code(word: str) -> bool:
    return any(char in word for char in "\n;(){}") or len(word) > 120


def _changes(command: str) -> list[str]:
    found: list[str] = []
    head = command[:20_000]
    for match in _WRITES.finditer(without_bodies(head)):
        found.append(match.group(1) or match.group(2))
    for match in _OPENS.finditer(head):
        found.append(match.group(1) or match.group(2))
    names = dict(_NAMED.findall(head))
    found.extend(names[match.group(1)] for match in _OPENS_NAME.finditer(head) if match.group(1) in names)
    for pipeline in shell.parse(head):
        for words in pipeline:
            name = shell.name(words)
            if name in {"sed", "perl"} and any(_IN_PLACE.match(word) for word in words[1:]):
                things = shell.arguments(words)
                # the first thing is the script, unless an option brought it
                scripted = any(word in {"-e", "-f", "--expression"} for word in words)
                found.extend(word for word in things[0 if scripted else 1 :] if _FILE.match(word))
            elif name in {"mv", "cp"} and len(words) > 2:
                found.extend(word for word in words[-1:] if _FILE.match(word))
    return [file for file in dict.fromkeys(found) if not file.startswith("/dev/")][:12]
