"""Commands whose output needs only lines dropped: one TOML file each, opened when that command is seen.

The file's name is the command's words joined by "_": `apt-get_install.toml` is for `apt-get install`. Its fields:

    description = "…"                  what the command prints and what of it matters
    unless = ['regex', …]              a line like this: the filter does nothing, the text is routed on
    keep = ['regex', …]                these lines stay, whatever comes below; so does every failure (facts.py)
    [[drop]] lines = 'regex' note = "packages unpacked"           left out, counted where they stood
             beside = 'regex'          … but only in an output that has a line like this: data may look like chatter
             then = 'regex'            … with the lines like this right below: `ok: [web1] => {` has its message there
    [[fold]] lines = 'regex' first = 2 last = 1 note = "…"        of a run of these, only the first and last stay
    head = 10  tail = 20               of what is left, at most these
    [[tests]] name = "…" input = "…" expected = "…"

The stages run in this order. An unknown field is an error.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache

from headroom_mcp import late
from headroom_mcp.commands import shell
from headroom_mcp.late import Any, NamedTuple, re
from headroom_mcp.types import SettingsError

_HERE = os.path.join(os.path.dirname(__file__), "filters")

# The files that are there; a test compares.
NAMES = frozenset(
    "ansible-playbook apk_add apt-get_install apt-get_update brew_install bundle_install cargo_build cmake composer_install"
    " conda_install curl dnf_install docker_pull docker_push dotnet_build gem_install git_clone git_fetch git_pull git_push"
    " go_mod gradle helm_install journalctl kubectl_describe make mvn npm_install pip_install pnpm_install poetry_install"
    " rsync systemctl_status tar terraform_apply terraform_init terraform_plan unzip uv_pip uv_sync wget yarn_install zip".split()
)

# other words for the same command
_ALIASES = {
    "apt install": "apt-get_install",
    "apt upgrade": "apt-get_install",
    "apt-get upgrade": "apt-get_install",
    "apt-get dist-upgrade": "apt-get_install",
    "apt-get remove": "apt-get_install",
    "apt update": "apt-get_update",
    "brew upgrade": "brew_install",
    "bundle": "bundle_install",
    "bundle update": "bundle_install",
    "cargo check": "cargo_build",
    "cargo fetch": "cargo_build",
    "cargo install": "cargo_build",
    "composer update": "composer_install",
    "composer require": "composer_install",
    "conda create": "conda_install",
    "mamba install": "conda_install",
    "docker-compose pull": "docker_pull",
    "podman pull": "docker_pull",
    "dotnet publish": "dotnet_build",
    "dotnet restore": "dotnet_build",
    "git submodule": "git_clone",
    "gmake": "make",
    "go get": "go_mod",
    "gradlew": "gradle",
    "helm upgrade": "helm_install",
    "mvnw": "mvn",
    "npm ci": "npm_install",
    "npm i": "npm_install",
    "npm add": "npm_install",
    "npm update": "npm_install",
    "oc describe": "kubectl_describe",
    "pip download": "pip_install",
    "pnpm add": "pnpm_install",
    "pnpm i": "pnpm_install",
    "poetry add": "poetry_install",
    "poetry update": "poetry_install",
    "terraform destroy": "terraform_apply",
    "terraform refresh": "terraform_plan",
    "tofu apply": "terraform_apply",
    "tofu init": "terraform_init",
    "tofu plan": "terraform_plan",
    "uv add": "uv_sync",
    "uv lock": "uv_sync",
    "yarn": "yarn_install",
    "yarn add": "yarn_install",
    "yum install": "dnf_install",
}
# {2,40}, which is no digit of a line's
_TIMES = late.pattern(r"\{\d{0,9}(?:,\d{0,9})?\}")
_DIGIT = late.pattern(r"\d")
_FIELDS = frozenset(("description", "unless", "keep", "drop", "fold", "head", "tail", "tests"))
_DROP_FIELDS = frozenset(("lines", "note", "beside", "then"))
_FOLD_FIELDS = frozenset(("lines", "note", "first", "last"))
_TEST_FIELDS = frozenset(("name", "input", "expected"))


class Drop(NamedTuple):
    """Lines like `lines` are left out; where `beside` is set, only if the output has a line like that; where `then` is, with
    the lines like that right below."""

    lines: re.Pattern[str]
    note: str
    beside: re.Pattern[str] | None
    then: re.Pattern[str] | None


class Fold(NamedTuple):
    """Runs of lines like `lines` show their `first` and `last` ones."""

    lines: re.Pattern[str]
    note: str
    first: int
    last: int


class Filter(NamedTuple):
    """One file, compiled. `head` and `tail` are 0 where the file sets no bound. `is_blind`: no expression tells one digit
    from another, but for 0."""

    name: str
    unless: tuple[re.Pattern[str], ...]
    keep: tuple[re.Pattern[str], ...]
    drop: tuple[Drop, ...]
    fold: tuple[Fold, ...]
    head: int
    tail: int
    is_blind: bool


def name_for(words: shell.Words) -> str:
    """Return the name of the filter for a command's words, "" where there is none."""
    program = shell.name(words)
    arguments = shell.arguments(words)
    if _only_lists(program, words):
        return ""
    if program == "git" and len(words) > 2 and words[1] in ("-C", "-c"):
        arguments = shell.arguments(["git", *words[3:]])
    keys = [f"{program} {arguments[0]}"] if arguments else []
    if len(arguments) > 1 and program in ("docker", "uv"):  # docker compose pull, docker image pull
        keys.append(f"{program} {arguments[1]}" if arguments[0] in ("compose", "image") else keys[0])
    if program != "yarn" or not arguments:
        keys.append(program)
    for key in keys:
        name = _ALIASES.get(key) or key.replace(" ", "_")
        if name in NAMES:
            return name
    return ""


def _only_lists(program: str, words: shell.Words) -> bool:
    """Tell whether an archiver prints its table of contents, which is what was asked for."""
    if program == "tar":
        return "--list" in words or (len(words) > 1 and "t" in words[1].split("f")[0] and not words[1].startswith("--"))
    return program == "unzip" and any(word.startswith("-") and ("l" in word or "Z" in word) for word in words[1:])


@lru_cache(maxsize=8)
def load(name: str) -> Filter | None:
    """Return the filter `name`, None where its file needs a TOML reader and none is installed.

    Raises: SettingsError for a file that is not a filter.
    """
    with open(os.path.join(_HERE, f"{name}.toml"), encoding="utf-8") as file:
        head = file.read().partition("\n[[tests]]")[0]
    data = plain_toml(head)
    if data is None:
        data = read(name)
    return None if data is None else compiled(name, data)


# key = | [[table]] | 'literal' | '''literal''' | "basic without escapes" | 12 | [ | ] | ,
_PLAIN_TOML = late.pattern(
    r"\s*(?:#[^\n]*|\[\[(?P<table>\w+)\]\]|(?P<key>\w+)[ ]*=|'''(?P<long>(?:(?!''').)*)'''|'(?P<literal>[^'\n]*)'"
    r'|"(?P<basic>[^"\\\n]*)"|(?P<number>\d+)|(?P<mark>[\[\],]))',
    re.DOTALL,
)


def plain_toml(text: str) -> dict[str, Any] | None:
    """Return what the little TOML of a filter says, None where it uses more of the language.

    The standard library's reader costs a hook more time than all else it does for a command.
    """
    data: dict[str, Any] = {}
    table, key, values = data, "", None
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _PLAIN_TOML.match(text, position)
        if match is None:
            return None
        position = match.end()
        group = match.lastgroup
        value: Any = match.group(group) if group else None
        if group == "table":
            table = {}
            data.setdefault(value, []).append(table)
        elif group == "key":
            key, values = value, None
        elif group == "mark":
            values = table.setdefault(key, []) if value == "[" else None if value == "]" else values
        elif group:
            value = int(value) if group == "number" else value.removeprefix("\n")
            if values is None:
                table[key] = value
            else:
                values.append(value)
    return data


def read(name: str) -> dict[str, Any] | None:
    """Return what the file of `name` says, None where no TOML reader is installed."""
    import importlib

    try:
        toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    except ImportError:
        return None
    with open(os.path.join(_HERE, f"{name}.toml"), "rb") as file:
        data: dict[str, Any] = toml.load(file)
    return data


def compiled(name: str, data: dict[str, Any]) -> Filter:
    """Return `data` as a filter. Raises: SettingsError for an unknown field or a pattern that is none."""
    _only(name, data, _FIELDS)
    for entry, known in (("drop", _DROP_FIELDS), ("fold", _FOLD_FIELDS), ("tests", _TEST_FIELDS)):
        for table in data.get(entry, ()):
            _only(f"{name}: [[{entry}]]", table, known)
    try:
        return Filter(
            name,
            tuple(late.compiled(pattern) for pattern in data.get("unless", ())),
            tuple(late.compiled(pattern) for pattern in data.get("keep", ())),
            tuple(_drop(table) for table in data.get("drop", ())),
            tuple(
                Fold(late.compiled(table["lines"]), table.get("note", ""), table.get("first", 1), table.get("last", 1))
                for table in data.get("fold", ())
            ),
            data.get("head", 0),
            data.get("tail", 0),
            not any(map(_tells_digits, _expressions(data))),
        )
    except (re.error, KeyError, TypeError) as exc:
        msg = f"The filter {name} cannot be used: {exc!r}. See the fields in headroom_mcp/compressors/filters/__init__.py."
        raise SettingsError(msg) from exc


def _expressions(data: dict[str, Any]) -> list[str]:
    tables = [*data.get("drop", ()), *data.get("fold", ())]
    own = [table[key] for table in tables for key in ("lines", "beside", "then") if table.get(key)]
    return [*data.get("unless", ()), *data.get("keep", ()), *own]


def _tells_digits(pattern: str) -> bool:
    """Tell whether `pattern` may tell one digit from another: it names one, be it in a range, or what was matched before."""
    return _DIGIT.search(_TIMES.sub("", pattern)) is not None or "(?P=" in pattern


def _drop(table: dict[str, Any]) -> Drop:
    beside, then = (late.compiled(table[key]) if table.get(key) else None for key in ("beside", "then"))
    return Drop(late.compiled(table["lines"]), table.get("note", ""), beside, then)


def _only(where: str, table: dict[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        msg = f"The filter {where} has unknown fields {', '.join(unknown)}; known are {', '.join(sorted(known))}."
        raise SettingsError(msg)
