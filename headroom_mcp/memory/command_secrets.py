"""Secrets in command lines: what `docker login -p X`, `curl -u a:X`, `PGPASSWORD=X psql` and the like would tell for years.

    words of the line → NAME=VALUE · --name VALUE · options and arguments of known programs (`commands.secret_options`)
    the line as text  → headers, user names in addresses, JSON fields · what is fed to a command that reads a secret · chance

Both ask `secret_values` whether a value is a secret. In a *strict* reading, for commands that were run, whatever stands where
a secret stands is one ("hunter2"); in prose it must also look like one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headroom_mcp import late
from headroom_mcp.commands import secret_options as options
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.memory import secret_values
from headroom_mcp.memory.secret_values import STRIP, is_secret
from headroom_mcp.text.secrets import Secret

_MAX_CHARS = 20_000  # of a line; memory shows the first few hundred
_MAX_DEPTH = 2
_SPACE = late.pattern(r"\s")


class _Word(NamedTuple):
    """A word of the line: where its text lies, and its text without quotes; an operator (|, ;, &&) is a word, too."""

    start: int
    stop: int
    text: str
    is_operator: bool


# 'single' | "double" | \x | plain, joined; operators alone
_LOOKED_AT = 24  # words of a command among which its program stands
# What stands before a program: FOO=bar, sudo, a prompt
_PREFIX = late.pattern(r"^(?:\w+\+?=.*|sudo|doas|env|time|nice|nohup|exec|command|do|then|!|\$|#)$", re.DOTALL)
_ROWS: dict[str, list[tuple[str, ...]]] = {}
_PAIRED = [(_name,) for _names, _ in options.PAIRS.values() for _name in sorted(_names)]
for _row in (*options.SHORT, *options.ARGUMENTS, *_PAIRED):
    _ROWS.setdefault(_row[0], []).append(_row)

_WORD = late.pattern(
    r"""(?P<operator>\|\|?&?|&&?|;;?|\n|<<<|<<-?)|(?P<word>(?:[^\s;&|'"\\<>`()]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|\$\([^()]*\)|[<>(]|['"])+)|`|\)""",
    re.DOTALL,
)
# pass:hunter2, file it is not; /p:hunter2, /password:hunter2
_PASS_WORD = late.pattern(
    r"^(?:(?:pass|hexkey|key):|/(?:p|pass|password|pw):)(?P<value>.+)$", re.IGNORECASE | re.DOTALL
)
# scott/tiger@db
_LOGON = late.pattern(r"^(?P<name>[\w$#]+)/(?P<value>[^/@\s]+)(?:@\S*)?$")
_LOGON_PROGRAMS = frozenset("sqlplus sqlldr exp imp expdp impdp rman tkprof sqlcl".split())
_NUMBER_PAIR = late.pattern(r"^\d+:\d+$")


def find(text: str, *, strict: bool) -> list[Secret]:
    """Return what looks like a secret in the command lines of `text`, in order. Findings may overlap. Linear in `text`."""
    text = text[:_MAX_CHARS]
    found = [*_in_line(text, strict, depth=0), *secret_values.in_text(text, strict), *secret_values.by_chance(text)]
    return sorted(set(found))


def _in_line(text: str, strict: bool, depth: int) -> Iterator[Secret]:
    words = list(_words(text))
    for command in _commands(words):
        yield from _in_command(command, strict)
    yield from _fed(text, words, strict)
    if depth < _MAX_DEPTH:
        for word in words:
            if _SPACE.search(word.text):  # ssh host "mysql -u root -p…", bash -c '…'
                for secret in _in_line(word.text, strict, depth + 1):
                    yield secret._replace(start=secret.start + word.start, stop=secret.stop + word.start)


def _words(text: str) -> Iterator[_Word]:
    for match in _WORD.finditer(text):
        if match.lastgroup == "operator":
            yield _Word(match.start(), match.end(), match.group(), True)
        elif match.lastgroup == "word":
            raw = match.group()
            start = match.start() + (len(raw) - len(raw.lstrip(STRIP)))
            stop = match.end() - (len(raw) - len(raw.rstrip(STRIP)))
            if stop > start:
                yield _Word(start, stop, text[start:stop], False)


def _commands(words: Sequence[_Word]) -> Iterator[list[_Word]]:
    """Yield the words of each simple command; here-strings stay with their command."""
    command: list[_Word] = []
    for word in words:
        if word.is_operator and not word.text.startswith("<<"):
            if command:
                yield command
            command = []
        elif not word.is_operator:
            command.append(word)
    if command:
        yield command


def _in_command(command: list[_Word], strict: bool) -> Iterator[Secret]:
    texts = [word.text for word in command]
    at, path = _program(texts)
    is_search = bool(path) and path[0] in options.SEARCHERS
    yield from _by_option_name(command, strict)
    yield from _by_program(command, at, path, strict)
    if not is_search:
        yield from _by_bare_name(command, at, strict)
        yield from _stored(command, at, strict)


def _program(texts: list[str]) -> tuple[int, tuple[str, ...]]:
    """Return where the first program of a table stands among the words, and the longest row of the tables it begins."""
    first = ""
    for at, text in enumerate(texts[:_LOOKED_AT]):
        name = text.rpartition("/")[2].removesuffix(".exe")
        rows = _ROWS.get(name)
        if rows:
            following = [name, *(word for word in texts[at + 1 : at + _LOOKED_AT] if not word.startswith("-"))]
            fitting = [row for row in rows if _begins(row, following)]
            if fitting:
                return at, max(fitting, key=len)
        if not first and not _PREFIX.match(text):
            first = name
    return 0, (first,)


def _begins(row: tuple[str, ...], following: list[str]) -> bool:
    """Tell whether the words of `row` stand in this order: options with values may lie between (`gh -R o/r secret set`)."""
    if not following or following[0] != row[0]:
        return False
    rest = iter(following[1:])
    return all(word in rest for word in row[1:])


def _by_option_name(command: list[_Word], strict: bool) -> Iterator[Secret]:
    """--db-password X, --token=X, -storepass X, /p:X."""
    for index, word in enumerate(command):
        match = _PASS_WORD.match(word.text)
        if match and is_secret(match["value"], strict):
            yield _tail(word, match["value"], "password")
        if not re.match(r"^--?[A-Za-z][\w.\-]{2,}$", word.text):
            continue
        name = word.text.lstrip("-")
        if not options.names_a_secret(name) or index + 1 == len(command):
            continue
        value = command[index + 1]
        if not value.text.startswith("--") and is_secret(value.text, strict):
            yield Secret(value.start, value.stop, f"value of {name}")


def _by_program(command: list[_Word], at: int, path: tuple[str, ...], strict: bool) -> Iterator[Secret]:
    program = path[0] if path else ""
    rest = command[at + 1 :]
    given = options.SHORT.get(path, "").split()
    for index, word in enumerate(rest):
        following = rest[index + 1] if index + 1 < len(rest) else None
        for option in given:
            plain = option.rstrip("+*")
            if word.text == plain and not option.endswith("+") and following and is_secret(following.text, strict):
                yield Secret(following.start, following.stop, f"{program} {plain}")
            elif option != plain and word.text.startswith(plain) and len(word.text) > len(plain):
                value = word.text[len(plain) :].lstrip("=").strip(STRIP)
                if is_secret(value, strict):
                    yield _tail(word, value, f"{program} {plain}")
        yield from _pair(program, word, following, strict)
        if program in _LOGON_PROGRAMS and (match := _LOGON.match(word.text)) and is_secret(match["value"], strict):
            start = word.start + match.start("value")
            yield Secret(start, start + len(match["value"]), "password")
        if (
            not given
            and following is not None
            and re.match(r"^-[a-zA-Z]$", word.text)
            and secret_values.looks_made_up(following.text)
        ):
            yield Secret(following.start, following.stop, f"value of {word.text}")
    yield from _by_place(rest, path, strict)


def _pair(program: str, word: _Word, following: _Word | None, strict: bool) -> Iterator[Secret]:
    """curl -u name:X, curl --user=name:X, smbclient -U name%X."""
    for separator, (programs, names) in options.PAIRS.items():
        if programs and program not in programs:
            continue
        name, equals, attached = word.text.partition("=")
        if equals and name in names:
            source, text = word, attached
        elif word.text in names and following is not None:
            source, text = following, following.text
        elif word.text[:2] in names and len(word.text) > 2 and not word.text.startswith("--"):
            source, text = word, word.text[2:]
        else:
            continue
        text = text.strip(STRIP)
        value = text.partition(separator or ":")[2]
        if value and not _NUMBER_PAIR.match(text) and "://" not in text and is_secret(value, strict):
            yield _tail(source, value, f"{program} {name}")


def _by_place(rest: list[_Word], path: tuple[str, ...], strict: bool) -> Iterator[Secret]:
    places = options.ARGUMENTS.get(path)
    if places is None:
        return
    need = options.ARGUMENTS_NEED.get(path)
    if need and not any(need.match(word.text) for word in rest):
        return
    bare = [word for word in rest if not word.text.startswith("-")][len(path) - 1 :]
    for place in places:
        index = place if place < 0 else place - 1
        if -len(bare) <= index < len(bare) and is_secret(
            bare[index].text.partition("=")[2] or bare[index].text, strict
        ):
            word = bare[index]
            yield Secret(word.start, word.stop, " ".join(path))


def _by_bare_name(command: list[_Word], at: int, strict: bool) -> Iterator[Secret]:
    """aws configure set aws_secret_access_key X, nmcli … password X."""
    texts = [word.text for word in command]
    sets = False
    for index in range(1, len(command) - 1):
        sets = sets or texts[index - 1] in options.SETS
        if not sets or texts[index].startswith("-") or "=" in texts[index]:
            continue
        name = texts[index].rpartition(":")[2].rpartition("/")[2] or texts[index]
        value = command[index + 1]
        is_noun = name in options.VAULTS or name in ("token", "key")  # create secret generic, add token
        if (
            options.names_a_secret(name)
            and not is_noun
            and not value.text.startswith("-")
            and is_secret(value.text, strict)
        ):
            yield Secret(value.start, value.stop, f"value of {name[:40]}")


def _stored(command: list[_Word], at: int, strict: bool) -> Iterator[Secret]:
    """fly secrets set A=b, aws ssm put-parameter --value b, kubectl create secret generic x --from-literal=a=b."""
    texts = [word.text for word in command]
    vault = next((index for index, text in enumerate(texts) if text in options.VAULTS), None)
    if vault is None or not any(options.STORES.match(text) for text in texts):
        return
    for index, word in enumerate(command):
        name, equals, value = word.text.partition("=")
        if name == "--from-literal" and equals:
            value = value.partition("=")[2]
            if is_secret(value, strict):
                yield _tail(word, value, "stored secret")
        elif name in options.VALUES and (equals or index + 1 < len(command)):
            source = word if equals else command[index + 1]
            text = value if equals else source.text
            text = text.partition("=")[2] if name == "--from-literal" else text
            if is_secret(text, strict):
                yield _tail(source, text, "stored secret")
        elif index > vault and equals and re.match(r"^[A-Za-z_][\w.\-]*$", name) and is_secret(value, strict):
            yield _tail(word, value, "stored secret")


def _fed(text: str, words: Sequence[_Word], strict: bool) -> Iterator[Secret]:
    """echo X | docker login --password-stdin; chpasswd <<< root:X; sudo -S … <<< X."""
    if not strict:
        return
    begin = 0
    for index in range(len(words) + 1):
        if index < len(words) and not (words[index].is_operator and not words[index].text.startswith("<<")):
            continue
        if _reads_secret(words[begin:index]):
            yield from _given(text, words, begin, index, strict)
        begin = index + 1


def _given(text: str, words: Sequence[_Word], begin: int, end: int, strict: bool) -> Iterator[Secret]:
    """Yield what a command reads from its standard input: a here-string, a heredoc, or what is printed before its pipe."""
    for place in range(begin, end):
        if words[place].text == "<<<" and place + 1 < len(words) and is_secret(words[place + 1].text, strict):
            yield Secret(words[place + 1].start, words[place + 1].stop, "secret on standard input")
        elif words[place].is_operator and words[place].text in ("<<", "<<-"):
            yield from _heredoc(text, words, place)
    if begin and words[begin - 1].text in ("|", "|&"):
        yield from _printed(words, begin - 1, strict)


def _reads_secret(command: Sequence[_Word]) -> bool:
    programs: set[str] = set()
    for word in command:
        name = word.text.rpartition("/")[2]
        if options.READS_SECRET.match(name):
            return True
        if any(program in programs and shape.match(word.text) for program, shape in options.READS_SECRET_BY):
            return True
        programs.add(name)
    return False


def _printed(words: Sequence[_Word], pipe: int, strict: bool) -> Iterator[Secret]:
    begin = pipe
    while begin and not words[begin - 1].is_operator:
        begin -= 1
    printing = words[begin:pipe]
    if not printing or printing[0].text not in ("echo", "printf", "print"):
        return
    for word in printing[1:]:
        is_format = printing[0].text == "printf" and "%" in word.text
        if not word.text.startswith("-") and not is_format and is_secret(word.text, strict):
            yield Secret(word.start, word.stop, "secret on standard input")


def _heredoc(text: str, words: Sequence[_Word], place: int) -> Iterator[Secret]:
    mark = words[place + 1].text if place + 1 < len(words) else ""
    body = re.compile(rf"\n(.*?)\n?^\s*{re.escape(mark)}$", re.DOTALL | re.MULTILINE).search(text, words[place].stop)
    if mark and body and body.group(1).strip() and not secret_values.STANDS_FOR.match(body.group(1).strip()):
        yield Secret(body.start(1), body.end(1), "secret on standard input")


def _tail(word: _Word, value: str, kind: str) -> Secret:
    """Return the secret at the end of a word, its quotes apart."""
    start = max(word.start, word.stop - len(value))
    return Secret(start, word.stop, kind)
